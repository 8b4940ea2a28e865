package sip

import "testing"

func TestLiteralAddress(t *testing.T) {
	for _, tt := range []struct{ name, uri, want string }{
		{"address and port", "sip:192.0.2.1:5070", "192.0.2.1:5070"},
		{"the default port", "sip:192.0.2.1", "192.0.2.1:5060"},
		{"a user and parameters", "sip:+15550100@192.0.2.1:5070;transport=udp?x=y", "192.0.2.1:5070"},
		{"a user with an at sign in a parameter", "sip:a;b=c@192.0.2.1", "invalid AddrPort"},
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
