package sip

import (
	"bytes"
	"net/netip"
)

// MagicCookie begins every branch of RFC 3261 (section 8.1.1.7).
const MagicCookie = "z9hG4bK"

// DefaultPort is the port of SIP over UDP and TCP (RFC 3261, 19.1.2).
const DefaultPort = 5060

// LiteralAddress returns the address and port of a SIP URI whose host is an IP address, with DefaultPort
// where the URI names none. It is invalid for a host name, for another scheme and for what is no URI.
func LiteralAddress(uri []byte) netip.AddrPort {
	rest, isSIP := CutScheme(uri)
	if !isSIP {
		return netip.AddrPort{}
	}
	return HostPort(hostOf(rest))
}

// CutScheme returns what stands behind "sip:" or "sips:", in any case (RFC 3261, 19.1.4), and whether one of them
// is there.
func CutScheme(uri []byte) (rest []byte, isSIP bool) {
	scheme, rest, found := bytes.Cut(uri, []byte{':'})
	return rest, found && (equalFold(scheme, "sip") || equalFold(scheme, "sips"))
}

// hostOf returns host[:port] of a URI without its scheme. The user, which telephone numbers give parameters of
// their own, ends at the @.
func hostOf(rest []byte) []byte {
	if at := bytes.IndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	if end := bytes.IndexAny(rest, ";?>"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// WithoutUser returns a SIP URI that leads to the same host, but to nobody in particular.
func WithoutUser(uri []byte) []byte {
	rest, _ := CutScheme(uri)
	return append([]byte("sip:"), hostOf(rest)...)
}

// SentByPort returns the port of the topmost Via, DefaultPort where it names none.
func (m *Message) SentByPort() uint16 {
	host := m.SentBy[bytes.LastIndexByte(m.SentBy, ']')+1:]
	if at := bytes.IndexByte(host, ':'); at >= 0 {
		if port, ok := number(trim(host[at+1:]), 65535); ok && port > 0 {
			return uint16(port)
		}
	}
	return DefaultPort
}

// HostPort returns the address of host[:port] as a Via or a URI writes it, with DefaultPort where there
// is none; invalid when the host is no IP address.
func HostPort(text []byte) netip.AddrPort {
	if address, ok := dottedQuad(text); ok {
		return address
	}
	if address, err := netip.ParseAddrPort(string(text)); err == nil {
		return netip.AddrPortFrom(address.Addr().Unmap(), address.Port())
	}
	host := bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("[")), []byte("]"))
	if address, err := netip.ParseAddr(string(host)); err == nil {
		return netip.AddrPortFrom(address.Unmap(), DefaultPort)
	}
	return netip.AddrPort{}
}

// dottedQuad reads an IPv4 address with a port, the form that hardly any message differs from, without
// memory of its own.
func dottedQuad(text []byte) (address netip.AddrPort, ok bool) {
	var parts [5]uint32
	part, digits := 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9' && digits < 5 && (digits == 0 || parts[part] != 0):
			parts[part] = 10*parts[part] + uint32(c-'0')
			digits++
		case (c == '.' && part < 3 || c == ':' && part == 3) && digits > 0 && parts[part] < 256:
			part, digits = part+1, 0
		default:
			return address, false
		}
	}
	if part != 4 || digits == 0 || parts[4] > 65535 {
		return address, false
	}
	host := netip.AddrFrom4([4]byte{byte(parts[0]), byte(parts[1]), byte(parts[2]), byte(parts[3])})
	return netip.AddrPortFrom(host, uint16(parts[4])), true
}
