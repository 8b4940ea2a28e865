package call

import (
	"bytes"
	"strconv"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// checks does what a step wants of the message that it takes: it is false where a check fails. What a
// variable takes is the first group of its pattern, or all that matched where it has none.
func (m *Machine) checks(c *call, step *scenarios.Step, msg *sip.Message) bool {
	for i := range step.Actions {
		a := &step.Actions[i]
		text, found := a.Where.Find(msg.Raw)
		text = bytes.TrimSpace(text)
		var at []int
		if found {
			at = a.Pattern.Find(text)
		}
		if a.Check && at == nil || a.CheckInverse && at != nil {
			return false
		}
		if a.Assign >= 0 && at != nil {
			if len(at) >= 4 && at[2] >= 0 {
				at = at[2:]
			}
			m.variables(c)[a.Assign].SetText(printable(text[at[0]:at[1]]))
		}
	}
	return true
}

// printable returns a text in which line breaks and other control characters are blanks, so that nothing that
// a peer sends adds a header to a message that shows it.
func printable(text []byte) []byte {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	if !bytes.ContainsFunc(text, control) {
		return text
	}
	return bytes.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, text)
}

// variables returns the variables of a call, which its slot keeps for the next one.
func (m *Machine) variables(c *call) []scenarios.Value {
	for int(c.slot) >= len(m.values) {
		m.values = append(m.values, nil)
	}
	need := len(c.flow.program.Variables)
	if len(m.values[c.slot]) < need {
		m.values[c.slot] = append(m.values[c.slot], make([]scenarios.Value, need-len(m.values[c.slot]))...)
	}
	return m.values[c.slot][:need]
}

// forgetVariables clears the variables that the slot's last call left.
func (m *Machine) forgetVariables(c *call) {
	if c.flow.program == nil || len(c.flow.program.Variables) == 0 {
		return
	}
	values := m.variables(c)
	for i := range values {
		values[i].Clear()
	}
}

// mismatch counts a call that its program does not allow to go on: at which step, and what came there.
func (m *Machine) mismatch(c *call, got string) {
	if c.flags.extra || c.flow.program == nil {
		return
	}
	m.count(c).AddMismatch(measure.Mismatch{Scenario: c.flow.program.Name, Line: c.flow.steps[c.step].Line, Got: got, Calls: 1})
	c.flags.explained = true
}

// late counts a call that waited in vain, where that is what ends it.
func (m *Machine) late(c *call, step *scenarios.Step) {
	if c.flow.steps[step.Else].Op == scenarios.Mismatch {
		m.mismatch(c, "nothing came in time")
	}
}

// gotOf names a message that came instead of what was expected.
func gotOf(msg *sip.Message) string {
	if msg.Request {
		return msg.Method.String() + " came"
	}
	return strconv.Itoa(msg.Status) + " came"
}
