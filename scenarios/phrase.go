package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/sipplan/sipplan/planner"
)

// phrase is one step as written: the words, and what stands below them.
type phrase struct {
	words   string
	headers [][2]string       // of the message, beside its own
	on      map[string]string // branches by response status
	body    string
	checks  []check       // of the message that the step takes
	session time.Duration // of an INVITE: the session timer asked for
	place
}

// UnmarshalYAML reads a step: a plain phrase, or one phrase with a map. Names in the map that begin with a
// capital are headers, the others say more about the step.
func (p *phrase) UnmarshalYAML(n *yaml.Node) error {
	p.place = placeOf(n)
	switch {
	case n.Kind == yaml.ScalarNode:
		p.words = n.Value
		return nil
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[1].Kind == yaml.MappingNode:
		p.words = n.Content[0].Value
		for i := 0; i+1 < len(n.Content[1].Content); i += 2 {
			if err := p.detail(n.Content[1].Content[i], n.Content[1].Content[i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	return p.errorf("a step is a phrase such as %q, or one phrase with a map of headers", "respond 180 Ringing")
}

// partsOfStep are the names below a step that are no headers.
var partsOfStep = []string{"body", "check", "on", "session", "set"}

func (p *phrase) detail(name, value *yaml.Node) error {
	var err error
	switch {
	case name.Value == "on":
		err = value.Decode(&p.on)
	case name.Value == "check":
		err = p.addChecks(readChecks(value))
	case name.Value == "set":
		err = p.addChecks(readSets(value))
	case name.Value == "body":
		p.body = value.Value
	case name.Value == "session":
		p.session, err = lifeOf(value.Value)
	case name.Value != "" && name.Value[0] >= 'a' && name.Value[0] <= 'z' && !strings.Contains(name.Value, "-"):
		return placeOf(name).errorf("%q is no part of a step: body, check, on, session, set, or a header with a capital%s", name.Value, planner.DidYouMean(name.Value, partsOfStep))
	case value.Kind != yaml.ScalarNode:
		err = fmt.Errorf("header %s: its value must be text", name.Value)
	default:
		p.headers = append(p.headers, [2]string{name.Value, value.Value})
	}
	if err != nil {
		return placeOf(name).wrap(fmt.Errorf("%s: %w", name.Value, err))
	}
	return nil
}

func (p *phrase) addChecks(list []check, err error) error {
	p.checks = append(p.checks, list...)
	return err
}

// onArms returns the arms of the phrase's own branches, by status: 486, or 4xx for all of a hundred.
func (p *phrase) onArms() ([]arm, error) {
	var arms []arm
	for _, pattern := range slices.Sorted(maps.Keys(p.on)) {
		from, to, err := statusRange(pattern)
		if err != nil {
			return nil, fmt.Errorf("on: %w", err)
		}
		arms = append(arms, status(from, to, p.on[pattern]))
	}
	return arms, nil
}

// statusRange reads 486, or 4xx for 400 to 499.
func statusRange(text string) (from, to int, err error) {
	if hundred, ok := strings.CutSuffix(text, "xx"); ok && len(hundred) == 1 && hundred >= "1" && hundred <= "6" {
		from = int(hundred[0]-'0') * 100
		return from, from + 99, nil
	}
	code, err := strconv.Atoi(text)
	if err != nil || code < 100 || code > 699 {
		return 0, 0, fmt.Errorf("%q is no status: a number from 100 to 699, or 4xx for a hundred", text)
	}
	return code, code, nil
}

// clause cuts the clause that a word begins off the end of a phrase: "180 within 2s" is "180" and "2s".
func clause(text, word string) (before, value string, found bool) {
	if rest, ok := strings.CutPrefix(text, word+" "); ok {
		return "", strings.TrimSpace(rest), true
	}
	at := strings.LastIndex(text, " "+word+" ")
	if at < 0 {
		return text, "", false
	}
	return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+len(word)+2:]), true
}

// lifeOf reads the time of a binding, a subscription or a session: whole seconds, a day at most.
func lifeOf(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > 24*time.Hour || d%time.Second != 0 {
		return 0, fmt.Errorf("%q is no time in whole seconds from 1s to 24h, such as 90s or 1h", text)
	}
	return d, nil
}

// patienceOf reads how long an Expect waits.
func patienceOf(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("within: %q is no time from 1ms to 24h, such as 2s", text)
	}
	return d, nil
}

// methods are the requests that a step can expect.
var methods = []string{"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER"}

// isMethod tells whether a word is a request method.
func isMethod(word string) bool { return slices.Contains(methods, word) }
