package gate

import (
	"errors"
	"fmt"

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
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, errors.New("line 1: the file is empty; it needs a list \"gates:\"")
	}
	list, err := gateList(document.Content[0])
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
