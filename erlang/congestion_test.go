package erlang

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func checkTimeCongestionVariance(t *testing.T, row referenceRow) {
	t.Helper()
	b := must[float64](t)(B(row.servers, row.traffic))
	near(t, row, b, row.probability, 2e-15)
	variance := must[float64](t)(TimeCongestionVariance(int(row.servers), row.traffic))
	near(t, row, variance, row.value(t, "sigma2_in_aht"), 1e-14)
	const z = 1.959963984540054
	near(t, row, z*z*variance/(0.01*b*0.01*b), row.value(t, "runlength_aht_for_1pct_rel_95ci"), 2e-14)
}

func TestTimeCongestionVarianceByHand(t *testing.T) {
	// One circuit is a switch between free and busy, with the rates A and 1: 2·p·(1-p)/(A+1).
	for _, a := range []float64{0.01, 1, 50} {
		near(t, a, must[float64](t)(TimeCongestionVariance(1, a)), 2*a/(1+a)/(1+a)/(1+a), 4e-16)
	}
}

func TestCallCongestionVarianceByHand(t *testing.T) {
	// One circuit is busy just after every arrival, so the next call is blocked whatever happened to this one.
	for _, traffic := range []float64{0.01, 1, 50} {
		near(t, traffic, must[float64](t)(CallCongestionVariance(1, traffic)), 1, 1e-15)
	}
	// Two circuits and one erlang: states 0, 1, 2 with 2/5, 2/5, 1/5. A blocked call, or one that takes the last
	// circuit, leaves two busy; each ends before the next arrival with rate 1 against 1. The sum is F(0)·B(2)/B(1) =
	// (2/5)·(1/5)/(1/2) = 4/25, and 1 + 2/(4/5)·4/25 = 7/5.
	near(t, "two circuits", must[float64](t)(CallCongestionVariance(2, 1)), 1.4, 1e-15)
}

// The independent oracle: the transition matrix of the chain that arrivals see, its stationary distribution and its
// Poisson equation, all by dense elimination.
func TestCallCongestionVarianceAgreesWithTheMatrix(t *testing.T) {
	for _, n := range []int{1, 2, 5, 10, 30, 60} {
		for _, load := range []float64{0.3, 0.7, 1, 2} {
			traffic := float64(n) * load
			got := must[float64](t)(CallCongestionVariance(n, traffic))
			near(t, [2]float64{float64(n), load}, got, inflationByMatrix(t, n, traffic), 1e-9)
		}
	}
}

func inflationByMatrix(t *testing.T, n int, a float64) float64 {
	t.Helper()
	p := seenByArrivals(n, a)
	size := n + 1
	// π(P - I) = 0 with the last equation replaced by Σπ = 1, and (I - P + 1π)g = f - B.
	balance := mat.NewDense(size, size, nil)
	one := mat.NewVecDense(size, nil)
	for i := range size {
		for j := range size {
			balance.Set(j, i, p.At(i, j))
		}
		balance.Set(i, i, balance.At(i, i)-1)
	}
	for i := range size {
		balance.Set(n, i, 1)
	}
	one.SetVec(n, 1)
	pi, g := mat.NewVecDense(size, nil), mat.NewVecDense(size, nil)
	if err := pi.SolveVec(balance, one); err != nil {
		t.Fatal(err)
	}
	b := pi.AtVec(n)
	fundamental, surplus := mat.NewDense(size, size, nil), mat.NewVecDense(size, nil)
	for i := range size {
		for j := range size {
			fundamental.Set(i, j, pi.AtVec(j)-p.At(i, j))
		}
		fundamental.Set(i, i, fundamental.At(i, i)+1)
		surplus.SetVec(i, -b)
	}
	surplus.SetVec(n, 1-b)
	if err := g.SolveVec(fundamental, surplus); err != nil {
		t.Fatal(err)
	}
	return (2*b*(g.AtVec(n)-mat.Dot(pi, g)) - b*(1-b)) / (b * (1 - b))
}

// seenByArrivals returns the probability that an arrival that saw i calls is followed by one that sees j.
func seenByArrivals(n int, a float64) *mat.Dense {
	p := mat.NewDense(n+1, n+1, nil)
	for i := range n + 1 {
		reach := 1.0
		for j := min(i+1, n); j >= 0; j-- {
			p.Set(i, j, reach*a/(a+float64(j)))
			reach *= float64(j) / (a + float64(j))
		}
	}
	return p
}

// What the number is for: the spread of the blocked share over many short measurements of a simulated group.
func TestCallCongestionVarianceIsWhatASimulationShows(t *testing.T) {
	const servers, traffic, runs, calls = 10, 7.0, 4000, 2000
	random := rand.New(rand.NewPCG(1917, 13))
	var sum, squares float64
	busy := 0
	for range runs {
		blocked := 0
		for range calls {
			for busy > 0 && random.Float64() >= traffic/(traffic+float64(busy)) {
				busy--
			}
			if busy == servers {
				blocked++
			} else {
				busy++
			}
		}
		share := float64(blocked) / calls
		sum += share
		squares += share * share
	}
	mean := sum / runs
	measured := (squares/runs - mean*mean) * calls / (mean * (1 - mean))
	// The variance of 4000 shares is known to √(2/4000) = 2.2 %; three times that, and the ends of each run.
	near(t, "inflation", measured, must[float64](t)(CallCongestionVariance(servers, traffic)), 0.07)
}

func TestCallCongestionVarianceOfLargeGroups(t *testing.T) {
	for _, n := range []int{9400, 20000, 1_000_000} {
		for _, load := range []float64{0.1, 0.9, 1, 1.5} {
			got := must[float64](t)(CallCongestionVariance(n, load*float64(n)))
			if !(got >= 1) || math.IsInf(got, 0) {
				t.Errorf("%d circuits, load %g: %g", n, load, got)
			}
		}
	}
}

func BenchmarkCallCongestionVariance20000(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CallCongestionVariance(20000, 19800); err != nil {
			b.Fatal(err)
		}
	}
}
