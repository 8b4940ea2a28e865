package erlang

import "testing"

func checkMaxPeakedness(t *testing.T, row referenceRow) {
	t.Helper()
	peakedness, traffic, err := MaxPeakedness(int(row.servers))
	if err != nil {
		t.Fatal(err)
	}
	near(t, row, traffic, row.traffic, 1e-11) // 12 digits are given
	near(t, row, peakedness, row.value(t, "z_max"), 1e-14)
	near(t, row, must[float64](t)(B(row.servers, row.traffic)), row.probability, 2e-15)
}

func TestNoTrafficOverflowsMorePeakedThanTheMost(t *testing.T) {
	for _, n := range []int{1, 24, 960, 9400} {
		most, at, err := MaxPeakedness(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, factor := range []float64{0.3, 0.8, 0.99, 1.01, 1.3, 4} {
			if z := must[Stream](t)(Overflow(float64(n), at*factor)).Peakedness(); z >= most {
				t.Errorf("%d circuits: peakedness %g at %g erlangs, %g at %g", n, z, at*factor, most, at)
			}
		}
	}
}
