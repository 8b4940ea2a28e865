package erlang

import "math"

// B returns the Erlang B probability that a call finds all servers circuits busy when traffic erlangs are offered by
// very many independent callers and blocked calls are lost:
//
//	B(N, A) = (A^N / N!) / Σ_{k=0..N} A^k / k!
//
// A number of circuits that is not whole, as the overflow formulas need it, is understood as in
//
//	1 / B(N, A) = A·∫_0^∞ e^(-A·t)·(1+t)^N dt
//
// Domain: servers and traffic from 0 to [MaxSize], any real number; else an error that wraps [ErrDomain].
// Special cases:
//
//	B(0, A) = 1
//	B(N, 0) = 0 for N > 0
//
// The cost is some 10·√N operations. The relative error is below 4e-15·max(1, |ln B|) up to a million circuits.
// Values below 5e-324 come out as 0; see [LogB].
//
// Erlang, Elektroteknikeren 13 (1917); Jagerman, Bell System Technical Journal 53 (1974), for real N.
func B(servers, traffic float64) (float64, error) {
	if err := firstError(checkCircuits(servers), checkTraffic(traffic)); err != nil {
		return 0, err
	}
	return blocking(servers, traffic), nil
}

// LogB returns the natural logarithm of [B] and does not underflow: a million circuits that are offered one erlang
// block with a probability of 10^-5,565,709. It is -Inf where B is exactly 0, that is without traffic.
// The domain is that of B. The error is below 4e-15·max(1, |ln B|) up to a million circuits.
func LogB(servers, traffic float64) (float64, error) {
	if err := firstError(checkCircuits(servers), checkTraffic(traffic)); err != nil {
		return 0, err
	}
	return logBlocking(servers, traffic), nil
}

// BRecursive returns the Erlang B probability by the classical recursion over the circuits,
//
//	B(0) = 1,  B(n) = A·B(n-1) / (n + A·B(n-1))
//
// in servers steps. It shares nothing with [B] and is there to check it, or for groups so small that it is faster.
// Domain: servers from 0 to [MaxSize], traffic from 0 to MaxSize erlangs; else an error that wraps [ErrDomain].
func BRecursive(servers int, traffic float64) (float64, error) {
	if err := firstError(checkCount("servers", servers, 0, MaxSize), checkTraffic(traffic)); err != nil {
		return 0, err
	}
	b := 1.0
	for n := 1; n <= servers; n++ {
		b = addCircuit(b, float64(n), traffic)
	}
	return b, nil
}

// addCircuit returns B(n, a) given b = B(n-1, a).
func addCircuit(b, n, a float64) float64 { return a * b / (n + a*b) }

// blocking is B inside its domain.
func blocking(x, a float64) float64 {
	if x > 0 && a >= x+1 {
		return (a - x + x*idleShare(x, a)) / a
	}
	return math.Exp(logBlocking(x, a))
}

// logBlocking is LogB inside its domain. With less traffic than circuits it takes the Poisson probability of exactly x
// calls, given that there are not more,
//
//	B = D / (1 - P),  P = D·(a/(x+1))·poissonTail(x+1, a)
//
// and with more traffic, where 1 - P would cancel, a continued fraction.
func logBlocking(x, a float64) float64 {
	switch {
	case x == 0:
		return 0
	case a == 0:
		return math.Inf(-1)
	case a >= x+1:
		return math.Log((a - x + x*idleShare(x, a)) / a)
	}
	exactly := logPoisson(x, a)
	more := math.Exp(exactly) * a / (x + 1) * poissonTail(x+1, a)
	return math.Min(exactly-math.Log1p(-more), 0)
}

// carried returns the traffic a·(1-B(x, a)), in a flood without the digits that 1-B loses there. Domain: x, a ≥ 0.
func carried(x, a float64) float64 {
	if a >= x+1 {
		return x - x*idleShare(x, a)
	}
	return a * (1 - blocking(x, a))
}

// idleShare returns the share of the time that each of x circuits is idle in a flood, K in
//
//	a·(1-B) = x·(1-K)
//
// From Legendre's continued fraction of the incomplete gamma function Γ(x+1, a), which 1/(A·B) is,
//
//	        1     2·(x-1)   3·(x-2)
//	K = --------- --------- --------- …
//	    a-x+2   + a-x+4   + a-x+6   +
//
// evaluated by the modified method of Lentz (Thompson and Barnett, Journal of Computational Physics 64, 1986). For a
// whole x it ends after x terms. Domain: x ≥ 0, a ≥ x+1: all denominators are positive.
func idleShare(x, a float64) float64 {
	const settled = 2.3e-16
	b := a - x + 2
	c, d := math.Inf(1), 1/b
	k := d
	for i := 2.0; ; i++ {
		numerator := i * (x + 1 - i)
		b += 2
		d = 1 / (numerator*d + b)
		c = b + numerator/c
		step := c * d
		k *= step
		if math.Abs(step-1) <= settled {
			return k
		}
	}
}
