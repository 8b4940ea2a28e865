package scenarios

import (
	"bytes"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
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
	Scenario string              `yaml:"scenario"`
	Role     written[string]     `yaml:"role"`
	About    string              `yaml:"about"`
	Weight   written[float64]    `yaml:"weight"`
	Steps    []phrase            `yaml:"steps"`
	Branches map[string][]phrase `yaml:"branches"`
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

var fields = []string{"scenario", "role", "about", "weight", "steps", "branches", "flows"}

// Parse compiles a scenario file: one program for each of its flows. Errors name the file, the line and the column.
func Parse(name string, text []byte) ([]*Program, error) {
	if len(text) > MaxFileSize {
		return nil, fmt.Errorf("%s: %d octets, at most %d are read", name, len(text), MaxFileSize)
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, explain(err))
	}
	if err := decoder.Decode(&yaml.Node{}); err != io.EOF {
		return nil, fmt.Errorf("%s: a scenario file is one document; several flows stand in a list, flows", name)
	}
	flows := f.Flows
	if len(flows) == 0 {
		flows = []flow{f.flow}
	} else if len(f.Steps) > 0 || len(f.Branches) > 0 {
		return nil, fmt.Errorf("%s: flows: a file has either steps of its own or flows that have them", name)
	}
	var programs []*Program
	for i, flow := range flows {
		if flow.Scenario == "" {
			flow.Scenario = f.Scenario
		}
		program, err := compile(flow)
		if err != nil {
			if len(f.Flows) > 0 {
				err = fmt.Errorf("flows[%d]: %w", i, err)
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		programs = append(programs, program)
	}
	return programs, nil
}
