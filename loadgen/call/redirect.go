package call

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// mostRedirections bounds how often one call is sent elsewhere.
const mostRedirections = 5

// redirect sends a call where a 3xx says (RFC 3261, 8.1.3.4), and tells whether it could. Of its Contacts those
// count that name a SIP URI with a number that may be called, at an address that may be sent to over the same
// transport, and another one than the call was just sent to: the one with the highest q first, the others when it
// fails.
func (m *Machine) redirect(c *call, r *sip.Message, at time.Duration) bool {
	if !m.cfg.FollowRedirects || r.Status < 300 || r.Status > 399 || !c.redirectable() {
		return false
	}
	d := &c.dialog
	from := len(d.text)
	var room [mostRedirections]contact
	for _, to := range m.elsewhere(room[:0], c, r) {
		if len(d.text)+len(to.uri) < maxDialog/2 {
			d.text = append(append(d.text, to.uri...), ' ')
		}
	}
	d.others = d.since(from)
	if len(d.get(d.others)) == 0 {
		return false
	}
	return m.tryNextContactAfter(c, r, at)
}

// redirectable tells whether a call may go on somewhere else.
func (c *call) redirectable() bool {
	return c.stage == calling && !c.flags.incoming && c.way.redirected < mostRedirections &&
		!c.flags.stopping && !c.flags.cancelled && !c.flags.withdrawn
}

// contact is one of the places that a 3xx names.
type contact struct {
	uri []byte
	q   float64
}

// preference returns the q value among the parameters of a Contact; one without counts as 1.
func preference(params []byte) float64 {
	named := sip.Parameter(params, "q")
	if named == nil {
		return 1
	}
	q, err := strconv.ParseFloat(string(named), 64)
	if err != nil {
		return 1
	}
	return q
}

// elsewhere appends the places of a 3xx that a call can be sent to, in the order of their q values (RFC 3261, 20.10).
func (m *Machine) elsewhere(contacts []contact, c *call, r *sip.Message) []contact {
	for value := range r.Values("Contact", 'm') {
		uri, params, ok := sip.AddressParameters(value)
		if !ok || !m.callable(uri) || bytes.Equal(uri, c.dialog.get(c.dialog.target)) || !sameTransport(uri, m.lineOf(c).Transport) ||
			!m.reachable(c, sip.LiteralAddress(uri)) {
			continue
		}
		contacts = append(contacts, contact{uri, preference(params)})
	}
	slices.SortStableFunc(contacts, func(a, b contact) int { return cmp.Compare(b.q, a.q) })
	return contacts
}

// tryNextContact sends a call to the next of the places that a 3xx named, and tells whether there is one.
func (m *Machine) tryNextContact(c *call, now time.Duration) bool {
	d := &c.dialog
	length := bytes.IndexByte(d.get(d.others), ' ')
	if length < 0 || !c.redirectable() {
		return false
	}
	d.target = span{d.others.from, d.others.from + uint16(length)}
	d.others.from += uint16(length) + 1
	c.peer = sip.LiteralAddress(d.get(d.target))
	c.way.redirected++
	if tally := c.tally(); tally != nil {
		tally.Followed++
	}
	m.again(c, now)
	return true
}

// tryNextContactAfter is tryNextContact after a 3xx or a refusal by the last place, which it counts. A 6xx speaks for
// all of them.
func (m *Machine) tryNextContactAfter(c *call, r *sip.Message, at time.Duration) bool {
	into := m.count(c)
	if r.Status >= 600 || !m.tryNextContact(c, at) {
		return false
	}
	countSurvived(into, r)
	return true
}

// again sends the INVITE of a call once more, as a new transaction.
func (m *Machine) again(c *call, now time.Duration) {
	c.invite.Close()
	c.errand.Close()
	c.cancel.Close()
	c.rseq, c.heard = 0, 0
	c.resume, c.responded, c.flags.provisional, c.session = Never, Never, false, sdpChoice{}
	c.step = int(c.way.step)
	m.run(c, now)
}

// sameTransport tells whether a URI names a transport; one that leaves it open names UDP, or TLS if it is a sips URI.
func sameTransport(uri []byte, transport sip.Transport) bool {
	_, parameters, _ := bytes.Cut(uri, []byte(";"))
	named := sip.Parameter(parameters, "transport")
	if secure := beginsWith(uri, "sips:"); named == nil {
		return transport == sip.UDP && !secure || transport == sip.TLS && secure
	}
	named, _, _ = bytes.Cut(named, []byte("?"))
	return bytes.EqualFold(named, []byte(transport.String()))
}
