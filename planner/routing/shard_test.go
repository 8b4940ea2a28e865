package routing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"pgregory.net/rapid"
)

// admitted returns the calls that a router takes at an instant, up to most.
func admitted(router *routing.Router, c routing.Call, now time.Duration, most int) int {
	for n := range most {
		a := routing.Attempt{Call: c}
		if !router.Offer(&a, now).Taken() {
			return n
		}
	}
	return most
}

// TestShardsAreTogetherTheWhole wants of all shards together as many calls as of one router, for each
// limit.
func TestShardsAreTogetherTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, of := rapid.IntRange(1, 40).Draw(t, "whole"), rapid.IntRange(1, 7).Draw(t, "shards")
		reserved := rapid.IntRange(0, whole-1).Draw(t, "reserved")
		for name, tt := range map[string]struct {
			limits routing.Limits
			want   int
		}{
			"circuits":  {routing.Limits{Circuits: whole}, whole},
			"reserved":  {routing.Limits{Circuits: whole, Reserved: reserved}, whole - reserved},
			"bandwidth": {routing.Limits{BitsPerSecond: int64(whole)}, whole},
			"rate":      {routing.Limits{Rate: routing.RateLimit{Calls: whole}}, whole},
		} {
			n := limited(tt.limits)
			n.Codecs = []routing.Codec{{Name: "any", BitsPerSecond: 1}}
			sum := 0
			for i := range of {
				router, err := routing.New(n, routing.Shard{Index: i, Of: of}, nil)
				if err != nil {
					t.Fatal(err)
				}
				sum += admitted(router, routing.Call{}, 0, 100)
			}
			if sum != tt.want {
				t.Fatalf("%s: %d shards admit %d calls, want %d", name, of, sum, tt.want)
			}
		}
	})
}

// TestShardsOfATokenBucketKeepItsRate lets four shards of a bucket pass what they can for 100 s.
func TestShardsOfATokenBucketKeepItsRate(t *testing.T) {
	const of, rate, seconds = 4, 3, 100
	sum := 0
	for i := range of {
		router, err := routing.New(limited(routing.Limits{Rate: routing.RateLimit{Calls: rate, Burst: 6}}), routing.Shard{Index: i, Of: of}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for now := time.Duration(0); now < seconds*time.Second; now += time.Second / 100 {
			sum += admitted(router, routing.Call{}, now, 10)
		}
	}
	if want := seconds * rate; sum < want || sum > want+6 {
		t.Errorf("shards admit %d calls in %d s, want %d and a burst of 6", sum, seconds, want)
	}
}

func TestShardsBeginAtDifferentTrunks(t *testing.T) {
	for _, policy := range []routing.Policy{routing.RoundRobin, routing.Weighted, routing.LeastUsed} {
		t.Run(policy.String(), func(t *testing.T) {
			seen := map[int]bool{}
			for i := range 3 {
				router, err := routing.New(with(trunks(policy, "a", "b", "c"), unlimited), routing.Shard{Index: i, Of: 3}, nil)
				if err != nil {
					t.Fatal(err)
				}
				var a routing.Attempt
				seen[router.Offer(&a, 0).Trunk] = true
			}
			if len(seen) != 3 {
				t.Errorf("3 shards begin at %d trunks", len(seen))
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		network *routing.Network
		shard   routing.Shard
		want    string
	}{
		{"a shard that there is not", trunks(routing.Ordered, "a"), routing.Shard{Index: 2, Of: 2}, "routing: there is no shard 2 of 2"},
		{"a negative shard", trunks(routing.Ordered, "a"), routing.Shard{Index: -1, Of: 2}, "routing: there is no shard -1 of 2"},
		{"an invalid network", &routing.Network{Routes: []routing.Route{{Name: "r"}}}, routing.Shard{},
			"routing: routes[0].trunks: must name at least one trunk"},
		{"a draw without random numbers", trunks(routing.WeightedRandom, "a"), routing.Shard{}, "routing: no random numbers for a route that draws"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := routing.New(tt.network, tt.shard, nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func ExampleRouter() {
	network := &routing.Network{
		Facilities: []routing.Facility{
			{Name: "mediation-1", Limits: routing.Limits{Circuits: 1100}, MediaOnly: true},
			{Name: "gateway-1", Limits: routing.Limits{Circuits: 1}},
			{Name: "gateway-2", Limits: routing.Limits{Circuits: 30}},
		},
		Trunks: mesh([]string{"mediation-1"}, []string{"gateway-1", "gateway-2"}),
		Routes: []routing.Route{{Name: "pstn", Trunks: []string{"mediation-1/gateway-1", "mediation-1/gateway-2"}}},
	}
	router, err := routing.New(network, routing.Shard{}, traffic.Stream(1, 1))
	if err != nil {
		panic(err)
	}
	route, _ := router.Route("pstn")
	first, second := routing.Attempt{Route: route}, routing.Attempt{Route: route}

	d := router.Offer(&first, 0)
	fmt.Println("first call:", network.Trunks[d.Trunk].Name)
	d = router.Offer(&second, 0)
	fmt.Println("second call:", network.Trunks[d.Trunk].Name, "because of", d.Causes)
	d = router.Next(&second, 20*time.Millisecond, 503, 0)
	fmt.Println("after its 503:", d.Taken())
	router.Release(first.Held())
	// Output:
	// first call: mediation-1/gateway-1
	// second call: mediation-1/gateway-2 because of no_free_circuit
	// after its 503: false
}
