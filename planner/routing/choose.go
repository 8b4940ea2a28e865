package routing

import (
	"math"
	"slices"
	"time"
)

// route is a route at work.
type route struct {
	trunks     []uint16
	policy     Policy
	failOver   outcomes
	mostTrunks int
	wait       time.Duration
	overflow   int    // place of a route, or NoTrunk
	passOver   Causes // what a trunk is passed over for; for the others the call is blocked

	inOrder bool      // Ordered or RoundRobin: a call takes the trunk in turn if that can carry it
	turn    int       // the trunk in turn, of an ordered route the first
	weights []int64   // Weighted, WeightedRandom
	credit  []int64   // Weighted: what a trunk has been left behind by
	total   int64     // sum of weights
	sums    []int64   // WeightedRandom: of the weights up to each trunk
	share   []float64 // LeastUsed: 1 by the weight
}

// choose takes a trunk of the route at hand or, when none of it is left, of those that it overflows to.
func (r *Router) choose(a *Attempt, now time.Duration) Decision {
	for {
		rt := &r.routes[a.at]
		place := r.pick(rt, a, now)
		if place >= 0 {
			return r.take(rt, a, rt.trunks[place], now)
		}
		if rt.overflow < 0 {
			return Decision{Trunk: NoTrunk, Causes: a.causes}
		}
		a.at, a.place = uint16(rt.overflow), 0
	}
}

// pick returns the place in the route of the trunk that its policy chooses, negative for none.
func (r *Router) pick(rt *route, a *Attempt, now time.Duration) int {
	switch rt.policy {
	case RoundRobin:
		return r.inTurn(rt, a, now)
	case Weighted:
		return r.byCredit(rt, a, now)
	case WeightedRandom:
		return r.byDraw(rt, a, now)
	case LeastUsed:
		return r.byLoad(rt, a, now)
	}
	for i := int(a.place); i < len(rt.trunks); i++ {
		if r.suits(rt, i, a, now) {
			a.place = uint16(i + 1)
			return i
		}
	}
	return NoTrunk
}

// suits tells whether the trunk at a place in the route can be chosen.
func (r *Router) suits(rt *route, place int, a *Attempt, now time.Duration) bool {
	obstacle := r.obstacle(rt.trunks[place], a, now) & rt.passOver
	a.causes |= obstacle
	return obstacle == 0
}

// obstacle returns what keeps a call from a trunk, the first cause that is found, 0 for nothing.
func (r *Router) obstacle(place uint16, a *Attempt, now time.Duration) Causes {
	t := &r.trunks[place]
	if now < t.closedUntil {
		if t.closedUntil == never {
			return OutOfService
		}
		if a.Call.Priority < Emergency {
			return PutAside
		}
	}
	if a.tried.n > 0 && a.tried.has(place) {
		return Tried
	}
	width := r.widths[a.Call.Codec]
	for _, f := range t.way {
		if f.free(a.Call.Priority, width, now) {
			continue
		}
		if obstacle := f.obstacle(a.Call, width); obstacle != 0 {
			return obstacle
		}
	}
	return 0
}

// take gives the call a trunk with all that it holds there. Where a full trunk is not passed over, this
// is where it shows.
func (r *Router) take(rt *route, a *Attempt, place uint16, now time.Duration) Decision {
	if rt.passOver&full == 0 {
		if obstacle := r.obstacle(place, a, now); obstacle != 0 {
			a.causes |= obstacle
			return Decision{Trunk: NoTrunk, Causes: a.causes}
		}
	}
	return r.hold(a, place, now)
}

// hold gives the call a trunk that it can take.
func (r *Router) hold(a *Attempt, place uint16, now time.Duration) Decision {
	t := &r.trunks[place]
	a.held = holding(place, a.Call)
	a.tried.add(place)
	t.busy++
	width := r.widths[a.Call.Codec]
	for _, f := range t.way {
		f.take(a.held, width, now)
	}
	return Decision{Trunk: int(place), Causes: a.causes}
}

// inTurn takes the next trunk in turn that suits.
func (r *Router) inTurn(rt *route, a *Attempt, now time.Duration) int {
	for range rt.trunks {
		i := rt.advance(rt.turn)
		if r.suits(rt, i, a, now) {
			return i
		}
	}
	return NoTrunk
}

// advance makes the trunk behind a place the one in turn, and returns the place.
func (rt *route) advance(place int) int {
	if rt.turn = place + 1; rt.turn == len(rt.trunks) {
		rt.turn = 0
	}
	return place
}

// pass makes the trunk behind the one in turn that which a call takes that goes on, or the next call.
func (rt *route) pass(a *Attempt) {
	if rt.policy == RoundRobin {
		rt.advance(rt.turn)
	} else {
		a.place = 1
	}
}

// byCredit gives each trunk its weight as credit, takes the one with the most, the first among equals,
// and has it pay the credit that all were given. Trunks that do not suit get none and keep what they
// have, so that nobody catches up on calls that it could not have carried. (Smooth weighted round robin,
// as in nginx, 2012.)
func (r *Router) byCredit(rt *route, a *Attempt, now time.Duration) int {
	best, given := rt.giveCredit(), rt.total
	if !r.suits(rt, best, a, now) {
		best = NoTrunk
		for i, weight := range rt.weights {
			if !r.suits(rt, i, a, now) {
				rt.credit[i] -= weight
				given -= weight
			} else if best < 0 || rt.credit[i] > rt.credit[best] {
				best = i
			}
		}
	}
	if best >= 0 {
		rt.credit[best] -= given
	}
	return best
}

// giveCredit gives each trunk its weight and returns the one with the most credit.
func (rt *route) giveCredit() int {
	best := 0
	for i, weight := range rt.weights {
		if rt.credit[i] += weight; rt.credit[i] > rt.credit[best] {
			best = i
		}
	}
	return best
}

// byDraw draws among all trunks and, if the one drawn does not suit, once more among those that do:
// together that is a draw among those that suit.
func (r *Router) byDraw(rt *route, a *Attempt, now time.Duration) int {
	x := r.random.Int64N(rt.total)
	i, _ := slices.BinarySearch(rt.sums, x+1) // the first whose sum is above x
	if r.suits(rt, i, a, now) {
		return i
	}
	var total int64
	for i, weight := range rt.weights {
		if r.suits(rt, i, a, now) {
			total += weight
		}
	}
	if total == 0 {
		return NoTrunk
	}
	x = r.random.Int64N(total)
	for i, weight := range rt.weights {
		if r.suits(rt, i, a, now) {
			if x -= weight; x < 0 {
				return i
			}
		}
	}
	return NoTrunk
}

// byLoad takes the trunk with the fewest calls for its weight. It first looks at the calls alone, which
// nearly always is enough.
func (r *Router) byLoad(rt *route, a *Attempt, now time.Duration) int {
	best := r.leastLoaded(rt, nil, 0)
	if !r.suits(rt, best, a, now) {
		best = r.leastLoaded(rt, a, now)
	}
	if best >= 0 {
		rt.advance(best)
	}
	return best
}

// leastLoaded returns the least used trunk, in turn among equals: of all trunks, or of those that suit an
// attempt.
func (r *Router) leastLoaded(rt *route, a *Attempt, now time.Duration) int {
	best, least := NoTrunk, math.Inf(1)
	for _, part := range [2][2]int{{rt.turn, len(rt.trunks)}, {0, rt.turn}} {
		for i := part[0]; i < part[1]; i++ {
			load := float64(r.trunks[rt.trunks[i]].busy) * rt.share[i]
			if load < least && (a == nil || r.suits(rt, i, a, now)) {
				best, least = i, load
			}
		}
	}
	return best
}
