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
	places  []place        // where the phrase of each step stands
	at      place          // where the phrase at hand stands
	next    string         // the phrase behind the one at hand, empty at the end of a branch
	open    bool           // the request that opens the call has been sent, or came in
}

// jump is a place that names a branch: the Else of a step or, with arm from 0 on, the Next of one of its arms.
type jump struct {
	step, arm int
	branch    string
}

const noArm = -1

func compile(f flow) (*Program, error) {
	c := &compiler{program: &Program{Name: f.Scenario, About: f.About, Weight: f.Weight.value}, entries: map[string]int{}}
	switch f.Role.value {
	case "caller":
		c.program.Role = Caller
	case "answerer":
		c.program.Role, c.open = Answerer, true
		f.Steps = c.opens(f.Steps)
	default:
		return nil, f.Role.errorf("role: must be caller or answerer, got %q%s", f.Role.value, planner.DidYouMean(f.Role.value, []string{"caller", "answerer"}))
	}
	switch {
	case f.Scenario == "" || len(f.Steps) == 0:
		return nil, f.Role.errorf("a scenario needs a name (scenario:) and steps")
	case f.Weight.value < 0:
		return nil, f.Weight.errorf("weight: must not be negative, got %g", f.Weight.value)
	case f.Weight.value > 0 && c.program.Role == Answerer:
		return nil, f.Weight.errorf("weight: is for callers; which answerer serves a call, the request that opens it decides")
	}
	if err := c.branch(f.Steps); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(f.Branches)) {
		c.entries[name] = len(c.program.Steps)
		if err := c.branch(f.Branches[name]); err != nil {
			return nil, err
		}
	}
	c.entries[failure] = c.add(Step{Op: Mismatch})
	c.entries[refusal] = c.add(Step{Op: Refused})
	c.entries[ending] = c.add(Step{Op: End})
	if err := c.checkCallees(); err != nil {
		return nil, err
	}
	return c.program, c.resolve()
}

// checkCallees refuses URIs in which the far end would say who is called: what a response fills a variable with
// is known too late to be checked as a number that may be called.
func (c *compiler) checkCallees() error {
	for i, s := range c.program.Steps {
		for _, part := range ParseText(s.To + s.Refers) {
			if part.Keyword == Field && slices.Contains(c.program.Variables, part.Reference.Name) {
				return c.places[i].errorf("{{ %s }} is a variable that set: assigns; who is called stands in the file or in a column of --data", part.Reference.Name)
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
func (c *compiler) opens(list []phrase) []phrase {
	if len(list) > 0 {
		if method, ok := strings.CutPrefix(list[0].words, "expect "); ok && isMethod(method) && method != "BYE" {
			c.program.Opens = method
			return list[1:]
		}
	}
	return list
}

// branch compiles a list of phrases and the End that closes it.
func (c *compiler) branch(list []phrase) error {
	for i, p := range list {
		c.next, c.at = "", p.place
		if i+1 < len(list) {
			c.next = list[i+1].words
		}
		first, rest, _ := strings.Cut(strings.TrimSpace(p.words), " ")
		step, known := words[first]
		if !known {
			return p.errorf("no step begins with %q%s; steps begin with %s", first, planner.DidYouMean(first, firstWords()), wordList())
		}
		if err := step.accepts(p, strings.TrimSpace(rest)); err != nil {
			return p.wrap(err)
		}
		if err := step.compile(c, p, strings.TrimSpace(rest)); err != nil {
			return p.wrap(fmt.Errorf("%w%s", err, step.nearest(rest, err)))
		}
	}
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
			return c.places[j.step].errorf("no branch is called %q%s", j.branch, planner.DidYouMean(j.branch, c.branches()))
		}
		if j.arm == noArm {
			c.program.Steps[j.step].Else = entry
		} else {
			c.program.Steps[j.step].Arms[j.arm].Next = entry
		}
	}
	return c.checkSeizing()
}

// checkSeizing refuses a call that would ask for a circuit again and again without ever waiting.
func (c *compiler) checkSeizing() error {
	for i := range c.program.Steps {
		at, moves := i, true
		for n := 0; moves; n++ {
			if n > len(c.program.Steps) {
				return c.places[i].errorf("a call that finds no circuit comes back here without a wait")
			}
			at, moves = c.withoutCircuit(at)
		}
	}
	return nil
}

// withoutCircuit returns the step that follows at once where there is no circuit.
func (c *compiler) withoutCircuit(at int) (next int, moves bool) {
	switch s := &c.program.Steps[at]; s.Op {
	case Seize:
		return s.Else, true
	case PlayMedia, Send:
		return at + 1, true
	}
	return at, false
}

func (c *compiler) add(s Step) int {
	c.program.Steps, c.places = append(c.program.Steps, s), append(c.places, c.at)
	return len(c.program.Steps) - 1
}

// arm is an Arm whose Next may be a branch; to is empty for the step behind the Expect.
type arm struct {
	Arm
	to string
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
			c.jumps = append(c.jumps, jump{step: at, arm: len(c.program.Steps[at].Arms), branch: a.to})
		}
		c.program.Steps[at].Arms = append(c.program.Steps[at].Arms, a.Arm)
	}
	return nil
}

// status returns an arm for responses.
func status(from, to int, next string) arm { return arm{Arm{From: from, To: to}, next} }

// provisional is the arm that notes 1xx and keeps waiting.
func provisional() arm { return arm{Arm{From: 100, To: 199, Stay: true}, ""} }

// send adds a message, with the headers of the phrase beside its own.
func (c *compiler) send(p phrase, text string, change func(*Step)) error {
	var extra strings.Builder
	for _, h := range p.headers {
		if err := checkHeader(h[0], h[1]); err != nil {
			return err
		}
		fmt.Fprintf(&extra, "%s: %s\n", h[0], h[1])
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
