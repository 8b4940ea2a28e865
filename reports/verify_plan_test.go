package reports

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/sim"
	"github.com/sipplan/sipplan/reports/gate"
)

// streamResult returns the test of a stream in which so many of 10,000 calls were blocked.
func streamResult(t testing.TB, s acceptance.Stream, blocked uint64) StreamResult {
	t.Helper()
	m := &measure.Measurement{Offered: 10_000, Started: 10_000, InvitesSent: 10_000, Seized: 10_000 - blocked, Completed: 10_000 - blocked}
	m.Outcomes[measure.Blocked], m.Outcomes[measure.Answered] = blocked, 10_000-blocked
	m.Codes[503], m.Codes[200] = blocked, 10_000-blocked
	m.CircuitTime = time.Duration(m.Seized) * 10 * time.Second
	m.BusyTime = m.CircuitTime
	window := time.Duration(10_000 / s.Erlangs * 10 * float64(time.Second))
	place := 0
	for _, g := range s.Groups {
		for _, u := range g.Units { // half of the calls overflow to the second group
			tries := uint64(10_000 >> place)
			trunk := measure.Trunk{Name: u.Name, Place: place, Tries: tries, BusyTime: m.BusyTime / 2}
			trunk.Outcomes[measure.Blocked], trunk.Outcomes[measure.Answered] = tries/2, tries-tries/2
			if place == len(s.Groups)-1 {
				trunk.Outcomes[measure.Blocked], trunk.Outcomes[measure.Answered] = blocked, tries-blocked
			} else {
				trunk.MovedOn = tries / 2
			}
			m.Trunks, place = append(m.Trunks, trunk), place+1
		}
	}
	j, err := acceptance.Judge(acceptance.Evidence{Measured: m, Window: window, Ports: s.Ports(), Planned: s.Erlangs, Promise: s.Promise})
	if err != nil {
		t.Fatal(err)
	}
	run := NewRun(RunResult{
		Command: "verify", Version: "1.2.3", Started: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Elapsed: time.Minute, Seed: 7, Targets: []string{"sip:10.1.2.3"},
		Window: window, Steady: m, Judgement: &j, Load: Load{Erlangs: s.Erlangs, CAPS: s.Erlangs / 10, Compress: 18},
	})
	return StreamResult{Stream: s, Run: run, Judgement: j, Measured: m, Window: window}
}

func planVerifications(t testing.TB) map[string]*PlanVerification {
	t.Helper()
	promise := acceptance.Promise{Blocking: 0.01}
	hannover := acceptance.Stream{Name: "Hannover", Erlangs: 20, Hold: 3 * time.Minute, Formula: 0.0085, By: "Erlang B", Promise: promise,
		Groups: []acceptance.Group{{Name: "Hannover", Ports: 30, Offered: 20, Formula: 0.0085, By: "Erlang B", Units: []acceptance.Unit{{Name: "Hannover/gateway-1", Ports: 30}}}}}
	leipzig := hannover
	leipzig.Name = "Leipzig"
	leipzig.Groups = []acceptance.Group{
		{Name: "Leipzig", Ports: 14, Offered: 20, Formula: 0.38, By: "Erlang B", Units: []acceptance.Unit{{Name: "Leipzig", Ports: 14}}},
		{Name: "shared", Ports: 18, Offered: 7.6, Formula: 0.012, By: "Wilkinson", Units: []acceptance.Unit{{Name: "shared", Ports: 18}}},
	}
	simulated := &sim.Result{Windows: 60, Calls: 28_851, Settings: sim.Settings{Seed: 1}, Groups: []sim.GroupResult{{
		Group: sim.Group{Name: "Hannover"}, OfferedErlangs: sim.Estimate{Value: 20.03, Known: true}, Carried: sim.Estimate{Value: 19.86, Known: true},
		Blocking: sim.Estimate{Value: 0.0083, Low: 0.0071, High: 0.0095, Known: true},
	}}}
	both := []StreamResult{streamResult(t, hannover, 85), streamResult(t, leipzig, 400)}
	return map[string]*PlanVerification{
		"verify-plan": NewPlanVerification(PlanResult{Plan: "plan.yaml", Version: "1.2.3", Streams: both[:1], Simulated: simulated, Compress: 18, Skipped: []string{"Boston"},
			LeftOut: []string{"simulation.answered", "simulation.retry"}}),
		"verify-wrong": NewPlanVerification(PlanResult{Plan: "plan.yaml", Version: "1.2.3", Streams: both, Simulated: simulated, Compress: 18}),
	}
}

func TestPlanVerificationsRenderAsInTheGoldenFiles(t *testing.T) {
	for name, p := range planVerifications(t) {
		for extension, write := range map[string]func(io.Writer) error{
			".txt":  func(w io.Writer) error { return p.Document().Write(w, Text) },
			".html": p.WriteHTML,
			".xml":  p.WriteJUnit,
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

func TestPlanVerificationIsAsGoodAsItsWorstStream(t *testing.T) {
	all := planVerifications(t)
	if p := all["verify-plan"]; p.Verdict != gate.Pass || len(p.Why) != 0 {
		t.Errorf("%s because %q", p.Verdict, p.Why)
	}
	p := all["verify-wrong"]
	if p.Verdict != gate.Fail || len(p.Why) != 1 || !strings.HasPrefix(p.Why[0], "Leipzig: 400 of 10,000 calls were blocked (4 %)") {
		t.Errorf("%s because %q", p.Verdict, p.Why)
	}
	// Half of 10,000 calls overflow to the second group, which blocks 400 of them.
	shared := p.Groups[2]
	if shared.Live.Calls != 5000 || *shared.Live.Blocking != 0.08 || *shared.Live.Offered != 10 {
		t.Errorf("the shared group: %+v", shared.Live)
	}
	if empty := NewPlanVerification(PlanResult{}); empty.Verdict != gate.Inconclusive {
		t.Errorf("no stream at all: %s", empty.Verdict)
	}
}

// A trunk group that the calls of two streams try is one row, with what both met there: those that came to its first gateway,
// and those of them that its last one blocked too.
func TestGroupOfSeveralStreamsIsOneRow(t *testing.T) {
	shared := acceptance.Group{Name: "shared", Ports: 18, Offered: 7.6, Formula: 0.012, By: "Wilkinson", Units: []acceptance.Unit{{Name: "shared/gateway-1", Ports: 9}, {Name: "shared/gateway-2", Ports: 9}}}
	met := func(name string, tries, blocked uint64, erlangs time.Duration) measure.Trunk {
		one := measure.Trunk{Name: name, Tries: tries, BusyTime: erlangs * 5000 * time.Second} // in a window of 5,000 s
		one.Outcomes[measure.Blocked], one.Outcomes[measure.Answered] = blocked, tries-blocked
		return one
	}
	var both []StreamResult
	for name, trunks := range map[string][]measure.Trunk{
		"A": {met("A", 10_000, 5000, 7), met("shared/gateway-1", 5000, 3000, 1), met("shared/gateway-2", 3000, 400, 2)},
		"B": {met("B", 10_000, 1000, 8), met("shared/gateway-1", 1000, 500, 3), met("shared/gateway-2", 500, 100, 4)},
	} {
		stream := acceptance.Stream{Name: name, Erlangs: 20, Promise: acceptance.Promise{Blocking: 0.01},
			Groups: []acceptance.Group{{Name: name, Ports: 14, Offered: 20, Formula: 0.38, By: "Erlang B", Units: []acceptance.Unit{{Name: name, Ports: 14}}}, shared}}
		r := streamResult(t, stream, 85)
		r.Measured.Trunks, r.Measured.CircuitTime = trunks, time.Duration(r.Measured.Seized)*10*time.Second
		both = append(both, r)
	}
	p := NewPlanVerification(PlanResult{Streams: both})
	at := slices.IndexFunc(p.Groups, func(g GroupRow) bool { return g.Name == "shared" })
	if len(p.Groups) != 3 || len(p.Groups[at].Streams) != 2 || strings.Join(p.Groups[at].Targets, " ") != "shared/gateway-1 shared/gateway-2" {
		t.Fatalf("%+v", p.Groups)
	}
	live := p.Groups[at].Live
	if live.Calls != 6000 || *live.Offered != 12 || *live.Carried != 10 || *live.Blocking != rounded(500./6000) || *live.Low >= *live.Blocking || *live.High <= *live.Blocking {
		t.Errorf("%d calls of %g E, %g E carried, %g blocked (%g to %g); want 6,000 of 12 E, 10 E, a twelfth", live.Calls, *live.Offered, *live.Carried, *live.Blocking, *live.Low, *live.High)
	}
}

// Gates count beside the promises: the worst of all decides, in whichever stream it stands. Of 10,000 calls 85 may be blocked,
// not 400; of 140 it cannot be told.
func TestPlanVerificationHeedsTheGatesOfEveryStream(t *testing.T) {
	for _, tt := range []struct {
		first, second gate.Verdict
		blocked       [2]uint64
		want          gate.Verdict
		answer        string
	}{
		{gate.Pass, gate.Pass, [2]uint64{85, 85}, gate.Pass, "The plan holds: live calls keep all 2 promises."},
		{gate.Fail, gate.Pass, [2]uint64{85, 85}, gate.Fail, "The plan does not hold. 2 of 2 promises of the plan hold."},
		{gate.Pass, gate.Fail, [2]uint64{85, 85}, gate.Fail, "The plan does not hold. 2 of 2 promises of the plan hold."},
		{gate.Inconclusive, gate.Pass, [2]uint64{85, 85}, gate.Inconclusive, "Cannot tell whether the plan holds. 2 of 2 promises of the plan hold."},
		{gate.Pass, gate.Inconclusive, [2]uint64{85, 85}, gate.Inconclusive, "Cannot tell whether the plan holds. 2 of 2 promises of the plan hold."},
		{gate.Inconclusive, gate.Fail, [2]uint64{85, 85}, gate.Fail, "The plan does not hold. 2 of 2 promises of the plan hold."},
		{gate.Pass, gate.Pass, [2]uint64{400, 85}, gate.Fail, "The plan does not hold. 1 of 2 promises of the plan holds."},
		{gate.Pass, gate.Pass, [2]uint64{140, 85}, gate.Inconclusive, "Cannot tell whether the plan holds. 1 of 2 promises of the plan holds, and of 1 it cannot be told."},
		{gate.Pass, gate.Pass, [2]uint64{85, 140}, gate.Inconclusive, "Cannot tell whether the plan holds. 1 of 2 promises of the plan holds, and of 1 it cannot be told."},
		{gate.Pass, gate.Pass, [2]uint64{85, 400}, gate.Fail, "The plan does not hold. 1 of 2 promises of the plan holds."},
		{gate.Fail, gate.Inconclusive, [2]uint64{85, 85}, gate.Fail, "The plan does not hold. 2 of 2 promises of the plan hold."},
	} {
		stream := acceptance.Stream{Name: "A", Erlangs: 20, Promise: acceptance.Promise{Blocking: 0.01},
			Groups: []acceptance.Group{{Name: "A", Ports: 30, Offered: 20, Formula: 0.0085, By: "Erlang B", Units: []acceptance.Unit{{Name: "A", Ports: 30}}}}}
		both := []StreamResult{streamResult(t, stream, tt.blocked[0]), streamResult(t, stream, tt.blocked[1])}
		both[1].Stream.Name = "B"
		both[0].Run.Gates = []Gate{{Rule: "pdd p95 < 1s", Verdict: tt.first, Reason: "so it was"}}
		both[1].Run.Gates = []Gate{{Rule: "pdd p95 < 1s", Verdict: tt.second, Reason: "so it was"}}
		both[0].Run.Interrupted = tt.first == gate.Inconclusive
		both[1].Run.Interrupted = tt.second == gate.Inconclusive
		p := NewPlanVerification(PlanResult{Streams: both})
		verdict, interrupted := p.Outcome()
		if answer := p.Document().Answer; verdict != tt.want || answer[0] != tt.answer || interrupted != (both[0].Run.Interrupted || both[1].Run.Interrupted) {
			t.Errorf("gates %s and %s: %s, interrupted %v, %q; want %s", tt.first, tt.second, verdict, interrupted, answer, tt.want)
		}
		for name, v := range map[string]gate.Verdict{"A": tt.first, "B": tt.second} {
			if slices.Contains(p.Why, name+": gate pdd p95 < 1s: so it was.") != (v != gate.Pass) {
				t.Errorf("the gate of %s is %s, and the reasons are %q", name, v, p.Why)
			}
		}
	}
}

func TestPlanVerificationsConformToTheirSchema(t *testing.T) {
	for name, p := range planVerifications(t) {
		check, run := schemaCheck{root: publishedSchema(t, "verify-1")}, schemaCheck{root: publishedSchema(t, "run-1")}
		value := asJSON(t, p).(map[string]any)
		for _, r := range value["runs"].([]any) {
			run.value(name+".run", run.root, r)
		}
		value["runs"] = []any{} // which have a schema of their own
		check.value(name, check.root, value)
		for _, problem := range append(check.problems, run.problems...) {
			t.Error(problem)
		}
	}
}
