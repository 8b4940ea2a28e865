package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// trunkGroups adds the trunk groups of fixed size that the plan's routes lead over, and the routes.
func (b *builder) trunkGroups() {
	for _, t := range b.d.TrunkGroups {
		limits := routing.Limits{Circuits: t.Ports}
		if t.Reserved != nil {
			limits.Reserved = *t.Reserved
		}
		name := strings.ReplaceAll(t.Name, " ", "-")
		b.m.Network.Trunks = append(b.m.Network.Trunks, routing.Trunk{Name: name, Limits: limits})
		formula := "Erlang B"
		if t.Overflow.Mean > 0 {
			formula = "Wilkinson"
		}
		b.m.Groups = append(b.m.Groups, Group{Name: t.Name, Trunks: []string{name}, Circuits: t.Ports,
			Formula: &t.Blocking, FormulaName: formula})
	}
	for _, r := range b.d.Routes {
		route := routing.Route{Name: "route/" + r.Name, FailOver: b.failOver()}
		for _, name := range r.Trunks {
			route.Trunks = append(route.Trunks, strings.ReplaceAll(name, " ", "-"))
		}
		b.m.Network.Routes = append(b.m.Network.Routes, route)
		last := slices.IndexFunc(b.m.Groups, func(g Group) bool { return g.Name == r.Trunks[len(r.Trunks)-1] })
		if len(r.Trunks) == 1 {
			b.m.Groups[last].Promised = b.d.Assumptions.GoS
		}
	}
}

// site adds the calls of a site: to the plan's route for it, or to the location that serves it.
func (b *builder) site(i int) error {
	load := b.d.Sites[i].Load
	if load.BHCA <= 0 {
		return nil
	}
	base := Source{Name: b.d.Sites[i].Name, Answered: 1, Codec: oneLeg, Bypass: b.d.Assumptions.Bypass, Route: b.routeOf(i)}
	group := load.Erlangs
	if l := b.locationOf(i); base.Route == "" && l != nil {
		base.Route = b.bundle(l.Site, i)
		group = l.Load.Erlangs
		b.register(i, l, &base)
	}
	if b.returns(i) {
		base.Codec = twoLegs
	}
	var err error
	if base.DayToDay, err = b.dayToDay(group); err != nil {
		return err
	}
	emergency := b.emergencyShare(i)
	if err := b.calls(base, load.Scaled(1-emergency)); err != nil || emergency == 0 {
		return err
	}
	base.Name += " emergency"
	base.Priority = routing.Emergency
	return b.calls(base, load.Scaled(emergency))
}

// routeOf returns the plan's route for a site, "" for none.
func (b *builder) routeOf(site int) string {
	for _, r := range b.d.Routes {
		if slices.Contains(r.Sites, b.d.Sites[site].Name) {
			return "route/" + r.Name
		}
	}
	return ""
}

// locationOf returns the place at which the trunks of a site end.
func (b *builder) locationOf(site int) *design.Location {
	locations := b.d.Variant().Locations
	for k := range locations {
		if slices.Contains(locations[k].Serves, site) {
			return &locations[k]
		}
	}
	return nil
}

// register says which registrar the users of a site need, and what they do without: those of a branch with an appliance take
// their own gateway, those of a central site register with the backup.
func (b *builder) register(i int, l *design.Location, s *Source) {
	hub := b.d.Sites[i].Hub
	wait := b.s.Registrar
	if wait == 0 {
		wait = registrarFailOver
	}
	r := &Registration{Needs: []string{b.part(hub, "registrar")}, FailOver: wait}
	survivor := b.survivor(i)
	switch {
	case hub == i:
		r.Route = s.Route
	case l.Site == i && survivor != nil:
		return // registered with its own appliance
	case survivor != nil && survivor.Mix.Units > 0:
		r.Needs = append(r.Needs, b.part(i, "wan"))
		r.Route = b.refuge(i, survivor)
	default:
		r.Needs = append(r.Needs, b.part(i, "wan"))
	}
	s.Registration = r
}

// registrarFailOver is the time until a client registers with the backup registrar.
//
// Source: Microsoft, enterprise-voice-resiliency.md: 300 s by default.
const registrarFailOver = 300 * time.Second

// refuge adds the gateways that a branch has for the time of a failure, and returns the route over them.
func (b *builder) refuge(site int, branch *design.Branch) string {
	route := routing.Route{Name: b.part(site, "appliance"), Policy: b.policy(), FailOver: b.failOver()}
	group := Group{Name: b.d.Sites[site].Name + " appliance", Circuits: branch.Mix.Calls}
	for _, bought := range branch.Mix.Bought {
		for range bought.Count {
			name := b.part(site, fmt.Sprintf("appliance-gateway-%d", len(route.Trunks)+1))
			b.facility(routing.Facility{Name: name, Limits: routing.Limits{Circuits: bought.Calls, Rate: b.rate(bought.CAPS)}})
			b.m.Network.Trunks = append(b.m.Network.Trunks, routing.Trunk{Name: name + ":1", Facilities: []string{name}})
			route.Trunks, route.Weights = append(route.Trunks, name+":1"), append(route.Weights, min(bought.Calls, 65535))
			group.Trunks = append(group.Trunks, name+":1")
		}
	}
	b.m.Network.Routes = append(b.m.Network.Routes, route)
	b.m.Groups = append(b.m.Groups, group)
	return route.Name
}

// emergencyShare returns the share of emergency calls among those of a site, where the plan says anything about them.
func (b *builder) emergencyShare(site int) float64 {
	for _, g := range b.d.Emergency {
		if l := b.locationOf(site); l != nil && g.Site == l.Site && l.Load.Erlangs > 0 {
			return g.Erlangs / l.Load.Erlangs
		}
	}
	return 0
}

// calls completes a source with the laws of the plan, and adds it.
func (b *builder) calls(s Source, load design.Load) error {
	held := load.Erlangs * 3600 / load.BHCA // seconds that a call holds its port on average
	talk := time.Duration(held*float64(time.Second)) - b.d.Assumptions.SetUp
	var err error
	if s.Holding, err = b.holding(talk); err != nil {
		return err
	}
	s.SetUp = traffic.Duration{Law: traffic.Fixed, Mean: b.d.Assumptions.SetUp}
	if s.Ringing, err = b.s.Ringing.Of(b.d.Assumptions.SetUp); err != nil {
		return b.d.Plan.At("simulation.ringing", err)
	}
	if b.s.Answered != nil {
		s.Answered = float64(*b.s.Answered)
	}
	if s.Retry, err = b.retry("retry", b.s.Retry); err != nil {
		return err
	}
	if s.Queue, err = b.queue(); err != nil {
		return err
	}
	if s.Redial, err = b.retry("redial", b.s.Redial); err != nil {
		return err
	}
	if s.Calls, err = b.process(load, time.Duration(held*float64(time.Second))); err != nil {
		return b.d.Plan.At("simulation.arrivals", fmt.Errorf("of %s: %w", s.Name, err))
	}
	b.m.Sources = append(b.m.Sources, s)
	return nil
}

// holding returns the law of conversations, which must have the mean of the plan.
func (b *builder) holding(talk time.Duration) (traffic.Law, error) {
	if b.s.Holding == "" {
		return traffic.Duration{Law: traffic.Exponential, Mean: talk}, nil
	}
	law, err := b.s.Holding.Of(talk)
	if err != nil {
		return nil, b.d.Plan.At("simulation.holding", err)
	}
	if mean := law.Average(); math.Abs(float64(mean-talk)) > 0.01*float64(talk) {
		return nil, b.d.Plan.At("simulation.holding", fmt.Errorf("must have the mean of the plan's conversations, %s, got %s; leave its mean out, such as lognormal,1.2",
			talk.Round(time.Millisecond), mean.Round(time.Millisecond)))
	}
	return law, nil
}

// retry returns what callers do whose call was blocked, or ended by a failure.
func (b *builder) retry(field string, r plan.Redial) (routing.Retry, error) {
	if r.Share == 0 {
		return routing.Retry{}, nil
	}
	delay, err := r.Delay.Of(retryDelay)
	if err != nil {
		return routing.Retry{}, b.d.Plan.At("simulation."+field+".delay", err)
	}
	if delay == nil {
		delay = traffic.Duration{Law: traffic.Exponential, Mean: retryDelay}
	}
	most := r.Most
	if most == 0 {
		most = retries
	}
	return routing.Retry{Share: float64(r.Share), Delay: delay, Most: most}, nil
}

// queue returns where calls wait, nil for nowhere.
func (b *builder) queue() (*Queue, error) {
	if b.s.Queue == nil {
		return nil, nil
	}
	patience, err := b.s.Queue.Patience.Of(retryDelay)
	if err != nil {
		return nil, b.d.Plan.At("simulation.queue.patience", err)
	}
	return &Queue{Places: b.s.Queue.Places, Patience: patience}, nil
}

// The defaults of callers who try again: assumptions, to be changed in the plan.
const (
	retryDelay = time.Minute
	retries    = 10
)

// process returns when the calls of a load arrive.
func (b *builder) process(load design.Load, held time.Duration) (Process, error) {
	caps := load.CAPS()
	switch {
	case len(b.s.Profile) > 0:
		profile, err := traffic.NewProfile(24*time.Hour, b.s.Begin, b.s.Profile)
		if err != nil {
			return Process{}, err
		}
		return Process{New: func(factor float64, random Random) (traffic.Arrivals, error) {
			return traffic.NewThinned(caps*factor, profile, random)
		}}, nil
	case b.s.Arrivals == "constant":
		return Process{New: func(factor float64, random Random) (traffic.Arrivals, error) {
			return traffic.NewArrivals(traffic.Constant, caps*factor, random)
		}}, nil
	case b.s.Arrivals == "interrupted":
		return b.interrupted(caps, held)
	case b.s.Arrivals == "users":
		// Each user offers a = erlangs/users and thinks h·(1-a)/a between two calls that are carried.
		a := load.Erlangs / float64(load.Users)
		if load.Users < 1 || a >= 1 {
			return Process{}, fmt.Errorf("%d users cannot offer %g E: each makes one call at a time", load.Users, load.Erlangs)
		}
		think := traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(held) * (1 - a) / a)}
		return Process{Users: load.Users, Think: think}, nil
	}
	return Poisson(caps), nil
}

// interrupted returns calls in clumps, on for half of the time or for less where so little peakedness needs no more.
func (b *builder) interrupted(caps float64, held time.Duration) (Process, error) {
	z := b.s.Peakedness
	if z == 0 {
		z = 2
	}
	erlangs := caps * held.Seconds()
	on := min(0.5, erlangs/(erlangs+4*(z-1)))
	if _, err := traffic.Interrupted(caps, held, z, on); err != nil {
		return Process{}, err
	}
	return Process{New: func(factor float64, random Random) (traffic.Arrivals, error) {
		phases, err := traffic.Interrupted(caps, held, z, on)
		if err != nil {
			return nil, err
		}
		for i := range phases {
			phases[i].CAPS *= factor
		}
		return traffic.NewModulated(phases, random)
	}}, nil
}

// sessions adds the other calls on each WAN link that has a limit.
func (b *builder) sessions() {
	for i, s := range b.d.Sites {
		if len(s.WAN.Sessions) == 0 {
			continue
		}
		group := Group{Name: s.Name + " WAN"}
		for _, kind := range s.WAN.Sessions {
			link := b.part(i, "wan")
			if kind.Kind == "video" && s.WAN.Video > 0 {
				link = b.part(i, "wan-video")
			}
			name := s.Name + " " + kind.Name
			b.m.Network.Codecs = append(b.m.Network.Codecs, routing.Codec{Name: name, BitsPerSecond: int64(kind.BitRate)})
			b.m.Network.Trunks = append(b.m.Network.Trunks, routing.Trunk{Name: name, Facilities: []string{link}})
			b.m.Network.Routes = append(b.m.Network.Routes, routing.Route{Name: name, Trunks: []string{name}})
			group.Trunks = append(group.Trunks, name)
			aht := b.d.Assumptions.AHT
			b.m.Sources = append(b.m.Sources, Source{Name: name, Route: name, Codec: name, Answered: 1, Calls: Poisson(kind.Erlangs / aht.Seconds()),
				Holding: traffic.Duration{Law: traffic.Exponential, Mean: aht}})
		}
		b.m.Groups = append(b.m.Groups, group)
	}
}

// drills adds the plan's failures on purpose.
func (b *builder) drills() error {
	for i, text := range b.d.Plan.Simulation.Drills {
		drill, err := routing.ParseDrill(string(text))
		if err == nil {
			err = b.m.AddDrill(drill)
		}
		if err != nil {
			return b.d.Plan.At(fmt.Sprintf("simulation.drills[%d]", i), err)
		}
	}
	return nil
}

// refusals adds the parts that refuse calls.
func (b *builder) refusals() error {
	for i, r := range b.s.Refusals {
		name, err := b.m.part(r.Part)
		if err != nil {
			return b.d.Plan.At(fmt.Sprintf("simulation.refusals[%d].part", i), err)
		}
		b.m.Answers = append(b.m.Answers, Answer{Part: name, Share: float64(r.Share), Outcome: r.Outcome.List()[0], After: r.After})
	}
	return nil
}

// AddDrill adds a failure on purpose. Its name may leave out the site of a part that no other has the name of.
func (m *Model) AddDrill(d routing.Drill) (err error) {
	if d.Name, err = m.part(d.Name); err == nil {
		m.Drills = append(m.Drills, d)
	}
	return err
}

// part returns the full name of a part.
func (m *Model) part(name string) (string, error) {
	var fits, names []string
	for _, f := range m.Network.Facilities {
		names = append(names, f.Name)
		if f.Name == name {
			return name, nil
		}
		if strings.HasSuffix(f.Name, "/"+name) {
			fits = append(fits, f.Name)
		}
	}
	for _, t := range m.Network.Trunks {
		if t.Name == name {
			return name, nil
		}
	}
	if len(names) > 12 {
		names = append(names[:12:12], "…")
	}
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		return "", fmt.Errorf("there is no part %q; there are %s", name, strings.Join(names, ", "))
	}
	return "", fmt.Errorf("%q may be any of %s", name, strings.Join(fits, ", "))
}
