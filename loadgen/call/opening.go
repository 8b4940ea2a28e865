package call

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// onOpening begins the call of a request that belongs to none, or refuses it.
func (m *Machine) onOpening(r *sip.Message, from netip.AddrPort, at time.Duration) {
	if status := m.unacceptable(r); status != 0 {
		m.reply(nil, r, from, status)
		return
	}
	if r.Method != sip.INVITE {
		m.serve(r, from, at, false)
		return
	}
	if r.Replaces != nil {
		m.onReplacing(r, r.Replaces, from, at)
		return
	}
	m.serve(r, from, at, false)
}

// knownScheme tells whether a URI is one of those that are answered: the service URN that tests of emergency calls
// use among them (RFC 6881), no other.
func knownScheme(uri []byte) bool {
	if _, isSIP := sip.CutScheme(uri); isSIP {
		return true
	}
	for _, beginning := range [...]string{"tel:", "urn:service:test."} {
		if len(uri) > len(beginning) && beginsWith(uri, beginning) {
			return true
		}
	}
	return false
}

// beginsWith tells whether a text has a beginning, in any case.
func beginsWith(text []byte, beginning string) bool {
	return len(text) >= len(beginning) && bytes.EqualFold(text[:len(beginning)], []byte(beginning))
}

// opensDialog tells whether a request has to say where those of its dialog go. Others may go without a Contact, and
// MESSAGE has none (RFC 3428, 4).
func opensDialog(method sip.Method) bool { return method == sip.INVITE || method == sip.SUBSCRIBE }

// otherBody tells whether a request has a body that is no session description and must be understood.
func otherBody(r *sip.Message) bool {
	return len(r.Body) > 0 && r.Session == nil && !beginsWith(r.ContentType, "multipart/")
}

// optionsStatus returns the status of a question that nobody in particular answers (RFC 3261, 11.2).
func optionsStatus(r *sip.Message) int {
	if !knownExtensions(r) {
		return 420
	}
	return 200
}

// unacceptable returns the status with which an INVITE is refused before it becomes a call, 0 for none:
// another scheme (RFC 3261, 8.2.2.1), an extension that is required and not there (8.2.2.3), nowhere to send
// the requests of the dialog to (12.1.1), or no room to remember it.
func (m *Machine) unacceptable(r *sip.Message) int {
	switch {
	case !knownScheme(r.RequestURI):
		return 416
	case !knownExtensions(r):
		return 420
	case r.Method == sip.INVITE && otherBody(r):
		return 415
	case tooShort(r):
		return 422
	case opensDialog(r.Method) && !addressable(r.Target), len(r.Target) > 0 && !addressable(r.Target):
		return 400
	case m.cfg.MaxCalls > 0 && m.table.busy >= m.cfg.MaxCalls, m.fullFor(r):
		into := m.cfg.Steady
		into.Offered++
		into.Started++
		into.OffTrunk++
		into.InvitesSent++
		into.Outcomes[measure.Blocked]++
		into.Codes[503]++
		return 503
	}
	return 0
}

// serve begins a call that comes in. A repeat of a request whose call is over is served anew, in no account:
// what it was answered with is not kept.
func (m *Machine) serve(r *sip.Message, from netip.AddrPort, at time.Duration, repeat bool) *call {
	if m.stopping {
		m.reply(nil, r, from, 503)
		return nil
	}
	c := m.table.take(m.cfg.Machine)
	c.flow, c.flags.incoming = m.flows.answerers[r.Method], true
	c.peer, c.started, c.attempt.Intended, c.way.line = from, at, at, m.at
	if len(r.Target) > 0 && !m.callable(r.Target) { // the number that calls is one that we never call
		r.Target = sip.WithoutUser(r.Target)
	}
	if !c.dialog.accept(r, c.id) {
		m.table.release(c)
		m.reply(nil, r, from, 513)
		return nil
	}
	if c.flags.extra = repeat; !repeat {
		into := m.count(c)
		into.Offered++
		into.Started++
		into.OffTrunk++
		into.InProgress++
		into.InvitesSent++
	}
	c.key = m.incoming.key(r)
	m.incoming.slots[c.key] = c.slot
	m.atHand = c
	c.request = append(m.table.large.take(nil), r.Raw...)
	c.servedCSeq, c.remoteCSeq, c.flags.serving, c.branch = r.CSeq, r.CSeq, true, m.incoming.hash(r.Branch)
	if r.Method == sip.INVITE {
		if m.agree(c, r.Session, anOffer); r.Session != nil && !c.session.known {
			m.refuse(c, r, 488, at)
			return c
		}
		m.keepServed(c, r, at)
	}
	m.run(c, at)
	m.soothe(c)
	return c
}

// soothe says 100 to the caller whose program has said nothing yet, so that the INVITE is not repeated (RFC
// 3261, 17.2.1).
func (m *Machine) soothe(c *call) {
	if c.busy && c.lastSent == nil && c.flow.opening == sip.INVITE {
		c.lastSent = m.standard.responses[100]
		m.reply(c, &m.message, m.from, 100)
	}
}

// refuse ends an INVITE with a response of our own, outside the program.
func (m *Machine) refuse(c *call, r *sip.Message, status int, at time.Duration) {
	c.flags.outside = true
	c.lastSent = m.standard.responses[status]
	m.decide(c, status, at)
	m.transmit(c, c.lastSent, r, m.replyTo(c, r))
	if c.flow.opening != sip.INVITE {
		m.finish(c, at)
		return
	}
	m.schedule(c)
}

// refuseLate refuses an INVITE whose caller never acknowledged a reliable provisional response (RFC 3262, 3).
func (m *Machine) refuseLate(c *call, now time.Duration) {
	if request, ok := m.storedInvite(c); ok {
		m.refuse(c, request, 504, now)
	}
}

// knownExtensions tells whether everything that the Require headers of a request name is known here.
func knownExtensions(r *sip.Message) bool {
	if r.Require == nil {
		return true
	}
	for tag := range r.Values("Require", 0) {
		if !knownExtension(tag) {
			return false
		}
	}
	return true
}

func knownExtension(tag []byte) bool {
	for _, known := range [...]string{"100rel", "timer", "replaces"} {
		if len(tag) == len(known) && beginsWith(tag, known) {
			return true
		}
	}
	return false
}

// appendUnsupported names what of the Require headers is not known here (RFC 3261, 8.2.2.3).
func appendUnsupported(dst []byte, r *sip.Message) []byte {
	begin := len(dst)
	for tag := range r.Values("Require", 0) {
		if knownExtension(tag) {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		dst = append(dst, tag...)
	}
	return dst
}

// challenge asks for credentials (RFC 3261, 22): a request with right ones goes on, any other is answered with a challenge
// and is in no account, because the caller sends the same call again.
func (m *Machine) challenge(c *call, now time.Duration) (passed bool) {
	r, ok := m.storedInvite(c)
	if !ok {
		return false
	}
	realm := m.cfg.Realm
	covered, credentials := sip.Covered{Method: r.Method.String(), URI: r.RequestURI, Body: r.Body}, r.Authentications[:r.NumAuthentications]
	var verdict sip.DigestVerdict
	if c.flags.extra {
		_, verdict = realm.VerifyRepeat(now, credentials, covered)
	} else {
		_, verdict = realm.Verify(now, credentials, covered)
	}
	switch verdict {
	case sip.DigestAccepted:
		return true
	case sip.DigestMalformed:
		m.refuse(c, r, 400, now)
		return false
	}
	m.disown(c)
	c.flags.outside = true
	m.challenges = realm.AppendChallenges(m.challenges[:0], now, verdict == sip.DigestStale)
	c.lastSent = m.standard.responses[realm.Status()]
	m.decide(c, realm.Status(), now)
	m.transmit(c, c.lastSent, r, m.replyTo(c, r))
	if c.flow.opening != sip.INVITE {
		m.finish(c, now)
		return false
	}
	m.schedule(c)
	return false
}

// disown takes a call that came in out of the accounts.
func (m *Machine) disown(c *call) {
	if c.flags.extra {
		return
	}
	into := m.count(c)
	into.Offered--
	into.Started--
	into.OffTrunk--
	into.InProgress--
	into.InvitesSent--
	into.Challenged++
	c.flags.extra = true
}
