package call

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestTimersFireInTimeAndInOrder compares the wheel with the plain truth: a list of instants.
func TestTimersFireInTimeAndInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	spans := []time.Duration{time.Millisecond, 500 * time.Millisecond, time.Minute, 3 * time.Hour}
	const timers = 2000
	w := &wheel{timers: make([]timer, timers)}
	due := make([]time.Duration, timers)
	for id := range due {
		due[id] = time.Duration(random.Int64N(int64(spans[id%len(spans)])))
		w.set(int32(id), due[id])
		if id%5 == 0 { // some are moved, some cancelled
			due[id] += time.Second
			w.set(int32(id), due[id])
		} else if id%7 == 0 {
			w.cancel(int32(id))
			due[id] = Never
		}
	}
	fired := make([]time.Duration, timers)
	for rounds := 0; ; rounds++ {
		now := w.next()
		if now == Never {
			break
		}
		if rounds > 100_000 {
			t.Fatal("the wheel never runs empty")
		}
		w.expire(now, func(id int32) { fired[id] = now })
	}
	for id := range due {
		if due[id] == Never {
			if fired[id] != 0 {
				t.Fatalf("timer %d was cancelled and fired all the same", id)
			}
			continue
		}
		if late := fired[id] - due[id]; late < 0 || late > 2<<tickShift {
			t.Fatalf("timer %d was due at %v and fired at %v", id, due[id], fired[id])
		}
	}
}

func TestClockJumpFiresAllThatIsDueInOrder(t *testing.T) {
	w := &wheel{timers: make([]timer, 4)}
	for id, at := range []time.Duration{90 * time.Minute, time.Second, time.Millisecond, 3 * time.Hour} {
		w.set(int32(id), at)
	}
	var order []int32
	w.expire(2*time.Hour, func(id int32) { order = append(order, id) })
	if want := []int32{2, 1, 0}; !slices.Equal(order, want) {
		t.Errorf("fired %v, want %v and the last one kept", order, want)
	}
}

func TestTimerSetWhileFiringIsKept(t *testing.T) {
	w := &wheel{timers: make([]timer, 1)}
	w.set(0, time.Second)
	fired := 0
	w.expire(time.Second+time.Millisecond, func(id int32) {
		fired++
		w.set(id, 2*time.Second)
	})
	w.expire(3*time.Second, func(int32) { fired++ })
	if fired != 2 {
		t.Errorf("fired %d times, want once at 1 s and once at 2 s", fired)
	}
}

func BenchmarkSetAndCancel(b *testing.B) {
	b.ReportAllocs()
	w := &wheel{timers: make([]timer, 1024)}
	for i := range b.N {
		id := int32(i % 1024)
		w.set(id, time.Duration(i)*time.Microsecond+time.Second)
		w.set(id, time.Duration(i)*time.Microsecond+5*time.Minute)
		w.cancel(id)
	}
}
