package erlang

import "math"

// logPoisson returns the natural logarithm of the Poisson probability, continued to real x ≥ 0,
//
//	D(x, a) = a^x·e^(-a) / Γ(x+1)
//
// in the saddle-point form of Loader (Fast and Accurate Computation of Binomial Probabilities, 2000)
//
//	ln D = -stirlingError(x) - deviance(x, a) - ln(2πx)/2
//
// because the plain difference x·ln a - a - lnΓ(x+1) loses nine digits at x = 10⁶. Below one circuit or one erlang
// nothing cancels, and the plain form serves. Domain: a > 0.
func logPoisson(x, a float64) float64 {
	if x < 1 || a < 1 {
		return x*math.Log(a) - a - logFactorial(x)
	}
	return -stirlingError(x) - deviance(x, a) - 0.5*math.Log(2*math.Pi*x)
}

// logFactorial returns lnΓ(x+1). Below 1 it goes by Γ, because math.Lgamma is off by up to 5·10⁻¹⁵ between 1.19 and 1.23,
// where its polynomial is used beyond its range. Domain: x ≥ 0.
func logFactorial(x float64) float64 {
	if x < 1 {
		return math.Log(math.Gamma(x + 1))
	}
	gamma, _ := math.Lgamma(x + 1)
	return gamma
}

// stirlingError returns what Stirling's formula leaves out,
//
//	lnΓ(x+1) - (x+1/2)·ln x + x - ln(2π)/2 = 1/(12x) - 1/(360x³) + 1/(1260x⁵) - 1/(1680x⁷) + …
//
// The series serves from 16 on, where its sixth term is below 10⁻¹⁶; smaller x climb there by the functional equation
// of Γ. Domain: x > 0.
func stirlingError(x float64) float64 {
	var climb float64
	for ; x < 16; x++ {
		climb += (x+0.5)*math.Log1p(1/x) - 1
	}
	q := 1 / (x * x)
	return climb + (1.0/12-q*(1.0/360-q*(1.0/1260-q*(1.0/1680-q/1188))))/x
}

// deviance returns x·ln(x/a) + a - x, which is small against each of its terms when x is close to a; there it sums
//
//	(x-a)·v + 2x·Σ_{j≥1} v^(2j+1)/(2j+1),  v = (x-a)/(x+a)
//
// Loader 2000, function bd0, which stops the series at v = 0.1; up to 0.3 it still gains a digit. Domain: x, a > 0.
func deviance(x, a float64) float64 {
	if math.Abs(x-a) > 0.3*(x+a) {
		return x*math.Log(x/a) + a - x
	}
	v := (x - a) / (x + a)
	sum, power := (x-a)*v, 2*x*v
	for j := 3.0; ; j += 2 {
		power *= v * v
		next := sum + power/j
		if next == sum {
			return sum
		}
		sum = next
	}
}

// poissonTail returns the tail from x upwards in units of its first term,
//
//	Σ_{k≥0} a^k / ((x+1)·(x+2)·…·(x+k))
//
// All terms are positive; some 8.5·√x of them count when a is close to x, fewer otherwise. Domain: 0 ≤ a < x+1.
func poissonTail(x, a float64) float64 {
	const negligible = 1e-17
	sum, term := 1.0, 1.0
	for k := 1.0; term > negligible*sum; k++ {
		term *= a / (x + k)
		sum += term
	}
	return sum
}
