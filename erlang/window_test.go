package erlang

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func checkWindow(t *testing.T, row referenceRow) {
	t.Helper()
	near(t, row, must[float64](t)(WindowRejection(int(row.servers), row.traffic)), row.probability, 1e-14)
}

// The definition: attempts beyond the limit, counted one Poisson probability after the other.
func TestWindowRejectionAgreesWithTheSum(t *testing.T) {
	for _, limit := range []int{1, 3, 10, 47, 120} {
		for _, mean := range []float64{0.2, 2, 10, 39.2, 300} {
			poisson := distuv.Poisson{Lambda: mean}
			var refused float64
			for k := limit + 1; k < 1000; k++ {
				refused += float64(k-limit) * poisson.Prob(float64(k))
			}
			got := must[float64](t)(WindowRejection(limit, mean))
			if math.Abs(got-refused/mean) > 1e-12*got {
				t.Errorf("limit %d, mean %g: %g, sum %g", limit, mean, got, refused/mean)
			}
		}
	}
}

func TestWindowAtTheEnds(t *testing.T) {
	if got := must[float64](t)(WindowRejection(0, 3)); got != 1 {
		t.Errorf("a limit of 0 refuses %g", got)
	}
	if got := must[float64](t)(WindowRejection(5, 0)); got != 0 {
		t.Errorf("of no attempts %g are refused", got)
	}
	near(t, "one a second", must[float64](t)(WindowRejection(1, 1)), 1/math.E, 4e-16)
}

func TestWindowLimitIsTheLeastThatSuffices(t *testing.T) {
	for _, c := range []struct {
		mean         float64
		one, perMill int // limits for 1 % and 0.1 %
	}{{1, 4, 5}, {5, 10, 12}, {10, 16, 19}, {20, 27, 31}, {39.2, 47, 54}, {52.2, 61, 68}, {100, 110, 121}} {
		one := must[int](t)(WindowLimit(c.mean, 0.01))
		perMill := must[int](t)(WindowLimit(c.mean, 0.001))
		if one != c.one || perMill != c.perMill {
			t.Errorf("%g attempts a second: %d and %d, want %d and %d", c.mean, one, perMill, c.one, c.perMill)
		}
	}
}
