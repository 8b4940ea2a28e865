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
	if l.Window < 0 {
		problems.add("%s.window: must not be negative, got %s", field, l.Window)
	}
	if l.Burst < 0 || l.Burst > mostCircuits {
		problems.add("%s.burst: must be 0 for fixed windows, or 1 to %d, got %d", field, mostCircuits, l.Burst)
	}
	if l.Calls == 0 && (l.Burst != 0 || l.Window != 0) {
		problems.add("%s.calls: must be at least 1 where a window or a burst is given", field)
	}
	if l.Burst > 0 && l.Calls > 0 && l.window()/time.Duration(l.Calls) == 0 {
		problems.add("%s.calls: a token bucket admits at most one call a nanosecond", field)
	}
}

func (l RateLimit) window() time.Duration {
	if l.Window == 0 {
		return time.Second
	}
	return l.Window
}
