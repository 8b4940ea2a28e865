package erlang

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// entry calls one function of the package with numbers of any kind and returns its results.
type entry struct {
	name string
	call func(i, j int, x, y, z float64) ([]float64, error)
}

// one, two and three make the results of a call comparable.
func one(x float64, err error) ([]float64, error)    { return []float64{x}, err }
func count(n int, err error) ([]float64, error)      { return []float64{float64(n)}, err }
func two(x, y float64, err error) ([]float64, error) { return []float64{x, y}, err }
func list(x []float64, err error) ([]float64, error) { return x, err }
func queue(q Queue, err error) ([]float64, error) {
	return []float64{q.Wait, q.MeanWait, q.MeanQueue}, err
}
func stream(s Stream, err error) ([]float64, error) {
	return []float64{s.Mean, s.Variance, s.Peakedness()}, err
}
func equivalent(e Equivalent, err error) ([]float64, error) {
	return []float64{e.Servers, e.Traffic}, err
}
func modulated(m ModulatedResult, err error) ([]float64, error) {
	return []float64{m.CallCongestion, m.TimeCongestion}, err
}
func renewalLoss(r RenewalResult, err error) ([]float64, error) {
	return []float64{r.CallCongestion, r.TimeCongestion}, err
}
func retrial(r Retrial, err error) ([]float64, error) {
	return []float64{r.Blocking, r.Attempts, r.Waiting, r.Lost}, err
}
func quasiStatic(q QuasiStaticResult, err error) ([]float64, error) {
	return []float64{q.Blocking, q.AllUp, q.OneDown}, err
}
func engsetGroup(e EngsetResult, err error) ([]float64, error) {
	return []float64{e.CallCongestion, e.TimeCongestion, e.PerIdleSource, e.Intended, e.Offered, e.Carried}, err
}
func extended(e ExtendedResult, err error) ([]float64, error) {
	return []float64{e.Blocking, e.Attempts, e.Retries, e.Carried, e.Lost}, err
}
func impatient(q ImpatientQueue, err error) ([]float64, error) {
	return []float64{q.Wait, q.Abandon, q.MeanWait, q.MeanQueue}, err
}

// renewal offers the calls of a constructor to i circuits.
func renewal(i int) func(Renewal, error) ([]float64, error) {
	return func(calls Renewal, err error) ([]float64, error) {
		if err != nil {
			return nil, err
		}
		loss, err := renewalLoss(RenewalLoss(i, calls))
		if err != nil {
			return nil, err
		}
		moments, err := stream(calls.Stream())
		return append(loss, moments...), err
	}
}

var entries = []entry{
	{"B", func(i, j int, x, y, z float64) ([]float64, error) { return one(B(x, y)) }},
	{"BRecursive", func(i, j int, x, y, z float64) ([]float64, error) { return one(BRecursive(i, x)) }},
	{"Servers", func(i, j int, x, y, z float64) ([]float64, error) { return count(Servers(x, y)) }},
	{"ServersReal", func(i, j int, x, y, z float64) ([]float64, error) { return one(ServersReal(x, y)) }},
	{"Traffic", func(i, j int, x, y, z float64) ([]float64, error) { return one(Traffic(x, y)) }},
	{"C", func(i, j int, x, y, z float64) ([]float64, error) { return one(C(i, x)) }},
	{"CServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(CServers(x, y)) }},
	{"CTraffic", func(i, j int, x, y, z float64) ([]float64, error) { return one(CTraffic(i, x)) }},
	{"NewQueue", func(i, j int, x, y, z float64) ([]float64, error) { return queue(NewQueue(i, x)) }},
	{"ServiceLevel", func(i, j int, x, y, z float64) ([]float64, error) {
		return one(Queue{Servers: 14, Traffic: 10, Wait: 0.17}.ServiceLevel(x))
	}},
	{"QueueServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(QueueServers(x, y, z)) }},
	{"ExtendedB", func(i, j int, x, y, z float64) ([]float64, error) { return extended(ExtendedB(x, y, z)) }},
	{"ExtendedBServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(ExtendedBServers(x, y, z)) }},
	{"ExtendedBTraffic", func(i, j int, x, y, z float64) ([]float64, error) { return one(ExtendedBTraffic(x, y, z)) }},
	{"Engset", func(i, j int, x, y, z float64) ([]float64, error) { return engsetGroup(Engset(i, j, x)) }},
	{"EngsetIdle", func(i, j int, x, y, z float64) ([]float64, error) { return engsetGroup(EngsetIdle(i, j, x)) }},
	{"EngsetIntended", func(i, j int, x, y, z float64) ([]float64, error) { return engsetGroup(EngsetIntended(i, j, x)) }},
	{"EngsetServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(EngsetServers(i, x, y)) }},
	{"EngsetIdleServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(EngsetIdleServers(i, x, y)) }},
	{"EngsetIntendedServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(EngsetIntendedServers(i, x, y)) }},
	{"Molina", func(i, j int, x, y, z float64) ([]float64, error) { return one(Molina(i, x)) }},
	{"MolinaServers", func(i, j int, x, y, z float64) ([]float64, error) { return count(MolinaServers(x, y)) }},
	{"MolinaTraffic", func(i, j int, x, y, z float64) ([]float64, error) { return one(MolinaTraffic(i, x)) }},
	{"Wilson", func(i, j int, x, y, z float64) ([]float64, error) { return two(Wilson(x, y, z)) }},
	{"CallCongestionVariance", func(i, j int, x, y, z float64) ([]float64, error) { return one(CallCongestionVariance(i, x)) }},
	{"TimeCongestionVariance", func(i, j int, x, y, z float64) ([]float64, error) { return one(TimeCongestionVariance(i, x)) }},
	{"NewImpatientQueue", func(i, j int, x, y, z float64) ([]float64, error) { return impatient(NewImpatientQueue(i, x, y)) }},
	{"Overflow", func(i, j int, x, y, z float64) ([]float64, error) { return stream(Overflow(x, y)) }},
	{"MaxPeakedness", func(i, j int, x, y, z float64) ([]float64, error) { return two(MaxPeakedness(i)) }},
	{"Wilkinson", func(i, j int, x, y, z float64) ([]float64, error) { return equivalent(Wilkinson(Stream{x, y})) }},
	{"Rapp", func(i, j int, x, y, z float64) ([]float64, error) { return equivalent(Rapp(Stream{x, y})) }},
	{"WilkinsonLoss", func(i, j int, x, y, z float64) ([]float64, error) { return one(WilkinsonLoss(Stream{x, y}, z)) }},
	{"Equivalent.Blocking", func(i, j int, x, y, z float64) ([]float64, error) {
		return one(Equivalent{Stream{x, x}, y, z}.Blocking(3))
	}},
	{"Hayward", func(i, j int, x, y, z float64) ([]float64, error) { return one(Hayward(Stream{x, y}, z)) }},
	{"KaufmanRoberts", func(i, j int, x, y, z float64) ([]float64, error) {
		return list(KaufmanRoberts(i, []Class{{x, j}, {y, 1}}))
	}},
	{"Reservation", func(i, j int, x, y, z float64) ([]float64, error) { return two(Reservation(i, j, x, y)) }},
	{"DailyVariance", func(i, j int, x, y, z float64) ([]float64, error) { return one(DailyVariance(x, y)) }},
	{"DayToDay", func(i, j int, x, y, z float64) ([]float64, error) {
		r, err := DayToDay(i, x, y)
		return []float64{r.Calls, r.Days}, err
	}},
	{"RegularCalls", func(i, j int, x, y, z float64) ([]float64, error) { return renewal(i)(RegularCalls(x)) }},
	{"ErlangCalls", func(i, j int, x, y, z float64) ([]float64, error) { return renewal(i)(ErlangCalls(x, j)) }},
	{"HyperexponentialCalls", func(i, j int, x, y, z float64) ([]float64, error) { return renewal(i)(HyperexponentialCalls(x, y)) }},
	{"InterruptedCalls", func(i, j int, x, y, z float64) ([]float64, error) { return renewal(i)(InterruptedCalls(x, y, z)) }},
	{"NewRetrial", func(i, j int, x, y, z float64) ([]float64, error) { return retrial(NewRetrial(min(i, 10), x, y, z)) }},
	{"ExactOverflow", func(i, j int, x, y, z float64) ([]float64, error) {
		losses, total, err := ExactOverflow([]Group{{min(i, 5), x}, {min(i, 5), y}}, min(j, 5))
		return append(losses, total), err
	}},
	{"OverflowLoss", func(i, j int, x, y, z float64) ([]float64, error) {
		return one(OverflowLoss([]Group{{i, x}, {j, y}}, z, Hayward))
	}},
	{"QuasiStaticFailure", func(i, j int, x, y, z float64) ([]float64, error) {
		return quasiStatic(QuasiStaticFailure(i, j, x, y))
	}},
	{"ExactFailure", func(i, j int, x, y, z float64) ([]float64, error) {
		r, err := ExactFailure(min(i, 2), min(j, 8), x, y, z)
		return []float64{r.Blocking, r.Dropped}, err
	}},
	{"PointwiseLoss", func(i, j int, x, y, z float64) ([]float64, error) {
		return modulated(PointwiseLoss(i, Modulation{x, y, z}))
	}},
	{"OfferedLoadLoss", func(i, j int, x, y, z float64) ([]float64, error) {
		return modulated(OfferedLoadLoss(i, Modulation{x, y, z}))
	}},
	{"ModulatedLoss", func(i, j int, x, y, z float64) ([]float64, error) {
		return modulated(ModulatedLoss(min(i, 5), Modulation{x, y, z}))
	}},
	{"WindowRejection", func(i, j int, x, y, z float64) ([]float64, error) { return one(WindowRejection(i, x)) }},
	{"WindowLimit", func(i, j int, x, y, z float64) ([]float64, error) { return count(WindowLimit(x, y)) }},
}

// anyNumber draws what users type, what they mistype, and what only a computer says. Whole numbers stay small or far out of
// range, because some models take a step for each.
func anyNumber() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Float64Range(0, 1), rapid.Float64Range(0, 200), rapid.Float64(),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, 0.01, 10, 1e-300, 5e-324, 1e6, MaxSize, 1.0000001 * MaxSize,
			math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1), 1 - 0x1p-53, 0x1p-53}),
	)
}

func anyCount() *rapid.Generator[int] {
	return rapid.OneOf(rapid.IntRange(0, 40), rapid.SampledFrom([]int{-1, 0, 1, 2, 170, 1000, math.MaxInt, math.MinInt}))
}

func TestNoNumberMakesAPanicOrANaN(t *testing.T) {
	for _, e := range entries {
		t.Run(e.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				i, j := anyCount().Draw(t, "i"), anyCount().Draw(t, "j")
				x, y, z := anyNumber().Draw(t, "x"), anyNumber().Draw(t, "y"), anyNumber().Draw(t, "z")
				results, err := e.call(i, j, x, y, z)
				if err != nil {
					if !errors.Is(err, ErrDomain) && !errors.Is(err, ErrUnstable) {
						t.Fatalf("untyped error %v", err)
					}
					return
				}
				for _, result := range results {
					if math.IsNaN(result) || result < 0 {
						t.Fatalf("%v without an error", results)
					}
				}
			})
		})
	}
}

// A NaN or an infinity is refused wherever it is put, in each function that looks at the argument.
func TestEachArgumentIsChecked(t *testing.T) {
	valid := []float64{0.3, 0.2, 0.1}
	for _, e := range entries {
		for arg := range valid {
			if _, err := callWith(e, valid, arg, 0.25); err != nil {
				continue // these numbers mean nothing to this function, which the property above covers
			}
			plain, _ := callWith(e, valid, arg, valid[arg])
			other, _ := callWith(e, valid, arg, 0.25)
			if equal(plain, other) {
				continue // the function does not look at this argument
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -0.5} {
				if _, err := callWith(e, valid, arg, bad); !errors.Is(err, ErrDomain) {
					t.Errorf("%s with %g as number %d: %v", e.name, bad, arg+1, err)
				}
			}
		}
	}
}

func callWith(e entry, numbers []float64, arg int, number float64) ([]float64, error) {
	x := append([]float64(nil), numbers...)
	x[arg] = number
	return e.call(3, 2, x[0], x[1], x[2])
}

func equal(a, b []float64) bool {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestErrorsSayWhatWasGivenAndWhatIsAllowed(t *testing.T) {
	_, traffic := B(3, -4)
	_, blocking := Servers(10, 1)
	_, count := BRecursive(-2, 1)
	_, unstable := C(4, 4)
	for _, c := range []struct {
		err      error
		sentinel error
		want     string
	}{
		{traffic, ErrDomain, "traffic must be from 0 to 1e+09 erlangs, got -4: outside the domain of the model"},
		{blocking, ErrDomain, "blocking must be between 0 and 1, both excluded, got 1: outside the domain of the model"},
		{count, ErrDomain, "servers must be from 0 to 1000000000, got -2: outside the domain of the model"},
		{unstable, ErrUnstable, "traffic must be below 4 erlangs on 4 servers where calls wait, got 4: no equilibrium"},
	} {
		if !errors.Is(c.err, c.sentinel) || c.err.Error() != c.want {
			t.Errorf("got %q, want %q", c.err, c.want)
		}
	}
}

func FuzzB(f *testing.F) {
	for _, seed := range [][2]float64{{0, 0}, {30, 25}, {0.5, 1e-300}, {1e6, 1e6}, {1e9, 1e9}, {-1, math.NaN()}, {1e-320, 3}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, servers, traffic float64) {
		b, err := B(servers, traffic)
		log, logErr := LogB(servers, traffic)
		if err != nil || logErr != nil {
			if !errors.Is(err, ErrDomain) || !errors.Is(logErr, ErrDomain) {
				t.Fatalf("B: %v, LogB: %v", err, logErr)
			}
			return
		}
		if !(b >= 0 && b <= 1) || !(log <= 0) || math.Abs(b-math.Exp(log)) > 1e-15 {
			t.Fatalf("B(%g, %g) = %g, its logarithm %g", servers, traffic, b, log)
		}
	})
}
