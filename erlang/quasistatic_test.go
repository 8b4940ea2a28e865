package erlang

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func checkQuasiStatic(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[QuasiStaticResult](t)(QuasiStaticFailure(int(row.value(t, "gateways")), int(row.value(t, "ports_each")),
		row.traffic, row.value(t, "availability")))
	// 1-0.999 is known to half a bit of 1, that is to 6e-14, and to the third power for three failed gateways.
	near(t, row, got.Blocking, row.probability, 4e-13)
	near(t, row, got.AllUp, row.value(t, "all_up"), 1e-12)
	near(t, row, got.OneDown, row.value(t, "one_down"), 1e-12)
}

func TestOneGatewayThatNeverFailsIsErlangB(t *testing.T) {
	got := must[QuasiStaticResult](t)(QuasiStaticFailure(1, 30, 25, 1))
	if b := must[float64](t)(B(30, 25)); got.Blocking != b || got.AllUp != b || got.OneDown != 1 {
		t.Errorf("%+v, Erlang B %g", got, b)
	}
	if got := must[QuasiStaticResult](t)(QuasiStaticFailure(4, 30, 25, 0)); got.Blocking != 1 {
		t.Errorf("gateways that never work: %+v", got)
	}
}

func TestBinomial(t *testing.T) {
	for _, n := range []float64{1, 2, 10, 500} {
		for _, p := range []float64{0, 0.001, 0.3, 0.999, 1} {
			var sum float64
			for k := 0.0; k <= n; k++ {
				got := binomial(n, k, p)
				sum += got
				if want := (distuv.Binomial{N: n, P: p}).Prob(k); math.Abs(got-want) > 1e-10*want+1e-300 && p > 0 && p < 1 {
					t.Errorf("%g of %g with %g: %g, want %g", k, n, p, got, want)
				}
			}
			near(t, [2]float64{n, p}, sum, 1, 1e-13)
		}
	}
}
