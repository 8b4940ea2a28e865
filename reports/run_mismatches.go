package reports

import (
	"fmt"
	"strconv"

	"github.com/sipplan/sipplan/planner/measure"
)

// Mismatch is one way in which calls went otherwise than their scenario allows.
type Mismatch struct {
	Scenario string `json:"scenario"`
	Line     int    `json:"line"` // of the step in the file; 0 where it has none
	Got      string `json:"got"`  // what came instead
	Calls    uint64 `json:"calls"`
}

func newMismatches(m *measure.Measurement) []Mismatch {
	list := []Mismatch{}
	for _, k := range m.Mismatches {
		list = append(list, Mismatch{printable(k.Scenario), k.Line, k.Got, k.Calls})
	}
	return list
}

// mismatchTable lists the steps that ended calls, and what came instead of what they allow.
func (r *Run) mismatchTable() Table {
	table := Table{Title: "Calls that went otherwise than their scenario allows", Columns: []Column{
		{Name: "scenario"}, {Name: "line", Right: true}, {Name: "calls", Right: true}, {Name: "what came"},
	}}
	for _, k := range r.Mismatches {
		table.Rows = append(table.Rows, []string{k.Scenario, strconv.Itoa(k.Line), count(k.Calls), k.Got})
	}
	return table
}

// mismatch says which step ended most of the calls that did not go as their scenario allows, or nothing.
func (r *Run) mismatch() string {
	var most Mismatch
	for _, k := range r.Mismatches {
		if k.Calls > most.Calls {
			most = k
		}
	}
	if most.Calls == 0 {
		return ""
	}
	return fmt.Sprintf("%s ended at line %d of scenario %s: %s.", plural(int(most.Calls), "call"), most.Line, most.Scenario, most.Got)
}
