package measure_test

import (
	"fmt"
	"testing"

	"github.com/sipplan/sipplan/planner/measure"
)

// TestEveryNameIsGiven fails when a constant is added without a name, or a name is given twice.
func TestEveryNameIsGiven(t *testing.T) {
	for kind, names := range map[string][]fmt.Stringer{
		"class":  each(measure.NumClasses, func(i int) fmt.Stringer { return measure.Class(i) }),
		"reason": each(measure.NumReasons, func(i int) fmt.Stringer { return measure.Reason(i) }),
		"delay":  each(measure.NumDelays, func(i int) fmt.Stringer { return measure.Delay(i) }),
		"method": each(measure.NumMethods, func(i int) fmt.Stringer { return measure.Method(i) }),
	} {
		t.Run(kind, func(t *testing.T) {
			seen := map[string]bool{}
			for i, s := range names {
				if name := s.String(); name == "" || seen[name] || (name == "unknown") != (i == len(names)-1) {
					t.Errorf("%s %d is called %q", kind, i, name)
				}
				seen[s.String()] = true
			}
		})
	}
}

// each returns n values and one beyond the last.
func each(n int, value func(int) fmt.Stringer) []fmt.Stringer {
	var all []fmt.Stringer
	for i := range n + 1 {
		all = append(all, value(i))
	}
	return all
}

func TestOnlyLimitedChecksLimit(t *testing.T) {
	h := measure.Health{
		{Name: "lateness_p99", State: measure.Fine},
		{Name: "receive_drops", State: measure.Unavailable},
		{Name: "cpu", State: measure.Limited},
	}
	if got := h.Limited(); len(got) != 1 || got[0].Name != "cpu" {
		t.Errorf("limited by %v, want cpu alone", got)
	}
}
