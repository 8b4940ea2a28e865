package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

// drill returns what 400 calls met while gw2 was down, of which some were lost.
func drill(change func(d *measure.Drill)) *measure.Drill {
	d := &measure.Drill{Trunk: "gw2", At: 30 * time.Second, End: 50 * time.Second, Answers: 12, Recovery: 300 * time.Millisecond}
	for i, tries := range []uint64{100, 150, 90} {
		d.Phases[i].Offered, d.Phases[i].Tries = 400, tries
		d.Phases[i].Outcomes[measure.Answered] = 400
	}
	d.Phases[measure.During].Moved = 150
	change(d)
	return d
}

func lose(d *measure.Drill, class measure.Class, n uint64) {
	o := &d.Phases[measure.During].Outcomes
	o[measure.Answered] -= n
	o[class] += n
}

func TestJudgeDrill(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(d *measure.Drill)
		want   acceptance.Verdict
		why    string
	}{
		{"all calls found another trunk, and it came back at once", func(*measure.Drill) {}, acceptance.Holds,
			"0 of 400 calls (0 %) were lost; the limit of 1 % is kept. 150 went on to another trunk"},
		{"4 of 400 lost is the limit itself", func(d *measure.Drill) { lose(d, measure.Timeout, 4) }, acceptance.Holds, "4 of 400 calls (1 %)"},
		{"5 of 400 lost", func(d *measure.Drill) { lose(d, measure.Blocked, 5) }, acceptance.DoesNotHold, "5 of 400 calls (1.25 %) were lost; the limit of 1 % is broken"},
		{"calls that were kept back count as lost", func(d *measure.Drill) { lose(d, measure.NotStarted, 5) }, acceptance.DoesNotHold, "5 of 400"},
		{"a busy user is no loss", func(d *measure.Drill) { lose(d, measure.User, 50) }, acceptance.Holds, "0 of 400"},
		{"calls cut by the end of the run do not count at all", func(d *measure.Drill) { lose(d, measure.Aborted, 300) }, acceptance.Holds, "0 of 100"},
		{"one call answered by it proves that it came back", func(d *measure.Drill) { d.Answers = 1 }, acceptance.Holds, "gw2 answered again 300ms after"},
		{"as late as allowed", func(d *measure.Drill) { d.Recovery = 5 * time.Second }, acceptance.Holds, "gw2 answered again 5s after"},
		{"slow to come back", func(d *measure.Drill) { d.Recovery = 5001 * time.Millisecond }, acceptance.DoesNotHold, "gw2 answered again only 5.001s after"},
		{"never came back", func(d *measure.Drill) { d.Answers = 0 }, acceptance.DoesNotHold, "answered none of 90 calls"},
		{"never called again", func(d *measure.Drill) { d.Answers, d.Phases[measure.After].Tries = 0, 0 }, acceptance.CannotTell, "No call was sent over gw2 after"},
		{"the run was too short", func(d *measure.Drill) { d.Phases[measure.After] = measure.DrillPhase{} }, acceptance.CannotTell, "The run ended before gw2"},
		{"no calls during the failure", func(d *measure.Drill) { d.Phases[measure.During] = measure.DrillPhase{} }, acceptance.CannotTell, "No call was to begin"},
		{"a trunk without calls", func(d *measure.Drill) { d.Phases[0].Tries, d.Phases[1].Tries = 0, 0 }, acceptance.CannotTell, "nothing had to be redistributed"},
		{"lost calls outweigh what cannot be told", func(d *measure.Drill) {
			lose(d, measure.Unreachable, 400)
			d.Phases[measure.After] = measure.DrillPhase{}
		}, acceptance.DoesNotHold, "400 of 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := acceptance.JudgeDrill(drill(tt.change), acceptance.DrillLimits{}, nil)
			if got.Verdict != tt.want || !strings.Contains(strings.Join(got.Why, " "), tt.why) {
				t.Errorf("%s because %q, want %s and %q", got.Verdict, got.Why, tt.want, tt.why)
			}
		})
	}
}

func TestDrillOfALimitedGeneratorProvesNothing(t *testing.T) {
	health := measure.Health{{Name: "lateness_p99", State: measure.Limited, Why: "1 % of the calls started late"}}
	lost := drill(func(d *measure.Drill) { lose(d, measure.Blocked, 200) })
	got := acceptance.JudgeDrill(lost, acceptance.DrillLimits{}, health)
	if got.Verdict != acceptance.CannotTell || !strings.Contains(strings.Join(got.Why, " "), "1 % of the calls started late") {
		t.Errorf("%s because %q", got.Verdict, got.Why)
	}
}
