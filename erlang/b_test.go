package erlang

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// checkB holds B and LogB to 2e-15·max(1, |ln B|), half of what their comments promise. The recursion is held to 1.3e-14
// and what half a bit of the traffic makes of it: d ln B/d ln A is nearly N-A when little is blocked.
func checkB(t *testing.T, row referenceRow) {
	t.Helper()
	log := math.Log(row.probability)
	if _, ok := row.extra["log10"]; ok {
		log = row.value(t, "log10") * math.Ln10
	}
	tolerance := 2e-15 * math.Max(1, math.Abs(log))
	if got := must[float64](t)(LogB(row.servers, row.traffic)); !(math.Abs(got-log) <= tolerance) {
		t.Errorf("%v: LogB = %.17g, want %.17g ± %.2g", row, got, log, tolerance)
	}
	if row.probability < 1e-307 {
		return
	}
	near(t, row, must[float64](t)(B(row.servers, row.traffic)), row.probability, tolerance)
	recursion := 1.3e-14 + 1.2e-16*math.Abs(row.servers-row.traffic)
	if n := int(row.servers); float64(n) == row.servers {
		near(t, row, must[float64](t)(BRecursive(n, row.traffic)), row.probability, recursion)
	}
}

func TestBlockingOfKnownGroups(t *testing.T) {
	for _, c := range []struct {
		name             string
		servers, traffic float64
		want             float64
	}{
		{"no circuit: every call is blocked", 0, 3, 1},
		{"no circuit and no call: 1 by convention", 0, 0, 1},
		{"no traffic: no call is blocked", 4, 0, 0},
		{"1 circuit, 1 erlang: half of the calls are blocked", 1, 1, 0.5},
		{"2 circuits, 1 erlang: the guidance's twenty light users lose a fifth", 2, 1, 0.2},
		{"half a circuit, 1 erlang: 1/∫e^(-t)·√(1+t) dt", 0.5, 1, 0.725196777358348628},
		{"in a flood the N circuits carry N·(1 - 1/(A-N+2)): 1 - N/A + N/A/(A-N+2)", 1e6, 1e9, 0.999000000001001001},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := must[float64](t)(B(c.servers, c.traffic))
			if !(math.Abs(got-c.want) <= 4e-15*c.want) {
				t.Errorf("B(%g, %g) = %.17g, want %.17g", c.servers, c.traffic, got, c.want)
			}
		})
	}
}

// The four ways to B share no line: closed form against recursion, and the Poisson law of an independent library.
func TestBlockingAgreesWithTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5000).Draw(t, "servers")
		a := float64(n+1) * rapid.Float64Range(0.5, 2).Draw(t, "erlangs per circuit")
		want, _ := BRecursive(n, a)
		if got, _ := B(float64(n), a); want > 1e-290 && math.Abs(got/want-1) > 5e-15*math.Max(3, -math.Log(want)) {
			t.Fatalf("B(%d, %g) = %g, recursion %g", n, a, got, want)
		}
	})
}

func TestBlockingIsThePoissonLawCutAtTheLastCircuit(t *testing.T) {
	for _, n := range []float64{1, 7, 30, 96, 960} {
		for _, load := range []float64{0.3, 0.8, 1, 1.1, 1.5} {
			poisson := distuv.Poisson{Lambda: n * load}
			near(t, [2]float64{n, load}, must[float64](t)(B(n, n*load)), poisson.Prob(n)/poisson.CDF(n), 1e-11)
		}
	}
}

// The recursion holds for every real number of circuits, which ties the values between two whole numbers to each other.
func TestRealCircuitsSatisfyTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp(rapid.Float64Range(-7, 13).Draw(t, "ln circuits"))
		a := x * math.Exp(rapid.Float64Range(-0.5, 2).Draw(t, "ln erlangs per circuit"))
		b, _ := LogB(x, a)
		next, _ := LogB(x+1, a)
		want := math.Log(a) + b - math.Log(x+1+a*math.Exp(b))
		if math.Abs(next-want) > 1e-14*math.Max(1, -want) {
			t.Fatalf("ln B(%g+1, %g) = %.17g, by the recursion %.17g", x, a, next, want)
		}
	})
}

func TestBlockingFallsWithCircuitsAndRisesWithTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Exp(rapid.Float64Range(-3, 13).Draw(t, "ln circuits"))
		a := x * math.Exp(rapid.Float64Range(-1, 1).Draw(t, "ln erlangs per circuit"))
		here, _ := LogB(x, a)
		wider, _ := LogB(x*1.001, a)
		busier, _ := LogB(x, a*1.001)
		if !(wider < here && here < busier) {
			t.Fatalf("ln B near (%g, %g): %g with more circuits, %g, %g with more traffic", x, a, wider, here, busier)
		}
	})
}

// At A = N the blocking is close to 1/(√(πN/2) + 2/3); it is 7.97e-4 for a million.
func TestBlockingOfACriticallyLoadedGroup(t *testing.T) {
	for n := 10.0; n <= 1e9; n *= 10 {
		near(t, n, must[float64](t)(B(n, n)), 1/(math.Sqrt(math.Pi*n/2)+2.0/3), 0.085/n)
	}
}

func BenchmarkB(b *testing.B) {
	for _, c := range []struct {
		name             string
		servers, traffic float64
	}{{"E1", 30, 25}, {"960ports", 960, 940}, {"million", 1e6, 1e6}, {"millionFlooded", 1e6, 1.000001e6}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := B(c.servers, c.traffic); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBRecursiveMillion(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := BRecursive(1e6, 1e6); err != nil {
			b.Fatal(err)
		}
	}
}
