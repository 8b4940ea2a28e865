package sipp

import (
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/scenarios"
)

// commonAttributes are those that every step may have.
var commonAttributes = []string{
	"rtd", "start_rtd", "repeat_rtd", "counter", "crlf", "next", "test", "chance", "condexec", "condexec_inverse",
	"hide", "hiderest", "display", "lost", "ontimeout",
}

// unknown warns of attributes that have no effect, as in SIPp.
func (c *compiler) unknown(e *element, known ...string) {
	for _, a := range e.attributes {
		if !slices.Contains(commonAttributes, a.name) && !slices.Contains(known, a.name) {
			c.warn(a.line, "attribute %s of <%s> is unknown and has no effect%s", a.name, e.name, planner.DidYouMean(a.name, append(known, commonAttributes...)))
		}
	}
}

// common compiles what every step may have: its actions, its timers and where it leads.
func (c *compiler) common(e *element, step *scenarios.ScriptStep, init bool) {
	c.books(e, step)
	c.actions(e, step)
	if _, given := e.get("lost"); given {
		percent, err := c.number(e, "lost")
		if err != nil || percent < 0 || percent > 100 {
			c.fail(e.line, "lost: must be a percentage from 0 to 100")
		}
		step.Loss = percent / 100
	}
	if step.If = c.one(e, "condexec"); step.If >= 0 {
		step.Unless = c.flag(e, "condexec_inverse")
	}
	at := len(c.script.Steps)
	if init {
		at = len(c.script.Init)
	}
	if label, given := e.get("next"); given {
		c.jumps = append(c.jumps, jump{init: init, step: at, label: label, line: e.line})
		c.branch(e, step)
	} else if _, given := e.get("test"); given {
		c.warn(e.line, "test of <%s> has no effect without next", e.name)
		c.one(e, "test")
	}
	if label, given := e.get("ontimeout"); given {
		c.jumps = append(c.jumps, jump{init: init, step: at, label: label, line: e.line, timeout: true})
	}
}

// branch compiles the condition and the probability of a branch.
func (c *compiler) branch(e *element, step *scenarios.ScriptStep) {
	if step.Final {
		c.fail(e.line, "next: nothing follows <timewait>")
	}
	step.Test = c.one(e, "test")
	if _, given := e.get("chance"); given {
		chance, err := c.number(e, "chance")
		if err != nil || chance < 0 || chance > 1 {
			c.fail(e.line, "chance: must be a probability from 0 to 1")
		}
		step.Chance = chance
	}
}

// books compiles the timers and the counter of a step.
func (c *compiler) books(e *element, step *scenarios.ScriptStep) {
	if name, given := e.get("rtd"); given {
		step.StopTimer = index(&c.script.Timers, timerName(name))
		step.Repeatedly = c.flag(e, "repeat_rtd")
	}
	if name, given := e.get("start_rtd"); given {
		step.StartTimer = index(&c.script.Timers, timerName(name))
	}
	if name, given := e.get("counter"); given {
		if name == "" || strings.ContainsAny(name, "$,") {
			c.fail(e.line, "counter: %q is no name of a counter", name)
		}
		step.Counter = index(&c.script.Counters, name)
	}
}

// timerName returns the name of a timer: true stands for the first.
func timerName(name string) string {
	if name == "true" {
		return "1"
	}
	return name
}

// index returns where a name stands in a list, to which it is added if need be.
func index(list *[]string, name string) int {
	for i, known := range *list {
		if known == name {
			return i
		}
	}
	*list = append(*list, name)
	return len(*list) - 1
}

// transaction returns the number of a transaction.
func (c *compiler) transaction(name string, line int) int {
	at := index(&c.script.Transactions, name)
	if at == len(c.txns) {
		c.txns = append(c.txns, transaction{line: line})
	}
	return at
}

// checkTransactions finds those that cannot work.
func (c *compiler) checkTransactions() {
	for i, t := range c.txns {
		name := c.script.Transactions[i]
		switch {
		case t.starts == 0:
			c.fail(t.line, "transaction %q is never started", name)
		case t.answers == 0:
			c.fail(t.line, "transaction %q has no response", name)
		case t.invite && t.acknowledgements == 0:
			c.fail(t.line, "transaction %q of an INVITE has no ACK", name)
		case !t.invite && t.acknowledgements > 0:
			c.fail(t.line, "transaction %q of another request than INVITE has an ACK", name)
		}
	}
}
