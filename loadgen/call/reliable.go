package call

import (
	"bytes"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// acknowledgeProvisional sends the PRACK of a reliable provisional response (RFC 3262, 4): once for each, in
// their order. One that comes again, or before its predecessor, is left to the peer's repeats.
func (m *Machine) acknowledgeProvisional(c *call, r *sip.Message, at time.Duration) {
	number, _, ok := sip.DeltaSeconds(r.RSeq)
	if !ok || number == 0 || !r.Lists("Require", 0, "100rel") || r.ToTag == nil || c.errand.Running() && c.errand.purpose == ofProgram {
		return
	}
	elsewhere := !bytes.Equal(r.ToTag, c.dialog.get(c.dialog.tag))
	switch {
	case elsewhere && c.established():
		c.flags.forked = true // another branch of the INVITE, with numbers of its own
	case c.rseq != 0 && number != c.rseq+1:
		return
	}
	c.rseq = number
	if elsewhere {
		c.dialog.keepInvited()
		m.adopt(c, r)
	}
	prack := m.standard.prack
	if c.lastSent != nil && len(c.lastSent.Body) == 0 && r.Session != nil {
		prack, m.offered = m.standard.prackAnswer, r
	}
	c.trial = sip.Trial{}
	m.sendErrand(c, prack, pracking, at)
	m.offered = nil
}

// appendRAck writes the value of the RAck header: the provisional response and the INVITE that it answers.
func (c *call) appendRAck(dst []byte) []byte {
	dst = append(appendUint(dst, c.rseq), ' ')
	return append(appendUint(dst, c.inviteCSeq), " INVITE"...)
}

// sendReliably begins the repeats of a provisional response, where the caller knows PRACK: they double their
// interval without bound and end with the INVITE after 64·T1 (RFC 3262, 3).
func (m *Machine) sendReliably(c *call, request *sip.Message, now time.Duration) {
	if !knowsReliability(request) {
		return
	}
	c.rseq++
	c.flags.unheard = true
	timers := m.timers(c)
	timers.Reliable = false // they are repeated end to end, over whatever transport
	c.invite.Open(now, timers, true)
}

// knowsReliability tells whether a caller knows reliable provisional responses.
func knowsReliability(request *sip.Message) bool {
	return request.Lists("Supported", 'k', "100rel") || request.Lists("Require", 0, "100rel")
}

// appendReliability writes what makes a provisional response reliable.
func (c *call) appendReliability(dst []byte, request *sip.Message) []byte {
	if !knowsReliability(request) {
		return dst
	}
	return append(appendUint(append(dst, "Require: 100rel\r\nRSeq: "...), c.rseq), "\r\n"...)
}

// onPrack ends the repeats of the provisional response that a PRACK acknowledges.
func (m *Machine) onPrack(c *call, r *sip.Message, at time.Duration) {
	if !c.flags.unheard || !c.acknowledgedBy(r.RAck) {
		m.answerRequest(c, r, m.from, 481)
		return
	}
	c.flags.unheard = false
	if c.stage == calling {
		c.invite.Close()
	}
	switch {
	case !c.session.known: // the answer to the offer in our response
		m.agree(c, r.Session, anAnswer)
		m.answerRequest(c, r, m.from, 200)
	case r.Session != nil: // another offer: RFC 3262, 5
		m.answerOffer(c, r, m.from, at)
	default:
		m.answerRequest(c, r, m.from, 200)
	}
	m.match(c, r, at)
}

// acknowledgedBy tells whether a RAck names the last reliable provisional response and the INVITE that it answers.
func (c *call) acknowledgedBy(rack []byte) bool {
	response, rest := cutWord(rack)
	invite, method := cutWord(rest)
	number, _, ok := sip.DeltaSeconds(response)
	cseq, _, known := sip.DeltaSeconds(invite)
	return ok && known && number == c.rseq && cseq == c.servedCSeq && string(method) == "INVITE"
}

// cutWord returns the first word of a text, and the text from the next one on.
func cutWord(text []byte) (word, rest []byte) {
	if end := bytes.IndexAny(text, " \t"); end >= 0 {
		return text[:end], skipSpace(text[end:])
	}
	return text, nil
}
