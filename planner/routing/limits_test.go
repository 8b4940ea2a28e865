package routing_test

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

func TestReservation(t *testing.T) {
	playAll(t, []scene{
		{"ordinary calls need more than 2 free circuits", limited(routing.Limits{Circuits: 5, Reserved: 2}), func(d *desk) {
			d.offer("a", "a", "a")
			d.blocked(routing.ReservedOnly)
			d.call.Priority = routing.High
			d.offer("a")
			d.call.Priority = routing.Emergency
			d.offer("a")
			d.blocked(routing.NoFreeCircuit)
			d.call.Priority = routing.Ordinary
			d.blocked(routing.NoFreeCircuit)
			d.release("a")
			d.release("a")
			d.blocked(routing.ReservedOnly)
			d.release("a")
			d.offer("a")
		}},
	})
}

func TestRateLimits(t *testing.T) {
	window := routing.Limits{Rate: routing.RateLimit{Calls: 2}}
	bucket := routing.Limits{Rate: routing.RateLimit{Calls: 2, Burst: 3}}
	playAll(t, []scene{
		{"2 in each second, counted from the start of the run", limited(window), func(d *desk) {
			d.now = 900 * time.Millisecond
			d.offer("a", "a")
			d.blocked(routing.OverRate)
			d.now = time.Second - 1
			d.blocked(routing.OverRate)
			d.now = time.Second // 4 calls in 100 ms: the end of a window forgets
			d.offer("a", "a")
			d.blocked(routing.OverRate)
			d.now = 10*time.Second + 1
			d.offer("a")
			d.now = 11*time.Second - 1
			d.offer("a")
			d.blocked(routing.OverRate)
		}},
		{"a window of 10 s", limited(routing.Limits{Rate: routing.RateLimit{Calls: 1, Window: 10 * time.Second}}), func(d *desk) {
			d.offer("a")
			d.now = 10*time.Second - 1
			d.blocked(routing.OverRate)
			d.now = 10 * time.Second
			d.offer("a")
		}},
		{"a bucket of 3, filled by 2 in a second", limited(bucket), func(d *desk) {
			d.offer("a", "a", "a")
			d.blocked(routing.OverRate)
			d.now = 500*time.Millisecond - 1
			d.blocked(routing.OverRate)
			d.now = 500 * time.Millisecond
			d.offer("a")
			d.blocked(routing.OverRate)
			d.now = time.Hour
			d.offer("a", "a", "a")
			d.blocked(routing.OverRate)
		}},
		{"blocked calls use up neither", limited(routing.Limits{Circuits: 1, Rate: routing.RateLimit{Calls: 2}}), func(d *desk) {
			d.offer("a")
			d.blocked(routing.NoFreeCircuit)
			d.blocked(routing.NoFreeCircuit)
			d.release("a")
			d.offer("a")
			d.release("a")
			d.blocked(routing.OverRate)
		}},
		{"what is over the rate of one trunk goes to the next", with(trunks(routing.Ordered, "a", "b"), func(n *routing.Network) {
			n.Trunks[0].Limits = window
		}), func(d *desk) {
			d.offer("a", "a", "b")
			d.blocked(routing.OverRate | routing.NoFreeCircuit)
		}},
	})
}

func TestBandwidth(t *testing.T) {
	// The audio limit of a WAN link in the worked example of Lync CAC: 2,000 kbit/s.
	link := limited(routing.Limits{BitsPerSecond: 2_000_000})
	link.Codecs = []routing.Codec{{Name: "G.711", BitsPerSecond: 97_000}, {Name: "G.729", BitsPerSecond: 45_000}, {Name: "none"}}
	playAll(t, []scene{
		{"20 calls of 97 kbit/s, and one narrow call in the 60 kbit/s that are left", link, func(d *desk) {
			for range 20 {
				d.offer("a")
			}
			d.blocked(routing.NoBandwidth)
			d.call.Codec = 1
			d.offer("a")
			d.blocked(routing.NoBandwidth)
			d.call.Codec = 2 // needs none
			d.offer("a")
			d.release("a")
			d.call.Codec = 0
			d.offer("a")
			d.blocked(routing.NoBandwidth)
		}},
	})
}

func TestFacilitiesAreShared(t *testing.T) {
	mesh := func() *routing.Network {
		n := &routing.Network{
			Facilities: []routing.Facility{
				{Name: "ms1", Limits: routing.Limits{Circuits: 2}, MediaOnly: true}, {Name: "ms2", Limits: routing.Limits{Circuits: 2}, MediaOnly: true},
				{Name: "gw1", Limits: routing.Limits{Circuits: 3}}, {Name: "gw2"},
			},
			Trunks: mesh([]string{"ms1", "ms2"}, []string{"gw1", "gw2"}),
			Routes: []routing.Route{{Name: "pstn", Trunks: []string{"ms1/gw1", "ms2/gw1", "ms1/gw2", "ms2/gw2"}}},
		}
		return n
	}
	playAll(t, []scene{
		{"gateway 1 is full for both servers, server 1 for both gateways", mesh(), func(d *desk) {
			d.offer("ms1/gw1", "ms1/gw1", "ms2/gw1", "ms2/gw2")
			d.blocked(routing.NoFreeCircuit)
			d.release("ms1/gw1")
			d.offer("ms1/gw1")
		}},
		{"a call with media bypass needs no server, but its gateway", mesh(), func(d *desk) {
			d.offer("ms1/gw1", "ms1/gw1")
			d.call.Bypass = true
			d.offer("ms1/gw1", "ms1/gw2")
			d.release("ms1/gw2")
			d.call.Bypass = false
			d.offer("ms2/gw2")
			if s := d.router.FacilityState(0); s.Busy != 2 {
				d.t.Errorf("server 1 carries %d calls, want 2", s.Busy)
			}
		}},
		{"a failed gateway takes no calls over any server, one with bypass neither", mesh(), func(d *desk) {
			d.drainFacility("gw1", true)
			d.offer("ms1/gw2")
			d.drainFacility("ms1", true)
			d.call.Bypass = true
			d.offer("ms2/gw2")
			d.drainFacility("gw1", false)
			d.offer("ms2/gw1")
			d.drainFacility("ms1", false)
			d.offer("ms1/gw1")
		}},
		{"calls in progress survive that their gateway is drained", mesh(), func(d *desk) {
			d.offer("ms1/gw1", "ms1/gw1")
			d.drainFacility("gw1", true)
			d.release("ms1/gw1")
			d.release("ms1/gw1")
			d.drainFacility("gw1", false)
			d.offer("ms1/gw1")
			if s := d.router.FacilityState(2); s.Busy != 1 || s.Drained {
				d.t.Errorf("gateway 1 is %+v, want 1 call and in service", s)
			}
		}},
	})
}

// mesh returns the M:N trunks of a pool: one from each Mediation Server to each gateway, named "server/gateway". Servers and
// gateways are facilities, by name.
func mesh(servers, gateways []string) []routing.Trunk {
	trunks := make([]routing.Trunk, 0, len(servers)*len(gateways))
	for _, gateway := range gateways {
		for _, server := range servers {
			trunks = append(trunks, routing.Trunk{Name: server + "/" + gateway, Facilities: []string{server, gateway}})
		}
	}
	return trunks
}
