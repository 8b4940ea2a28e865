package sip

import (
	"net/netip"
	"strings"
	"testing"

	sipgo "github.com/emiago/sipgo/sip"
)

func TestParseTarget(t *testing.T) {
	tests := []struct {
		name, text, uri, user, host string
		port                        uint16
		literal                     bool
	}{
		{"host name", "sip:gateway.example.com", "sip:gateway.example.com:5060", "", "gateway.example.com", 5060, false},
		{"address", "sip:127.0.0.1", "sip:127.0.0.1:5060", "", "127.0.0.1", 5060, true},
		{"user, port, transport", "sip:service@192.0.2.1:5070;transport=udp", "sip:service@192.0.2.1:5070", "service", "192.0.2.1", 5070, true},
		{"transport in capitals", "SIP:a@h;Transport=UDP", "sip:a@h:5060", "a", "h", 5060, false},
		{"without the scheme", "192.0.2.1:5070", "sip:192.0.2.1:5070", "", "192.0.2.1", 5070, true},
		{"name and port without the scheme", "localhost:5080", "sip:localhost:5080", "", "localhost", 5080, false},
		{"name without the scheme", "localhost", "sip:localhost:5060", "", "localhost", 5060, false},
		{"user without the scheme", "bob@h:1", "sip:bob@h:1", "bob", "h", 1, false},
		{"IPv6", "sip:[::1]:5070", "sip:[::1]:5070", "", "::1", 5070, true},
		{"IPv6 without scheme and port", "[2001:db8::1]", "sip:[2001:db8::1]:5060", "", "2001:db8::1", 5060, true},
		{"IPv6 is written in its canonical form", "sip:a@[2001:DB8:0::01]", "sip:a@[2001:db8::1]:5060", "a", "2001:db8::1", 5060, true},
		{"IPv4-mapped IPv6 is IPv4", "sip:[::ffff:10.0.0.1]:5061", "sip:10.0.0.1:5061", "", "10.0.0.1", 5061, true},
		{"host in capitals", "sip:Bob@Gateway.Example.COM", "sip:Bob@gateway.example.com:5060", "Bob", "gateway.example.com", 5060, false},
		{"number and user=phone", "sip:+15550100@h;user=phone", "sip:+15550100@h:5060;user=phone", "+15550100", "h", 5060, false},
		{"trunk group in the user", "sip:+15550100;tgrp=1;trunk-context=x@h", "sip:+15550100;tgrp=1;trunk-context=x@h:5060", "+15550100;tgrp=1;trunk-context=x", "h", 5060, false},
		{"escapes stay", "sip:a%40b@h", "sip:a%40b@h:5060", "a%40b", "h", 5060, false},
		{"parameters stay in order, empty ones go", "sip:h;b=2;;a", "sip:h:5060;b=2;a", "", "h", 5060, false},
		{"last port", "sip:h:65535", "sip:h:65535", "", "h", 65535, false},
		{"underscore in the name", "sip:gw_1.lab", "sip:gw_1.lab:5060", "", "gw_1.lab", 5060, false},
		{"last dot", "sip:h.example.", "sip:h.example.:5060", "", "h.example.", 5060, false},
		{"a host called sip", "sip", "sip:sip:5060", "", "sip", 5060, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseTarget(test.text)
			if err != nil {
				t.Fatal(err)
			}
			want := Target{URI: test.uri, User: test.user, Host: test.host, Port: test.port, Transport: UDP}
			if test.literal {
				want.Addr = netip.AddrPortFrom(netip.MustParseAddr(test.host), test.port)
			}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if again, err := ParseTarget(got.URI); err != nil || again != got {
				t.Errorf("the canonical URI is read as %+v, error %v", again, err)
			}
			var uri sipgo.Uri
			if err := sipgo.ParseUri(got.URI, &uri); err != nil || uri.User != got.User || uri.Port != int(got.Port) || strings.Trim(uri.Host, "[]") != got.Host {
				t.Errorf("sipgo reads the canonical URI as %+v, error %v", uri, err)
			}
		})
	}
}

func TestParseTargetRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "no host; want sip:[user@]host[:port]"},
		{"no host", "sip:", "no host"},
		{"user without a host", "sip:bob@", "no host"},
		{"port without a host", "sip::5060", "no host"},
		{"empty user", "sip:@h", "no user before the @"},
		{"two hosts", "sip:a@b@c", "more than one @"},
		{"line end", "sip:h\r\nRoute: <sip:evil>", `character '\r' at position 6`},
		{"NUL", "sip:a\x00@h", `character '\x00' at position 6`},
		{"space", "sip:a b@h", "character ' ' at position 6"},
		{"brackets around it", "<sip:h>", "character '<' at position 1"},
		{"quote", `sip:a"@h`, `character '"'`},
		{"letter outside ASCII", "sip:ä@h", "character 'ä' at position 5"},
		{"escaped line end", "sip:a%0d%0aX@h", `"%0d" in the user is a control character`},
		{"escape that is none", "sip:100%@h", `"%" in the user is not %`},
		{"escape of letters that are no digits", "sip:%zz@h", `"%zz" in the user is not %`},
		{"question mark in the user", "sip:h?to=a@b", "'?' in the user; write it as %3F"},
		{"password", "sip:bob:secret@h", "password"},
		{"headers", "sip:h?Subject=x", "headers after ?"},
		{"headers after parameters", "sip:h;user=phone?Subject=x", "headers after ?"},
		{"port 0", "sip:h:0", `port "0"; want 1 to 65535`},
		{"port beyond 65535", "sip:h:65536", `port "65536"`},
		{"negative port", "sip:h:-1", `port "-1"`},
		{"empty port", "sip:h:", `port ""`},
		{"port that is no number", "sip:h:sip", `port "sip"`},
		{"empty IPv6 port", "sip:[::1]:", `port ""`},
		{"IPv6 without brackets", "sip:2001:db8::1", "an IPv6 address needs brackets"},
		{"loopback without brackets", "::1", "an IPv6 address needs brackets"},
		{"bracket that does not end", "sip:[::1", "[ without ]"},
		{"text after the bracket", "sip:[::1]5060", `"5060" after the address`},
		{"IPv4 in brackets", "sip:[127.0.0.1]", "brackets are for IPv6"},
		{"name in brackets", "sip:[localhost]", "is not an IPv6 address"},
		{"three colons", "sip:[2001:db8:::1]", "is not an IPv6 address"},
		{"zone", "sip:[fe80::1%eth0]", "zone"},
		{"IPv4 with a part too large", "sip:256.0.0.1", "is not an IPv4 address"},
		{"IPv4 with a part missing", "sip:127.1", "is not an IPv4 address"},
		{"IPv4 with leading zeros", "sip:127.0.0.01", "is not an IPv4 address"},
		{"IPv4 as one number", "sip:2130706433", "is not an IPv4 address"},
		{"empty label", "sip:a..b", "neither a host name nor an address"},
		{"wildcard", "sip:*", "neither a host name nor an address"},
		{"label too long", "sip:" + strings.Repeat("a", 64), "neither a host name nor an address"},
		{"unspecified", "sip:0.0.0.0", "unspecified"},
		{"IPv6 unspecified", "sip:[::]", "unspecified"},
		{"multicast", "sip:224.0.1.75", "multicast"},
		{"IPv6 multicast", "sip:[ff02::1]", "multicast"},
		{"broadcast", "sip:255.255.255.255", "broadcast"},
		{"broadcast as IPv4-mapped IPv6", "sip:[::ffff:255.255.255.255]", "broadcast"},
		{"SCTP", "sip:h;transport=sctp", `transport "sctp"; want udp, tcp, tls, ws or wss`},
		{"no transport", "sip:h;transport", `transport ""; want udp, tcp, tls, ws or wss`},
		{"sips", "sips:h", "want sip:[user@]host[:port];transport=tls"},
		{"tel", "tel:+15550100", "scheme tel; want sip:"},
		{"http", "http://h/", "scheme http; want sip:"},
		{"slashes", "sip://h", "no slashes"},
		{"unknown scheme with slashes", "udp://h", "scheme udp"},
		{"maddr", "sip:h;maddr=203.0.113.1", "maddr sends calls to another host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			target, err := ParseTarget(test.text)
			if err == nil {
				t.Fatalf("accepted as %+v", target)
			}
			if !strings.HasPrefix(err.Error(), "target \"") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want one that starts with the target and has %q", err, test.want)
			}
			if target != (Target{}) {
				t.Errorf("half a target: %+v", target)
			}
		})
	}
}

func TestCheckUser(t *testing.T) {
	for _, user := range []string{"service", "+15550100", "1000", "a%40b", "bob;tgrp=1", "it's-me_(really)!", strings.Repeat("1", 1024)} {
		if err := CheckUser(user); err != nil {
			t.Errorf("%q: %v", user, err)
		}
	}
	for _, user := range []string{"", "alice\r\nRoute: <sip:evil>", "a b", "a@b", "a:b", "a>;tag=x", `a"b`, "ä", "a?b", "a%0d%0ab", "100%", "\x00", strings.Repeat("1", 1025)} {
		if err := CheckUser(user); err == nil {
			t.Errorf("%q passes", user)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{"sip:a@h:5060;transport=udp", "[::1]:5060", "sip:%41;x=1@127.0.0.1;user=phone", "h;a;b=c", "sip:[::ffff:1.2.3.4]", "a:1", "0::@A"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		if again, err := ParseTarget(target.URI); err != nil || again != target {
			t.Fatalf("%q is %+v, its canonical form %+v, error %v", text, target, again, err)
		}
		if target.Port == 0 || strings.ContainsFunc(target.URI, notInURI) {
			t.Fatalf("%q is %+v", text, target)
		}
		var uri sipgo.Uri
		if err := sipgo.ParseUri(target.URI, &uri); err != nil || uri.User != target.User || strings.Trim(uri.Host, "[]") != target.Host {
			t.Fatalf("sipgo reads %q as %+v, error %v", target.URI, uri, err)
		}
	})
}
