package routing

import "time"

// Facility is what a call holds while it lasts, shared by all trunks that lead through it: the circuits
// of a gateway, the calls that a Mediation Server can carry, the bandwidth of a WAN link.
type Facility struct {
	Name   string
	Limits Limits
	// MediaOnly says that only calls whose media goes through it count here, as on a Mediation Server:
	// calls with media bypass do not.
	MediaOnly bool
}

// Limits are what a trunk or a facility can carry. In the zero value nothing is limited, which is right
// for a target that says by itself when it is full.
type Limits struct {
	Circuits      int       // calls at a time; 0 for no limit
	Reserved      int       // of them, circuits that ordinary calls leave free; needs Circuits
	BitsPerSecond int64     // sum over the codecs of the calls, in one direction; 0 for no limit
	Rate          RateLimit // attempts per time
}

func (l *Limits) validate(problems *faults, field string) {
	if l.Circuits < 0 || l.Circuits > mostCircuits {
		problems.add("%s.circuits: must be 0 for no limit, or 1 to %d, got %d", field, mostCircuits, l.Circuits)
	}
	if l.Reserved < 0 || l.Reserved > 0 && l.Reserved >= l.Circuits {
		problems.add("%s.reserved: must be at least 0 and less than the %d circuits, got %d", field, l.Circuits, l.Reserved)
	}
	if l.BitsPerSecond < 0 {
		problems.add("%s.bits_per_second: must be 0 for no limit, or positive, got %d", field, l.BitsPerSecond)
	}
	l.Rate.validate(problems, field+".rate")
}

// mostCircuits is the largest limit on circuits, so that counts of calls fit in 32 bits.
const mostCircuits = 1 << 30

// facility is a facility at work, or what a trunk alone can carry.
type facility struct {
	busy   int32
	limits [2]int32 // on busy: of ordinary calls, and of those with right of way; -1 while drained

	mediaOnly, drained bool

	used, bandwidth int64 // bits per second
	gate            gate
	open            [2]int32 // limits while not drained
}

// free tells whether a call of the given width can be carried: the check that nearly every call passes.
func (f *facility) free(p Priority, width int64, now time.Duration) bool {
	return f.busy < f.limits[min(p, High)] && width <= f.bandwidth-f.used && (f.gate.law == ungated || f.gate.admits(now))
}

// obstacle returns what keeps a call out that free did not let in, 0 for one that needs nothing here.
func (f *facility) obstacle(c Call, width int64) Causes {
	switch {
	case f.drained:
		return OutOfService
	case c.Bypass && f.mediaOnly:
		return 0
	case f.busy >= f.limits[High]:
		return NoFreeCircuit
	case f.busy >= f.limits[min(c.Priority, High)]:
		return ReservedOnly
	case width > f.bandwidth-f.used:
		return NoBandwidth
	}
	return OverRate
}

// take holds what a call needs.
func (f *facility) take(h Held, width int64, now time.Duration) {
	if h.bypass() && f.mediaOnly {
		return
	}
	f.busy++
	f.used += width
	if f.gate.law != ungated {
		f.gate.pass(now)
	}
}

func (f *facility) release(h Held, width int64) {
	if h.bypass() && f.mediaOnly {
		return
	}
	f.busy--
	f.used -= width
}

func (f *facility) drain(drained bool) {
	f.drained, f.limits = drained, f.open
	if drained {
		f.limits = [2]int32{-1, -1}
	}
}
