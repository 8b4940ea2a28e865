package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sipplan/sipplan/planner"
)

// MaxFileSize bounds a scenario file, in octets.
const MaxFileSize = 1 << 20

// file is the form of a scenario file: one flow, or a list of flows for mixes and for both roles.
type file struct {
	flow  `yaml:",inline"`
	Flows []flow `yaml:"flows"`
}

// flow is one side of a call flow as written.
type flow struct {
	Scenario written[string]  `yaml:"scenario"`
	Role     written[string]  `yaml:"role"`
	About    string           `yaml:"about"`
	Weight   written[float64] `yaml:"weight"`
	Steps    phrases          `yaml:"steps"`
	Branches branches         `yaml:"branches"`
}

// place is where the flow says something first of what every flow says.
func (f *flow) place() place {
	for _, p := range []place{f.Scenario.place, f.Role.place, f.Steps.place} {
		if p.line > 0 {
			return p
		}
	}
	return place{line: 1, column: 1}
}

// written is a value and where it stands.
type written[T any] struct {
	value T
	place
}

// UnmarshalYAML reads the value of a field.
func (w *written[T]) UnmarshalYAML(n *yaml.Node) error {
	w.place = placeOf(n)
	return n.Decode(&w.value)
}

// phrases are steps as written, and where they begin.
type phrases struct {
	list []phrase
	place
}

// UnmarshalYAML reads a list of steps.
func (p *phrases) UnmarshalYAML(n *yaml.Node) error {
	p.place = placeOf(n)
	if n.Kind != yaml.SequenceNode {
		return p.errorf("must be a list of steps, got %s; each stands behind a dash", kindOf(n))
	}
	for _, item := range n.Content {
		var one phrase
		if err := one.UnmarshalYAML(resolved(item)); err != nil {
			return err
		}
		p.list = append(p.list, one)
	}
	return nil
}

// branches are the lists of steps that a flow can go on with, in the order of the file.
type branches []branch

type branch struct {
	name  string
	steps phrases
	place
}

// UnmarshalYAML reads names with lists of steps.
func (b *branches) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return placeOf(n).errorf("branches: must be names with lists of steps, got %s", kindOf(n))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		one := branch{name: n.Content[i].Value, place: placeOf(n.Content[i])}
		switch {
		case one.name == "" || strings.ContainsAny(one.name, " \x00"):
			return one.errorf("branches: %q is no name of a branch, which is a word", one.name)
		case b.named(one.name):
			return one.errorf("branches: there are two of %q", one.name)
		}
		if err := one.steps.UnmarshalYAML(resolved(n.Content[i+1])); err != nil {
			return err
		}
		*b = append(*b, one)
	}
	return nil
}

func (b *branches) named(name string) bool {
	for _, one := range *b {
		if one.name == name {
			return true
		}
	}
	return false
}

var fields = []string{"scenario", "role", "about", "weight", "steps", "branches", "flows"}

// Parse compiles a scenario file: one program for each of its flows. Errors name the file, the line and the column.
func Parse(name string, text []byte) ([]*Program, error) {
	if len(text) > MaxFileSize {
		return nil, fmt.Errorf("%s: %d octets, at most %d are read", name, len(text), MaxFileSize)
	}
	programs, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return programs, nil
}

func parse(text []byte) ([]*Program, error) {
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	switch err := decoder.Decode(&f); {
	case err == io.EOF:
		return nil, errors.New("line 1, column 1: the file is empty; it begins with scenario: and a name")
	case err != nil:
		return nil, explain(err, text)
	}
	if err := decoder.Decode(&yaml.Node{}); err != io.EOF {
		return nil, errors.New("a scenario file is one document; several flows stand in a list, flows")
	}
	if len(f.Flows) == 0 {
		program, err := f.flow.compile(text)
		return []*Program{program}, err
	}
	if len(f.Steps.list) > 0 || len(f.Branches) > 0 || f.Role.line > 0 {
		return nil, f.place().errorf("flows: a file has either steps of its own or flows that have them, with their roles")
	}
	var programs []*Program
	for i, flow := range f.Flows {
		if flow.Scenario.value == "" {
			flow.Scenario.value = f.Scenario.value
		}
		if flow.About == "" {
			flow.About = f.About
		}
		program, err := flow.compile(text)
		if err != nil {
			return nil, fmt.Errorf("flows[%d]: %w", i, err)
		}
		programs = append(programs, program)
	}
	return programs, nil
}

// compile makes a program of a flow of a file.
func (f *flow) compile(text []byte) (*Program, error) {
	if err := f.complete(); err != nil {
		return nil, err
	}
	lines := bytes.Split(text, []byte{'\n'})
	lists := []phrases{f.Steps}
	for _, b := range f.Branches {
		lists = append(lists, b.steps)
	}
	for _, list := range lists {
		for _, p := range list.list {
			if p.folded(lines) {
				return nil, p.errorf("%q goes on in the next line, as its indentation says; a step of its own stands as far to the left as this one", p.words)
			}
		}
	}
	return compile(f)
}

// complete refuses a flow without what every flow has.
func (f *flow) complete() error {
	roles := []string{"caller", "answerer"}
	switch {
	case f.Scenario.value == "":
		return f.place().errorf("scenario: a scenario needs a name (scenario:) and steps")
	case f.Role.value != "caller" && f.Role.value != "answerer" && f.Role.line > 0:
		return f.Role.errorf("role: must be caller or answerer, got %q%s", f.Role.value, planner.DidYouMean(f.Role.value, roles))
	case f.Role.line == 0:
		return f.place().errorf("role: must be caller or answerer, got none")
	case len(f.Steps.list) == 0:
		return f.place().errorf("steps: a scenario needs a name (scenario:) and steps")
	case f.Weight.value < 0:
		return f.Weight.errorf("weight: must not be negative, got %g", f.Weight.value)
	case !(f.Weight.value <= maxWeight):
		return f.Weight.errorf("weight: must be a number up to %g, got %g", float64(maxWeight), f.Weight.value)
	case f.Weight.value > 0 && f.Role.value == "answerer":
		return f.Weight.errorf("weight: is for callers; which answerer serves a call, the request that opens it decides")
	}
	return nil
}

// maxWeight bounds the weight of a flow, so that sums of weights stay exact.
const maxWeight = 1e9
