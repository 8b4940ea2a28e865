package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRoot(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      func(float64) float64
		lo, hi float64
		want   float64
	}{
		{"smooth", func(x float64) float64 { return x*x - 2 }, 0, 2, math.Sqrt2},
		{"falling", func(x float64) float64 { return 2 - x*x }, 0, 2, math.Sqrt2},
		{"flat on one side", func(x float64) float64 { return math.Expm1(50 * (x - 3)) }, 0, 10, 3},
		{"triple zero", func(x float64) float64 { return math.Pow(x-1, 3) }, -5, 2, 1},
		{"infinite at an end", func(x float64) float64 { return math.Log(x) + 2 }, 0, 1, math.Exp(-2)},
		{"a jump", func(x float64) float64 { return math.Copysign(1, x-0.3) }, 0, 1, 0.3},
		{"at the lower end", func(x float64) float64 { return x - 1 }, 1, 4, 1},
		{"at the upper end", func(x float64) float64 { return x - 4 }, 1, 4, 4},
		{"missed by rounding: the closer end", func(x float64) float64 { return x + 1e-17 }, 0, 4, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := root(c.f, c.lo, c.hi); math.Abs(got-c.want) > 4e-16*math.Max(1, c.want) {
				t.Errorf("got %.17g, want %.17g", got, c.want)
			}
		})
	}
}

func TestRootIsFoundInFewSteps(t *testing.T) {
	calls := 0
	root(func(x float64) float64 { calls++; return logBlocking(30, x) - math.Log(0.01) }, 1, 60)
	if calls > 16 {
		t.Errorf("%d evaluations, halving would take 52", calls)
	}
}

func TestLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 1000).Draw(t, "from")
		want := from + rapid.IntRange(0, 100_000).Draw(t, "beyond")
		if got := least(from, func(n int) bool { return n >= want }); got != want {
			t.Fatalf("least from %d: %d, want %d", from, got, want)
		}
	})
}

func TestLeastNearFindsTheLeastFromAnyGuess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 50).Draw(t, "from")
		want := from + rapid.IntRange(0, 5000).Draw(t, "more")
		guess := rapid.IntRange(-10, 6000).Draw(t, "guess")
		if got := leastNear(from, guess, func(n int) bool { return n >= want }); got != want {
			t.Fatalf("from %d by the guess %d: got %d, want %d", from, guess, got, want)
		}
	})
}
