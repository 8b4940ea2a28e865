package routing

import (
	"math"
	"math/rand/v2"
	"time"
)

// Router is a network at work: who is in turn, how many calls its trunks carry, which of them are put
// aside. It belongs to one goroutine; a generator with several of them gives each a Shard. Nothing that
// it does once it is made allocates, unless a call is sent over more than six trunks.
type Router struct {
	trunks     []trunk
	facilities []*facility
	routes     []route
	widths     []int64 // bits per second, by codec
	penalty    Penalty
	random     *rand.Rand
	routePlace map[string]int
}

// trunk is a trunk at work.
type trunk struct {
	closedUntil time.Duration // takes no calls before: 0, the end of a penalty, or never
	way         []*facility   // what a call on it holds
	busy        int32
	failures    int32 // in a row
	putAside    uint32
	retryAfters uint32
}

// never is later than any time of a run.
const never = time.Duration(math.MaxInt64)

// Route returns the place of a route in Network.Routes.
func (r *Router) Route(name string) (place int, ok bool) {
	place, ok = r.routePlace[name]
	return place, ok
}

// Offer chooses the first trunk for a call. A caller who tries again is offered again, with the same
// attempt or another.
func (r *Router) Offer(a *Attempt, now time.Duration) Decision {
	a.at, a.place, a.causes, a.held = uint16(a.Route), 0, 0, Held{}
	a.tried.clear()
	rt := &r.routes[a.Route]
	place := rt.trunks[rt.turn]
	t := &r.trunks[place]
	if !rt.inOrder || t.closedUntil != 0 {
		return r.choose(a, now)
	}
	// The short way of nearly every call: the trunk in turn has all that it needs.
	width := r.widths[a.Call.Codec]
	for _, f := range t.way {
		if !f.free(a.Call.Priority, width, now) {
			return r.choose(a, now)
		}
	}
	rt.pass(a)
	return r.hold(a, place, now)
}

// Next gives back what the call held on its trunk, which ended the attempt with an outcome, and says
// where the call goes now. retryAfter is that of the response, 0 for none.
func (r *Router) Next(a *Attempt, now time.Duration, o Outcome, retryAfter time.Duration) Decision {
	trunk := a.held.Trunk()
	if trunk < 0 {
		return Decision{Trunk: NoTrunk, Causes: a.causes}
	}
	rt := &r.routes[a.at]
	goesOn := rt.failOver.has(o)
	r.learn(&r.trunks[trunk], now, o, goesOn, retryAfter)
	r.Release(a.held)
	a.held = Held{}
	switch {
	case !goesOn:
		a.causes |= FinalOutcome
	case rt.mostTrunks > 0 && int(a.tried.n) >= rt.mostTrunks:
		a.causes |= TrunksUsedUp
	default:
		return r.choose(a, now)
	}
	return Decision{Trunk: NoTrunk, Causes: a.causes}
}

// Answered says that a call was answered over its trunk, which ends a row of failures.
func (r *Router) Answered(h Held) {
	if trunk := h.Trunk(); trunk >= 0 {
		r.trunks[trunk].failures = 0
	}
}

// Release gives back what a call held that Next did not give back. It is called once for a call.
func (r *Router) Release(h Held) {
	trunk := h.Trunk()
	if trunk < 0 {
		return
	}
	t := &r.trunks[trunk]
	t.busy--
	width := r.widths[h.codec()]
	for _, f := range t.way {
		f.release(h, width)
	}
}

// Wait returns how long the trunk at hand may stay without a response before that is a Timeout, 0 for
// the timers of the transaction.
func (r *Router) Wait(a *Attempt) time.Duration { return r.routes[a.at].wait }

// DrainTrunk says whether a trunk takes no new calls; those in progress stay until they are released.
// Back in service, its failures are forgotten.
func (r *Router) DrainTrunk(place int, drained bool) {
	t := &r.trunks[place]
	t.closedUntil, t.failures = 0, 0
	if drained {
		t.closedUntil = never
	}
}

// DrainFacility says whether the trunks through a facility take no new calls, as when it has failed and
// this side knows.
func (r *Router) DrainFacility(place int, drained bool) { r.facilities[place].drain(drained) }

// TrunkState is a trunk at an instant.
type TrunkState struct {
	Busy          int  // calls
	Drained       bool // takes no new calls
	PutAsideUntil time.Duration
	PutAside      int // times that it was put aside after failures
	RetryAfters   int // times that it gave a Retry-After, obeyed or not
}

// TrunkState returns the state of the trunk at a place in Network.Trunks.
func (r *Router) TrunkState(place int) TrunkState {
	t := &r.trunks[place]
	s := TrunkState{Busy: int(t.busy), PutAside: int(t.putAside), RetryAfters: int(t.retryAfters)}
	if s.Drained = t.closedUntil == never; !s.Drained {
		s.PutAsideUntil = t.closedUntil
	}
	return s
}

// FacilityState is a facility at an instant.
type FacilityState struct {
	Busy          int // calls
	BitsPerSecond int64
	Drained       bool
}

// FacilityState returns the state of the facility at a place in Network.Facilities.
func (r *Router) FacilityState(place int) FacilityState {
	f := r.facilities[place]
	return FacilityState{Busy: int(f.busy), BitsPerSecond: f.used, Drained: f.drained}
}

// learn counts how a trunk ended an attempt, and puts it aside where the penalty says so.
func (r *Router) learn(t *trunk, now time.Duration, o Outcome, failed bool, retryAfter time.Duration) {
	if failed {
		t.failures++
	} else if o.response() {
		t.failures = 0
	}
	if r.penalty.Failures > 0 && int(t.failures) >= r.penalty.Failures {
		t.failures = 0
		t.putAside++
		t.closedUntil = max(t.closedUntil, now+r.penalty.For)
	}
	if o == ServiceUnavailable && retryAfter > 0 {
		t.retryAfters++
		if r.penalty.RetryAfter == Obey {
			t.closedUntil = max(t.closedUntil, now+min(retryAfter, LongestRetryAfter))
		}
	}
}
