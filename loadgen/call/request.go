package call

import (
	"errors"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// Receive takes one datagram that came in.
func (m *Machine) Receive(d sip.Datagram) {
	err := sip.Scan(d.Data, &m.message)
	m.from, m.at, m.atHand = d.From, d.Line, nil
	switch {
	case errors.Is(err, sip.ErrKeepAlive):
		return
	case m.scripts != nil && readable(&m.message, err):
		m.scripts.receive(&m.message, d.From, d.At)
	case err != nil || d.Truncated:
		m.onMalformed(err, d)
	case m.message.Request:
		m.onRequest(&m.message, d.From, d.At)
	default:
		m.onResponse(&m.message, d.From, d.At)
	}
}

// onMalformed counts what cannot be read, and tells the sender where the response can be addressed.
func (m *Machine) onMalformed(err error, d sip.Datagram) {
	m.cfg.Steady.Malformed++
	status := 513 // RFC 3261, 21.5.14: longer than what is read
	var malformed *sip.MalformedError
	if errors.As(err, &malformed) {
		status = malformed.Status
	}
	r := &m.message
	if r.Answerable() {
		m.reply(nil, r, d.From, status)
	}
}

func (m *Machine) onRequest(r *sip.Message, from netip.AddrPort, at time.Duration) {
	c, over := m.callOf(r)
	switch {
	case c != nil:
		m.onRequestInCall(c, r, from, at)
	case over && r.ToTag == nil && r.Method != sip.INVITE && m.flows.answerers[r.Method] != nil:
		m.cfg.Steady.Retransmissions[measure.Received][measure.OtherMethod]++
		m.serve(r, from, at, true)
	case r.Method == sip.ACK:
		if !over {
			m.cfg.Steady.Strays++
		}
	case over && r.Method == sip.INVITE && r.ToTag == nil:
		m.cfg.Steady.Retransmissions[measure.Received][measure.Invite]++ // absorbed: Timer L of RFC 6026
	case over && (r.Method == sip.BYE || r.Method == sip.CANCEL):
		m.cfg.Steady.Retransmissions[measure.Received][methodOf(r.Method)]++
		m.reply(nil, r, from, 200)
	case over && r.Method == sip.NOTIFY:
		m.reply(nil, r, from, 200) // the last report of a subscription that we ended: RFC 6665, 4.2.2
	case r.ToTag == nil && m.flows.answerers[r.Method] != nil:
		m.onOpening(r, from, at)
	case r.Method == sip.OPTIONS && r.ToTag == nil:
		m.reply(nil, r, from, optionsStatus(r))
	case r.ToTag != nil || r.Method == sip.CANCEL || r.Method == sip.BYE:
		m.cfg.Steady.Strays++
		m.reply(nil, r, from, 481)
	default:
		m.reply(nil, r, from, 405)
	}
}

func methodOf(method sip.Method) measure.Method {
	switch method {
	case sip.INVITE:
		return measure.Invite
	case sip.BYE:
		return measure.Bye
	case sip.CANCEL:
		return measure.Cancel
	case sip.ACK:
		return measure.Ack
	}
	return measure.OtherMethod
}

// callOf returns the call that a request belongs to: by our tag in its To, by our Call-ID, or, before
// the caller knows our tag, by the caller's Call-ID and From tag.
func (m *Machine) callOf(r *sip.Message) (c *call, over bool) {
	id := r.ToTag
	if id == nil {
		slot, known := m.incoming.slots[m.incoming.key(r)]
		if !known || slot == retired {
			return nil, known
		}
		c = m.table.at(slot)
		if string(c.dialog.get(c.dialog.callID)) != string(r.CallID) {
			return nil, false // another Call-ID of the same hash
		}
		return c, false
	}
	slot, generation, ours := parseIdentity(id, m.cfg.Machine)
	if !ours {
		return nil, false
	}
	if c, over = m.table.find(slot, generation); c != nil && !c.dialog.matches(r) {
		return nil, false
	}
	return c, over
}

func (m *Machine) onRequestInCall(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	if r.ToTag == nil && r.Method == c.flow.opening && r.Method != sip.INVITE {
		m.count(c).Retransmissions[measure.Received][measure.OtherMethod]++
		m.repeatResponse(c)
		return
	}
	if r.ToTag != nil && r.Method != sip.ACK && r.Method != sip.CANCEL {
		switch {
		case r.CSeq < c.remoteCSeq:
			m.reply(c, r, from, 500) // out of order: RFC 3261, 12.2.2
			return
		case r.CSeq == c.remoteCSeq && c.replied != 0 && r.Method == c.repliedTo:
			m.count(c).Retransmissions[measure.Received][methodOf(r.Method)]++
			m.repeatReply(c, r, from)
			return
		}
		c.remoteCSeq, c.replied, c.flags.described = r.CSeq, 0, false
		if r.Method != sip.BYE && !knownExtensions(r) { // whoever hangs up has gone, whatever he requires
			m.reply(c, r, from, 420)
			return
		}
	}
	switch r.Method {
	case sip.INVITE:
		m.onFurtherInvite(c, r, from, at)
	case sip.UPDATE:
		m.onUpdate(c, r, from, at)
	case sip.ACK:
		m.onAck(c, r, at)
	case sip.CANCEL:
		m.onCancel(c, r, from, at)
	case sip.BYE:
		m.onBye(c, r, from, at)
	case sip.PRACK:
		m.onPrack(c, r, at)
	default:
		m.onOtherRequest(c, r, from, at)
	}
}

// onFurtherInvite answers a retransmission with what was last said, and an INVITE inside the dialog by its
// offer.
func (m *Machine) onFurtherInvite(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	switch {
	case c.flags.serving && r.CSeq == c.servedCSeq && c.branch == m.incoming.hash(r.Branch):
		m.count(c).Retransmissions[measure.Received][measure.Invite]++
		m.repeatResponse(c)
	case r.ToTag == nil: // a copy that another branch brought: RFC 3261, 8.2.2.2
		m.reply(c, r, from, 482)
	case c.stage == calling && c.flags.incoming: // RFC 3261, 14.2
		at := m.incoming.hash(r.Branch) % uint64(len(m.standard.later)) // a repeat is answered alike
		m.transmit(c, m.standard.later[at], r, m.replyAddress(r, from))
	case c.stage != talking || c.invite.Running():
		m.reply(c, r, from, 491)
	default:
		m.onReinvite(c, r, from, at)
	}
}

// onReinvite changes the session as the peer offers (RFC 3261, 14.2): hold, resume, another address or
// codec. An offer that cannot be met is refused and leaves the session as it is; one without a description
// gets ours.
func (m *Machine) onReinvite(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	c.flags.serving, c.servedCSeq, c.branch, c.peer = true, r.CSeq, m.incoming.hash(r.Branch), from
	c.request = append(m.table.large.take(c.request), r.Raw...)
	c.lastSent = m.standard.answer
	m.retime(c, r, at)
	c.invite.OpenAnswer(at, m.timers(c))
	if !m.renegotiate(c, r.Session, anOffer, at) {
		c.lastSent = m.standard.responses[488]
		c.invite.Open(at, m.timers(c), false)
	}
	m.transmit(c, c.lastSent, r, m.replyTo(c, r))
	m.schedule(c)
}

// onUpdate changes the session at once (RFC 3311): there is no ACK to wait for.
func (m *Machine) onUpdate(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	switch {
	case tooShort(r):
		m.reply(c, r, from, 422)
	case r.Session == nil:
		m.retime(c, r, at)
		m.answerRequest(c, r, from, 200)
	case c.invite.Running() && !(c.stage == calling && !c.flags.incoming && c.rseq != 0 && c.session.known): // an offer waits for its answer
		m.reply(c, r, from, 491)
	case m.answerOffer(c, r, from, at):
		m.retime(c, r, at)
	}
	m.match(c, r, at)
}

// answerOffer changes the session as a request with an offer asks, and answers it: with our description, or with
// 488 where the offer cannot be met, which leaves the session as it is.
func (m *Machine) answerOffer(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) (met bool) {
	if !m.renegotiate(c, r.Session, anOffer, at) {
		m.answerRequest(c, r, from, 488)
		return false
	}
	c.replied, c.repliedTo, c.flags.described = 200, r.Method, true
	m.repeatReply(c, r, from)
	return true
}

// repeatReply answers a request inside the dialog once more: an offer by the same answer.
func (m *Machine) repeatReply(c *call, r *sip.Message, from netip.AddrPort) {
	if c.flags.described {
		m.transmit(c, m.standard.answer, r, m.replyAddress(r, from))
		return
	}
	m.reply(c, r, from, int(c.replied))
}

// onOtherRequest lets a request inside the dialog go where the program waits for it, and answers it unless the
// program does that: MESSAGE, INFO, NOTIFY and OPTIONS are welcome at any time.
func (m *Machine) onOtherRequest(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	arm := m.armFor(c, r)
	if c.endedBy(r) && c.opening() != sip.SUBSCRIBE {
		c.leases.subscription = nothingKept // the call goes on without it
	}
	switch {
	case m.onSubscribe(c, r, from, at):
		return
	case c.endedBy(r) && c.opening() == sip.SUBSCRIBE:
		m.answerRequest(c, r, from, 200)
		m.lapse(c, &c.leases.subscription, at)
		return
	case arm != nil && arm.Reply != 0:
		m.answerRequest(c, r, from, arm.Reply)
	case arm != nil:
	case r.Method == sip.INFO, r.Method == sip.MESSAGE, r.Method == sip.NOTIFY, r.Method == sip.OPTIONS:
		m.answerRequest(c, r, from, 200)
	default:
		m.answerRequest(c, r, from, 405)
	}
	if m.match(c, r, at); c.busy {
		m.schedule(c)
	}
}

// answerRequest answers a request inside the dialog, and notes the status for its repeats.
func (m *Machine) answerRequest(c *call, r *sip.Message, from netip.AddrPort, status int) {
	c.replied, c.repliedTo = uint16(status), r.Method
	m.reply(c, r, from, status)
}

// retime restarts the session timer that the peer refreshes, and follows it to a new Contact.
func (m *Machine) retime(c *call, r *sip.Message, at time.Duration) {
	m.keepServed(c, r, at)
	m.retarget(c, r)
}

// onAck ends the repeats of a final response.
func (m *Machine) onAck(c *call, r *sip.Message, at time.Duration) {
	switch c.stage {
	case refused:
		c.invite.Close()
		if c.flags.outside {
			m.finish(c, at)
			return
		}
		m.run(c, at)
	case confirming:
		c.invite.Close()
		m.forgetInvite(c)
		c.stage = talking
		if !c.session.known {
			m.agree(c, r.Session, anAnswer) // the answer to an offer in our 200
		}
		if c.flags.stopping {
			c.flags.cut = true
			m.hangUp(c, at)
			return
		}
		m.match(c, r, at)
	default:
		if c.flags.serving && c.invite.Running() && r.CSeq == c.servedCSeq {
			m.onReinviteAck(c, r, at)
			return
		}
		m.count(c).Retransmissions[measure.Received][measure.Ack]++
	}
}

// onReinviteAck ends the repeats of the answer to a re-INVITE, and reads the answer to our offer in it.
func (m *Machine) onReinviteAck(c *call, r *sip.Message, at time.Duration) {
	c.invite.Close()
	m.forgetInvite(c)
	m.renegotiate(c, r.Session, anAnswer, at)
	if m.match(c, r, at); c.busy {
		m.schedule(c)
	}
}

// onCancel withdraws an INVITE that has no final response (RFC 3261, 9.2).
func (m *Machine) onCancel(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	if c.branch != m.incoming.hash(r.Branch) {
		m.reply(c, r, from, 481)
		return
	}
	m.reply(c, r, from, 200)
	if c.stage == calling && c.flags.incoming {
		m.refuseWithdrawn(c, at)
	}
}

// refuseWithdrawn ends an INVITE that its caller gave up.
func (m *Machine) refuseWithdrawn(c *call, at time.Duration) {
	c.flags.cancelled = true
	c.resume = Never
	if request, ok := m.storedInvite(c); ok {
		m.refuse(c, request, 487, at)
	}
}

// onBye lets the far end hang up: as the program expects it, or against it.
func (m *Machine) onBye(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	if c.stage == calling && c.flags.incoming && r.ToTag != nil { // of an early dialog: RFC 3261, 15.1.2
		m.reply(c, r, from, 200)
		m.refuseWithdrawn(c, at)
		return
	}
	if c.stage == calling || c.stage == refused {
		m.reply(c, r, from, 481)
		return
	}
	if c.hungUp == Never {
		c.hungUp = at
	}
	c.invite.Close() // a BYE says that the 2xx arrived, though its ACK was lost
	m.hush(c, at)
	m.releaseCircuit(c, at)
	if arm := m.armFor(c, r); c.stage == talking && arm != nil {
		c.flags.completed = true
		if arm.Reply != 0 {
			m.reply(c, r, from, arm.Reply)
		}
		m.match(c, r, at)
		return
	}
	m.reply(c, r, from, 200)
	c.flags.dropped = c.stage != leaving && !c.flags.incoming
	c.flags.completed = !c.flags.dropped
	m.finish(c, at)
}
