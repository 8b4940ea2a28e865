package loadgen

import (
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/planner/traffic"
)

func deal(t *testing.T, cfg *Config, shards int) []call.Attempt {
	t.Helper()
	var all []call.Attempt
	for i := range shards {
		s, err := newSchedule(cfg, i, shards)
		if err != nil {
			t.Fatal(err)
		}
		for a, any := s.peek(); any; a, any = s.peek() {
			all = append(all, a)
			s.take()
		}
	}
	slices.SortFunc(all, func(a, b call.Attempt) int { return int(a.Intended - b.Intended) })
	return all
}

func TestSameCallsWhateverTheNumberOfShards(t *testing.T) {
	cfg := &Config{CAPS: 500, Duration: 3 * time.Second, WarmUp: time.Second, Seed: 42,
		Holding: traffic.Duration{Law: traffic.Exponential, Mean: time.Second}}
	one := deal(t, cfg, 1)
	if len(one) < 1300 || len(one) > 1700 {
		t.Fatalf("%d calls in 3 s at 500 a second", len(one))
	}
	for _, shards := range []int{2, 3, 7} {
		if !slices.Equal(deal(t, cfg, shards), one) {
			t.Errorf("%d shards deal other calls than one", shards)
		}
	}
	for _, a := range one {
		if a.WarmUp != (a.Intended < lead+time.Second) {
			t.Fatalf("a call at %v is in the warm-up: %v", a.Intended, a.WarmUp)
		}
	}
}

func TestCallsEndByCountOrByTimeWhicheverIsFirst(t *testing.T) {
	cfg := &Config{CAPS: 100, Calls: 50, Arrivals: traffic.Constant}
	if n := len(deal(t, cfg, 2)); n != 50 {
		t.Errorf("%d calls, want the 50 that were asked for", n)
	}
	cfg.Duration = 200 * time.Millisecond
	if n := len(deal(t, cfg, 2)); n != 20 {
		t.Errorf("%d calls, want the 20 of 200 ms", n)
	}
}

func TestClosedScheduleHasNoMoreCalls(t *testing.T) {
	s, err := newSchedule(&Config{CAPS: 100, Duration: time.Hour}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.peek()
	s.close()
	if a, any := s.peek(); any {
		t.Errorf("a call at %v after the end", a.Intended)
	}
}

func TestUsersCallAgainAsSoonAsTheirCallIsOver(t *testing.T) {
	s, err := newSchedule(&Config{Users: 3, Calls: 5, WarmUp: 100 * time.Millisecond}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	due := func(now time.Duration, idle int) (n int) {
		for s.free(idle, now); ; n++ {
			a, any := s.peek()
			if !any {
				return n
			}
			if a.Intended != now || a.WarmUp != (now < lead+100*time.Millisecond) {
				t.Errorf("a call at %v of %v, in the warm-up: %v", now, a.Intended, a.WarmUp)
			}
			s.take()
		}
	}
	for _, step := range []struct {
		name       string
		now        time.Duration
		idle, want int
		more       bool
	}{
		{name: "all call at the start", now: lead, idle: 3, want: 3, more: true},
		{name: "none is free", now: lead + 50*time.Millisecond, idle: 0, want: 0, more: true},
		{name: "one is free again", now: lead + 200*time.Millisecond, idle: 1, want: 1, more: true},
		{name: "two are free, but one call is left", now: lead + 300*time.Millisecond, idle: 2, want: 1},
		{name: "no call is left", now: lead + 400*time.Millisecond, idle: 3, want: 0},
	} {
		if n := due(step.now, step.idle); n != step.want || s.left() != step.more {
			t.Errorf("%s: %d calls, more: %v; want %d, more: %v", step.name, n, s.left(), step.want, step.more)
		}
	}
}

func TestUsersCallUntilTheTimeIsOver(t *testing.T) {
	s, err := newSchedule(&Config{Users: 1, Duration: time.Second}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.take()
	if s.free(1, lead+999*time.Millisecond); !s.left() {
		t.Error("no call before the end")
	}
	s.take()
	if s.free(1, lead+time.Second); s.left() {
		t.Error("a call after the end")
	}
}

func TestCallsThatFindNoRoomAreLeftOut(t *testing.T) {
	s, err := newSchedule(&Config{CAPS: 100, Calls: 3, MaxCalls: 2, Arrivals: traffic.Constant, Script: &call.ScriptConfig{}}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var begun []time.Duration
	for _, inProgress := range []int{0, 1, 2, 2, 1} {
		a, any := s.peek()
		if !any {
			t.Fatalf("no call is left after %v", begun)
		}
		if !s.leaveOut(inProgress) {
			begun = append(begun, a.Intended-lead)
			s.take()
		}
	}
	if _, any := s.peek(); any || len(begun) != 3 || begun[2]-begun[1] != 30*time.Millisecond {
		t.Errorf("calls began after %v, want three with room for two; more: %v", begun, any)
	}
	if s, err = newSchedule(&Config{CAPS: 100, Calls: 3, MaxCalls: 2, Arrivals: traffic.Constant}, 0, 1); err != nil {
		t.Fatal(err)
	}
	if s.peek(); s.leaveOut(9) {
		t.Error("a call of another program was left out: arrivals wait for nobody")
	}
}
