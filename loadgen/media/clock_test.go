package media

import (
	"testing"
	"time"
)

func TestKernelTimesBecomeRunTimes(t *testing.T) {
	start := time.Now()
	c := newRunClock(start)
	before := time.Since(start)
	stamp := time.Duration(time.Now().UnixNano())
	after := time.Since(start)
	// The wall clock is a reading of its own; a millisecond is far more than it may differ by.
	if got := c.arrival(stamp, 0); got < before-time.Millisecond || got > after+time.Millisecond {
		t.Errorf("a stamp between %v and %v became %v", before, after, got)
	}
}

func TestRunClock(t *testing.T) {
	simulated := newRunClock(time.Time{})
	if got := simulated.read(5 * second); got != 5*second {
		t.Errorf("simulated time reads %v, want what it was told", got)
	}
	if got := simulated.arrival(3*second, 5*second); got != 3*second {
		t.Errorf("a simulated stamp became %v", got)
	}
	if got := simulated.arrival(0, 5*second); got != 5*second {
		t.Errorf("without a stamp: %v, want the time of reading", got)
	}
	real := newRunClock(time.Now().Add(-time.Hour))
	if got := real.read(0); got < time.Hour {
		t.Errorf("the clock reads %v, want an hour", got)
	}
	if got := real.read(2 * time.Hour); got != 2*time.Hour {
		t.Errorf("the clock reads %v, behind what the loop has seen", got)
	}
	real.offset += 5 * time.Second // the wall clock was set
	real.sync(time.Hour)
	if got := real.arrival(time.Duration(time.Now().UnixNano()), 0); (got - time.Hour).Abs() > 2*time.Second {
		t.Errorf("after the wall clock was set a packet arrives at %v, want about an hour", got)
	}
}
