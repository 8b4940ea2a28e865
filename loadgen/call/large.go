package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// mostOverUDP is the longest request that may go over UDP where the path is not known, in octets (RFC 3261,
// 18.1.1).
const mostOverUDP = 1300

// enlarge moves a call whose INVITE is too long for UDP to the line over TCP that its trunk has for that.
func (m *Machine) enlarge(c *call, message *scenarios.Message) {
	t := c.way.trunk
	if t == nil || t.Large == 0 || t.refusesLarge || c.stage != calling || m.lineOf(c).Transport.Reliable() {
		return
	}
	if m.measured = m.append(m.measured[:0], c, message, nil); len(m.measured) > mostOverUDP {
		c.way.line = uint8(t.Large)
	}
}

// onLargeLine tells whether a call left UDP because of the length of its INVITE.
func (c *call) onLargeLine() bool {
	return c.way.trunk != nil && c.way.trunk.Large != 0 && int(c.way.line) == c.way.trunk.Large
}

// shrink sends an INVITE over UDP after all, because the target takes no connection.
func (m *Machine) shrink(c *call, now time.Duration) {
	c.way.trunk.refusesLarge = true
	c.way.line, _ = c.way.trunk.depart()
	m.again(c, now)
}

// mark counts a request that leaves over UDP although it is longer than it should be there.
func (m *Machine) mark(c *call, length int, answered *sip.Message) {
	if length > mostOverUDP && c != nil && answered == nil && !m.lineOf(c).Transport.Reliable() {
		m.count(c).Oversized++
	}
}
