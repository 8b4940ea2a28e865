package sip

import (
	"math/rand/v2"
	"net/netip"
)

// Destination is one place to send a request to.
type Destination struct {
	Name      string // host name that the address was found under, for the guard
	Addr      netip.AddrPort
	Transport Transport
}

// All returns every destination once, as DNS listed them: what a guard has to look at.
func (l *Location) All() []Destination {
	var all []Destination
	for _, g := range l.Groups {
		for _, h := range g.Hosts {
			all = h.appendTo(all, g.Transport)
		}
	}
	return all
}

// Order appends the destinations of one call to dst, in the order in which they are to be tried: group
// after group, in each of them hosts drawn by their weights, and the addresses of a host in any order of
// each family. It allocates nothing when dst has room.
//
// The draw is that of RFC 2782: a host of weight w comes first with probability w/Σw. When some of the
// hosts have weight 0, they have a share of 1/(1+Σw) among them.
func (l *Location) Order(dst []Destination, random *rand.Rand) []Destination {
	for i := range l.Groups {
		dst = l.Groups[i].order(dst, random)
	}
	return dst
}

func (g *Group) order(dst []Destination, random *rand.Rand) []Destination {
	var left [mostRecords]uint8 // hosts not yet drawn
	n := min(len(g.Hosts), len(left))
	for i := range n {
		left[i] = uint8(i)
	}
	for ; n > 0; n-- {
		i := g.draw(left[:n], random)
		from := len(dst)
		dst = g.Hosts[left[i]].appendTo(dst, g.Transport)
		shuffle(dst[from:], random)
		left[i] = left[n-1]
	}
	return dst
}

// draw returns the place in left of the host that comes next.
func (g *Group) draw(left []uint8, random *rand.Rand) int {
	sum, zeros := 0, 0
	for _, host := range left {
		weight := int(g.Hosts[host].Weight)
		sum += weight
		if weight == 0 {
			zeros++
		}
	}
	x := random.IntN(sum + min(zeros, 1))
	amongZeros := x >= sum
	if amongZeros {
		x = random.IntN(zeros)
	}
	for i, host := range left {
		weight := int(g.Hosts[host].Weight)
		switch {
		case amongZeros && weight == 0:
			weight = 1
		case amongZeros:
			weight = 0
		}
		if x -= weight; x < 0 {
			return i
		}
	}
	return 0
}

func (h *Host) appendTo(dst []Destination, transport Transport) []Destination {
	for _, addr := range h.Addrs {
		dst = append(dst, Destination{Name: h.Name, Addr: addr, Transport: transport})
	}
	return dst
}

// shuffle shuffles the addresses of each family, as DNS servers do from answer to answer.
func shuffle(d []Destination, random *rand.Rand) {
	for from := 0; from < len(d); {
		to := from + 1
		for to < len(d) && d[to].Addr.Addr().Is4() == d[from].Addr.Addr().Is4() {
			j := from + random.IntN(to-from+1)
			d[to], d[j] = d[j], d[to]
			to++
		}
		from = to
	}
}
