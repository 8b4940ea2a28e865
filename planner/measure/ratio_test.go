package measure_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// rfc6076 is the vector of facts/sip-standards-and-reliability.md section 1.1: 1000 offered; 20 × 302 not
// followed, 900 × 200, 30 × 486, 10 × 480, 15 × 503, 5 × 408, 10 × 404, 10 × 500; 4 without a BYE answer.
func rfc6076() *measure.Measurement {
	m := &measure.Measurement{Offered: 1000, Started: 1000, InvitesSent: 1000, Completed: 896, Dropped: 4}
	for code, result := range map[int]struct {
		class measure.Class
		calls uint64
	}{
		302: {measure.Redirected, 20}, 200: {measure.Answered, 900}, 486: {measure.User, 30},
		480: {measure.User, 10}, 503: {measure.Blocked, 15}, 408: {measure.Timeout, 5},
		404: {measure.Number, 10}, 500: {measure.TargetError, 10},
	} {
		m.Codes[code] = result.calls
		m.Outcomes[result.class] += result.calls
	}
	return m
}

func TestRatiosOfTheRFC6076Vector(t *testing.T) {
	m := rfc6076()
	if err := m.CheckAccounting(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		got  measure.Ratio
		want measure.Ratio
	}{
		{"SER leaves redirections out", m.SER(), measure.Ratio{900, 980}},
		{"SEER counts what the called user decided", m.SEER(), measure.Ratio{940, 980}},
		{"ISA keeps redirections in the denominator", m.ISA(), measure.Ratio{30, 1000}},
		{"SCR counts ended calls by all calls", m.SCR(), measure.Ratio{896, 1000}},
		{"ABR is answered by bids", m.ABR(), measure.Ratio{900, 1000}},
		{"ASR is answered by seizures, and a mute target seizes nothing", m.ASR(), measure.Ratio{900, 960}},
		{"NER adds the user's refusals", m.NER(), measure.Ratio{940, 960}},
		{"blocking is capacity refusals by requests", m.Blocking(), measure.Ratio{15, 980}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %d/%d, want %d/%d",
					tt.got.Numerator, tt.got.Denominator, tt.want.Numerator, tt.want.Denominator)
			}
		})
	}
	if got := m.Undecided(); got != 25 {
		t.Errorf("undecided is %d, want 5 timeouts, 10 wrong numbers and 10 errors", got)
	}
}

func TestRefusalsCountTheCausesThatTheyHave(t *testing.T) {
	var r measure.Refusals
	r.Count(404, 1) // unallocated number, the first of Q.850
	r.Count(503, 0) // none
	if r.Codes[404] != 1 || r.Codes[503] != 1 || r.Causes[1] != 1 || r.Causes[0] != 0 {
		t.Errorf("404 × %d, 503 × %d; cause 1 × %d, no cause × %d", r.Codes[404], r.Codes[503], r.Causes[1], r.Causes[0])
	}
}

// A call that a second trunk answered was effective, however many trunks refused it before; one that all of them
// refused was ineffective once.
func TestRefusalsOfTriesThatWentOnCountForNoRatio(t *testing.T) {
	m := &measure.Measurement{Offered: 10, Started: 10, InvitesSent: 28, Completed: 6}
	m.Outcomes[measure.Answered], m.Outcomes[measure.Blocked], m.Outcomes[measure.User] = 6, 3, 1
	m.Codes[200], m.Codes[503], m.Codes[486], m.Codes[302], m.Causes[17] = 6, 18, 3, 1, 3
	for range 15 {
		m.MovedOn.Count(503, 0)
	}
	for range 2 {
		m.MovedOn.Count(486, 17)
	}
	m.MovedOn.Count(302, 0)
	if err := m.CheckAccounting(); err != nil {
		t.Fatal(err)
	}
	if got, want := m.ISA(), (measure.Ratio{3, 10}); got != want {
		t.Errorf("ISA is %v, want %v", got, want)
	}
	if got, want := m.SEER(), (measure.Ratio{7, 10}); got != want {
		t.Errorf("SEER is %v, want %v", got, want)
	}
	if codes, causes := m.EndedWith(486, 302), m.EndedWithCause(16, 17); codes != 1 || causes != 1 {
		t.Errorf("%d calls ended with 486 or 302 and %d with cause 17, want the one that nobody took on", codes, causes)
	}
}

func TestIneffectiveAreTheCodesOfRFC6076(t *testing.T) {
	for code := 400; code < 700; code++ {
		m := &measure.Measurement{Offered: 10, Started: 10, InvitesSent: 10}
		m.Outcomes[measure.TargetError], m.Codes[code] = 10, 10
		want := measure.Ratio{Denominator: 10}
		if code == 500 || code == 503 || code == 504 {
			want.Numerator = 10
		}
		if got := m.ISA(); got != want { // a 408 is in the class of timeouts, which counts as a whole
			t.Errorf("ten calls that ended with %d: %v, want %v", code, got, want)
		}
	}
}

func TestRatiosWithoutCodesUseClasses(t *testing.T) {
	m := rfc6076()
	m.InvitesSent, m.Codes = 0, [700]uint64{}
	if got, want := m.SEER(), (measure.Ratio{940, 980}); got != want {
		t.Errorf("SEER is %v, want %v", got, want)
	}
	if got, want := m.ISA(), (measure.Ratio{30, 1000}); got != want {
		t.Errorf("ISA is %v, want %v", got, want)
	}
}

func TestTheGeneratorsOwnFailuresAreNoFaultOfTheTarget(t *testing.T) {
	m := rfc6076()
	want := m.Blocking()
	m.Offered += 300
	m.Started += 200
	m.Outcomes[measure.NotStarted] = 100
	m.Outcomes[measure.Aborted] = 150
	m.InProgress = 50
	if got := m.Blocking(); got != want {
		t.Errorf("blocking is %v, want %v", got, want)
	}
	if got, want := m.SCR().Denominator, uint64(1000); got != want {
		t.Errorf("bids are %d, want %d", got, want)
	}
}

func TestRatiosOfNothingAreUndefined(t *testing.T) {
	var m measure.Measurement
	for name, r := range map[string]measure.Ratio{
		"ser": m.SER(), "seer": m.SEER(), "isa": m.ISA(), "scr": m.SCR(), "asr": m.ASR(),
		"abr": m.ABR(), "ner": m.NER(), "blocking": m.Blocking(), "rtp_loss": m.Media.Loss(),
	} {
		if v, defined := r.Value(); defined || v != 0 {
			t.Errorf("%s of no calls is %v, defined %v", name, v, defined)
		}
	}
	if _, defined := m.ACD(); defined {
		t.Error("acd of no calls is defined")
	}
	if _, defined := m.OfferedErlangs(time.Hour); defined {
		t.Error("offered erlangs of no calls are defined")
	}
	if _, defined := m.CarriedErlangs(0); defined {
		t.Error("carried erlangs of an empty window are defined")
	}
}

func TestRatiosOfATargetThatIsNotThere(t *testing.T) {
	for _, class := range []measure.Class{measure.Unreachable, measure.Timeout} {
		m := &measure.Measurement{Offered: 9600, Started: 9600, InvitesSent: 9600}
		m.Outcomes[class] = 9600
		for name, r := range map[string]measure.Ratio{"asr": m.ASR(), "ner": m.NER(), "blocking": m.Blocking()} {
			if v, defined := r.Value(); defined {
				t.Errorf("all %s: %s is %v, although no call looked for a circuit", class, name, v)
			}
		}
		if got, want := m.ISA(), (measure.Ratio{9600, 9600}); got != want {
			t.Errorf("all %s: isa is %v, want %v (RFC 3261, 8.1.3.1)", class, got, want)
		}
		if got, want := m.SER(), (measure.Ratio{0, 9600}); got != want {
			t.Errorf("all %s: ser is %v, want %v", class, got, want)
		}
	}
}

func TestACDIsTheMeanSessionDuration(t *testing.T) {
	var m measure.Measurement
	m.Delays[measure.SDT].Record(2 * time.Second)
	m.Delays[measure.SDT].Record(4 * time.Second)
	if got, defined := m.ACD(); !defined || got != 3*time.Second {
		t.Errorf("acd is %s, defined %v; want 3s", got, defined)
	}
}

func TestLossNeverFallsBelowZero(t *testing.T) {
	m := measure.Media{Expected: 100, Received: 103, Lost: -3}
	if got, want := m.Loss(), (measure.Ratio{0, 100}); got != want {
		t.Errorf("loss is %v, want %v", got, want)
	}
}

func TestErlangsOfAWindow(t *testing.T) {
	// 30 calls in 60 s, 24 of them held a circuit for 4 s on average.
	// The last of them were planned to end after the window: 84 s of the 96 s passed inside it.
	m := measure.Measurement{Offered: 30, Started: 30, Seized: 24, CircuitTime: 96 * time.Second, BusyTime: 84 * time.Second}
	for _, tt := range []struct {
		name string
		of   func(time.Duration) (float64, bool)
		want float64
	}{
		{"carried is the circuit time inside the window, not what was planned", m.CarriedErlangs, 1.4},
		{"offered counts a blocked call like a carried one", m.OfferedErlangs, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, defined := tt.of(time.Minute)
			if !defined || math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("got %v, defined %v; want %v", got, defined, tt.want)
			}
		})
	}
}

func TestCarriedErlangsAreNotGuessedFromThePlan(t *testing.T) {
	m := measure.Measurement{Offered: 30, Started: 30, Seized: 24, CircuitTime: 96 * time.Second}
	if got, defined := m.CarriedErlangs(time.Minute); defined {
		t.Errorf("carried %v E although nobody measured the time in the window", got)
	}
	var idle measure.Measurement
	if got, defined := idle.CarriedErlangs(time.Minute); !defined || got != 0 {
		t.Errorf("a window without calls carried %v E, defined %v; want 0", got, defined)
	}
}

func ExampleRatio_Value() {
	var m measure.Measurement
	_, defined := m.ASR().Value()
	fmt.Println("before the first call:", defined)

	m.Offered, m.Started = 100, 100
	m.Outcomes[measure.Answered] = 72
	m.Outcomes[measure.User] = 8
	m.Outcomes[measure.Blocked] = 20
	asr, _ := m.ASR().Value()
	blocking, _ := m.Blocking().Value()
	fmt.Printf("ASR %.0f %%, blocking %.0f %%\n", asr*100, blocking*100)
	// Output:
	// before the first call: false
	// ASR 90 %, blocking 20 %
}
