package routing_test

import (
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

func TestRetry(t *testing.T) {
	minute := traffic.Duration{Mean: time.Minute}
	for _, tt := range []struct {
		name    string
		retry   routing.Retry
		retries int
		delay   time.Duration
		again   bool
	}{
		{"nobody tries again by default", routing.Retry{}, 0, 0, false},
		{"everybody, for ever", routing.Retry{Share: 1, Delay: minute}, 1_000_000, time.Minute, true},
		{"everybody, at once", routing.Retry{Share: 1}, 0, 0, true},
		{"the last of 3", routing.Retry{Share: 1, Delay: minute, Most: 3}, 2, time.Minute, true},
		{"no fourth", routing.Retry{Share: 1, Delay: minute, Most: 3}, 3, 0, false},
		{"a delay never leads back", routing.Retry{Share: 1, Delay: traffic.Duration{Mean: -time.Minute}}, 0, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			delay, again := tt.retry.After(tt.retries, traffic.Stream(1, 1))
			if delay != tt.delay || again != tt.again {
				t.Errorf("again is %t after %s, want %t after %s", again, delay, tt.again, tt.delay)
			}
		})
	}
}

// TestTheShareOfCallersTriesAgain is wrong for 1 seed in 1,000.
func TestTheShareOfCallersTriesAgain(t *testing.T) {
	const callers, share = 100_000, 0.7
	random := traffic.Stream(1, 1)
	retry := routing.Retry{Share: share}
	tried := 0.0
	for range callers {
		if _, again := retry.After(0, random); again {
			tried++
		}
	}
	if tolerance := 3.3 * math.Sqrt(share*(1-share)/callers); math.Abs(tried/callers-share) > tolerance {
		t.Errorf("%.4f try again, want %.4f ± %.4f", tried/callers, share, tolerance)
	}
}

func TestRetryRefusesWhatIsNoShare(t *testing.T) {
	for _, share := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		if err := (&routing.Retry{Share: share}).Validate(); err == nil {
			t.Errorf("a share of %g passes", share)
		}
	}
	if err := (&routing.Retry{Share: 0.5, Most: -1}).Validate(); err == nil || err.Error() != "retry.most: must be 0 for no limit, or positive, got -1" {
		t.Errorf("got %v", err)
	}
	if err := (&routing.Retry{Share: 1}).Validate(); err != nil {
		t.Error(err)
	}
}
