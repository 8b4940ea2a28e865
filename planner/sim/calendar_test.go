package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// TestTheCalendarGivesEventsInOrder pushes, takes and removes at random, beside a sorted list: in one day, and with pages
// that are laid out anew from time to time.
func TestTheCalendarGivesEventsInOrder(t *testing.T) {
	for name, c := range map[string]struct{ far, grain time.Duration }{
		"one day":                                {1000, 1},
		"near pages":                             {1e9, 1},
		"pages and what is later":                {1e15, 1},
		"many at the same instant":               {1e9, 1e8},
		"call records with whole seconds":        {3e11, 1e9},
		"many at the same instant, and far away": {1e15, 3e14},
	} {
		t.Run(name, func(t *testing.T) { checkCalendar(t, c.far, c.grain) })
	}
}

// checkCalendar lets events be up to a time ahead, at multiples of the grain.
func checkCalendar(t *testing.T, far, grain time.Duration) {
	random := traffic.Stream(1, 1)
	var c calendar
	c.reset()
	var want []time.Duration
	now := time.Duration(0)
	for step := range 50_000 {
		if far > 1000 && step%5000 == 0 && len(want) > 0 {
			c.tune()
		}
		switch x := random.IntN(100); {
		case x < 51:
			at := (now + time.Duration(random.ExpFloat64()*float64(far)/3) + grain - 1) / grain * grain
			c.push(event{at: at})
			i, _ := slices.BinarySearch(want, at)
			want = slices.Insert(want, i, at)
		case x < 99:
			by := now + time.Duration(random.ExpFloat64()*float64(far)/300)
			e := c.due(by)
			if wanted := len(want) > 0 && want[0] <= by; (e != nil) != wanted {
				t.Fatalf("step %d: an event by %d: %v, want one: %v", step, by, e, wanted)
			}
			if e != nil {
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
		if e := c.due(never - 1); e == nil || e.at != at {
			t.Fatalf("at the end: %v, want %d", e, at)
		}
	}
	if c.due(never-1) != nil {
		t.Error("an event that nobody pushed")
	}
}
