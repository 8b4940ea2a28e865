package erlang

import (
	"fmt"
	"math"
)

// EngsetResult describes a group with few callers, of whom the busy ones offer nothing. Traffic is in erlangs.
type EngsetResult struct {
	CallCongestion float64 // probability that a call is blocked
	TimeCongestion float64 // share of the time in which all circuits are busy
	PerIdleSource  float64 // calls that one idle source makes in a mean holding time
	Intended       float64 // what all sources would carry if nobody were ever blocked
	Offered        float64 // calls that are really made, times their mean holding time: Carried/(1-CallCongestion)
	Carried        float64
}

// EngsetIdle returns the equilibrium of servers circuits with a finite number of sources, each of which makes
// perIdleSource calls in a mean holding time while it is idle; blocked calls are lost.
//
//	TimeCongestion(N, S, b) = C(S,N)·b^N / Σ_{j=0..N} C(S,j)·b^j
//	CallCongestion(N, S, b) = TimeCongestion(N, S-1, b)
//
// A caller never sees his own call in progress, hence the S-1; programs that print one congestion may mean either.
// Domain: sources from 1 and servers from 0 to [MaxSize], perIdleSource from 0 to MaxSize; else an error that wraps
// [ErrDomain]. Special case: with servers ≥ sources no call is ever blocked. The cost is one step for each circuit.
//
// Engset, Elektrotechnische Zeitschrift 39 (1918); the recursion: Pinsky, Conway and Liu, IEEE Transactions on
// Communications 42 (1994).
func EngsetIdle(sources, servers int, perIdleSource float64) (EngsetResult, error) {
	err := firstError(checkCount("sources", sources, 1, MaxSize), checkCount("servers", servers, 0, MaxSize),
		checkRange("traffic of an idle source", "erlangs", perIdleSource, 0, MaxSize))
	if err != nil {
		return EngsetResult{}, err
	}
	return engset(sources, servers, perIdleSource), nil
}

// Engset is [EngsetIdle] for a known offered traffic in erlangs, which all sources together really offer: a source
// offers α = A/S, that is b = α/(1 - α·(1-CallCongestion)) while it is idle, and the congestion follows from b.
// Domain: sources from 1 and servers from 0 to [MaxSize], traffic from 0 to MaxSize erlangs; else an error that wraps
// [ErrDomain]. With as many circuits as sources, traffic ≥ sources gives an error that wraps [ErrUnstable].
func Engset(sources, servers int, traffic float64) (EngsetResult, error) {
	err := firstError(checkCount("sources", sources, 1, MaxSize), checkCount("servers", servers, 0, MaxSize),
		checkTraffic(traffic))
	if err != nil {
		return EngsetResult{}, err
	}
	if servers >= sources && traffic >= float64(sources) {
		return EngsetResult{}, fmt.Errorf("traffic must be below %d erlangs from %d sources that are never blocked, "+
			"got %g: %w", sources, sources, traffic, ErrUnstable)
	}
	return engset(sources, servers, idleTraffic(sources, servers, traffic)), nil
}

// EngsetIntended is [EngsetIdle] for the traffic in erlangs that all sources would carry if nobody were ever blocked,
// which is what a planner knows: users times calls per hour times holding time. A source that intends a = A/S offers
// b = a/(1-a) while it is idle.
// Domain: sources from 1 and servers from 0 to [MaxSize], traffic from 0 to below sources erlangs; else an error that
// wraps [ErrDomain].
func EngsetIntended(sources, servers int, traffic float64) (EngsetResult, error) {
	idle, err := intendedIdle(sources, traffic)
	if err != nil {
		return EngsetResult{}, err
	}
	return EngsetIdle(sources, servers, idle)
}

// EngsetIdleServers returns the least number of circuits with which at most the share blocking of the calls is blocked,
// under the conditions of [EngsetIdle].
// Domain: blocking between 0 and 1, both excluded, the others as in EngsetIdle; else an error that wraps [ErrDomain].
func EngsetIdleServers(sources int, perIdleSource, blocking float64) (int, error) {
	err := firstError(checkCount("sources", sources, 1, MaxSize), checkProbability("blocking", blocking),
		checkRange("traffic of an idle source", "erlangs", perIdleSource, 0, MaxSize))
	if err != nil || perIdleSource == 0 {
		return 0, err
	}
	b, n := 1.0, 0
	for ; b > blocking; n++ {
		b = addEngsetCircuit(b, float64(n+1), float64(sources-1), perIdleSource)
	}
	return n, nil
}

// EngsetServers is [EngsetIdleServers] under the conditions of [Engset].
// Domain: sources from 1 to [MaxSize], traffic from 0 to MaxSize erlangs and below sources/(1-blocking), blocking between
// 0 and 1, both excluded; else an error that wraps [ErrDomain].
//
// At exactly that blocking an idle source would offer α/(1 - α·(1-blocking)), and the more are blocked the less it
// offers; so the group is large enough when it is large enough for this traffic.
func EngsetServers(sources int, traffic, blocking float64) (int, error) {
	err := firstError(checkCount("sources", sources, 1, MaxSize), checkTraffic(traffic),
		checkProbability("blocking", blocking))
	if err != nil {
		return 0, err
	}
	share := traffic / float64(sources)
	idle := share / (1 - share*(1-blocking))
	if !(idle >= 0 && idle <= MaxSize) {
		return 0, fmt.Errorf("traffic must be below %g erlangs from %d sources, got %g: %w",
			float64(sources)/(1-blocking), sources, traffic, ErrDomain)
	}
	return EngsetIdleServers(sources, idle, blocking)
}

// EngsetIntendedServers is [EngsetIdleServers] under the conditions of [EngsetIntended].
func EngsetIntendedServers(sources int, traffic, blocking float64) (int, error) {
	idle, err := intendedIdle(sources, traffic)
	if err != nil {
		return 0, err
	}
	return EngsetIdleServers(sources, idle, blocking)
}

// EngsetIntendedTraffic returns the erlangs that sources intend of which exactly the share blocking is lost.
// Domain: servers from 1 to below sources, sources at most [MaxSize], blocking between 0 and 1, both excluded; else an error
// that wraps [ErrDomain], as for a blocking so near 1 that idle sources would offer more than MaxSize erlangs each.
//
// The congestion of n circuits is at most that of one, x·(S-1)/(1 + x·(S-1)), to the power of n; from there the traffic x
// of an idle source is doubled until too much is lost.
func EngsetIntendedTraffic(sources, servers int, blocking float64) (float64, error) {
	err := firstError(checkCount("sources", sources, 2, MaxSize), checkCount("servers", servers, 1, sources-1),
		checkProbability("blocking", blocking))
	if err != nil {
		return 0, err
	}
	others := float64(sources) - 1
	each := math.Pow(blocking, 1/float64(servers))
	excess := func(idle float64) float64 { return engsetTime(others, servers, idle) - blocking }
	lo := each / (1 - each) / others
	hi := lo
	for excess(hi) < 0 {
		if lo, hi = hi, 2*hi; hi > MaxSize {
			return 0, fmt.Errorf("blocking of %g on %d circuits needs more than %g erlangs from each of %d idle sources: %w",
				blocking, servers, float64(MaxSize), sources, ErrDomain)
		}
	}
	idle := root(excess, lo, hi)
	return float64(sources) * idle / (1 + idle), nil
}

// engset is EngsetIdle inside its domain.
func engset(sources, servers int, idle float64) EngsetResult {
	s := float64(sources)
	call := engsetTime(s-1, servers, idle)
	return EngsetResult{
		CallCongestion: call,
		TimeCongestion: engsetTime(s, servers, idle),
		PerIdleSource:  idle,
		Intended:       s * idle / (1 + idle),
		Offered:        s * idle / (1 + idle*(1-call)),
		Carried:        s * idle * (1 - call) / (1 + idle*(1-call)),
	}
}

// engsetTime returns the time congestion of s sources, circuit by circuit.
func engsetTime(s float64, servers int, idle float64) float64 {
	b := 1.0
	for n := 1; n <= servers && b > 0; n++ {
		b = addEngsetCircuit(b, float64(n), s, idle)
	}
	return b
}

// addEngsetCircuit returns the time congestion of n circuits and s sources, given that of n-1 circuits. Circuits beyond
// the last source are never all busy.
func addEngsetCircuit(b, n, s, idle float64) float64 {
	offered := math.Max(s-n+1, 0) * idle * b
	return offered / (n + offered)
}

// idleTraffic solves S·b/(1 + b·(1-CallCongestion)) = A for b, which lies between A/S, as if all were blocked, and
// α/(1-α), as if none were.
func idleTraffic(sources, servers int, traffic float64) float64 {
	share := traffic / float64(sources)
	excess := func(idle float64) float64 {
		free := 1 - engsetTime(float64(sources)-1, servers, idle)
		return idle - share*(1+idle*free)
	}
	if excess(share) >= 0 {
		return share
	}
	hi := 2 * share
	for excess(hi) < 0 {
		hi *= 2
	}
	return root(excess, share, hi)
}

// intendedIdle returns what a source offers while it is idle, from what all sources intend.
func intendedIdle(sources int, traffic float64) (float64, error) {
	if err := checkCount("sources", sources, 1, MaxSize); err != nil {
		return 0, err
	}
	if s := float64(sources); traffic >= 0 && traffic < s {
		return traffic / (s - traffic), nil
	}
	return 0, fmt.Errorf("traffic must be from 0 to below %d erlangs from %d sources, got %g: %w",
		sources, sources, traffic, ErrDomain)
}
