package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkWilson(t *testing.T, row referenceRow) {
	t.Helper()
	low, high, err := Wilson(row.value(t, "blocked"), row.servers, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, row, low, row.value(t, "lower"), 1e-14)
	near(t, row, high, row.value(t, "upper"), 1e-14)
}

// The ends are where the observed share is just z standard deviations away: the definition, not the solution.
func TestWilsonEndsAreOneQuantileAway(t *testing.T) {
	const z = 1.6448536269514722 // 90 %
	rapid.Check(t, func(t *rapid.T) {
		n := math.Exp(rapid.Float64Range(0, 14).Draw(t, "ln trials"))
		p := rapid.Float64Range(0.001, 0.999).Draw(t, "share")
		low, high, err := Wilson(p*n, n, 0.9)
		if err != nil || !(low < p && p < high) {
			t.Fatalf("%g of %g: [%g, %g], %v", p*n, n, low, high, err)
		}
		for _, x := range []float64{low, high} {
			if got := math.Abs(p-x) / math.Sqrt(x*(1-x)/n); math.Abs(got-z) > 1e-6 {
				t.Fatalf("%g of %g: end %g is %g deviations away, want %g", p*n, n, x, got, z)
			}
		}
	})
}

func TestWilsonIsSymmetricInBlockedAndAnswered(t *testing.T) {
	low, high, _ := Wilson(3, 300, 0.95)
	antiLow, antiHigh, _ := Wilson(297, 300, 0.95)
	near(t, "low", 1-antiHigh, low, 1e-12)
	near(t, "high", 1-antiLow, high, 1e-12)
}

func TestWilsonAtTheEnds(t *testing.T) {
	if low, high, _ := Wilson(0, 500, 0.95); low != 0 || !(high > 0) {
		t.Errorf("0 of 500: [%g, %g]", low, high)
	}
	if low, high, _ := Wilson(500, 500, 0.95); high != 1 || !(low < 1) {
		t.Errorf("500 of 500: [%g, %g]", low, high)
	}
}
