package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sipplan/sipplan/planner"
)

// check is a phrase below a step about the message that the step takes, as written: what to look at, and what
// is to be found there. A name says which variable takes what was found.
type check struct {
	name, words string
	place
}

// readChecks reads `check:`, a list of phrases.
func readChecks(n *yaml.Node) ([]check, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("a list of phrases is wanted, such as - header Contact matches ^<sip:.*@")
	}
	var list []check
	for _, item := range n.Content {
		words, err := plainText(item)
		if err != nil {
			return nil, err
		}
		list = append(list, check{words: words, place: placeOf(item)})
	}
	return list, nil
}

// plainText returns a phrase as written where a colon in it, as in ^<sip: at its end, makes YAML take it for a map.
func plainText(n *yaml.Node) (string, error) {
	switch {
	case n.Kind == yaml.ScalarNode:
		return n.Value, nil
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[1].Kind == yaml.ScalarNode:
		return strings.TrimSpace(n.Content[0].Value + ": " + n.Content[1].Value), nil
	}
	return "", placeOf(n).errorf("a phrase is wanted, such as header Contact matches ^<sip:; put it in quotes")
}

// readSets reads `set:`, variables and where their values come from.
func readSets(n *yaml.Node) ([]check, error) {
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("variables and their sources are wanted, such as id: header X-Session matches id=([0-9]+)")
	}
	var list []check
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if n.Content[i+1].Kind != yaml.ScalarNode {
			return nil, placeOf(n.Content[i+1]).errorf("set: %s: where its value comes from is a phrase such as header X-Session matches id=([0-9]+), got %s", name, kindOf(n.Content[i+1]))
		}
		if name == "" || strings.ContainsAny(name, " {}[]\r\n") {
			return nil, placeOf(n.Content[i]).errorf("%q is no name of a variable", name)
		}
		list = append(list, check{name: name, words: n.Content[i+1].Value, place: placeOf(n.Content[i])})
	}
	return list, nil
}

// actions compiles the checks and variables of a phrase.
func (c *compiler) actions(p phrase) ([]Action, error) {
	var actions []Action
	for _, k := range p.checks {
		a, err := k.compile()
		if err != nil {
			return nil, k.wrap(fmt.Errorf("check: %w", err))
		}
		if k.name != "" {
			a.Assign = c.variable(k.name)
		}
		actions = append(actions, a)
	}
	return actions, nil
}

// variable returns the number of a variable, a new one where it has none.
func (c *compiler) variable(name string) int {
	if at := slices.Index(c.program.Variables, name); at >= 0 {
		return at
	}
	c.program.Variables = append(c.program.Variables, name)
	return len(c.program.Variables) - 1
}

// compile reads a phrase: header NAME matches PATTERN, header NAME is TEXT, header NAME missing, header NAME
// present, body matches PATTERN, body lacks PATTERN; sdp is another word for body.
func (k *check) compile() (Action, error) {
	a := NewAction(Extract, k.line)
	what, rest, _ := strings.Cut(k.words, " ")
	switch what {
	case "body", "sdp":
		a.Where.Part = BodyPart
	case "header":
		var name string
		if name, rest, _ = strings.Cut(rest, " "); name == "" {
			return a, fmt.Errorf("%q: say which header", k.words)
		}
		a.Where = Place{Part: HeaderPart, Header: strings.TrimSuffix(name, ":") + ":", FoldCase: true, LineStart: true}
	default:
		return a, fmt.Errorf("%q: a check begins with header, body or sdp%s", k.words, planner.DidYouMean(what, []string{"header", "body", "sdp"}))
	}
	how, operand, _ := strings.Cut(rest, " ")
	pattern, err := ParsePattern(operand)
	switch how {
	case "matches":
		a.Check = true
	case "lacks":
		a.CheckInverse = true
	case "is":
		a.Check = true
		pattern, err = ParsePattern("^[ \t]*" + quotePattern(operand) + "[ \t]*$")
	case "present", "missing":
		a.Check, a.CheckInverse = how == "present", how == "missing"
		pattern, err = ParsePattern(".*")
	default:
		return a, fmt.Errorf("%q: say what is wanted: matches, lacks, is, present or missing%s", k.words, planner.DidYouMean(how, []string{"matches", "lacks", "is", "present", "missing"}))
	}
	a.Pattern = pattern
	return a, err
}

// quotePattern returns the pattern that matches a text and nothing else.
func quotePattern(text string) string {
	var quoted strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			quoted.WriteByte('\\')
		}
		quoted.WriteRune(r)
	}
	return quoted.String()
}
