package scenarios

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sipplan/sipplan/planner"
)

// place is where something stands in a file: line and column, both from 1.
type place struct{ line, column int }

func placeOf(n *yaml.Node) place { return place{n.Line, n.Column} }

// fault is an error about what stands at a place of a file.
type fault struct {
	place
	err error
}

func (f *fault) Error() string { return fmt.Sprintf("line %d, column %d: %v", f.line, f.column, f.err) }

func (f *fault) Unwrap() error { return f.err }

// wrap says of an error where it is, unless the error knows that better.
func (p place) wrap(err error) error {
	var inner *fault
	switch {
	case err == nil || p.line == 0:
		return err
	case errors.As(err, &inner):
		return inner
	}
	return &fault{p, err}
}

// begins tells whether a character stands at the place.
func (p place) begins(text []byte, c byte) bool {
	lines := bytes.Split(text, []byte{'\n'})
	return p.line >= 1 && p.line <= len(lines) && p.column >= 1 && p.column <= len(lines[p.line-1]) && lines[p.line-1][p.column-1] == c
}

func (p place) errorf(format string, args ...any) error { return p.wrap(fmt.Errorf(format, args...)) }

var (
	unknownField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	wrongKind    = regexp.MustCompile("^cannot construct !!(\\S+) (?:`(.*)` )?into (\\S+)$")
	kindNames    = map[string]string{"float64": "a number", "string": "text", "[]scenarios.flow": "a list of flows, each behind a dash", "scenarios.flow": "a flow, with role: and steps:",
		"scenarios.file": "names with values, which begin with scenario:"}
)

// kindOf says what stands where something else is wanted.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "names with values"
	case n.Value == "" || n.Tag == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// resolved returns what an alias stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// explain says what is wrong with a file, and where, in the words of the form, not of the program that reads it.
func explain(err error, text []byte) error {
	var failed *yaml.LoadError
	if !errors.As(err, &failed) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	at := place{failed.Mark.Line, failed.Mark.Column}
	var known *fault
	if errors.As(failed, &known) {
		return known
	}
	if parts := unknownField.FindStringSubmatch(failed.Message); parts != nil {
		return at.errorf("no field is called %q%s", parts[1], cmp.Or(planner.DidYouMean(parts[1], fields), "; the fields are "+strings.Join(fields, ", ")))
	}
	if parts := wrongKind.FindStringSubmatch(failed.Message); parts != nil && kindNames[parts[3]] != "" {
		got := map[string]string{"seq": "a list", "map": "names with values"}[parts[1]]
		return at.errorf("must be %s, got %s", kindNames[parts[3]], cmp.Or(got, strconv.Quote(parts[2])))
	}
	if at.begins(text, '\t') {
		return at.errorf("a tab; YAML is indented with blanks")
	}
	return at.errorf("%s", failed.Message)
}
