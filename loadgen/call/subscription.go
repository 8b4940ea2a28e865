package call

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// keepSubscription starts the life of a subscription that we grant, anew with each refresh. One of no time at all
// asks for a single report (RFC 6665, 4.4.3), which a subscriber is given time to confirm.
func (m *Machine) keepSubscription(c *call, r *sip.Message, at time.Duration) {
	c.keep.until = at + max(time.Duration(c.life(r))*time.Second, m.cfg.Timers.GiveUp())
}

// onSubscribe answers a SUBSCRIBE inside the dialog: a refresh of its own accord, and the end of the subscription where
// the program expects it (RFC 6665, 4.2.1). It is false where no SUBSCRIBE
// began the call, or the program answers.
func (m *Machine) onSubscribe(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) bool {
	if r.Method != sip.SUBSCRIBE || c.flow.opening != sip.SUBSCRIBE || !c.flags.incoming || c.stage != talking {
		return false
	}
	if arm := m.armFor(c, r); arm != nil && arm.Reply == 0 {
		return false // the program answers
	}
	m.transmit(c, m.standard.subscribed, r, m.replyAddress(r, from))
	if m.keepSubscription(c, r, at); c.life(r) == 0 {
		m.match(c, r, at)
	}
	if c.busy {
		m.schedule(c)
	}
	return true
}

// endedBy tells whether a NOTIFY ends a subscription that we keep alive and have not ended (RFC 6665, 4.1.3).
func (c *call) endedBy(r *sip.Message) bool {
	state, _, _ := bytes.Cut(r.Lookup("Subscription-State", 0), []byte{';'})
	ending := c.errand.Running() && c.errand.message.Ends
	return r.Method == sip.NOTIFY && c.leases != nil && c.leases.subscription.at != Never && !ending &&
		bytes.EqualFold(bytes.TrimSpace(state), []byte("terminated"))
}
