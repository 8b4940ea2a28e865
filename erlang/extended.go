package erlang

import (
	"fmt"
	"math"
)

// ExtendedResult says what becomes of traffic of which blocked calls are tried again. All but Blocking is in erlangs.
type ExtendedResult struct {
	Blocking float64 // probability that one attempt is blocked
	Attempts float64 // first attempts and repeated ones together
	Retries  float64 // repeated attempts
	Carried  float64
	Lost     float64 // calls that are never made
}

// ExtendedB returns the equilibrium of a group of servers circuits when the share retry of the blocked attempts is
// repeated until it succeeds or is given up. All attempts together are taken for a Poisson stream of T erlangs:
//
//	T = A + r·T·B(N, T)
//
// Domain: servers and traffic from 0 to [MaxSize], retry from 0 (plain Erlang B) to 1 (nobody gives up); else an error
// that wraps [ErrDomain]. With retry = 1 the group must carry everything, and traffic ≥ servers gives an error that
// wraps [ErrUnstable].
//
// Repeated attempts come in clumps while the group is still full, which a Poisson stream does not know of: with 5
// circuits, 5 erlangs and half of the blocked calls repeated after half a holding time, 39.3 % of the attempts are
// blocked, and this formula says 37.0 %. [NewRetrial] is exact. Calculators that add the retries round by round and
// stop early give other figures for the same name.
func ExtendedB(servers, traffic, retry float64) (ExtendedResult, error) {
	err := firstError(checkCircuits(servers), checkTraffic(traffic), checkShare("retry", retry))
	if err != nil {
		return ExtendedResult{}, err
	}
	if retry == 1 && traffic >= servers && traffic > 0 {
		return ExtendedResult{}, fmt.Errorf("traffic must be below %g erlangs on %g servers when every blocked call "+
			"is repeated, got %g: %w", servers, servers, traffic, ErrUnstable)
	}
	attempts := attemptsTraffic(servers, traffic, retry)
	b := blocking(servers, attempts)
	return ExtendedResult{
		Blocking: b,
		Attempts: attempts,
		Retries:  retry * attempts * b,
		Carried:  attempts * (1 - b),
		Lost:     (1 - retry) * attempts * b,
	}, nil
}

// attemptsTraffic solves T = a + r·T·B(n, T) for T, written with the carried traffic,
//
//	(1-r)·T + r·T·(1-B(n, T)) = a
//
// The left side grows with T, so there is one solution.
func attemptsTraffic(n, a, r float64) float64 {
	excess := func(t float64) float64 { return (1-r)*t + r*carried(n, t) - a }
	if excess(a) >= 0 {
		return a
	}
	hi := 2 * a
	for excess(hi) < 0 && hi < math.MaxFloat64/4 {
		hi *= 2
	}
	return root(excess, a, hi)
}

// ExtendedBServers returns the least number of circuits on which at most the share blocking of the attempts is blocked.
// Domain: traffic from 0 to [MaxSize] erlangs, blocking between 0 and 1, both excluded, retry from 0 to 1; else an error
// that wraps [ErrDomain].
//
// At exactly that blocking there would be A/(1 - r·b) erlangs of attempts, and the more are blocked the more there are;
// so the group is large enough for the extended formula when it is large enough for these attempts without it.
func ExtendedBServers(traffic, blocking, retry float64) (int, error) {
	err := firstError(checkTraffic(traffic), checkProbability("blocking", blocking), checkShare("retry", retry))
	if err != nil {
		return 0, err
	}
	return Servers(traffic/(1-retry*blocking), blocking)
}

// ExtendedBTraffic returns the erlangs of first attempts at which exactly the share blocking of all attempts is blocked
// on servers circuits: A·(1 - r·b), where A is what [Traffic] allows for all of them.
// Domain: servers above 0 and at most [MaxSize], blocking between 0 and 1, both excluded, retry from 0 to 1; else an
// error that wraps [ErrDomain].
func ExtendedBTraffic(servers, blocking, retry float64) (float64, error) {
	if err := checkShare("retry", retry); err != nil {
		return 0, err
	}
	attempts, err := Traffic(servers, blocking)
	if err != nil {
		return 0, err
	}
	return attempts * (1 - retry*blocking), nil
}
