// Package design works a plan file out: what the users offer, which topologies are possible and what each needs,
// which gateways and servers to buy, what crosses which link, what every single failure does, and what it costs.
// It takes values and returns values; each decision carries its reason as a sentence.
package design

import (
	"errors"

	"github.com/sipplan/sipplan/planner/plan"
)

// Design is a plan worked out.
type Design struct {
	Plan        *plan.Plan
	Assumptions Assumptions
	Sites       []Site
	Total       Load
	Variants    []Variant
	Chosen      int // index in Variants
	Reason      string

	Servers     Servers
	Trunks      Trunks
	Links       []Link
	Failures    []Failure
	Worst       []Failure // the worst single failures, worst first
	Sensitivity []Sensitivity
	BreakEven   BreakEven
	Exchanges   []Exchange
	Phases      []PhaseLoad
	Routes      []RouteResult
	TrunkGroups []TrunkResult
	Analog      []AnalogGroup
	Emergency   []EmergencyGroup
	Numbers     []NumberCount
	Tests       []Test
	Advice      []string // what to know before buying, a sentence each
	Risks       []string // what nobody documents, or what breaks a rule
}

// Site is a site with what its users offer.
type Site struct {
	plan.Site
	Load Load
	Hub  int // index of the site whose trunks it uses in central variants
}

// Variant returns the variant that was worked out.
func (d *Design) Variant() *Variant { return &d.Variants[d.Chosen] }

var errNoCalls = errors.New("sites: no site has users who call (users, measured), so there is nothing to plan")

// Work works a plan out. The error is the formula's where a figure is beyond what it can compute.
func Work(p *plan.Plan) (*Design, error) {
	c := newCalculator(p)
	d := &Design{Plan: p, Assumptions: assumptions(p)}
	d.demand()
	if d.Total.Erlangs == 0 {
		return nil, errNoCalls
	}
	d.hubs()
	d.analog(c)
	d.variants(c)
	d.choose()
	d.servers()
	d.trunks()
	d.links(c)
	d.failures(c)
	d.sensitivity(c)
	d.breakEven()
	d.exchanges(c)
	d.overflow(c)
	d.emergency(c)
	d.numbers()
	d.tests()
	d.advice()
	return d, c.err
}

// demand works out what each site offers: its own users and those whom the phases move to it from a PBX.
func (d *Design) demand() {
	classes := classLoads(d.Plan, d.Assumptions)
	at := map[string]int{}
	for i, s := range d.Plan.Sites {
		load := loadOf(s.Users, classes)
		if s.Measured != nil {
			load.Erlangs, load.BHCA = s.Measured.Erlangs*d.Assumptions.Growth, s.Measured.CallsPerHour*d.Assumptions.Growth
		}
		d.Sites = append(d.Sites, Site{Site: s, Load: load})
		at[s.Name] = i
	}
	for _, pbx := range d.Plan.PBXs {
		moved := movedBy(d.Plan.Phases, pbx.Name, "9999-12-31")
		site := &d.Sites[at[pbx.Site]]
		site.Load = site.Load.Plus(portion(loadOf(pbx.Users, classes), moved))
	}
	for _, s := range d.Sites {
		d.Total = d.Total.Plus(s.Load)
	}
}

// hubs gives each site the central site that serves it: the one it names, else one of its country, else itself when it is
// the largest of its country. Lines and numbers belong to a country, so each country has a hub of its own.
func (d *Design) hubs() {
	byName, hubOf := map[string]int{}, map[string]int{}
	for i, s := range d.Sites {
		byName[s.Name] = i
		best, ok := hubOf[s.Country]
		if !ok || s.Central && !d.Sites[best].Central || s.Central == d.Sites[best].Central && s.Load.Users > d.Sites[best].Load.Users {
			hubOf[s.Country] = i
		}
	}
	for i := range d.Sites {
		s := &d.Sites[i]
		switch {
		case s.ServedBy != "":
			s.Hub = byName[s.ServedBy]
		case s.Central:
			s.Hub = i
		default:
			s.Hub = hubOf[s.Country]
		}
	}
}
