package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Recorded is one call of a trace.
type Recorded struct {
	At      time.Duration // from the start of the trace
	Holding time.Duration // time that it held a circuit
}

// Trace is calls as they were recorded, in the order of their arrival: neither a law of arrivals nor one of
// holding times is assumed.
type Trace []Recorded

// Validate reports the first call that begins before the one ahead of it, or whose times are negative.
func (t Trace) Validate() error {
	for i, call := range t {
		if call.At < 0 || call.Holding < 0 || i > 0 && call.At < t[i-1].At {
			return fmt.Errorf("trace[%d]: calls must be in order with times of 0 or more, got %s and %s", i, call.At, call.Holding)
		}
	}
	return nil
}

// Replay is a trace at work. Next and Holding belong together: Holding returns the time of the call that Next
// returned last.
type Replay struct {
	calls Trace
	next  int
}

// Replay returns the trace from its first call on.
func (t Trace) Replay() *Replay { return &Replay{calls: t} }

// Next returns the instant of the next call, the end of time after the last.
func (r *Replay) Next() time.Duration {
	if r.next >= len(r.calls) {
		return math.MaxInt64
	}
	r.next++
	return r.calls[r.next-1].At
}

// Holding returns how long the call lasts that Next returned last.
func (r *Replay) Holding() time.Duration { return r.calls[r.next-1].Holding }

// Fork returns the replay in its present state: what was recorded does not depend on chance.
func (r *Replay) Fork(*rand.Rand) Arrivals {
	fork := *r
	return &fork
}
