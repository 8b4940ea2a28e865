package scenarios

import (
	"cmp"
	"fmt"
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
	plain   bool        // written without quotes
	headers []headerOf  // of the message, beside its own
	on      []directive // branches by response status
	body    string
	checks  []check       // of the message that the step takes
	session time.Duration // of an INVITE: the session timer asked for
	place
}

// headerOf is a header that a phrase adds to its message.
type headerOf struct {
	name, value string
	place
}

// directive says which branch follows a status.
type directive struct {
	status, branch string
	place
}

// UnmarshalYAML reads a step: a plain phrase, or one phrase with a map. Names in the map that begin with a
// capital are headers, the others say more about the step.
func (p *phrase) UnmarshalYAML(n *yaml.Node) error {
	p.place, p.plain = placeOf(n), n.Style == 0
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		p.words = n.Value
		return nil
	}
	if n.Kind != yaml.MappingNode || len(n.Content) < 2 {
		return p.errorf("a step is a phrase such as %q, or one phrase with a map of headers; got %s", "respond 180 Ringing", kindOf(n))
	}
	name, details := n.Content[0], resolved(n.Content[1])
	p.words, p.plain = name.Value, name.Style == 0
	switch {
	case len(n.Content) > 2:
		return placeOf(n.Content[2]).errorf("%q stands beside the step %q; what belongs to a step stands below it, indented further, and another step behind a dash of its own", n.Content[2].Value, p.words)
	case details.Tag == "!!null":
		return p.errorf("%q has a colon behind it, and nothing below it: headers, on, check, set, body or session", p.words)
	case details.Kind != yaml.MappingNode:
		return p.errorf("a step is one phrase: %q without the colon, or the phrase in quotes where a colon belongs to it", strings.TrimSpace(p.words+" "+details.Value))
	}
	for i := 0; i+1 < len(details.Content); i += 2 {
		if err := p.detail(details.Content[i], resolved(details.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// checkTexts looks at what the phrase sends.
func (p *phrase) checkTexts() error {
	for _, h := range p.headers {
		if err := checkText(h.value); err != nil {
			return h.wrap(err)
		}
	}
	return p.wrap(cmp.Or(checkText(p.words), checkText(p.body)))
}

// folded tells whether a plain phrase takes in lines below its own that look like steps.
func (p *phrase) folded(lines [][]byte) bool {
	return p.plain && strings.Contains(p.words, " - ") && p.line <= len(lines) && !strings.Contains(string(lines[p.line-1]), p.words)
}

// partsOfStep are the names below a step that are no headers.
var partsOfStep = []string{"body", "check", "on", "session", "set"}

func (p *phrase) detail(name, value *yaml.Node) error {
	var err error
	switch {
	case name.Value == "on":
		err = p.readBranches(value)
	case name.Value == "check":
		err = p.addChecks(readChecks(value))
	case name.Value == "set":
		err = p.addChecks(readSets(value))
	case name.Value == "body" && value.Kind != yaml.ScalarNode:
		err = fmt.Errorf("must be text, got %s; behind a bar, body: |, text may have lines", kindOf(value))
	case name.Value == "body":
		p.body = value.Value
	case name.Value == "session":
		p.session, err = lifeOf(value.Value)
	case name.Value != "" && name.Value[0] >= 'a' && name.Value[0] <= 'z' && !strings.Contains(name.Value, "-"):
		return placeOf(name).errorf("%q is no part of a step: body, check, on, session, set, or a header with a capital%s", name.Value, planner.DidYouMean(name.Value, partsOfStep))
	case value.Kind != yaml.ScalarNode:
		err = fmt.Errorf("header %s: its value must be text", name.Value)
	default:
		p.headers = append(p.headers, headerOf{name.Value, value.Value, placeOf(name)})
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

// readBranches reads `on:`, statuses and the branches that they lead to.
func (p *phrase) readBranches(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("statuses and the branches that they lead to are wanted, such as {486: busy}; got %s", kindOf(n))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		one := directive{n.Content[i].Value, n.Content[i+1].Value, placeOf(n.Content[i])}
		if one.branch == "" {
			return one.errorf("on: %s leads nowhere; say the name of a branch, as in {%s: busy}", one.status, one.status)
		}
		p.on = append(p.on, one)
	}
	return nil
}

// onArms returns the arms of the phrase's own branches, by status: 486, or 4xx for all of a hundred. A single status
// goes before its hundred.
func (p *phrase) onArms() ([]arm, error) {
	var arms []arm
	for _, one := range slices.SortedStableFunc(slices.Values(p.on), func(a, b directive) int { return strings.Compare(a.status, b.status) }) {
		from, to, err := statusRange(one.status)
		if err != nil {
			return nil, one.wrap(fmt.Errorf("on: %w", err))
		}
		next := status(from, to, one.branch)
		next.place = one.place
		arms = append(arms, next)
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
