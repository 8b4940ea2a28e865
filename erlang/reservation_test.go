package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkReservation(t *testing.T, row referenceRow) {
	t.Helper()
	high, low, err := Reservation(int(row.servers), int(row.value(t, "reserved")), row.value(t, "a_high"), row.value(t, "a_low"))
	if err != nil {
		t.Fatal(err)
	}
	if row.extra["klass"] == "high" {
		near(t, row, high, row.probability, 5e-15)
	} else {
		near(t, row, low, row.probability, 5e-15)
	}
}

func TestWithoutReservationAllAreEqual(t *testing.T) {
	high, low, err := Reservation(30, 0, 15, 10)
	if err != nil || high != low {
		t.Errorf("%g and %g, %v", high, low, err)
	}
	near(t, "Erlang B", high, must[float64](t)(B(30, 25)), 1e-14)
}

func TestReservingEverythingShutsTheOthersOut(t *testing.T) {
	high, low, err := Reservation(30, 30, 25, 10)
	if err != nil || low != 1 {
		t.Errorf("low priority %g, %v", low, err)
	}
	near(t, "high priority", high, must[float64](t)(B(30, 25)), 1e-14)
}

// The second way: the same group as a chain of states, eliminated.
func TestReservationAgreesWithTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "servers")
		reserved := rapid.IntRange(0, n).Draw(t, "reserved")
		high := rapid.Float64Range(0.1, 40).Draw(t, "high")
		low := rapid.Float64Range(0.1, 40).Draw(t, "low")
		c := newChain(n + 1)
		for j := range n {
			c[j][j+1] = high
			if n-j > reserved {
				c[j][j+1] += low
			}
			c[j+1][j] = float64(j + 1)
		}
		shares := c.stationary()
		var closed float64
		for _, share := range shares[n-reserved:] {
			closed += share
		}
		gotHigh, gotLow, err := Reservation(n, reserved, high, low)
		if err != nil || math.Abs(gotHigh/shares[n]-1) > 1e-12 || math.Abs(gotLow/closed-1) > 1e-12 {
			t.Fatalf("%g, %g, %v; chain %g, %g", gotHigh, gotLow, err, shares[n], closed)
		}
	})
}
