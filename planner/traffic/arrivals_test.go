package traffic_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// unlikely is the level at which a statistical test of a fixed seed fails: 1 in 1,000.
const unlikely = 0.999

func arrivals(t testing.TB, law traffic.ArrivalLaw, caps float64) traffic.Arrivals {
	t.Helper()
	a, err := traffic.NewArrivals(law, caps, traffic.Stream(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPoissonGapsAreExponential sorts 100,000 gaps into 50 classes of equal probability.
func TestPoissonGapsAreExponential(t *testing.T) {
	const n, classes, caps = 100_000, 50, 40.0
	a := arrivals(t, traffic.Poisson, caps)
	gaps := distuv.Exponential{Rate: caps}
	observed, expected := make([]float64, classes), make([]float64, classes)
	last := time.Duration(0)
	for range n {
		at := a.Next()
		observed[int(gaps.CDF((at-last).Seconds())*classes)]++
		last = at
	}
	for i := range expected {
		expected[i] = float64(n) / classes
	}
	limit := distuv.ChiSquared{K: classes - 1}.Quantile(unlikely)
	if got := stat.ChiSquare(observed, expected); got > limit {
		t.Errorf("χ² is %.1f, above %.1f", got, limit)
	}
}

// TestPoissonCountsHaveTheVarianceOfTheirMean counts the calls of each second: evenly spaced or bunched
// calls would have the right mean and the wrong blocking.
func TestPoissonCountsHaveTheVarianceOfTheirMean(t *testing.T) {
	const seconds, caps = 20_000, 5.0
	counts := make([]float64, seconds)
	for a := arrivals(t, traffic.Poisson, caps); ; {
		at := int(a.Next() / time.Second)
		if at >= seconds {
			break
		}
		counts[at]++
	}
	mean, variance := stat.MeanVariance(counts, nil)
	if tolerance := 3.3 * math.Sqrt(caps/seconds); math.Abs(mean-caps) > tolerance {
		t.Errorf("%.3f calls per second, want %.0f ± %.3f", mean, caps, tolerance)
	}
	if tolerance := 3.3 * math.Sqrt(2.0/seconds); math.Abs(variance/mean-1) > tolerance {
		t.Errorf("variance by mean is %.3f, want 1 ± %.3f", variance/mean, tolerance)
	}
}

func TestConstantArrivalsDoNotDriftInADay(t *testing.T) {
	for _, caps := range []float64{3, 7, 39.2, 1000.0 / 3} {
		t.Run(fmt.Sprint(caps), func(t *testing.T) {
			a := arrivals(t, traffic.Constant, caps)
			calls := int(caps * 86_400)
			var at time.Duration
			for range calls + 1 {
				at = a.Next()
			}
			want := float64(calls) / caps * float64(time.Second)
			if drift := math.Abs(float64(at) - want); drift > 1 {
				t.Errorf("call %d is due %.0f ns from its instant", calls, drift)
			}
		})
	}
}

func TestArrivalsStartWithTheRunAndNeverGoBack(t *testing.T) {
	for _, law := range []traffic.ArrivalLaw{traffic.Poisson, traffic.Constant} {
		for _, caps := range []float64{1e-300, 1e-6, 1, 1e6, 1e12} {
			t.Run(fmt.Sprint(law, caps), func(t *testing.T) {
				a := arrivals(t, law, caps)
				last := time.Duration(0)
				for i := range 1000 {
					at := a.Next()
					if at < last {
						t.Fatalf("call %d is due at %s, after one at %s", i, at, last)
					}
					last = at
				}
			})
		}
	}
	if at := arrivals(t, traffic.Constant, 2).Next(); at != 0 {
		t.Errorf("the first evenly spaced call is due at %s, want 0s", at)
	}
}

func TestNoLawNamedIsPoisson(t *testing.T) {
	named, unnamed := arrivals(t, traffic.Poisson, 10), arrivals(t, "", 10)
	for range 10 {
		if a, b := named.Next(), unnamed.Next(); a != b {
			t.Fatalf("due at %s and %s", a, b)
		}
	}
}

func TestArrivalsRefuseBadInput(t *testing.T) {
	for _, tt := range []struct {
		name string
		law  traffic.ArrivalLaw
		caps float64
		want string
	}{
		{"no calls", traffic.Poisson, 0, "call rate: must be a positive number of calls per second, got 0"},
		{"fewer than no calls", traffic.Poisson, -1, "call rate: must be a positive number of calls per second, got -1"},
		{"not a number", traffic.Poisson, math.NaN(), "call rate: must be a positive number of calls per second, got NaN"},
		{"endless", traffic.Constant, math.Inf(1), "call rate: must be a positive number of calls per second, got +Inf"},
		{"an unknown law", "uniform", 1, `arrivals: unknown law "uniform", want poisson or constant`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := traffic.NewArrivals(tt.law, tt.caps, traffic.Stream(1, 1))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func ExampleNewArrivals() {
	a, err := traffic.NewArrivals(traffic.Constant, 4, traffic.Stream(1, 0))
	if err != nil {
		panic(err)
	}
	fmt.Println(a.Next(), a.Next(), a.Next())
	// Output: 0s 250ms 500ms
}

func BenchmarkPoisson(b *testing.B) {
	a := arrivals(b, traffic.Poisson, 1000)
	b.ReportAllocs()
	for b.Loop() {
		a.Next()
	}
}
