package routing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// benchSizes are numbers of trunks of a route.
var benchSizes = []int{2, 10, 100}

// benchNetwork returns one route over n trunks of as many circuits, each with a gateway of its own.
func benchNetwork(n, circuits int, policy routing.Policy) *routing.Network {
	network := &routing.Network{}
	route := routing.Route{Name: "pstn", Policy: policy}
	for i := range n {
		gateway := fmt.Sprintf("gateway-%d", i+1)
		network.Facilities = append(network.Facilities, routing.Facility{Name: gateway, Limits: routing.Limits{Circuits: circuits}})
		network.Trunks = append(network.Trunks, routing.Trunk{Name: gateway, Facilities: []string{gateway}})
		route.Trunks, route.Weights = append(route.Trunks, gateway), append(route.Weights, i%5+1)
	}
	network.Routes = []routing.Route{route}
	return network
}

func benchRouter(b *testing.B, n *routing.Network) *routing.Router {
	b.Helper()
	router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 1))
	if err != nil {
		b.Fatal(err)
	}
	return router
}

// BenchmarkOffer offers a call and releases it, while a sixth of the circuits are busy.
func BenchmarkOffer(b *testing.B) {
	for policy := routing.Ordered; policy <= routing.LeastUsed; policy++ {
		for _, n := range benchSizes {
			b.Run(fmt.Sprintf("%s/%d", policy, n), func(b *testing.B) {
				router := benchRouter(b, benchNetwork(n, 960, policy))
				held := make([]routing.Held, 16*n)
				i := 0
				b.ReportAllocs()
				for now := time.Duration(0); b.Loop(); now++ {
					router.Release(held[i])
					var a routing.Attempt
					router.Offer(&a, now)
					held[i] = a.Held()
					if i++; i == len(held) {
						i = 0
					}
				}
			})
		}
	}
}

// BenchmarkBlocked offers a call while all circuits are busy: every trunk is looked at.
func BenchmarkBlocked(b *testing.B) {
	for policy := routing.Ordered; policy <= routing.LeastUsed; policy++ {
		for _, n := range benchSizes {
			b.Run(fmt.Sprintf("%s/%d", policy, n), func(b *testing.B) {
				router := benchRouter(b, benchNetwork(n, 1, policy))
				var a routing.Attempt
				for router.Offer(&a, 0).Taken() {
				}
				b.ReportAllocs()
				for now := time.Duration(0); b.Loop(); now++ {
					router.Offer(&a, now)
				}
			})
		}
	}
}

// BenchmarkFailOver offers a call, fails over from its first trunk and releases it from the second.
func BenchmarkFailOver(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			router := benchRouter(b, benchNetwork(n, 960, routing.RoundRobin))
			b.ReportAllocs()
			for now := time.Duration(0); b.Loop(); now++ {
				var a routing.Attempt
				router.Offer(&a, now)
				router.Next(&a, now, 503, 0)
				router.Release(a.Held())
			}
		})
	}
}

// BenchmarkOfferAllLimits is a call over a trunk of a 2:5 mesh with circuits, a token bucket and the
// bandwidth of a WAN link.
func BenchmarkOfferAllLimits(b *testing.B) {
	network := &routing.Network{Codecs: []routing.Codec{{Name: "G.711", BitsPerSecond: 97_000}}}
	servers, gateways := []string{"ms1", "ms2"}, []string{}
	for _, server := range servers {
		network.Facilities = append(network.Facilities, routing.Facility{Name: server, Limits: routing.Limits{Circuits: 1100}, MediaOnly: true})
	}
	for i := range 5 {
		gateway := fmt.Sprint("gateway-", i)
		gateways = append(gateways, gateway)
		network.Facilities = append(network.Facilities, routing.Facility{Name: gateway, Limits: routing.Limits{
			Circuits: 960, Reserved: 10, BitsPerSecond: 100_000_000, Rate: routing.RateLimit{Calls: 1e9, Burst: 10}}})
	}
	network.Trunks = mesh(servers, gateways)
	route := routing.Route{Name: "pstn", Policy: routing.RoundRobin}
	for _, t := range network.Trunks {
		route.Trunks = append(route.Trunks, t.Name)
	}
	network.Routes = []routing.Route{route}
	router := benchRouter(b, network)
	b.ReportAllocs()
	for now := time.Duration(0); b.Loop(); now += 10 {
		var a routing.Attempt
		if !router.Offer(&a, now).Taken() {
			b.Fatal("blocked")
		}
		router.Release(a.Held())
	}
}
