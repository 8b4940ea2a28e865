package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
)

func TestPrecisionGoesOnUntilTheIntervalIsNarrow(t *testing.T) {
	m := groupModel(10, erlangs(7))
	for _, precision := range []float64{0.2, 0.05} {
		r := simulate(t, m, Settings{Replications: 5, Window: 20 * aht, Precision: precision})
		if got := r.Lost.HalfWidth(); got > precision {
			t.Errorf("half-width %g after %d replications, want at most %g", got, r.Windows, precision)
		}
		near(t, "lost calls", r.Lost, mustB(t, 10, 7))
		if r.Imprecise() {
			t.Errorf("precision %g is said not to be reached with %g", precision, r.Lost.HalfWidth())
		}
	}
	r := simulate(t, groupModel(100, erlangs(7)), Settings{Replications: 5, Window: aht, Precision: 0.05, Most: 20})
	if r.Windows != 20 || !r.Imprecise() {
		t.Errorf("%d replications without any blocked call, want all 20, and to be told: %v", r.Windows, r.Imprecise())
	}
}

func TestBatchMeansAgreeWithReplications(t *testing.T) {
	r := simulate(t, groupModel(10, erlangs(7)), Settings{Batches: 40, Window: 400 * aht})
	if r.Windows != 40 {
		t.Errorf("%d batches, want 40", r.Windows)
	}
	near(t, "call congestion", r.Groups[0].Blocking, mustB(t, 10, 7))
	near(t, "time congestion", r.Groups[0].TimeCongestion, mustB(t, 10, 7))
}

// TestTheSpreadOfTimeCongestionIsThatOfTheory sets the variance between windows beside the asymptotic one.
func TestTheSpreadOfTimeCongestionIsThatOfTheory(t *testing.T) {
	for _, row := range references(t, "time_congestion_asymptotic_variance") {
		if row.servers > 30 && !*long {
			continue
		}
		const window, windows = 200, 400
		r := simulate(t, groupModel(row.servers, erlangs(row.traffic)), Settings{Window: window * aht, Replications: windows})
		mean, squares := 0.0, 0.0
		for i := range r.windows {
			mean += r.windows[i].groups[0].full / windows
		}
		for i := range r.windows {
			squares += math.Pow(r.windows[i].groups[0].full-mean, 2)
		}
		got, want := squares/(windows-1)*window, row.number(t, "sigma2_in_aht")
		if math.Abs(got/want-1) > 4*math.Sqrt(2./windows) {
			t.Errorf("%s: variance %.4g holding times, want %.4g", row, got, want)
		}
	}
}

// TestCommonRandomNumbersNarrowTheDifference compares 30 circuits with 31: the paired interval is much narrower than the
// difference of two independent ones, and holds the exact value.
func TestCommonRandomNumbersNarrowTheDifference(t *testing.T) {
	s := Settings{Seed: 4, Window: 400 * aht, Replications: 30}
	a, b := simulate(t, groupModel(30, erlangs(25)), s), simulate(t, groupModel(31, erlangs(25)), s)
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	want := mustB(t, 31, 25) - mustB(t, 30, 25)
	if c.Lost.Low > want || c.Lost.High < want || c.Lost.Better() != "second" {
		t.Errorf("difference %.4g (%.4g to %.4g), want %.4g", c.Lost.Value, c.Lost.Low, c.Lost.High, want)
	}
	unpaired := math.Hypot(a.Lost.High-a.Lost.Low, b.Lost.High-b.Lost.Low)
	if paired := c.Lost.High - c.Lost.Low; paired > unpaired/3 {
		t.Errorf("the paired interval is %.4g wide, the unpaired one %.4g", paired, unpaired)
	}
	if same, err := Compare(a, a); err != nil || same.Lost.Better() != "cannot tell" || same.Groups[0].Value != 0 {
		t.Errorf("a model against itself: %+v, %v", same.Lost, err)
	}
	other := simulate(t, groupModel(30, erlangs(25)), Settings{Seed: 5, Window: 400 * aht, Replications: 30})
	if _, err := Compare(a, other); err == nil {
		t.Error("another seed is compared")
	}
}

// TestNoBlockedCallProvesLittle: where none was blocked, the interval ends where that many calls in bursts allow, not at 0.
func TestNoBlockedCallProvesLittle(t *testing.T) {
	r := simulate(t, groupModel(60, erlangs(30)), Settings{Window: 2 * aht, Confidence: 0.95})
	g := r.Groups[0]
	burst, err := erlang.CallCongestionVariance(60, g.OfferedErlangs.Value)
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * burst / float64(g.Measurement.Offered); g.Blocking.Value != 0 || math.Abs(g.Blocking.High/want-1) > 0.01 {
		t.Errorf("none of %d is 0 to %.4g, want to %.4g", g.Measurement.Offered, g.Blocking.High, want)
	}
	if verdict(0.001, Estimate{Known: true, High: 0.002}) != CannotTell || verdict(0.01, Estimate{}) != CannotTell ||
		verdict(0.01, Estimate{Known: true, Low: 0.011, High: 0.02}) != DoesNotHold || verdict(0.01, Estimate{Known: true, High: 0.01}) != Holds ||
		verdict(0, Estimate{Known: true}) != NotAsked {
		t.Error("a verdict is not what its interval says")
	}
}

// TestInterruptedRunsReportWhatTheyHave cancels after some replications.
func TestInterruptedRunsReportWhatTheyHave(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	progress := func(done, _ int, lost func() Estimate) {
		if done > 1 && !lost().Known {
			t.Error("no estimate so far")
		}
		if done == 7 {
			cancel()
		}
	}
	r, err := Run(ctx, groupModel(10, erlangs(7)), Settings{Replications: 1000, Window: 10 * aht, Progress: progress})
	if err != nil || !r.Interrupted || r.Windows < 7 || r.Windows > 20 {
		t.Fatalf("%+v, %v", r, err)
	}
	cancel()
	if _, err := Run(ctx, groupModel(10, erlangs(7)), Settings{Window: time.Hour}); err == nil {
		t.Error("a run that has shown nothing reports")
	}
}

// TestTheWarmUpIsLongEnough starts without calls: behind the warm-up the first tenth of a window must carry what the rest
// does.
func TestTheWarmUpIsLongEnough(t *testing.T) {
	m := groupModel(1000, erlangs(50))
	if got := WarmUpOf(m); got != 10*aht {
		t.Errorf("warm-up %s for exponential calls of %s, want ten of them", got, aht)
	}
	r := simulate(t, m, Settings{Window: aht, Replications: 300})
	near(t, "erlangs in the first holding time", r.Groups[0].Carried, 50)
	cold := simulate(t, m, Settings{Window: aht, Replications: 300, WarmUp: 1})
	near(t, "erlangs without a warm-up", cold.Groups[0].Carried, 50*math.Exp(-1)) // ∫(1−e⁻ᵗ) from 0 to 1
}

// interruptedAfter simulates until a number of replications are complete.
func interruptedAfter(t *testing.T, m *Model, s Settings, replications int) *Result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Progress = func(done, _ int, _ func() Estimate) {
		if done == replications {
			cancel()
		}
	}
	r, err := Run(ctx, m, s)
	if err != nil || !r.Interrupted {
		t.Fatalf("%v, interrupted: %v", err, r.Interrupted)
	}
	return r
}

// TestAComparisonThatIsInterruptedPairsWhatBothHave interrupts the second of two models: the replications that it has are
// compared with the same ones of the first.
func TestAComparisonThatIsInterruptedPairsWhatBothHave(t *testing.T) {
	s := Settings{Replications: 1000, Window: 200 * aht, Workers: 3}
	a := interruptedAfter(t, groupModel(30, erlangs(25)), s, 40)
	b := interruptedAfter(t, groupModel(31, erlangs(25)), s, 25)
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if c.A.Windows != c.B.Windows || c.A.Windows < 20 || c.A.Windows > 28 {
		t.Errorf("%d and %d windows, want about 25 of each", c.A.Windows, c.B.Windows)
	}
	if lost, blocked := c.A.Lost, c.A.Groups[0].Blocking; math.Abs(lost.Value-blocked.Value) > 1e-12 || lost == a.Lost {
		t.Errorf("the first loses %+v of its calls in the windows that both have, its only group %+v, in all of its windows %+v", lost, blocked, a.Lost)
	}
	exact := mustB(t, 31, 25) - mustB(t, 30, 25)
	if d := c.Groups[0]; !(d.Low <= exact && exact <= d.High) || d.High-d.Low > 0.005 {
		t.Errorf("difference %g (%g to %g), exactly %g", d.Value, d.Low, d.High, exact)
	}
}

// TestARareGroupThatIsInterruptedKeepsWhatWasCounted ends the context before the splitting begins.
func TestARareGroupThatIsInterruptedKeepsWhatWasCounted(t *testing.T) {
	r := simulate(t, groupModel(40, erlangs(15)), Settings{Replications: 10, Window: 20 * aht})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := r.Groups[0].Blocking
	if err := r.Refine(ctx); err != nil || !r.Interrupted || r.Groups[0].Blocking != before || r.Groups[0].Rare != nil {
		t.Errorf("%v, interrupted %v, blocking %v, was %v", err, r.Interrupted, r.Groups[0].Blocking, before)
	}
}
