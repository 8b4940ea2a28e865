package erlang

import "math"

// QuasiStaticResult is the blocking of a group of gateways that fail and are repaired so slowly that the traffic settles in
// between.
type QuasiStaticResult struct {
	Blocking float64 // in the long run
	AllUp    float64 // while all gateways work
	OneDown  float64 // while one does not
}

// QuasiStaticFailure returns the blocking of gateways with so many ports each, of which each works with the probability
// availability, independently:
//
//	Blocking = Σ_k C(G,k)·a^k·(1-a)^(G-k)·B(k·P, A)
//
// It leaves out the calls that a failure interrupts; see [ExactFailure].
// Domain: gateways from 1 to 100,000, ports from 1 on, not more than [MaxSize] ports in all, traffic from 0 to MaxSize
// erlangs, availability from 0 to 1; else an error that wraps [ErrDomain].
func QuasiStaticFailure(gateways, ports int, traffic, availability float64) (QuasiStaticResult, error) {
	err := firstError(checkCount("gateways", gateways, 1, 100_000), checkCount("ports", ports, 1, MaxSize),
		checkCircuits(float64(gateways)*float64(ports)), checkTraffic(traffic), checkShare("availability", availability))
	if err != nil {
		return QuasiStaticResult{}, err
	}
	g, p := float64(gateways), float64(ports)
	result := QuasiStaticResult{AllUp: blocking(g*p, traffic), OneDown: blocking((g-1)*p, traffic)}
	for up := 0.0; up <= g; up++ {
		if share := binomial(g, up, availability); share > 0 {
			result.Blocking += share * blocking(up*p, traffic)
		}
	}
	result.Blocking = math.Min(result.Blocking, 1)
	return result, nil
}

// binomial returns the probability of k out of n with the chance p each, in the saddle-point form of Loader (2000) where
// neither end is near.
func binomial(n, k, p float64) float64 {
	switch {
	case k == 0:
		return math.Exp(n * math.Log1p(-p))
	case k == n:
		return math.Pow(p, n)
	case p == 0 || p == 1:
		return 0
	}
	exponent := stirlingError(n) - stirlingError(k) - stirlingError(n-k) - deviance(k, n*p) - deviance(n-k, n*(1-p))
	return math.Exp(exponent) * math.Sqrt(n/(2*math.Pi*k*(n-k)))
}
