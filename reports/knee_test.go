package reports

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/search"
)

// kneeAt returns a system that breaks above a load.
func kneeAt(knee float64) search.Trial {
	return func(_ context.Context, load float64, calls uint64) (search.Outcome, error) {
		out := search.Outcome{Verdict: acceptance.Holds, Measured: search.Measured{
			Calls: calls, CAPS: load, Answered: calls, PDD: 42 * time.Millisecond, PDDKnown: true,
		}}
		if load > knee {
			out.Verdict, out.Why = acceptance.DoesNotHold, []string{fmt.Sprintf("3 of %d calls failed; 0 %% may.", calls)}
			out.Measured.Failed, out.Measured.Blocked, out.Measured.Answered = 3, 3, calls-3
		}
		return out, nil
	}
}

// kneeResult returns what commands hand over, around a search.
func kneeResult(what, method string, result search.Result, err error) KneeResult {
	if err != nil {
		panic(err)
	}
	return KneeResult{
		What: what, Method: method, Target: "sip:10.1.2.3", Transport: "UDP", Version: "1.2.3", Started: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Elapsed: 90 * time.Second, Limits: search.Limits{Retransmissions: 0.01, PDD: 250 * time.Millisecond, Establish: time.Second},
		Bound: search.Bound{Load: 500, Why: "this machine keeps 500 calls/s against itself (cpu)"}, Result: result,
		RFC: search.RFC7502{Attempts: 2000, Start: 100, Step: 0.1}, Media: "none", Step: 5 * time.Second,
	}
}

func knees(t testing.TB) map[string]*Knee {
	t.Helper()
	bound := search.Bound{Load: 500, Why: "this machine keeps 500 calls/s against itself (cpu)"}
	bisect := func(knee float64) (search.Result, error) {
		b := search.Bisection{From: 10, Precision: 0.05, Calls: func(load float64) uint64 { return uint64(5 * load) }}
		return b.Run(t.Context(), kneeAt(knee), bound)
	}
	rfc := func() (search.Result, error) {
		return search.RFC7502{Attempts: 2000}.Run(t.Context(), kneeAt(150), bound)
	}
	result, err := bisect(88)
	required := kneeResult("caps", "bisect", result, err)
	required.Required = 100
	found, err := bisect(1e9)
	all := map[string]*Knee{"find-caps": NewKnee(required), "find-floor": NewKnee(kneeResult("ports", "bisect", found, err))}
	found, err = rfc()
	all["find-rfc7502"] = NewKnee(kneeResult("caps", "rfc7502", found, err))
	found, err = bisect(0)
	all["find-nothing"] = NewKnee(kneeResult("caps", "bisect", found, err))
	return all
}

func TestKneesRenderAsInTheGoldenFiles(t *testing.T) {
	for name, knee := range knees(t) {
		for extension, write := range map[string]func(io.Writer) error{
			".txt":  func(w io.Writer) error { return knee.Document().Write(w, Text) },
			".csv":  func(w io.Writer) error { return knee.Document().Write(w, CSV) },
			".json": func(w io.Writer) error { return WriteJSON(w, knee) },
		} {
			t.Run(name+extension, func(t *testing.T) {
				var page bytes.Buffer
				if err := write(&page); err != nil {
					t.Fatal(err)
				}
				golden(t, name+extension, page.Bytes())
			})
		}
	}
}

func TestKneesConformToTheirSchema(t *testing.T) {
	for name, knee := range knees(t) {
		check := schemaCheck{root: publishedSchema(t, "find-1")}
		check.value(name, check.root, asJSON(t, knee))
		for _, problem := range check.problems {
			t.Error(problem)
		}
	}
}

// A trial that the generator spoilt and that held when it was repeated used to stand on the first screen as what ended the search.
func TestATrialThatHeldAtItsSecondTryIsNotInTheAnswer(t *testing.T) {
	spoilt := search.Outcome{Verdict: acceptance.CannotTell, Why: []string{"The generator was the limit."}}
	held := search.Outcome{Verdict: acceptance.Holds}
	for _, tt := range []struct {
		name  string
		steps []search.Step
		said  bool
	}{
		{"held when it was repeated", []search.Step{{Load: 40, Outcome: spoilt}, {Load: 40, Outcome: held}, {Load: 80, Outcome: held}}, false},
		{"never told above what held", []search.Step{{Load: 80, Outcome: held}, {Load: 160, Outcome: spoilt}}, true},
	} {
		k := NewKnee(KneeResult{What: "caps", Method: "bisect", Result: search.Result{Held: 80, Floor: true, Steps: tt.steps}})
		if said := strings.Contains(strings.Join(k.Answer, " "), "The generator was the limit."); said != tt.said {
			t.Errorf("%s: %q", tt.name, k.Answer)
		}
	}
}

func TestVerdictOfASearch(t *testing.T) {
	step := func(v acceptance.Verdict) []search.Step {
		return []search.Step{{Load: 10, Outcome: search.Outcome{Verdict: v}}}
	}
	for _, tt := range []struct {
		name     string
		required float64
		result   search.Result
		want     acceptance.Verdict
		answer   string
	}{
		{"found", 0, search.Result{Held: 80, Broke: 90, Converged: true}, acceptance.Holds, "The target holds 80 calls per second, and not 90."},
		{"a floor", 0, search.Result{Held: 80, Floor: true}, acceptance.Holds, "at least 80 calls per second: a floor"},
		{"more than required", 50, search.Result{Held: 80, Broke: 90, Converged: true}, acceptance.Holds, "The required 50 calls per second hold."},
		{"less than required", 100, search.Result{Held: 80, Broke: 90, Converged: true}, acceptance.DoesNotHold, "The required 100 calls per second do not hold."},
		{"a floor below what is required proves nothing", 100, search.Result{Held: 80, Floor: true}, acceptance.CannotTell,
			"Cannot tell whether the required 100 calls per second hold."},
		{"interrupted below what is required", 100, search.Result{Held: 80, Floor: true, Interrupted: true}, acceptance.CannotTell, "Cannot tell"},
		{"nothing holds", 0, search.Result{Steps: step(acceptance.DoesNotHold)}, acceptance.DoesNotHold, "No load held: not even 10 calls per second."},
		{"the generator could not judge a single one", 0, search.Result{Steps: step(acceptance.CannotTell)}, acceptance.CannotTell,
			"Nothing is known about the target: no load was judged."},
		{"interrupted in the first trial", 0, search.Result{Interrupted: true}, acceptance.CannotTell, "Nothing is known about the target"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := NewKnee(KneeResult{What: "caps", Method: "bisect", Required: tt.required, Result: tt.result})
			if k.Verdict != tt.want || !strings.Contains(k.Answer[0], tt.answer) {
				t.Errorf("%s, %q; want %s, %q", k.Verdict, k.Answer, tt.want, tt.answer)
			}
		})
	}
}
