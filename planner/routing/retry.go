package routing

import (
	"math/rand/v2"
	"time"
)

// Delays is a law of random times. Draw is called from the goroutine that owns random and must not
// block. traffic.Duration is one.
type Delays interface {
	Draw(random *rand.Rand) time.Duration
}

// Retry is what callers do whose call was blocked. In the zero value they give up.
type Retry struct {
	Share float64 // of the blocked callers that try again, after each attempt anew: 0 to 1
	Delay Delays  // from the blocked attempt to the next; nil for at once
	Most  int     // times that one caller tries again at most; 0 for no limit
}

// After says whether a caller tries again who did so the given number of times already, and after what
// time.
func (r *Retry) After(retries int, random *rand.Rand) (delay time.Duration, again bool) {
	if r.Most > 0 && retries >= r.Most || r.Share < 1 && random.Float64() >= r.Share {
		return 0, false
	}
	if r.Delay == nil {
		return 0, true
	}
	return max(0, r.Delay.Draw(random)), true
}

// Validate returns all that is wrong with the rule.
func (r *Retry) Validate() error {
	var problems faults
	if !(r.Share >= 0 && r.Share <= 1) {
		problems.add("retry.share: must be 0 to 1, got %g", r.Share)
	}
	if r.Most < 0 {
		problems.add("retry.most: must be 0 for no limit, or positive, got %d", r.Most)
	}
	return problems.join()
}
