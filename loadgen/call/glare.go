package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// glare is a re-INVITE or UPDATE of ours that met one of the peer's: refused with 491, it is sent again after a
// random time (RFC 3261, 14.1; RFC 3311, 5.1).
type glare struct {
	at      time.Duration // Never for none
	message *scenarios.Message
	purpose purpose
	times   uint8 // in a row
}

var noGlare = glare{at: Never}

// mostGlares bounds how often in a row a request is sent again: two ends that draw at random need two or three.
const mostGlares = 10

// giveWay tells whether a request that was refused with 491 is to be sent again, and when. A program that says what
// follows a 491 is left to it.
func (m *Machine) giveWay(c *call, r *sip.Message, message *scenarios.Message, why purpose, at time.Duration) bool {
	if r.Status != 491 || c.stage != talking || c.flags.outside || c.glare.times == mostGlares {
		return false
	}
	if arm := m.armFor(c, r); !c.keep.refreshing && arm != nil && arm.From == r.Status && arm.To == r.Status {
		return false
	}
	c.glare = glare{at + m.backOff(c), message, why, c.glare.times + 1}
	return true
}

// backOff draws the time after which a request that met another is sent again, in steps of 10 ms: the owner of the
// Call-ID waits from 2.1 to 4 s, the other end up to 2 s.
func (m *Machine) backOff(c *call) time.Duration {
	const step = 10 * time.Millisecond
	if c.flags.incoming {
		return step * time.Duration(m.cfg.Random.IntN(201))
	}
	return 2100*time.Millisecond + step*time.Duration(m.cfg.Random.IntN(191))
}

// fireGlare sends the request again whose time has come, as soon as no other transaction is under way.
func (m *Machine) fireGlare(c *call, now time.Duration) {
	switch g := c.glare; {
	case g.at > now:
	case c.stage != talking || c.hungUp != Never:
		c.glare = noGlare
	case c.invite.Running() || c.errand.Running():
		c.glare.at = now + refreshRetry
	default:
		c.glare.at = Never
		if g.message.Method == "INVITE" {
			m.sendInvite(c, g.message, now)
		} else {
			m.sendErrand(c, g.message, g.purpose, now)
		}
	}
}
