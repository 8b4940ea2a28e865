package erlang

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkWilkinson(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[Equivalent](t)(Wilkinson(Stream{Mean: row.traffic, Variance: row.value(t, "variance")}))
	near(t, row, got.Traffic, row.value(t, "a_star"), 2e-14)
	near(t, row, got.Servers, row.value(t, "n_star"), 2e-14)
	near(t, row, must[float64](t)(got.Blocking(row.servers)), row.probability, 2e-14)
}

func checkRapp(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[Equivalent](t)(Rapp(Stream{Mean: row.traffic, Variance: row.value(t, "variance")}))
	near(t, row, got.Traffic, row.value(t, "a_star"), 1e-15)
	near(t, row, got.Servers, row.value(t, "n_star"), 1e-15)
	near(t, row, must[float64](t)(got.Blocking(row.servers)), row.probability, 5e-15)
}

func TestWilkinsonUndoesOverflow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := math.Exp(rapid.Float64Range(-1, 9).Draw(t, "ln circuits"))
		a := n * rapid.Float64Range(0.7, 2).Draw(t, "load")
		stream, _ := Overflow(n, a)
		if stream.Mean < 1e-6 {
			return
		}
		got, err := Wilkinson(stream)
		if err != nil || math.Abs(got.Servers/n-1) > 1e-8 || math.Abs(got.Traffic/a-1) > 1e-8 {
			t.Fatalf("N=%g A=%g overflow as %+v, which stands for %+v, %v", n, a, stream, got, err)
		}
	})
}

func TestPoissonTrafficStandsForItself(t *testing.T) {
	for name, rule := range map[string]func(Stream) (Equivalent, error){"Wilkinson": Wilkinson, "Rapp": Rapp} {
		got := must[Equivalent](t)(rule(Stream{Mean: 20, Variance: 20}))
		if got.Servers != 0 || math.Abs(got.Traffic-20) > 1e-12 {
			t.Errorf("%s: %+v", name, got)
		}
		near(t, name, must[float64](t)(got.Blocking(30)), must[float64](t)(B(30, 20)), 1e-12)
	}
}

func TestSmoothTrafficHasNoEquivalentGroup(t *testing.T) {
	smooth := Stream{Mean: 20, Variance: 10}
	if _, err := Wilkinson(smooth); !errors.Is(err, ErrDomain) {
		t.Errorf("Wilkinson: %v", err)
	}
	if _, err := Rapp(smooth); !errors.Is(err, ErrDomain) {
		t.Errorf("Rapp: %v", err)
	}
}
