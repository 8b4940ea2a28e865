package traffic_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// processes makes one process of each kind, of 10 calls per second on average.
func processes(t *testing.T, random *rand.Rand) map[string]traffic.Arrivals {
	t.Helper()
	all := map[string]traffic.Arrivals{}
	add := func(name string, a traffic.Arrivals, err error) {
		if err != nil {
			t.Fatal(err)
		}
		all[name] = a
	}
	a, err := traffic.NewArrivals(traffic.Poisson, 10, random)
	add("poisson", a, err)
	a, err = traffic.NewArrivals(traffic.Constant, 10, random)
	add("constant", a, err)
	a, err = traffic.NewRenewal(traffic.Duration{Law: traffic.Gamma, Mean: 100 * time.Millisecond, Spread: math.Sqrt(0.5)}, random)
	add("Erlang-2 gaps", a, err)
	phases, err := traffic.Interrupted(10, time.Second, 3, 0.25)
	if err != nil {
		t.Fatal(err)
	}
	a, err = traffic.NewModulated(phases, random)
	add("interrupted", a, err)
	profile, err := traffic.NewProfile(time.Minute, 0, []float64{2, 0, 4, 6})
	if err != nil {
		t.Fatal(err)
	}
	a, err = traffic.NewThinned(10/profile.Mean(), profile, random)
	add("thinned", a, err)
	return all
}

func TestProcessesHaveTheirMeanRate(t *testing.T) {
	for name, process := range processes(t, traffic.Stream(11, 2)) {
		const span = 6000 * time.Second
		calls, before := 0.0, time.Duration(0)
		for at := process.Next(); at < span; at = process.Next() {
			if at < before {
				t.Fatalf("%s: time goes back from %s to %s", name, before, at)
			}
			before = at
			calls++
		}
		// A peakedness of 3 makes the standard deviation of the count √(2z−1) times that of Poisson calls at most.
		if math.Abs(calls-60_000) > 4*math.Sqrt(60_000*5) {
			t.Errorf("%s: %g calls in %s, want about 60,000", name, calls, span)
		}
	}
}

func TestForksGoOnFromTheSameState(t *testing.T) {
	for name, process := range processes(t, traffic.Stream(5, 5)) {
		for range 100 {
			process.Next()
		}
		forker, ok := process.(traffic.Forker)
		if !ok {
			t.Errorf("%s: cannot be split", name)
			continue
		}
		a, b := forker.Fork(traffic.Stream(9, 9)), forker.Fork(traffic.Stream(9, 9))
		for range 100 {
			if x, y := a.Next(), b.Next(); x != y {
				t.Fatalf("%s: forks with the same random numbers differ: %s and %s", name, x, y)
			}
		}
	}
}

// peakednessOf measures variance by mean of the calls in progress on an endless group with exponential holding
// times of one second, looked at every tenth of a second.
func peakednessOf(process traffic.Arrivals, random *rand.Rand, span time.Duration) float64 {
	ends := map[int64]int{}
	inProgress, next := 0, process.Next()
	var n, sum, squares float64
	const grain = 10 * time.Millisecond
	for tick := int64(0); time.Duration(tick)*grain < span; tick++ {
		now := time.Duration(tick) * grain
		inProgress -= ends[tick]
		delete(ends, tick)
		for ; next <= now; next = process.Next() {
			inProgress++
			ends[tick+1+int64(random.ExpFloat64()*float64(time.Second/grain))]++
		}
		if tick > 1000 && tick%10 == 0 {
			n++
			sum += float64(inProgress)
			squares += float64(inProgress * inProgress)
		}
	}
	mean := sum / n
	return (squares/n - mean*mean) / mean
}

func TestInterruptedCallsAreAsPeakedAsAskedFor(t *testing.T) {
	phases, err := traffic.Interrupted(10, time.Second, 3, 0.25)
	if err != nil {
		t.Fatal(err)
	}
	process, err := traffic.NewModulated(phases, traffic.Stream(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	if z := peakednessOf(process, traffic.Stream(1, 2), 20_000*time.Second); math.Abs(z-3) > 0.15 {
		t.Errorf("peakedness %g, want 3", z)
	}
}

func TestThinnedCallsFollowTheProfile(t *testing.T) {
	profile, err := traffic.NewProfile(time.Minute, 15*time.Second, []float64{2, 0, 4, 6})
	if err != nil {
		t.Fatal(err)
	}
	// The run begins at the second point, and half-way to the next the rate is half of both.
	for at, want := range map[time.Duration]float64{0: 0, 7500 * time.Millisecond: 2. / 6, 15 * time.Second: 4. / 6,
		30 * time.Second: 1, 37500 * time.Millisecond: 4. / 6, 45 * time.Second: 2. / 6} {
		if got := profile.At(at); math.Abs(got-want) > 1e-9 {
			t.Errorf("at %s: %g of the highest, want %g", at, got, want)
		}
	}
	process, err := traffic.NewThinned(6, profile, traffic.Stream(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	quarters := [4]float64{}
	for at := process.Next(); at < 3000*time.Minute; at = process.Next() {
		quarters[at%time.Minute/(15*time.Second)]++
	}
	for i, want := range []float64{2, 5, 4, 1} { // calls per second on average in each quarter of the minute
		if got := quarters[i] / (3000 * 15); math.Abs(got-want) > 0.05 {
			t.Errorf("quarter %d: %g calls per second, want %g", i+1, got, want)
		}
	}
}

func TestATraceIsReplayedAsItWasRecorded(t *testing.T) {
	trace := traffic.Trace{{At: 0, Holding: 5}, {At: 3, Holding: 1}, {At: 3, Holding: 2}}
	if err := trace.Validate(); err != nil {
		t.Fatal(err)
	}
	replay := trace.Replay()
	for i, call := range trace {
		if at := replay.Next(); at != call.At || replay.Holding() != call.Holding {
			t.Errorf("call %d: at %d for %d, want %d for %d", i, at, replay.Holding(), call.At, call.Holding)
		}
	}
	if at := replay.Next(); at != math.MaxInt64 {
		t.Errorf("after the last call: %d, want the end of time", at)
	}
	if err := (traffic.Trace{{At: 3}, {At: 2}}).Validate(); err == nil {
		t.Error("a trace that goes back in time is taken")
	}
}

func TestProcessesThatCannotBe(t *testing.T) {
	random := traffic.Stream(1, 1)
	for name, err := range map[string]error{
		"gaps of 0":                  second(traffic.NewRenewal(traffic.Duration{}, random)),
		"a phase without end":        second(traffic.NewModulated([]traffic.Phase{{CAPS: 1}}, random)),
		"no calls in any phase":      second(traffic.NewModulated([]traffic.Phase{{Stay: 1}}, random)),
		"no peak":                    second(traffic.NewThinned(0, &traffic.Profile{}, random)),
		"a profile of one point":     second(traffic.NewProfile(time.Hour, 0, []float64{1})),
		"a profile without calls":    second(traffic.NewProfile(time.Hour, 0, []float64{0, 0})),
		"a negative rate":            second(traffic.NewProfile(time.Hour, 0, []float64{1, -1})),
		"a profile without a period": second(traffic.NewProfile(0, 0, []float64{1, 1})),
		"smoother than Poisson":      second(traffic.Interrupted(1, time.Second, 0.9, 0.5)),
		"too peaked":                 second(traffic.Interrupted(1, time.Second, 2.1, 0.5)),
		"always on":                  second(traffic.Interrupted(1, time.Second, 2, 1)),
		"no laws":                    second(traffic.NewMixture()),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestDrawingInOneGoGivesTheSame compares draws of many at a time with those one by one.
func TestDrawingInOneGoGivesTheSame(t *testing.T) {
	for _, law := range []traffic.Duration{
		{Law: traffic.Exponential, Mean: time.Minute}, {Law: traffic.Lognormal, Mean: time.Minute}, {Law: traffic.Fixed, Mean: time.Minute},
	} {
		all, random := make([]time.Duration, 100), traffic.Stream(1, 2)
		sampler := traffic.NewSampler(law)
		sampler.DrawAll(traffic.Stream(1, 2), all)
		for i, got := range all {
			if want := sampler.Draw(random); got != want {
				t.Fatalf("%s: draw %d is %d, one by one %d", law, i, got, want)
			}
		}
	}
	for _, law := range []traffic.ArrivalLaw{traffic.Poisson, traffic.Constant} {
		at := make([]time.Duration, 100)
		many, err := traffic.NewArrivals(law, 3, traffic.Stream(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		single, err := traffic.NewArrivals(law, 3, traffic.Stream(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			traffic.NextAll(many, at)
			for i, got := range at {
				if want := single.Next(); got != want {
					t.Fatalf("%s: call %d at %d, one by one %d", law, i, got, want)
				}
			}
		}
	}
}
