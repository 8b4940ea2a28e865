package sip

import (
	"fmt"
	"math"

	trunking "github.com/sipplan/sipplan/planner/routing"
)

// Network makes trunks of the destinations, and of the groups routes that overflow one into the next, so
// that the fail-over of RFC 3263, 4.3 is decided where all fail-over is. The first route has the given
// name. A call is sent over the trunk at a place to the destination at that place.
//
// A host of weight w comes first with probability w/Σw (RFC 2782); hosts of weight 0 have a share of 1/(1+Σw) among
// them. Its addresses are drawn each for itself, with their part of its weight, and a call that failed at one goes to
// any other of the group.
func (l *Location) Network(name string, rule trunking.FailOver) (*trunking.Network, []Destination) {
	n := &trunking.Network{}
	var at []Destination
	places := map[string]bool{}
	for i := range l.Groups {
		route := trunking.Route{Name: routeName(name, i), Policy: trunking.WeightedRandom, FailOver: rule}
		if i+1 < len(l.Groups) {
			route.Overflow = routeName(name, i+1)
		}
		weights := map[string]int{}
		for _, h := range l.Groups[i].Hosts {
			weight := l.Groups[i].share(h) / float64(len(h.Addrs))
			for _, d := range h.appendTo(nil, l.Groups[i].Transport) {
				trunk := fmt.Sprintf("%s/%s", d.Addr, d.Transport)
				if !places[trunk] {
					places[trunk] = true
					n.Trunks, at = append(n.Trunks, trunking.Trunk{Name: trunk}), append(at, d)
				}
				if weights[trunk] == 0 {
					route.Trunks = append(route.Trunks, trunk)
				}
				weights[trunk] += max(1, int(math.Round(weight*math.MaxUint16)))
			}
		}
		for _, trunk := range route.Trunks {
			route.Weights = append(route.Weights, min(weights[trunk], math.MaxUint16))
		}
		n.Routes = append(n.Routes, route)
	}
	return n, at
}

// routeName returns the name of the route of a group.
func routeName(name string, group int) string {
	if group == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, group+1)
}

// share returns the probability with which a call tries a host of the group first.
func (g *Group) share(h Host) float64 {
	sum, zeros := 0, 0
	for _, other := range g.Hosts {
		sum += int(other.Weight)
		if other.Weight == 0 {
			zeros++
		}
	}
	places := float64(sum + min(zeros, 1))
	if h.Weight == 0 {
		return 1 / places / float64(zeros)
	}
	return float64(h.Weight) / places
}
