package sim

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// restless is a model with all that chance has a part in: two sources, retries, a queue with patience, gateways that
// fail, trunks drawn by weight, shares of calls that are answered and bypass, days that differ.
func restless() *Model {
	m := gateways(1500, 1450)
	m.Network.Routes[0].Policy, m.Network.Routes[0].Weights = routing.WeightedRandom, []int{960, 540}
	s := &m.Sources[0]
	s.Answered, s.Bypass, s.DayToDay = 0.8, 0.5, 0.01
	s.SetUp = traffic.Duration{Law: traffic.Lognormal, Mean: 5 * time.Second}
	s.Retry = routing.Retry{Share: 0.5, Delay: traffic.Duration{Law: traffic.Exponential, Mean: 30 * time.Second}, Most: 5}
	waiting := *s
	waiting.Name, waiting.Calls, waiting.Queue = "waiting", erlangs(20), &Queue{Places: 20, Patience: traffic.Duration{Law: traffic.Exponential, Mean: 20 * time.Second}}
	m.Sources = append(m.Sources, waiting)
	m.Components = []Component{{Facility: "gateway-1", Between: traffic.Duration{Law: traffic.Exponential, Mean: time.Hour},
		Repair: traffic.Duration{Law: traffic.Exponential, Mean: 10 * time.Minute}, Mode: routing.Silent, Detected: time.Minute}}
	m.Drills = []routing.Drill{{Name: "gateway-2", At: 10 * time.Minute, For: 5 * time.Minute, Mode: routing.Closed}}
	return m
}

func TestTheSameSeedGivesTheSameBytesWhateverTheNumberOfWorkers(t *testing.T) {
	var before []byte
	for _, workers := range []int{1, 2, 7} {
		result, err := Run(context.Background(), restless(), Settings{Seed: 5, Replications: 9, Window: 20 * time.Minute, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		result.Model, result.Settings = nil, Settings{}
		text, err := json.Marshal([]any{result.Groups, result.Sources, result.Lost, result.Total, result.Calls})
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && string(text) != string(before) {
			t.Errorf("%d workers give other bytes", workers)
		}
		before = text
		if err := result.Total.CheckAccounting(); err != nil {
			t.Errorf("%d workers: %v", workers, err)
		}
		for _, g := range result.Groups {
			if err := g.Measurement.CheckAccounting(); err != nil {
				t.Errorf("%d workers: group %s: %v", workers, g.Name, err)
			}
		}
	}
}

func TestAnotherSeedGivesOtherCalls(t *testing.T) {
	run := func(seed uint64) int64 {
		result, err := Run(context.Background(), groupModel(30, erlangs(25)), Settings{Seed: seed, Replications: 2})
		if err != nil {
			t.Fatal(err)
		}
		return result.Calls
	}
	if run(1) == run(2) {
		t.Error("two seeds give the same number of calls")
	}
}

// TestACallAllocatesNothingOnceWarm runs the full path, with retries and time-outs, and allows no allocation at all in
// ten thousand calls.
func TestACallAllocatesNothingOnceWarm(t *testing.T) {
	c, err := compile(restless())
	if err != nil {
		t.Fatal(err)
	}
	r := newReplication(c, 3)
	if err := r.begin(0, 0); err != nil {
		t.Fatal(err)
	}
	r.runUntil(4 * time.Hour)
	allocations := testing.AllocsPerRun(10, func() { r.runUntil(r.now + time.Minute) })
	if allocations > 0 {
		t.Errorf("%g allocations in a minute of about 900 calls", allocations)
	}
}

// TestALongCalendarAllocatesNothingOnceWarm does the same for a calendar with pages.
func TestALongCalendarAllocatesNothingOnceWarm(t *testing.T) {
	c, err := compile(groupModel(6000, erlangs(5500)))
	if err != nil {
		t.Fatal(err)
	}
	r := newReplication(c, 3)
	if err := r.begin(0, 0); err != nil {
		t.Fatal(err)
	}
	r.runUntil(20 * aht)
	if r.calendar.agenda.pages == nil {
		t.Fatal("the calendar has no pages")
	}
	if allocations := testing.AllocsPerRun(10, func() { r.runUntil(r.now + aht/10) }); allocations > 2 {
		t.Errorf("%g allocations in about 550 calls", allocations) // a page may still be longer than any before
	}
}

// TestMemoryDoesNotGrowWithTheCalls looks at what the calendar and the pool hold after ten times as many calls.
func TestMemoryDoesNotGrowWithTheCalls(t *testing.T) {
	c, err := compile(restless())
	if err != nil {
		t.Fatal(err)
	}
	r := newReplication(c, 3)
	if err := r.begin(0, 0); err != nil {
		t.Fatal(err)
	}
	r.runUntil(2 * time.Hour)
	before := r.calendar.room() + cap(r.pending.calls)
	r.runUntil(20 * time.Hour)
	if after := r.calendar.room() + cap(r.pending.calls); after > 2*before {
		t.Errorf("room for %d events and callers, %d after ten times the calls", before, after)
	}
}

// room returns for how many events the calendar has room.
func (c *calendar) room() int {
	sum := cap(c.day) + cap(c.agenda.later)
	for _, pages := range [][][]event{c.agenda.pages, c.agenda.spare} {
		for _, page := range pages {
			sum += cap(page)
		}
	}
	return sum
}
