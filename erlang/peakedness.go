package erlang

import "math"

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
