package design

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/plan"
)

// Exchange is a PBX beside the voice system and the trunk groups between the two and the PSTN, at the end of the
// migration or, in a phase, on its date.
type Exchange struct {
	Name     string
	Site     int
	InFront  bool // the voice system stands in front: all PSTN calls arrive at the gateway
	PBXUsers int
	EVUsers  int
	Groups   []PortGroup
	Reason   string
}

// PortGroup is one trunk group.
type PortGroup struct {
	Name    string
	Erlangs float64
	Ports   int
}

// PhaseLoad is a date of the migration.
type PhaseLoad struct {
	Date      plan.Date
	Moved     float64
	Exchanges []Exchange
}

// exchanges works out the trunk groups of every PBX, at the start, in each phase, and at the end.
func (d *Design) exchanges(c *calculator) {
	d.Exchanges = d.exchangesOn(c, "9999-12-31")
	if len(d.Plan.PBXs) == 0 || len(d.Plan.Phases) == 0 {
		return
	}
	d.Phases = []PhaseLoad{{Date: "start", Exchanges: d.exchangesOn(c, "")}}
	for i, phase := range d.Plan.Phases {
		if i+1 < len(d.Plan.Phases) && d.Plan.Phases[i+1].Date == phase.Date {
			continue
		}
		d.Phases = append(d.Phases, PhaseLoad{phase.Date, float64(phase.Moved), d.exchangesOn(c, phase.Date)})
	}
}

// movedBy returns the share of the users of a PBX that are moved by a date.
func movedBy(phases []plan.Phase, pbx string, date plan.Date) float64 {
	moved := 0.0
	for _, phase := range phases {
		if phase.Date <= date && (phase.PBX == "" || phase.PBX == pbx) {
			moved = float64(phase.Moved)
		}
	}
	return moved
}

// portion returns a share of the users with their calls.
func portion(l Load, share float64) Load {
	l.Users = int(float64(l.Users)*share + 0.5)
	l.Guidance = int(float64(l.Guidance)*share + 0.999999)
	return l.Scaled(share)
}

func (d *Design) exchangesOn(c *calculator, date plan.Date) []Exchange {
	classes := classLoads(d.Plan, d.Assumptions)
	var all []Exchange
	for _, pbx := range d.Plan.PBXs {
		users := loadOf(pbx.Users, classes)
		moved := portion(users, movedBy(d.Plan.Phases, pbx.Name, date))
		stay := users.Scaled(1 - movedBy(d.Plan.Phases, pbx.Name, date))
		stay.Users = users.Users - moved.Users
		for i, s := range d.Sites {
			if s.Name == pbx.Site {
				ev := loadOf(s.Users, classes).Plus(moved)
				all = append(all, d.exchange(c, pbx, i, stay, ev))
			}
		}
	}
	return all
}

// exchange works out the trunk groups. Behind the PBX all PSTN calls arrive there, and those of the voice system go on
// over the group between the two. In front of it all arrive at the gateway, which has three groups: to the PSTN, to the
// PBX and to the Mediation Servers. Calls between the users of the two are on the group between them.
func (d *Design) exchange(c *calculator, pbx plan.PBX, site int, stay, ev Load) Exchange {
	e := Exchange{Name: pbx.Name, Site: site, InFront: pbx.Position == "in-front", PBXUsers: stay.Users, EVUsers: ev.Users}
	tie := min(stay.Erlangs, ev.Erlangs) * float64(pbx.Tie)
	add := func(name string, erlangs float64) {
		e.Groups = append(e.Groups, PortGroup{name, erlangs, c.ports(erlangs, d.Assumptions.GoS)})
	}
	all := stay.Erlangs + ev.Erlangs
	if e.InFront {
		add("PSTN to gateway", all)
		add("gateway to PBX", stay.Erlangs+tie)
		add("gateway to Mediation Servers", ev.Erlangs+tie)
		e.Reason = "In front of the PBX all PSTN calls arrive at the gateway: it needs ports for three groups, and the PSTN lines move to it."
		return e
	}
	peer := "gateway"
	if pbx.DirectSIP {
		peer = "direct SIP"
	}
	add("PSTN to PBX", all)
	add(fmt.Sprintf("PBX to Mediation Servers (%s)", peer), ev.Erlangs+tie)
	e.Reason = "Behind the PBX all PSTN calls arrive at the PBX, whose lines stay: the recommended form of an incremental deployment."
	return e
}
