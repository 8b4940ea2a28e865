package scenarios

import (
	"errors"
	"fmt"
	"regexp"
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

func (p place) errorf(format string, args ...any) error { return p.wrap(fmt.Errorf(format, args...)) }

var (
	unknownField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	wrongKind    = regexp.MustCompile("^cannot construct \\S+ (?:`(.*)` )?into (\\S+)$")
	kindNames    = map[string]string{"float64": "a number", "string": "text", "[]scenarios.phrase": "a list of steps", "[]scenarios.flow": "a list of flows",
		"map[string][]scenarios.phrase": "names with lists of steps", "map[string]string": "statuses with the names of branches"}
)

// explain says what is wrong with a file, and where, in the words of the form, not of the program that reads it.
func explain(err error) error {
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
		return at.errorf("no field is called %q%s", parts[1], planner.DidYouMean(parts[1], fields))
	}
	if parts := wrongKind.FindStringSubmatch(failed.Message); parts != nil && kindNames[parts[2]] != "" {
		return at.errorf("must be %s, got %q", kindNames[parts[2]], parts[1])
	}
	return at.errorf("%s", failed.Message)
}
