package sipp

import (
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/scenarios"
)

// add ends the compilation of a step.
func (c *compiler) add(e *element, step scenarios.ScriptStep) {
	if c.ended {
		c.fail(e.line, "<%s> stands behind <timewait>, which ends a scenario", e.name)
	}
	optional := step.Optional
	if c.optionalLast && step.Op != scenarios.ScriptReceive && step.Op != scenarios.ScriptAwait {
		c.fail(e.line, "<%s> follows an optional message; a mandatory one must stand before it", e.name)
	}
	c.optionalLast = optional
	c.common(e, &step, false)
	c.script.Steps = append(c.script.Steps, step)
	c.ended = c.ended || step.Final
}

// send compiles a message to send.
func (c *compiler) send(e *element) {
	step := scenarios.NewScriptStep(scenarios.ScriptSend, e.line)
	c.unknown(e, "retrans", "start_txn", "ack_txn", "timeout")
	text, line := c.content(e)
	step.Message = c.message(text, line)
	step.Retransmit, step.Timeout = c.wait(e, "retrans"), c.wait(e, "timeout")
	if m := step.Message; m != nil && m.Method != "" {
		c.opens(e, m.Method, &step)
	}
	c.add(e, step)
}

// opens notes which transaction a request belongs to.
func (c *compiler) opens(e *element, method string, step *scenarios.ScriptStep) {
	starts, start := e.get("start_txn")
	acknowledges, acknowledge := e.get("ack_txn")
	switch {
	case start && method == "ACK":
		c.fail(e.line, "start_txn: an ACK starts no transaction")
	case start:
		first := len(c.txns)
		if step.Starts = c.transaction(starts, e.line); step.Starts == first {
			c.txns[first].invite = method == "INVITE"
		}
		c.txns[step.Starts].starts++
	case acknowledge && method != "ACK":
		c.fail(e.line, "ack_txn: only an ACK acknowledges a transaction, not %s", method)
	case acknowledge:
		step.Acknowledges = c.transaction(acknowledges, e.line)
		c.txns[step.Acknowledges].acknowledgements++
	default:
		c.methods += method
	}
}

// receive compiles a message to wait for.
func (c *compiler) receive(e *element) {
	step := scenarios.NewScriptStep(scenarios.ScriptReceive, e.line)
	c.unknown(e, "response", "request", "optional", "rrs", "auth", "timeout", "response_txn", "regexp_match", "ignoresdp", "advance_state", "retrans")
	response, isResponse := e.get("response")
	request, isRequest := e.get("request")
	pattern := c.flag(e, "regexp_match")
	switch {
	case isRequest:
		step.Request = request
	case isResponse:
		c.answers(e, response, pattern, &step)
	default:
		c.fail(e.line, "<recv> needs request or response")
	}
	if pattern {
		step.Pattern = c.pattern(request+response, e.line)
	}
	c.optional(e, &step)
	step.Unnoticed = c.isFalse(e, "advance_state")
	if step.Unnoticed && !step.Optional {
		c.fail(e.line, "advance_state is for optional messages alone")
	}
	step.KeepRoutes, step.Challenge, step.Timeout = c.flag(e, "rrs"), c.flag(e, "auth"), c.wait(e, "timeout")
	c.add(e, step)
}

func (c *compiler) isFalse(e *element, name string) bool {
	_, given := e.get(name)
	return given && !c.flag(e, name)
}

// answers compiles the status of a response and what it is to.
func (c *compiler) answers(e *element, response string, pattern bool, step *scenarios.ScriptStep) {
	status, err := strconv.Atoi(strings.TrimSpace(response))
	if !pattern && (err != nil || status < 100 || status > 699) {
		c.fail(e.line, "response: must be a status from 100 to 699, got %q", response)
	}
	step.Status, step.Methods = status, c.methods
	if pattern {
		step.Status = 0
	}
	if name, given := e.get("response_txn"); given {
		step.Transaction = c.transaction(name, e.line)
		c.txns[step.Transaction].answers++
	}
}

// optional reads whether a message must come.
func (c *compiler) optional(e *element, step *scenarios.ScriptStep) {
	value, _ := e.get("optional")
	if value == "global" {
		step.Optional, step.Anywhere = true, true
		return
	}
	step.Optional = c.flag(e, "optional")
}

// pause compiles <pause> and <timewait>.
func (c *compiler) pause(e *element) {
	step := scenarios.NewScriptStep(scenarios.ScriptPause, e.line)
	step.Final = e.name == "timewait"
	if step.PauseVariable = c.one(e, "variable"); step.PauseVariable < 0 {
		step.Pause = c.pauseLaw(e)
	}
	c.unknown(e, append(sampleAttributes, "milliseconds", "variable", "sanity_check", "distribution",
		"normal", "exponential", "lognormal", "weibull", "pareto", "gamma")...)
	c.add(e, step)
}

// sampleAttributes are the parameters of all distributions.
var sampleAttributes = []string{"min", "max", "mean", "stdev", "value", "lambda", "k", "x_m", "theta", "p", "n", "shape", "scale", "location"}

// pauseLaw reads how long a pause is. Before there was the attribute distribution, its name was one.
func (c *compiler) pauseLaw(e *element) scenarios.Sample {
	if _, named := e.get("distribution"); named {
		return c.sample(e)
	}
	for _, law := range []string{"normal", "exponential", "lognormal", "weibull", "pareto", "gamma"} {
		if _, old := e.get(law); old {
			return c.sampleOf(e, law)
		}
	}
	_, min := e.get("min")
	if _, max := e.get("max"); min || max {
		return c.sampleOf(e, "uniform")
	}
	if _, given := e.get("milliseconds"); given {
		return scenarios.Sample{Law: scenarios.FixedValue, A: float64(c.wait(e, "milliseconds").Microseconds()) / 1000}
	}
	return scenarios.Sample{Law: scenarios.RunPause}
}

func (c *compiler) sample(e *element) scenarios.Sample {
	name, _ := e.get("distribution")
	return c.sampleOf(e, name)
}

func (c *compiler) sampleOf(e *element, name string) scenarios.Sample {
	sample, err := scenarios.ParseSample(name, func(parameter string) (float64, error) { return c.number(e, parameter) })
	if err != nil {
		c.fail(e.line, "<%s>: %v", e.name, err)
	}
	return sample
}

// act compiles <nop>.
func (c *compiler) act(e *element) {
	c.unknown(e)
	c.add(e, scenarios.NewScriptStep(scenarios.ScriptAct, e.line))
}

// sendCommand compiles a message to the other half of a third-party call.
func (c *compiler) sendCommand(e *element) {
	step := scenarios.NewScriptStep(scenarios.ScriptCommand, e.line)
	c.unknown(e, "dest")
	step.Peer = c.peer(e, "dest")
	text, line := c.content(e)
	step.Message = &scenarios.Message{Head: c.segments(cleaned(text), line)}
	c.add(e, step)
}

// awaitCommand compiles the wait for one.
func (c *compiler) awaitCommand(e *element) {
	step := scenarios.NewScriptStep(scenarios.ScriptAwait, e.line)
	c.unknown(e, "src", "optional")
	step.Peer = c.peer(e, "src")
	c.optional(e, &step)
	c.add(e, step)
}

// peer reads the name of a peer and remembers it.
func (c *compiler) peer(e *element, name string) string {
	peer, given := e.get(name)
	switch {
	case !given && c.options.Extended:
		c.fail(e.line, "<%s> needs %s when commands have several peers", e.name, name)
	case given:
		for _, known := range c.script.Peers {
			if known == peer {
				return peer
			}
		}
		c.script.Peers = append(c.script.Peers, peer)
	}
	return peer
}
