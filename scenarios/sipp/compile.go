package sipp

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/scenarios"
)

// compiler turns the elements of a file into the steps of a script.
type compiler struct {
	options  Options
	program  *scenarios.Program
	script   *scenarios.Script
	findings []Finding

	names        map[string]int // variables by name
	labels       map[string]int
	initLabels   map[string]int
	jumps        []jump
	txns         []transaction
	methods      string // of the requests sent so far
	optionalLast bool   // the last step was an optional message
	ended        bool   // a timewait was there
	keys         map[string]bool
}

// jump is a label that a step names.
type jump struct {
	init    bool
	step    int
	label   string
	line    int
	timeout bool
}

// transaction is what the file says of one.
type transaction struct {
	line             int
	invite           bool
	starts, answers  int
	acknowledgements int
}

func newCompiler(name string, o Options) *compiler {
	script := &scenarios.Script{Unexpected: -1, ReturnTo: -1, PausedTo: -1}
	name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	return &compiler{
		options: o, script: script, program: &scenarios.Program{Name: name, Script: script},
		names: map[string]int{}, labels: map[string]int{}, initLabels: map[string]int{}, keys: map[string]bool{},
	}
}

func (c *compiler) warn(line int, format string, values ...any) {
	c.findings = append(c.findings, Finding{line, Warning, fmt.Sprintf(format, values...)})
}

func (c *compiler) fail(line int, format string, values ...any) {
	c.findings = append(c.findings, Finding{line, Error, fmt.Sprintf(format, values...)})
}

// scenario compiles the file's only element.
func (c *compiler) scenario(root *element) {
	if root.name != "scenario" {
		c.fail(root.line, "the file is no scenario: its element is <%s>, not <scenario>", root.name)
		return
	}
	c.program.About, _ = root.get("name")
	c.stray(root)
	for _, e := range root.children {
		c.element(e)
	}
	c.defaults()
	c.resolve()
	c.checkTransactions()
	c.role(root)
	if label, known := c.labels["_unexp.main"]; known {
		c.script.Unexpected = label
	}
	c.script.ReturnTo, c.script.PausedTo = c.known("_unexp.retaddr"), c.known("_unexp.pausedaddr")
}

// known returns a variable that the file names, -1 when it does not.
func (c *compiler) known(name string) int {
	if id, ok := c.names[name]; ok {
		return id
	}
	return -1
}

// stray warns of text that stands where none belongs.
func (c *compiler) stray(e *element) {
	if e.text != "" {
		c.warn(e.line, "text within <%s> is passed over: %s", e.name, excerpt(e.text))
	}
}

// elements compiles each element of a scenario by its name.
var elements map[string]func(c *compiler, e *element)

func init() {
	elements = map[string]func(c *compiler, e *element){
		"send": (*compiler).send, "recv": (*compiler).receive, "pause": (*compiler).pause, "timewait": (*compiler).pause,
		"nop": (*compiler).act, "sendCmd": (*compiler).sendCommand, "recvCmd": (*compiler).awaitCommand,
		"label": (*compiler).label, "init": (*compiler).initial, "DefaultMessage": (*compiler).defaultMessage,
		"Global": (*compiler).global, "User": (*compiler).user, "Reference": (*compiler).reference,
		"ResponseTimeRepartition": (*compiler).responseTimes, "CallLengthRepartition": (*compiler).callLengths,
	}
}

func (c *compiler) element(e *element) {
	compile, known := elements[e.name]
	if !known {
		c.fail(e.line, "<%s> is no element of a scenario", e.name)
		return
	}
	compile(c, e)
}

// role finds out which side of a call the script plays: the first message says so.
func (c *compiler) role(root *element) {
	if len(c.script.Steps) == 0 {
		c.fail(root.line, "the scenario has no message")
		return
	}
	for _, step := range c.script.Steps {
		switch step.Op {
		case scenarios.ScriptSend, scenarios.ScriptCommand:
			return
		case scenarios.ScriptReceive, scenarios.ScriptAwait:
			c.script.Answer = step.Op == scenarios.ScriptReceive
			if c.script.Answer {
				c.program.Role = scenarios.Answerer
			}
			return
		}
	}
	c.fail(root.line, "the scenario neither sends nor receives a message")
}

// label gives the next step a name.
func (c *compiler) label(e *element) { c.name(e, c.labels, len(c.script.Steps)) }

func (c *compiler) name(e *element, labels map[string]int, step int) {
	id, given := e.get("id")
	if _, twice := labels[id]; !given || twice {
		c.fail(e.line, "<label> needs an id that no other has, got %q", id)
		return
	}
	labels[id] = step
}

// initial compiles what is done before the first call.
func (c *compiler) initial(e *element) {
	for _, child := range e.children {
		switch child.name {
		case "nop":
			step := scenarios.NewScriptStep(scenarios.ScriptAct, child.line)
			c.common(child, &step, true)
			c.script.Init = append(c.script.Init, step)
		case "label":
			c.name(child, c.initLabels, len(c.script.Init))
		default:
			c.fail(child.line, "<%s> within <init>: only nop and label may stand there", child.name)
		}
	}
}

// resolve turns the labels of jumps into steps.
func (c *compiler) resolve() {
	for _, j := range c.jumps {
		steps, labels := c.script.Steps, c.labels
		if j.init {
			steps, labels = c.script.Init, c.initLabels
		}
		at, known := labels[j.label]
		if !known {
			c.fail(j.line, "no label has the id %q", j.label)
			continue
		}
		if j.timeout {
			steps[j.step].OnTimeout = at
		} else {
			steps[j.step].Next = at
		}
	}
}

func (c *compiler) responseTimes(e *element) { c.script.ResponseTimes = c.bounds(e) }
func (c *compiler) callLengths(e *element)   { c.script.CallLengths = c.bounds(e) }

// bounds reads a list of milliseconds.
func (c *compiler) bounds(e *element) (list []time.Duration) {
	value, given := e.get("value")
	if !given {
		c.fail(e.line, "<%s> needs a value", e.name)
		return nil
	}
	for _, text := range strings.Split(value, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		ms, err := strconv.ParseFloat(text, 64)
		if err != nil || !(ms >= 0 && ms < 1e12) {
			c.warn(e.line, "<%s>: %q is no number of milliseconds and is passed over", e.name, text)
			continue
		}
		list = append(list, milliseconds(ms))
	}
	slices.Sort(list)
	return list
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// flag reads a truth. SIPp takes true and false, and stops at anything else.
func (c *compiler) flag(e *element, name string) bool {
	value, given := e.get(name)
	if !given {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "true", "yes", "1", "on":
		return true
	case "false", "no", "0", "off", "":
		return false
	}
	c.warn(e.line, "%s of <%s>: must be true or false, got %q; taken for false", name, e.name, value)
	return false
}

// wait reads a number of milliseconds.
func (c *compiler) wait(e *element, name string) time.Duration {
	value, given := e.get(name)
	if !given {
		return 0
	}
	if value = strings.TrimSpace(value); value == "" {
		c.warn(e.line, "%s of <%s> is empty and taken for 0", name, e.name)
		return 0
	}
	ms, err := strconv.ParseFloat(value, 64)
	if err != nil || !(ms >= 0 && ms < 1e12) {
		c.fail(e.line, "%s of <%s>: must be a number of milliseconds, got %q", name, e.name, value)
		return 0
	}
	return milliseconds(ms)
}

// number reads a number of an element.
func (c *compiler) number(e *element, name string) (float64, error) {
	value, given := e.get(name)
	if !given {
		return 0, fmt.Errorf("%s is missing", name)
	}
	value = strings.TrimSpace(value)
	if value == "" {
		c.warn(e.line, "%s of <%s> is empty and taken for 0", name, e.name)
		return 0, nil
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: must be a number, got %q", name, value)
	}
	return x, nil
}
