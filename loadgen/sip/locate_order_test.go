package sip_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sipplan/sipplan/loadgen/sip"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

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

// TestFirstHostsAreDrawnByWeight sorts 100,000 draws by the host that comes first. A true draw fails for
// 1 seed in 1,000.
func TestFirstHostsAreDrawnByWeight(t *testing.T) {
	for _, tt := range []struct {
		name    string
		weights []uint16
		shares  []float64
	}{
		{"60, 20, 10, 10", []uint16{60, 20, 10, 10}, []float64{0.6, 0.2, 0.1, 0.1}},
		{"1 and 1 are halves, not the 2 : 1 of RFC 2782 taken by the letter", []uint16{1, 1}, []float64{0.5, 0.5}},
		{"no weights: all alike", []uint16{0, 0, 0, 0}, []float64{0.25, 0.25, 0.25, 0.25}},
		{"those without weight have 1 in 100 together", []uint16{99, 0, 0}, []float64{0.99, 0.005, 0.005}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const draws = 100_000
			location := sip.Location{Groups: []sip.Group{group(0, 1, tt.weights...)}}
			random := rand.New(rand.NewPCG(1, 2))
			observed, expected := make([]float64, len(tt.weights)), make([]float64, len(tt.weights))
			var order []sip.Destination
			for range draws {
				order = location.Order(order[:0], random)
				observed[order[0].Name[len("host")]-'0']++
			}
			for i, share := range tt.shares {
				expected[i] = draws * share
			}
			limit := distuv.ChiSquared{K: float64(len(expected) - 1)}.Quantile(0.999)
			if got := stat.ChiSquare(observed, expected); got > limit {
				t.Errorf("χ² is %.1f, above %.1f: %v", got, limit, observed)
			}
		})
	}
}

// TestAddressesOfAHostShareItsCalls spreads calls over a name with several addresses, each family apart.
func TestAddressesOfAHostShareItsCalls(t *testing.T) {
	const draws, addresses = 60_000, 6
	location := sip.Location{Groups: []sip.Group{group(0, addresses, 1)}}
	random := rand.New(rand.NewPCG(1, 2))
	observed, expected := make([]float64, addresses), make([]float64, addresses)
	var order []sip.Destination
	for range draws {
		order = location.Order(order[:0], random)
		if !order[addresses-1].Addr.Addr().Is4() || order[addresses].Addr.Addr().Is4() {
			t.Fatalf("families are mixed: %v", order)
		}
		observed[order[0].Addr.Addr().As4()[3]]++
	}
	for i := range expected {
		expected[i] = draws / addresses
	}
	if got, limit := stat.ChiSquare(observed, expected), (distuv.ChiSquared{K: addresses - 1}).Quantile(0.999); got > limit {
		t.Errorf("χ² is %.1f, above %.1f: %v", got, limit, observed)
	}
}

// TestOrderHoldsEveryDestinationOnce wants groups one after another, hosts whole, and nothing twice.
func TestOrderHoldsEveryDestinationOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var location sip.Location
		hosts := 0
		for range rapid.IntRange(0, 4).Draw(t, "groups") {
			weights := rapid.SliceOfN(rapid.Uint16(), 1, 32).Draw(t, "weights")
			location.Groups = append(location.Groups, group(hosts, rapid.IntRange(1, 3).Draw(t, "addresses"), weights...))
			hosts += len(weights)
		}
		order := location.Order(nil, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		all := location.All()
		from := 0
		for _, g := range location.Groups {
			size := 0
			for _, h := range g.Hosts {
				size += len(h.Addrs)
			}
			part, want := order[from:from+size], all[from:from+size]
			names := map[string]bool{}
			for i, d := range part {
				if !slices.Contains(want, d) || slices.Contains(part[:i], d) {
					t.Fatalf("%v is not once in its group", d)
				}
				if names[d.Name] && part[i-1].Name != d.Name {
					t.Fatalf("%s is there twice", d.Name)
				}
				names[d.Name] = true
			}
			from += size
		}
		if from != len(order) || len(order) != len(all) {
			t.Fatalf("%d destinations, want %d", len(order), len(all))
		}
	})
}

func BenchmarkOrder(b *testing.B) {
	location := sip.Location{Groups: []sip.Group{group(0, 1, 60, 20, 20), group(3, 1, 1, 1)}}
	random := rand.New(rand.NewPCG(1, 2))
	var order []sip.Destination
	b.ReportAllocs()
	for b.Loop() {
		order = location.Order(order[:0], random)
	}
}
