package design

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/plan"
)

// Sensitivity is the design under another assumption, on the trunks that were planned.
type Sensitivity struct {
	What     string
	Factor   float64 // of the traffic
	Erlangs  float64
	Ports    int     // that the GoS would need
	Blocking float64 // of all calls, on the planned ports
	Worst    float64 // at the worst location
}

// sensitivity varies the holding time by a third, the years of growth and the busy-hour rule. Blocking is that on the ports
// the GoS needs as planned, so that what units have to spare hides nothing.
func (d *Design) sensitivity(c *calculator) {
	add := func(what string, factor float64) {
		s := Sensitivity{What: what, Factor: factor}
		lost := 0.0
		for _, l := range d.Variant().Locations {
			erlangs := l.Load.Erlangs * factor
			s.Erlangs += erlangs
			s.Ports += d.ports(c, erlangs)
			blocking := d.blocking(c, &l, l.Ports, erlangs)
			s.Worst = max(s.Worst, blocking)
			lost += erlangs * blocking
		}
		if s.Erlangs > 0 {
			s.Blocking = lost / s.Erlangs
		}
		d.Sensitivity = append(d.Sensitivity, s)
	}
	add("holding time a third shorter", 2./3)
	add("as planned", 1)
	add("holding time a third longer", 4./3)
	for year, factor := 1, 1.0; year <= 5 && d.Plan.Demand.Growth > 0; year++ {
		factor *= 1 + float64(d.Plan.Demand.Growth)
		add(fmt.Sprintf("growth: year %d after the horizon", year), factor)
	}
	for _, rule := range []struct {
		name  string
		share plan.BusyHour
	}{{"flat: 12.5 % of the day", plan.Flat}, {"Westbay: 17 % of the day", plan.Westbay}, {"Microsoft: 31.25 % of the day", plan.Microsoft}} {
		add("busy hour "+rule.name, float64(rule.share/d.Assumptions.BusyHour))
	}
}
