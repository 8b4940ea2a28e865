package erlang

import "math"

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
// Kosten, De Ingenieur 49 (1937); Riordan, in Wilkinson, Bell System Technical Journal 35 (1956).
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

// MaxPeakedness returns the greatest peakedness that the overflow of servers circuits can have, and the Poisson traffic
// in erlangs that brings it about. With I = N - A·(1-B) idle circuits, d/dA of the peakedness is zero where
//
//	(1+I) + A = M·(1+I)·(1 + (1+I)²/A)
//
// Domain: servers from 1 to [MaxSize]; else an error that wraps [ErrDomain]. Compare ITU-T E.521, table 1.
func MaxPeakedness(servers int) (peakedness, traffic float64, err error) {
	if err := checkCount("servers", servers, 1, MaxSize); err != nil {
		return 0, 0, err
	}
	n := float64(servers)
	rising := func(a float64) float64 {
		b := blocking(n, a)
		k := n + 1 - a + a*b
		return k + a - a*b*k - b*k*k*k
	}
	traffic = root(rising, n/2, n+math.Sqrt(n))
	return overflow(n, traffic).Peakedness(), traffic, nil
}
