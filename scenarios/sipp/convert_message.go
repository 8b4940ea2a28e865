package sipp

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/scenarios"
)

// standardHeaders are those that every message has anyway, or that a phrase says.
var standardHeaders = map[string]bool{
	"via": true, "from": true, "to": true, "call-id": true, "cseq": true, "contact": true, "max-forwards": true, "content-type": true,
	"content-length": true, "route": true, "record-route": true, "expires": true, "event": true, "refer-to": true, "authorization": true,
	"proxy-authorization": true, "allow": true, "user-agent": true, "server": true, "v": true, "f": true, "t": true, "i": true, "m": true, "l": true, "c": true,
	"rseq": true, "subscription-state": true,
}

// phrase writes a phrase with the headers, the body, the checks and the variables that belong to it.
func (c *converter) phrase(phrase string, step, final *scenarios.ScriptStep) {
	var inside []string
	reliable := c.header(step, "RSeq") != ""
	for _, line := range strings.Split(c.text(step.Message.Head), "\r\n")[1:] {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch lower := strings.ToLower(name); {
		case !found || standardHeaders[lower] || strings.ContainsAny(name, "[{"), reliable && lower == "require":
		case strings.Contains(value, unknownKeyword):
			c.note(Error, step.Line, "header %s: a keyword that the native form has not: cannot be expressed", name)
		default:
			inside = append(inside, fmt.Sprintf("    %s: %s", name, quoted(value)))
		}
	}
	inside = append(inside, c.bodyLines(step)...)
	if final != nil {
		inside = append(inside, c.checks(final)...)
	}
	c.details(phrase, inside)
	c.actions(step)
}

// details writes a phrase with the lines below it.
func (c *converter) details(phrase string, inside []string) {
	if len(inside) > 0 {
		phrase += ":"
	}
	if strings.ContainsAny(phrase, "#[{&*!|>'\"%@`") || strings.Contains(strings.TrimSuffix(phrase, ":"), ": ") {
		bare, _ := strings.CutSuffix(phrase, ":")
		phrase = quoted(bare) + strings.TrimPrefix(phrase, bare)
	}
	c.say("%s", phrase)
	for _, line := range inside {
		c.lines = append(c.lines, "  "+strings.TrimPrefix(line, "  "))
	}
}

// living writes a phrase for something that lives for a time, as the Expires header of the message says, or the one
// that ends it.
func (c *converter) living(step *scenarios.ScriptStep, begins, ends string) string {
	switch value := c.header(step, "Expires"); {
	case value == "0":
		return ends
	case value != "" && strings.Trim(value, "0123456789") == "":
		return begins + " for " + value + "s"
	}
	return begins
}

// ownBodies are the requests whose bodies the native form writes; the bodies of others are descriptions of sessions,
// which are made for each call.
var ownBodies = map[string]bool{"INFO": true, "MESSAGE": true, "NOTIFY": true, "OPTIONS": true, "PUBLISH": true}

// bodyLines writes the body of a request that no phrase says, and its type.
func (c *converter) bodyLines(step *scenarios.ScriptStep) []string {
	text := c.body(step)
	if !ownBodies[step.Message.Method] || text == "" || c.plain(step, text) && step.Message.Method != "NOTIFY" && requests[step.Message.Method] == "" {
		return nil
	}
	var lines []string
	if kind := c.header(step, "Content-Type"); kind != "" {
		lines = append(lines, "    Content-Type: "+quoted(kind))
	}
	lines = append(lines, "    body: |")
	for _, line := range strings.Split(text, "\r\n") {
		lines = append(lines, "      "+line)
	}
	return lines
}

// plain tells whether a body is a line of text, which a phrase can say.
func (c *converter) plain(step *scenarios.ScriptStep, text string) bool {
	kind, _, _ := strings.Cut(c.header(step, "Content-Type"), ";")
	return !strings.ContainsAny(text, "\r\n") && (kind == "" || strings.EqualFold(strings.TrimSpace(kind), "text/plain"))
}

// body returns the body of a message.
func (c *converter) body(step *scenarios.ScriptStep) string {
	return strings.TrimSpace(c.text(step.Message.Body))
}

// unknownKeyword stands for a keyword that the native form has no name for.
const unknownKeyword = "…"

// header returns the value of a header of a message.
func (c *converter) header(step *scenarios.ScriptStep, name string) string {
	for _, line := range strings.Split(c.text(step.Message.Head), "\r\n") {
		if field, value, found := strings.Cut(line, ":"); found && strings.EqualFold(strings.TrimSpace(field), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// text writes segments with variables and cells in the native way.
func (c *converter) text(list []scenarios.Segment) string {
	var out strings.Builder
	for _, s := range list {
		switch s.Keyword {
		case scenarios.Literal:
			out.Write(s.Text)
		case scenarios.Variable:
			fmt.Fprintf(&out, "{{ %s }}", variableName(c.variables[s.Reference.Index].Name))
		case scenarios.Field:
			fmt.Fprintf(&out, "{{ field%d }}", s.Reference.Index)
		default:
			out.WriteString("[" + cmp.Or(scenarios.NameOf(s.Keyword), unknownKeyword) + "]")
		}
	}
	return out.String()
}
