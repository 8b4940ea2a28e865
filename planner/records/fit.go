package records

import (
	"math"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// Holding describes durations: what they are, and the laws that come nearest to them.
type Holding struct {
	Calls    int64 // all that were measured
	Zero     int64 // of which lasted no time; the laws are fitted to the others
	Mean     time.Duration
	Quantile []Quantile
	Longest  time.Duration

	Lognormal   Fit
	Exponential Fit
}

// Quantile is the duration that a share of the calls does not exceed.
type Quantile struct {
	Share    float64
	Duration time.Duration
}

// Fit is a law of durations and how near it is.
type Fit struct {
	Law traffic.Duration
	// Distance is that of Kolmogorov and Smirnov: the largest difference between the law and the share of the
	// calls that were no longer, taken half-way between the whole seconds, as records round.
	Distance float64
}

// describe returns what is known of the durations.
func (d *durations) describe() Holding {
	h := Holding{Calls: d.all(), Zero: d.zero, Mean: seconds(d.mean()), Longest: seconds(float64(d.longest) / 1e6)}
	for _, share := range []float64{0.5, 0.9, 0.95, 0.99} {
		h.Quantile = append(h.Quantile, Quantile{share, seconds(d.quantile(share))})
	}
	if d.count > 0 {
		h.Exponential = d.exponential()
	}
	if d.count > 1 {
		h.Lognormal = d.lognormal()
	}
	return h
}

// exponential fits by the mean, which is the maximum-likelihood estimate.
func (d *durations) exponential() Fit {
	mean := float64(d.sum) / 1e6 / float64(d.count)
	return Fit{
		Law:      traffic.Duration{Law: traffic.Exponential, Mean: seconds(mean)},
		Distance: d.distance(func(t float64) float64 { return -math.Expm1(-t / mean) }),
	}
}

// lognormal fits by maximum likelihood:
//
//	µ = mean of ln t,  σ² = mean of (ln t − µ)²,  mean e^(µ+σ²/2),  coefficient of variation √(e^σ² − 1)
//
// Durations that are all the same have no spread; the law is then the fixed one.
//
// Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, vol. 1 (1994), chapter 14.
func (d *durations) lognormal() Fit {
	n := float64(d.count)
	mu := d.logs / n
	variance := math.Max(0, d.squares/n-mu*mu)
	if variance < 1e-9 {
		return Fit{Law: traffic.Duration{Law: traffic.Fixed, Mean: seconds(math.Exp(mu))}}
	}
	sigma := math.Sqrt(variance)
	return Fit{
		Law: traffic.Duration{
			Law: traffic.Lognormal, Mean: seconds(math.Exp(mu + variance/2)), Spread: math.Sqrt(math.Expm1(variance)),
		},
		Distance: d.distance(func(t float64) float64 { return math.Erfc(-(math.Log(t)-mu)/(sigma*math.Sqrt2)) / 2 }),
	}
}

// distance returns the largest difference at the ends of the classes.
func (d *durations) distance(law func(seconds float64) float64) float64 {
	seen, largest := int64(0), 0.0
	for i, n := range d.classes {
		seen += n
		_, high := bounds(i)
		largest = math.Max(largest, math.Abs(float64(seen)/float64(d.count)-law(high)))
		if seen == d.count {
			break
		}
	}
	return largest
}
