package erlang

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// The second way: exact fractions for the power and the factorial; the exponential is good to its last bit.
func TestPoissonAgreesWithExactFractions(t *testing.T) {
	for _, n := range []int64{1, 2, 15, 16, 17, 50, 150} {
		for _, load := range []float64{0.125, 0.5, 0.9375, 1, 1.0625, 2} {
			a := load * float64(n)
			power, factorial := big.NewRat(1, 1), new(big.Int).MulRange(1, n)
			for range n {
				power.Mul(power, new(big.Rat).SetFloat64(a))
			}
			ratio, _ := power.Quo(power, new(big.Rat).SetInt(factorial)).Float64()
			want := ratio * math.Exp(-a)
			near(t, [2]float64{float64(n), a}, math.Exp(logPoisson(float64(n), a)), want, 2e-15*math.Max(1, -math.Log(want)))
		}
	}
}

// D(x+1, a) = D(x, a)·a/(x+1) for every real x, across the changes of method at 1 and 16 and at the ends of the series.
func TestPoissonStepsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp(rapid.Float64Range(-20, 16).Draw(t, "ln x"))
		a := math.Exp(rapid.Float64Range(-20, 16).Draw(t, "ln a"))
		here, next := logPoisson(x, a), logPoisson(x+1, a)
		want := here + math.Log(a/(x+1))
		if math.Abs(next-want) > 4e-15*math.Max(1, math.Max(math.Abs(here), math.Abs(want))) {
			t.Fatalf("ln D(%g+1, %g) = %.17g, want %.17g", x, a, next, want)
		}
	})
}

// The values are of mpmath, with 40 digits.
func TestLogFactorialBelowOne(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{0, 0.0},
		{1e-09, -5.7721566407906586353e-10},
		{0.1, -0.049872441259839726501},
		{0.1916, -0.082901295121072611732},
		{0.1923502211610474, -0.083125805080606829},
		{0.2, -0.085374090003315852929},
		{0.25, -0.098271836421813161464},
		{0.5, -0.12078223763524522235},
		{0.73, -0.089196995147012831819},
		{0.999, -0.00042246180069215415104},
	} {
		if got := logFactorial(c.x); math.Abs(got-c.want) > 4e-16 {
			t.Errorf("at %g: %.17g, want %.17g", c.x, got, c.want)
		}
	}
}

func TestStirlingError(t *testing.T) {
	for _, x := range []float64{0.5, 1, 2, 10, 15.999, 16, 100} {
		gamma, _ := math.Lgamma(x + 1)
		want := gamma - (x+0.5)*math.Log(x) + x - math.Log(2*math.Pi)/2
		if got := stirlingError(x); math.Abs(got-want) > 2e-15*math.Max(1, gamma) {
			t.Errorf("at %g: %.17g, want %.17g", x, got, want)
		}
	}
}

func TestPoissonTailOfALightGroupIsGeometric(t *testing.T) {
	// With a far below x the terms are nearly powers of a/(x+1).
	near(t, "1e6, 1", poissonTail(1e6, 1), 1/(1-1/(1e6+1)), 1e-12)
	near(t, "x = 0: all of e^a", poissonTail(0, 0.5), math.Exp(0.5), 4e-16)
}
