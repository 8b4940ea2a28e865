package call

import "time"

// HangUpSilent hangs up the calls whose far end has sent no RTP for a time although it should: one that vanished
// without a BYE would hold its circuit, and be sent RTP, for ever. It returns how many there were.
func (m *Machine) HangUpSilent(now, patience time.Duration) (n uint64) {
	m.table.each(func(c *call) {
		if c.stage == talking && c.leg != nil && c.leg.Unheard(now) >= patience {
			c.flags.dropped = true
			m.hangUp(c, now)
			n++
		}
	})
	return n
}
