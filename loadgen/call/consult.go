package call

import (
	"net/url"
	"time"

	"github.com/sipplan/sipplan/scenarios"
)

// consult calls somebody on behalf of a call that is about to be transferred there. The program goes on when
// that call is answered, and fails when it is not.
func (m *Machine) consult(c *call, now time.Duration) {
	c.resume = Never
	m.begin(now, Attempt{Intended: now, Trunk: c.way.trunk, WarmUp: c.warmUp}, m.flows.consult, func(other *call) {
		other.consultant = m.table.refer(c)
		other.row = c.row
		m.callTo(other, c.flow.targets[c.step])
	})
}

// consulted lets the program of a call go on whose consultation was answered, or ends it.
func (m *Machine) consulted(other *call, answered bool, at time.Duration) {
	if other.consultant == (callRef{}) {
		return
	}
	c := m.table.linked(other.consultant)
	other.consultant = callRef{}
	if c == nil || c.stage != talking || c.flow.steps[c.step].Op != scenarios.Consult {
		return
	}
	if !answered {
		m.mismatch(c, "the consultation was not answered")
		m.fail(c, at)
		return
	}
	uri := referTo(other)
	if len(uri) > maxReplaces {
		m.mismatch(c, "the dialog of the consultation is too long to name")
		m.fail(c, at)
		return
	}
	if len(c.dialog.text) > maxDialog/2 {
		c.dialog.compact()
	}
	c.dialog.replaces = c.dialog.put(uri)
	c.step++
	m.run(c, at)
}

// maxReplaces bounds a URI with a Replaces header in it, in octets.
const maxReplaces = 4 << 10

// referTo returns the URI that sends somebody to the far end of a call, in that call's place (RFC 3891, 6): the
// Replaces header stands in it as the far end sees the dialog.
func referTo(other *call) []byte {
	d := &other.dialog
	text := append([]byte(nil), d.get(d.target)...)
	replaces := string(d.get(d.callID)) + ";to-tag=" + string(d.get(d.tag)) + ";from-tag=" + string(other.id[:])
	return append(append(text, "?Replaces="...), url.QueryEscape(replaces)...)
}

// callTo makes a call that has not begun go to another URI than its trunk's: the one of a step of a flow, which
// the data of the row may name.
func (m *Machine) callTo(c *call, to []scenarios.Segment) {
	d := &c.dialog
	if len(d.text) > maxDialog/2 {
		d.compact() // a program may call again and again
	}
	from := len(d.text)
	d.text = append(d.text, '<')
	for i := range to {
		d.text = m.appendSegment(d.text, c, nil, nil, &to[i])
	}
	d.text = append(d.text, '>')
	d.remote = d.since(from)
	d.target = span{d.remote.from + 1, d.remote.to - 1}
}
