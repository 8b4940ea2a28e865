package call

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// send sends a message of the program and opens the transaction that belongs to it.
func (m *Machine) send(c *call, message *scenarios.Message, now time.Duration) {
	if message.Status != 0 {
		m.respond(c, message, now)
		return
	}
	c.trial = sip.Trial{}
	if message.Method == "INVITE" && c.opening() != sip.INVITE && !c.flags.incoming {
		c.flags.called, c.flags.completed, c.stage, c.answered, c.retries = true, false, calling, Never, 0
		m.renew(c, now)
	}
	if c.stage == calling && c.status >= 300 && message.Method == c.opening().String() {
		m.renew(c, now)
	}
	if c.stage == calling && c.status == 0 {
		c.way.step = int32(c.step)
	}
	switch message.Method {
	case "INVITE":
		m.sendInvite(c, message, now)
	case "BYE":
		m.openBye(c, now)
		m.sendErrand(c, message, hangingUp, now)
	default:
		m.sendErrand(c, message, ofProgram, now)
	}
}

// renew begins a refused call once more, or the call proper behind requests of other methods, because its program
// says so: the next final response decides its class, and its delays count from now.
func (m *Machine) renew(c *call, now time.Duration) {
	c.dialog.forgetEarly()
	c.status, c.cause, c.rseq, c.heard = 0, 0, 0, 0
	c.started, c.attempt.Intended, c.responded = now, now, Never
	c.flags.provisional, c.flags.cancelled, c.flags.withdrawn, c.session = false, false, false, sdpChoice{}
}

// heed notes what a step that sends wants beside its message.
func (m *Machine) heed(c *call, step *scenarios.Step) {
	if step.Life > 0 {
		m.kept(c, step.Message.Method).life = step.Life
	}
	if to := c.flow.targets[c.step]; len(to) > 0 {
		m.callTo(c, to)
	}
	if step.Codec != "" {
		c.codec, _ = sip.CodecNamed(step.Codec)
		c.version++
	}
	if step.Flow != scenarios.AsBefore {
		c.direction = directions[step.Flow]
		c.version++
	}
}

var directions = [...]sip.Direction{
	scenarios.BothWays: sip.SendRecv, scenarios.SendOnly: sip.SendOnly, scenarios.ReceiveOnly: sip.RecvOnly, scenarios.NoFlow: sip.Inactive,
}

// sendInvite sends an INVITE: the first one of a call, the next with credentials, or one inside the dialog.
func (m *Machine) sendInvite(c *call, message *scenarios.Message, now time.Duration) {
	c.cseq++
	c.inviteCSeq = c.cseq
	c.lastSent, c.flags.serving, c.heard = message, false, 0
	if c.stage == calling {
		m.count(c).InvitesSent++
	}
	m.vouch(c, message)
	m.enlarge(c, message)
	c.invite.Open(now, m.timers(c), true)
	c.invite.Bound(now, c.patience())
	m.transmit(c, message, nil, m.destination(c, message.Method))
}

// openBye ends the conversation.
func (m *Machine) openBye(c *call, now time.Duration) {
	c.stage = leaving
	c.hungUp = now
	c.keep = nothingKept
	if c.leases != nil {
		c.leases.subscription = nothingKept
	}
	m.hush(c, now)
}

// vouch writes the credentials of a request that is about to be sent, for it and for its repeats, which are
// the same message.
func (m *Machine) vouch(c *call, message *scenarios.Message) {
	keyring := m.keyring(c)
	if keyring == nil {
		return
	}
	d := &c.dialog
	into := d.authOf(message.Method)
	if int(into.to) == len(d.text) && into.to > into.from {
		d.text = d.text[:into.from] // nothing stands behind the last credentials: write over them
	}
	if len(d.text) > maxDialog/2 {
		*into = span{}
		d.compact()
	}
	from := len(d.text)
	if from > maxDialog/2 {
		return
	}
	m.renderBody(c, message, nil)
	d.text = keyring.AppendHeaders(d.text, &c.trial, sip.Covered{Method: message.Method, URI: d.requestURI(d.partOf(message.Method)), Body: m.body})
	*into = span{uint16(from), uint16(len(d.text))}
}

// login tells whether a refusal is a challenge that the keyring answers: the request is sent again then.
func (m *Machine) login(c *call, r *sip.Message) bool {
	if r.Status != 401 && r.Status != 407 || c.flags.stopping {
		return false
	}
	keyring := m.keyring(c)
	return keyring != nil && keyring.Challenged(&c.trial, r.Authentications[:r.NumAuthentications]) == sip.LoginRetry
}

// destination returns where a request goes: what opens a call, and CANCEL, to the trunk, the rest into the
// dialog.
func (m *Machine) destination(c *call, method string) netip.AddrPort {
	if method == "CANCEL" || method == "INVITE" && c.stage == calling || !c.established() {
		return c.peer
	}
	return m.hop(c)
}

// transmit renders a message and hands it to the wire.
func (m *Machine) transmit(c *call, message *scenarios.Message, answered *sip.Message, to netip.AddrPort) {
	flow := uint32(0)
	if c != nil {
		flow = uint32(c.slot)
	}
	m.use(c)
	b := m.append(m.cfg.Wire.Buffer(), c, message, answered)
	m.mark(c, len(b), answered)
	m.cfg.Wire.Queue(b, to, flow)
}

// respond sends a response of the program: to the INVITE that came in, as long as that has no final
// response, else to the request that the program has just met.
func (m *Machine) respond(c *call, message *scenarios.Message, now time.Duration) {
	if c.stage != calling {
		m.transmit(c, message, &m.message, m.replyAddress(&m.message, m.from))
		return
	}
	request, ok := m.storedInvite(c)
	if !ok {
		return
	}
	if message.Status < 300 && len(message.Body) > 0 && c.leg == nil && !m.openLeg(c) {
		m.refuse(c, request, 500, now)
		return
	}
	c.lastSent = message
	switch {
	case message.Status >= 200:
		m.decide(c, message.Status, now)
		switch {
		case message.Status >= 300:
		case request.Method == sip.REGISTER:
			m.bind(c, request, now)
		case request.Method == sip.SUBSCRIBE:
			m.keepSubscription(c, request, now)
		}
	case message.Reliable:
		m.sendReliably(c, request, now)
	}
	m.transmit(c, message, request, m.replyTo(c, request))
}

// decide notes the final response to an INVITE that came in and starts its repeats (RFC 3261, 13.3.1.4
// and Timer G of 17.2.1).
func (m *Machine) decide(c *call, status int, now time.Duration) {
	c.status = int16(status)
	c.stage = refused
	switch {
	case c.flow.opening != sip.INVITE:
		c.stage = talking
		if status < 300 {
			c.answered, c.flags.completed = now, true
		}
		return
	case status < 300:
		c.stage, c.answered = confirming, now
		c.invite.OpenAnswer(now, m.timers(c))
		m.hangUpReplaced(c, now)
		return
	}
	m.releaseCircuit(c, now)
	m.hush(c, now)
	c.invite.Open(now, m.timers(c), false)
}

// storedInvite returns the INVITE of an answering call: the message at hand while that is the INVITE, else
// read again from its copy, because scanning costs less memory than keeping what was scanned.
func (m *Machine) storedInvite(c *call) (*sip.Message, bool) {
	if m.atHand == c {
		return &m.message, true
	}
	m.atHand = nil
	if c.request == nil || sip.Scan(c.request, &m.message) != nil {
		return nil, false
	}
	m.from = c.peer
	return &m.message, true
}

// forgetInvite gives the copy of an INVITE back whose answer is acknowledged: nothing is answered to it any more
// (RFC 6026, 7.1), and calls that talk are the ones of which there are many.
func (m *Machine) forgetInvite(c *call) {
	m.table.large.give(c.request)
	c.request = nil
}

// repeatResponse sends the last response to the INVITE once more.
func (m *Machine) repeatResponse(c *call) {
	if c.lastSent == nil {
		return
	}
	request, ok := m.storedInvite(c)
	if !ok {
		return
	}
	kind := measure.OtherResponse
	if c.lastSent.Status >= 200 && c.lastSent.Status < 300 {
		kind = measure.Response2xx
	}
	m.count(c).Retransmissions[measure.Sent][kind]++
	m.transmit(c, c.lastSent, request, m.replyTo(c, request))
}

// reply answers a request with a status of our own, inside a call or, with c nil, outside of one.
func (m *Machine) reply(c *call, request *sip.Message, from netip.AddrPort, status int) {
	m.transmit(c, m.standard.responses[status], request, m.replyAddress(request, from))
}

func (m *Machine) replyTo(c *call, request *sip.Message) netip.AddrPort {
	return m.replyAddress(request, c.peer)
}

// replyAddress returns where a response goes: back on the connection of the request, back to where the
// request came from with rport (RFC 3581, 4), else to that host at the port of the topmost Via (RFC 3261,
// 18.2.2).
func (m *Machine) replyAddress(request *sip.Message, from netip.AddrPort) netip.AddrPort {
	if m.lineOf(nil).Transport.Reliable() || rportEnd(request.Vias[0]) > 0 {
		return from
	}
	return netip.AddrPortFrom(from.Addr(), request.SentByPort())
}

// acknowledge sends the ACK of a refusal (RFC 3261, 17.1.1.3).
func (m *Machine) acknowledge(response *sip.Message, uri []byte, to netip.AddrPort, flow uint32) {
	m.hopByHop("ACK", response, uri, to, flow)
}

// hopByHop sends a request that belongs to the transaction of an INVITE: the ACK of its refusal, or its
// CANCEL (RFC 3261, 9.1). It has the branch, the request URI and the numbers of the INVITE; the To is that
// of the response, but for the tag in a CANCEL. It is made of the response alone, so that it can be sent for
// an INVITE that is over.
func (m *Machine) hopByHop(method string, response *sip.Message, uri []byte, to netip.AddrPort, flow uint32) {
	m.use(nil)
	b := m.cfg.Wire.Buffer()
	b = append(append(append(append(b, method...), ' '), uri...), " SIP/2.0\r\nVia: SIP/2.0/"...)
	b = append(append(b, m.lineOf(nil).Transport.String()...), ' ')
	b = append(append(append(b, response.SentBy...), ";rport;branch="...), response.Branch...)
	b = append(append(b, "\r\nMax-Forwards: 70\r\nFrom: "...), response.From...)
	if b = append(b, "\r\nTo: "...); method == "ACK" {
		b = append(b, response.To...)
	} else {
		b = append(append(append(b, '<'), uriOf(response.To)...), '>')
	}
	b = append(append(b, "\r\nCall-ID: "...), response.CallID...)
	b = append(b, "\r\nCSeq: "...)
	b = append(append(appendUint(b, response.CSeq), ' '), method...)
	b = append(b, "\r\nContent-Length: 0\r\n\r\n"...)
	m.cfg.Wire.Queue(b, to, flow)
}
