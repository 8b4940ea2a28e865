package sim

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a figure with the interval in which it lies with the confidence of the result.
type Estimate struct {
	Value, Low, High float64
	// Known says that there is a figure: calls were offered, or time went by.
	Known bool
}

// HalfWidth returns half of the width of the interval, by the value; infinite where the value is 0.
func (e Estimate) HalfWidth() float64 { return (e.High - e.Low) / 2 / e.Value }

// within tells whether half of the interval is at most a share of the value.
func (e Estimate) within(precision float64) bool {
	return e.Known && e.Value > 0 && e.HalfWidth() <= precision
}

// ratio estimates Σy/Σx over independent windows, with Student's t for the interval:
//
//	R ± t·√(Σ(yᵢ − R·xᵢ)² / (n(n−1))) / x̄
//
// Windows in which more calls arrive count for more, as they do in the share of the calls. none is the upper end where
// no y was seen at all: no spread is no proof.
//
// Cochran, Sampling Techniques (1977), 6.3.
func ratio(windows int, y, x func(i int) float64, confidence, none float64) Estimate {
	var sumY, sumX float64
	for i := range windows {
		sumY += y(i)
		sumX += x(i)
	}
	if sumX <= 0 {
		return Estimate{}
	}
	r := sumY / sumX
	e := Estimate{Value: r, High: math.Inf(1), Known: true}
	if windows < 2 {
		return e
	}
	squares := 0.0
	for i := range windows {
		d := y(i) - r*x(i)
		squares += d * d
	}
	n := float64(windows)
	half := quantile(windows-1, confidence) * math.Sqrt(squares/(n*(n-1))) / (sumX / n)
	e.Low, e.High = max(0, r-half), r+half
	if sumY == 0 {
		e.High = none
	}
	return e
}

// share is ratio for what is at most 1.
func share(windows int, y, x func(i int) float64, confidence, none float64) Estimate {
	e := ratio(windows, y, x, confidence, none)
	e.High = min(e.High, 1)
	return e
}

// quantile returns the two-sided quantile of Student's t.
func quantile(freedom int, confidence float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(1 - (1-confidence)/2)
}

// noneSeen returns the upper end of the share of blocked calls where none of n was blocked, with the given confidence:
// blockings come in bursts, so that n calls tell as much as n/burst independent ones.
func noneSeen(n, burst, confidence float64) float64 {
	if n <= 0 {
		return 1
	}
	return min(1, -math.Log(1-confidence)*burst/n)
}
