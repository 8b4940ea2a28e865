package acceptance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
)

// Stream is the calls of a plan that are tested together: those of a route or, without one, of a place where trunks
// end. They try its trunk groups one after another.
type Stream struct {
	Name    string
	Erlangs float64
	Hold    time.Duration // mean time that a call holds a circuit, set-up included
	Groups  []Group       // in the order in which calls try them; at least one
	Formula float64       // share of the calls that find all groups full
	By      string        // whose formula it is
	Promise Promise
}

// Group is a trunk group with the gateways that it is on.
type Group struct {
	Name    string
	Ports   int
	Offered float64 // erlangs, those that overflow to it included, of all streams
	Formula float64 // blocking of what it is offered
	By      string
	Units   []Unit // at least one
}

// Unit is a gateway, or a trunk that is tested as a whole.
type Unit struct {
	Name  string // a word: that of the group, or a site, a slash and the gateway
	Ports int
}

// Ports returns the circuits of all groups.
func (s *Stream) Ports() int {
	sum := 0
	for _, g := range s.Groups {
		sum += g.Ports
	}
	return sum
}

// Streams returns what is to be tested of a plan that was worked out, with everything up. Errors are those of [erlang.B].
func Streams(d *design.Design) ([]Stream, error) {
	var all []Stream
	routed := map[string]bool{}
	for i := range d.Routes {
		all = append(all, routeStream(d, &d.Routes[i]))
		for _, site := range d.Routes[i].Sites {
			routed[site] = true
		}
	}
	for i := range d.Variant().Locations {
		l := &d.Variant().Locations[i]
		unrouted := slices.ContainsFunc(l.Serves, func(site int) bool { return !routed[d.Sites[site].Name] })
		if unrouted && l.Load.Erlangs > 0 && l.Trunk > 0 {
			s, err := placeStream(d, l)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// routeStream is the calls of a route over trunk groups of fixed size.
func routeStream(d *design.Design, r *design.RouteResult) Stream {
	var load design.Load
	for _, s := range d.Sites {
		if slices.Contains(r.Sites, s.Name) {
			load = load.Plus(s.Load)
		}
	}
	s := newStream(d, r.Name, load)
	s.Formula = r.Lost
	for _, name := range r.Trunks {
		at := slices.IndexFunc(d.TrunkGroups, func(t design.TrunkResult) bool { return t.Name == name })
		t := &d.TrunkGroups[at]
		by := "Erlang B"
		if t.Overflow.Mean > 0 {
			by = "Wilkinson"
		}
		s.Groups = append(s.Groups, Group{Name: t.Name, Ports: t.Ports, Offered: t.Direct + t.Overflow.Mean, Formula: t.Blocking, By: by, Units: []Unit{{word(t.Name), t.Ports}}})
	}
	if s.By = s.Groups[0].By; len(s.Groups) > 1 {
		s.By = "Wilkinson"
	}
	return s
}

// placeStream is the calls over the gateways or the SIP trunk of a place: all of one class, on a day that is as the mean.
func placeStream(d *design.Design, l *design.Location) (Stream, error) {
	name := d.Sites[l.Site].Name
	s := newStream(d, name, l.Load)
	blocking, err := erlang.B(float64(l.Trunk), l.Load.Erlangs)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	g := Group{Name: name, Ports: l.Trunk, Offered: l.Load.Erlangs, Formula: blocking, By: "Erlang B"}
	if l.Lines != catalog.SBC {
		for _, bought := range l.Mix.Bought {
			for range bought.Count {
				g.Units = append(g.Units, Unit{fmt.Sprintf("%s/gateway-%d", word(name), len(g.Units)+1), bought.Calls})
			}
		}
	}
	if len(g.Units) == 0 { // a SIP trunk has its channels whatever its session border controllers could carry
		g.Units = []Unit{{word(name), l.Trunk}}
	}
	s.Formula, s.By, s.Groups = g.Formula, g.By, []Group{g}
	return s, nil
}

func newStream(d *design.Design, name string, load design.Load) Stream {
	s := Stream{Name: name, Erlangs: load.Erlangs, Promise: Promise{Blocking: d.Assumptions.GoS}}
	if load.BHCA > 0 {
		s.Hold = time.Duration(load.Erlangs / load.BHCA * float64(time.Hour))
	}
	s.Promise.add(&d.Plan.Promise, load.BHCA/max(d.Total.BHCA, load.BHCA))
	return s
}

// add takes over what a plan promises beside its grade of service; a share of the call attempts belongs to the stream.
func (p *Promise) add(promised *plan.Promise, share float64) {
	if promised.CAPS != nil {
		p.CAPS = *promised.CAPS * share
	}
	if promised.MOS != nil {
		p.MOS = *promised.MOS
	}
}

// word makes a name one word.
func word(name string) string {
	return strings.NewReplacer(" ", "-", ",", "-", "=", "-").Replace(name)
}
