package sim

import (
	"math"
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

// part is a component at work.
type part struct {
	failed  bool
	noticed bool
	notice  time.Duration // when this side knows
}

// beginFailures draws the state of each component as it is at any time of the years, and sets the drills.
//
// A component is failed for the share MTTR/(MTBF+MTTR) of the time; how long its present state still lasts is drawn
// from the law anew, which is exact for exponential laws.
func (r *replication) beginFailures() {
	clear(r.down)
	for i := range r.parts {
		r.parts[i] = part{}
		c := &r.Components[i]
		up, down := c.Between.Average(), c.Repair.Average()
		if r.failures.Float64()*float64(up+down) < float64(down) {
			r.fails(int32(i))
		} else {
			r.calendar.push(event{at: c.Between.Draw(r.failures), what: about(partFails, int32(i))})
		}
	}
	for i, drill := range r.Drills {
		r.calendar.push(event{at: r.start + drill.At, what: about(drillBegins, int32(i))})
		if drill.For > 0 {
			r.calendar.push(event{at: r.start + drill.At + drill.For, what: about(drillEnds, int32(i))})
		}
	}
}

// failureEvent lets an event of a failure take place.
func (r *replication) failureEvent(k kind, place int32) {
	switch k {
	case partFails:
		r.fails(place)
	case partWorks:
		r.works(place)
	case partNoticed:
		if p := &r.parts[place]; p.failed && !p.noticed && p.notice == r.now {
			p.noticed = true
			r.know(r.Components[place].Facility)
		}
	case drillBegins:
		d := &r.Drills[place]
		r.breaks(d.Name, d.Mode, false)
	case drillEnds:
		r.mends(r.Drills[place].Name, false)
	case usersRegister:
		if s := &r.sources[place]; s.failed > 0 && s.registers == r.now {
			s.way = refugeWay
		}
	}
}

// fails lets a component fail.
func (r *replication) fails(place int32) {
	c, p := &r.Components[place], &r.parts[place]
	p.failed, p.noticed, p.notice = true, c.KnownAtOnce, r.now+c.Detected
	r.breaks(c.Facility, c.Mode, c.KnownAtOnce)
	if !p.noticed && c.Detected > 0 {
		r.calendar.push(event{at: p.notice, what: about(partNoticed, place)})
	}
	r.calendar.push(event{at: r.now + c.Repair.Draw(r.failures), what: about(partWorks, place)})
}

// works lets a component work again.
func (r *replication) works(place int32) {
	c, p := &r.Components[place], &r.parts[place]
	r.mends(c.Facility, p.noticed)
	p.failed = false
	r.calendar.push(event{at: r.now + c.Between.Draw(r.failures), what: about(partFails, place)})
}

// breaks puts a facility or trunk out of order; known says that this side sends it no calls from now on.
func (r *replication) breaks(name string, mode routing.FailureMode, known bool) {
	r.down[name]++
	trunks := r.through[name]
	if mode == routing.Closed {
		r.drop(trunks)
	}
	if known {
		r.drain(name, true)
	} else {
		for _, t := range trunks {
			r.trunks[t].failed++
			r.trunks[t].mode = mode
		}
	}
	r.afterChange(name)
}

// know takes a facility out of service that this side has sent calls to although it had failed.
func (r *replication) know(name string) {
	for _, t := range r.through[name] {
		r.trunks[t].failed--
	}
	r.drain(name, true)
}

// mends puts a facility or trunk in order again.
func (r *replication) mends(name string, known bool) {
	if r.down[name]--; r.down[name] == 0 {
		delete(r.down, name)
		r.drain(name, false)
	}
	for _, t := range r.through[name] {
		if !known {
			r.trunks[t].failed--
		}
	}
	r.afterChange(name)
	if len(r.queued) > 0 {
		r.serve()
	}
}

// drain tells the router whether to use a facility.
func (r *replication) drain(name string, drained bool) {
	if f, ok := r.facilities[name]; ok {
		r.router.DrainFacility(int(f), drained)
	}
}

// drop ends the calls in progress on trunks.
func (r *replication) drop(trunks []int32) {
	r.dropped = r.dropped[:0]
	r.calendar.remove(func(e *event) bool {
		if e.kind() != callEnds || !slices.Contains(trunks, int32(e.held.Trunk())) {
			return false
		}
		group := r.trunks[e.held.Trunk()].group
		r.groups[group].change(r.now, -1)
		r.groups[group].dropped++
		r.router.Release(e.held)
		r.dropped = append(r.dropped, e.place())
		return true
	})
	for _, place := range r.dropped {
		s := &r.sources[place]
		s.tally.dropped++
		if delay, again := s.laws.redial.After(0, r.whims); again && s.laws.redial.Share > 0 {
			r.redial(place, delay)
		} else if s.users > 0 {
			r.think(place)
		}
	}
}

// redial lets a caller whose call was cut off call again, as a new call. What chance says about it comes from the numbers of
// the callers, so that the other calls stay those that they would have been.
func (r *replication) redial(place int32, delay time.Duration) {
	s := &r.sources[place]
	c := caller{source: place}
	chance := s.chance
	s.chance = r.whims
	s.draw(&c.call)
	s.chance = chance
	s.tally.arrived++
	s.tally.waiting++
	r.calendar.push(event{at: r.now + delay, what: about(callerRetries, r.pending.add(pending{caller: c}))})
}

// afterChange counts the circuits in service again, and the registrars.
func (r *replication) afterChange(name string) {
	for _, t := range r.through[name] {
		r.recount(r.trunks[t].group)
	}
	for _, place := range r.needing[name] {
		r.recheck(place)
	}
}

// recount finds the circuits of a group that are in service.
func (r *replication) recount(g int32) {
	var sum int64
	for _, h := range r.holders[g] {
		if r.down[h.name] == 0 {
			sum += int64(h.circuits)
		}
	}
	if most := r.Groups[g].Circuits; most > 0 {
		sum = min(sum, int64(most))
	}
	r.groups[g].observe(r.now)
	r.groups[g].capacity = int32(min(sum, math.MaxInt32))
}

// recheck finds the way of the calls of a source after one of the parts that its users need has changed.
func (r *replication) recheck(place int32) {
	s := &r.sources[place]
	before := s.failed
	s.failed = 0
	for _, name := range s.laws.registration.Needs {
		if r.down[name] > 0 {
			s.failed++
		}
	}
	switch {
	case s.failed == 0:
		s.way = ownWay
	case before == 0:
		s.way, s.registers = noWay, r.now+s.laws.registration.FailOver
		r.calendar.push(event{at: s.registers, what: about(usersRegister, place)})
	}
}
