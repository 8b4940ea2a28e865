package scenarios

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sipplan/sipplan/planner/traffic"
)

// Sample is a law of random numbers: of pauses in milliseconds, or of what a variable is assigned. Its zero
// value is always 0.
type Sample struct {
	Law     Law
	A, B, C float64 // parameters, in the order of the law's comment
}

// Law names a law of Sample.
type Law uint8

// The laws with their parameters.
const (
	FixedValue        Law = iota // A
	Uniform                      // from A to B
	Normal                       // mean A, standard deviation B
	LogNormal                    // exp of a normal one of mean A and standard deviation B
	ExponentialOf                // mean A
	Weibull                      // scale A, shape B
	Pareto                       // shape A, smallest value B
	GeneralizedPareto            // shape A, scale B, location C
	Gamma                        // shape A, scale B
	NegativeBinomial             // failures before success number A, each of probability B
	RunPause                     // what the run says: -d of SIPp
)

// sampleLaws names the parameters of each law as files write them, in the order A, B, C.
var sampleLaws = map[string]struct {
	law        Law
	parameters []string
}{
	"fixed": {FixedValue, []string{"value"}}, "uniform": {Uniform, []string{"min", "max"}},
	"normal": {Normal, []string{"mean", "stdev"}}, "lognormal": {LogNormal, []string{"mean", "stdev"}},
	"exponential": {ExponentialOf, []string{"mean"}}, "weibull": {Weibull, []string{"lambda", "k"}},
	"pareto": {Pareto, []string{"k", "x_m"}}, "gpareto": {GeneralizedPareto, []string{"shape", "scale", "location"}},
	"gamma": {Gamma, []string{"k", "theta"}}, "negbin": {NegativeBinomial, []string{"n", "p"}},
}

// ParseSample returns the law of a name; parameter is asked for each of its parameters.
func ParseSample(name string, parameter func(name string) (float64, error)) (Sample, error) {
	form, known := sampleLaws[name]
	if !known {
		return Sample{}, fmt.Errorf("distribution %q: none of exponential, fixed, gamma, gpareto, lognormal, negbin, normal, pareto, uniform, weibull", name)
	}
	s := Sample{Law: form.law}
	for i, p := range form.parameters {
		x, err := parameter(p)
		if err != nil {
			return s, err
		}
		*[]*float64{&s.A, &s.B, &s.C}[i] = x
	}
	return s, s.check()
}

// check refuses parameters that no law has.
func (s Sample) check() error {
	for _, x := range []float64{s.A, s.B, s.C} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("parameters must be finite numbers, got %g", x)
		}
	}
	switch s.Law {
	case Uniform:
		if s.B < s.A {
			return fmt.Errorf("max must not be below min %g, got %g", s.A, s.B)
		}
	case Weibull, Pareto, Gamma:
		if s.A <= 0 || s.B <= 0 {
			return fmt.Errorf("parameters must be above 0, got %g and %g", s.A, s.B)
		}
	case NegativeBinomial:
		if s.A <= 0 || s.B <= 0 || s.B > 1 {
			return fmt.Errorf("n must be above 0 and p from 0 to 1, got %g and %g", s.A, s.B)
		}
	case ExponentialOf:
		if s.A < 0 {
			return fmt.Errorf("mean must not be negative, got %g", s.A)
		}
	}
	return nil
}

// Draw returns one number. Inverse transforms unless noted (Devroye, 1986).
func (s Sample) Draw(random *rand.Rand) float64 {
	switch s.Law {
	case Uniform:
		return s.A + (s.B-s.A)*random.Float64()
	case Normal:
		return s.A + s.B*random.NormFloat64()
	case LogNormal:
		return math.Exp(s.A + s.B*random.NormFloat64())
	case ExponentialOf:
		return s.A * random.ExpFloat64()
	case Weibull:
		return s.A * math.Pow(random.ExpFloat64(), 1/s.B)
	case Pareto:
		return s.B * math.Exp(random.ExpFloat64()/s.A)
	case GeneralizedPareto:
		if s.A == 0 {
			return s.C + s.B*random.ExpFloat64()
		}
		return s.C + s.B*math.Expm1(s.A*random.ExpFloat64())/s.A
	case Gamma:
		return s.B * traffic.GammaFloat64(random, s.A)
	case NegativeBinomial:
		return drawPoisson(random, traffic.GammaFloat64(random, s.A)*(1-s.B)/s.B)
	}
	return s.A
}

// drawPoisson draws from the Poisson law: by products of uniform numbers (Knuth), from a mean of 500 on by
// its normal approximation.
func drawPoisson(random *rand.Rand, mean float64) float64 {
	if mean > 500 {
		return max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64()))
	}
	n, product, limit := 0.0, 1.0, math.Exp(-mean)
	for {
		if product *= 1 - random.Float64(); product <= limit {
			return n
		}
		n++
	}
}
