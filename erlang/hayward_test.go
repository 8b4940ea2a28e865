package erlang

import "testing"

func checkHayward(t *testing.T, row referenceRow) {
	t.Helper()
	stream := Stream{Mean: row.traffic, Variance: row.value(t, "variance")}
	near(t, row, must[float64](t)(Hayward(stream, row.servers)), row.probability, 2e-15)
}

func TestHaywardLosesMoreOfPeakedTraffic(t *testing.T) {
	poisson := must[float64](t)(B(24, 20))
	near(t, "as much as its mean", must[float64](t)(Hayward(Stream{Mean: 20, Variance: 20}, 24)), poisson, 1e-15)
	smooth := must[float64](t)(Hayward(Stream{Mean: 20, Variance: 10}, 24))
	peaked := must[float64](t)(Hayward(Stream{Mean: 20, Variance: 40}, 24))
	if !(smooth < poisson && poisson < peaked) {
		t.Errorf("smooth %g, Poisson %g, peaked %g", smooth, poisson, peaked)
	}
}

// What the comment of Hayward says about a handful of circuits.
func TestHaywardIsPoorForAHandfulOfCircuits(t *testing.T) {
	stream := Stream{Mean: 2, Variance: 5}
	near(t, "Hayward", must[float64](t)(Hayward(stream, 4)), 0.24, 0.01)
	near(t, "Wilkinson", must[float64](t)(WilkinsonLoss(stream, 4)), 0.31, 0.01)
}
