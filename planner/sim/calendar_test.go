package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// TestTheCalendarGivesEventsInOrder pushes, takes and removes at random, beside a sorted list: in the heap alone, and with
// pages that are laid out anew from time to time.
func TestTheCalendarGivesEventsInOrder(t *testing.T) {
	for name, far := range map[string]time.Duration{"heap": 1000, "near pages": 1e9, "pages and what is later": 1e15} {
		t.Run(name, func(t *testing.T) { checkCalendar(t, far) })
	}
}

// checkCalendar lets events be up to a time ahead.
func checkCalendar(t *testing.T, far time.Duration) {
	random := traffic.Stream(1, 1)
	var c calendar
	c.reset()
	var want []time.Duration
	now := time.Duration(0)
	for step := range 50_000 {
		if far > 1000 && step%5000 == 0 && len(want) > 0 {
			c.tune(now)
		}
		switch x := random.IntN(100); {
		case x < 51:
			at := now + time.Duration(random.ExpFloat64()*float64(far)/3)
			c.push(event{at: at})
			i, _ := slices.BinarySearch(want, at)
			want = slices.Insert(want, i, at)
		case x < 99:
			by := now + time.Duration(random.ExpFloat64()*float64(far)/300)
			e, ok := c.due(by)
			if wanted := len(want) > 0 && want[0] <= by; ok != wanted {
				t.Fatalf("step %d: an event by %d: %v, want %v", step, by, ok, wanted)
			}
			if ok {
				if e.at != want[0] {
					t.Fatalf("step %d: event at %d, want %d", step, e.at, want[0])
				}
				want, now = want[1:], e.at
			}
		default:
			c.remove(func(e *event) bool { return e.at%7 == 0 })
			want = slices.DeleteFunc(want, func(at time.Duration) bool { return at%7 == 0 })
		}
	}
	for _, at := range want {
		if e, ok := c.due(never - 1); !ok || e.at != at {
			t.Fatalf("at the end: %d, %v, want %d", e.at, ok, at)
		}
	}
	if _, ok := c.due(never - 1); ok {
		t.Error("an event that nobody pushed")
	}
}

func TestTheEarliestOfFour(t *testing.T) {
	random := traffic.Stream(2, 1)
	for range 10_000 {
		var four [children]event
		for i := range four {
			if four[i].at = time.Duration(random.IntN(6)); four[i].at == 5 {
				four[i].at = never
			}
		}
		least := slices.MinFunc(four[:], func(a, b event) int { return int(min(1, max(-1, a.at-b.at))) })
		if got := four[earliest(&four)].at; got != least.at {
			t.Fatalf("earliest of %v is %d, want %d", four, got, least.at)
		}
	}
}
