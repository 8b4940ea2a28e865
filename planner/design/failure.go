package design

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
)

// The failures that advice is given for.
const (
	wanLink  = "the WAN link"
	sipTrunk = "the SIP trunk"
)

// Failure is what one failed thing does.
type Failure struct {
	What     string
	Site     int
	Moved    float64 // erlangs that go another way
	Blocking float64 // of the calls of the sites concerned, in the busy hour
	Stranded int     // users without PSTN calls, whose own site works
	Down     int     // users of the place that failed, who are down with it
	Holds    bool    // the GoS of failures is kept
	// Unavailable is the share of the time that it is failed; nil without MTBF and MTTR.
	Unavailable *float64
	Reason      string
}

// broken is 1 where the GoS of failures is missed.
func (f Failure) broken() int {
	if f.Holds {
		return 0
	}
	return 1
}

// failures works out every single failure.
func (d *Design) failures(c *calculator) {
	for i, l := range d.Variant().Locations {
		d.Variant().Locations[i].LongRun = l.Availability(func(ports int, erlangs float64) float64 { return d.blocking(c, &l, ports, erlangs) })
		d.unitFailures(c, &l)
		d.siteFailure(c, i)
		d.providerFailure(c, i)
		d.centralWANFailure(c, i)
	}
	d.serverFailures()
	for i, s := range d.Sites {
		if s.Hub != i && s.Load.Users > 0 {
			d.wanFailure(c, i)
		}
	}
	for i := range d.Failures {
		f := &d.Failures[i]
		f.Holds = f.Stranded == 0 && f.Blocking <= d.Assumptions.FailureGoS
	}
	d.Worst = slices.Clone(d.Failures)
	slices.SortStableFunc(d.Worst, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Stranded, a.Stranded), cmp.Compare(b.broken(), a.broken()), cmp.Compare(b.Down, a.Down),
			cmp.Compare(b.Blocking, a.Blocking))
	})
}

// unitFailures are those of one gateway of each model of a location.
func (d *Design) unitFailures(c *calculator, l *Location) {
	for _, b := range l.Mix.Bought {
		left := min(l.Trunk, l.Mix.Calls-b.Calls)
		f := Failure{What: "one " + b.Model, Site: l.Site, Moved: l.Load.Erlangs * float64(b.Calls) / float64(l.Mix.Calls),
			Blocking: d.blocking(c, l, left, l.Load.Erlangs), Unavailable: unavailable(b.MTBF, b.MTTR),
			Reason: fmt.Sprintf("%d of %d ports are left", left, l.Trunk)}
		if left <= 0 {
			f.Stranded, f.Reason = l.Load.Users, "it is the only one"
		}
		d.Failures = append(d.Failures, f)
	}
}

// siteFailure is that of a whole location. Its own users are down with it; the calls of the sites that it serves go another
// way, or none.
func (d *Design) siteFailure(c *calculator, index int) {
	l := d.Variant().Locations[index]
	f := Failure{What: "the whole site", Site: l.Site, Down: d.Sites[l.Site].Load.Users}
	served := slices.DeleteFunc(slices.Clone(l.Serves), func(site int) bool { return site == l.Site })
	if len(served) == 0 {
		f.Reason = "only its own users, who are down with it"
	} else {
		d.reroute(c, &f, index, served)
	}
	d.Failures = append(d.Failures, f)
}

// providerFailure is that of the trunk to the provider at a location.
func (d *Design) providerFailure(c *calculator, index int) {
	v := d.Variant()
	l := v.Locations[index]
	if l.Lines != catalog.SBC || v.Name == DirectSIP || l.Load.Users == 0 {
		return
	}
	f := Failure{What: sipTrunk, Site: l.Site}
	providers := d.itsps(l.Country)
	if len(providers) > 0 {
		f.Unavailable = unavailable(providers[0].MTBF, providers[0].MTTR)
	}
	switch {
	case len(providers) > 0 && providers[0].Resilient:
		f.Moved, f.Blocking, f.Reason = l.Load.Erlangs, l.Blocking, "its second point of interconnection takes over"
	case len(providers) > 1:
		channels := l.Trunk
		if most := providers[1].Channels; most != nil {
			channels = min(channels, *most)
		}
		f.Moved, f.Blocking = l.Load.Erlangs, d.blocking(c, &l, channels, l.Load.Erlangs)
		f.Reason = fmt.Sprintf("calls go over %d channels of %s", channels, providers[1].Name)
	default:
		d.reroute(c, &f, index, l.Serves)
	}
	d.Failures = append(d.Failures, f)
}

// centralWANFailure is that of the WAN link of a location that other sites call through.
func (d *Design) centralWANFailure(c *calculator, index int) {
	l := d.Variant().Locations[index]
	wan := d.Sites[l.Site].WAN
	served := slices.DeleteFunc(slices.Clone(l.Serves), func(site int) bool { return site == l.Site })
	if len(served) == 0 {
		return
	}
	f := Failure{What: wanLink, Site: l.Site, Unavailable: unavailable(wan.MTBF, wan.MTTR)}
	if wan.Resilient {
		f.Moved, f.Reason = l.Load.Erlangs-d.Sites[l.Site].Load.Erlangs, "the second path takes over"
	} else {
		d.reroute(c, &f, index, served)
	}
	d.Failures = append(d.Failures, f)
}

// reroute sends the calls of sites that a location can no longer serve to the gateways by which the branches survive, else
// to another location of the country, else nowhere.
func (d *Design) reroute(c *calculator, f *Failure, index int, sites []int) {
	v := d.Variant()
	l := v.Locations[index]
	var rest Load
	var ways []string
	local := 0
	for _, site := range sites {
		load := d.Sites[site].Load
		if b := v.survivor(site); b != nil && b.Ports > 0 {
			local++
			f.Moved += load.Erlangs
			f.Blocking = max(f.Blocking, c.blocking(b.Mix.Calls, load.Erlangs))
		} else {
			rest = rest.Plus(load)
		}
	}
	if local > 0 {
		ways = append(ways, ofSites(local, len(sites)))
	}
	other := d.roomiest(index)
	switch {
	case rest.Users == 0:
	case other < 0:
		f.Stranded, f.Blocking = rest.Users, 1
		ways = append(ways, "no other trunks in "+l.Country)
	default:
		to := v.Locations[other]
		f.Moved += rest.Erlangs
		blocking := d.blocking(c, &to, to.Trunk, to.Load.Erlangs+rest.Erlangs)
		f.Blocking = max(f.Blocking, blocking)
		way := "calls go to " + d.Sites[to.Site].Name
		if blocking > d.Assumptions.FailureGoS {
			way += fmt.Sprintf(", whose %d ports would have to be %d", to.Trunk, c.ports(to.Load.Erlangs+rest.Erlangs, d.Assumptions.FailureGoS))
		}
		ways = append(ways, way)
	}
	f.Reason = strings.Join(ways, "; ")
}

// ofSites says how many of so many sites call through gateways of their own.
func ofSites(local, all int) string {
	switch {
	case all == 1:
		return "its branch calls through a gateway of its own"
	case local == all:
		return fmt.Sprintf("its %d branches call through gateways of their own", all)
	}
	return fmt.Sprintf("%d of the %d sites concerned call through gateways of their own", local, all)
}

// roomiest returns another location of the same country, the one with the most ports above its traffic, or -1.
func (d *Design) roomiest(index int) int {
	all := d.Variant().Locations
	other, most := -1, 0.0
	for i, l := range all {
		room := float64(l.Trunk) - l.Load.Erlangs
		if i != index && l.Country == all[index].Country && l.Trunk > 0 && (other < 0 || room > most) {
			other, most = i, room
		}
	}
	return other
}

// serverFailures are those of one Mediation Server of each pool: DNS load balancing retries through the others, which
// must take its calls.
func (d *Design) serverFailures() {
	for _, p := range d.Servers.Pools {
		left := (p.Servers - 1) * d.Servers.Calls
		f := Failure{What: "one Mediation Server", Site: p.Site, Unavailable: unavailable(d.Plan.Mediation.MTBF, d.Plan.Mediation.MTTR),
			Reason: fmt.Sprintf("DNS load balancing retries through the other %d, which take %d calls", p.Servers-1, left)}
		if p.Servers > 0 {
			f.Moved = p.NonBypass / float64(p.Servers)
		}
		if p.NonBypass > float64(left) {
			f.Blocking = 1 - float64(left)/p.NonBypass
		}
		if !d.Trunks.MByN && p.Gateways > 0 {
			f.Reason = "1:1 trunks: its gateway is lost with it"
			f.Blocking = max(f.Blocking, d.worstDown(p.Site))
		}
		d.Failures = append(d.Failures, f)
	}
}

// worstDown returns the blocking with the largest unit failed at the worst location of a pool.
func (d *Design) worstDown(hub int) float64 {
	worst := 0.0
	for _, l := range d.Variant().Locations {
		if d.Sites[l.Site].Hub == hub {
			worst = max(worst, l.Down)
		}
	}
	return worst
}

// wanFailure is that of the link of a branch.
func (d *Design) wanFailure(c *calculator, site int) {
	s := d.Sites[site]
	f := Failure{What: wanLink, Site: site, Unavailable: unavailable(s.WAN.MTBF, s.WAN.MTTR)}
	branch := d.Variant().survivor(site)
	switch {
	case s.WAN.Resilient:
		f.Moved, f.Reason = s.Load.Erlangs, "the second path takes over"
	case branch != nil && branch.Ports > 0:
		f.Moved, f.Blocking = s.Load.Erlangs, c.blocking(branch.Mix.Calls, s.Load.Erlangs)
		f.Reason = fmt.Sprintf("the %s and its own gateway of %d ports take over", branch.Appliance, branch.Mix.Calls)
	case branch != nil:
		f.Blocking, f.Reason = d.blockingAt(site), "the "+branch.Appliance+" keeps the site's own trunks in service"
	default:
		f.Stranded, f.Blocking, f.Reason = s.Load.Users, 1, "nothing at the site can reach the PSTN"
	}
	d.Failures = append(d.Failures, f)
}

// blockingAt returns the blocking at the location of a site.
func (d *Design) blockingAt(site int) float64 {
	for _, l := range d.Variant().Locations {
		if l.Site == site {
			return l.Blocking
		}
	}
	return 0
}
