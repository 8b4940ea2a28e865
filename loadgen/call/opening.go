package call

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
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

// bind confirms a REGISTER: what was asked for, but no longer than the program grants.
func (m *Machine) bind(c *call, r *sip.Message, now time.Duration) {
	if r.Contact == nil { // a question for the bindings (RFC 3261, 10.2.3)
		return
	}
	life := time.Duration(c.life(r)) * time.Second
	m.bindings.bind(m.boundBy(r), life, now, m.count(c))
}

// life returns the seconds that a REGISTER or SUBSCRIBE is granted.
func (c *call) life(r *sip.Message) uint32 {
	seconds, ok := contactLife(r, r.Contact)
	if !ok {
		seconds = uint32(defaultLife / time.Second)
	}
	if c.keep.life > 0 {
		seconds = min(seconds, uint32(c.keep.life/time.Second))
	}
	return min(seconds, uint32(maxLife/time.Second))
}

// appendBinding writes the binding that a 200 to REGISTER confirms (RFC 3261, 10.3, step 8).
func (c *call) appendBinding(dst []byte, r *sip.Message) []byte {
	seconds := c.life(r)
	if seconds == 0 || len(r.Target) == 0 {
		return dst
	}
	dst = append(append(append(dst, "Contact: <"...), r.Target...), ">;expires="...)
	return append(appendUint(dst, seconds), "\r\n"...)
}
