package sipp

import (
	"strings"

	"github.com/sipplan/sipplan/scenarios"
)

// variable returns the number of a variable by its name.
func (c *compiler) variable(name string, line int) int {
	name = strings.TrimPrefix(strings.TrimSpace(name), "$")
	if name == "" || strings.ContainsAny(name, "$,[] \t") {
		c.fail(line, "%q is no name of a variable", name)
		return 0
	}
	id, known := c.names[name]
	if !known {
		id = len(c.script.Variables)
		c.names[name] = id
		c.script.Variables = append(c.script.Variables, scenarios.VariableName{Name: name})
	}
	return id
}

// list returns the variables that an attribute lists.
func (c *compiler) list(e *element, name string) (ids []int) {
	value, _ := e.get(name)
	for _, part := range strings.Split(value, ",") {
		if strings.TrimSpace(part) != "" {
			ids = append(ids, c.variable(part, e.line))
		}
	}
	if len(ids) == 0 {
		c.fail(e.line, "<%s> needs %s with the name of a variable", e.name, name)
	}
	return ids
}

// one returns the variable of an attribute, -1 when it is not there.
func (c *compiler) one(e *element, name string) int {
	value, given := e.get(name)
	if !given {
		return -1
	}
	return c.variable(value, e.line)
}

// global makes variables that all calls share.
func (c *compiler) global(e *element) {
	for _, id := range c.list(e, "variables") {
		c.script.Variables[id].Global = true
	}
}

// user makes variables that the calls of one user share.
func (c *compiler) user(e *element) {
	for _, id := range c.list(e, "variables") {
		c.script.Variables[id].User = true
	}
}

// reference names variables that are assigned and not read.
func (c *compiler) reference(e *element) {
	value, _ := e.get("variables")
	for _, name := range strings.Split(value, ",") {
		name = strings.TrimSpace(name)
		if _, known := c.names[strings.TrimPrefix(name, "$")]; name != "" && !known {
			c.warn(e.line, "<Reference> names the variable %q, which nothing assigns", name)
			continue
		}
		if name != "" {
			c.variable(name, e.line)
		}
	}
}
