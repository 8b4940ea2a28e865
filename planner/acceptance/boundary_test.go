package acceptance

import (
	"math"
	"testing"
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
			more := moreCalls(tt.level, tt.wanted, shares, critical)
			if more < 1-1e-6 || more > tt.most+1e-6 {
				t.Errorf("takes %.4f times the calls, want from 1 to %g", more, tt.most)
			}
		})
	}
}
