// Package routing decides which trunk a call takes, and what becomes of it when that trunk cannot take
// it: order, weights, overflow, fail-over, trunk reservation, limits on circuits, rate and bandwidth,
// trunks that are put aside for a while, and callers who try again. The simulator and the generator ask
// the same functions, so that a rule such as "overflow to the second gateway on 503" is written once.
//
// A Network says which trunks there are, what they share and which routes lead over them. A Router is a
// Network at work: it counts the calls that its trunks carry and belongs to one goroutine. It reads no
// clock: the time of an event is an argument, a time.Duration on the clock of the run, and never goes back.
//
//	a := routing.Attempt{Route: route}
//	d := router.Offer(&a, now)                   // a trunk, or why there is none
//	for d.Taken() {
//		// ... the INVITE goes over trunk d.Trunk and fails with an outcome ...
//		d = router.Next(&a, now, outcome, 0)     // another trunk, or why there is none
//	}
//
// A call that was carried gives back what it held: router.Release(a.Held()).
package routing

import (
	"errors"
	"fmt"
)

// Network is the plan of the trunks and routes that one side chooses from. Parts are named by their
// Name, which is unique among parts of a kind.
type Network struct {
	Codecs     []Codec    // what calls are offered with; empty when no bandwidth is counted
	Facilities []Facility // what trunks share
	Trunks     []Trunk
	Routes     []Route
	Penalty    Penalty // when a trunk is put aside for a while
}

// Codec is a kind of call by its bandwidth.
type Codec struct {
	Name          string
	BitsPerSecond int64 // in one direction, with all headers that the limits of the network count
}

// The largest numbers of parts: a Router numbers them with 16 bits, codecs with 8.
const (
	most       = 1<<16 - 1
	mostCodecs = 1 << 8
)

// mostBitsPerSecond is the widest codec, so that the sum over all calls fits in 64 bits.
const mostBitsPerSecond = 1e9

// Validate returns all that is wrong with the network, each problem with the field that has it.
func (n *Network) Validate() error {
	var problems faults
	problems.names("codecs", len(n.Codecs), mostCodecs, func(i int) string { return n.Codecs[i].Name })
	for i, c := range n.Codecs {
		if c.BitsPerSecond < 0 || c.BitsPerSecond > mostBitsPerSecond {
			problems.add("codecs[%d].bits_per_second: must be 0 to %d, got %d", i, int64(mostBitsPerSecond), c.BitsPerSecond)
		}
	}
	facilities := problems.names("facilities", len(n.Facilities), most, func(i int) string { return n.Facilities[i].Name })
	for i := range n.Facilities {
		n.Facilities[i].Limits.validate(&problems, fmt.Sprintf("facilities[%d]", i))
	}
	if len(n.Facilities)+len(n.Trunks) > most {
		problems.add("facilities and trunks: must be at most %d together, got %d", most, len(n.Facilities)+len(n.Trunks))
	}
	trunks := problems.names("trunks", len(n.Trunks), most, func(i int) string { return n.Trunks[i].Name })
	for i := range n.Trunks {
		n.Trunks[i].validate(&problems, fmt.Sprintf("trunks[%d]", i), facilities)
	}
	routes := problems.names("routes", len(n.Routes), most, func(i int) string { return n.Routes[i].Name })
	for i := range n.Routes {
		n.Routes[i].validate(&problems, fmt.Sprintf("routes[%d]", i), trunks, routes)
	}
	n.checkOverflow(&problems, routes)
	n.Penalty.validate(&problems)
	return problems.join()
}

// checkOverflow finds routes whose overflow comes back to them.
func (n *Network) checkOverflow(problems *faults, routes map[string]int) {
	for i := range n.Routes {
		at := i
		for range n.Routes {
			next, ok := routes[n.Routes[at].Overflow]
			if !ok {
				break
			}
			if at = next; at == i {
				problems.add("routes[%d].overflow: leads back to route %q", i, n.Routes[i].Name)
				break
			}
		}
	}
}

// faults collects what is wrong with a network.
type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f faults) join() error { return errors.Join(f...) }

// names wants n parts of a kind, at most limit, to have different names and returns their places.
func (f *faults) names(kind string, n, limit int, name func(int) string) map[string]int {
	if n > limit {
		f.add("%s: must be at most %d, got %d", kind, limit, n)
		return nil
	}
	places := make(map[string]int, n)
	for i := range n {
		before, taken := places[name(i)]
		switch {
		case name(i) == "":
			f.add("%s[%d].name: must not be empty", kind, i)
		case taken:
			f.add("%s[%d].name: %q is %s[%d] already", kind, i, name(i), kind, before)
		default:
			places[name(i)] = i
		}
	}
	return places
}
