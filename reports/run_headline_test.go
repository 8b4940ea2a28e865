package reports

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// ending returns a run of 9,600 calls of which most ended in a class, by a host that was also late.
func ending(class measure.Class, code int) RunResult {
	m := &measure.Measurement{Offered: 9600, Started: 9600, InvitesSent: 9600, Completed: 2225, Seized: 2225, BusyTime: time.Hour, CircuitTime: time.Hour}
	m.Outcomes[measure.Answered], m.Outcomes[class] = 2225, 7375
	m.Codes[200], m.Codes[code] = 2225, 7375
	r := result("blast")
	r.Steady = m
	r.Health[0] = measure.Check{Name: "lateness_p99", State: measure.Limited, Why: "this host was late"}
	return r
}

func TestTheFirstSentenceSaysHowMostCallsEnded(t *testing.T) {
	for _, tt := range []struct {
		name  string
		class measure.Class
		code  int
		want  string
	}{
		{"nobody there", measure.Unreachable, 0, "7,375 of 9,600 calls (76.8 %) found nobody at the target: unreachable."},
		{"mute", measure.Timeout, 0, "7,375 of 9,600 calls (76.8 %) got no answer in time: timeout."},
		{"forbidden", measure.Policy, 403, "7,375 of 9,600 calls (76.8 %) were refused by a rule of the target: policy, 403."},
		{"busy", measure.User, 486, "7,375 of 9,600 calls (76.8 %) were refused by the called user: user, 486."},
		{"blocked", measure.Blocked, 503, "7,375 of 9,600 calls (76.8 %) found no circuit free: blocked, 503."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := NewRun(withGates(t, ending(tt.class, tt.code), "asr >= 98%"))
			if got := run.Document().Answer; got[0] != tt.want {
				t.Errorf("says first %q, want %q", got[0], tt.want)
			}
			if run.Why[0] != tt.want {
				t.Errorf("the first reason is %q, want %q", run.Why[0], tt.want)
			}
			var junit bytes.Buffer
			if err := run.WriteJUnit(&junit); err != nil || !strings.Contains(junit.String(), `message="`+tt.want) {
				t.Errorf("JUnit does not begin with the reason (%v):\n%s", err, junit.String())
			}
		})
	}
}

func TestTheFirstScreenSaysWhatToTry(t *testing.T) {
	for _, tt := range []struct {
		name  string
		class measure.Class
		code  int
		opens string
		want  string
	}{
		{"no credentials", measure.Policy, 401, "", "--auth-user"},
		{"a proxy's challenge", measure.Policy, 407, "", "SIPPLAN_PASSWORD"},
		{"a registrar's challenge", measure.Policy, 401, "REGISTER", "--auth-user"},
		{"an unknown number", measure.Number, 404, "", "sip:NUMBER@HOST"},
		{"an unknown address of record", measure.Number, 404, "REGISTER", ""},
		{"a refused description", measure.Policy, 488, "", "--codecs"},
		{"busy", measure.User, 486, "", "--busy-codes 486"},
		{"sent elsewhere", measure.Redirected, 302, "", "--redirects follow"},
		{"an error of the target's own", measure.TargetError, 500, "", ""},
		{"some were taken", measure.Blocked, 503, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ending(tt.class, tt.code)
			r.Load.Opens = tt.opens
			got := NewRun(r).headlines()
			if tt.want == "" {
				if len(got) != 1 {
					t.Errorf("says %q, want how the calls ended alone", got)
				}
			} else if len(got) != 2 || !strings.Contains(got[1], tt.want) {
				t.Errorf("says %q, want %q", got, tt.want)
			}
		})
	}
}

func TestATrunkThatTakesNoCallMayBeOutOfService(t *testing.T) {
	r := ending(measure.Blocked, 503)
	m := r.Steady
	m.Outcomes[measure.Answered], m.Outcomes[measure.Blocked] = 0, 9600
	m.Codes[200], m.Codes[503] = 0, 9600
	m.Seized, m.Completed = 0, 0
	if got := NewRun(r).headlines(); len(got) != 2 || !strings.Contains(got[1], "out of service") {
		t.Errorf("says %q", got)
	}
}

// Four gates that a busy host left open used to fill the first screen with one reason.
func TestGatesThatAreOpenForOneReasonShareASentence(t *testing.T) {
	r := result("blast")
	r.Health = append(r.Health, measure.Check{Name: "rtp_lateness_p99", Media: true, State: measure.Limited, Why: "this host was late"})
	run := NewRun(withGates(t, r, "mos p5 >= 4.0", "rtp_loss < 1%", "rtp_silent == 0"))
	want := []string{"Gates mos p5 >= 4.0, rtp_loss < 1%, rtp_silent == 0: the generator was the limit: this host was late."}
	if !slices.Equal(run.Why, want) {
		t.Errorf("says %q, want %q", run.Why, want)
	}
	if answer := run.Document().Answer; !strings.HasPrefix(answer[len(answer)-1], "Repeat it") {
		t.Errorf("ends with %q", answer[len(answer)-1])
	}
}

// One call is what somebody tries first.
func TestOneCallIsSingular(t *testing.T) {
	r := result("blast")
	r.Steady = &measure.Measurement{Offered: 1, Started: 1, InvitesSent: 1}
	r.Steady.Outcomes[measure.Policy], r.Steady.Codes[403] = 1, 1
	for i, want := range []string{
		"1 of 1 call (100 %) was refused by a rule of the target: policy, 403.",
		"A target that forbids all calls may not know this host, or the caller: --from names another one.",
		"The run is complete: 0 of 1 call was answered. No gate was set.",
	} {
		if got := NewRun(r).Document().Answer[i]; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAnsweredCallsNeedNoHeadline(t *testing.T) {
	if got := NewRun(result("blast")).headlines(); len(got) != 0 {
		t.Errorf("says %q", got)
	}
}

// A target that answers with port 0 used to leave a first screen on which nothing was wrong.
func TestATargetThatTakesNoMediaIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lasted time.Duration
		want   string
	}{
		{"calls of seconds", 3 * time.Second, "No RTP flowed in either direction: in 6 calls the target answered that it takes none, by port 0 or on hold."},
		{"calls too short for a packet", 5 * time.Millisecond, ""},
	} {
		r := result("blast")
		r.Steady.Media = measure.Media{Legs: 6}
		r.Steady.Delays[measure.SDT] = measure.Histogram{}
		r.Steady.Delays[measure.SDT].Record(tt.lasted)
		if got := NewRun(r).oneWay(); got != tt.want {
			t.Errorf("%s: says %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNoAudioAtAllIsSaidFirst(t *testing.T) {
	r := result("blast")
	m := &r.Steady.Media
	m.Silent, m.Received, m.Expected, m.Lost, m.LegLoss = m.Legs, 0, 0, 0, measure.Shares{}
	want := "No RTP came back from the target: 2,964,900 packets went out in 9,883 calls, and none came in."
	if got := NewRun(r).Document().Answer[0]; got != want {
		t.Errorf("says first %q, want %q", got, want)
	}
	m.Foreign = 1200
	want = "Nothing could be heard of the target: 2,964,900 packets went out in 9,883 calls, and the 1,200 that came in belonged to none of their streams."
	if got := NewRun(r).Document().Answer[0]; got != want {
		t.Errorf("where packets came says first %q, want %q", got, want)
	}
}

func TestLateRTPLeavesCallsTheirVerdict(t *testing.T) {
	late := func() RunResult {
		r := result("blast")
		r.Health = append(r.Health, measure.Check{Name: "rtp_lateness_p99", State: measure.Limited, Media: true, Why: "RTP left late"})
		return r
	}
	run := NewRun(withGates(t, late(), "blocking <= 2%"))
	if run.Verdict != gate.Pass || run.Health.Limited || !run.Health.MediaLimited {
		t.Errorf("a gate on blocking is %s, because %q", run.Verdict, run.Why)
	}
	if got := strings.Join(run.Document().Answer, "\n"); !strings.Contains(got, "The figures of RTP prove nothing about the target: RTP left late.") {
		t.Errorf("the report hides it: %s", got)
	}
	if run = NewRun(withGates(t, late(), "blocking <= 2%", "rtp_loss <= 1%")); run.Verdict != gate.Inconclusive || run.Gates[0].Verdict != gate.Pass {
		t.Errorf("with a gate on RTP the run is %s, and that on blocking %s", run.Verdict, run.Gates[0].Verdict)
	}
	if run = NewRun(withPromise(t, late(), 0.01)); run.Verdict != gate.Pass {
		t.Errorf("the verdict on the trunk is spoilt: %q", run.Why)
	}
}
