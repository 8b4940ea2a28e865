package sip

import (
	"strings"
	"testing"
)

func TestTransportsHaveTheirTokens(t *testing.T) {
	for _, tt := range []struct {
		transport                   Transport
		token                       string
		port                        uint16
		reliable, secure, webSocket bool
	}{
		{UDP, "UDP", 5060, false, false, false},
		{TCP, "TCP", 5060, true, false, false},
		{TLS, "TLS", 5061, true, true, false},
		{WS, "WS", 80, true, false, true},
		{WSS, "WSS", 443, true, true, true},
	} {
		got, err := ParseTransport(strings.ToLower(tt.token))
		if err != nil || got != tt.transport || got.String() != tt.token {
			t.Errorf("%s is read as %s, %v", tt.token, got, err)
		}
		if got.DefaultPort() != tt.port || got.Reliable() != tt.reliable || got.Secure() != tt.secure || got.WebSocket() != tt.webSocket {
			t.Errorf("%s: port %d, reliable %v, secure %v, WebSocket %v", got, got.DefaultPort(), got.Reliable(), got.Secure(), got.WebSocket())
		}
	}
	if _, err := ParseTransport("sctp"); err == nil || !strings.Contains(err.Error(), "want udp, tcp, tls, ws or wss") {
		t.Errorf("sctp gives %v", err)
	}
	if got := Transport(9).String(); got != "Transport(9)" {
		t.Errorf("an unknown transport is called %s", got)
	}
}
