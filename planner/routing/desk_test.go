package routing_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// desk offers calls to a router and checks where they go: the language of the tables.
type desk struct {
	t       *testing.T
	network *routing.Network
	router  *routing.Router
	now     time.Duration
	call    routing.Call    // what the next calls are
	at      routing.Attempt // the call offered last
	held    map[string][]routing.Held
}

func newDesk(t *testing.T, n *routing.Network) *desk {
	t.Helper()
	router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, network: n, router: router, held: map[string][]routing.Held{}}
}

// offer offers one call for each of the trunks that are wanted, in turn.
func (d *desk) offer(want ...string) {
	d.t.Helper()
	for _, trunk := range want {
		d.at = routing.Attempt{Call: d.call}
		d.wantTrunk(d.router.Offer(&d.at, d.now), trunk)
	}
}

// fail ends the attempt of the last call and wants it on another trunk.
func (d *desk) fail(o routing.Outcome, want string) {
	d.t.Helper()
	d.forget()
	d.wantTrunk(d.router.Next(&d.at, d.now, o, 0), want)
}

// forget drops what the last call held from the desk's list, for Next gives it back.
func (d *desk) forget() {
	trunk := d.name(d.at.Held().Trunk())
	d.held[trunk] = slices.DeleteFunc(d.held[trunk], func(h routing.Held) bool { return h == d.at.Held() })
}

func (d *desk) wantTrunk(got routing.Decision, want string) {
	d.t.Helper()
	if name := d.name(got.Trunk); name != want || got.Taken() != (want != "") {
		d.t.Fatalf("at %s: call goes to %q (%s), want %q", d.now, name, got.Causes, want)
	}
	d.held[want] = append(d.held[want], d.at.Held())
}

// blocked offers a call and wants no trunk for it, for these causes.
func (d *desk) blocked(want routing.Causes) {
	d.t.Helper()
	d.at = routing.Attempt{Call: d.call}
	d.wantCauses(d.router.Offer(&d.at, d.now), want)
}

// ends ends the attempt of the last call and wants no other trunk, for these causes.
func (d *desk) ends(o routing.Outcome, want routing.Causes) {
	d.t.Helper()
	d.forget()
	d.wantCauses(d.router.Next(&d.at, d.now, o, 0), want)
}

func (d *desk) wantCauses(got routing.Decision, want routing.Causes) {
	d.t.Helper()
	if got.Trunk != routing.NoTrunk || got.Causes != want {
		d.t.Fatalf("at %s: call goes to %q (%s), want it blocked (%s)", d.now, d.name(got.Trunk), got.Causes, want)
	}
	if d.at.Held() != (routing.Held{}) {
		d.t.Fatal("a call without a trunk holds something")
	}
}

// release ends a call on a trunk.
func (d *desk) release(trunk string) {
	d.t.Helper()
	calls := d.held[trunk]
	if len(calls) == 0 {
		d.t.Fatalf("no call on %q", trunk)
	}
	d.router.Release(calls[0])
	d.held[trunk] = calls[1:]
}

func (d *desk) drain(trunk string, drained bool) {
	d.router.DrainTrunk(slices.IndexFunc(d.network.Trunks, func(t routing.Trunk) bool { return t.Name == trunk }), drained)
}

func (d *desk) drainFacility(facility string, drained bool) {
	d.router.DrainFacility(slices.IndexFunc(d.network.Facilities, func(f routing.Facility) bool { return f.Name == facility }), drained)
}

func (d *desk) name(trunk int) string {
	if trunk < 0 {
		return ""
	}
	return d.network.Trunks[trunk].Name
}

// trunks returns a network with one route over these trunks, a circuit each.
func trunks(policy routing.Policy, names ...string) *routing.Network {
	n := &routing.Network{Routes: []routing.Route{{Name: "pstn", Trunks: names, Policy: policy}}}
	for _, name := range names {
		n.Trunks = append(n.Trunks, routing.Trunk{Name: name, Limits: routing.Limits{Circuits: 1}})
	}
	return n
}

// with changes a network and returns it.
func with(n *routing.Network, change func(*routing.Network)) *routing.Network {
	change(n)
	return n
}

// limited returns a network with one route over one trunk of these limits.
func limited(l routing.Limits) *routing.Network {
	return with(trunks(routing.Ordered, "a"), func(n *routing.Network) { n.Trunks[0].Limits = l })
}

// weights gives the trunks of the first route weights, and circuits without limit.
func weights(w ...int) func(*routing.Network) {
	return func(n *routing.Network) {
		n.Routes[0].Weights = w
		unlimited(n)
	}
}

// unlimited gives the trunks circuits without limit.
func unlimited(n *routing.Network) {
	for i := range n.Trunks {
		n.Trunks[i].Limits.Circuits = 0
	}
}

// onFailure sets the rule of fail-over.
func onFailure(rule routing.FailOver) func(*routing.Network) {
	return func(n *routing.Network) { n.Routes[0].FailOver = rule }
}
