package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/catalog"
)

// check finds what is wrong between fields that are right by themselves.
func (r *reader) check(p *Plan) {
	sites := r.checkSites(p)
	r.checkClasses(p)
	trunks := unique(r, p.Trunks, "trunks", func(t Trunk) string { return t.Name })
	unique(r, p.Routes, "routes", func(x Route) string { return x.Name })
	unique(r, p.Tariffs, "tariffs", func(t Tariff) string { return t.Name })
	unique(r, p.ITSPs, "itsps", func(i ITSP) string { return i.Name })
	pbxs := unique(r, p.PBXs, "pbxs", func(b PBX) string { return b.Name })
	for i, b := range p.PBXs {
		r.known(fmt.Sprintf("pbxs[%d].site", i), b.Site, sites)
		r.checkUsers(fmt.Sprintf("pbxs[%d].users", i), b.Users, p)
	}
	for i, t := range p.Trunks {
		r.known(fmt.Sprintf("trunks[%d].site", i), t.Site, sites)
		if t.Reserved != nil && *t.Reserved >= t.Ports {
			r.fail(fmt.Sprintf("trunks[%d].reserved", i), "must be below the %d ports, got %d", t.Ports, *t.Reserved)
		}
	}
	for i, route := range p.Routes {
		r.checkOnce(fmt.Sprintf("routes[%d].sites", i), route.Sites)
		r.checkOnce(fmt.Sprintf("routes[%d].trunks", i), route.Trunks)
		for j, name := range route.Sites {
			r.known(fmt.Sprintf("routes[%d].sites[%d]", i, j), name, sites)
		}
		for j, name := range route.Trunks {
			r.known(fmt.Sprintf("routes[%d].trunks[%d]", i, j), name, trunks)
		}
	}
	r.checkPhases(p, pbxs)
	r.checkGateways(p)
	r.checkMedia(p)
	r.checkNumbers(p, sites)
	r.checkEmergency(p, sites)
	r.checkTariffs(p)
	r.checkPrices(p)
	r.checkPromise(p)
	r.checkSimulation(p)
}

// unique complains about names that are given twice and returns all names.
func unique[T any](r *reader, items []T, path string, name func(T) string) []string {
	var names []string
	seen := map[string]bool{}
	for i, item := range items {
		if seen[name(item)] {
			r.fail(fmt.Sprintf("%s[%d].name", path, i), "must be unique, got %q again", name(item))
		}
		seen[name(item)] = true
		names = append(names, name(item))
	}
	return names
}

// checkOnce requires a name or more, none of them twice.
func (r *reader) checkOnce(path string, names []string) {
	if len(names) == 0 {
		r.fail(path, "must list a name or more")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			r.fail(fmt.Sprintf("%s[%d]", path, i), "must not be given twice, got %q again", name)
		}
	}
}

// known complains about a name that nothing has.
func (r *reader) known(path, name string, names []string) {
	if slices.Contains(names, name) {
		return
	}
	some := names
	if len(some) > 8 {
		some = append(slices.Clone(some[:8]), "…")
	}
	r.fail(path, "must be one of [%s], got %q%s", strings.Join(some, ", "), name, planner.DidYouMean(name, names))
}

// checkSites holds the sites together and returns their names.
func (r *reader) checkSites(p *Plan) []string {
	names := unique(r, p.Sites, "sites", func(s Site) string { return s.Name })
	if len(names) == 0 {
		r.fail("sites", "must list one site or more")
	}
	var central []string
	for _, s := range p.Sites {
		if s.Central {
			central = append(central, s.Name)
		}
	}
	for i, s := range p.Sites {
		path := fmt.Sprintf("sites[%d]", i)
		if _, ok := catalog.FindCountry(s.Country); !ok {
			r.known(path+".country", s.Country, countryCodes())
		}
		r.checkServedBy(path+".served_by", s, p, central)
		r.checkUsers(path+".users", s.Users, p)
		for j, session := range s.WAN.Sessions {
			if session.BitRate > 0 && session.BitRate < 1000 {
				r.fail(fmt.Sprintf("%s.wan.sessions[%d].bit_rate", path, j), "must be 1 kbit/s or more, got %d bit/s", session.BitRate)
			}
		}
	}
	return names
}

// checkServedBy requires a central site that is served by no other.
func (r *reader) checkServedBy(path string, s Site, p *Plan, central []string) {
	switch {
	case s.ServedBy == "":
		return
	case len(central) == 0:
		r.fail(path, "must be a central site, and none is (central: true), got %q", s.ServedBy)
		return
	}
	r.known(path, s.ServedBy, central)
	for _, hub := range p.Sites {
		if hub.Name == s.ServedBy && hub.ServedBy != "" && hub.ServedBy != hub.Name {
			r.fail(path, "must have trunks of its own, but %s is served by %s", hub.Name, hub.ServedBy)
		}
	}
}

func countryCodes() []string {
	var codes []string
	for _, c := range catalog.Countries() {
		codes = append(codes, c.Code)
	}
	return codes
}

// checkUsers requires that each class exists.
func (r *reader) checkUsers(path string, users map[string]int, p *Plan) {
	names := planner.UsageNames()
	for _, c := range p.Classes {
		names = append(names, c.Name)
	}
	for _, class := range slices.Sorted(maps.Keys(users)) {
		if !slices.Contains(names, class) {
			r.fail(join(path, class), "must be a class of users: %s, got %q%s", strings.Join(names, ", "), class, planner.DidYouMean(class, names))
		}
	}
}

// checkClasses requires calls of each class, in one way.
func (r *reader) checkClasses(p *Plan) {
	unique(r, p.Classes, "classes", func(c Class) string { return c.Name })
	for i, c := range p.Classes {
		path := fmt.Sprintf("classes[%d]", i)
		if (c.CallsPerHour > 0) == (c.CallsPerDay > 0) {
			r.fail(path, "give either calls_per_hour or calls_per_day")
		}
		if slices.Contains(planner.UsageNames(), c.Name) {
			r.fail(path+".name", "must not be light, moderate or heavy, which the guidance defines, got %q", c.Name)
		}
	}
}

// checkPhases requires that phases follow each other and never move users back.
func (r *reader) checkPhases(p *Plan, pbxs []string) {
	for i, phase := range p.Phases {
		path := fmt.Sprintf("phases[%d]", i)
		if phase.PBX != "" {
			r.known(path+".pbx", phase.PBX, pbxs)
		}
		if i > 0 && phase.Date < p.Phases[i-1].Date {
			r.fail(path+".date", "must not be before the phase above it, %s, got %s", p.Phases[i-1].Date, phase.Date)
		}
		for _, before := range p.Phases[:i] {
			if before.PBX == phase.PBX && phase.Moved < before.Moved {
				r.fail(path+".moved", "must be at least the %g%% of the phase of %s, got %g%%", before.Moved*100, before.Date, phase.Moved*100)
			}
		}
	}
	if len(p.Phases) > 0 && len(p.PBXs) == 0 {
		r.fail("phases", "needs a PBX that users are moved from: pbxs")
	}
}

// mostModels is how many models there may be to choose from: every pair of them is tried.
const mostModels = 100

// checkPromise requires grades of service that something can hold and something can miss.
func (r *reader) checkPromise(p *Plan) {
	for name, gos := range map[string]*Share{"gos": p.Promise.GoS, "failure_gos": p.Promise.FailureGoS, "emergency_gos": p.Promise.EmergencyGoS} {
		if gos != nil && (*gos == 0 || *gos == 1) {
			r.fail(join("promise", name), "must be above 0 and below 100%%, got %g%%", float64(*gos)*100)
		}
	}
}

// checkGateways requires a name of the catalogue, or limits.
func (r *reader) checkGateways(p *Plan) {
	models := catalog.ModelNames()
	for list, gateways := range map[string][]Gateway{"gateways": p.Gateways, "sbcs": p.SBCs} {
		if len(gateways) > mostModels {
			r.fail(list, "must list at most %d models, got %d", mostModels, len(gateways))
		}
		for i, g := range gateways {
			path := fmt.Sprintf("%s[%d]", list, i)
			if g.Ports == nil && g.Sessions == nil && !slices.Contains(models, g.Model) {
				r.fail(path+".model", "must be a name of the catalogue (sipplan plan catalog lists them), or have ports or sessions, got %q%s",
					g.Model, planner.DidYouMean(g.Model, models))
			}
			for j, country := range g.Countries {
				r.known(fmt.Sprintf("%s.countries[%d]", path, j), country, countryCodes())
			}
		}
	}
}

// checkMedia requires a codec whose bandwidth is known.
func (r *reader) checkMedia(p *Plan) {
	if p.Media.Codec == "" {
		return
	}
	codec, ok := catalog.FindCodec(p.Media.Codec)
	switch {
	case !ok:
		r.known("media.codec", p.Media.Codec, catalog.CodecNames())
	case codec.PayloadBitsPerSecond == nil && p.Media.BitRate == 0:
		r.fail("media.codec", "has no fixed rate: give media.bit_rate, got %q", p.Media.Codec)
	case p.Media.Profile == "ms-sfb" && codec.MSSfB == nil:
		r.fail("media.profile", "has no row for %s; take headers", p.Media.Codec)
	}
}

// checkTariffs requires what the kind of a tariff needs.
func (r *reader) checkTariffs(p *Plan) {
	for i, t := range p.Tariffs {
		path := fmt.Sprintf("tariffs[%d]", i)
		if (t.Kind == "sip-bandwidth" || t.Kind == WANTariff) != (t.Increment > 0) {
			r.fail(path+".increment", "belongs to tariffs of kind sip-bandwidth and wan, which need it")
		}
		for j, country := range t.Countries {
			r.known(fmt.Sprintf("%s.countries[%d]", path, j), country, countryCodes())
		}
	}
}

// otherPrices are the names of what is bought beside gateways.
var otherPrices = []string{"mediation-server", "sba", "sbs", "standard-edition", "pool"}

// checkPrices requires that each price is that of something.
func (r *reader) checkPrices(p *Plan) {
	names := slices.Clone(otherPrices)
	for _, g := range slices.Concat(p.Gateways, p.SBCs) {
		names = append(names, g.Model)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Prices)) {
		if known := append(names, catalog.ModelNames()...); !slices.Contains(known, name) {
			r.fail(join("prices", name), "must be the name of a gateway, %s, got %q%s", strings.Join(otherPrices, ", "), name, planner.DidYouMean(name, known))
		}
	}
}
