package call

import (
	"bytes"
	"net/netip"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// hopCache remembers the addresses of the URIs that in-dialog requests go to, because a peer uses one or
// two Contacts for all its calls. Host names are not looked up on the load path: an URI with one leads to
// the address that the dialog's messages came from.
type hopCache map[string]netip.AddrPort

const maxHops = 1024

// hop returns where the next request of a dialog is sent: to the first route, or to the remote target
// (RFC 3261, 12.2.1.1), or to the peer itself where neither is an address that may be sent to.
func (m *Machine) hop(c *call) netip.AddrPort {
	uri := c.dialog.get(c.dialog.target)
	if routes := c.dialog.get(c.dialog.routes); len(routes) > 0 {
		uri = firstURI(routes)
	}
	address, known := m.next[string(uri)]
	if !known {
		address = sip.LiteralAddress(uri)
		if len(m.next) < maxHops {
			m.next[string(uri)] = address
		}
	}
	if !m.reachable(c, address) {
		return c.peer
	}
	// Over connections a request inside the dialog goes on the one that the dialog has, if it leads to the
	// same host: what its Contact names may be a port that nobody listens on (RFC 5923).
	if m.lineOf(c).Transport.Reliable() && address.Addr() == c.peer.Addr() {
		return c.peer
	}
	return address
}

// reachable tells whether a peer's Contact, Route or media address may be sent to: its own host always,
// others where the run allows them.
func (m *Machine) reachable(c *call, address netip.AddrPort) bool {
	return address.IsValid() && address.Port() != 0 && address.Addr().Is4() == m.lineOf(c).Local.Addr().Is4() &&
		(address.Addr() == c.peer.Addr() || m.cfg.Audio.Allowed != nil && m.cfg.Audio.Allowed(address.Addr()))
}

// addressable tells whether a URI is a SIP URI of printable characters.
func addressable(uri []byte) bool {
	_, isSIP := sip.CutScheme(uri)
	return isSIP && !bytes.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' || r == '"' })
}

// callable tells whether a URI of the peer's may be called: an addressable one whose number the run allows.
// Peers name a few URIs for all their calls, so that the answer is kept.
func (m *Machine) callable(uri []byte) bool {
	allowed, known := m.targets[string(uri)]
	if !known {
		allowed = addressable(uri) && (m.cfg.CheckNumber == nil || m.cfg.CheckNumber(string(uri)) == nil)
		if len(m.targets) < maxHops {
			m.targets[string(uri)] = allowed
		}
	}
	return allowed
}
