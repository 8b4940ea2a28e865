package design

import (
	"math"
	"slices"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/plan"
)

// TrunkResult is what a trunk group of a fixed size does.
type TrunkResult struct {
	plan.Trunk
	Direct   float64       // erlangs of first choice
	Overflow erlang.Stream // that comes from full groups
	Blocking float64       // of what it is offered: Erlang B, or Wilkinson's method where some comes in clumps
	Hayward  float64       // the same by Fredericks and Hayward
	// Emergency is the blocking of emergency calls, for which the trunk group keeps ports; nil where it keeps none.
	Emergency *float64

	out erlang.Stream // what it turns away
}

// RouteResult is what becomes of the calls of a route.
type RouteResult struct {
	plan.Route
	Erlangs float64
	Lost    float64 // share that finds every trunk group of the route full
	Hayward float64 // the same by Fredericks and Hayward
}

// overflow follows the calls of every route along its trunk groups: what finds one full goes on to the next, in clumps.
func (d *Design) overflow(c *calculator) {
	if len(d.Plan.Routes) == 0 {
		return
	}
	for _, r := range d.Plan.Routes {
		result := RouteResult{Route: r}
		for _, s := range d.Sites {
			if slices.Contains(r.Sites, s.Name) {
				result.Erlangs += s.Load.Erlangs
			}
		}
		d.Routes = append(d.Routes, result)
	}
	emergency := (1 - d.Assumptions.Inbound) * share(d.Plan.Emergency.Share, emergencyShare)
	groups := newNetwork(d.Plan.Trunks, d.Routes)
	groups.emergency = emergency
	groups.settle(c)
	d.TrunkGroups = groups.results
	together := newNetwork(pooled(d.Plan.Trunks, d.Routes))
	together.emergency = emergency
	together.settle(c)
	lost, hayward := together.lost(len(d.Routes))
	for i := range d.Routes {
		if r := &d.Routes[i]; r.Erlangs > 0 {
			r.Lost, r.Hayward = lost[i]/r.Erlangs, hayward[i]/r.Erlangs
		}
	}
}

// offer works out the blocking and what overflows: of Poisson traffic by Erlang B, of peaked traffic by the group that
// would produce it (Wilkinson).
func (t *TrunkResult) offer(c *calculator) {
	ports, all := float64(t.Ports), t.all()
	switch {
	case all.Mean == 0:
		return
	case all.Variance <= all.Mean*(1+1e-9):
		t.Blocking = keep(c, func() (float64, error) { return erlang.B(ports, all.Mean) })
		t.Hayward = t.Blocking
		t.out = keep(c, func() (erlang.Stream, error) { return erlang.Overflow(ports, all.Mean) })
		return
	}
	t.Hayward = keep(c, func() (float64, error) { return erlang.Hayward(all, ports) })
	equivalent := keep(c, func() (erlang.Equivalent, error) { return erlang.Wilkinson(all) })
	t.Blocking = keep(c, func() (float64, error) { return equivalent.Blocking(ports) })
	t.out = keep(c, func() (erlang.Stream, error) { return erlang.Overflow(equivalent.Servers+ports, equivalent.Traffic) })
}

// all returns what the group is offered.
func (t *TrunkResult) all() erlang.Stream {
	return t.Overflow.Plus(erlang.Stream{Mean: t.Direct, Variance: t.Direct})
}

// reserve works out the ports that are kept for emergency calls, which are that share of all. The other calls pay for it;
// calls that come in clumps are taken for Poisson calls here.
func (t *TrunkResult) reserve(c *calculator, emergency float64) {
	mean := t.all().Mean
	if t.Reserved == nil || mean == 0 || c.err != nil {
		return
	}
	var high, low float64
	high, low, c.err = erlang.Reservation(t.Ports, *t.Reserved, mean*emergency, mean*(1-emergency))
	t.Emergency, t.Blocking = &high, max(t.Blocking, low)
}

// network is trunk groups and the calls that overflow between them.
type network struct {
	trunks    []plan.Trunk
	steps     []step
	direct    []float64 // erlangs of first choice of each group
	results   []TrunkResult
	emergency float64 // share of the calls
	rounds    int
}

// step is a route at one of its trunk groups.
type step struct {
	route, trunk int
	next         int     // step that takes what finds the group full; -1 for none
	offered      float64 // erlangs that the route offers the group
	peakedness   float64 // of the stream in which they come
	hayward      float64 // the same, with the blocking of Hayward all along
}

// newNetwork lays the routes out over the trunk groups.
func newNetwork(trunks []plan.Trunk, routes []RouteResult) *network {
	n := &network{trunks: trunks, direct: make([]float64, len(trunks)), results: make([]TrunkResult, len(trunks))}
	at := map[string]int{}
	for i, t := range trunks {
		at[t.Name] = i
	}
	for i, r := range routes {
		for k, name := range r.Trunks {
			s := step{route: i, trunk: at[name], next: len(n.steps) + 1, peakedness: 1}
			if k == 0 {
				s.offered, s.hayward = r.Erlangs, r.Erlangs
				n.direct[s.trunk] += r.Erlangs
			}
			if k == len(r.Trunks)-1 {
				s.next = -1
			}
			n.steps = append(n.steps, s)
		}
	}
	return n
}

// mostRounds bounds the iteration, which settles within tens of rounds; near saturation it takes longer.
const mostRounds = 1000

// settle works out all groups again and again, each round with the overflow of the one before, until no figure moves:
// where groups overflow to each other, each needs the other's.
func (n *network) settle(c *calculator) {
	for moved := 1.0; moved > 1e-12 && n.rounds < mostRounds && c.err == nil; n.rounds++ {
		moved = n.round(c)
		for _, s := range n.steps {
			if s.next >= 0 {
				n.steps[s.next].offered, n.steps[s.next].hayward = n.turnedAway(s)
			}
		}
	}
}

// turnedAway returns the erlangs of a step that find its group full. Of all that a group turns away, each stream has a part
// in proportion to its variance: the more peaked it is, the more of it is lost.
func (n *network) turnedAway(s step) (wilkinson, hayward float64) {
	t := n.results[s.trunk]
	peaked := s.peakedness / t.all().Peakedness()
	return s.offered * min(t.Blocking*peaked, 1), s.hayward * min(t.Hayward*peaked, 1)
}

// round works out every group whose traffic has changed, and returns by how much a blocking moved at the most.
func (n *network) round(c *calculator) (moved float64) {
	streams := n.streams()
	for i, trunk := range n.trunks {
		old := n.results[i]
		t := TrunkResult{Trunk: trunk, Direct: n.direct[i], Overflow: streams[i]}
		if n.rounds > 0 && t.Overflow == old.Overflow {
			continue
		}
		t.offer(c)
		t.reserve(c, n.emergency)
		moved = max(moved, math.Abs(t.Blocking-old.Blocking), math.Abs(t.Hayward-old.Hayward))
		n.results[i] = t
	}
	if n.rounds == 0 {
		return 1 // nothing has overflowed yet
	}
	return moved
}

// streams returns what overflows to each group from the others, and notes at each step how peaked its stream is. What goes
// from one group to another is the part p of all that overflows there, taken out at random, of a peakedness that is less by
// as much:
//
//	z = 1 + p·(Z - 1)
func (n *network) streams() []erlang.Stream {
	type pair struct{ from, to int }
	flows := map[pair]float64{}
	for _, s := range n.steps {
		if s.next >= 0 {
			flows[pair{s.trunk, n.steps[s.next].trunk}] += n.steps[s.next].offered
		}
	}
	into := make([]erlang.Stream, len(n.trunks))
	for _, s := range n.steps {
		if s.next < 0 {
			continue
		}
		p, next := pair{s.trunk, n.steps[s.next].trunk}, &n.steps[s.next]
		if out := n.results[p.from].out; out.Mean > 0 {
			next.peakedness = 1 + min(flows[p]/out.Mean, 1)*(out.Peakedness()-1)
		}
		into[p.to] = into[p.to].Plus(erlang.Stream{Mean: next.offered, Variance: next.offered * next.peakedness})
	}
	return into
}

// lost returns the erlangs of each route that its last group turns away, by Wilkinson and by Hayward.
func (n *network) lost(routes int) (wilkinson, hayward []float64) {
	wilkinson, hayward = make([]float64, routes), make([]float64, routes)
	for _, s := range n.steps {
		if s.next < 0 {
			wilkinson[s.route], hayward[s.route] = n.turnedAway(s)
		}
	}
	return wilkinson, hayward
}
