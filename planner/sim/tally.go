package sim

import (
	"math/bits"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

// mostSteps is the largest number of trunk groups that one route leads over.
const mostSteps = 12

// tally counts what becomes of the calls of a source in a window.
type tally struct {
	arrived  int64 // calls, without those of callers who try again
	attempts int64
	answered int64                           // calls that were carried and answered
	user     int64                           // carried, but nobody answered
	outcomes [measure.NumClasses]int64       // calls that were lost for good, by class
	blocked  int64                           // attempts that found no circuit
	retried  int64                           // attempts after which the caller tries again
	dropped  int64                           // calls that a failure ended
	waited   int64                           // attempts that had to wait in the queue
	left     int64                           // of them, those whose patience ended
	before   int64                           // calls that were waiting when the window began
	waiting  int64                           // calls that are neither carried nor lost at the end of the window
	wait     time.Duration                   // time in the queue of those that left it, either way
	carried  [waysOfASource][mostSteps]int64 // attempts, by the place of the trunk group on the way
	lost     [waysOfASource]int64            // attempts that found no circuit on any trunk group of the way
	causes   [16]int64                       // of attempts that found no circuit, by the bit of routing.Causes
}

// reset begins a window: calls that wait stay.
func (t *tally) reset() { *t = tally{before: t.waiting, waiting: t.waiting} }

// add adds what another window counted.
func (t *tally) add(o *tally) {
	for _, sum := range []struct{ to, more *int64 }{
		{&t.arrived, &o.arrived}, {&t.attempts, &o.attempts}, {&t.answered, &o.answered}, {&t.user, &o.user},
		{&t.blocked, &o.blocked}, {&t.retried, &o.retried}, {&t.dropped, &o.dropped}, {&t.waited, &o.waited},
		{&t.left, &o.left}, {&t.waiting, &o.waiting},
		{&t.before, &o.before},
	} {
		*sum.to += *sum.more
	}
	t.wait += o.wait
	for i := range t.outcomes {
		t.outcomes[i] += o.outcomes[i]
	}
	for i := range t.causes {
		t.causes[i] += o.causes[i]
	}
	for w := range t.lost {
		t.lost[w] += o.lost[w]
		for i := range t.carried[w] {
			t.carried[w][i] += o.carried[w][i]
		}
	}
}

// lostCalls returns the calls that were given up for want of a circuit or of service.
func (t *tally) lostCalls() int64 {
	o := &t.outcomes
	return o[measure.Blocked] + o[measure.Timeout] + o[measure.Unreachable] + o[measure.TargetError]
}

// countCauses counts why an attempt failed.
func (t *tally) countCauses(causes routing.Causes) {
	for ; causes != 0; causes &= causes - 1 {
		t.causes[bits.TrailingZeros16(uint16(causes))]++
	}
}

// classOf returns the class of an attempt that no trunk carried.
func classOf(causes routing.Causes, outcome routing.Outcome) measure.Class {
	if causes.Blocked() || outcome == 0 {
		return measure.Blocked
	}
	switch outcome {
	case routing.Timeout, 408:
		return measure.Timeout
	case routing.TransportError:
		return measure.Unreachable
	case routing.ServiceUnavailable:
		return measure.Blocked
	case 480, 486, 487, 600, 603, 607, 608:
		return measure.User
	case 404, 410, 484, 485, 604:
		return measure.Number
	}
	switch {
	case outcome < 400:
		return measure.Redirected
	case outcome >= 500:
		return measure.TargetError
	}
	return measure.Policy
}

// occupancy follows the calls in progress on a trunk group.
type occupancy struct {
	last     time.Duration
	busy     int32
	capacity int32   // circuits in service
	area     float64 // of busy, ns
	squares  float64 // of busy², ns
	full     float64 // ns with all circuits busy
	answered int64
	user     int64         // carried, but nobody answered
	dropped  int64         // ended by a failure
	held     time.Duration // circuit time of the calls carried
}

// begin adds a call that is carried.
func (o *occupancy) begin(now time.Duration, c *call) {
	o.change(now, 1)
	o.held += c.held
	if c.answered {
		o.answered++
	} else {
		o.user++
	}
}

// reset begins a window: calls in progress stay.
func (o *occupancy) reset(now time.Duration) {
	*o = occupancy{last: now, busy: o.busy, capacity: o.capacity}
}

// change adds calls, after the time since the last change has been counted.
func (o *occupancy) change(now time.Duration, by int32) {
	o.observe(now)
	o.busy += by
}

// observe counts the time since the last change.
func (o *occupancy) observe(now time.Duration) {
	span, busy := float64(now-o.last), float64(o.busy)
	o.last = now
	o.area += span * busy
	o.squares += span * busy * busy
	if o.busy >= o.capacity {
		o.full += span
	}
}
