package loadgen

import (
	"net/netip"
	"strings"
	"testing"
)

// Calls used to go out from multicast addresses, and gateways to listen on broadcast ones: nobody ever
// answered, and the target was said to be unreachable.
func TestCheckSourceSaysWhatIsWrongWithTheLocalAddress(t *testing.T) {
	for _, test := range []struct{ name, local, target, want string }{
		{"an address of this host", "127.0.0.1", "127.0.0.1", ""},
		{"another one of loopback", "127.9.8.7", "127.0.0.1", ""},
		{"IPv4 written as IPv6", "::ffff:127.0.0.1", "127.0.0.1", ""},
		{"multicast", "224.0.0.1", "127.0.0.1", "must be an address of this host, but 224.0.0.1 is a multicast address"},
		{"IPv6 multicast", "ff02::1", "::1", "must be an address of this host, but ff02::1 is a multicast address"},
		{"broadcast", "255.255.255.255", "127.0.0.1", "must be an address of this host, but 255.255.255.255 is the broadcast address"},
		{"broadcast of a subnet", "127.255.255.255", "127.0.0.1", "must be an address of this host, but 127.255.255.255 is the broadcast address of 127.0.0.0/8"},
		{"IPv6 for an IPv4 target", "::1", "127.0.0.1", "must be an address of the same IP version as the target, 127.0.0.1, got ::1"},
		{"IPv4 for an IPv6 target", "127.0.0.1", "::1", "must be an address of the same IP version as the target, ::1, got 127.0.0.1"},
		{"an address of another host", "192.0.2.1", "127.0.0.1", "must be an address of this host, got 192.0.2.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := CheckSource(netip.MustParseAddr(test.local), netip.MustParseAddr(test.target))
			if test.want == "" && err == nil {
				return
			}
			if err == nil || test.want == "" || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestBroadcast(t *testing.T) {
	for subnet, want := range map[string]string{
		"10.1.2.3/8": "10.255.255.255", "192.168.7.9/24": "192.168.7.255", "192.0.2.1/30": "192.0.2.3", "10.0.128.1/17": "10.0.255.255",
		"0.0.0.0/0": "255.255.255.255", "192.0.2.1/31": "invalid IP", "192.0.2.1/32": "invalid IP", "2001:db8::/64": "invalid IP",
	} {
		if got := broadcast(netip.MustParsePrefix(subnet)).String(); got != want {
			t.Errorf("%s: got %s, want %s", subnet, got, want)
		}
	}
}
