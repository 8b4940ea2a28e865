package loadgen

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// checkData refuses data whose callers and callees cannot stand in an address or must not be called.
func checkData(t *scenarios.Table) error {
	if t == nil {
		return nil
	}
	for name, check := range map[string]func(string) error{"caller": sip.CheckUser, "callee": checkUser, "target": checkCallee} {
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

// CheckPrograms refuses scenarios that call what must not be called, or ask the peer to, with any row of the
// data that their URIs show.
func CheckPrograms(programs []*scenarios.Program, t *scenarios.Table) error {
	for _, p := range programs {
		for i := range p.Steps {
			for _, uri := range []string{p.Steps[i].To, p.Steps[i].Refers} {
				if err := checkURI(uri, t); err != nil {
					return fmt.Errorf("scenario %q: line %d: %w", p.Name, p.Steps[i].Line, err)
				}
			}
		}
	}
	return nil
}

// checkURI checks a URI of a scenario, with each row of the data where it shows some of it. A machine refuses one
// that shows a column which is not there.
func checkURI(uri string, t *scenarios.Table) error {
	if uri == "" {
		return nil
	}
	parts, shows := scenarios.ParseText(uri), false
	for _, part := range parts {
		shows = shows || part.Keyword == scenarios.Field
	}
	if !shows {
		return checkCallee(uri)
	}
	if t == nil {
		return nil
	}
	var text []byte
	for row := range t.Rows() {
		text = text[:0]
		for _, part := range parts {
			if text = append(text, part.Text...); part.Keyword == scenarios.Field {
				text = t.AppendCell(text, row, t.Column(part.Reference.Name))
			}
		}
		if err := checkCallee(string(text)); err != nil {
			return fmt.Errorf("with row %d of %s: %w", row+1, t.Name, err)
		}
	}
	return nil
}

// checkCallee refuses a URI that must not be called, or that would not end where it seems to in a header.
func checkCallee(uri string) error {
	if uri == "" {
		return errors.New("a URI to call is required, got an empty one")
	}
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"`, r) }) {
		return fmt.Errorf("%q: a URI has no blanks, quotes, angle brackets or letters beyond ASCII", uri)
	}
	return CheckNumber(uri)
}
