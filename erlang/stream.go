package erlang

// Stream describes traffic that need not be Poisson by the calls that it would keep in progress on a group without end.
type Stream struct {
	Mean     float64 // erlangs
	Variance float64 // erlangs², equal to Mean for Poisson traffic
}

// Overflow returns the traffic that a group of servers circuits turns away when it is offered traffic erlangs of Poisson
// calls. It comes in clumps, while the group is full:
//
//	M = A·B,  V = M·(1 - M + A/(N + 1 + M - A))
//
// Domain: servers and traffic from 0 to [MaxSize], any real number; else an error that wraps [ErrDomain].
//
// Kosten, Elektrische Nachrichtentechnik 14 (1937); Riordan, in Wilkinson, Bell System Technical Journal 35 (1956).
func Overflow(servers, traffic float64) (Stream, error) {
	if err := firstError(checkCircuits(servers), checkTraffic(traffic)); err != nil {
		return Stream{}, err
	}
	return overflow(servers, traffic), nil
}

// overflow is Overflow inside its domain. Riordan's factor is written with the idle circuits I = N + M - A, as
// 1 + (A - M - M·I)/(1 + I), which is as exact in a flood as elsewhere.
func overflow(n, a float64) Stream {
	if a >= n+1 {
		k := idleShare(n, a)
		idle, mean := n*k, a-n+n*k
		return Stream{Mean: mean, Variance: mean * (1 + (n-idle-mean*idle)/(1+idle))}
	}
	mean := a * blocking(n, a)
	return Stream{Mean: mean, Variance: mean * (1 - mean + a/(n+1+mean-a))}
}

// Peakedness returns the variance divided by the mean: 1 for Poisson traffic, more for traffic that comes in clumps, less
// for smooth traffic. Nothing at all counts as Poisson.
func (s Stream) Peakedness() float64 {
	if s.Mean == 0 {
		return 1
	}
	return s.Variance / s.Mean
}

// Plus returns the two streams together, when they are independent of each other.
func (s Stream) Plus(t Stream) Stream {
	return Stream{Mean: s.Mean + t.Mean, Variance: s.Variance + t.Variance}
}

// check accepts a stream with some traffic.
func (s Stream) check() error {
	return firstError(checkPositive("mean of the stream", "erlangs", s.Mean, MaxSize),
		checkPositive("variance of the stream", "erlangs squared", s.Variance, MaxSize*MaxSize))
}
