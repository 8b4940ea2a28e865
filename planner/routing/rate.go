package routing

import "time"

// RateLimit is a limit on attempts per time. A gateway that says "30 calls per second" counts either in
// fixed windows, which begin with the run, or by a token bucket: both admit Calls in each Window in the
// long run, but a bucket never lets 2·Calls pass around the end of a window. The zero value is no limit.
type RateLimit struct {
	Calls  int           // attempts in a window; 0 for no limit
	Window time.Duration // 0 for one second
	Burst  int           // attempts that a full token bucket lets pass at once; 0 for fixed windows
}

func (l RateLimit) validate(problems *faults, field string) {
	if l.Calls < 0 || l.Calls > mostCircuits {
		problems.add("%s.calls: must be 0 for no limit, or 1 to %d, got %d", field, mostCircuits, l.Calls)
	}
	if l.Window < 0 || l.Window > time.Hour {
		problems.add("%s.window: must be 0 for one second, or positive and at most an hour, got %s", field, l.Window)
	}
	if l.Burst < 0 || l.Burst > mostBurst {
		problems.add("%s.burst: must be 0 for fixed windows, or 1 to %d, got %d", field, int(mostBurst), l.Burst)
	}
	if l.Calls == 0 && (l.Burst != 0 || l.Window != 0) {
		problems.add("%s.calls: must be at least 1 where a window or a burst is given", field)
	}
	if l.Burst > 0 && l.Calls > 0 && l.window()/time.Duration(l.Calls) == 0 {
		problems.add("%s.calls: a token bucket admits at most one call a nanosecond", field)
	}
}

// mostBurst is the largest token bucket, so that the time in which it fills fits in a time.Duration.
const mostBurst = 1e6

func (l RateLimit) window() time.Duration {
	if l.Window == 0 {
		return time.Second
	}
	return l.Window
}

// gate is a rate limit at work.
type gate struct {
	law       gateLaw
	calls     int32 // in a window
	left      int32 // in the window at hand
	window    time.Duration
	interval  time.Duration // token bucket: between calls in the long run
	tolerance time.Duration // token bucket: by which calls may be early
	// at is the end of the window at hand; of a token bucket the instant at which the next call would
	// be due if calls were evenly spaced (the virtual scheduling algorithm of ITU-T I.371, Annex A).
	at time.Duration
}

type gateLaw uint8

const (
	ungated gateLaw = iota
	fixedWindow
	tokenBucket
)

// admits tells whether a call may pass now.
func (g *gate) admits(now time.Duration) bool {
	switch g.law {
	case fixedWindow:
		return g.left > 0 || now >= g.at && g.calls > 0
	case tokenBucket:
		return now >= g.at-g.tolerance
	}
	return true
}

// pass counts a call that was admitted.
func (g *gate) pass(now time.Duration) {
	switch g.law {
	case fixedWindow:
		if now >= g.at {
			g.at, g.left = now-now%g.window+g.window, g.calls
		}
		g.left--
	case tokenBucket:
		g.at = max(g.at, now) + g.interval
	}
}
