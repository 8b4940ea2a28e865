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
	rest, isSIP := bytes.CutPrefix(uri, []byte("sip:"))
	if !isSIP {
		return netip.AddrPort{}
	}
	if end := bytes.IndexAny(rest, ";?>"); end >= 0 {
		rest = rest[:end]
	}
	if at := bytes.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return HostPort(rest)
}

// HostPort returns the address of host[:port] as a Via or a URI writes it, with DefaultPort where there
// is none; invalid when the host is no IP address.
func HostPort(text []byte) netip.AddrPort {
	if address, err := netip.ParseAddrPort(string(text)); err == nil {
		return netip.AddrPortFrom(address.Addr().Unmap(), address.Port())
	}
	host := bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("[")), []byte("]"))
	if address, err := netip.ParseAddr(string(host)); err == nil {
		return netip.AddrPortFrom(address.Unmap(), DefaultPort)
	}
	return netip.AddrPort{}
}
