package erlang

import (
	"fmt"
	"math"
)

// Equivalent is the group that stands for a stream of overflow traffic: Poisson traffic that, offered to so many circuits
// (whole or not), overflows with the mean and variance of the stream.
type Equivalent struct {
	Stream  Stream
	Servers float64
	Traffic float64 // erlangs
}

// Wilkinson returns the equivalent group of a stream that is peaked, exactly: the solution of
//
//	Overflow(N*, A*) = stream
//
// Domain: a mean above 0 and at most [MaxSize] erlangs and a variance of at least the mean, for which N* is not negative
// and at most MaxSize; else an error that wraps [ErrDomain]. For smooth traffic use [Hayward].
//
// Wilkinson, Bell System Technical Journal 35 (1956): equivalent random theory.
func Wilkinson(stream Stream) (Equivalent, error) {
	if err := checkPeaked(stream); err != nil {
		return Equivalent{}, err
	}
	excess := func(n float64) float64 {
		return overflow(n, trafficOverflowing(n, stream.Mean)).Peakedness() - stream.Peakedness()
	}
	lo, hi := 0.0, 1.0
	for excess(hi) < 0 {
		if lo, hi = hi, 2*hi; hi > MaxSize {
			return Equivalent{}, fmt.Errorf("peakedness of %g at %g erlangs stands for more than %g circuits: %w",
				stream.Peakedness(), stream.Mean, float64(MaxSize), ErrDomain)
		}
	}
	n := root(excess, lo, hi)
	return Equivalent{Stream: stream, Servers: n, Traffic: trafficOverflowing(n, stream.Mean)}, nil
}

// Rapp returns the equivalent group of a stream by an approximation that needs no iteration: with z the peakedness,
//
//	A* = V + 3z·(z-1),  N* = A*·(M+z)/(M+z-1) - M - 1
//
// Domain: that of [Wilkinson]; where the approximation makes N* negative, the error wraps [ErrDomain].
//
// Rapp, Ericsson Technics 20 (1964).
func Rapp(stream Stream) (Equivalent, error) {
	if err := checkPeaked(stream); err != nil {
		return Equivalent{}, err
	}
	m, z := stream.Mean, stream.Peakedness()
	a := stream.Variance + 3*z*(z-1)
	n := a*(m+z)/(m+z-1) - m - 1
	if z == 1 {
		n = 0
	}
	if !(n >= 0 && n <= MaxSize && a <= MaxSize) {
		return Equivalent{}, fmt.Errorf("mean %g and variance %g stand for %g circuits: %w", m, stream.Variance, n, ErrDomain)
	}
	return Equivalent{Stream: stream, Servers: n, Traffic: a}, nil
}

// Blocking returns the share of the stream that is lost on servers more circuits, whole or not:
//
//	A*·B(N* + servers, A*) / M
//
// Domain: servers from 0 to [MaxSize]; else an error that wraps [ErrDomain].
func (e Equivalent) Blocking(servers float64) (float64, error) {
	if err := firstError(checkCircuits(servers), checkCircuits(e.Servers), e.Stream.check()); err != nil {
		return 0, err
	}
	lost, err := B(e.Servers+servers, e.Traffic)
	return math.Min(e.Traffic*lost/e.Stream.Mean, 1), err
}

// trafficOverflowing returns the Poisson traffic of which mean erlangs overflow n circuits.
func trafficOverflowing(n, mean float64) float64 {
	excess := func(a float64) float64 { return overflow(n, a).Mean - mean }
	return root(excess, mean, mean+n)
}

// checkPeaked accepts a stream that is no smoother than Poisson traffic.
func checkPeaked(stream Stream) error {
	if err := stream.check(); err != nil {
		return err
	}
	if stream.Variance < stream.Mean {
		return fmt.Errorf("variance of overflow traffic must be at least its mean %g, got %g: %w",
			stream.Mean, stream.Variance, ErrDomain)
	}
	return nil
}
