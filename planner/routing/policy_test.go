package routing_test

import (
	"testing"

	"github.com/sipplan/sipplan/planner/routing"
)

type scene struct {
	name    string
	network *routing.Network
	play    func(*desk)
}

func playAll(t *testing.T, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) { s.play(newDesk(t, s.network)) })
	}
}

func TestOrdered(t *testing.T) {
	playAll(t, []scene{
		{"the first free trunk in order", trunks(routing.Ordered, "a", "b", "c"), func(d *desk) {
			d.offer("a", "b")
			d.release("a")
			d.offer("a", "c")
			d.blocked(routing.NoFreeCircuit)
		}},
		{"a call that failed goes on behind its trunk, not back to one that became free", trunks(routing.Ordered, "a", "b", "c"), func(d *desk) {
			d.offer("a", "b")
			d.release("a")
			d.fail(503, "c")
		}},
		{"a drained trunk is passed over until it is back", trunks(routing.Ordered, "a", "b"), func(d *desk) {
			d.drain("a", true)
			d.offer("b")
			d.blocked(routing.OutOfService | routing.NoFreeCircuit)
			d.drain("a", false)
			d.offer("a")
		}},
		{"a trunk that starts drained", with(trunks(routing.Ordered, "a", "b"), func(n *routing.Network) { n.Trunks[0].Drained = true }),
			func(d *desk) { d.offer("b") }},
	})
}

func TestRoundRobin(t *testing.T) {
	playAll(t, []scene{
		{"each in turn", with(trunks(routing.RoundRobin, "a", "b", "c"), unlimited), func(d *desk) {
			d.offer("a", "b", "c", "a", "b", "c")
		}},
		{"a full trunk loses its turn", trunks(routing.RoundRobin, "a", "b", "c"), func(d *desk) {
			d.offer("a", "b", "c")
			d.release("b")
			d.release("c")
			d.offer("b", "c")
			d.blocked(routing.NoFreeCircuit)
		}},
		{"calls of a failed trunk are spread over the others", with(trunks(routing.RoundRobin, "a", "b", "c"), unlimited), func(d *desk) {
			d.offer("a")
			d.fail(routing.Timeout, "b")
			d.offer("c", "a")
			d.fail(routing.Timeout, "b")
			d.offer("c")
		}},
		{"without overflow a call whose turn falls on a full trunk is blocked",
			with(trunks(routing.RoundRobin, "a", "b"), onFailure(routing.FailOver{On: []routing.Outcome{503}})), func(d *desk) {
				d.offer("a", "b")
				d.release("b")
				d.blocked(routing.NoFreeCircuit) // a is in turn
				d.offer("b")
			}},
	})
}

func TestWeighted(t *testing.T) {
	playAll(t, []scene{
		{"evenly spread, as nginx does for 5, 1 and 1", with(trunks(routing.Weighted, "a", "b", "c"), weights(5, 1, 1)), func(d *desk) {
			d.offer("a", "a", "b", "a", "c", "a", "a", "a", "a", "b", "a", "c", "a", "a")
		}},
		{"of 3 calls over 2 and 1, the second goes to the other", with(trunks(routing.Weighted, "a", "b"), weights(2, 1)), func(d *desk) {
			d.offer("a", "b", "a", "a", "b", "a")
		}},
		{"the others share what a drained trunk leaves, and it does not catch up when it is back",
			with(trunks(routing.Weighted, "a", "b", "c"), weights(2, 1, 1)), func(d *desk) {
				d.drain("a", true)
				d.offer("b", "c", "b", "c", "b", "c")
				d.drain("a", false)
				d.offer("a", "b", "c", "a", "a", "b", "c", "a")
			}},
		{"a call that failed goes to one of the others", with(trunks(routing.Weighted, "a", "b"), weights(100, 1)), func(d *desk) {
			d.offer("a")
			d.fail(503, "b")
			d.ends(503, routing.Tried)
		}},
		{"no weights are equal weights", with(trunks(routing.Weighted, "a", "b"), unlimited), func(d *desk) {
			d.offer("a", "b", "a", "b")
		}},
		{"all full", trunks(routing.Weighted, "a", "b"), func(d *desk) {
			d.offer("a", "b")
			d.blocked(routing.NoFreeCircuit)
			d.release("b")
			d.offer("b")
		}},
	})
}

func TestWeightedRandom(t *testing.T) {
	playAll(t, []scene{
		{"what is left is found, however rarely it is drawn", with(trunks(routing.WeightedRandom, "a", "b", "c"), func(n *routing.Network) {
			n.Routes[0].Weights = []int{65535, 1, 65535}
		}), func(d *desk) {
			d.drain("a", true)
			d.drain("c", true)
			d.offer("b")
			d.blocked(routing.NoFreeCircuit | routing.OutOfService)
		}},
	})
}

func TestLeastUsed(t *testing.T) {
	playAll(t, []scene{
		{"the trunk with the fewest calls, in turn among equals", with(trunks(routing.LeastUsed, "a", "b", "c"), unlimited), func(d *desk) {
			d.offer("a", "b", "c", "a", "b", "c")
			d.release("b")
			d.release("b")
			d.offer("b", "b", "c")
		}},
		{"twice the weight, twice the calls", with(trunks(routing.LeastUsed, "a", "b"), weights(2, 1)), func(d *desk) {
			d.offer("a", "b", "a", "b", "a", "a")
		}},
		{"a full trunk with few calls is passed over", with(trunks(routing.LeastUsed, "small", "large"), func(n *routing.Network) {
			n.Trunks[1].Limits.Circuits = 3
		}), func(d *desk) {
			d.offer("small", "large", "large", "large")
			d.blocked(routing.NoFreeCircuit)
		}},
		{"a call that failed goes to the least used of the others", with(trunks(routing.LeastUsed, "a", "b", "c"), unlimited), func(d *desk) {
			d.offer("a", "b", "c", "a", "b", "c", "a")
			d.fail(504, "b")
		}},
	})
}

func TestOverflowRoutes(t *testing.T) {
	highUsage := func(n *routing.Network) {
		n.Trunks = append(n.Trunks, routing.Trunk{Name: "final", Limits: routing.Limits{Circuits: 1}})
		n.Routes[0].Overflow = "overflow"
		n.Routes = append(n.Routes, routing.Route{Name: "overflow", Trunks: []string{"a", "final"}, FailOver: routing.FailOver{Trunks: 2}})
	}
	playAll(t, []scene{
		{"what a route blocks is offered to the next", with(trunks(routing.RoundRobin, "a", "b"), highUsage), func(d *desk) {
			d.offer("a", "b", "final")
			d.blocked(routing.NoFreeCircuit)
		}},
		{"a trunk of both routes is tried once", with(trunks(routing.RoundRobin, "a"), highUsage), func(d *desk) {
			d.offer("a")
			d.fail(503, "final")
			d.ends(503, routing.Tried|routing.TrunksUsedUp)
		}},
		{"the same attempt, offered again, begins at its own route", with(trunks(routing.RoundRobin, "a"), highUsage), func(d *desk) {
			d.offer("a", "final")
			d.release("a")
			d.wantTrunk(d.router.Offer(&d.at, d.now), "a")
			d.release("a")
			d.wantTrunk(d.router.Offer(&d.at, d.now), "a")
		}},
		{"without no-circuit in the rule, the overflow route gets no call either",
			with(with(trunks(routing.Ordered, "a"), highUsage), onFailure(routing.FailOver{On: []routing.Outcome{503}})), func(d *desk) {
				d.offer("a")
				d.blocked(routing.NoFreeCircuit)
			}},
	})
}
