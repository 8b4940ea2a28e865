package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkOverflow(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[Stream](t)(Overflow(row.servers, row.traffic))
	near(t, row, got.Mean, row.value(t, "mean"), 4e-15)
	near(t, row, got.Variance, row.value(t, "variance"), 1e-14)
	near(t, row, got.Peakedness(), row.value(t, "peakedness"), 1e-14)
	near(t, row, got.Mean/row.traffic, row.probability, 4e-15)
}

// The second way: Kosten's chain of the calls on the group and on the one behind it, state by state.
func TestOverflowAgreesWithTheChainOfBothGroups(t *testing.T) {
	for _, c := range []Group{{1, 1}, {3, 2.5}, {5, 8}} {
		const behind = 40 // enough for the calls that overflow 5 circuits
		states := newOverflowStates([]Group{c}, behind)
		var mean, square float64
		for state, share := range states.chain([]Group{c}).stationary() {
			calls := float64(states.calls(state, 1))
			mean += share * calls
			square += share * calls * calls
		}
		got := must[Stream](t)(Overflow(float64(c.Servers), c.Traffic))
		near(t, c, got.Mean, mean, 1e-12)
		near(t, c, got.Variance, square-mean*mean, 1e-11)
	}
}

func TestOverflowIsPeakedEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := math.Exp(rapid.Float64Range(-3, 14).Draw(t, "ln circuits"))
		a := n * math.Exp(rapid.Float64Range(-1, 6).Draw(t, "ln load"))
		if a > MaxSize {
			return
		}
		got, err := Overflow(n, a)
		if z := got.Peakedness(); err != nil || !(z >= 1-1e-9) || got.Mean > a {
			t.Fatalf("N=%g A=%g: %+v, %v, peakedness %g", n, a, got, err, z)
		}
	})
}

func TestOverflowOfNoCircuitIsWhatIsOffered(t *testing.T) {
	for _, a := range []float64{0, 0.5, 1, 30} {
		if got := must[Stream](t)(Overflow(0, a)); math.Abs(got.Mean-a) > 1e-15 || math.Abs(got.Variance-a) > 1e-14 {
			t.Errorf("%g erlangs at no circuit overflow as %+v", a, got)
		}
	}
	if z := (Stream{}).Peakedness(); z != 1 {
		t.Errorf("nothing has the peakedness %g", z)
	}
}
