package acceptance_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// finished returns the evidence of a test in which calls arrived at 2 a second, each that was not
// blocked held a circuit for 10 s, and so 20 E were offered.
func finished(calls, blocked uint64) acceptance.Evidence {
	m := &measure.Measurement{Offered: calls, Started: calls, Seized: calls - blocked}
	m.Outcomes[measure.Blocked] = blocked
	m.Outcomes[measure.Answered] = calls - blocked
	m.CircuitTime = time.Duration(m.Seized) * 10 * time.Second
	m.BusyTime = m.CircuitTime
	return acceptance.Evidence{
		Measured: m, Window: time.Duration(calls) * time.Second / 2,
		Ports: 30, Planned: 20, Promise: acceptance.Promise{Blocking: 0.01},
	}
}

// turn moves answered calls into another class.
func turn(e acceptance.Evidence, class measure.Class, calls uint64) acceptance.Evidence {
	e.Measured.Outcomes[measure.Answered] -= calls
	e.Measured.Outcomes[class] += calls
	e.Measured.Seized -= calls
	e.Measured.CircuitTime -= time.Duration(calls) * 10 * time.Second
	e.Measured.BusyTime = e.Measured.CircuitTime
	return e
}

func judge(t testing.TB, e acceptance.Evidence) acceptance.Judgement {
	t.Helper()
	j, err := acceptance.Judge(e)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// with returns the evidence after a change.
func with(e acceptance.Evidence, change func(*acceptance.Evidence)) acceptance.Evidence {
	change(&e)
	return e
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		evidence acceptance.Evidence
		want     acceptance.Verdict
		why      string
	}{
		{"as planned", finished(10_000, 85), acceptance.Holds,
			"85 of 10,000 calls were blocked (0.85 %); with 95 % confidence blocking is between 0.528 % and 1.37 %: " +
				"not shown to be above the promised 1 %, and below the tolerated 2 %."},
		{"clearly worse than promised", finished(10_000, 268), acceptance.DoesNotHold, "above the promised 1 %."},
		{"a little worse than promised, shown by many calls", finished(200_000, 2600), acceptance.DoesNotHold,
			"2,600 of 200,000 calls were blocked (1.3 %)"},
		{"too few calls", finished(500, 4), acceptance.CannotTell,
			"neither above the promised 1 % nor below the tolerated 2 %. About 2,1"},
		{"500 calls and none blocked are no proof either", finished(500, 0), acceptance.CannotTell,
			"0 of 500 calls were blocked (0 %); with 95 % confidence blocking is between 0 % and 3.81 %"},
		{"every call blocked", finished(10_000, 10_000), acceptance.DoesNotHold, "10,000 of 10,000 calls were blocked (100 %)"},
		{"blocked exactly as promised would hold", finished(20_000, 200), acceptance.Holds, "200 of 20,000"},

		{"nothing offered", acceptance.Evidence{Measured: &measure.Measurement{}, Window: time.Second,
			Promise: acceptance.Promise{Blocking: 0.01}}, acceptance.CannotTell, "No call was offered to the trunk."},
		{"every number was wrong", turn(finished(10_000, 0), measure.Number, 10_000), acceptance.CannotTell,
			"None of 10,000 calls got as far as a circuit: 10,000 number."},
		{"a few timeouts change nothing", turn(finished(10_000, 85), measure.Timeout, 10), acceptance.Holds, "between 0.528 % and 1.49 %"},
		{"many timeouts may hide blocking", turn(finished(10_000, 85), measure.Timeout, 200), acceptance.CannotTell,
			"More calls would not help while 200 of them say nothing about capacity."},
		{"a target that fails and blocks", turn(finished(10_000, 500), measure.TargetError, 2000), acceptance.DoesNotHold, "above"},

		{"interrupted", with(finished(10_000, 85), func(e *acceptance.Evidence) { e.Interrupted = true }),
			acceptance.CannotTell, "The test was interrupted."},
		{"the generator was late", with(finished(10_000, 268), func(e *acceptance.Evidence) {
			e.Health = measure.Health{{Name: "lateness_p99", State: measure.Limited, Why: "the 99th percentile of lateness was 31 ms, above 10 ms"}}
		}), acceptance.CannotTell, "The generator was the limit: the 99th percentile of lateness was 31 ms, above 10 ms."},
		{"a detector that could not look accuses nobody", with(finished(10_000, 85), func(e *acceptance.Evidence) {
			e.Health = measure.Health{{Name: "receive_drops", State: measure.Unavailable, Why: "no /proc"}}
		}), acceptance.Holds, ""},
		{"the accounting does not close", with(finished(10_000, 85), func(e *acceptance.Evidence) { e.Measured.Offered++ }),
			acceptance.CannotTell, "The accounting does not close: offered is 10001, but outcomes and calls in progress sum to 10000; offered is"},
		{"2 % of the calls were never started", with(finished(10_000, 85), func(e *acceptance.Evidence) {
			e.Measured.Offered += 200
			e.Measured.Outcomes[measure.NotStarted], e.Measured.NotStarted[measure.NoCallSlot] = 200, 200
		}), acceptance.CannotTell, "The generator did not start 200 of 10,200 calls (1.96 %; at most 1 % may be missing)."},
		{"0.5 % never started may have been blocked", with(finished(10_000, 85), func(e *acceptance.Evidence) {
			e.Measured.Offered += 50
			e.Measured.Outcomes[measure.NotStarted], e.Measured.NotStarted[measure.NoCallSlot] = 50, 50
		}), acceptance.Holds, "between 0.528 % and 1.96 %"},

		{"less traffic than the promise is for", with(finished(10_000, 85), func(e *acceptance.Evidence) { e.Planned = 25 }),
			acceptance.CannotTell, "Only 20 E of the 25 E for which the promise was made were offered."},
		{"more traffic than the promise is for", with(finished(10_000, 268), func(e *acceptance.Evidence) { e.Planned = 17 }),
			acceptance.CannotTell, "20 E were offered, more than the 17 E for which the promise was made"},
		{"a promise for any traffic", with(finished(10_000, 85), func(e *acceptance.Evidence) { e.Planned = 0 }), acceptance.Holds, ""},

		{"evenly spaced calls show no good", with(finished(10_000, 85), func(e *acceptance.Evidence) { e.Arrivals = traffic.Constant }),
			acceptance.CannotTell, "Calls came evenly spaced"},
		{"evenly spaced calls show bad", with(finished(10_000, 268), func(e *acceptance.Evidence) { e.Arrivals = traffic.Constant }),
			acceptance.DoesNotHold, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judge(t, tt.evidence)
			if j.Verdict != tt.want || len(j.Why) == 0 || !strings.Contains(j.Why[0], tt.why) {
				t.Errorf("%s, because %q; want %s, because %q", j.Verdict, j.Why, tt.want, tt.why)
			}
		})
	}
}

// What nothing in the evidence asks for is not assumed.
func TestAssumptionsAreThoseOfTheEvidence(t *testing.T) {
	if j := judge(t, finished(10_000, 85)); len(j.Assumptions) != 1 || !strings.Contains(j.Assumptions[0], "from the INVITE") {
		t.Errorf("a plain run assumes %q, want no more than how long a circuit is held", j.Assumptions)
	}
	one := judge(t, turn(finished(10_000, 85), measure.Timeout, 1))
	if all := strings.Join(one.Assumptions, " "); len(one.Assumptions) != 2 || !strings.Contains(all, "1 call never got as far as a circuit (1 timeout)") {
		t.Errorf("one timeout: %q", one.Assumptions)
	}
}

func TestMoreCallsThatShouldDecideDoDecide(t *testing.T) {
	for _, tt := range []struct {
		name           string
		calls, blocked uint64
		whole          func(float64) float64 // blocked calls are whole
		want           acceptance.Verdict
	}{
		{"well below the promise", 1000, 5, math.Floor, acceptance.Holds},
		{"between promise and tolerated limit", 2000, 30, math.Ceil, acceptance.DoesNotHold},
	} {
		t.Run(tt.name, func(t *testing.T) {
			again := func(calls uint64) acceptance.Judgement {
				return judge(t, finished(calls, uint64(tt.whole(float64(calls*tt.blocked)/float64(tt.calls)))))
			}
			j := again(tt.calls)
			if j.Verdict != acceptance.CannotTell || j.MoreCalls == 0 {
				t.Fatalf("%s with %d more calls", j.Verdict, j.MoreCalls)
			}
			all := (tt.calls + j.MoreCalls) * 102 / 100
			if j := again(all); j.Verdict != tt.want {
				t.Errorf("with %d calls: %s, %q", all, j.Verdict, j.Why)
			}
			if j := again(tt.calls + j.MoreCalls/2); j.Verdict != acceptance.CannotTell {
				t.Errorf("with half of the calls wanted: %s", j.Verdict)
			}
		})
	}
}

// answering returns the evidence of 10,000 calls of which 85 were blocked and some answered with a code.
func answering(code int, calls uint64) acceptance.Evidence {
	e := turn(finished(10_000, 85), measure.User, calls)
	e.Measured.InvitesSent = 10_000
	e.Measured.Codes[200], e.Measured.Codes[503] = 9915-calls, 85
	e.Measured.Codes[code] += calls
	return e
}

func TestBusyThatMayBeTheTrunksOwn(t *testing.T) {
	for _, tt := range []struct {
		name     string
		evidence acceptance.Evidence
		want     acceptance.Verdict
		why      string // in the first sentence
	}{
		{"10.7 % busy would break the promise if the trunk said so", answering(486, 1070), acceptance.CannotTell,
			"1,070 of 10,000 calls were answered 486 (busy): if this trunk says so when its circuits are busy, repeat with " +
				"--busy-codes 486 (blocking would be 11.6 %); if only the called users can have said so, repeat with --busy-codes 503."},
		{"480 may be meant as well", answering(480, 300), acceptance.CannotTell, "--busy-codes 480 (blocking would be 3.85 %)"},
		{"and 603", answering(603, 300), acceptance.CannotTell, "answered 603 (declined)"},
		{"two codes", with(answering(486, 300), func(e *acceptance.Evidence) { e.Measured.Codes[486], e.Measured.Codes[480] = 200, 100 }),
			acceptance.CannotTell, "answered 480 (unavailable) or 486 (busy): if this trunk says so when its circuits are busy, repeat with --busy-codes 480,486"},
		{"few change nothing", answering(486, 10), acceptance.Holds, "85 of 10,000 calls were blocked"},
		{"our own CANCEL is nobody's refusal", answering(487, 1070), acceptance.Holds, "85 of 10,000"},
		{"a Q.850 cause names the called user", with(answering(486, 300), func(e *acceptance.Evidence) { e.Measured.Causes[17] = 300 }),
			acceptance.Holds, "85 of"},
		{"the user has said what means busy circuits", with(answering(486, 300), func(e *acceptance.Evidence) { e.BusyCodes = []int{503} }),
			acceptance.Holds, "85 of"},
		{"a trunk that blocks too much does so with or without", func() acceptance.Evidence {
			e := turn(finished(10_000, 500), measure.User, 300)
			e.Measured.InvitesSent, e.Measured.Codes[200], e.Measured.Codes[486] = 10_000, 9200, 300
			return e
		}(), acceptance.DoesNotHold, "above the promised 1 %"},
		{"more calls would not tell", func() acceptance.Evidence {
			e := turn(finished(500, 4), measure.User, 50)
			e.Measured.InvitesSent, e.Measured.Codes[200], e.Measured.Codes[486] = 500, 446, 50
			return e
		}(), acceptance.CannotTell, "50 of 500 calls were answered 486 (busy)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if j := judge(t, tt.evidence); j.Verdict != tt.want || !strings.Contains(j.Why[0], tt.why) {
				t.Errorf("%s, because %q; want %s, because %q", j.Verdict, j.Why, tt.want, tt.why)
			}
		})
	}
}

func TestFewBusyCallsAreAnAssumptionInSight(t *testing.T) {
	j := judge(t, answering(486, 10))
	want := "10 calls were answered 486 (busy) without a Q.850 cause, which counts as the called user's doing; " +
		"if the trunk says so when it is full, it blocked 0.95 %."
	for name, sentences := range map[string][]string{"why": j.Why, "assumptions": j.Assumptions} {
		if !slices.Contains(sentences, want) {
			t.Errorf("%s is %q, want %q in it", name, sentences, want)
		}
	}
}

func TestLiveCallsBesideTheFormula(t *testing.T) {
	for _, tt := range []struct {
		name     string
		evidence acceptance.Evidence
		want     acceptance.Agreement
		says     string
	}{
		{"as Erlang says", finished(10_000, 85), acceptance.Agrees,
			"20 E were offered, of which Erlang B blocks 0.846 % on 30 circuits: live calls agree."},
		{"like fewer circuits", finished(10_000, 268), acceptance.BlocksMore,
			"live calls do not agree, the trunk blocks like 26 to 28 circuits."},
		{"nothing blocked at all", finished(10_000, 0), acceptance.BlocksLess,
			"live calls do not agree, the trunk blocks like 33 or more circuits."},
		{"circuits not known", func() acceptance.Evidence { e := finished(10_000, 85); e.Ports = 0; return e }(), acceptance.Unknown, ""},
		{"no call held a circuit", finished(10_000, 10_000), acceptance.Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judge(t, tt.evidence)
			if j.Agreement != tt.want || !strings.Contains(strings.Join(j.Why, "\n"), tt.says) {
				t.Errorf("%s: %q, want %s: %q", j.Agreement, j.Why, tt.want, tt.says)
			}
		})
	}
}

func TestErlangsOfAJudgement(t *testing.T) {
	j := judge(t, finished(10_000, 100))
	if math.Abs(j.Offered-20) > 1e-9 || math.Abs(j.Carried-19.8) > 1e-9 {
		t.Errorf("offered %v E and carried %v E, want 20 and 19.8", j.Offered, j.Carried)
	}
}

func TestJudgeRefusesBadInput(t *testing.T) {
	_, err := acceptance.Judge(acceptance.Evidence{Ports: -1, Planned: math.NaN()})
	for _, want := range []string{
		"measured: is missing", "window: must be longer than 0, got 0s", "ports: must not be negative, got -1",
		"planned: must be a number of erlangs, got NaN", "blocking: must be between 0 % and 100 %, got 0 %",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestWordsOfVerdicts(t *testing.T) {
	for got, want := range map[fmt.Stringer]string{
		acceptance.Verdict(0): "cannot tell", acceptance.Holds: "holds", acceptance.DoesNotHold: "does not hold",
		acceptance.Agreement(0): "unknown", acceptance.Agrees: "agrees", acceptance.BlocksMore: "blocks more",
		acceptance.BlocksLess: "blocks less",
	} {
		if got.String() != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func ExampleJudge() {
	j, err := acceptance.Judge(finished(10_000, 268))
	if err != nil {
		panic(err)
	}
	fmt.Println(j.Verdict)
	for _, sentence := range j.Why {
		fmt.Println(sentence)
	}
	// Output:
	// does not hold
	// 268 of 10,000 calls were blocked (2.68 %); with 95 % confidence blocking is between 2.03 % and 3.53 %: above the promised 1 %.
	// 20 E were offered, of which Erlang B blocks 0.846 % on 30 circuits: live calls do not agree, the trunk blocks like 26 to 28 circuits.
}

func TestAPlanThatCannotHoldIsSaidSo(t *testing.T) {
	e := finished(10_000, 6810)
	e.Ports = 10
	want := "The plan itself cannot hold: Erlang B says 53.8 % for 10 circuits at 20 E."
	if j := judge(t, e); !slices.Contains(j.Why, want) {
		t.Errorf("says %q, want %q", j.Why, want)
	}
	if j := judge(t, finished(10_000, 85)); strings.Contains(strings.Join(j.Why, " "), "plan itself") {
		t.Errorf("a plan that holds is accused: %q", j.Why)
	}
}
