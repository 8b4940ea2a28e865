package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// sequential runs a test with looks against the trunk and returns its verdict and how many calls it counted.
func (k *trunk) sequential(t testing.TB, seed uint64, d acceptance.Design, looks *acceptance.Looks) (acceptance.Verdict, uint64) {
	t.Helper()
	verdict, look, last := acceptance.CannotTell, 0, uint64(0)
	k.watch(t, seed, d.Warmup, func(m *measure.Measurement) (more bool) {
		if m.Offered < looks.Planned[look].Calls {
			return true
		}
		verdict, _, _ = looks.At(looks.Planned[look], acceptance.Tally{Calls: m.Offered, Blocked: m.Outcomes[measure.Blocked]})
		look, last = look+1, m.Offered
		return verdict == acceptance.CannotTell && look < len(looks.Planned)
	})
	return verdict, last
}

// TestSequentialTestsErrAtMostAtTheNominalRate is the promise of the looks: with 95 % confidence each of the two
// false verdicts comes in at most 2.5 % of the tests, whatever the group, the promise and the law of the holding
// times, and a right one about as often as after a test of fixed length. With -long it simulates 2,000 tests a row.
func TestSequentialTestsErrAtMostAtTheNominalRate(t *testing.T) {
	const exponential, fixed, lognormal = traffic.Exponential, traffic.Fixed, traffic.Lognormal
	for _, tt := range []struct {
		name                string
		circuits            int
		promised, tolerated float64
		blocks              float64 // the truth
		law                 traffic.DurationLaw
		want                acceptance.Verdict
		reached, calls      float64 // at least that share of the tests reach it; calls on average by the most, at most
		short               bool
	}{
		{"blocks as promised", 30, 0.01, 0.02, 0.01, exponential, acceptance.Holds, 0.93, 0.80, true},
		{"blocks as much as is tolerated", 30, 0.01, 0.02, 0.02, exponential, acceptance.DoesNotHold, 0.92, 0.75, true},
		{"20 E on 30 circuits", 30, 0.01, 0.02, 0.0085, exponential, acceptance.Holds, 0.97, 0.72, true},
		{"20 E on 27 instead of 30 circuits", 27, 0.01, 0.02, 0.0286, exponential, acceptance.DoesNotHold, 0.99, 0.50, true},
		{"fixed holding times, as promised", 30, 0.01, 0.02, 0.01, fixed, acceptance.Holds, 0.93, 0.80, false},
		{"lognormal holding times, as promised", 30, 0.01, 0.02, 0.01, lognormal, acceptance.Holds, 0.93, 0.80, false},
		{"lognormal holding times, as tolerated", 30, 0.01, 0.02, 0.02, lognormal, acceptance.DoesNotHold, 0.92, 0.75, false},
		{"a few hundred calls tell 1 % from 10 %", 30, 0.01, 0.10, 0.01, exponential, acceptance.Holds, 0.88, 0.90, false},
		{"and from 10 % itself", 30, 0.01, 0.10, 0.10, exponential, acceptance.DoesNotHold, 0.92, 0.70, false},
		{"a promise of 0.1 %", 30, 0.001, 0.002, 0.001, exponential, acceptance.Holds, 0.91, 0.80, false},
		{"a promise of 5 %", 30, 0.05, 0.10, 0.05, exponential, acceptance.Holds, 0.91, 0.82, false},
		{"5 circuits, as promised", 5, 0.01, 0.02, 0.01, exponential, acceptance.Holds, 0.91, 0.80, false},
		{"5 circuits, as tolerated", 5, 0.01, 0.02, 0.02, exponential, acceptance.DoesNotHold, 0.91, 0.75, false},
		{"a single circuit", 1, 0.01, 0.02, 0.01, exponential, acceptance.Holds, 0.91, 0.80, false},
		{"250 circuits with long bursts, as promised", 250, 0.01, 0.02, 0.01, exponential, acceptance.Holds, 0.93, 0.80, false},
		{"250 circuits with long bursts, as tolerated", 250, 0.01, 0.02, 0.02, exponential, acceptance.DoesNotHold, 0.93, 0.75, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := uint64(200)
			switch {
			case *long:
				n = 2000
			case !tt.short:
				t.Skip("with -long")
			}
			offered, err := erlang.Traffic(float64(tt.circuits), tt.blocks)
			if err != nil {
				t.Fatal(err)
			}
			d, err := acceptance.NewDesign(tt.circuits, offered, 180*time.Second, acceptance.Promise{Blocking: tt.promised, Tolerated: tt.tolerated})
			if err != nil {
				t.Fatal(err)
			}
			d, looks, err := d.Sequential(acceptance.DefaultLooks)
			if err != nil {
				t.Fatal(err)
			}
			k := trunk{circuits: tt.circuits, offered: offered, hold: traffic.Duration{Law: tt.law, Mean: 180 * time.Second}}
			var reached, opposite, calls uint64
			for seed := range n {
				verdict, counted := k.sequential(t, seed, d, looks)
				calls += counted
				switch verdict {
				case tt.want:
					reached++
				case acceptance.CannotTell:
				default:
					opposite++
				}
			}
			within(t, tt.want.String(), reached, n, tt.reached, 1)
			within(t, "the opposite", opposite, n, 0, 0.025)
			share := float64(calls) / float64(n) / float64(d.Calls)
			if share > tt.calls {
				t.Errorf("counts %.2f of %d calls on average, want at most %.2f of them", share, d.Calls, tt.calls)
			}
			t.Logf("counts %.2f of %d calls on average", share, d.Calls)
		})
	}
}

func TestLooksAreSpreadOverTheTest(t *testing.T) {
	plain := design(t, 30, 20)
	d, looks, err := plain.Sequential(10)
	if err != nil {
		t.Fatal(err)
	}
	if more := float64(d.Calls) / float64(plain.Calls); more < 1 || more > 1.04 {
		t.Errorf("ten looks take %.3f times the calls, want at most 1.04", more)
	}
	if len(looks.Planned) != 10 || looks.Planned[9].Calls != d.Calls || looks.Planned[4].Calls != d.Calls/2 {
		t.Errorf("got %+v, want ten looks, the fifth halfway and the last at the end of %d calls", looks.Planned, d.Calls)
	}
	for _, tt := range []struct{ calls, want uint64 }{{0, 1}, {looks.Planned[0].Calls, 1}, {looks.Planned[3].Calls + 5, 4}, {d.Calls + 5, 10}} {
		if got := looks.After(tt.calls); got.Number != int(tt.want) {
			t.Errorf("after %d calls the interval of look %d holds, want %d", tt.calls, got.Number, tt.want)
		}
	}
	if _, _, err := plain.Sequential(0); err == nil || !strings.Contains(err.Error(), "looks: must be from 1 to 20, got 0") {
		t.Errorf("no looks at all: got %v", err)
	}
}

func TestALookHeedsWhatItDoesNotKnow(t *testing.T) {
	d, looks, err := design(t, 30, 20).Sequential(10)
	if err != nil {
		t.Fatal(err)
	}
	half := looks.Planned[4]
	for _, tt := range []struct {
		name  string
		tally acceptance.Tally
		want  acceptance.Verdict
	}{
		{"hardly any blocked", acceptance.Tally{Calls: d.Calls / 2, Blocked: 8}, acceptance.Holds},
		{"and as many timeouts as may hide it", acceptance.Tally{Calls: d.Calls / 2, Blocked: 8, Unknown: 60}, acceptance.CannotTell},
		{"and as many not started", acceptance.Tally{Calls: d.Calls / 2, Blocked: 8, Unsent: 60}, acceptance.CannotTell},
		{"about as promised", acceptance.Tally{Calls: d.Calls / 2, Blocked: d.Calls / 200}, acceptance.CannotTell},
		{"every tenth", acceptance.Tally{Calls: d.Calls / 2, Blocked: d.Calls / 20}, acceptance.DoesNotHold},
		{"no call yet", acceptance.Tally{}, acceptance.CannotTell},
		{"nothing but timeouts", acceptance.Tally{Calls: 100, Unknown: 100}, acceptance.CannotTell},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, i, defined := looks.At(half, tt.tally)
			if got != tt.want {
				t.Errorf("%s with %+v, want %s", got, i, tt.want)
			}
			if decided := tt.tally.Calls > tt.tally.Unknown; defined != decided {
				t.Errorf("the interval is defined: %v; that a call said something: %v", defined, decided)
			}
		})
	}
}

func TestTheVerdictOfASequentialTestAllowsForItsLooks(t *testing.T) {
	_, looks, err := design(t, 30, 20).Sequential(10)
	if err != nil {
		t.Fatal(err)
	}
	e := finished(5_000, 30)
	plain := judge(t, e)
	e.Look = looks.Planned[4]
	j := judge(t, e)
	if !(j.Interval.Low < plain.Interval.Low && j.Interval.High > plain.Interval.High) {
		t.Errorf("the interval of look 5 is %+v, want it wider than %+v", j.Interval, plain.Interval)
	}
	if want := "with 95 % confidence, kept over all looks (this is 5 of 10), blocking is between"; !strings.Contains(j.Why[0], want) {
		t.Errorf("%q does not say %q", j.Why[0], want)
	}
}
