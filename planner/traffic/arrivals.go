package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Arrivals is an arrival process: it returns the instants of successive calls, counted from the start
// of the run, never decreasing and at most the longest that time.Duration holds. It is called by one
// goroutine and never blocks.
type Arrivals interface {
	Next() time.Duration
}

// NextAll returns the instants of the next calls of a process in one go: the same ones as one by one, only sooner.
func NextAll(process Arrivals, at []time.Duration) {
	if p, ok := process.(*poisson); ok {
		p.nextAll(at)
		return
	}
	for i := range at {
		at[i] = process.Next()
	}
}

// ArrivalLaw names an arrival process.
type ArrivalLaw string

// The arrival laws.
const (
	Poisson  ArrivalLaw = "poisson"  // independent calls: what Erlang's formulas assume
	Constant ArrivalLaw = "constant" // evenly spaced calls: what most load generators send
)

// NewArrivals returns the process of the law with the given mean rate in calls per second, drawing
// from random where the law needs it. The rate must be positive and finite.
func NewArrivals(law ArrivalLaw, caps float64, random *rand.Rand) (Arrivals, error) {
	if !(caps > 0) || math.IsInf(caps, 0) {
		return nil, fmt.Errorf("call rate: must be a positive number of calls per second, got %g", caps)
	}
	perCall := min(float64(time.Second)/caps, math.MaxFloat64) // finite, for 0 · ∞ is no instant
	switch law {
	case Poisson, "":
		return &poisson{perCall: perCall, random: random}, nil
	case Constant:
		return &constant{perCall: perCall}, nil
	}
	return nil, fmt.Errorf("arrivals: unknown law %q, want %s or %s", law, Poisson, Constant)
}

// poisson draws exponential gaps. The instant is kept in float64 nanoseconds, which loses nothing
// below 104 days, so that rounding a gap never moves the rate.
type poisson struct {
	at, perCall float64
	random      *rand.Rand
}

func (p *poisson) Next() time.Duration {
	p.at += p.random.ExpFloat64() * p.perCall
	return nanoseconds(p.at)
}

func (p *poisson) nextAll(all []time.Duration) {
	at, perCall, random := p.at, p.perCall, p.random
	for i := range all {
		at += random.ExpFloat64() * perCall
		all[i] = nanoseconds(at)
	}
	p.at = at
}

// Fork returns the process in its present state.
func (p *poisson) Fork(random *rand.Rand) Arrivals {
	fork := *p
	fork.random = random
	return &fork
}

// constant multiplies instead of adding, so that a run of a day does not drift.
type constant struct {
	calls, perCall float64
}

func (c *constant) Next() time.Duration {
	at := c.calls * c.perCall
	c.calls++
	return nanoseconds(at)
}

// Fork returns the process in its present state.
func (c *constant) Fork(*rand.Rand) Arrivals {
	fork := *c
	return &fork
}
