package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/scenarios"
)

// run takes a call through its program until it has to wait for a message or a time. now is the instant
// of the event that let it go on: for a message, its arrival at this host.
func (m *Machine) run(c *call, now time.Duration) {
	for c.busy {
		step := &c.flow.steps[c.step]
		switch step.Op {
		case scenarios.Send:
			m.send(c, step.Message, now)
		case scenarios.Expect:
			m.schedule(c)
			return
		case scenarios.Pause:
			if c.resume = m.pause(c, step, now); c.resume > now {
				m.schedule(c)
				return
			}
			c.resume = Never
		case scenarios.Seize:
			if c.flags.seized = m.cfg.Circuits == nil || m.cfg.Circuits.Seize(now); !c.flags.seized {
				c.step = step.Else
				continue
			}
		case scenarios.PlayMedia:
			m.play(c, now)
		case scenarios.End:
			if c.flags.incoming && c.invite.Running() {
				m.schedule(c) // until the final response is acknowledged
				return
			}
			m.finish(c, now)
			return
		}
		c.step++
	}
}

// pause returns the instant at which a pause is over.
func (m *Machine) pause(c *call, step *scenarios.Step, now time.Duration) time.Duration {
	switch step.Wait {
	case scenarios.Holding:
		return c.answered + c.attempt.Holding
	case scenarios.Setup:
		return now + m.cfg.Setup.Draw(m.cfg.Random)
	case scenarios.Ringing:
		return now + m.cfg.Ringing.Draw(m.cfg.Random)
	}
	return now + step.Law.Draw(m.cfg.Random)
}

// schedule sets the call's timer to its next deadline.
func (m *Machine) schedule(c *call) {
	if next := c.next(); next != Never {
		m.table.wheel.set(c.slot, next)
	} else {
		m.table.wheel.cancel(c.slot)
	}
}

// match takes the call on when the program waits for this message.
func (m *Machine) match(c *call, msg *sip.Message, now time.Duration) {
	step := &c.flow.steps[c.step]
	if step.Op != scenarios.Expect || c.stage == leaving && msg.Request {
		return
	}
	for i := range step.Arms {
		arm := &step.Arms[i]
		if msg.Request && arm.Method == msg.Method.String() ||
			!msg.Request && arm.Method == "" && arm.From <= msg.Status && msg.Status <= arm.To {
			if !arm.Stay {
				c.step = arm.Next
				m.run(c, now)
			}
			return
		}
	}
}

// onTimer does what the timers of a call want at now.
func (m *Machine) onTimer(c *call, now time.Duration) {
	if m.fire(c, &c.cancel, m.standard.cancel, measure.Cancel, now) == sip.TimedOut {
		m.end(c, now, measure.Timeout) // RFC 3261, 9.1: the INVITE counts as cancelled after 64·T1
		return
	}
	if m.fireInvite(c, now); !c.busy {
		return
	}
	if m.fire(c, &c.other, m.standard.bye, measure.Bye, now) == sip.TimedOut {
		c.flags.dropped = true
		m.finish(c, now)
		return
	}
	if c.resume <= now {
		at := c.resume // not now: naps of the event loop would make every pause longer
		c.resume = Never
		c.step++
		m.run(c, at)
	}
	if c.busy {
		m.schedule(c)
	}
}

// fire advances a transaction of our own and repeats its request when that is due.
func (m *Machine) fire(c *call, x *sip.Transaction, request *scenarios.Message, method measure.Method, now time.Duration) sip.Due {
	due := x.Fire(now)
	if due == sip.Repeat {
		m.count(c).Retransmissions[measure.Sent][method]++
		m.transmit(c, request, nil, m.destination(c, request.Method))
	}
	return due
}

// fireInvite advances the INVITE, at the caller, or the final response to it, at the answerer.
func (m *Machine) fireInvite(c *call, now time.Duration) {
	due := c.invite.Fire(now)
	caller := !c.flags.serving
	switch {
	case due == sip.Repeat && caller:
		m.count(c).Retransmissions[measure.Sent][measure.Invite]++
		m.transmit(c, c.lastSent, nil, c.peer)
	case due == sip.Repeat:
		m.repeatResponse(c)
	case due == sip.TimedOut && caller:
		m.lose(c, routing.Timeout, measure.Timeout, now)
	case due == sip.TimedOut && (c.stage == confirming || c.stage == talking):
		c.flags.dropped = true // RFC 3261, 13.3.1.4: a 2xx that is never acknowledged ends in a BYE
		m.hangUp(c, now)
	case due == sip.TimedOut:
		m.finish(c, now)
	}
}
