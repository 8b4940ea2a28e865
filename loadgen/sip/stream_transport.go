package sip

import (
	"fmt"
	"strings"
)

// Transport is what carries SIP messages.
type Transport uint8

// The transports of RFC 3261 and RFC 7118. UDP, the zero value, is a Socket's; the others are Streams'.
const (
	UDP Transport = iota
	TCP
	TLS
	WS
	WSS
)

var transportNames = [...]string{UDP: "UDP", TCP: "TCP", TLS: "TLS", WS: "WS", WSS: "WSS"}

// String returns the token of Via (RFC 3261, 20.42; RFC 7118, 5.2).
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return fmt.Sprintf("Transport(%d)", uint8(t))
}

// ParseTransport reads a transport by its token, in any case. The error names the tokens.
func ParseTransport(text string) (Transport, error) {
	for t, name := range transportNames {
		if strings.EqualFold(text, name) {
			return Transport(t), nil
		}
	}
	return UDP, fmt.Errorf("transport %q; want udp, tcp, tls, ws or wss", text)
}

// Parameter returns the transport as a parameter of a URI, nothing for UDP, which needs no mention.
func (t Transport) Parameter() string {
	if t == UDP {
		return ""
	}
	return ";transport=" + strings.ToLower(t.String())
}

// Reliable tells whether the transport repeats what gets lost, so that SIP must not (RFC 3261, 17.1.1.1).
func (t Transport) Reliable() bool { return t != UDP }

// Secure tells whether the transport is encrypted.
func (t Transport) Secure() bool { return t == TLS || t == WSS }

// WebSocket tells whether messages travel in WebSocket frames.
func (t Transport) WebSocket() bool { return t == WS || t == WSS }

// DefaultPort returns the port of a URI that names none (RFC 3261, 19.1.2; RFC 7118, 6).
func (t Transport) DefaultPort() uint16 {
	switch t {
	case TLS:
		return 5061
	case WS:
		return 80
	case WSS:
		return 443
	}
	return DefaultPort
}
