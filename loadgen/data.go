package loadgen

import (
	"fmt"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// checkData refuses data whose callers, callees or targets of transfers cannot stand in an address or must not
// be called.
func checkData(t *scenarios.Table) error {
	if t == nil {
		return nil
	}
	for name, check := range map[string]func(string) error{"caller": sip.CheckUser, "callee": checkUser, "target": CheckNumber} {
		column := t.Column(name)
		if column < 0 {
			continue
		}
		var text []byte
		for row := range t.Rows() {
			text = t.AppendCell(text[:0], row, column)
			if err := check(string(text)); err != nil {
				return fmt.Errorf("%s: row %d: %s: %w", t.Name, row+1, name, err)
			}
		}
	}
	return nil
}

// checkPrograms refuses scenarios that call what must not be called.
func checkPrograms(programs []*scenarios.Program) error {
	for _, p := range programs {
		for i := range p.Steps {
			if to := p.Steps[i].To; to != "" && to != "{{target}}" { // those of the data are checked with them
				if err := CheckNumber(to); err != nil {
					return fmt.Errorf("scenario %q: line %d: %w", p.Name, p.Steps[i].Line, err)
				}
			}
		}
	}
	return nil
}
