package design

import (
	"fmt"
	"slices"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
)

// Variant is one topology with what it needs.
type Variant struct {
	Name      string
	Peer      string // what the Mediation Servers talk to
	Possible  bool
	Locations []Location
	Branches  []Branch // how its branches survive
	Pools     []Pool   // of Mediation Servers
	Ports     int      // that the GoS needs, of all locations
	Installed int      // of the gateways that are bought
	Units     int      // gateways or session border controllers
	Blocking  float64  // at the worst location with everything up
	Down      float64  // at the worst location with its largest unit failed
	Cost      Cost
	Reason    string
}

// Location is a place where trunks to the PSTN end.
type Location struct {
	Site      int   // index in the sites of the design
	Serves    []int // sites whose calls it carries, its own included
	Country   string
	Lines     catalog.Lines
	Load      Load
	Ports     int     // that the GoS needs
	PortsDown int     // that the GoS of failures needs
	Mix       Mix     // of gateways; no units where no gateway is needed
	Trunk     int     // channels or ports of the trunk: installed ones, or those that are rented
	Blocking  float64 // share of the calls, with everything up
	Down      float64 // the same with the largest unit failed
	// LongRun is the blocking with all failures and repairs of the years; nil without MTBF and MTTR of every unit.
	LongRun  *float64
	reserved int // of the ports that the GoS needs, kept for emergency calls
}

// The names of the variants, as plan files write them.
const (
	PerSiteGateways  = "per-site-gateways"
	CentralGateways  = "central-gateways"
	DirectSIP        = "direct-sip"
	CentralTrunk     = "central-sip-trunk"
	DistributedTrunk = "distributed-sip-trunks"
)

// shape is how a variant is laid out.
type shape struct {
	name, peer string
	central    bool
	kind       catalog.Lines // SBC for SIP trunks, "" for the lines of the country
	units      bool          // gateways or session border controllers are bought
}

var shapes = []shape{
	{PerSiteGateways, "PSTN gateway at each site", false, "", true},
	{CentralGateways, "PSTN gateways at central sites", true, "", true},
	{DirectSIP, "IP-PBX or gateway that is there, by direct SIP", true, catalog.SBC, false},
	{CentralTrunk, "SBC and ITSP trunk at central sites", true, catalog.SBC, true},
	{DistributedTrunk, "SBC and ITSP trunk at each site", false, catalog.SBC, true},
}

// variants works out every topology.
func (d *Design) variants(c *calculator) {
	gateways, sbcs := candidates(d.Plan, d.Plan.Gateways, false), candidates(d.Plan, d.Plan.SBCs, true)
	for _, s := range shapes {
		v := Variant{Name: s.name, Peer: s.peer}
		v.Possible, v.Reason = d.possible(s)
		for _, l := range d.locations(s.central) {
			d.equip(c, &l, s, gateways, sbcs)
			v.add(l)
		}
		v.Branches = d.branches(c, &v, gateways)
		v.Pools = d.pools(&v)
		v.Cost = d.cost(c, &v, s)
		if v.Possible {
			v.Reason = d.variantReason(&v, s)
		}
		d.Variants = append(d.Variants, v)
	}
}

// locations groups the sites by where their trunks end.
func (d *Design) locations(central bool) []Location {
	var all []Location
	at := map[int]int{}
	for i, s := range d.Sites {
		hub := i
		if central {
			hub = s.Hub
		}
		k, ok := at[hub]
		if !ok {
			k = len(all)
			at[hub] = k
			all = append(all, Location{Site: hub, Country: d.Sites[hub].Country})
		}
		all[k].Serves = append(all[k].Serves, i)
		all[k].Load = all[k].Load.Plus(s.Load)
	}
	return all
}

// equip works out the ports of a location and what they are on.
func (d *Design) equip(c *calculator, l *Location, s shape, gateways, sbcs []Candidate) {
	country, _ := catalog.FindCountry(l.Country)
	l.Lines = country.Lines
	all := gateways
	if s.kind == catalog.SBC {
		l.Lines, all = catalog.SBC, sbcs
	}
	l.Ports, l.PortsDown = d.ports(c, l.Load.Erlangs), c.ports(l.Load.Erlangs, d.Assumptions.FailureGoS)
	l.reserved = d.reserve(c, l.Ports, l.Load.Erlangs).Reserved
	l.Trunk, l.Blocking = l.Ports, d.blocking(c, l, l.Ports, l.Load.Erlangs)
	l.Down = l.Blocking
	if !s.units || l.Ports == 0 {
		return
	}
	n := need{calls: l.Ports, callsDown: l.PortsDown, units: 2, transcoded: up(int(l.Load.Erlangs*float64(d.Plan.Media.Transcoded)*1000), 1000)}
	n.attempts = c.attempts(max(l.Load.CAPS(), d.promisedCAPS(l)))
	if d.Sites[l.Site].Resilience == "none" {
		n.callsDown, n.units = 0, 1
	}
	l.Mix = c.mix(forLines(all, l.Lines, l.Ports), string(l.Lines), n)
	d.measure(c, l, s)
}

// promisedCAPS returns the location's part of the call attempts per second that the plan promises.
func (d *Design) promisedCAPS(l *Location) float64 {
	if d.Plan.Promise.CAPS == nil || d.Total.BHCA == 0 {
		return 0
	}
	return *d.Plan.Promise.CAPS * l.Load.BHCA / d.Total.BHCA
}

// measure works out the blocking on what was bought. Channels of a SIP trunk are rented as the GoS needs them, whatever
// its session border controllers could keep.
func (d *Design) measure(c *calculator, l *Location, s shape) {
	down := l.Mix.Down
	if s.kind == catalog.SBC {
		down = min(down, l.Trunk)
	} else {
		l.Trunk = l.Mix.Calls
	}
	l.Blocking, l.Down = d.blocking(c, l, l.Trunk, l.Load.Erlangs), d.blocking(c, l, down, l.Load.Erlangs)
}

// add puts a location into the sums of its variant.
func (v *Variant) add(l Location) {
	v.Locations = append(v.Locations, l)
	v.Ports += l.Ports
	v.Installed += l.Trunk
	v.Units += l.Mix.Units
	v.Blocking, v.Down = max(v.Blocking, l.Blocking), max(v.Down, l.Down)
}

// possible says whether the plan has what a variant needs, and if not, what is missing.
func (d *Design) possible(s shape) (bool, string) {
	switch {
	case s.name == DirectSIP:
		for _, b := range d.Plan.PBXs {
			if b.DirectSIP {
				return true, ""
			}
		}
		return false, "Needs a certified IP-PBX (pbxs: direct_sip), which the plan does not have."
	case s.kind != catalog.SBC:
		return true, ""
	case len(d.Plan.ITSPs) == 0:
		return false, "Needs a provider (itsps), which the plan does not name."
	}
	for _, l := range d.locations(s.central) {
		if d.itsp(l.Country) == nil {
			return false, fmt.Sprintf("Needs a provider in %s, which the plan does not name.", l.Country)
		}
	}
	return true, ""
}

// itsp returns the first provider that serves the country, or nil.
func (d *Design) itsp(country string) *plan.ITSP {
	if all := d.itsps(country); len(all) > 0 {
		return &all[0]
	}
	return nil
}

// itsps returns the providers that serve the country.
func (d *Design) itsps(country string) []plan.ITSP {
	var all []plan.ITSP
	for _, provider := range d.Plan.ITSPs {
		if len(provider.Countries) == 0 || slices.Contains(provider.Countries, country) {
			all = append(all, provider)
		}
	}
	return all
}
