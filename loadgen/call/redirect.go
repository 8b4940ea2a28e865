package call

import (
	"bytes"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// mostRedirections bounds how often one call is sent elsewhere.
const mostRedirections = 5

// redirect sends a call where a 3xx says (RFC 3261, 8.1.3.4), and tells whether it could: the first Contact
// has to be a SIP URI with a number that may be called, at an address that may be sent to over the same
// transport, and another one than the call was just sent to.
func (m *Machine) redirect(c *call, r *sip.Message, at time.Duration) bool {
	d := &c.dialog
	if !m.cfg.FollowRedirects || r.Status < 300 || r.Status > 399 || c.stage != calling || c.way.redirected >= mostRedirections ||
		c.flags.stopping || c.flags.cancelled || c.flags.withdrawn || !m.callable(r.Target) || bytes.Equal(r.Target, d.get(d.target)) ||
		!d.fits(r) || !sameTransport(r.Target, m.lineOf(c).Transport) {
		return false
	}
	address := sip.LiteralAddress(r.Target)
	if !m.reachable(c, address) {
		return false
	}
	c.way.redirected++
	into := m.count(c)
	into.Codes[r.Status]++
	into.MovedOn.Count(r.Status, 0)
	if tally := c.tally(); tally != nil {
		tally.Followed++
	}
	d.target = d.put(r.Target)
	c.peer = address
	m.again(c, at)
	return true
}

// again sends the INVITE of a call once more, as a new transaction.
func (m *Machine) again(c *call, now time.Duration) {
	c.invite.Close()
	c.errand.Close()
	c.cancel.Close()
	c.rseq, c.heard = 0, 0
	c.resume, c.responded, c.flags.provisional, c.session = Never, Never, false, sdpChoice{}
	c.step = c.way.step
	m.run(c, now)
}

var transportParameter = []byte(";transport=")

// sameTransport tells whether a URI names a transport; one that leaves it open names UDP, or TLS if it is a sips URI.
func sameTransport(uri []byte, transport sip.Transport) bool {
	_, rest, found := bytes.Cut(bytes.ToLower(uri), transportParameter)
	secure := bytes.HasPrefix(bytes.ToLower(uri), []byte("sips:"))
	if !found {
		return transport == sip.UDP && !secure || transport == sip.TLS && secure
	}
	if end := bytes.IndexAny(rest, ";?>"); end >= 0 {
		rest = rest[:end]
	}
	named, err := sip.ParseTransport(string(rest))
	return err == nil && named == transport
}
