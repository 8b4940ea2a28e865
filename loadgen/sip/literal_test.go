package sip

import (
	"net/netip"
	"testing"
)

func TestLiteralAddress(t *testing.T) {
	for _, tt := range []struct{ name, uri, want string }{
		{"address and port", "sip:192.0.2.1:5070", "192.0.2.1:5070"},
		{"the default port", "sip:192.0.2.1", "192.0.2.1:5060"},
		{"a user and parameters", "sip:+15550100@192.0.2.1:5070;transport=udp?x=y", "192.0.2.1:5070"},
		{"a user with parameters of its own", "sip:+15550100;npdi;rn=+15550199@192.0.2.1:5070", "192.0.2.1:5070"},
		{"the scheme in capitals", "SIP:a@192.0.2.1", "192.0.2.1:5060"},
		{"sips", "sips:a@192.0.2.1:5061", "192.0.2.1:5061"},
		{"IPv6", "sip:[2001:db8::1]:5070", "[2001:db8::1]:5070"},
		{"IPv6 with the default port", "sip:[2001:db8::1]", "[2001:db8::1]:5060"},
		{"a host name is no address", "sip:gw.example.com", "invalid AddrPort"},
		{"another scheme", "tel:+15550100", "invalid AddrPort"},
		{"nothing", "", "invalid AddrPort"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := LiteralAddress([]byte(tt.uri)).String(); got != tt.want {
				t.Errorf("%q is %s, want %s", tt.uri, got, tt.want)
			}
		})
	}
}

// The quick way and the one of package netip read every form alike.
func FuzzHostPort(f *testing.F) {
	for _, text := range []string{"192.0.2.1:5060", "1.2.3.4:0", "01.2.3.4:5", "1.2.3:4", "256.1.1.1:1", "1.1.1.1:65536", "1.1.1.1:007", "1.1.1.1:"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		quick, ok := dottedQuad(text)
		want, err := netip.ParseAddrPort(string(text))
		if ok && (err != nil || want != quick) {
			t.Errorf("%q: got %v, want %v, %v", text, quick, want, err)
		}
	})
}
