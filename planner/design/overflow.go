package design

import (
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
}

// RouteResult is what becomes of the calls of a route.
type RouteResult struct {
	plan.Route
	Erlangs float64
	Lost    float64 // share that finds every trunk group of the route full
	Hayward float64 // the same by Fredericks and Hayward
}

// spill is the traffic of one route on its way along its trunk groups.
type spill struct {
	stream erlang.Stream
	route  int
}

// overflow follows the calls of every route along its trunk groups: what finds one full goes on to the next, in clumps.
// Groups are taken in the order in which routes reach them; what overflows to a group that was taken before is left out.
func (d *Design) overflow(c *calculator) {
	if len(d.Plan.Routes) == 0 {
		return
	}
	arriving := map[string][]spill{}
	for i, r := range d.Plan.Routes {
		result := RouteResult{Route: r}
		for _, s := range d.Sites {
			if slices.Contains(r.Sites, s.Name) {
				result.Erlangs += s.Load.Erlangs
			}
		}
		d.Routes = append(d.Routes, result)
		arriving[r.Trunks[0]] = append(arriving[r.Trunks[0]], spill{erlang.Stream{Mean: result.Erlangs, Variance: result.Erlangs}, i})
	}
	for _, trunk := range d.order() {
		d.fill(c, trunk, arriving)
	}
}

// order returns the trunk groups by the latest place that they have in a route.
func (d *Design) order() []plan.Trunk {
	place := map[string]int{}
	for _, r := range d.Plan.Routes {
		for i, name := range r.Trunks {
			place[name] = max(place[name], i)
		}
	}
	trunks := slices.Clone(d.Plan.Trunks)
	slices.SortStableFunc(trunks, func(a, b plan.Trunk) int { return place[a.Name] - place[b.Name] })
	return trunks
}

// fill works out one group and passes what it turns away to the next group of each route.
func (d *Design) fill(c *calculator, trunk plan.Trunk, arriving map[string][]spill) {
	t := TrunkResult{Trunk: trunk}
	var all erlang.Stream
	for _, s := range arriving[trunk.Name] {
		all = all.Plus(s.stream)
		if s.stream.Variance == s.stream.Mean {
			t.Direct += s.stream.Mean
		} else {
			t.Overflow = t.Overflow.Plus(s.stream)
		}
	}
	out := t.offer(c, all)
	t.reserve(c, all, (1-d.Assumptions.Inbound)*share(d.Plan.Emergency.Share, emergencyShare))
	for _, s := range arriving[trunk.Name] {
		part := 0.0
		if all.Mean > 0 {
			part = s.stream.Mean / all.Mean
		}
		r := &d.Routes[s.route]
		at := slices.Index(r.Trunks, trunk.Name)
		if at+1 < len(r.Trunks) && out.Mean > 0 {
			next := r.Trunks[at+1]
			arriving[next] = append(arriving[next], spill{erlang.Stream{Mean: out.Mean * part, Variance: out.Variance * part}, s.route})
		} else if r.Erlangs > 0 {
			r.Lost += s.stream.Mean * t.Blocking / r.Erlangs
			r.Hayward += s.stream.Mean * t.Hayward / r.Erlangs
		}
	}
	d.TrunkGroups = append(d.TrunkGroups, t)
}

// offer works out the blocking of a stream and what overflows: Poisson traffic by Erlang B, peaked traffic by the group
// that would produce it (Wilkinson).
func (t *TrunkResult) offer(c *calculator, all erlang.Stream) erlang.Stream {
	ports := float64(t.Ports)
	if all.Mean == 0 {
		return erlang.Stream{}
	}
	t.Hayward = keep(c, func() (float64, error) { return erlang.Hayward(all, ports) })
	if all.Variance <= all.Mean*(1+1e-9) {
		t.Blocking = keep(c, func() (float64, error) { return erlang.B(ports, all.Mean) })
		t.Hayward = t.Blocking
		return keep(c, func() (erlang.Stream, error) { return erlang.Overflow(ports, all.Mean) })
	}
	t.Blocking = keep(c, func() (float64, error) { return erlang.WilkinsonLoss(all, ports) })
	equivalent := keep(c, func() (erlang.Equivalent, error) { return erlang.Wilkinson(all) })
	return keep(c, func() (erlang.Stream, error) { return erlang.Overflow(equivalent.Servers+ports, equivalent.Traffic) })
}

// reserve works out the ports that are kept for emergency calls, which are that share of all. The other calls pay for it;
// calls that come in clumps are taken for Poisson calls here.
func (t *TrunkResult) reserve(c *calculator, all erlang.Stream, emergency float64) {
	if t.Reserved == nil || all.Mean == 0 || c.err != nil {
		return
	}
	var high, low float64
	high, low, c.err = erlang.Reservation(t.Ports, *t.Reserved, all.Mean*emergency, all.Mean*(1-emergency))
	t.Emergency, t.Blocking = &high, max(t.Blocking, low)
}
