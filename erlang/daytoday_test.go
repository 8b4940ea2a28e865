package erlang

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func checkDayToDay(t *testing.T, row referenceRow) {
	t.Helper()
	variance := must[float64](t)(DailyVariance(row.traffic, row.value(t, "phi")))
	near(t, row, variance, row.value(t, "variance_daily"), 1e-15)
	got := must[DailyBlocking](t)(DayToDay(int(row.servers), row.traffic, variance))
	near(t, row, got.Calls, row.probability, 5e-14)
	near(t, row, got.Days, row.value(t, "mean_of_daily_blocking"), 5e-14)
	near(t, row, must[float64](t)(B(row.servers, row.traffic)), row.value(t, "erlang_b_at_mean"), 2e-14)
}

// The second way: Gauss and Legendre over the gamma density of another library.
func TestDayToDayAgreesWithQuadrature(t *testing.T) {
	for _, c := range []struct {
		servers        int
		mean, variance float64
	}{{10, 5, 5}, {30, 20, 60}, {96, 84, 84}, {5, 8, 40}} {
		days := distuv.Gamma{Alpha: c.mean * c.mean / c.variance, Beta: c.mean / c.variance}
		lost := func(l float64) float64 {
			b, _ := BRecursive(c.servers, l)
			return l * b * days.Prob(l) / c.mean
		}
		want := quad.Fixed(lost, 0, c.mean+40*math.Sqrt(c.variance), 400, nil, 0)
		near(t, c, must[DailyBlocking](t)(DayToDay(c.servers, c.mean, c.variance)).Calls, want, 1e-9)
	}
}

func TestDaysThatHardlyDifferBlockLikeOneDay(t *testing.T) {
	b := must[float64](t)(B(30, 25))
	for _, variance := range []float64{0, 1e-8, 1e-5} {
		got := must[DailyBlocking](t)(DayToDay(30, 25, variance))
		near(t, variance, got.Calls, b, 1e-15+variance)
		near(t, variance, got.Days, b, 1e-15+variance)
	}
}

func TestDayToDayServersIsTheLeastThatSuffices(t *testing.T) {
	for _, exponent := range []float64{LowVariation, MediumVariation, HighVariation} {
		for _, mean := range []float64{2, 84, 900} {
			variance := must[float64](t)(DailyVariance(mean, exponent))
			n := must[int](t)(DayToDayServers(mean, variance, 0.01))
			enough := must[DailyBlocking](t)(DayToDay(n, mean, variance)).Calls
			tooFew := must[DailyBlocking](t)(DayToDay(n-1, mean, variance)).Calls
			if enough > 0.01 || tooFew <= 0.01 || n < must[int](t)(Servers(mean, 0.01)) {
				t.Errorf("mean %g, exponent %g: %d circuits block %g, one less %g", mean, exponent, n, enough, tooFew)
			}
		}
	}
}

func TestDayToDayServersIsTheLeastForAnyVariation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := math.Pow(10, rapid.Float64Range(-2, 4).Draw(t, "log mean"))
		variance := mean * mean * math.Pow(10, rapid.Float64Range(-6, 1).Draw(t, "log variation"))
		goal := math.Pow(10, rapid.Float64Range(-6, -0.1).Draw(t, "log blocking"))
		n, err := DayToDayServers(mean, variance, goal)
		if err != nil {
			t.Fatal(err)
		}
		if enough, err := DayToDay(n, mean, variance); err != nil || enough.Calls > goal*(1+1e-9) {
			t.Fatalf("%d circuits: %+v, %v, want %g", n, enough, err, goal)
		}
		if n > 0 {
			if tooFew, _ := DayToDay(n-1, mean, variance); tooFew.Calls < goal*(1-1e-9) {
				t.Fatalf("%d circuits are not the least: %+v, want %g", n, tooFew, goal)
			}
		}
	})
}

func BenchmarkDayToDayServers(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if n, err := DayToDayServers(150, 0.13*math.Pow(150, HighVariation), 0.01); n == 0 || err != nil {
			b.Fatal(n, err)
		}
	}
}
