package erlang

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

func checkMolina(t *testing.T, row referenceRow) {
	t.Helper()
	near(t, row, must[float64](t)(Molina(int(row.servers), row.traffic)), row.probability, 1.5e-14)
}

func TestMolinaOfKnownGroups(t *testing.T) {
	for _, c := range []struct {
		name    string
		servers int
		traffic float64
		want    float64
	}{
		{"no circuit: always full", 0, 5, 1},
		{"no traffic: never full", 5, 0, 0},
		{"one circuit: 1 - e^(-A)", 1, 0.25, 1 - math.Exp(-0.25)},
		{"one circuit in the flood", 1, 40, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := must[float64](t)(Molina(c.servers, c.traffic)); math.Abs(got-c.want) > 2e-16 {
				t.Errorf("Molina(%d, %g) = %.17g, want %.17g", c.servers, c.traffic, got, c.want)
			}
		})
	}
}

func TestMolinaIsTheIncompleteGammaFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2000).Draw(t, "servers")
		a := float64(n) * rapid.Float64Range(0.3, 2).Draw(t, "load")
		want := mathext.GammaIncReg(float64(n), a)
		if got, _ := Molina(n, a); math.Abs(got-want) > 1e-10*want+1e-300 {
			t.Fatalf("Molina(%d, %g) = %g, incomplete gamma %g", n, a, got, want)
		}
	})
}

func TestMolinaLiesAboveErlangB(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "servers")
		a := float64(n) * rapid.Float64Range(0.05, 1.3).Draw(t, "load")
		b, _ := B(float64(n), a)
		if got, _ := Molina(n, a); got < b*(1-1e-12) || got > 1 {
			t.Fatalf("Molina(%d, %g) = %g, Erlang B %g", n, a, got, b)
		}
	})
}

func TestMolinaInverses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20000).Draw(t, "servers")
		goal := math.Exp(rapid.Float64Range(-40, -1e-3).Draw(t, "ln blocking"))
		a, err := MolinaTraffic(n, goal)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := Molina(n, a); math.Abs(got/goal-1) > 1e-12*math.Max(1, float64(n)*1e-2) {
			t.Fatalf("Molina(%d, MolinaTraffic = %g) = %g, want %g", n, a, got, goal)
		}
		if least, _ := MolinaServers(a*(1-1e-9), goal); least != n {
			t.Fatalf("MolinaServers(%g, %g) = %d, want %d", a, goal, least, n)
		}
	})
}
