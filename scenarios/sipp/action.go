package sipp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/scenarios"
)

// actions compiles the <action> of a step. SIPp looks at the first element within a step alone.
func (c *compiler) actions(e *element, step *scenarios.ScriptStep) {
	for i, child := range e.children {
		if i > 0 || child.name != "action" {
			c.warn(child.line, "<%s> within <%s> is passed over: its first element counts, and must be <action>", child.name, e.name)
			continue
		}
		c.stray(child)
		for _, a := range child.children {
			c.action(a, step)
		}
	}
}

// actionNames compiles each action by its name.
var actionNames map[string]func(c *compiler, e *element, a *scenarios.Action)

func init() {
	operand := func(op scenarios.ActionOp) func(c *compiler, e *element, a *scenarios.Action) {
		return func(c *compiler, e *element, a *scenarios.Action) {
			a.Op, a.Assign = op, c.required(e, "assign_to")
			c.operand(e, a)
		}
	}
	change := func(op scenarios.ActionOp, name string) func(c *compiler, e *element, a *scenarios.Action) {
		return func(c *compiler, e *element, a *scenarios.Action) { a.Op, a.Assign = op, c.required(e, name) }
	}
	message := func(op scenarios.ActionOp) func(c *compiler, e *element, a *scenarios.Action) {
		return func(c *compiler, e *element, a *scenarios.Action) { a.Op, a.Text = op, c.template(e, "message") }
	}
	leap := func(op scenarios.ActionOp) func(c *compiler, e *element, a *scenarios.Action) {
		return func(c *compiler, e *element, a *scenarios.Action) { a.Op = op; c.operand(e, a) }
	}
	actionNames = map[string]func(c *compiler, e *element, a *scenarios.Action){
		"ereg": (*compiler).extract, "log": message(scenarios.Log), "warning": message(scenarios.Warn), "error": message(scenarios.Fail),
		"assign": operand(scenarios.AssignValue), "add": operand(scenarios.Add), "subtract": operand(scenarios.Subtract),
		"multiply": operand(scenarios.Multiply), "divide": (*compiler).divide,
		"assignstr": (*compiler).assignText, "gettimeofday": (*compiler).noteTime, "index": change(scenarios.NoteStep, "assign_to"),
		"jump": leap(scenarios.Jump), "pauserestore": leap(scenarios.RestorePause),
		"sample": (*compiler).draw, "todouble": (*compiler).toNumber, "test": (*compiler).compare, "strcmp": (*compiler).compareText,
		"verifyauth": (*compiler).verifyLogin, "lookup": (*compiler).lookUp, "insert": (*compiler).insertRow, "replace": (*compiler).replaceRow,
		"setdest":  (*compiler).setDestination,
		"closecon": (*compiler).closeConnection,
		"trim":     change(scenarios.Trim, "assign_to"), "urldecode": change(scenarios.DecodeURL, "variable"), "urlencode": change(scenarios.EncodeURL, "variable"),
		"exec": (*compiler).exec, "rtp_echo": (*compiler).echo,
	}
}

func (c *compiler) action(e *element, step *scenarios.ScriptStep) {
	compile, known := actionNames[e.name]
	if !known {
		c.fail(e.line, "<%s> is no action%s", e.name, planner.DidYouMean(e.name, slices.Sorted(maps.Keys(actionNames))))
		return
	}
	a := scenarios.NewAction(scenarios.Extract, e.line)
	compile(c, e, &a)
	step.Actions = append(step.Actions, a)
}

// required returns the variable that an attribute names, which must be there.
func (c *compiler) required(e *element, name string) int {
	id := c.one(e, name)
	if id < 0 {
		c.fail(e.line, "<%s> needs %s with the name of a variable", e.name, name)
		return 0
	}
	return id
}

// template compiles the text of an attribute, which must be there.
func (c *compiler) template(e *element, name string) []scenarios.Segment {
	value, given := e.get(name)
	if !given {
		c.fail(e.line, "<%s> needs %s", e.name, name)
		return nil
	}
	return c.segments(value, e.line)
}

// operand reads value or variable.
func (c *compiler) operand(e *element, a *scenarios.Action) {
	_, value := e.get("value")
	_, variable := e.get("variable")
	switch {
	case value && variable:
		c.fail(e.line, "<%s> has both value and variable; one of them is allowed", e.name)
	case variable:
		a.With = c.one(e, "variable")
	default:
		a.Number = c.value(e, "value")
	}
}

// value reads a number that must be there.
func (c *compiler) value(e *element, name string) float64 {
	x, err := c.number(e, name)
	if err != nil {
		c.fail(e.line, "<%s>: %v", e.name, err)
	}
	return x
}

func (c *compiler) divide(e *element, a *scenarios.Action) {
	a.Op, a.Assign = scenarios.Divide, c.required(e, "assign_to")
	c.operand(e, a)
	if a.With < 0 && a.Number == 0 {
		c.fail(e.line, "<divide>: the value must not be 0")
	}
}

// pattern compiles a regular expression and warns of what POSIX leaves open.
func (c *compiler) pattern(text string, line int) *scenarios.Pattern {
	pattern, err := scenarios.ParsePattern(text)
	if err != nil {
		c.fail(line, "%v", err)
		return nil
	}
	for _, sentence := range pattern.Strange {
		c.warn(line, "regular expression %q: %s", text, sentence)
	}
	return pattern
}

// extract compiles <ereg>.
func (c *compiler) extract(e *element, a *scenarios.Action) {
	c.attributesOf(e, "regexp", "search_in", "header", "occurrence", "occurence", "case_indep", "start_line", "check_it", "check_it_inverse", "assign_to", "variable")
	regexp, given := e.get("regexp")
	if !given {
		c.fail(e.line, "<ereg> needs regexp")
		return
	}
	a.Pattern = c.pattern(regexp, e.line)
	c.place(e, a)
	c.checks(e, a)
	ids := c.list(e, "assign_to")
	if len(ids) > 0 {
		a.Assign, a.Groups = ids[0], ids[1:]
	}
	if a.Pattern != nil && len(a.Groups) > a.Pattern.Groups() {
		c.warn(e.line, "<ereg> assigns %d subexpressions, but its expression has %d", len(a.Groups), a.Pattern.Groups())
	}
}

// attributesOf warns of attributes of an action that have no effect.
func (c *compiler) attributesOf(e *element, known ...string) {
	for _, attribute := range e.attributes {
		if !slices.Contains(known, attribute.name) {
			c.warn(attribute.line, "attribute %s of <%s> is unknown and has no effect%s", attribute.name, e.name, planner.DidYouMean(attribute.name, known))
		}
	}
}

// place reads where an expression is looked for.
func (c *compiler) place(e *element, a *scenarios.Action) {
	where, _ := e.get("search_in")
	switch where {
	case "", "msg":
		return
	case "body":
		a.Where.Part = scenarios.BodyPart
	case "var":
		a.Where.Part, a.From = scenarios.VariablePart, c.required(e, "variable")
	case "hdr":
		c.header(e, a)
	default:
		c.fail(e.line, "search_in: must be msg, hdr, body or var, got %q", where)
	}
}

func (c *compiler) header(e *element, a *scenarios.Action) {
	a.Where.Part = scenarios.HeaderPart
	if a.Where.Header, _ = e.get("header"); a.Where.Header == "" {
		c.fail(e.line, "search_in=\"hdr\" needs header")
	}
	a.Where.FoldCase, a.Where.LineStart = c.flag(e, "case_indep"), c.flag(e, "start_line")
	text, given := e.get("occurrence")
	if !given {
		text, given = e.get("occurence") // what most files write
	}
	if given {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			c.fail(e.line, "occurrence: must be a number from 1 on, got %q", text)
		}
		a.Where.Occurrence = n
	}
}

// checks reads whether the call depends on what an action finds.
func (c *compiler) checks(e *element, a *scenarios.Action) {
	_, check := e.get("check_it")
	_, inverse := e.get("check_it_inverse")
	if check && inverse {
		c.fail(e.line, "<%s> has both check_it and check_it_inverse; one of them is allowed", e.name)
	}
	a.Check, a.CheckInverse = c.flag(e, "check_it"), c.flag(e, "check_it_inverse")
}

func (c *compiler) assignText(e *element, a *scenarios.Action) {
	a.Op, a.Assign, a.Text = scenarios.AssignText, c.required(e, "assign_to"), c.template(e, "value")
}

func (c *compiler) noteTime(e *element, a *scenarios.Action) {
	a.Op = scenarios.NoteTime
	ids := c.list(e, "assign_to")
	if len(ids) != 2 {
		c.fail(e.line, "<gettimeofday> needs two variables in assign_to: seconds and microseconds")
		return
	}
	a.Assign, a.Groups = ids[0], ids[1:]
}

func (c *compiler) draw(e *element, a *scenarios.Action) {
	a.Op, a.Assign, a.Sample = scenarios.Draw, c.required(e, "assign_to"), c.sample(e)
}

func (c *compiler) toNumber(e *element, a *scenarios.Action) {
	a.Op, a.Assign, a.From = scenarios.ToNumber, c.required(e, "assign_to"), c.required(e, "variable")
}

// comparisons are the ways in which <test> compares.
var comparisons = map[string]scenarios.Comparison{
	"equal": scenarios.Equal, "not_equal": scenarios.NotEqual, "greater_than": scenarios.Greater, "less_than": scenarios.Less,
	"greater_than_equal": scenarios.GreaterOrEqual, "less_than_equal": scenarios.LessOrEqual,
}

func (c *compiler) compare(e *element, a *scenarios.Action) {
	a.Op = scenarios.Compare
	c.comparison(e, a)
	if _, given := e.get("value"); given {
		a.Number = c.value(e, "value")
	} else {
		a.With = c.required(e, "variable2")
	}
	name, _ := e.get("compare")
	comparison, known := comparisons[name]
	if !known {
		c.fail(e.line, "compare: must be equal, not_equal, greater_than, less_than, greater_than_equal or less_than_equal, got %q", name)
	}
	a.Compare = comparison
}

// comparison reads what <test> and <strcmp> have in common.
func (c *compiler) comparison(e *element, a *scenarios.Action) {
	c.checks(e, a)
	a.From = c.required(e, "variable")
	if a.Assign = c.one(e, "assign_to"); a.Assign < 0 && !a.Check && !a.CheckInverse {
		c.fail(e.line, "<%s> needs assign_to, check_it or check_it_inverse: its result has no use", e.name)
	}
}

func (c *compiler) compareText(e *element, a *scenarios.Action) {
	a.Op = scenarios.CompareText
	c.comparison(e, a)
	if value, given := e.get("value"); given {
		a.Text = []scenarios.Segment{{Text: []byte(value)}}
	} else {
		a.With = c.required(e, "variable2")
	}
}

func (c *compiler) verifyLogin(e *element, a *scenarios.Action) {
	a.Op, a.Assign = scenarios.VerifyLogin, c.required(e, "assign_to")
	a.Text, a.Key = c.template(e, "username"), c.template(e, "password")
}

// tableText compiles the name of a table that an action works on.
func (c *compiler) tableText(e *element) []scenarios.Segment {
	text := c.template(e, "file")
	if len(text) == 1 && text[0].Keyword == scenarios.Literal {
		c.table(string(text[0].Text), e.line)
	}
	return text
}

func (c *compiler) lookUp(e *element, a *scenarios.Action) {
	a.Op, a.Assign, a.Text, a.Key = scenarios.LookUp, c.required(e, "assign_to"), c.tableText(e), c.template(e, "key")
}

func (c *compiler) insertRow(e *element, a *scenarios.Action) {
	a.Op, a.Text, a.Key = scenarios.InsertRow, c.tableText(e), c.template(e, "value")
}

func (c *compiler) replaceRow(e *element, a *scenarios.Action) {
	a.Op, a.Text, a.Key, a.Value = scenarios.ReplaceRow, c.tableText(e), c.template(e, "line"), c.template(e, "value")
}

func (c *compiler) setDestination(e *element, a *scenarios.Action) {
	a.Op, a.Text, a.Key, a.Value = scenarios.SetDestination, c.template(e, "host"), c.template(e, "port"), c.template(e, "protocol")
	if protocol, _ := e.get("protocol"); strings.EqualFold(protocol, "sctp") {
		c.fail(e.line, "setdest: SCTP is not supported")
	}
}

// closeConnection compiles <closecon>, which nothing obeys: a connection lasts as long as the calls over it.
func (c *compiler) closeConnection(e *element, a *scenarios.Action) {
	a.Op = scenarios.CloseConnection
	c.warn(e.line, "<closecon> has no effect: a connection stays open as long as the calls over it")
}

func (c *compiler) echo(e *element, a *scenarios.Action) {
	a.Op, a.Media = scenarios.PlayAction, scenarios.MediaAction{Op: scenarios.EchoOperand}
	c.script.Media = true
	c.operand(e, a)
}

// defaultMessage replaces one of the messages that SIPp sends of its own accord.
func (c *compiler) defaultMessage(e *element) {
	id, _ := e.get("id")
	text, line := c.content(e)
	switch id {
	case "3pcc_abort", "ack2":
		c.warn(e.line, "<DefaultMessage>: %s has no effect", id)
		return
	}
	into, known := c.defaultMessages()[id]
	if !known {
		c.fail(e.line, "<DefaultMessage>: id must be ack, bye, cancel or 200, got %q", id)
		return
	}
	*into = c.message(text, line)
}

func (c *compiler) defaultMessages() map[string]**scenarios.Message {
	d := &c.script.Abort
	return map[string]**scenarios.Message{"ack": &d.Ack, "bye": &d.Bye, "cancel": &d.Cancel, "200": &d.OK}
}

// standard are the messages that a call is given up with, unless the file has its own.
var standard = map[string]string{
	"ack":    inDialog("ACK [last_Request_URI]", "[last_Via]", "[last_cseq_number] ACK"),
	"cancel": inDialog("CANCEL [last_Request_URI]", "[last_Via]", "[last_cseq_number] CANCEL"),
	"bye":    inDialog("BYE [next_url]", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]", "[last_cseq_number+1] BYE"),
	"200": "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n" +
		"Contact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Length: 0",
}

// inDialog writes a request that repeats what the last message said of its dialog.
func inDialog(start, via, cseq string) string {
	return fmt.Sprintf("%s SIP/2.0\n%s\nMax-Forwards: 70\n[last_From]\n[last_To]\nCall-ID: [call_id]\nCSeq: %s\n"+
		"Contact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Length: 0", start, via, cseq)
}

// defaults compiles the messages that the file has not replaced.
func (c *compiler) defaults() {
	for id, into := range c.defaultMessages() {
		if *into == nil {
			*into = c.message(standard[id], 0)
		}
	}
}
