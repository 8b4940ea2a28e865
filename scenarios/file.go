package scenarios

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// MaxFileSize bounds a scenario file, in octets.
const MaxFileSize = 1 << 20

// file is the form of a scenario file.
type file struct {
	Scenario string              `yaml:"scenario"`
	Role     string              `yaml:"role"`
	About    string              `yaml:"about"`
	Steps    []phrase            `yaml:"steps"`
	Branches map[string][]phrase `yaml:"branches"`
}

// phrase is one step as written: the words, and the headers that a message gets beside its own.
type phrase struct {
	words   string
	headers [][2]string
	line    int
}

// UnmarshalYAML reads a step: a plain phrase, or one phrase with a map of headers.
func (p *phrase) UnmarshalYAML(n *yaml.Node) error {
	p.line = n.Line
	switch {
	case n.Kind == yaml.ScalarNode:
		p.words = n.Value
		return nil
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[1].Kind == yaml.MappingNode:
		p.words = n.Content[0].Value
		for i := 0; i+1 < len(n.Content[1].Content); i += 2 {
			name, value := n.Content[1].Content[i], n.Content[1].Content[i+1]
			p.headers = append(p.headers, [2]string{name.Value, value.Value})
		}
		return nil
	}
	return fmt.Errorf("line %d: a step is a phrase such as %q, or one phrase with a map of headers", n.Line, "respond 180 Ringing")
}

// Parse compiles a scenario file: one program for each of its flows. Errors name the file and the line.
func Parse(name string, text []byte) ([]*Program, error) {
	if len(text) > MaxFileSize {
		return nil, fmt.Errorf("%s: %d octets, at most %d are read", name, len(text), MaxFileSize)
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	program, err := compile(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []*Program{program}, nil
}
