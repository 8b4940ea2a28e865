package loadgen

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestGuardCheckTarget(t *testing.T) {
	tests := []struct {
		name    string
		allow   []string
		host    string
		addr    string
		refused string // part of the reason; "" when the target is allowed
	}{
		{name: "loopback", addr: "127.0.0.1"},
		{name: "loopback that is not .1", addr: "127.8.9.10"},
		{name: "IPv6 loopback", addr: "::1"},
		{name: "loopback as IPv4-mapped IPv6", addr: "::ffff:127.0.0.1"},
		{name: "RFC 1918, 10/8", addr: "10.1.2.3"},
		{name: "RFC 1918, last of 172.16/12", addr: "172.31.255.254"},
		{name: "RFC 1918, 192.168/16", addr: "192.168.0.1"},
		{name: "private as IPv4-mapped IPv6", addr: "::ffff:10.1.2.3"},
		{name: "unique local IPv6", addr: "fd12:3456::1"},
		{name: "link-local", addr: "169.254.7.7"},
		{name: "IPv6 link-local with a zone", addr: "fe80::1%lo"},
		{name: "name of a private host", host: "sbc.lab.example", addr: "10.0.0.5"},

		{name: "documentation address is routed to nobody we know", addr: "192.0.2.1", refused: "--allow-target 192.0.2.1"},
		{name: "public address", addr: "8.8.8.8", refused: "--allow-target 8.8.8.8"},
		{name: "public as IPv4-mapped IPv6", addr: "::ffff:8.8.8.8", refused: "--allow-target 8.8.8.8"},
		{name: "first behind 172.16/12", addr: "172.32.0.0", refused: "--allow-target"},
		{name: "carrier-grade NAT is the carrier's", addr: "100.64.0.1", refused: "--allow-target"},
		{name: "public IPv6", addr: "2001:db8::1", refused: "--allow-target 2001:db8::1"},
		{name: "NAT64 of a private address is somebody's gateway", addr: "64:ff9b::a00:1", refused: "--allow-target"},
		{name: "name of a public host is named with its address", host: "sip.example.com", addr: "203.0.113.9",
			refused: "sip.example.com (203.0.113.9)"},

		{name: "allowed address", allow: []string{"203.0.113.9"}, addr: "203.0.113.9"},
		{name: "allowed address, given as IPv4-mapped IPv6", allow: []string{"::ffff:203.0.113.9"}, addr: "203.0.113.9"},
		{name: "allowed network", allow: []string{"203.0.113.0/24"}, addr: "203.0.113.255"},
		{name: "allowed network with host bits", allow: []string{"203.0.113.77/24"}, addr: "203.0.113.1"},
		{name: "allowed network holds the IPv4-mapped address", allow: []string{"203.0.113.0/24"}, addr: "::ffff:203.0.113.9"},
		{name: "allowed IPv6 in brackets", allow: []string{"[2001:db8::1]"}, addr: "2001:db8::1"},
		{name: "outside the allowed network", allow: []string{"203.0.113.0/24"}, addr: "203.0.114.1", refused: "--allow-target"},
		{name: "allowed name", allow: []string{"sip.example.com"}, host: "sip.example.com", addr: "203.0.113.9"},
		{name: "allowed name in another case, with its last dot", allow: []string{"SIP.Example.com."}, host: "sip.EXAMPLE.com.", addr: "203.0.113.9"},
		{name: "another name at the allowed domain", allow: []string{"example.com"}, host: "evil.example.com", addr: "203.0.113.9", refused: "--allow-target"},
		{name: "address of an allowed name, carried without it", allow: []string{"sip.example.com"}, addr: "203.0.113.9", refused: "--allow-target"},

		{name: "unspecified", addr: "0.0.0.0", refused: "unspecified"},
		{name: "IPv6 unspecified", addr: "::", refused: "unspecified"},
		{name: "unspecified as IPv4-mapped IPv6", addr: "::ffff:0.0.0.0", refused: "unspecified"},
		{name: "broadcast", addr: "255.255.255.255", refused: "broadcast"},
		{name: "multicast, even if allowed", allow: []string{"sip.mcast.net"}, host: "sip.mcast.net", addr: "224.0.1.75", refused: "multicast"},
		{name: "IPv6 multicast", addr: "ff02::1", refused: "multicast"},
		{name: "allowed name that resolves to the unspecified address", allow: []string{"h.example"}, host: "h.example", addr: "0.0.0.0", refused: "unspecified"},
		{name: "no address", addr: "", refused: "no address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			guard, err := ParseGuard(test.allow)
			if err != nil {
				t.Fatal(err)
			}
			addr, _ := netip.ParseAddr(test.addr)
			err = guard.CheckTarget(test.host, addr)
			switch {
			case test.refused == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.refused != "" && err == nil:
				t.Error("allowed")
			case test.refused != "" && (!errors.Is(err, ErrTargetRefused) || !strings.Contains(err.Error(), test.refused)):
				t.Errorf("refused with %q, want ErrTargetRefused with %q", err, test.refused)
			}
		})
	}
}

func TestParseGuardRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"everything", "0.0.0.0/0", "want /8 or longer"},
		{"half of the Internet", "128.0.0.0/1", "want /8 or longer"},
		{"all of IPv6", "::/0", "want /16 or longer"},
		{"everything as IPv4-mapped IPv6", "::ffff:0.0.0.0/96", "want /8 or longer"},
		{"multicast", "224.0.0.0/8", "multicast"},
		{"unspecified", "0.0.0.0", "unspecified"},
		{"broadcast", "255.255.255.255", "broadcast"},
		{"empty", "", "want a host name"},
		{"a URI", "sip:example.com", "want a host name"},
		{"a port", "203.0.113.1:5060", "want a host name"},
		{"a wrong address", "203.0.113.256", "want a host name"},
		{"a wrong network", "203.0.113.0/33", "want a host name"},
		{"a wildcard", "*.example.com", "want a host name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseGuard([]string{"10.0.0.1", test.text})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "--allow-target") {
				t.Errorf("error %v, want one with --allow-target and %q", err, test.want)
			}
		})
	}
	if _, err := ParseGuard([]string{"*", "/"}); err == nil || strings.Count(err.Error(), "--allow-target") != 2 {
		t.Errorf("error %v, want both problems", err)
	}
}

func TestGuardPin(t *testing.T) {
	addrs := []netip.AddrPort{netip.MustParseAddrPort("203.0.113.9:5060"), netip.MustParseAddrPort("[2001:db8::9]:5060")}
	guard, err := ParseGuard([]string{"sip.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	before := guard
	if err := guard.Pin("sip.example.com", addrs); err != nil {
		t.Fatal(err)
	}
	for _, addr := range addrs {
		if err := guard.CheckTarget("", addr.Addr()); err != nil {
			t.Errorf("pinned address without its name: %v", err)
		}
		if before.CheckTarget("", addr.Addr()) == nil {
			t.Error("pinning reached a copy of the guard")
		}
	}

	var strict Guard
	mixed := []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:5060"), netip.MustParseAddrPort("203.0.113.9:5060")}
	if err := strict.Pin("rebind.example", mixed); !errors.Is(err, ErrTargetRefused) {
		t.Errorf("one private and one public address: error %v, want a refusal", err)
	}
	if len(strict.Allow) != 0 {
		t.Errorf("a refused name left %v allowed", strict.Allow)
	}
}

func ExampleGuard_CheckTarget() {
	guard, err := ParseGuard([]string{"203.0.113.0/24"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, addr := range []string{"10.0.0.1", "203.0.113.5", "198.51.100.1"} {
		err := guard.CheckTarget("", netip.MustParseAddr(addr))
		fmt.Println(addr, errors.Is(err, ErrTargetRefused))
	}
	// Output:
	// 10.0.0.1 false
	// 203.0.113.5 false
	// 198.51.100.1 true
}
