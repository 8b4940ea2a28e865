package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// hangUpEarly ends a call because the run ends: a call that rings is withdrawn or refused, one that
// talks gets a BYE, one that is ending anyway is left to it.
func (m *Machine) hangUpEarly(c *call, now time.Duration) {
	if m.scripts != nil {
		m.scripts.stopCall(c, now)
		return
	}
	c.flags.stopping = true
	caller := !c.flags.incoming
	switch {
	case c.opening() != sip.INVITE:
		m.finish(c, now)
	case c.stage == calling && caller && c.status != 0: // between a refusal and the next try
		m.finish(c, now)
	case c.stage == calling && caller:
		m.withdraw(c, now)
	case c.stage == calling:
		if request, ok := m.storedInvite(c); ok {
			c.resume = Never
			m.refuse(c, request, 503, now)
		}
	case c.stage == talking:
		c.flags.cut = true
		m.hangUp(c, now)
	}
}

// withdraw sends CANCEL, which RFC 3261, 9.1 allows only once a provisional response has come in; until
// then the call waits for one.
func (m *Machine) withdraw(c *call, now time.Duration) {
	if !c.flags.provisional || c.flags.cancelled {
		return
	}
	c.flags.cancelled = true
	c.cancel.Open(now, m.timers(c), false)
	m.transmit(c, m.standard.cancel, nil, c.peer)
	m.schedule(c)
}

// hangUp sends a BYE of the machine's own: the call leaves its program.
func (m *Machine) hangUp(c *call, now time.Duration) {
	c.flags.outside = true
	c.resume = Never
	m.releaseCircuit(c, now)
	m.openBye(c, now)
	c.trial = sip.Trial{}
	m.sendErrand(c, m.standard.bye, hangingUp, now)
	m.schedule(c)
}

// finish ends a call in the class of the final response to its INVITE.
func (m *Machine) finish(c *call, now time.Duration) {
	cut := c.flags.stopping || c.flags.cut
	switch {
	case cut && (c.status == 0 || c.status == 487 || c.flags.outside && c.status >= 300):
		m.end(c, now, measure.Aborted)
	case c.flags.unexpected:
		m.end(c, now, measure.Unexpected)
	case c.status == 0:
		m.end(c, now, measure.Timeout)
	case c.status < 300:
		m.end(c, now, measure.Answered)
	default:
		m.end(c, now, sip.Classify(int(c.status), int(c.cause), m.cfg.Profile))
	}
}

// end ends a call: its circuit and ports are free, its accounts are closed.
func (m *Machine) end(c *call, now time.Duration, class measure.Class) {
	m.forgetVariables(c)
	if c.key != 0 {
		m.incoming.retire(c.key, now+m.cfg.Timers.GiveUp())
	}
	m.leaveLine(c)
	if c.flags.extra {
		m.table.release(c)
		return
	}
	into := m.count(c)
	m.hush(c, now)
	m.releaseCircuit(c, now)
	into.InProgress--
	into.Outcomes[class]++
	if c.flow.counted {
		into.Flows[c.flow.place].Outcomes[class]++
	}
	if c.status != 0 {
		into.Codes[c.status]++
	}
	if c.cause > 0 {
		into.Causes[c.cause]++
	}
	m.countCircuit(c, into, now, class)
	m.leaveTrunk(c, class)
	m.drillEnd(c, class)
	if class == measure.Answered {
		m.countAnswered(c, into, now)
	}
	m.reportOn(c, reportOf(class, int(c.status)), now)
	m.consulted(c, false, now)
	if m.cfg.Observer != nil {
		m.cfg.Observer.Ended(c.callID(), class, c.flags.dropped)
	}
	m.table.release(c)
}

// reportOf returns the status that a NOTIFY reports of a call that ended without having been answered.
func reportOf(class measure.Class, status int) int {
	switch {
	case status != 0:
		return status
	case class == measure.Timeout:
		return 408
	}
	return 503
}

// releaseCircuit gives the call's circuit back, if it holds one.
func (m *Machine) releaseCircuit(c *call, now time.Duration) {
	if c.flags.seized && m.cfg.Circuits != nil {
		m.cfg.Circuits.Release(now)
	}
	c.flags.seized = false
}

// countCircuit adds the time that the call held a circuit: from the INVITE to the BYE, or to the refusal
// of a call that had rung. A call that the end of the run cut short counts with the time that it would
// have held, since it is the traffic offered that this is for.
func (m *Machine) countCircuit(c *call, into *measure.Measurement, now time.Duration, class measure.Class) {
	from := c.seizedAt()
	held := now - from
	switch {
	case class == measure.Answered && c.flags.cut && !c.flags.incoming:
		held = c.answered + c.attempt.Holding - from
	case c.hungUp != Never:
		held = c.hungUp - from
	case class == measure.Blocked || class == measure.Unreachable || class == measure.Timeout:
		return
	}
	into.Seized++
	into.CircuitTime += held
	busy := m.busyTime(c, now)
	m.cfg.Steady.BusyTime += busy
	m.countTrunk(c, held, busy)
}

// busyTime returns the time for which the call's circuit was busy inside the measuring window. It is counted
// after the warm-up, whenever the call began: a circuit that is held is carried traffic.
func (m *Machine) busyTime(c *call, now time.Duration) time.Duration {
	over := min(c.hungUp, now)
	from, to := max(c.seizedAt(), m.cfg.From), min(over, m.closed)
	return max(0, to-from)
}

func (m *Machine) countAnswered(c *call, into *measure.Measurement, now time.Duration) {
	if c.flags.completed {
		into.Completed++
	}
	if c.flags.dropped {
		into.Dropped++
	}
	over := c.hungUp
	if over == Never {
		over = now
	}
	if !c.flags.cut {
		into.Delays[measure.SDT].Record(over - c.answered)
	}
}
