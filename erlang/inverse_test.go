package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkServers(t *testing.T, row referenceRow) {
	t.Helper()
	if got := must[int](t)(Servers(row.traffic, row.probability)); float64(got) != row.servers {
		t.Errorf("%v: Servers = %d", row, got)
	}
	near(t, row, must[float64](t)(B(row.servers, row.traffic)), row.value(t, "achieved"), 1e-14)
	if _, ok := row.extra["continuous_n"]; ok {
		near(t, row, must[float64](t)(ServersReal(row.traffic, row.probability)), row.value(t, "continuous_n"), 1e-14)
	}
}

func checkTrafficInverse(t *testing.T, row referenceRow) {
	t.Helper()
	near(t, row, must[float64](t)(Traffic(row.servers, row.probability)), row.traffic, 1e-14)
}

func TestServersIsTheLeastThatSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Exp(rapid.Float64Range(-10, 14).Draw(t, "ln erlangs"))
		goal := math.Exp(rapid.Float64Range(-60, -1e-3).Draw(t, "ln blocking"))
		n, err := Servers(a, goal)
		if err != nil {
			t.Fatal(err)
		}
		enough, _ := B(float64(n), a)
		tooFew, _ := B(float64(n-1), a)
		if enough > goal || tooFew <= goal {
			t.Fatalf("Servers(%g, %g) = %d, but B(%d) = %g and B(%d) = %g", a, goal, n, n, enough, n-1, tooFew)
		}
	})
}

func TestServersOfABlockingThatAGroupHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20000).Draw(t, "servers")
		a := float64(n) * rapid.Float64Range(0.6, 1.4).Draw(t, "erlangs per circuit")
		b, _ := B(float64(n), a)
		if b == 0 {
			return
		}
		if got, err := Servers(a, b); got != n || err != nil {
			t.Fatalf("Servers(%g, B(%d)) = %d, %v", a, n, got, err)
		}
	})
}

func TestServersRealAndTrafficUndoBlocking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp(rapid.Float64Range(-2, 14).Draw(t, "ln circuits"))
		goal := math.Exp(rapid.Float64Range(-200, -0.01).Draw(t, "ln blocking"))
		a, err := Traffic(x, goal)
		if err != nil {
			t.Fatal(err)
		}
		if a < 1e-300 || a > MaxSize {
			return
		}
		if got, _ := LogB(x, a); math.Abs(got-math.Log(goal)) > 1e-13*math.Max(1, x*1e-2)*math.Max(1, -got) {
			t.Fatalf("ln B(%g, Traffic(%g)) = %g, want %g", x, goal, got, math.Log(goal))
		}
		if back, _ := ServersReal(a, goal); math.Abs(back-x) > 1e-11*math.Max(x, 1e-2) {
			t.Fatalf("ServersReal(Traffic(%g, %g), %g) = %g", x, goal, goal, back)
		}
	})
}

func TestNobodyCallsNobodyIsBlocked(t *testing.T) {
	if n, err := Servers(0, 0.01); n != 0 || err != nil {
		t.Errorf("Servers(0, 0.01) = %d, %v", n, err)
	}
	if x, err := ServersReal(0, 0.01); x != 0 || err != nil {
		t.Errorf("ServersReal(0, 0.01) = %g, %v", x, err)
	}
}

func BenchmarkInverse(b *testing.B) {
	for name, inverse := range map[string]func() error{
		"Servers/million":     func() error { _, err := Servers(1e6, 0.01); return err },
		"ServersReal/million": func() error { _, err := ServersReal(1e6, 0.01); return err },
		"Traffic/million":     func() error { _, err := Traffic(1e6, 0.01); return err },
		"Traffic/E1":          func() error { _, err := Traffic(30, 0.01); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := inverse(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
