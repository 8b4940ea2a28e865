package gate

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// MaxFileSize is the most octets of a gate file that are read.
const MaxFileSize = 1 << 20

// ParseFile reads the rules of a YAML file with a list of gates and nothing else:
//
//	gates:
//	  - blocking <= 1%
//	  - pdd p95 < 250ms
//
// It returns all problems joined, each with its line.
func ParseFile(data []byte) ([]Rule, error) {
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("%d octets, at most %d are read", len(data), MaxFileSize)
	}
	root, err := onlyDocument(data)
	if err != nil {
		return nil, err
	}
	list, err := gateList(root)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	var problems []error
	for _, entry := range list.Content {
		rule, err := parseEntry(entry)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		rules = append(rules, rule)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return rules, nil
}

// onlyDocument returns what the one document of a YAML file holds. Rules in a second one would be lost
// on a run that then passes, so there is none.
func onlyDocument(data []byte) (*yaml.Node, error) {
	var first, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) || err == nil && len(first.Content) == 0 {
		return nil, errors.New("line 1: the file is empty; it needs a list \"gates:\"")
	}
	if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, fmt.Errorf("line %d: a second document begins here; a gate file is one", second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return first.Content[0], nil
}

// gateList returns the list under the one key that a gate file has.
func gateList(root *yaml.Node) (*yaml.Node, error) {
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a gate file is a map with the key \"gates\"", root.Line)
	}
	var list *yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch {
		case key.Value != "gates":
			return nil, fmt.Errorf("line %d: unknown key %q; the only key is \"gates\"", key.Line, key.Value)
		case list != nil:
			return nil, fmt.Errorf("line %d: \"gates\" stands here a second time", key.Line)
		}
		list = value
	}
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return nil, fmt.Errorf("line %d: \"gates\" must be a list of at least one rule such as \"blocking <= 1%%\"", root.Line)
	}
	return list, nil
}

func parseEntry(entry *yaml.Node) (Rule, error) {
	if entry.Kind != yaml.ScalarNode {
		return Rule{}, fmt.Errorf("line %d: a gate is one line of text such as \"blocking <= 1%%\"", entry.Line)
	}
	rule, err := Parse(entry.Value)
	if err != nil {
		return Rule{}, fmt.Errorf("line %d: %w", entry.Line, err)
	}
	return rule, nil
}
