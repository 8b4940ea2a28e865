package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// FromPlan makes the model of a plan that was worked out: its users as sources, what was bought as the network, and its
// section "simulation". Names of parts, as drills use them, are a site, a slash and the part: Hannover/gateway-1,
// Hannover/server-2, Leipzig/wan, Hannover/registrar, with - for blanks. Drills may leave the site out where only
// one part has the name. The error says what of the plan cannot be simulated, by the field of the plan file.
func FromPlan(d *design.Design) (*Model, error) {
	b := &builder{d: d, s: &d.Plan.Simulation, m: &Model{}, bandwidth: int64(math.Ceil(design.CallBandwidth(d.Plan.Media).BitsPerSecond))}
	b.m.Network.Codecs = []routing.Codec{{Name: oneLeg, BitsPerSecond: b.bandwidth}, {Name: twoLegs, BitsPerSecond: 2 * b.bandwidth}}
	b.m.Network.Penalty = routing.Penalty{Failures: b.s.FailOver.Failures, For: b.s.FailOver.PutAside}
	b.servers()
	b.wans()
	b.trunkGroups()
	for i := range d.Variant().Locations {
		b.location(&d.Variant().Locations[i])
	}
	for i := range d.Sites {
		if err := b.site(i); err != nil {
			return nil, err
		}
	}
	b.sessions()
	if err := b.drills(); err != nil {
		return nil, err
	}
	return b.m, b.refusals()
}

// The codecs of a plan: what a call takes of a WAN link whose media crosses it once, or to the servers and back.
const (
	oneLeg  = "one leg"
	twoLegs = "two legs"
)

// builder makes the model of a plan.
type builder struct {
	d         *design.Design
	s         *plan.Simulation
	m         *Model
	bandwidth int64
}

// part returns the name of a part of a site.
func (b *builder) part(site int, name string) string {
	return strings.ReplaceAll(b.d.Sites[site].Name, " ", "-") + "/" + name
}

// component adds a facility that fails by chance, if the plan says how often.
func (b *builder) component(name string, mtbf, mttr *plan.Hours) {
	if mtbf == nil || mttr == nil {
		return
	}
	law := func(h plan.Hours) traffic.Duration {
		return traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(h) * float64(time.Hour))}
	}
	b.m.Components = append(b.m.Components, Component{Facility: name, Between: law(*mtbf), Repair: law(*mttr),
		Mode: routing.Closed, KnownAtOnce: b.s.Detected == 0, Detected: b.s.Detected})
}

// facility adds a facility.
func (b *builder) facility(f routing.Facility) {
	b.m.Network.Facilities = append(b.m.Network.Facilities, f)
}

// servers adds the Mediation Servers of each pool. Calls with media bypass do not count there.
func (b *builder) servers() {
	for _, pool := range b.d.Servers.Pools {
		for k := range pool.Servers {
			name := b.part(pool.Site, fmt.Sprintf("server-%d", k+1))
			b.facility(routing.Facility{Name: name, MediaOnly: true, Limits: routing.Limits{Circuits: b.d.Servers.Calls}})
			b.component(name, b.d.Plan.Mediation.MTBF, b.d.Plan.Mediation.MTTR)
		}
	}
}

// serverNames returns the Mediation Servers of the pool at a hub.
func (b *builder) serverNames(hub int) []string {
	var names []string
	for _, pool := range b.d.Servers.Pools {
		if pool.Site == hub {
			for k := range pool.Servers {
				names = append(names, b.part(hub, fmt.Sprintf("server-%d", k+1)))
			}
		}
	}
	return names
}

// wans adds the link of each site, with the limit on audio or, where there is none for either medium, of the link.
// Video under a limit of its own is a part of its own.
func (b *builder) wans() {
	for i, s := range b.d.Sites {
		limit := int64(s.WAN.Audio)
		if limit == 0 && s.WAN.Video == 0 {
			limit = int64(s.WAN.Bandwidth)
		}
		b.facility(routing.Facility{Name: b.part(i, "wan"), MediaOnly: b.returns(i), Limits: routing.Limits{BitsPerSecond: limit}})
		if s.WAN.Video > 0 {
			b.facility(routing.Facility{Name: b.part(i, "wan-video"), Limits: routing.Limits{BitsPerSecond: int64(s.WAN.Video)}})
		}
		if s.Hub != i && !s.WAN.Resilient {
			b.component(b.part(i, "wan"), s.WAN.MTBF, s.WAN.MTTR)
		}
		if s.Hub == i {
			b.facility(routing.Facility{Name: b.part(i, "registrar")})
		}
	}
}

// location adds the gateways of a place where trunks end, as one trunk group, with the trunks to them from the servers.
func (b *builder) location(l *design.Location) {
	if l.Load.Erlangs == 0 || l.Trunk == 0 || !slices.ContainsFunc(l.Serves, func(site int) bool { return b.routeOf(site) == "" }) {
		return
	}
	var units []string
	for _, bought := range l.Mix.Bought {
		for range bought.Count {
			name := b.part(l.Site, fmt.Sprintf("gateway-%d", len(units)+1))
			units = append(units, name)
			b.facility(routing.Facility{Name: name, Limits: routing.Limits{Circuits: bought.Calls, Rate: b.rate(bought.CAPS)}})
			b.component(name, bought.MTBF, bought.MTTR)
		}
	}
	whole := routing.Facility{Name: b.part(l.Site, "trunk"), Limits: routing.Limits{Circuits: l.Trunk, Reserved: b.reserved(l)}}
	if l.Lines == catalog.SBC {
		whole.Limits.Rate = b.rate(b.providerCAPS(l))
	}
	b.facility(whole)
	g := Group{Name: b.d.Sites[l.Site].Name, Circuits: l.Trunk, Promised: b.d.Assumptions.GoS, Formula: &l.Blocking, FormulaName: "Erlang B"}
	if b.d.Plan.Demand.DayToDay != "" && b.d.Plan.Demand.DayToDay != "none" {
		g.FormulaName = "Erlang B over the days"
	}
	b.reservation(l, &g)
	b.m.Groups = append(b.m.Groups, g)
	b.mesh(l, units, whole.Name)
}

// reservation puts the formula of a group that keeps ports for emergency calls in the place of Erlang B: the mean of both
// kinds of calls.
func (b *builder) reservation(l *design.Location, g *Group) {
	reserved := b.reserved(l)
	if reserved == 0 {
		return
	}
	high := l.Load.Erlangs * b.emergencyShare(l.Site)
	blockedHigh, blockedLow, err := erlang.Reservation(l.Trunk, reserved, high, l.Load.Erlangs-high)
	if err != nil {
		return // too large to be worked out; Erlang B is near then
	}
	mean := blockedLow + (blockedHigh-blockedLow)*high/l.Load.Erlangs
	g.Formula, g.FormulaName = &mean, fmt.Sprintf("reservation of %d", reserved)
}

// mesh adds the trunks of a location: those that all sites without a link to mind share, and those of each other site.
func (b *builder) mesh(l *design.Location, units []string, whole string) {
	group := len(b.m.Groups) - 1
	for _, name := range b.bundles(l) {
		route := routing.Route{Name: name, Policy: b.policy(), FailOver: b.failOver()}
		links := b.linksOf(l, name)
		for k, server := range b.pairs(l, name, len(units)) {
			for j, unit := range orOne(units) {
				if server.only >= 0 && server.only != j {
					continue
				}
				t := routing.Trunk{Name: fmt.Sprintf("%s:%d-%d", name, k+1, j+1)}
				t.Facilities = append(t.Facilities, links...)
				for _, facility := range []string{server.name, unit, whole} {
					if facility != "" {
						t.Facilities = append(t.Facilities, facility)
					}
				}
				b.m.Network.Trunks = append(b.m.Network.Trunks, t)
				b.m.Groups[group].Trunks = append(b.m.Groups[group].Trunks, t.Name)
				route.Trunks = append(route.Trunks, t.Name)
				route.Weights = append(route.Weights, b.ports(unit, whole))
			}
		}
		b.m.Network.Routes = append(b.m.Network.Routes, route)
	}
}

// orOne returns the units, or one without a name where there are none: the peer of a direct SIP connection.
func orOne(units []string) []string {
	if len(units) == 0 {
		return []string{""}
	}
	return units
}

// ports returns the calls that a unit, or the trunk as a whole, can carry.
func (b *builder) ports(unit, whole string) int {
	for _, f := range b.m.Network.Facilities {
		if f.Name == unit || unit == "" && f.Name == whole {
			return max(1, min(f.Limits.Circuits, 65535))
		}
	}
	return 1
}

// pairing is a server with the only unit that it has a trunk to, or -1 for all.
type pairing struct {
	name string
	only int
}

// pairs returns the servers of a bundle: those of the hub, each with every gateway or, with 1:1 trunks, each with its own;
// the survivable appliance of a branch that has one.
func (b *builder) pairs(l *design.Location, bundle string, units int) []pairing {
	if strings.HasSuffix(bundle, "/local") {
		return []pairing{{"", -1}}
	}
	names := b.serverNames(b.d.Sites[l.Site].Hub)
	if len(names) == 0 {
		return []pairing{{"", -1}}
	}
	var all []pairing
	if b.d.Trunks.MByN {
		for _, name := range names {
			all = append(all, pairing{name, -1})
		}
		return all
	}
	for k := range max(1, units) {
		all = append(all, pairing{names[k%len(names)], k})
	}
	return all
}

// bundles returns the names of the routes to a location: one for the sites that need no link, and one for each other.
func (b *builder) bundles(l *design.Location) []string {
	var names []string
	for _, i := range l.Serves {
		if name := b.bundle(l.Site, i); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// bundle returns the name of the route of a site to a location.
func (b *builder) bundle(at, site int) string {
	switch {
	case at == site && b.d.Sites[site].Hub != site && b.survivor(site) != nil:
		return b.part(site, "local")
	case at == site && b.d.Sites[site].Hub == site:
		return b.part(at, "trunks")
	}
	return b.part(site, "to-"+strings.ReplaceAll(b.d.Sites[at].Name, " ", "-"))
}

// linksOf returns the WAN links that the calls of a bundle cross. The limit of the hub's own link holds for the calls that
// cross it once.
func (b *builder) linksOf(l *design.Location, bundle string) []string {
	for _, i := range l.Serves {
		if b.bundle(l.Site, i) != bundle {
			continue
		}
		switch {
		case i == l.Site && b.returns(i):
			return []string{b.part(i, "wan")}
		case i != l.Site:
			return []string{b.part(i, "wan"), b.part(l.Site, "wan")}
		}
	}
	return nil
}

// returns tells whether the media of a site's calls without bypass goes over its link to the servers of the hub and back to
// its own gateway.
func (b *builder) returns(site int) bool {
	if b.d.Sites[site].Hub == site || b.survivor(site) != nil {
		return false
	}
	return slices.ContainsFunc(b.d.Variant().Locations, func(l design.Location) bool { return l.Site == site })
}

// survivor returns what a branch has for the time of a failure of its link, or nil.
func (b *builder) survivor(site int) *design.Branch {
	branches := b.d.Variant().Branches
	for i := range branches {
		if branches[i].Site == site && branches[i].Count > 0 {
			return &branches[i]
		}
	}
	return nil
}

// rate returns the limit on attempts of a unit; none where it is not documented.
func (b *builder) rate(caps *float64) routing.RateLimit {
	if caps == nil {
		return routing.RateLimit{}
	}
	limit := routing.RateLimit{Calls: int(*caps), Window: time.Second, Burst: b.s.Burst}
	if whole := math.Trunc(*caps); whole != *caps || whole == 0 {
		limit.Calls, limit.Window = 1, time.Duration(float64(time.Second) / *caps)
		if *caps > 1 { // so many calls in ten seconds, that is
			limit.Calls, limit.Window = int(math.Round(*caps*10)), 10*time.Second
		}
	}
	return limit
}

// providerCAPS returns the call attempts per second that the provider of a location's trunk takes, nil if it does not say.
func (b *builder) providerCAPS(l *design.Location) *float64 {
	for _, p := range b.d.Plan.ITSPs {
		if len(p.Countries) == 0 || slices.Contains(p.Countries, l.Country) {
			return p.CAPS
		}
	}
	return nil
}

// reserved returns the ports that a location keeps for emergency calls.
func (b *builder) reserved(l *design.Location) int {
	for _, g := range b.d.Emergency {
		if g.Site == l.Site && g.Reserved < l.Trunk {
			return g.Reserved
		}
	}
	return 0
}

// policy returns how a trunk is chosen.
func (b *builder) policy() routing.Policy {
	policy, err := routing.ParsePolicy(b.s.Policy)
	if err != nil {
		return routing.RoundRobin
	}
	return policy
}

// failOver returns what sends a call on.
func (b *builder) failOver() routing.FailOver {
	f := b.s.FailOver
	on := f.On.List()
	if on != nil && !slices.Contains(on, routing.NoCircuit) {
		on = append(on, routing.NoCircuit) // this side passes over full trunks, whatever it fails over on
	}
	return routing.FailOver{On: on, Trunks: f.Trunks, Wait: f.Wait}
}

// dayToDay returns the variance of the days' traffic by the square of its mean.
func (b *builder) dayToDay(erlangs float64) (float64, error) {
	exponent, ok := map[string]float64{"low": erlang.LowVariation, "medium": erlang.MediumVariation, "high": erlang.HighVariation}[b.d.Plan.Demand.DayToDay]
	if !ok || erlangs <= 0 {
		return 0, nil
	}
	variance, err := erlang.DailyVariance(erlangs, exponent)
	return variance / (erlangs * erlangs), err
}
