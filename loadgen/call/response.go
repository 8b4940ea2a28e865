package call

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

func appendUint(b []byte, v uint32) []byte { return strconv.AppendUint(b, uint64(v), 10) }

// onResponse takes a response to the call that sent the request. One whose call is over is answered as
// the transaction would have done, without keeping it: a repeated refusal is acknowledged again.
func (m *Machine) onResponse(r *sip.Message, from netip.AddrPort, at time.Duration) {
	slot, generation, ours := parseBranch(r.Branch, m.cfg.Machine)
	c, over := m.table.find(slot, generation)
	switch {
	case !ours || c == nil && !over, r.NumVias > 1: // of nobody, or on its way to somebody else: RFC 3261, 8.1.3.3
		m.cfg.Steady.Strays++
	case over:
		m.afterwards(r, from, at)
	case r.Method == sip.INVITE:
		m.onInviteResponse(c, r, from, at)
	case r.Method != sip.CANCEL:
		m.onErrandResponse(c, r, at)
	case r.Status >= 200:
		c.cancel.Rest() // the answer to the INVITE is still awaited
		m.schedule(c)
	}
}

// afterwards deals with a final response of a call that is over: most are repeats. A 2xx to its INVITE can
// be the answer to a call that was given up; whoever answered is told at once that nobody is there.
func (m *Machine) afterwards(r *sip.Message, from netip.AddrPort, at time.Duration) {
	into := m.cfg.Steady
	switch {
	case r.Method == sip.INVITE && r.Status >= 300:
		into.Retransmissions[measure.Received][measure.OtherResponse]++
		m.acknowledge(r, uriOf(r.To), from, 0)
	case r.Method == sip.INVITE && r.Status >= 200:
		into.Retransmissions[measure.Received][measure.Response2xx]++
		m.hangUpAnswer(r, from, at)
	case r.Status >= 200:
		into.Retransmissions[measure.Received][measure.OtherResponse]++
	default:
		into.Provisional++
	}
}

// uriOf returns the URI of a name-addr or addr-spec.
func uriOf(party []byte) []byte {
	if open := bytes.IndexByte(party, '<'); open >= 0 {
		party = party[open+1:]
		if end := bytes.IndexByte(party, '>'); end >= 0 {
			return party[:end]
		}
	}
	if end := bytes.IndexByte(party, ';'); end >= 0 {
		return party[:end]
	}
	return party
}

func (m *Machine) onInviteResponse(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	if r.CSeq != c.inviteCSeq {
		m.onOldResponse(c, r, from, at)
		return
	}
	m.heedOverload(c, r.Vias[0], at)
	switch {
	case c.stage != calling && c.invite.Running() && !c.flags.serving:
		m.onReinviteResponse(c, r, at)
	case r.Status < 200:
		m.onProvisional(c, r, at)
	case r.Status < 300:
		m.onAnswer(c, r, at)
	default:
		m.onRefusal(c, r, at)
	}
}

// onOldResponse deals with a response to an INVITE before the last one, which was challenged or given up for
// another trunk: its refusal is acknowledged as often as it comes, who rings is told to stop, and who
// answers that nobody is there.
func (m *Machine) onOldResponse(c *call, r *sip.Message, from netip.AddrPort, at time.Duration) {
	into := m.count(c)
	switch {
	case r.CSeq > c.inviteCSeq:
		into.Strays++
	case r.Status >= 300:
		into.Retransmissions[measure.Received][measure.OtherResponse]++
		m.acknowledge(r, uriOf(r.To), from, uint32(c.slot))
	case r.Status >= 200:
		m.hangUpAnswer(r, from, at)
	default:
		into.Provisional++
		m.hopByHop("CANCEL", r, uriOf(r.To), from, uint32(c.slot))
	}
}

// onProvisional notes ringing. It never ends anything, and is never lost: each one is counted.
func (m *Machine) onProvisional(c *call, r *sip.Message, at time.Duration) {
	into := m.count(c)
	into.Provisional++
	if c.status != 0 {
		return // overtaken by the final response
	}
	c.invite.Proceed()
	c.flags.provisional = true
	if r.Status > 100 && c.responded == Never {
		c.responded = at
	}
	if r.Status > 100 {
		m.hear(c, at)
		m.reportOn(c, r.Status, at)
	}
	if !c.flags.rang && (r.Status == 180 || r.Status == 183 && r.Session != nil) {
		c.flags.rang = true
		into.Delays[measure.PDD].Record(at - c.begin(m.cfg.Grain))
	}
	m.agree(c, r.Session, c.purportOf())
	if r.RSeq != nil {
		m.acknowledgeProvisional(c, r, at)
	}
	if c.flags.stopping || c.flags.withdrawn {
		m.withdraw(c, at)
	}
	m.match(c, r, at)
	if c.busy {
		m.schedule(c)
	}
}

// onAnswer takes a 2xx: the first one answers the call, each repeat is acknowledged again (RFC 3261,
// 13.2.2.4). An answer that crosses our CANCEL is acknowledged and hung up at once.
func (m *Machine) onAnswer(c *call, r *sip.Message, at time.Duration) {
	if c.status != 0 {
		m.onFurtherAnswer(c, r, at)
		return
	}
	c.invite.Close()
	c.cancel.Close()
	c.status, c.answered, c.stage = int16(r.Status), at, talking
	m.hear(c, at)
	c.answeredOver()
	m.drillAnswer(c, at)
	if c.responded == Never {
		c.responded = at
	}
	whole := m.adopt(c, r)
	m.agree(c, r.Session, c.purportOf())
	into, begin := m.count(c), c.begin(m.cfg.Grain)
	into.Delays[measure.SRD].Record(c.responded - begin)
	into.Delays[measure.AnswerTime].Record(at - begin)
	m.acknowledgeAnswer(c, r)
	m.reportOn(c, r.Status, at)
	m.consulted(c, true, at)
	if !whole {
		into.Malformed++
		m.mismatch(c, "an answer came that is too long")
		m.fail(c, at)
		return
	}
	if c.flags.stopping || c.flags.cancelled || c.flags.withdrawn {
		c.flags.cut = !c.flags.withdrawn
		m.hangUp(c, at)
		return
	}
	m.keepSession(c, r, at)
	if m.match(c, r, at); c.busy {
		m.schedule(c)
	}
}

// onFurtherAnswer deals with a 2xx to an INVITE that has a final response: a repeat is acknowledged again;
// the answer of another branch of a forked INVITE, known by its tag, is acknowledged and hung up (RFC
// 3261, 13.2.2.4).
func (m *Machine) onFurtherAnswer(c *call, r *sip.Message, at time.Duration) {
	if c.status < 300 && !bytes.Equal(r.ToTag, c.dialog.get(c.dialog.tag)) {
		m.onFork(c, r, at)
		return
	}
	m.count(c).Retransmissions[measure.Received][measure.Response2xx]++
	if c.status < 300 {
		m.count(c).Retransmissions[measure.Sent][measure.Ack]++
		m.acknowledgeAnswer(c, r)
	}
}

// acknowledgeAnswer sends the ACK of a 2xx, with our answer where its description is an offer.
func (m *Machine) acknowledgeAnswer(c *call, r *sip.Message) {
	ack := m.standard.ack
	if c.lastSent != nil && len(c.lastSent.Body) == 0 && r.Session != nil {
		ack, m.offered = m.standard.ackAnswer, r
	}
	m.transmit(c, ack, nil, m.hop(c))
	m.offered = nil
}

// mostForks bounds the answers of other branches to one INVITE that are hung up at a time.
const mostForks = 100

// onFork hangs up the answer of another branch in a call of its own, which shares Call-ID and tag with the first and
// is found by its branches. Those calls are linked one to the next, the last answer first.
func (m *Machine) onFork(c *call, r *sip.Message, at time.Duration) {
	forks := 0
	for fork := m.table.linked(c.fork); fork != nil; fork = m.table.linked(fork.fork) {
		if forks++; bytes.Equal(r.ToTag, fork.dialog.get(fork.dialog.tag)) {
			m.count(fork).Retransmissions[measure.Sent][measure.Ack]++
			m.acknowledgeAnswer(fork, r)
			return
		}
	}
	if forks >= mostForks {
		m.count(c).Strays++
		return
	}
	before := c.fork
	c.fork = m.hangUpAnswer(r, c.peer, at)
	if fork := m.table.linked(c.fork); fork != nil {
		fork.fork = before
	}
}

// hangUpAnswer acknowledges a 2xx that no call waits for and hangs up, in a call of its own that is in no
// account. Everything that it needs stands in the response.
func (m *Machine) hangUpAnswer(r *sip.Message, from netip.AddrPort, at time.Duration) callRef {
	c := m.table.take(m.cfg.Machine)
	c.way.line = m.at
	c.flow, c.flags.extra, c.peer = &noProgram, true, from
	c.cseq, c.inviteCSeq = r.CSeq, r.CSeq
	c.status, c.started, c.answered = int16(r.Status), at, at
	d := &c.dialog
	d.callID, d.local, d.target = d.put(r.CallID), d.put(r.From), d.put(uriOf(r.To))
	m.adopt(c, r)
	m.transmit(c, m.standard.ack, nil, m.hop(c))
	m.hangUp(c, at)
	return m.table.refer(c)
}

// adopt takes over what a 2xx says of the peer. A Contact that must not be called is left aside: requests
// go where the INVITE went. It tells whether all of it could be remembered.
func (m *Machine) adopt(c *call, r *sip.Message) (whole bool) {
	if !m.callable(r.Target) {
		r.Target = nil
	}
	return c.dialog.adopt(r)
}

// retarget sends the next requests of a dialog to the Contact of a request or answer that refreshes its target
// (RFC 3261, 12.2).
func (m *Machine) retarget(c *call, r *sip.Message) {
	d := &c.dialog
	if len(r.Target) > 0 && !bytes.Equal(r.Target, d.get(d.target)) && m.callable(r.Target) && len(d.text)+len(r.Target) <= maxDialog {
		d.target = d.put(r.Target)
	}
}

// onRefusal acknowledges a final response of 300 and above and ends the attempt.
func (m *Machine) onRefusal(c *call, r *sip.Message, at time.Duration) {
	m.acknowledge(r, c.dialog.requestURI(c.dialog.partOf("CANCEL")), c.peer, uint32(c.slot))
	if c.status != 0 {
		m.count(c).Retransmissions[measure.Received][measure.OtherResponse]++
		return
	}
	c.invite.Close()
	c.cancel.Close()
	if m.login(c, r) || m.longer(c, r) {
		m.sendInvite(c, c.lastSent, at)
		m.schedule(c)
		return
	}
	m.hear(c, at)
	if m.redirect(c, r, at) || m.tryNextContactAfter(c, r, at) || m.failOverRefused(c, r, at) {
		return
	}
	c.status = int16(r.Status)
	if cause, known := sip.Q850Cause(r.Reason); known {
		c.cause = int16(cause)
	}
	failed := at
	if c.responded != Never {
		failed = c.responded
	}
	m.count(c).Delays[measure.SRDFailed].Record(failed - c.begin(m.cfg.Grain))
	if c.flags.outside || c.flags.stopping {
		m.finish(c, at)
		return
	}
	m.match(c, r, at)
}
