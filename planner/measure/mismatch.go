package measure

import (
	"cmp"
	"slices"
)

// Mismatch counts the calls that one step of a scenario ended, because something else came than it allows.
type Mismatch struct {
	Scenario string
	Line     int    // of the step in the scenario's file; 0 where it has none
	Got      string // what came instead
	Calls    uint64
}

// AddMismatch counts calls of a kind. The kinds stand in the order of scenario, line and what came.
func (m *Measurement) AddMismatch(kind Mismatch) {
	at, known := slices.BinarySearchFunc(m.Mismatches, kind, func(a, b Mismatch) int {
		return cmp.Or(cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Got, b.Got))
	})
	if known {
		m.Mismatches[at].Calls += kind.Calls
		return
	}
	m.Mismatches = slices.Insert(m.Mismatches, at, kind)
}
