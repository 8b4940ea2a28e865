package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner/traffic"
)

// compiler turns the phrases of a file into steps.
type compiler struct {
	program *Program
	entries map[string]int // first step of each branch
	jumps   []jump         // places to fill in once all branches have their steps
}

// jump is an Else that names a branch.
type jump struct {
	step   int
	branch string
	line   int
}

// words lists the first words that a phrase can begin with, with what compiles them.
var words = map[string]func(c *compiler, p phrase, rest string) error{
	"invite":  (*compiler).invite,
	"bye":     (*compiler).bye,
	"respond": (*compiler).respond,
	"answer":  (*compiler).answer,
	"wait":    (*compiler).wait,
	"expect":  (*compiler).expect,
	"seize":   (*compiler).seize,
	"play":    (*compiler).play,
}

func compile(f file) (*Program, error) {
	c := &compiler{program: &Program{Name: f.Scenario, About: f.About}, entries: map[string]int{}}
	switch f.Role {
	case "caller":
		c.program.Role = Caller
	case "answerer":
		c.program.Role = Answerer
	default:
		return nil, fmt.Errorf("role: must be caller or answerer, got %q", f.Role)
	}
	if f.Scenario == "" || len(f.Steps) == 0 {
		return nil, fmt.Errorf("a scenario needs a name (scenario:) and steps")
	}
	if err := c.branch(f.Steps); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(f.Branches) {
		c.entries[name] = len(c.program.Steps)
		if err := c.branch(f.Branches[name]); err != nil {
			return nil, err
		}
	}
	return c.program, c.resolve()
}

func sortedKeys(m map[string][]phrase) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// branch compiles a list of steps and the End that closes it.
func (c *compiler) branch(list []phrase) error {
	for _, p := range list {
		first, rest, _ := strings.Cut(strings.TrimSpace(p.words), " ")
		step, known := words[first]
		if !known {
			return fmt.Errorf("line %d: no step begins with %q; steps begin with answer, bye, expect, invite, play, respond, seize or wait", p.line, first)
		}
		if err := step(c, p, strings.TrimSpace(rest)); err != nil {
			return fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	c.add(Step{Op: End})
	return nil
}

func (c *compiler) resolve() error {
	for _, j := range c.jumps {
		entry, ok := c.entries[j.branch]
		if !ok {
			return fmt.Errorf("line %d: no branch is called %q", j.line, j.branch)
		}
		c.program.Steps[j.step].Else = entry
	}
	for _, step := range c.program.Steps {
		for i := range step.Arms {
			if step.Arms[i].Next == atEnd {
				step.Arms[i].Next = len(c.program.Steps) - 1
			}
		}
	}
	return nil
}

func (c *compiler) add(s Step) int {
	c.program.Steps = append(c.program.Steps, s)
	return len(c.program.Steps) - 1
}

// atEnd marks an arm that leads to the last step of the program, whose index is not known yet.
const atEnd = -1

// invite is a whole INVITE transaction: provisional responses are noted, a 2xx is acknowledged, any
// other final response ends the call in its class.
func (c *compiler) invite(p phrase, _ string) error {
	if err := c.send("invite", p); err != nil {
		return err
	}
	wait := c.add(Step{Op: Expect, Line: p.line})
	c.program.Steps[wait].Arms = []Arm{
		{From: 100, To: 199, Stay: true},
		{From: 200, To: 299, Next: wait + 1},
		{From: 300, To: 699, Next: atEnd},
	}
	return c.send("ack", phrase{line: p.line})
}

func (c *compiler) bye(p phrase, _ string) error {
	if err := c.send("bye", p); err != nil {
		return err
	}
	wait := c.add(Step{Op: Expect, Line: p.line})
	c.program.Steps[wait].Arms = []Arm{{From: 100, To: 199, Stay: true}, {From: 200, To: 699, Next: wait + 1}}
	return nil
}

// respond sends a response to the request that is open: the INVITE until it has a final response, then
// what came last.
func (c *compiler) respond(p phrase, rest string) error {
	code, phrase, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 100 || status > 699 {
		return fmt.Errorf("respond: %q is not a status code from 100 to 699", code)
	}
	text, err := responseText(status, phrase)
	if err != nil {
		return err
	}
	return c.sendText(text, p)
}

// answer is the 200 to the INVITE with a session description; the step is over when the ACK is in.
func (c *compiler) answer(p phrase, _ string) error {
	if err := c.send("answer", p); err != nil {
		return err
	}
	wait := c.add(Step{Op: Expect, Line: p.line})
	c.program.Steps[wait].Arms = []Arm{{Method: "ACK", Next: wait + 1}}
	return nil
}

func (c *compiler) wait(p phrase, rest string) error {
	step := Step{Op: Pause, Line: p.line}
	switch rest {
	case "holding":
		step.Wait = Holding
	case "setup":
		step.Wait = Setup
	case "ringing":
		step.Wait = Ringing
	default:
		law, err := traffic.ParseDuration(rest)
		if err != nil {
			return fmt.Errorf("wait: %w, nor one of holding, setup, ringing", err)
		}
		step.Wait, step.Law = OwnLaw, law
	}
	c.add(step)
	return nil
}

func (c *compiler) expect(p phrase, rest string) error {
	if rest == "" || strings.ToUpper(rest) != rest || strings.ContainsAny(rest, " \t") {
		return fmt.Errorf("expect: %q is not a request method such as BYE", rest)
	}
	wait := c.add(Step{Op: Expect, Line: p.line})
	c.program.Steps[wait].Arms = []Arm{{Method: rest, Next: wait + 1}}
	return nil
}

func (c *compiler) seize(p phrase, rest string) error {
	branch, ok := strings.CutPrefix(rest, "else ")
	if !ok {
		return fmt.Errorf("seize: say where a call goes that finds no circuit: seize else BRANCH")
	}
	c.jumps = append(c.jumps, jump{step: c.add(Step{Op: Seize, Line: p.line}), branch: strings.TrimSpace(branch), line: p.line})
	return nil
}

func (c *compiler) play(p phrase, _ string) error {
	c.add(Step{Op: PlayMedia, Media: PlaySource, Line: p.line})
	return nil
}

func (c *compiler) send(name string, p phrase) error {
	text, err := standardText(name)
	if err != nil {
		return err
	}
	return c.sendText(text, p)
}

// sendText adds the headers of the phrase behind the start line's own and compiles the message.
func (c *compiler) sendText(text string, p phrase) error {
	var extra strings.Builder
	for _, h := range p.headers {
		if strings.ContainsAny(h[0]+h[1], "\r\n\x00") {
			return fmt.Errorf("header %q: line breaks are not allowed", h[0])
		}
		fmt.Fprintf(&extra, "%s: %s\n", h[0], h[1])
	}
	text = strings.Replace(text, "Content-Length:", extra.String()+"Content-Length:", 1)
	message, err := ParseMessage(text)
	if err != nil {
		return err
	}
	c.add(Step{Op: Send, Message: message, Line: p.line})
	return nil
}
