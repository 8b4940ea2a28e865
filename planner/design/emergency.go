package design

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
)

// EmergencyGroup is what a location does for emergency calls.
type EmergencyGroup struct {
	Site      int
	Numbers   []string // that users dial
	Erlangs   float64
	Reserved  int     // ports that other calls leave free
	Blocking  float64 // of emergency calls
	Others    float64 // blocking of the other calls
	Locations int     // emergency response locations of its sites
	ELINs     int
	Holds     bool
	Reason    string
}

const (
	emergencyShare  = 0.001 // of the calls out, where the plan says nothing
	emergencyGoS    = 0.001
	mostReserved    = 20
	largestReserved = 20_000 // ports of a group for which reservation is worked out
)

// plansEmergency tells whether the plan says anything about emergency calls, so that ports are kept for them.
func (d *Design) plansEmergency() bool {
	e := &d.Plan.Emergency
	return e.Provider != "" || e.Share != nil || len(e.Locations) > 0
}

// emergencyOf returns the emergency calls among the erlangs of a location.
func (d *Design) emergencyOf(erlangs float64) float64 {
	return erlangs * (1 - d.Assumptions.Inbound) * share(d.Plan.Emergency.Share, emergencyShare)
}

// ports returns the fewest ports on which a location keeps the GoS: where some of them are kept for emergency calls, on those
// that are left to the other calls.
func (d *Design) ports(c *calculator, erlangs float64) int {
	n := c.ports(erlangs, d.Assumptions.GoS)
	if !d.plansEmergency() || n == 0 {
		return n
	}
	for most := n + 2*mostReserved; n < most && c.err == nil; n++ {
		if d.reserve(c, n, erlangs).Others <= d.Assumptions.GoS {
			break
		}
	}
	return n
}

// reserve keeps the fewest of so many ports for emergency calls, if the plan says anything about these.
func (d *Design) reserve(c *calculator, ports int, erlangs float64) EmergencyGroup {
	g := EmergencyGroup{Erlangs: d.emergencyOf(erlangs)}
	if d.plansEmergency() {
		g.reserve(c, ports, erlangs, d.emergencyGoS())
	}
	return g
}

// blocking returns the share of all calls that is lost on so many ports of a location. As many of them as were planned are
// kept for emergency calls, for which the other calls pay; without any it is that of [calculator.blocking].
func (d *Design) blocking(c *calculator, l *Location, ports int, erlangs float64) float64 {
	lost := c.blocking(ports, erlangs)
	kept := min(l.reserved, ports)
	if kept <= 0 || erlangs <= 0 || c.err != nil {
		return lost
	}
	emergency := d.emergencyOf(erlangs)
	var high, low float64
	high, low, c.err = erlang.Reservation(ports, kept, emergency, erlangs-emergency)
	return max(lost, (emergency*high+(erlangs-emergency)*low)/erlangs)
}

// emergencyGoS returns the share of emergency calls that may be blocked.
func (d *Design) emergencyGoS() float64 { return share(d.Plan.Promise.EmergencyGoS, emergencyGoS) }

// emergency reserves the fewest ports at each location that keep the GoS of emergency calls.
func (d *Design) emergency(c *calculator) {
	if !d.plansEmergency() {
		return
	}
	for _, l := range d.Variant().Locations {
		country, _ := catalog.FindCountry(l.Country)
		g := d.reserve(c, l.Ports, l.Load.Erlangs)
		g.Site, g.Numbers, g.Reason = l.Site, country.Emergency, "nothing is reserved"
		if g.Reserved > 0 {
			g.Reason = fmt.Sprintf("%d of %d ports are kept for emergency calls: other calls are refused when no more are free", g.Reserved, l.Ports)
		}
		for _, at := range d.Plan.Emergency.Locations {
			for _, i := range l.Serves {
				if d.Sites[i].Name == at.Site {
					g.Locations++
					g.ELINs += len(at.ELINs)
				}
			}
		}
		d.Emergency = append(d.Emergency, g)
	}
}

// reserve looks for the fewest reserved ones of so many ports that keep the GoS of emergency calls; erlangs are those of all
// calls.
func (g *EmergencyGroup) reserve(c *calculator, ports int, erlangs, gos float64) {
	if ports > largestReserved || g.Erlangs <= 0 {
		g.Blocking = c.blocking(ports, erlangs)
		g.Holds, g.Others = g.Blocking <= gos, g.Blocking
		return
	}
	for r := 0; r <= min(mostReserved, ports-1) && c.err == nil; r++ {
		g.Reserved = r
		g.Blocking, g.Others, c.err = erlang.Reservation(ports, r, g.Erlangs, erlangs-g.Erlangs)
		if g.Holds = g.Blocking <= gos; g.Holds {
			break
		}
	}
}

// emergencyAdvice names sites that a call to 911 could not be found at, and numbers for calling back that nobody answers.
func (d *Design) emergencyAdvice() {
	if d.Plan.Emergency.Provider == "" {
		return
	}
	located, ranges := map[string]bool{}, map[string][]plan.NumberRange{}
	for _, n := range d.Plan.Numbers {
		ranges[n.Site] = append(ranges[n.Site], n)
	}
	for _, l := range d.Plan.Emergency.Locations {
		located[l.Site] = true
		for _, elin := range l.ELINs {
			own := ranges[l.Site]
			if len(own) > 0 && !slices.ContainsFunc(own, func(r plan.NumberRange) bool { return r.Holds(elin) }) {
				d.Risks = append(d.Risks, fmt.Sprintf("ELIN %s of %s: is in none of the number ranges of %s, so that nobody can call back", elin, l.Name, l.Site))
			}
		}
	}
	var missing []string
	for _, s := range d.Sites {
		country, _ := catalog.FindCountry(s.Country)
		if s.Load.Users > 0 && slices.Contains(country.Emergency, "911") && !located[s.Name] {
			missing = append(missing, s.Name)
		}
	}
	if len(missing) > 0 {
		some := missing[:min(8, len(missing))]
		if len(some) < len(missing) {
			some = append(slices.Clone(some), fmt.Sprintf("%d more", len(missing)-len(some)))
		}
		d.Advice = append(d.Advice, "E9-1-1: no emergency location (emergency.locations) is given for "+strings.Join(some, ", ")+": whoever answers 911 cannot send help there.")
	}
}
