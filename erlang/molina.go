package erlang

import "math"

// Molina returns the probability that at least servers calls are in progress when nothing limits them:
//
//	P(X ≥ N),  X ~ Poisson(A)
//
// It is the blocking of the "blocked calls held" model, also known as the Poisson formula, in which a blocked caller
// holds on for the time that the call would have taken and seizes a circuit that becomes free. It lies above Erlang B
// and was the American Bell System's table for final groups.
// Domain: servers from 0 to [MaxSize], traffic from 0 to MaxSize erlangs; else an error that wraps [ErrDomain].
// Special cases:
//
//	Molina(0, A) = 1
//	Molina(N, 0) = 0 for N > 0
//
// Molina, Bell System Technical Journal 6 (1927).
func Molina(servers int, traffic float64) (float64, error) {
	if err := firstError(checkCount("servers", servers, 0, MaxSize), checkTraffic(traffic)); err != nil {
		return 0, err
	}
	return math.Exp(logAtLeast(float64(servers), traffic)), nil
}

// MolinaServers returns the least number of circuits with Molina(N, traffic) ≤ blocking.
// Domain: traffic from 0 to [MaxSize] erlangs, blocking between 0 and 1, both excluded; else an error that wraps
// [ErrDomain]. Special case: MolinaServers(0, b) = 0.
func MolinaServers(traffic, blocking float64) (int, error) {
	err := firstError(checkTraffic(traffic), checkProbability("blocking", blocking))
	if err != nil || traffic == 0 {
		return 0, err
	}
	return least(1, func(n int) bool { return math.Exp(logAtLeast(float64(n), traffic)) <= blocking }), nil
}

// MolinaTraffic returns the erlangs A with Molina(servers, A) = blocking.
// Domain: servers from 1 to [MaxSize], blocking between 0 and 1, both excluded; else an error that wraps [ErrDomain].
func MolinaTraffic(servers int, blocking float64) (float64, error) {
	err := firstError(checkCount("servers", servers, 1, MaxSize), checkProbability("blocking", blocking))
	if err != nil {
		return 0, err
	}
	n, goal := float64(servers), math.Log(blocking)
	factorial := logFactorial(n)
	lo := math.Exp((goal + factorial) / n) // P(X ≥ N) ≤ A^N/N!
	hi := 2 * lo
	for logAtLeast(n, hi) < goal {
		lo, hi = hi, 2*hi
	}
	return root(func(a float64) float64 { return logAtLeast(n, a) - goal }, lo, hi), nil
}

// logAtLeast returns ln P(X ≥ n) of a Poisson variable with mean a, continued to real n ≥ 0 by the incomplete gamma
// function: well above the mean the sum of the tail, below it what the probability of fewer than n leaves,
//
//	P(X < n) = D(n, a)·(1/B(n, a) - 1),  D(n, a) = P(X = n)
func logAtLeast(n, a float64) float64 {
	switch {
	case n == 0:
		return 0
	case a == 0:
		return math.Inf(-1)
	case a < n+1:
		return logPoisson(n, a) + math.Log(poissonTail(n, a))
	}
	idle := idleShare(n, a) // B = (a - n + n·idle)/a
	fewer := math.Exp(logPoisson(n, a)) * n * (1 - idle) / (a - n + n*idle)
	return math.Log1p(-fewer)
}
