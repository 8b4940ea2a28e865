package routing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

func TestFailOver(t *testing.T) {
	three := func() *routing.Network { return with(trunks(routing.Ordered, "a", "b", "c"), unlimited) }
	scenes := []scene{
		{"over all trunks, and none is left", three(), func(d *desk) {
			d.offer("a")
			d.fail(503, "b")
			d.fail(routing.Timeout, "c")
			d.ends(routing.TransportError, 0)
		}},
		{"a busy user is busy on every trunk", three(), func(d *desk) {
			d.offer("a")
			d.ends(486, routing.FinalOutcome)
		}},
		{"500 goes on where the rule says so", with(three(), onFailure(routing.FailOver{On: []routing.Outcome{500}})), func(d *desk) {
			d.offer("a")
			d.fail(500, "b")
			d.ends(503, routing.FinalOutcome)
		}},
		{"an empty rule goes on for nothing", with(three(), onFailure(routing.FailOver{On: []routing.Outcome{}})), func(d *desk) {
			d.offer("a")
			d.ends(503, routing.FinalOutcome)
		}},
		{"two trunks at most", with(three(), onFailure(routing.FailOver{Trunks: 2})), func(d *desk) {
			d.offer("a")
			d.fail(503, "b")
			d.ends(503, routing.TrunksUsedUp)
		}},
		{"trunks that are passed over are not counted", with(three(), onFailure(routing.FailOver{Trunks: 2})), func(d *desk) {
			d.drain("a", true)
			d.offer("b")
			d.fail(503, "c")
		}},
		{"the circuit of the failed trunk is free for the next call", trunks(routing.Ordered, "a", "b"), func(d *desk) {
			d.offer("a")
			d.fail(503, "b")
			d.offer("a")
		}},
		{"a call that holds nothing stays blocked", trunks(routing.Ordered, "a"), func(d *desk) {
			d.offer("a")
			d.blocked(routing.NoFreeCircuit)
			d.wantCauses(d.router.Next(&d.at, d.now, 503, 0), routing.NoFreeCircuit)
		}},
	}
	for _, o := range []routing.Outcome{408, 503, 504, routing.Timeout, routing.TransportError} {
		scenes = append(scenes, scene{fmt.Sprintf("%s goes on by default", o), three(), func(d *desk) {
			d.offer("a")
			d.fail(o, "b")
		}})
	}
	for _, o := range []routing.Outcome{302, 401, 404, 480, 486, 487, 500, 600, 603, 699} {
		scenes = append(scenes, scene{fmt.Sprintf("%s is final by default", o), three(), func(d *desk) {
			d.offer("a")
			d.ends(o, routing.FinalOutcome)
		}})
	}
	playAll(t, scenes)
}

func TestWaitIsThatOfTheRouteAtHand(t *testing.T) {
	n := trunks(routing.Ordered, "a", "b")
	n.Routes = []routing.Route{
		{Name: "pstn", Trunks: []string{"a"}, Overflow: "backup", FailOver: routing.FailOver{Wait: 10 * time.Second}},
		{Name: "backup", Trunks: []string{"b"}},
	}
	d := newDesk(t, n)
	d.offer("a")
	if wait := d.router.Wait(&d.at); wait != 10*time.Second {
		t.Errorf("waits %s for trunk a, want 10s", wait)
	}
	d.fail(routing.Timeout, "b")
	if wait := d.router.Wait(&d.at); wait != 0 {
		t.Errorf("waits %s for trunk b, want the timers of the transaction", wait)
	}
}

func putAsideAfter2(n *routing.Network) {
	n.Penalty = routing.Penalty{Failures: 2, For: 30 * time.Second}
}
func obeyRetryAfter(n *routing.Network) { n.Penalty.RetryAfter = routing.Obey }

// twoTrunks are a route over two trunks without limits, but for a change.
func twoTrunks(change func(*routing.Network)) *routing.Network {
	return with(with(trunks(routing.Ordered, "a", "b"), unlimited), change)
}

// penalties are what becomes of trunks that fail.
var penalties = []scene{
	{"put aside after 2 failures in a row, for 30 s", twoTrunks(putAsideAfter2), func(d *desk) {
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
		d.fail(routing.Timeout, "b")
		d.offer("b", "b")
		d.now = 30*time.Second - 1
		d.offer("b")
		d.now = 30 * time.Second
		d.offer("a")
		if s := d.router.TrunkState(0); s.PutAside != 1 || s.PutAsideUntil != 30*time.Second || s.Busy != 1 {
			d.t.Errorf("state is %+v", s)
		}
	}},
	{"a response that is no failure ends the row", twoTrunks(putAsideAfter2), func(d *desk) {
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
		d.ends(486, routing.FinalOutcome)
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
	}},
	{"an answer ends the row", twoTrunks(putAsideAfter2), func(d *desk) {
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
		d.router.Answered(d.at.Held())
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
	}},
	{"all trunks put aside", twoTrunks(putAsideAfter2), func(d *desk) {
		for range 2 {
			d.offer("a")
			d.fail(503, "b")
			d.ends(503, 0)
		}
		d.blocked(routing.PutAside)
		d.call.Priority = routing.High
		d.blocked(routing.PutAside)
	}},
	{"an emergency call is tried over a trunk put aside", twoTrunks(putAsideAfter2), func(d *desk) {
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
		d.fail(503, "b")
		d.call.Priority = routing.Emergency
		d.offer("a")
	}},
	{"an emergency call is not sent over a drained trunk", twoTrunks(putAsideAfter2), func(d *desk) {
		d.call.Priority = routing.Emergency
		d.drain("a", true)
		d.offer("b")
	}},
	{"no penalty by default", twoTrunks(func(*routing.Network) {}), func(d *desk) {
		for range 100 {
			d.offer("a")
			d.fail(503, "b")
		}
	}},
	{"a Retry-After is counted by default", twoTrunks(func(*routing.Network) {}), func(d *desk) {
		d.offer("a")
		d.forget()
		d.wantTrunk(d.router.Next(&d.at, d.now, 503, 10*time.Second), "b")
		d.offer("a")
		if s := d.router.TrunkState(0); s.RetryAfters != 1 || s.PutAsideUntil != 0 {
			d.t.Errorf("state is %+v, want 1 Retry-After and nothing put aside", s)
		}
	}},
	{"a Retry-After is obeyed", twoTrunks(obeyRetryAfter), func(d *desk) {
		d.offer("a")
		d.forget()
		d.wantTrunk(d.router.Next(&d.at, d.now, 503, 10*time.Second), "b")
		d.offer("b")
		d.now = 10 * time.Second
		d.offer("a")
	}},
	{"a Retry-After of a year is obeyed for an hour", twoTrunks(obeyRetryAfter), func(d *desk) {
		d.offer("a")
		d.forget()
		d.wantTrunk(d.router.Next(&d.at, d.now, 503, 365*24*time.Hour), "b")
		d.now = time.Hour
		d.offer("a")
	}},
	{"only that of a 503 (RFC 3261, 21.5.4)", twoTrunks(obeyRetryAfter), func(d *desk) {
		d.offer("a")
		d.forget()
		d.wantCauses(d.router.Next(&d.at, d.now, 486, 10*time.Second), routing.FinalOutcome)
		d.offer("a")
	}},
	{"draining and returning a trunk forgets its failures", twoTrunks(putAsideAfter2), func(d *desk) {
		d.offer("a")
		d.fail(503, "b")
		d.drain("a", true)
		d.drain("a", false)
		d.offer("a")
		d.fail(503, "b")
		d.offer("a")
	}},
}

func TestPenalty(t *testing.T) { playAll(t, penalties) }
