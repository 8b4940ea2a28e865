package scenarios

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner"
)

// compiler turns the phrases of a flow into steps.
type compiler struct {
	program *Program
	entries map[string]int // first step of each branch
	jumps   []jump         // places to fill in once all branches have their steps
	sources []source       // of each step
	reached []bool         // steps that a call can come to
	at      place          // where the phrase at hand stands
	word    string         // with which it begins
	before  string         // the phrase before it, empty at the beginning of a branch
	next    string         // the phrase behind it, empty at the end of a branch
	open    bool           // the request that opens the call has been sent, or came in
}

// source is the phrase that a step comes from: where it stands, and the word with which it begins.
type source struct {
	place
	word string
}

// jump is a place that names a branch: the Else of a step or, with arm from 0 on, the Next of one of its arms.
type jump struct {
	step, arm int
	branch    string
	place     // where the name of the branch stands, if it has a line of its own
}

const noArm = -1

func compile(f *flow) (*Program, error) {
	c := &compiler{program: &Program{Name: f.Scenario.value, About: f.About, Weight: f.Weight.value}, entries: map[string]int{}}
	steps := f.Steps.list
	if f.Role.value == "answerer" {
		c.program.Role, c.open = Answerer, true
		var err error
		if steps, err = c.opens(steps); err != nil {
			return nil, err
		}
	}
	if err := c.branch(steps); err != nil {
		return nil, err
	}
	for _, b := range f.Branches {
		c.entries[b.name] = len(c.program.Steps)
		if err := c.branch(b.steps.list); err != nil {
			return nil, err
		}
	}
	c.at = place{}
	c.entries[failure] = c.add(Step{Op: Mismatch})
	c.entries[refusal] = c.add(Step{Op: Refused})
	c.entries[ending] = c.add(Step{Op: End})
	for _, check := range []func() error{c.checkCallees, c.resolve, c.checkOrder, c.checkLoops} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	for _, b := range f.Branches {
		if !c.reached[c.entries[b.name]] {
			return nil, b.errorf("branches: no step leads to %q: on: or else names a branch", b.name)
		}
	}
	return c.program, nil
}

// checkCallees refuses URIs in which the far end would say who is called: what a response fills a variable with
// is known too late to be checked as a number that may be called.
func (c *compiler) checkCallees() error {
	for i, s := range c.program.Steps {
		for _, part := range ParseText(s.To + s.Refers) {
			if part.Keyword == Field && slices.Contains(c.program.Variables, part.Reference.Name) {
				return c.sources[i].errorf("{{ %s }} is a variable that set: assigns; who is called stands in the file or in a column of --data", part.Reference.Name)
			}
		}
	}
	return nil
}

// The places that every program has beside its branches. No branch of a file can be called so.
const (
	failure = "\x00failure"
	refusal = "\x00refusal"
	ending  = "\x00ending"
)

// opens takes the request that opens the calls of an answerer from its first phrase, and returns the rest.
func (c *compiler) opens(list []phrase) ([]phrase, error) {
	p := &list[0]
	rest, expects := strings.CutPrefix(p.words, "expect ")
	method, more, _ := strings.Cut(rest, " ")
	switch {
	case !expects || !isMethod(method) || slices.Contains(insideCalls, method):
		return list, nil
	case more != "":
		return nil, p.errorf("expect: %q has no meaning here: the call begins when its request is there", more)
	}
	c.program.Opens, c.at = method, p.place
	w := words["expect"]
	if err := w.accepts(c.program.Role, p, rest); err != nil {
		return nil, p.wrap(err)
	}
	if len(p.on) > 0 {
		return nil, p.on[0].errorf("on: is about responses, and %s is a request", method)
	}
	actions, err := c.actions(*p)
	if len(actions) > 0 {
		c.add(Step{Op: Examine, Actions: actions, Line: p.line})
	}
	return list[1:], err
}

// insideCalls are the requests that open no call: a flow that begins with one of them answers INVITE.
var insideCalls = []string{"ACK", "BYE", "CANCEL", "PRACK"}

// branch compiles a list of phrases and the End that closes it.
func (c *compiler) branch(list []phrase) error {
	for i, p := range list {
		c.next, c.before, c.at = "", "", p.place
		if i+1 < len(list) {
			c.next = list[i+1].words
		}
		if i > 0 {
			c.before = list[i-1].words
		}
		first, rest, _ := strings.Cut(strings.TrimSpace(p.words), " ")
		step, known := words[first]
		if !known {
			return p.errorf("no step begins with %q%s; steps begin with %s", first, planner.DidYouMean(first, firstWords()), wordList())
		}
		if err := step.accepts(c.program.Role, &p, strings.TrimSpace(rest)); err != nil {
			return p.wrap(err)
		}
		if err := p.checkTexts(); err != nil {
			return err
		}
		c.word = first
		if err := step.compile(c, p, strings.TrimSpace(rest)); err != nil {
			return p.wrap(fmt.Errorf("%w%s", err, step.nearest(rest, err)))
		}
	}
	c.word = ""
	c.add(Step{Op: End})
	return nil
}

// branches returns the names of the branches that the file has.
func (c *compiler) branches() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.entries)), func(name string) bool { return strings.HasPrefix(name, "\x00") })
}

func (c *compiler) resolve() error {
	for _, j := range c.jumps {
		entry, ok := c.entries[j.branch]
		if !ok {
			at := cmp.Or(j.place, c.sources[j.step].place)
			return at.errorf("no branch is called %q%s", j.branch, planner.DidYouMean(j.branch, c.branches()))
		}
		if j.arm == noArm {
			c.program.Steps[j.step].Else = entry
		} else {
			c.program.Steps[j.step].Arms[j.arm].Next = entry
		}
	}
	return nil
}

func (c *compiler) add(s Step) int {
	c.program.Steps, c.sources = append(c.program.Steps, s), append(c.sources, source{c.at, c.word})
	return len(c.program.Steps) - 1
}

// arm is an Arm whose Next may be a branch; to is empty for the step behind the Expect.
type arm struct {
	Arm
	to string
	place
}

// await adds an Expect. What the phrase says of single statuses goes before the arms; its patience is over in
// a branch.
func (c *compiler) await(p phrase, within time.Duration, late string, arms ...arm) error {
	own, err := p.onArms()
	if err != nil {
		return err
	}
	actions, err := c.actions(p)
	if err != nil {
		return err
	}
	at := c.add(Step{Op: Expect, Line: p.line, Within: within, Actions: actions})
	if within > 0 {
		c.jumps = append(c.jumps, jump{step: at, arm: noArm, branch: cmp.Or(late, failure)})
	}
	for _, a := range append(own, arms...) {
		a.Next = at + 1
		if a.to != "" {
			c.jumps = append(c.jumps, jump{step: at, arm: len(c.program.Steps[at].Arms), branch: a.to, place: a.place})
		}
		c.program.Steps[at].Arms = append(c.program.Steps[at].Arms, a.Arm)
	}
	return nil
}

// status returns an arm for responses.
func status(from, to int, next string) arm { return arm{Arm: Arm{From: from, To: to}, to: next} }

// provisional is the arm that notes 1xx and keeps waiting.
func provisional() arm { return arm{Arm: Arm{From: 100, To: 199, Stay: true}} }

// send adds a message, with the headers of the phrase beside its own.
func (c *compiler) send(p phrase, text string, change func(*Step)) error {
	var extra strings.Builder
	for _, h := range p.headers {
		if err := checkHeader(h.name, h.value); err != nil {
			return h.wrap(err)
		}
		fmt.Fprintf(&extra, "%s: %s\n", h.name, h.value)
	}
	text = strings.Replace(text, "Content-Length:", extra.String()+"Content-Length:", 1)
	message, err := ParseMessage(text)
	if err != nil {
		return err
	}
	step := Step{Op: Send, Message: message, Line: p.line}
	if change != nil {
		change(&step)
	}
	c.add(step)
	return nil
}

// checkHeader refuses headers that a scenario must not write: they would break the message or the dialog.
func checkHeader(name, value string) error {
	if strings.ContainsAny(name+value, "\r\n\x00") {
		return fmt.Errorf("header %q: line breaks are not allowed", name)
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
		return fmt.Errorf("header %q: a header name has no blanks, colons or letters beyond ASCII", name)
	}
	if slices.ContainsFunc(dialogHeaders, func(h string) bool { return strings.EqualFold(h, name) }) {
		return fmt.Errorf("header %q: is the dialog's own, which sipplan writes", name)
	}
	return nil
}

// dialogHeaders are written by the machine, so that a call stays one.
var dialogHeaders = []string{"Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq", "Content-Length", "l", "Max-Forwards", "Route", "Refer-To", "r"}
