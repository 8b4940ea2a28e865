package reports

import (
	"slices"
	"testing"

	"github.com/sipplan/sipplan/planner/measure"
)

// The object and the table of a mix say the same of each flow, and the classes of each sum to its calls.
func TestFlowsOfAMix(t *testing.T) {
	m := &measure.Measurement{Offered: 10, Started: 10, OffTrunk: 10}
	for _, f := range []struct {
		name               string
		answered, declined uint64
	}{{"calls", 5, 2}, {"questions", 0, 3}} {
		flow := &measure.Flow{Name: f.name, Offered: f.answered + f.declined}
		flow.Outcomes[measure.Answered], flow.Outcomes[measure.User] = f.answered, f.declined
		m.AddFlow(flow)
		m.Outcomes[measure.Answered] += f.answered
		m.Outcomes[measure.User] += f.declined
	}
	run := NewRun(RunResult{Steady: m})
	for _, f := range run.Flows {
		var sum uint64
		for _, calls := range f.Outcomes {
			sum += calls
		}
		if sum != f.Offered {
			t.Errorf("%s: outcomes of %d calls, offered %d", f.Name, sum, f.Offered)
		}
	}
	if len(run.Flows) != 2 || run.Flows[0].Share != 0.7 || run.Flows[1].Outcomes["user"] != 3 {
		t.Errorf("the object says %+v", run.Flows)
	}
	table := run.flowTable()
	want := [][]string{{"calls", "7", "70 %", "5", "2"}, {"questions", "3", "30 %", "0", "3"}}
	if len(table.Columns) != 5 || table.Columns[3].Name != "answered" || table.Columns[4].Name != "user" || !slices.EqualFunc(table.Rows, want, slices.Equal[[]string]) {
		t.Errorf("the table says %v %v", table.Columns, table.Rows)
	}
	if shown := run.Document().Tables; !slices.ContainsFunc(shown, func(t Table) bool { return t.Title == table.Title }) {
		t.Error("the report lacks the table")
	}
}
