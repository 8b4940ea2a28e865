package routing

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Shard is the part of a network that one of several routers works with. Every limit on circuits, rate
// and bandwidth is divided among them, and they begin at different trunks, so that together they are
// the whole. It is not the same, though: two halves of a group are blocked more often than the whole, so
// a simulation has one Router. The zero value is all of the network.
type Shard struct {
	Index, Of int
}

// New returns a router without calls. It returns an error when the network is not valid, or random, from
// which the policy WeightedRandom draws, is nil but needed. Nothing else draws from it.
func New(n *Network, shard Shard, random *rand.Rand) (*Router, error) {
	if shard == (Shard{}) {
		shard.Of = 1
	}
	if shard.Index < 0 || shard.Index >= shard.Of {
		return nil, fmt.Errorf("routing: there is no shard %d of %d", shard.Index, shard.Of)
	}
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("routing: %w", err)
	}
	for _, route := range n.Routes {
		if route.Policy == WeightedRandom && random == nil {
			return nil, errors.New("routing: no random numbers for a route that draws")
		}
	}
	r := &Router{penalty: n.Penalty, random: random, widths: []int64{0}, routePlace: map[string]int{}}
	if len(n.Codecs) > 0 {
		r.widths = r.widths[:0]
	}
	for _, c := range n.Codecs {
		r.widths = append(r.widths, c.BitsPerSecond)
	}
	r.addFacilities(n, shard)
	r.addTrunks(n, shard)
	r.addRoutes(n, shard)
	return r, nil
}

func (r *Router) addFacilities(n *Network, shard Shard) {
	for i := range n.Facilities {
		f := newFacility(&n.Facilities[i].Limits, shard.turned(i))
		f.mediaOnly = n.Facilities[i].MediaOnly
		r.facilities = append(r.facilities, &f)
	}
}

// addTrunks makes the limits of a trunk alone a facility of its own, behind those of the network.
func (r *Router) addTrunks(n *Network, shard Shard) {
	places := map[string]int{}
	for i := range n.Facilities {
		places[n.Facilities[i].Name] = i
	}
	for i := range n.Trunks {
		var way []*facility
		if limits := &n.Trunks[i].Limits; *limits != (Limits{}) {
			own := newFacility(limits, shard.turned(i))
			r.facilities = append(r.facilities, &own)
			way = append(way, &own)
		}
		for _, name := range n.Trunks[i].Facilities {
			way = append(way, r.facilities[places[name]])
		}
		r.trunks = append(r.trunks, trunk{way: way})
		r.DrainTrunk(i, n.Trunks[i].Drained)
	}
}

func (r *Router) addRoutes(n *Network, shard Shard) {
	trunks := map[string]int{}
	for i := range n.Trunks {
		trunks[n.Trunks[i].Name] = i
	}
	for i := range n.Routes {
		r.routePlace[n.Routes[i].Name] = i
	}
	for i := range n.Routes {
		rt := newRoute(&n.Routes[i], trunks, shard)
		if overflow, ok := r.routePlace[n.Routes[i].Overflow]; ok {
			rt.overflow = overflow
		}
		r.routes = append(r.routes, rt)
	}
}

func newRoute(from *Route, trunks map[string]int, shard Shard) route {
	rt := route{policy: from.Policy, mostTrunks: from.FailOver.Trunks, wait: from.FailOver.Wait, overflow: NoTrunk}
	for i, name := range from.Trunks {
		weight := int64(1)
		if len(from.Weights) > 0 {
			weight = int64(from.Weights[i])
		}
		rt.total += weight
		rt.trunks = append(rt.trunks, uint16(trunks[name]))
		rt.weights = append(rt.weights, weight)
		rt.sums = append(rt.sums, rt.total)
		rt.share = append(rt.share, 1/float64(weight))
	}
	rt.credit = make([]int64, len(rt.trunks))
	rt.inOrder = rt.policy == Ordered || rt.policy == RoundRobin
	if rt.policy != Ordered {
		rt.turn = shard.Index * len(rt.trunks) / shard.Of
	}
	for range shard.Index { // as if a call of each shard before had gone first
		rt.credit[rt.giveCredit()] -= rt.total
	}
	on := from.FailOver.On
	if on == nil {
		on = DefaultFailOver()
	}
	for _, o := range on {
		rt.failOver.add(o)
	}
	if rt.passOver = ^full; rt.failOver.has(NoCircuit) {
		rt.passOver = ^Causes(0)
	}
	return rt
}

func newFacility(limits *Limits, shard Shard) facility {
	f := facility{open: [2]int32{math.MaxInt32, math.MaxInt32}, bandwidth: math.MaxInt64}
	if limits.Circuits > 0 {
		all := int32(shard.part(int64(limits.Circuits)))
		f.open = [2]int32{all - int32(shard.part(int64(limits.Reserved))), all}
	}
	if limits.BitsPerSecond > 0 {
		f.bandwidth = shard.part(limits.BitsPerSecond)
	}
	f.limits = f.open
	f.gate = newGate(limits.Rate, shard)
	return f
}

func newGate(l RateLimit, shard Shard) gate {
	switch {
	case l.Calls == 0:
		return gate{}
	case l.Burst == 0:
		return gate{law: fixedWindow, calls: int32(shard.part(int64(l.Calls))), window: l.window()}
	}
	interval := l.window() * time.Duration(shard.Of) / time.Duration(l.Calls)
	burst := max(1, shard.part(int64(l.Burst))) // a bucket that holds no call would never let one pass
	return gate{law: tokenBucket, interval: interval, tolerance: interval * time.Duration(burst-1)}
}

// part returns the shard's part of a whole number of things; the parts of all shards sum to it.
func (s Shard) part(whole int64) int64 {
	part := whole / int64(s.Of)
	if int64(s.Index) < whole%int64(s.Of) {
		part++
	}
	return part
}

// turned returns the shard that gets its part of the i-th thing, so that what does not divide evenly does
// not always go to the first shards.
func (s Shard) turned(i int) Shard {
	return Shard{Index: (s.Index + i) % s.Of, Of: s.Of}
}
