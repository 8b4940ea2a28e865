package erlang

import "math"

// Servers returns the least whole number of circuits on which at most the share blocking of the calls is lost when
// traffic erlangs are offered:
//
//	min { N : B(N, A) ≤ b }
//
// Domain: traffic from 0 to [MaxSize] erlangs, blocking between 0 and 1, both excluded; else an error that wraps
// [ErrDomain]. Special case: Servers(0, b) = 0, for who never calls is never blocked.
func Servers(traffic, blocking float64) (int, error) {
	real, err := ServersReal(traffic, blocking)
	if err != nil || traffic == 0 {
		return 0, err
	}
	return fewest(int(math.Ceil(real)), traffic, blocking), nil
}

// fewest corrects the guess n, which may be one circuit off by rounding, to the least n with B(n, a) ≤ b.
func fewest(n int, a, b float64) int {
	for n > 0 && blocking(float64(n-1), a) <= b {
		n--
	}
	for blocking(float64(n), a) > b {
		n++
	}
	return n
}

// ServersReal returns the number of circuits, whole or not, on which exactly the share blocking of traffic erlangs is
// lost: the x with B(x, A) = b. The domain is that of [Servers]; ServersReal(0, b) = 0.
func ServersReal(traffic, blocking float64) (float64, error) {
	if err := firstError(checkTraffic(traffic), checkProbability("blocking", blocking)); err != nil {
		return 0, err
	}
	if traffic == 0 {
		return 0, nil
	}
	goal := math.Log(blocking)
	excess := func(x float64) float64 { return logBlocking(x, traffic) - goal }
	carried := traffic * (1 - blocking) // fewer circuits than that cannot carry it
	step := 1 + math.Sqrt(traffic)
	for excess(carried+step) > 0 {
		step *= 2
	}
	return root(excess, carried, carried+step), nil
}

// Traffic returns the erlangs of which exactly the share blocking is lost on servers circuits: the A with B(N, A) = b.
// Domain: servers above 0 and at most [MaxSize], blocking between 0 and 1, both excluded; else an error that wraps
// [ErrDomain]. The relative error is some 10^-14 as long as 1-blocking has as many digits.
//
// It is the method of Newton on ln B over u = ln A, for which
//
//	d ln B / du = N - A·(1-B)
//
// falls: ln B is concave in u, so from any point left of the solution the steps approach it and never pass it. Such a
// point is ln A = (ln b + ln N!)/N, because B(N, A) ≤ A^N / N!. Jagerman 1974.
func Traffic(servers, blocking float64) (float64, error) {
	err := firstError(checkPositive("servers", "circuits", servers, MaxSize), checkProbability("blocking", blocking))
	if err != nil {
		return 0, err
	}
	const most, settled = 200, 1e-11
	goal := math.Log(blocking)
	factorial := logFactorial(servers)
	u := (goal + factorial) / servers
	for i := 0; i < most; i++ {
		a := math.Exp(u)
		if a == 0 {
			break // fewer erlangs than the smallest number above 0
		}
		b := logBlocking(servers, a)
		step := (goal - b) / (servers - a*(1-math.Exp(b)))
		u += step
		if !(step > settled) {
			break
		}
	}
	return math.Exp(u), nil
}
