package erlang

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkExtendedB(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[ExtendedResult](t)(ExtendedB(row.servers, row.traffic, row.value(t, "retry")))
	near(t, row, got.Blocking, row.probability, 1e-14)
	near(t, row, got.Attempts, row.value(t, "total_offered"), 1e-14)
	near(t, row, got.Carried, row.value(t, "carried"), 1e-14)
	near(t, row, got.Lost, row.value(t, "lost_forever"), 2e-14)
}

func TestExtendedBWithoutRetriesIsErlangB(t *testing.T) {
	got := must[ExtendedResult](t)(ExtendedB(10, 7, 0))
	if b := must[float64](t)(B(10, 7)); got.Blocking != b || got.Attempts != 7 || got.Retries != 0 {
		t.Errorf("ExtendedB(10, 7, 0) = %+v, B = %g", got, b)
	}
}

func TestEveryCallIsCarriedOrLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Float64Range(1, 3000).Draw(t, "servers")
		a := n * rapid.Float64Range(0.3, 3).Draw(t, "load")
		r := rapid.Float64Range(0, 0.99).Draw(t, "retry")
		got, err := ExtendedB(n, a, r)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Carried+got.Lost-a) > 1e-12*a || math.Abs(a+got.Retries-got.Attempts) > 1e-12*got.Attempts {
			t.Fatalf("ExtendedB(%g, %g, %g) = %+v", n, a, r, got)
		}
	})
}

func TestExtendedBWhereNobodyGivesUp(t *testing.T) {
	for _, servers := range []float64{0.5, 1, 10, 960} {
		if _, err := ExtendedB(servers, servers, 1); !errors.Is(err, ErrUnstable) {
			t.Errorf("%g circuits, as many erlangs, all repeated: %v, want no equilibrium", servers, err)
		}
		got := must[ExtendedResult](t)(ExtendedB(servers, servers*(1-1e-6), 1))
		if got.Lost != 0 || math.Abs(got.Carried/servers-1) > 2e-6 || !(got.Blocking < 1) {
			t.Errorf("%g circuits, just below saturation: %+v", servers, got)
		}
	}
}

func TestExtendedBServersIsTheLeastThatSuffices(t *testing.T) {
	for _, c := range []struct {
		name                     string
		traffic, blocking, retry float64
		want                     int
	}{
		{"Westbay: 5.5 erlangs, 3 %, half retried", 5.5, 0.03, 0.5, 11},
		{"Cisco: 28 erlangs, 5 %, half retried", 28, 0.05, 0.5, 35},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := must[int](t)(ExtendedBServers(c.traffic, c.blocking, c.retry)); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0.01, 2000).Draw(t, "traffic")
		goal := rapid.Float64Range(1e-6, 0.9).Draw(t, "blocking")
		r := rapid.Float64Range(0, 1).Draw(t, "retry")
		n, err := ExtendedBServers(a, goal, r)
		if err != nil {
			t.Fatal(err)
		}
		enough, err := ExtendedB(float64(n), a, r)
		if err != nil || enough.Blocking > goal*(1+1e-12) {
			t.Fatalf("%d circuits: %+v, %v, want %g", n, enough, err, goal)
		}
		if tooFew, err := ExtendedB(float64(n-1), a, r); err == nil && tooFew.Blocking < goal {
			t.Fatalf("%d circuits are not the least: %+v, want %g", n, tooFew, goal)
		}
	})
}

func TestExtendedBTrafficUndoesExtendedB(t *testing.T) {
	for _, retry := range []float64{0, 0.4, 1} {
		a := must[float64](t)(ExtendedBTraffic(30, 0.02, retry))
		near(t, retry, must[ExtendedResult](t)(ExtendedB(30, a, retry)).Blocking, 0.02, 1e-13)
	}
}
