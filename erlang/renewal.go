package erlang

import (
	"fmt"
	"math"
)

// Renewal is a stream of calls whose intervals are independent of each other and alike, but need not be exponential.
type Renewal struct {
	traffic float64
	// surprise returns 1/φ(s) - 1, where φ is the Laplace transform of the interval in mean holding times; s/A for Poisson
	// calls. This form keeps its digits where φ is close to 1.
	surprise func(s float64) float64
}

// RegularCalls returns calls at equal intervals.
// Domain: traffic above 0 and at most [MaxSize] erlangs; else an error that wraps [ErrDomain].
func RegularCalls(traffic float64) (Renewal, error) {
	if err := checkPositive("traffic", "erlangs", traffic, MaxSize); err != nil {
		return Renewal{}, err
	}
	return Renewal{traffic, func(s float64) float64 { return math.Expm1(s / traffic) }}, nil
}

// ErlangCalls returns calls whose intervals are the sum of so many exponential phases: 1 is Poisson, more is more regular.
// The squared coefficient of variation of the intervals is 1/phases.
// Domain: traffic above 0 and at most [MaxSize] erlangs, phases from 1 to 10 million; else an error that wraps [ErrDomain].
func ErlangCalls(traffic float64, phases int) (Renewal, error) {
	err := firstError(checkPositive("traffic", "erlangs", traffic, MaxSize), checkCount("phases", phases, 1, maxStates))
	if err != nil {
		return Renewal{}, err
	}
	k := float64(phases)
	return Renewal{traffic, func(s float64) float64 { return math.Expm1(k * math.Log1p(s/(k*traffic))) }}, nil
}

// HyperexponentialCalls returns calls whose intervals are drawn from one of two exponential distributions, a short one and
// a long one that add up to the same time (balanced means), with the squared coefficient of variation given.
// Domain: traffic above 0 and at most [MaxSize] erlangs, variation from 1 (Poisson) to a million; else an error that wraps
// [ErrDomain].
func HyperexponentialCalls(traffic, variation float64) (Renewal, error) {
	err := firstError(checkPositive("traffic", "erlangs", traffic, MaxSize),
		checkRange("squared coefficient of variation", "", variation, 1, 1e6))
	if err != nil {
		return Renewal{}, err
	}
	often := (1 + math.Sqrt((variation-1)/(variation+1))) / 2
	seldom := 1 / (variation + 1) / (2 * often) // often·seldom = 1/(2·(variation+1))
	fast, slow := 2*often*traffic, 2*seldom*traffic
	return Renewal{traffic, func(s float64) float64 {
		a, b := often/(fast+s), seldom/(slow+s)
		return s * (a + b) / (fast*a + slow*b)
	}}, nil
}

// InterruptedCalls returns Poisson calls that are switched on and off at random: onRate calls in a mean holding time while
// on, which ends at the rate onToOff and comes back at the rate offToOn. It imitates overflow traffic.
// Domain: the rates above 0 and at most [MaxSize] in a mean holding time, and so that there are not less than 1e-9 calls in
// it; else an error that wraps [ErrDomain].
//
// Kuczura, Bell System Technical Journal 52 (1973): interrupted Poisson process.
func InterruptedCalls(onRate, onToOff, offToOn float64) (Renewal, error) {
	const unit = "in a mean holding time"
	err := firstError(checkPositive("rate while on", unit, onRate, MaxSize),
		checkPositive("rate from on to off", unit, onToOff, MaxSize),
		checkPositive("rate from off to on", unit, offToOn, MaxSize))
	if err != nil {
		return Renewal{}, err
	}
	traffic := onRate * (offToOn / (onToOff + offToOn))
	if traffic < 1e-9 {
		return Renewal{}, fmt.Errorf("interrupted calls must be at least 1e-9 erlangs, got %g: %w", traffic, ErrDomain)
	}
	return Renewal{traffic, func(s float64) float64 {
		return s / onRate * (s + onToOff + offToOn) / (s + offToOn)
	}}, nil
}

// Traffic returns the offered traffic in erlangs.
func (r Renewal) Traffic() float64 { return r.traffic }

// Stream returns the mean and variance of the calls in progress on a group without end:
//
//	V/M = 1/(1 - φ(1)) - A
func (r Renewal) Stream() (Stream, error) {
	if err := r.check(); err != nil {
		return Stream{}, err
	}
	peakedness := 1 + (1/r.surprise(1) - r.traffic)
	return Stream{Mean: r.traffic, Variance: r.traffic * math.Max(peakedness, 0)}, nil
}

// RenewalResult describes a group that renewal calls are offered to.
type RenewalResult struct {
	CallCongestion float64 // share of the calls that are blocked
	TimeCongestion float64 // share of the time in which all circuits are busy
}

// RenewalLoss returns the equilibrium of servers circuits when blocked calls are lost and holding times are exponential
// (GI/M/N/N), exactly:
//
//	1/CallCongestion = Σ_{j=0..N} C(N,j)·Π_{i=1..j} (1-φ(i))/φ(i)
//	TimeCongestion = (A/N)·CallCongestion·(1-φ(N))/φ(N)
//
// All terms are positive. The cost is one step for each circuit.
// Domain: servers from 0 to 10 million, calls from one of the constructors; else an error that wraps [ErrDomain].
// A congestion below 1e-300 may come out as 0.
//
// Palm, Ericsson Technics 44 (1943); Takács, Introduction to the Theory of Queues (1962).
func RenewalLoss(servers int, calls Renewal) (RenewalResult, error) {
	if err := firstError(checkCount("servers", servers, 0, maxStates), calls.check()); err != nil {
		return RenewalResult{}, err
	}
	if servers == 0 {
		return RenewalResult{CallCongestion: 1, TimeCongestion: 1}, nil
	}
	n := float64(servers)
	sum, term := 1.0, 1.0
	for j := 1.0; j <= n && !math.IsInf(sum, 1); j++ {
		term *= (n - j + 1) / j * calls.surprise(j)
		sum += term
	}
	if math.IsInf(sum, 1) {
		return RenewalResult{}, nil
	}
	call := 1 / sum
	return RenewalResult{
		CallCongestion: call,
		TimeCongestion: math.Min(calls.traffic/n*call*calls.surprise(n), 1),
	}, nil
}

// check accepts what a constructor made.
func (r Renewal) check() error {
	if r.surprise == nil {
		return fmt.Errorf("calls must come from a constructor, not from an empty Renewal: %w", ErrDomain)
	}
	return nil
}
