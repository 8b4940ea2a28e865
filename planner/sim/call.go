package sim

import (
	"math/rand/v2"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Random is a source of random numbers.
type Random = *rand.Rand

// call is what chance says about a call when it arrives, before it is known what becomes of it: two models with
// the same seed are offered the same calls.
type call struct {
	held     time.Duration // that it holds its circuit
	class    routing.Call
	answered bool
}

// source is a source at work.
type source struct {
	arrivals  traffic.Arrivals // nil for users
	at        []time.Duration  // when the next calls arrive, drawn in one go, which is faster than one by one
	ahead     []call           // the calls that arrive then
	held      []time.Duration  // room to draw their holding times
	upcoming  int              // place of the next of them
	replay    *traffic.Replay  // nil for laws
	laws      *laws
	chance    Random // of the calls
	users     int
	way       int8          // the route at hand: ways[way], or noWay
	failed    int           // facilities that it needs and that have failed
	registers time.Duration // when its users have found another registrar
	waiting   queue
	tally     tally
}

// The ways that the calls of a source take.
const (
	ownWay        = 0
	refugeWay     = 1 // that of Registration
	noWay         = -1
	waysOfASource = 2
)

// makeRoom makes room for as many calls as are drawn in one go.
func (s *source) makeRoom(calls int) {
	if len(s.at) != calls {
		s.at, s.ahead, s.held = make([]time.Duration, calls), make([]call, calls), make([]time.Duration, calls)
	}
}

// drawAhead draws as many calls as there is room for.
func (s *source) drawAhead() {
	s.upcoming = 0
	if s.replay != nil {
		s.recallAhead()
		return
	}
	traffic.NextAll(s.arrivals, s.at)
	if !s.laws.plain {
		for i := range s.ahead {
			s.draw(&s.ahead[i])
		}
		return
	}
	s.laws.holding.DrawAll(s.chance, s.held)
	for i := range s.ahead {
		s.ahead[i] = call{held: s.held[i], class: s.laws.class, answered: true}
	}
}

// recallAhead takes them from a trace instead, whose holding times belong to the instants.
func (s *source) recallAhead() {
	for i := range s.at {
		if s.at[i] = s.arrivals.Next(); s.at[i] == never {
			return // the end of the trace, which has no call
		}
		s.draw(&s.ahead[i])
	}
}

// laws are the parts of a source that chance does not change.
type laws struct {
	holding, setUp, ringing, think, patience traffic.Sampler
	answered, bypass                         float64
	rings                                    bool // unanswered calls have a law of their own
	plain                                    bool // calls are as long as their holding time, and nothing else is drawn
	class                                    routing.Call
	retry, redial                            routing.Retry
	queued                                   bool
	places                                   int
	registration                             *Registration
	ways                                     [waysOfASource]way
}

// way is a route with the trunk groups along it.
type way struct {
	route int // of the network, or -1 for none
	steps []step
}

// step is a trunk group on a way. A call that is carried at a stage was blocked at those before.
type step struct {
	group, stage int32
}

// draw draws the next call.
func (s *source) draw(c *call) {
	l, chance := s.laws, s.chance
	c.class, c.answered = l.class, true
	switch {
	case l.plain:
		c.held = l.holding.Draw(chance)
		return
	case s.replay != nil:
		c.held = s.replay.Holding()
	default:
		c.held = l.holding.Draw(chance)
	}
	if l.bypass > 0 {
		c.class.Bypass = chance.Float64() < l.bypass
	}
	if l.answered < 1 {
		c.answered = chance.Float64() < l.answered
	}
	if s.replay == nil {
		c.held = s.circuitTime(c)
	}
}

// circuitTime adds the time before the conversation, or replaces it.
func (s *source) circuitTime(c *call) time.Duration {
	setUp := s.laws.setUp.Draw(s.chance)
	switch {
	case c.answered:
		return setUp + c.held
	case s.laws.rings:
		return s.laws.ringing.Draw(s.chance)
	}
	return setUp
}

// caller is somebody who makes a call, on the way to a circuit.
type caller struct {
	attempt routing.Attempt
	call    call
	source  int32
	retries int32
}

// pending is a caller whose call is neither carried nor lost yet: it waits for a response, for a circuit, or for its
// caller to try again.
type pending struct {
	caller
	since   time.Duration   // when it began to wait for a circuit
	outcome routing.Outcome // that its trunk is going to answer with
	served  bool            // it waits no longer, and stays until the end of its patience alone
	// The places before and behind it in the queue; of a free place, next is another free one.
	before, next int32
}

// queue is the calls of a source that wait for a circuit, in order of arrival.
type queue struct {
	first, last int32 // places in the pool, or none
	length      int
}

// append puts a call at the end.
func (q *queue) append(p *pool, place int32) {
	p.calls[place].before, p.calls[place].next = q.last, none
	if q.last == none {
		q.first = place
	} else {
		p.calls[q.last].next = place
	}
	q.last = place
	q.length++
}

// remove takes a call out.
func (q *queue) remove(p *pool, place int32) {
	before, next := p.calls[place].before, p.calls[place].next
	if before == none {
		q.first = next
	} else {
		p.calls[before].next = next
	}
	if next == none {
		q.last = before
	} else {
		p.calls[next].before = before
	}
	q.length--
}

// pool keeps pending calls. It does not shrink, so that it allocates only until it has been as full before.
type pool struct {
	calls []pending
	free  int32 // the first free place, or none
}

const none = -1

func (p *pool) reset() { p.calls, p.free = p.calls[:0], none }

// add returns the place of a new pending call.
func (p *pool) add(c pending) int32 {
	if p.free == none {
		p.calls = append(p.calls, c)
		return int32(len(p.calls) - 1)
	}
	place := p.free
	p.free = p.calls[place].next
	p.calls[place] = c
	return place
}

// take returns the call at a place, which is free then.
func (p *pool) take(place int32) pending {
	c := p.calls[place]
	p.calls[place] = pending{next: p.free}
	p.free = place
	return c
}
