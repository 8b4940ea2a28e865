package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// compiled is a model with its names looked up: what all replications share and none changes.
type compiled struct {
	*Model
	laws       []laws
	trunks     []trunk
	through    map[string][]int32 // trunks by the name of a facility on their way, or by their own
	facilities map[string]int32
	holders    [][]holder         // of the circuits of each group
	needing    map[string][]int32 // sources by a facility that their registration needs
	queued     []int32            // sources whose calls wait, by priority
}

// trunk is what the simulation knows about a trunk of the network.
type trunk struct {
	group  int32
	answer *Answer
}

// holder is what the circuits of a group belong to: a facility, or a trunk by itself.
type holder struct {
	name     string
	circuits int32
}

// compile looks the names up and returns all that is wrong with the model, joined.
func compile(m *Model) (*compiled, error) {
	if err := m.Network.Validate(); err != nil {
		return nil, err
	}
	c := &compiled{Model: m, through: map[string][]int32{}, facilities: map[string]int32{}, needing: map[string][]int32{}}
	c.trunks = make([]trunk, len(m.Network.Trunks))
	for i := range m.Network.Facilities {
		c.facilities[m.Network.Facilities[i].Name] = int32(i)
	}
	places := map[string]int32{}
	for i, t := range m.Network.Trunks {
		c.trunks[i].group = none
		places[t.Name] = int32(i)
		c.through[t.Name] = append(c.through[t.Name], int32(i))
		for _, name := range t.Facilities {
			c.through[name] = append(c.through[name], int32(i))
		}
	}
	var problems []error
	fail := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	c.compileGroups(places, fail)
	c.compileAnswers(fail)
	for i := range m.Sources {
		c.laws = append(c.laws, c.compileSource(i, fail))
	}
	c.checkFailures(fail)
	slices.SortStableFunc(c.queued, func(a, b int32) int { return int(m.Sources[b].Priority) - int(m.Sources[a].Priority) })
	return c, errors.Join(problems...)
}

// compileAnswers finds the trunks that refuse calls.
func (c *compiled) compileAnswers(fail func(string, ...any)) {
	for i := range c.Answers {
		a := &c.Answers[i]
		trunks := c.through[a.Part]
		if len(trunks) == 0 || !(a.Share >= 0 && a.Share <= 1) || a.After < 0 {
			fail("answers[%d]: needs a part that calls go through, a share from 0 to 1 and a time of 0 or more, got %q, %g, %s", i, a.Part, a.Share, a.After)
		}
		for _, place := range trunks {
			c.trunks[place].answer = a
		}
	}
}

// checkFailures finds failures of what is not there.
func (c *compiled) checkFailures(fail func(string, ...any)) {
	for i, part := range c.Components {
		if _, ok := c.facilities[part.Facility]; !ok {
			fail("components[%d].facility: there is no facility %q", i, part.Facility)
		}
		if part.Between == nil || part.Between.Average() <= 0 || part.Repair == nil || part.Repair.Average() <= 0 {
			fail("components[%d]: %q needs a time between failures and one to repair, above 0", i, part.Facility)
		}
	}
	for i, drill := range c.Drills {
		if len(c.through[drill.Name]) == 0 && len(c.needing[drill.Name]) == 0 {
			fail("drills[%d]: there is no part %q that calls go through", i, drill.Name)
		}
	}
}

// compileGroups finds the group of each trunk, and what the circuits of the group belong to.
func (c *compiled) compileGroups(places map[string]int32, fail func(string, ...any)) {
	for g, group := range c.Groups {
		seen := map[string]bool{}
		var holders []holder
		for _, name := range group.Trunks {
			place, ok := places[name]
			if !ok || c.trunks[place].group != none {
				fail("groups[%d].trunks: %q is no trunk of the network, or in another group too", g, name)
				continue
			}
			c.trunks[place].group = int32(g)
			if h := c.holder(int(place)); !seen[h.name] {
				seen[h.name] = true
				holders = append(holders, h)
			}
		}
		c.holders = append(c.holders, holders)
	}
	for i := range c.trunks {
		if c.trunks[i].group == none {
			fail("groups: trunk %q is in none", c.Network.Trunks[i].Name)
		}
	}
}

// holder returns what the circuits of a trunk belong to: itself, or the first facility on its way that limits the
// calls of everybody.
func (c *compiled) holder(place int) holder {
	t := &c.Network.Trunks[place]
	if t.Limits.Circuits > 0 {
		return holder{t.Name, int32(t.Limits.Circuits)}
	}
	for _, name := range t.Facilities {
		if f := &c.Network.Facilities[c.facilities[name]]; f.Limits.Circuits > 0 && !f.MediaOnly {
			return holder{name, int32(f.Limits.Circuits)}
		}
	}
	return holder{t.Name, math.MaxInt32}
}

// compileSource turns a source into its laws.
func (c *compiled) compileSource(i int, fail func(string, ...any)) laws {
	s := &c.Sources[i]
	l := laws{holding: traffic.NewSampler(s.Holding), setUp: traffic.NewSampler(s.SetUp), ringing: traffic.NewSampler(s.Ringing),
		think: traffic.NewSampler(s.Calls.Think), answered: s.Answered, bypass: s.Bypass, rings: s.Ringing != nil,
		retry: s.Retry, redial: s.Redial, registration: s.Registration}
	l.plain = s.SetUp == nil && s.Answered == 1 && s.Bypass == 0 && len(s.Calls.Trace) == 0
	l.class = routing.Call{Priority: s.Priority, Codec: c.codec(i, fail)}
	c.checkSource(i, fail)
	l.ways[ownWay] = c.way(i, s.Route, fail)
	l.ways[refugeWay].route = none
	if r := s.Registration; r != nil {
		if r.Route != "" {
			l.ways[refugeWay] = c.way(i, r.Route, fail)
		}
		for _, name := range r.Needs {
			c.needing[name] = append(c.needing[name], int32(i))
		}
	}
	if s.Queue != nil {
		l.queued, l.patience, l.places = true, traffic.NewSampler(s.Queue.Patience), s.Queue.Places
		if l.places <= 0 {
			l.places = math.MaxInt32
		}
		c.queued = append(c.queued, int32(i))
	}
	return l
}

// codec returns the place of a source's codec.
func (c *compiled) codec(i int, fail func(string, ...any)) uint8 {
	name := c.Sources[i].Codec
	if name == "" {
		return 0
	}
	place := slices.IndexFunc(c.Network.Codecs, func(codec routing.Codec) bool { return codec.Name == name })
	if place < 0 {
		fail("sources[%d].codec: there is no codec %q", i, name)
		return 0
	}
	return uint8(place)
}

// checkSource holds the fields of a source together.
func (c *compiled) checkSource(i int, fail func(string, ...any)) {
	s := &c.Sources[i]
	processes := 0
	for _, given := range []bool{s.Calls.New != nil, s.Calls.Users > 0, len(s.Calls.Trace) > 0} {
		if given {
			processes++
		}
	}
	switch {
	case processes != 1:
		fail("sources[%d].calls: %q needs one process of arrivals, users or a trace, got %d of them", i, s.Name, processes)
	case s.Calls.Users > 0 && (s.Calls.Think == nil || s.Calls.Think.Average() <= 0):
		fail("sources[%d].calls.think: users of %q need a time between calls above 0", i, s.Name)
	case s.Holding == nil && len(s.Calls.Trace) == 0:
		fail("sources[%d].holding: %q needs a law", i, s.Name)
	}
	if err := s.Calls.Trace.Validate(); err != nil {
		fail("sources[%d].calls: %w", i, err)
	}
	if !(s.Answered > 0 && s.Answered <= 1) || !(s.Bypass >= 0 && s.Bypass <= 1) || !(s.DayToDay >= 0 && s.DayToDay < math.MaxFloat64) {
		fail("sources[%d]: %q needs a share answered above 0 to 1, a share with bypass from 0 to 1 and a variation of 0 or more, got %g, %g, %g",
			i, s.Name, s.Answered, s.Bypass, s.DayToDay)
	}
	if err := s.Retry.Validate(); err != nil {
		fail("sources[%d].%w", i, err)
	}
	if err := s.Redial.Validate(); err != nil {
		fail("sources[%d].redial: %w", i, err)
	}
	if s.Retry.Share == 1 && s.Retry.Most == 0 && s.Retry.Delay == nil {
		fail("sources[%d].retry: callers who try again at once and for ever never end; give a delay or a limit", i)
	}
}

// way follows a route and what it overflows to.
func (c *compiled) way(source int, name string, fail func(string, ...any)) way {
	w := way{route: none}
	routes := map[string]int{}
	for i := range c.Network.Routes {
		routes[c.Network.Routes[i].Name] = i
	}
	place, ok := routes[name]
	if !ok {
		fail("sources[%d].route: there is no route %q", source, name)
		return w
	}
	w.route = place
	trunkPlaces := map[string]int{}
	for i := range c.Network.Trunks {
		trunkPlaces[c.Network.Trunks[i].Name] = i
	}
	stage := int32(0)
	for range c.Network.Routes {
		route := &c.Network.Routes[place]
		for _, trunkName := range route.Trunks {
			group := c.trunks[trunkPlaces[trunkName]].group
			if slices.ContainsFunc(w.steps, func(s step) bool { return s.group == group }) {
				continue
			}
			if len(w.steps) > 0 && route.Policy == routing.Ordered {
				stage++
			}
			w.steps = append(w.steps, step{group, stage})
		}
		if place, ok = routes[route.Overflow]; !ok {
			break
		}
		stage++
	}
	if len(w.steps) > mostSteps {
		fail("sources[%d].route: %q leads over %d trunk groups, at most %d are possible", source, name, len(w.steps), mostSteps)
		w.steps = w.steps[:mostSteps]
	}
	return w
}

// timerB is how long an INVITE without any response is waited for (RFC 3261, 17.1.1.2: 64·T1).
const timerB = 32 * time.Second
