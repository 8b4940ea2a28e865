package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/scenarios"
)

// errand is a request of ours beside the INVITE: the one that opens a call of another method, or one inside
// the dialog. A call has one at a time: the program's waits for one that the machine sent of its own accord, a report
// about a referred call for the program's, and BYE, which takes the place of any, for none.
type errand struct {
	sip.Transaction
	message *scenarios.Message
	cseq    uint32
	purpose purpose
}

// purpose says who wants the answer of an errand.
type purpose uint8

const (
	ofProgram  purpose = iota // a step of the program, which expects the answer
	hangingUp                 // BYE
	pracking                  // PRACK of a reliable provisional response
	refreshing                // what is kept alive
	reporting                 // NOTIFY about a call that follows a REFER
)

// counted returns what repeats of the errand count as.
func (e *errand) counted() measure.Method {
	if e.purpose == hangingUp {
		return measure.Bye
	}
	return measure.OtherMethod
}

// sendErrand sends a request: for the first time, or again with credentials.
func (m *Machine) sendErrand(c *call, message *scenarios.Message, why purpose, now time.Duration) {
	if c.unsent() {
		m.count(c).InvitesSent++
	}
	c.cseq++
	c.errand.message, c.errand.cseq, c.errand.purpose = message, c.cseq, why
	c.errand.Open(now, m.timers(c), false)
	m.vouch(c, message)
	m.transmit(c, message, nil, m.destination(c, message.Method))
}

// unsent tells whether a call that opens with another method than INVITE waits for its first final response.
func (c *call) unsent() bool {
	return c.opening() != sip.INVITE && !c.flags.incoming && c.status == 0
}

// established tells whether there is a dialog, early or confirmed, that requests are sent in.
func (c *call) established() bool { return c.dialog.tag.to > c.dialog.tag.from }

// onErrandResponse takes a response to an errand.
func (m *Machine) onErrandResponse(c *call, r *sip.Message, at time.Duration) {
	e := &c.errand
	switch {
	case !e.Running() || r.CSeq != e.cseq:
		m.count(c).Retransmissions[measure.Received][measure.OtherResponse]++
		return
	case r.Status < 200:
		e.Proceed()
		m.schedule(c)
		return
	}
	e.Close()
	if m.login(c, r) || m.longer(c, r) {
		m.sendErrand(c, e.message, e.purpose, at)
		m.schedule(c)
		return
	}
	if m.giveWay(c, r, e.message, e.purpose, at) {
		m.schedule(c)
		return
	}
	m.onErrandDone(c, r, at)
	m.goAhead(c, at)
}

// engaged tells whether a request of the program has to wait for one that the machine sent of its own accord: it
// would take that one's place. BYE waits for nothing.
func (c *call) engaged(message *scenarios.Message) bool {
	switch message.Method {
	case "", "BYE":
		return false
	case "INVITE":
		return c.stage == talking && c.invite.Running() // RFC 3261, 14.1
	}
	return c.errand.Running() && c.errand.purpose != ofProgram
}

// goAhead does what had to wait for a transaction that is over now: a report about a call that follows a REFER,
// and the program's next request.
func (m *Machine) goAhead(c *call, at time.Duration) {
	if !c.busy {
		return
	}
	if c.flags.reportDue {
		m.tell(c, at)
	}
	if op := c.flow.steps[c.step].Op; (op == scenarios.Send || op == scenarios.Acknowledge) && !c.flags.outside {
		m.run(c, at)
	}
	if c.busy {
		m.schedule(c)
	}
}

func (m *Machine) onErrandDone(c *call, r *sip.Message, at time.Duration) {
	switch c.errand.purpose {
	case hangingUp:
		m.onByeAnswered(c, r, at)
	case pracking:
		if r.Status >= 300 && !c.flags.forked { // each branch knows its own PRACK alone
			m.mismatch(c, "the PRACK was refused")
			m.fail(c, at)
		}
	case refreshing:
		m.onRefreshed(c, m.kept(c, c.errand.message.Method), r, at)
	case ofProgram:
		m.onProgramAnswered(c, r, at)
	case reporting: // 481 says that nobody wants to know
	}
}

// onByeAnswered ends a call that hangs up.
func (m *Machine) onByeAnswered(c *call, r *sip.Message, at time.Duration) {
	if !c.flags.extra {
		m.count(c).Delays[measure.SDD].Record(at - c.hungUp)
	}
	c.flags.completed = r.Status < 300 && !c.flags.dropped
	c.flags.dropped = !c.flags.completed
	if c.flags.outside {
		m.finish(c, at)
		return
	}
	m.match(c, r, at)
}

// onProgramAnswered takes the answer to a request of the program. Where no INVITE began the call it is the
// first one that decides the class of the call.
func (m *Machine) onProgramAnswered(c *call, r *sip.Message, at time.Duration) {
	into := m.count(c)
	if c.unsent() {
		c.status, c.responded = int16(r.Status), at
		if cause, known := sip.Q850Cause(r.Reason); known {
			c.cause = int16(cause)
		}
		into.Delays[measure.RRD].Record(at - c.begin(m.cfg.Grain))
		if r.Status < 300 {
			c.answered, c.stage, c.flags.completed = at, talking, true
		}
	}
	if r.Status < 300 {
		m.keepRequested(c, r, at)
		m.renegotiate(c, r.Session, anAnswer, at)
	}
	m.match(c, r, at)
}

// onErrandTimeout ends a call whose request nobody answered.
func (m *Machine) onErrandTimeout(c *call, now time.Duration) {
	switch {
	case c.unsent():
		m.lose(c, routing.Timeout, measure.Timeout, now)
	case c.errand.purpose == hangingUp:
		c.flags.dropped = true
		m.finish(c, now)
	case c.errand.purpose == refreshing:
		m.onRefreshRefused(c, m.kept(c, c.errand.message.Method), 408, 0, now)
		m.goAhead(c, now)
	case c.errand.purpose == reporting:
		m.goAhead(c, now)
	default:
		m.mismatch(c, "nobody answered")
		m.fail(c, now)
	}
}

// giveUp withdraws the call because the program says so.
func (m *Machine) giveUp(c *call, now time.Duration) {
	switch {
	case c.stage == calling && !c.flags.incoming && c.status == 0:
		c.flags.withdrawn = true
		m.withdraw(c, now)
	case c.stage == talking:
		m.hangUp(c, now)
	}
}

// fail ends a call that went otherwise than its program allows.
func (m *Machine) fail(c *call, now time.Duration) {
	if !c.flags.explained {
		m.mismatch(c, "it could not go on")
	}
	c.flags.unexpected, c.flags.completed, c.resume = true, false, Never
	switch {
	case c.stage == calling && c.flags.incoming:
		if request, ok := m.storedInvite(c); ok {
			m.refuse(c, request, 500, now)
		}
	case c.opening() != sip.INVITE || c.stage == calling && c.status != 0 || c.hungUp != Never && c.stage == talking:
		m.finish(c, now)
	case c.stage == calling:
		c.flags.outside, c.flags.withdrawn = true, true
		m.withdraw(c, now)
		m.schedule(c)
	case c.stage == talking || c.stage == confirming:
		m.hangUp(c, now)
	case c.stage == leaving && c.errand.Running():
		c.flags.outside = true
		m.schedule(c)
	default:
		m.finish(c, now)
	}
}

// hangUpAtEnd sees to it that no answered call outlives its program, and tells whether there was something to do.
func (m *Machine) hangUpAtEnd(c *call, now time.Duration) bool {
	if c.opening() != sip.INVITE || c.stage != talking || c.hungUp != Never {
		return false
	}
	m.hangUp(c, now)
	return true
}

// onReinviteResponse takes a response to an INVITE of ours inside the dialog.
func (m *Machine) onReinviteResponse(c *call, r *sip.Message, at time.Duration) {
	switch {
	case r.Status < 200:
		m.count(c).Provisional++
		c.invite.Proceed()
		m.schedule(c)
		return
	case r.Status >= 300:
		m.acknowledge(r, c.dialog.requestURI(c.dialog.partOf("INVITE")), m.hop(c), uint32(c.slot))
	default:
		m.acknowledgeAnswer(c, r)
	}
	c.invite.Close()
	switch {
	case m.login(c, r) || m.longer(c, r):
		m.sendInvite(c, c.lastSent, at)
		m.schedule(c)
		return
	case m.giveWay(c, r, c.lastSent, ofProgram, at):
		m.schedule(c)
		return
	case r.Status < 300:
		c.glare = noGlare
		m.retarget(c, r)
		m.renegotiate(c, r.Session, c.purportOf(), at)
		m.keepSession(c, r, at) // any INVITE inside the dialog refreshes the session: RFC 4028, 7.4
	}
	if c.keep.refreshing {
		m.onRefreshed(c, &c.keep, r, at)
	} else {
		m.match(c, r, at)
	}
	m.goAhead(c, at)
}
