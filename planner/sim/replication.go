package sim

import (
	"hash/fnv"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// replication is a model at work: one run of simulated time. It belongs to one goroutine, which uses it for one
// replication after another. Once warm, a call allocates nothing.
type replication struct {
	*compiled
	seed   uint64
	number uint64

	now      time.Duration
	router   *routing.Router
	calendar calendar
	next     calendar // the next arrival of each source but the first of them
	arrival  event    // the first of them, of the source at what; at never for none
	sources  []source
	groups   []occupancy
	trunks   []trunkState
	parts    []part
	down     map[string]int // facilities and trunks that have failed, by how many causes at a time
	pending  pool
	batch    int           // calls of a source that are drawn at a time
	caller   caller        // at hand
	dropped  []int32       // sources of the calls that a failure ended
	failures Random        // and whatever else happens to the network
	whims    Random        // what callers do whose calls are blocked
	start    time.Duration // of the first window
}

// trunkState is a trunk at work.
type trunkState struct {
	group  int32
	failed int32 // parts on its way that have failed without this side knowing
	mode   routing.FailureMode
	answer *Answer
}

// newReplication returns a replication of a model, which begin makes ready.
func newReplication(c *compiled, seed uint64) *replication {
	return &replication{
		compiled: c, seed: seed,
		sources: make([]source, len(c.Sources)),
		groups:  make([]occupancy, len(c.Groups)),
		trunks:  make([]trunkState, len(c.Network.Trunks)),
		parts:   make([]part, len(c.Components)),
		down:    map[string]int{},
		batch:   64,
	}
}

// stream returns the random numbers of a purpose in this replication. Sources have the same numbers in every model
// in which they have the same name: common random numbers.
func (r *replication) stream(purpose, name string) Random {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(name))
	return traffic.Stream(r.seed, h.Sum64()+r.number*0x9e3779b97f4a7c15)
}

// begin makes the replication of a number ready, empty and at time 0. The windows will begin at start.
func (r *replication) begin(number uint64, start time.Duration) (err error) {
	r.number, r.now, r.start = number, 0, start
	r.calendar.reset()
	r.next.reset()
	r.arrival = event{at: never}
	r.pending.reset()
	r.failures, r.whims = r.stream("failures", ""), r.stream("callers", "")
	if r.router, err = routing.New(&r.Network, routing.Shard{}, r.stream("routes", "")); err != nil {
		return err
	}
	for i := range r.trunks {
		r.trunks[i] = trunkState{group: r.compiled.trunks[i].group, answer: r.compiled.trunks[i].answer}
	}
	for g := range r.groups {
		r.groups[g] = occupancy{}
	}
	for i := range r.sources {
		if err = r.beginSource(int32(i)); err != nil {
			return err
		}
	}
	if first := r.next.due(never - 1); first != nil {
		r.arrival = *first
	}
	r.beginFailures()
	for g := range r.groups {
		r.recount(int32(g))
	}
	return nil
}

// beginSource makes a source ready to call.
func (r *replication) beginSource(place int32) (err error) {
	from, s := &r.Sources[place], &r.sources[place]
	*s = source{laws: &r.laws[place], chance: r.stream("calls", from.Name), waiting: queue{first: none, last: none},
		at: s.at, ahead: s.ahead, held: s.held}
	arrivals := r.stream("arrivals", from.Name)
	factor := traffic.DayFactor(from.DayToDay, r.stream("day", ""))
	switch {
	case from.Calls.Users > 0:
		s.users = from.Calls.Users
		for range s.users {
			r.think(place)
		}
		return nil
	case len(from.Calls.Trace) > 0:
		s.replay = from.Calls.Trace.Replay()
		s.arrivals = s.replay
	case factor <= 0:
		return nil // no calls on this day
	default:
		if s.arrivals, err = from.Calls.New(factor, arrivals); err != nil {
			return err
		}
	}
	s.makeRoom(r.batch)
	s.drawAhead()
	r.next.push(event{at: s.at[0], what: uint32(place)})
	return nil
}

// think lets a user of a source call after a while.
func (r *replication) think(place int32) {
	s := &r.sources[place]
	r.calendar.push(event{at: r.now + s.laws.think.Draw(s.chance), what: about(callerCalls, place)})
}

// runUntil lets everything happen that is due before a time.
func (r *replication) runUntil(end time.Duration) {
	for r.step(end) {
	}
}

// step lets the next thing happen that is due before a time. It is false when there is none, and the time has come.
func (r *replication) step(end time.Duration) bool {
	if by := min(r.arrival.at, end-1); r.calendar.first() <= by {
		if e := r.calendar.due(by); e != nil {
			r.now = e.at
			if e.kind() == callEnds {
				r.end(e.place(), e.held)
			} else {
				r.happen(e.kind(), e.place())
			}
			return true
		}
	}
	if r.arrival.at < end {
		r.now = r.arrival.at
		r.arrive()
		return true
	}
	r.now = end
	return false
}

// happen lets an event take place that is not the end of a call.
func (r *replication) happen(k kind, place int32) {
	switch k {
	case callerCalls:
		r.sources[place].draw(&r.caller.call)
		r.call(place)
	case callerRetries:
		r.caller = r.pending.take(place).caller
		r.sources[r.caller.source].tally.waiting--
		r.offer()
	case trunkAnswers:
		r.answer(place)
	case callerLeaves:
		r.leave(place)
	default:
		r.failureEvent(k, place)
	}
}

// arrive lets the source call that is next.
func (r *replication) arrive() {
	place := int32(r.arrival.what)
	s := &r.sources[place]
	r.caller.call = s.ahead[s.upcoming]
	if s.upcoming++; s.upcoming == len(s.ahead) {
		s.drawAhead()
	}
	r.arrival = r.next.exchange(event{at: s.at[s.upcoming], what: uint32(place)})
	r.call(place)
}

// call lets a source make the call that was drawn.
func (r *replication) call(place int32) {
	r.sources[place].tally.arrived++
	r.caller.source, r.caller.retries = place, 0
	r.offer()
}

// offer looks for a trunk for the caller.
func (r *replication) offer() {
	c := &r.caller
	s := &r.sources[c.source]
	s.tally.attempts++
	if s.way < 0 || s.laws.ways[s.way].route < 0 {
		r.lose(routing.OutOfService, routing.TransportError)
		return
	}
	c.attempt.Route, c.attempt.Call = s.laws.ways[s.way].route, c.call.class
	r.follow(r.router.Offer(&c.attempt, r.now), 0)
}

// follow carries the caller's call over the trunk of a decision, or goes on to the next one while trunks fail it. outcome is
// how the trunk before failed it, 0 if there was none.
func (r *replication) follow(d routing.Decision, outcome routing.Outcome) {
	for d.Taken() {
		t := &r.trunks[d.Trunk]
		if t.failed == 0 && t.answer == nil {
			r.carry(t.group)
			return
		}
		var after time.Duration
		if outcome, after = r.outcome(t); outcome == 0 {
			r.carry(t.group)
			return
		}
		if after > 0 {
			r.groups[t.group].change(r.now, 1)
			r.sources[r.caller.source].tally.waiting++
			at := r.pending.add(pending{caller: r.caller, outcome: outcome})
			r.calendar.push(event{at: r.now + after, what: about(trunkAnswers, at)})
			return
		}
		d = r.router.Next(&r.caller.attempt, r.now, outcome, 0)
	}
	s := &r.sources[r.caller.source]
	if s.laws.queued && d.Causes.Blocked() && s.waiting.length < s.laws.places {
		r.wait()
		return
	}
	r.lose(d.Causes, outcome)
}

// outcome returns how a trunk ends an attempt instead of carrying it, and after what time; 0 when it carries it.
func (r *replication) outcome(t *trunkState) (o routing.Outcome, after time.Duration) {
	if t.failed > 0 {
		switch t.mode {
		case routing.Refusing:
			return routing.ServiceUnavailable, 0
		case routing.Closed:
			return routing.TransportError, 0
		}
		if after = r.router.Wait(&r.caller.attempt); after == 0 {
			after = r.timeout()
		}
		return routing.Timeout, after
	}
	if r.failures.Float64() < t.answer.Share {
		return t.answer.Outcome, t.answer.After
	}
	return 0, 0
}

func (r *replication) timeout() time.Duration {
	if r.TimerB > 0 {
		return r.TimerB
	}
	return timerB
}

// answer ends the wait for a trunk that did not carry a call.
func (r *replication) answer(place int32) {
	c := r.pending.take(place)
	r.caller = c.caller
	r.sources[c.source].tally.waiting--
	r.groups[r.trunks[c.attempt.Held().Trunk()].group].change(r.now, -1)
	r.follow(r.router.Next(&r.caller.attempt, r.now, c.outcome, 0), c.outcome)
}

// carry begins the caller's call on a trunk group.
func (r *replication) carry(group int32) {
	c := &r.caller
	held := c.attempt.Held()
	s := &r.sources[c.source]
	r.groups[group].begin(r.now, &c.call)
	s.countCarried(group, c.call.answered)
	r.router.Answered(held)
	r.calendar.push(event{at: r.now + c.call.held, held: held, what: about(callEnds, c.source)})
}

// countCarried counts an attempt on the group that took it.
func (s *source) countCarried(group int32, answered bool) {
	if answered {
		s.tally.answered++
	} else {
		s.tally.user++
	}
	if s.way < 0 {
		return // users have lost their registrar since they called
	}
	steps := s.laws.ways[s.way].steps
	for i := range steps {
		if steps[i].group == group {
			s.tally.carried[s.way][i]++
			return
		}
	}
}

// end gives back the circuit of a call.
func (r *replication) end(place int32, held routing.Held) {
	r.groups[r.trunks[held.Trunk()].group].change(r.now, -1)
	r.router.Release(held)
	if r.sources[place].users > 0 {
		r.think(place)
	}
	if len(r.queued) > 0 {
		r.serve()
	}
}

// lose counts an attempt that failed, and lets its caller try again or give up.
func (r *replication) lose(causes routing.Causes, outcome routing.Outcome) {
	c := &r.caller
	s := &r.sources[c.source]
	class := classOf(causes, outcome)
	s.tally.countCauses(causes)
	if class == measure.Blocked {
		s.tally.blocked++
		if s.way >= 0 {
			s.tally.lost[s.way]++
		}
	}
	if s.laws.retry.Share > 0 && class != measure.User && class != measure.Number {
		if delay, again := s.laws.retry.After(int(c.retries), r.whims); again {
			s.tally.retried++
			s.tally.waiting++
			c.retries++
			at := r.pending.add(pending{caller: *c})
			r.calendar.push(event{at: r.now + delay, what: about(callerRetries, at)})
			return
		}
	}
	s.tally.outcomes[class]++
	if s.users > 0 {
		r.think(c.source)
	}
}
