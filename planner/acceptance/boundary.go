package acceptance

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// boundary finds the critical values of a one-sided test that is looked at several times, look after look.
//
// The score of a test at the share t of its calls, times √t, moves like Brownian motion: increments over
// separate calls are independent and normal. The chance to cross by t is kept at what the spending function
// of O'Brien and Fleming's form allows,
//
//	spent(t) = 2·(1 - Φ(z(1-α/2)/√t))    α the one-sided error of the whole test
//
// which spends next to nothing on early looks, where counts are small and skewed. Lan and DeMets, Biometrika
// 70 (1983); the recursion is that of Armitage, McPherson and Rowe, Journal of the Royal Statistical Society
// A 132 (1969).
type boundary struct {
	level float64 // α
	drift float64 // mean of the motion at t = 1; 0 at the hypothesis itself
	at    float64 // t of the last look
	spent float64
	paths density // of the motions that have not crossed
}

// density is a density at the nodes of a quadrature, times their weights.
type density struct {
	at, mass []float64
}

// farthest is a distance, in standard deviations at t = 1, beyond which no motion is followed; nodes is the
// number of points between, close enough for six digits with twenty looks.
const (
	farthest = 9.0
	nodes    = 200
)

// spending returns how much of the error may be spent by the share t of the calls.
func spending(level, t float64) float64 {
	z := distuv.UnitNormal.Quantile(1 - level/2)
	return 2 * distuv.UnitNormal.Survival(z/math.Sqrt(t))
}

// next returns the critical value of the score at the next look, at the share t of the calls, and moves on.
func (b *boundary) next(t float64) (critical float64) {
	allowed := spending(b.level, t)
	low, high := 0.0, farthest
	for range 60 {
		critical = (low + high) / 2
		if b.crosses(t, critical) > allowed-b.spent {
			low = critical
		} else {
			high = critical
		}
	}
	b.spent = allowed
	b.move(t, critical)
	return critical
}

// crosses returns the chance that the score is above the critical value at the look at t, and was not before.
func (b *boundary) crosses(t, critical float64) float64 {
	limit, deviation := critical*math.Sqrt(t), math.Sqrt(t-b.at)
	if b.at == 0 {
		return distuv.UnitNormal.Survival((limit - b.drift*t) / deviation)
	}
	sum := 0.0
	for i, s := range b.paths.at {
		sum += b.paths.mass[i] * distuv.UnitNormal.Survival((limit-s-b.drift*(t-b.at))/deviation)
	}
	return sum
}

// move leaves the motions that are below the critical value at t.
func (b *boundary) move(t, critical float64) {
	step, before := t-b.at, b.paths
	if b.at == 0 {
		before = density{at: []float64{0}, mass: []float64{1}}
	}
	after := density{at: make([]float64, nodes), mass: make([]float64, nodes)}
	quad.Legendre{}.FixedLocations(after.at, after.mass, -farthest, critical*math.Sqrt(t))
	scale := 1 / math.Sqrt(2*math.Pi*step)
	for i, s := range after.at {
		sum := 0.0
		for j, r := range before.at {
			off := s - r - b.drift*step
			sum += before.mass[j] * math.Exp(-off*off/(2*step))
		}
		after.mass[i] *= sum * scale
	}
	b.at, b.paths = t, after
}

// evenly returns the shares of the calls at which a test is looked at so many times.
func evenly(looks int) []float64 {
	shares := make([]float64, looks)
	for i := range shares {
		shares[i] = float64(i+1) / float64(looks)
	}
	return shares
}

// criticalValues returns the critical values at the looks of a test with the given one-sided error.
func criticalValues(level float64, shares []float64) []float64 {
	b, values := boundary{level: level}, make([]float64, len(shares))
	for i, t := range shares {
		values[i] = b.next(t)
	}
	return values
}

// power returns the chance that a test crosses its critical values when its score has the given mean at the
// end.
func power(drift float64, shares, critical []float64) float64 {
	b, sum := boundary{drift: drift}, 0.0
	for i, t := range shares {
		sum += b.crosses(t, critical[i])
		b.move(t, critical[i])
	}
	return sum
}

// moreCalls returns how many times more calls than without looks a test takes at the most, to reach the
// wanted power all the same.
func moreCalls(level, wanted float64, shares, critical []float64) float64 {
	fixed := distuv.UnitNormal.Quantile(1-level) + distuv.UnitNormal.Quantile(wanted)
	low, high := fixed, 2*fixed
	for range 25 {
		drift := (low + high) / 2
		if power(drift, shares, critical) < wanted {
			low = drift
		} else {
			high = drift
		}
	}
	return (high / fixed) * (high / fixed)
}
