package media

import "time"

// runClock turns the clocks of the machine into run time.
type runClock struct {
	start  time.Time // zero: the clock is simulated, stamps are run times
	offset time.Duration
	synced time.Duration
}

// resync is how often the wall clock is compared with the run clock, so that a step of the wall clock
// disturbs arrival times for no longer.
const resync = time.Second

func newRunClock(start time.Time) runClock {
	c := runClock{start: start}
	if !start.IsZero() {
		c.offset = wallOffset(start)
	}
	return c
}

// read returns the run time: of the clock, or what the caller says when that is later or time is
// simulated.
func (c *runClock) read(now time.Duration) time.Duration {
	if c.start.IsZero() {
		return now
	}
	return max(now, time.Since(c.start))
}

// sync follows the wall clock. Cheap when called often.
func (c *runClock) sync(now time.Duration) {
	if c.start.IsZero() || now-c.synced < resync {
		return
	}
	c.synced, c.offset = now, wallOffset(c.start)
}

// arrival returns the run time of a datagram: the kernel's, or the time of reading when the kernel gave
// none.
func (c *runClock) arrival(stamp, read time.Duration) time.Duration {
	if stamp == 0 {
		return read
	}
	return stamp - c.offset
}

// wall returns the wall-clock time of a run time. In simulated time the run starts at the Unix epoch.
func (c *runClock) wall(at time.Duration) time.Time {
	if c.start.IsZero() {
		return time.Unix(0, int64(at))
	}
	return c.start.Add(at)
}

// wallOffset returns how far the wall clock's reading since the Unix epoch is ahead of the run time. It
// takes the tightest of three readings, because the goroutine may lose its processor between two.
func wallOffset(start time.Time) time.Duration {
	best, offset := time.Duration(1<<63-1), time.Duration(0)
	for range 3 {
		before := time.Since(start)
		wall := time.Duration(time.Now().UnixNano())
		after := time.Since(start)
		if after-before < best {
			best, offset = after-before, wall-(before+after)/2
		}
	}
	return offset
}
