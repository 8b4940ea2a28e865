package sip_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/routing"
)

// TestFailOverOverLocatedServers is the fake resolver with 3 targets: two that share the calls, one for
// when both have failed.
func TestFailOverOverLocatedServers(t *testing.T) {
	zone := sbcs + "_sip._udp SRV 10 60 5060 sbc1\n_sip._udp SRV 10 40 5060 sbc2\n_sip._udp SRV 20 0 5070 sbc3"
	locator := sip.Locator{DNS: newFakeDNS(t, zone), Families: sip.IPv4Only}
	location, err := locator.Locate(t.Context(), sip.Place{Host: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	network, at := location.Network("example.com", routing.FailOver{})
	router, err := routing.New(network, routing.Shard{}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	const calls = 10_000
	first := map[string]float64{}
	for range calls {
		var a routing.Attempt
		var names []string
		for d := router.Offer(&a, 0); d.Taken(); d = router.Next(&a, 0, routing.Timeout, 0) {
			names = append(names, at[d.Trunk].Name)
		}
		first[names[0]]++
		slices.Sort(names[:2])
		if !slices.Equal(names, []string{"sbc1.example.com", "sbc2.example.com", "sbc3.example.com"}) {
			t.Fatalf("tried %v", names)
		}
	}
	if tolerance := 3.3 * math.Sqrt(0.6*0.4/calls); math.Abs(first["sbc1.example.com"]/calls-0.6) > tolerance {
		t.Errorf("%.0f of %d calls begin at sbc1, want 60 %%", first["sbc1.example.com"], calls)
	}
}

// group returns hosts of these weights, with as many IPv4 and IPv6 addresses each.
func group(first, addresses int, weights ...uint16) sip.Group {
	g := sip.Group{Transport: sip.UDP}
	for i, weight := range weights {
		host := sip.Host{Name: fmt.Sprint("host", first+i), Weight: weight}
		for a := range addresses {
			host.Addrs = append(host.Addrs, netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, byte(first + i), byte(a)}), 5060))
		}
		for a := range addresses {
			host.Addrs = append(host.Addrs, netip.AddrPortFrom(netip.AddrFrom16([16]byte{32, 1, 13, 184, 14: byte(first + i), 15: byte(a)}), 5060))
		}
		g.Hosts = append(g.Hosts, host)
	}
	return g
}

func TestNetworkOfALocation(t *testing.T) {
	shared := group(0, 1, 5)
	for _, tt := range []struct {
		name     string
		location sip.Location
		want     string // routes as name>overflow: trunk*weight
	}{
		{"groups overflow one into the next", sip.Location{Groups: []sip.Group{v4(group(0, 1, 3, 1)), v4(group(2, 1, 0))}},
			"pstn>pstn-2: 192.0.0.0:5060/UDP*49151 192.0.1.0:5060/UDP*16384; pstn-2>: 192.0.2.0:5060/UDP*65535; "},
		{"hosts without weight get a call in 10, together", sip.Location{Groups: []sip.Group{v4(group(0, 1, 9, 0, 0))}},
			"pstn>: 192.0.0.0:5060/UDP*58982 192.0.1.0:5060/UDP*3277 192.0.2.0:5060/UDP*3277; "},
		{"the addresses of a host share its weight", sip.Location{Groups: []sip.Group{v4(group(0, 2, 1))}},
			"pstn>: 192.0.0.0:5060/UDP*32768 192.0.0.1:5060/UDP*32768; "},
		{"so do those of both families", sip.Location{Groups: []sip.Group{group(0, 1, 1)}},
			"pstn>: 192.0.0.0:5060/UDP*32768 [2001:db8::]:5060/UDP*32768; "},
		{"no weights: all alike", sip.Location{Groups: []sip.Group{v4(group(0, 1, 0, 0, 0))}},
			"pstn>: 192.0.0.0:5060/UDP*21845 192.0.1.0:5060/UDP*21845 192.0.2.0:5060/UDP*21845; "},
		{"a server of two groups is one trunk", sip.Location{Groups: []sip.Group{v4(shared), v4(shared)}},
			"pstn>pstn-2: 192.0.0.0:5060/UDP*65535; pstn-2>: 192.0.0.0:5060/UDP*65535; "},
		{"one that a group lists twice has both weights", sip.Location{Groups: []sip.Group{{Hosts: append(v4(shared).Hosts, v4(shared).Hosts...)}}},
			"pstn>: 192.0.0.0:5060/UDP*65535; "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			network, at := tt.location.Network("pstn", routing.FailOver{})
			if err := network.Validate(); err != nil {
				t.Fatal(err)
			}
			if len(at) != len(network.Trunks) {
				t.Errorf("%d destinations of %d trunks", len(at), len(network.Trunks))
			}
			got := ""
			for _, r := range network.Routes {
				got += r.Name + ">" + r.Overflow + ":"
				for i, trunk := range r.Trunks {
					got += fmt.Sprintf(" %s*%d", trunk, r.Weights[i])
				}
				got += "; "
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// v4 keeps the IPv4 addresses of a group.
func v4(g sip.Group) sip.Group {
	for i := range g.Hosts {
		g.Hosts[i].Addrs = slices.DeleteFunc(g.Hosts[i].Addrs, func(a netip.AddrPort) bool { return a.Addr().Is6() })
	}
	return g
}
