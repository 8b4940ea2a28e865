package call

import (
	"net/netip"
	"strconv"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// Line is a way out of this host: a source address and a transport.
type Line struct {
	Local     netip.AddrPort
	Transport sip.Transport
}

// line is a Line with what messages say of it.
type line struct {
	Line
	texts map[scenarios.Keyword]string
}

// newLines returns the lines of a machine: the one of its configuration, and those that stand beside it.
func newLines(cfg *Config) []line {
	all := cfg.Lines
	if len(all) == 0 {
		all = []Line{{cfg.Local, cfg.Transport}}
	}
	var lines []line
	for _, l := range all {
		lines = append(lines, line{Line: l, texts: map[scenarios.Keyword]string{
			scenarios.Transport: l.Transport.String(),
			scenarios.LocalIP:   hostText(l.Local.Addr()),
			scenarios.LocalPort: strconv.Itoa(int(l.Local.Port())),
			scenarios.LocalURI:  "sip:" + l.Local.String() + l.Transport.Parameter(),
		}})
	}
	return lines
}

// lineOf returns the line of a call or, outside of calls, the one that the message at hand came in on.
func (m *Machine) lineOf(c *call) *line {
	if c == nil {
		return &m.lines[m.at]
	}
	return &m.lines[c.way.line]
}

// timers returns the timers of the transactions of a call.
func (m *Machine) timers(c *call) sip.Timers {
	t := m.cfg.Timers
	t.Reliable = m.lineOf(c).Transport.Reliable()
	return t
}

// leaveLine gives back what a call has of its own on its line.
func (m *Machine) leaveLine(c *call) {
	if m.cfg.EndFlow != nil && !c.flags.incoming {
		m.use(c)
		m.cfg.EndFlow(c.peer, uint32(c.slot))
	}
}

// use makes the wire send over the line of a call.
func (m *Machine) use(c *call) {
	if len(m.lines) == 1 {
		return
	}
	at := int(m.at)
	if c != nil {
		at = int(c.way.line)
	}
	m.cfg.UseLine(at)
}
