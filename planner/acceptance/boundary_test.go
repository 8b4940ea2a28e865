package acceptance

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestCriticalValuesOfPublishedTables compares with the tables of Lan-DeMets boundaries of O'Brien and Fleming's
// form for a two-sided error of 5 %, as the program ldbounds of Reboussin, DeMets, Kim and Lan (2000) prints them.
func TestCriticalValuesOfPublishedTables(t *testing.T) {
	for looks, want := range map[int][]float64{
		1: {1.9600},
		2: {2.9626, 1.9686},
		5: {4.8769, 3.3569, 2.6803, 2.2898, 2.0310},
	} {
		for i, got := range criticalValues(0.025, evenly(looks)) {
			if math.Abs(got-want[i]) > 2e-4 {
				t.Errorf("look %d of %d is critical at %.4f, published is %.4f", i+1, looks, got, want[i])
			}
		}
	}
}

func TestLooksKeepTheErrorAndThePower(t *testing.T) {
	for _, tt := range []struct {
		name          string
		level, wanted float64
		looks         int
		most          float64 // calls by those of a test without looks
	}{
		{"one look is a test of fixed length", 0.025, 0.90, 1, 1},
		{"five looks", 0.025, 0.90, 5, 1.03},
		{"ten looks", 0.025, 0.90, 10, 1.04},
		{"twenty looks, little error and much power", 0.005, 0.99, 20, 1.04},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shares := evenly(tt.looks)
			critical := criticalValues(tt.level, shares)
			if got := power(0, shares, critical); math.Abs(got-tt.level) > 1e-6 {
				t.Errorf("the error is %g, want %g", got, tt.level)
			}
			drift := distuv.UnitNormal.Quantile(1-tt.level) + distuv.UnitNormal.Quantile(tt.wanted)
			if got, want := power(drift, shares, critical), crossed(drift, critical); math.Abs(got-want) > 0.005 {
				t.Errorf("the power at %.3f is %.4f, but %.4f of 40,000 walks cross", drift, got, want)
			}
			more := moreCalls(tt.level, tt.wanted, shares, critical)
			if more < 1-1e-6 || more > tt.most+1e-6 {
				t.Errorf("takes %.4f times the calls, want from 1 to %g", more, tt.most)
			}
		})
	}
}

// crossed returns the share of simulated walks with the given drift that are above the critical values at one of as
// many evenly spaced looks: the second source of the power. Its standard error is at most 0.0025.
func crossed(drift float64, critical []float64) float64 {
	const walks = 40_000
	random := rand.New(rand.NewPCG(1, uint64(len(critical))))
	looks, above := float64(len(critical)), 0
	for range walks {
		at := 0.0
		for i, limit := range critical {
			at += drift/looks + random.NormFloat64()/math.Sqrt(looks)
			if at > limit*math.Sqrt(float64(i+1)/looks) {
				above++
				break
			}
		}
	}
	return float64(above) / walks
}
