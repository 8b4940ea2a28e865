package acceptance_test

import (
	"flag"
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/traffic"
)

var long = flag.Bool("long", false, "simulate ten times as many tests, and more kinds of trunks")

// simulations returns how many tests are simulated for each row.
func simulations() uint64 {
	if *long {
		return 4000
	}
	return 400
}

func design(t testing.TB, ports int, offered float64) acceptance.Design {
	t.Helper()
	d, err := acceptance.NewDesign(ports, offered, 180*time.Second, acceptance.Promise{Blocking: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// within reports a count of simulated tests that lies outside 3.3 standard deviations of a binomial law.
func within(t *testing.T, what string, count, n uint64, low, high float64) {
	t.Helper()
	share := float64(count) / float64(n)
	noise := func(p float64) float64 { return 3.3 * math.Sqrt(p*(1-p)/float64(n)) }
	if share < low-noise(low) || share > high+noise(high) {
		t.Errorf("%s in %.1f %% of %d tests, want %.1f to %.1f %%", what, 100*share, n, 100*low, 100*high)
	}
	t.Logf("%s in %.1f %% of %d tests", what, 100*share, n)
}

// TestIntervalsCoverTheTruth is the promise of the interval: nominal 95 %, and by the normal
// approximation at designed lengths between 94 and 96.5 %.
func TestIntervalsCoverTheTruth(t *testing.T) {
	for _, tt := range []struct {
		name  string
		trunk trunk
		ports int // that the trunk is said to have
		long  bool
	}{
		{"30 circuits as planned", trunk{circuits: 30, offered: 20}, 30, false},
		{"27 circuits instead of 30", trunk{circuits: 27, offered: 20}, 30, false},
		{"overload: 13 % is blocked", trunk{circuits: 30, offered: 30}, 30, true},
		{"a large group with long bursts", trunk{circuits: 250, offered: 230}, 250, true},
		{"5 circuits", trunk{circuits: 5, offered: 1.4}, 5, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.long && !*long {
				t.Skip("with -long")
			}
			truth, err := erlang.B(float64(tt.trunk.circuits), tt.trunk.offered)
			if err != nil {
				t.Fatal(err)
			}
			tt.trunk.hold = traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}
			d := design(t, tt.ports, tt.trunk.offered)
			covered := uint64(0)
			for seed := range simulations() {
				i := tt.trunk.test(t, seed, d).Interval
				if i.Low <= truth && truth <= i.High {
					covered++
				}
			}
			within(t, "covered", covered, simulations(), 0.94, 0.965)
		})
	}
}

// TestPlainIntervalsDoNotCover shows why calls are not counted as independent: without the inflation
// the interval of nominally 95 % misses the truth in two of five tests.
func TestPlainIntervalsDoNotCover(t *testing.T) {
	k := trunk{circuits: 30, offered: 20, hold: traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}}
	truth, err := erlang.B(30, 20)
	if err != nil {
		t.Fatal(err)
	}
	d := design(t, 30, 20)
	covered := uint64(0)
	for seed := range simulations() {
		blocking := k.test(t, seed, d).Blocking
		low, high, err := erlang.Wilson(float64(blocking.Numerator), float64(blocking.Denominator), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if low <= truth && truth <= high {
			covered++
		}
	}
	within(t, "covered", covered, simulations(), 0.57, 0.63)
}

// TestVerdictsOfDesignedTests is the promise of the design: 95 % of the tests reach the right verdict
// at the promise itself, more of them when the trunk is clearly better or worse.
func TestVerdictsOfDesignedTests(t *testing.T) {
	promised, err := erlang.Traffic(30, 0.01) // 20.34 E
	if err != nil {
		t.Fatal(err)
	}
	exponential := traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}
	for _, tt := range []struct {
		name      string
		trunk     trunk
		want      acceptance.Verdict
		low, high float64
		long      bool
	}{
		{"30 circuits sized for 1 % hold", trunk{circuits: 30, offered: 20, hold: exponential}, acceptance.Holds, 0.95, 1, false},
		{"27 instead of 30 circuits do not", trunk{circuits: 27, offered: 20, hold: exponential}, acceptance.DoesNotHold, 0.95, 1, false},
		{"blocking at the promise", trunk{circuits: 30, offered: promised, hold: exponential}, acceptance.Holds, 0.93, 0.98, false},
		{"fixed holding times", trunk{circuits: 30, offered: 20, hold: traffic.Duration{Mean: 180 * time.Second}}, acceptance.Holds, 0.95, 1, true},
		{"lognormal holding times", trunk{circuits: 30, offered: 20,
			hold: traffic.Duration{Law: traffic.Lognormal, Mean: 180 * time.Second}}, acceptance.Holds, 0.95, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.long && !*long {
				t.Skip("with -long")
			}
			d := design(t, 30, tt.trunk.offered)
			reached, opposite := uint64(0), uint64(0)
			for seed := range simulations() {
				switch tt.trunk.test(t, seed, d).Verdict {
				case tt.want:
					reached++
				case acceptance.CannotTell:
				default:
					opposite++
				}
			}
			within(t, tt.want.String(), reached, simulations(), tt.low, tt.high)
			within(t, "the opposite", opposite, simulations(), 0, 0.035)
		})
	}
}

// TestLiveAgreesWithTheFormula compares trunks with Erlang B at the erlangs really offered.
func TestLiveAgreesWithTheFormula(t *testing.T) {
	hold := traffic.Duration{Law: traffic.Exponential, Mean: 6 * time.Second}
	for _, tt := range []struct {
		name      string
		circuits  int
		want      acceptance.Agreement
		low, high float64
	}{
		{"30 circuits block like 30", 30, acceptance.Agrees, 0.95, 1},
		{"26 circuits block like fewer", 26, acceptance.BlocksMore, 0.95, 1},
		{"36 circuits block like more", 36, acceptance.BlocksLess, 0.95, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := trunk{circuits: tt.circuits, offered: 20, hold: hold}
			d := design(t, 30, 20)
			count := uint64(0)
			const n = 100
			for seed := range uint64(n) {
				if k.test(t, seed, d).Agreement == tt.want {
					count++
				}
			}
			within(t, tt.want.String(), count, n, tt.low, tt.high)
		})
	}
}
