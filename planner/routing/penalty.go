package routing

import "time"

// Penalty says when a trunk is put aside for a while. Emergency calls are sent over such a trunk all the
// same. The zero value puts none aside, as a capacity test wants it: the load that was offered stays
// offered.
type Penalty struct {
	Failures   int           // fail-overs from a trunk in a row, after which it is put aside; 0 for never
	For        time.Duration // how long; needs Failures
	RetryAfter RetryAfter
}

// RetryAfter is what becomes of the Retry-After of a 503. Whoever wants to end the run at it looks at
// the response itself.
type RetryAfter uint8

// The ways to take a Retry-After.
const (
	// Record counts it and goes on.
	Record RetryAfter = iota
	// Obey puts the trunk aside for the time that it gives (RFC 3261, 21.5.4), an hour at most.
	Obey
)

// LongestRetryAfter is the longest time for which a trunk can put itself aside.
const LongestRetryAfter = time.Hour

func (p *Penalty) validate(problems *faults) {
	if p.Failures < 0 || p.Failures > mostCircuits {
		problems.add("penalty.failures: must be 0 for never, or 1 to %d, got %d", mostCircuits, p.Failures)
	}
	if p.For < 0 || (p.For > 0) != (p.Failures > 0) {
		problems.add("penalty.for: must be positive with penalty.failures and 0 without, got %s", p.For)
	}
	if p.RetryAfter > Obey {
		problems.add("penalty.retry_after: must be record or obey, got %d", p.RetryAfter)
	}
}
