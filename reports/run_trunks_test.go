package reports

import (
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// drilled returns a run over two trunks, the second of which failed for a while: the last 60 of the tries
// over it went on to the first one.
func drilled() RunResult {
	r := result("blast")
	started, answered, blocked := r.Steady.Started, r.Steady.Outcomes[measure.Answered], r.Steady.Outcomes[measure.Blocked]
	other := started - answered - blocked
	one := measure.Trunk{Name: "gateway-1", Tries: 6000 + 60, CircuitTime: 36_000 * time.Second, BusyTime: 36_000 * time.Second}
	one.Outcomes[measure.Blocked], one.Outcomes[measure.Answered] = blocked, one.Tries-blocked
	two := measure.Trunk{Name: "gateway-2", Place: 1, Tries: started - 6000, MovedOn: 60, RetryAfters: 3, BusyTime: 24_000 * time.Second}
	two.Outcomes[measure.Timeout] = 60 + other
	two.Outcomes[measure.Answered] = two.Tries - two.Outcomes[measure.Timeout]
	for i := range 1000 {
		one.Response.Record(time.Duration(i) * 10 * time.Microsecond)
	}
	r.Steady.MergeTrunk(&one)
	r.Steady.MergeTrunk(&two)
	d := measure.Drill{
		What: "fail gateway-2 at 30s for 20s", Trunk: "gateway-2", At: 30 * time.Second, End: 50 * time.Second,
		Answers: 40, Recovery: 412 * time.Millisecond, Cut: 4,
	}
	for phase, offered := range []uint64{100, 67, 9833} {
		p := &d.Phases[phase]
		p.Offered, p.Tries = offered, offered/2
		p.Outcomes[measure.Answered] = offered
		p.Answer.Record(120 * time.Millisecond)
	}
	d.Phases[measure.During].Moved = 33
	r.Steady.MergeDrill(&d)
	r.Targets = []string{"sip:192.0.2.10:5060", "sip:192.0.2.11:5060"}
	return r
}

func TestDrillDecidesTheVerdict(t *testing.T) {
	lose := func(n uint64) func(d *measure.Drill) {
		return func(d *measure.Drill) {
			o := &d.Phases[measure.During].Outcomes
			o[measure.Answered] -= n
			o[measure.Timeout] += n
		}
	}
	for _, tt := range []struct {
		name   string
		change func(d *measure.Drill)
		want   gate.Verdict
		says   string
	}{
		{"passed", func(*measure.Drill) {}, gate.Pass, "The drill is passed: fail gateway-2 at 30s for 20s."},
		{"calls were lost", lose(2), gate.Fail, "The drill is not passed: fail gateway-2 at 30s for 20s."},
		{"nobody called", func(d *measure.Drill) { d.Phases[measure.During] = measure.DrillPhase{} }, gate.Inconclusive,
			"The drill cannot be judged: fail gateway-2 at 30s for 20s."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := drilled()
			tt.change(&r.Steady.Drills[0])
			run := NewRun(r)
			if run.Verdict != tt.want || !slices.Contains(run.Document().Answer, tt.says) {
				t.Errorf("verdict %s, answer %q; want %s and %q", run.Verdict, run.Document().Answer, tt.want, tt.says)
			}
		})
	}
}

func TestOneTrunkNeedsNoTable(t *testing.T) {
	r := result("blast")
	only := measure.Trunk{Name: "sip:192.0.2.10:5060", Tries: r.Steady.Started}
	only.Outcomes[measure.Answered] = r.Steady.Started
	r.Steady.MergeTrunk(&only)
	if rows := NewRun(r).trunkTable().Rows; len(rows) != 0 {
		t.Errorf("%d rows", len(rows))
	}
}
