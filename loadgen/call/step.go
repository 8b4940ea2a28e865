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
		next := m.perform(c, &c.flow.steps[c.step], now)
		if next == waiting {
			return
		}
		c.step = next
	}
}

// waiting stands for the next step of a call that waits, or is over.
const waiting = -1

// perform does one step and returns the next one.
func (m *Machine) perform(c *call, step *scenarios.Step, now time.Duration) (next int) {
	next = c.step + 1
	switch step.Op {
	case scenarios.Send:
		return m.say(c, step, now)
	case scenarios.Expect:
		return m.await(c, step, now)
	case scenarios.Pause:
		if c.resume = m.pause(c, step, now); c.resume > now {
			m.schedule(c)
			return waiting
		}
		c.resume = Never
	case scenarios.Seize:
		if c.flags.seized = m.cfg.Circuits == nil || m.cfg.Circuits.Seize(now); !c.flags.seized {
			return step.Else
		}
	case scenarios.PlayMedia:
		if c.flow.sounds != nil {
			c.sound = c.flow.sounds[c.step]
		}
		m.play(c, now)
	case scenarios.Cancel:
		m.giveUp(c, now)
	case scenarios.Follow:
		m.follow(c, now)
	case scenarios.Acknowledge, scenarios.Examine, scenarios.Challenge:
		if !m.passes(c, step, now) {
			return waiting
		}
	default:
		m.pauseOrEnd(c, step, now)
		return waiting
	}
	return next
}

// say sends the message of a step, unless another request of the call is under way.
func (m *Machine) say(c *call, step *scenarios.Step, now time.Duration) (next int) {
	if c.engaged(step.Message) {
		m.schedule(c)
		return waiting
	}
	m.heed(c, step)
	m.send(c, step.Message, now)
	if step.Message.Reliable && !c.invite.Running() {
		return c.step + 2 // a caller that knows no PRACK sends none that could be expected
	}
	return c.step + 1
}

// passes does a step behind which a call goes on only if what the step asks for is there, and tells whether it is.
func (m *Machine) passes(c *call, step *scenarios.Step, now time.Duration) bool {
	switch step.Op {
	case scenarios.Acknowledge:
		return m.receipt(c, now)
	case scenarios.Examine:
		return m.examine(c, step, now)
	}
	return m.challenge(c, now)
}

// receipt tells whether the last reliable response was acknowledged; a call goes on once it is, and fails without one.
func (m *Machine) receipt(c *call, now time.Duration) bool {
	if c.rseq == 0 {
		m.mismatch(c, "no reliable response came")
		m.fail(c, now)
		return false
	}
	if c.errand.Running() && c.errand.purpose == pracking {
		m.schedule(c)
		return false
	}
	return true
}

// examine tells whether the request that began a call is as a step wants it; else the call fails.
func (m *Machine) examine(c *call, step *scenarios.Step, now time.Duration) bool {
	if request, ok := m.storedInvite(c); !ok || !m.checks(c, step, request) {
		m.mismatch(c, "a check failed")
		m.fail(c, now)
		return false
	}
	return true
}

// pauseOrEnd does the steps behind which no program goes on at once.
func (m *Machine) pauseOrEnd(c *call, step *scenarios.Step, now time.Duration) {
	switch step.Op {
	case scenarios.Dial:
		if !m.dial(c, step, now) {
			m.mismatch(c, "no audio with telephone events was agreed on")
			m.fail(c, now)
			return
		}
	case scenarios.Hear:
		c.until, c.resume = now+step.Within, now
	case scenarios.Consult:
		m.consult(c, now)
	case scenarios.Mismatch:
		m.fail(c, now)
		return
	case scenarios.Refused:
		if c.stage == talking {
			m.fail(c, now)
		} else {
			m.finish(c, now)
		}
		return
	case scenarios.End:
		if m.hangUpAtEnd(c, now) {
			return
		}
		if !c.flags.incoming || !c.invite.Running() { // else until the final response is acknowledged
			m.finish(c, now)
			return
		}
	}
	if c.busy {
		m.schedule(c)
	}
}

// await waits for a message, unless it came in before.
func (m *Machine) await(c *call, step *scenarios.Step, now time.Duration) (next int) {
	if next, heard := c.overheard(step); heard {
		if next == c.step+1 && !m.checks(c, step, &sip.Message{Raw: c.request}) {
			m.mismatch(c, "a check failed")
			m.fail(c, now)
			return waiting
		}
		return next
	}
	if step.Within > 0 {
		c.resume = now + step.Within
	}
	m.schedule(c)
	return waiting
}

// pause returns the instant at which a pause is over.
func (m *Machine) pause(c *call, step *scenarios.Step, now time.Duration) time.Duration {
	switch step.Wait {
	case scenarios.Holding:
		return c.answered + c.attempt.Holding
	case scenarios.Setup:
		return now + m.setup.Draw(m.cfg.Random)
	case scenarios.Ringing:
		return now + m.ringing.Draw(m.cfg.Random)
	}
	return now + c.flow.waits[c.step].Draw(m.cfg.Random)
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
	arm := m.armFor(c, msg)
	switch {
	case arm != nil && arm.Stay:
	case arm != nil && arm.Next == c.step+1 && !m.checks(c, &c.flow.steps[c.step], msg):
		m.mismatch(c, "a check failed")
		m.fail(c, now)
	case arm != nil:
		if op := c.flow.steps[arm.Next].Op; op == scenarios.Mismatch || op == scenarios.Refused && c.stage == talking {
			m.mismatch(c, gotOf(msg))
		}
		c.step, c.resume = arm.Next, Never
		m.run(c, now)
	case arm == nil && !msg.Request && msg.Method == sip.INVITE && msg.Status > 100:
		c.heard = int16(msg.Status)
		c.request = append(m.table.large.take(c.request), msg.Raw...)
	case arm == nil && msg.Method == sip.NOTIFY && c.errand.Running() && c.errand.message.Method == "SUBSCRIBE": // RFC 6665, 4.1.2.4
		c.flags.overtook = true
		c.request = append(m.table.large.take(c.request), msg.Raw...)
	}
}

// armFor returns the arm that a message takes where the program stands, nil when it waits for none such.
func (m *Machine) armFor(c *call, msg *sip.Message) *scenarios.Arm {
	step := &c.flow.steps[c.step]
	if step.Op != scenarios.Expect || c.stage == leaving && msg.Request || c.flags.outside {
		return nil
	}
	for i := range step.Arms {
		arm := &step.Arms[i]
		switch {
		case msg.Request != (arm.Method != ""):
		case !msg.Request && arm.Covers(msg.Status), msg.Request && arm.Method == msg.Method.String() && (arm.To == 0 || arm.Covers(reported(msg))):
			return arm
		}
	}
	return nil
}

// overheard tells where an Expect goes on because of a message that came in before it was reached.
func (c *call) overheard(step *scenarios.Step) (next int, heard bool) {
	if c.flags.overtook {
		c.flags.overtook = false
		for i := range step.Arms {
			if arm := &step.Arms[i]; arm.Method == "NOTIFY" && arm.To == 0 {
				return arm.Next, true
			}
		}
	}
	if c.heard == 0 {
		return 0, false
	}
	for i := range step.Arms {
		if arm := &step.Arms[i]; arm.Method == "" && !arm.Stay && arm.Covers(int(c.heard)) {
			c.heard = 0
			return arm.Next, true
		}
	}
	return 0, false
}

// onTimer does what the timers of a call want at now.
func (m *Machine) onTimer(c *call, now time.Duration) {
	if m.scripts != nil {
		m.scripts.onTimer(c, now)
		return
	}
	if m.fire(c, &c.cancel, m.standard.cancel, measure.Cancel, now) == sip.TimedOut {
		m.finish(c, now) // RFC 3261, 9.1: the INVITE counts as cancelled after 64·T1
		return
	}
	if m.fireInvite(c, now); !c.busy {
		return
	}
	if e := &c.errand; e.Running() && m.fire(c, &e.Transaction, e.message, e.counted(), now) == sip.TimedOut {
		m.onErrandTimeout(c, now)
		return
	}
	if m.fireKeeping(c, now); !c.busy {
		return
	}
	m.fireGlare(c, now)
	if c.resume <= now {
		at := c.resume // not now: naps of the event loop would make every pause longer
		c.resume = Never
		m.goOn(c, at, now)
	}
	if c.busy {
		m.schedule(c)
	}
}

// goOn takes a call on whose pause is over.
func (m *Machine) goOn(c *call, at, now time.Duration) {
	switch step := &c.flow.steps[c.step]; {
	case step.Op == scenarios.Expect:
		m.late(c, step)
		c.step = step.Else
		if !c.keep.refreshing {
			c.glare = noGlare
		}
	case step.Op == scenarios.Hear && !c.hears(step):
		if now < c.until {
			c.resume = now + digitsTurn
			return
		}
		m.late(c, step)
		c.step = step.Else
	default:
		c.step++
	}
	m.run(c, at)
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
		m.transmit(c, c.lastSent, nil, m.destination(c, "INVITE"))
	case due == sip.Repeat:
		m.repeatResponse(c)
	case due == sip.TimedOut && caller && c.stage != calling:
		m.lapse(c, &c.keep, now) // a re-INVITE that nobody answers: RFC 3261, 14.1
	case due == sip.TimedOut && caller:
		m.lose(c, routing.Timeout, measure.Timeout, now)
	case due == sip.TimedOut && (c.stage == confirming || c.stage == talking):
		c.flags.dropped = true // RFC 3261, 13.3.1.4: a 2xx that is never acknowledged ends in a BYE
		m.hangUp(c, now)
	case due == sip.TimedOut && c.stage == calling:
		m.refuseLate(c, now)
	case due == sip.TimedOut:
		m.finish(c, now)
	}
}
