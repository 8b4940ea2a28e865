package erlang

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkRetrial(t *testing.T, row referenceRow) {
	t.Helper()
	persistence, rate := row.value(t, "persistence"), row.value(t, "retry_rate_per_aht")
	got := must[Retrial](t)(NewRetrial(int(row.servers), row.traffic, persistence, rate))
	near(t, row, got.Blocking, row.probability, 1e-14)
	near(t, row, got.Attempts, row.value(t, "attempt_blocking"), 1e-14)
	near(t, row, got.Waiting, row.value(t, "mean_orbit"), 1e-14)
	near(t, row, got.Lost, row.value(t, "lost_forever"), 1e-14)
}

// The second way: the same queue as one chain, with the waiting callers cut off where nobody comes.
func TestRetrialAgreesWithTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(1, 6).Draw(t, "servers")
		r := retrials{
			servers:     c,
			traffic:     float64(c) * rapid.Float64Range(0.1, 0.8).Draw(t, "load"),
			persistence: rapid.Float64Range(0, 0.7).Draw(t, "persistence"),
			rate:        rapid.Float64Range(1, 10).Draw(t, "rate of retries"),
		}
		var blocking, waiting float64
		for state, share := range retrialChain(r, 60).stationary() {
			waiting += share * float64(state/(c+1))
			if state%(c+1) == c {
				blocking += share
			}
		}
		got, err := NewRetrial(c, r.traffic, r.persistence, r.rate)
		if err != nil || math.Abs(got.Blocking/blocking-1) > 1e-10 || math.Abs(got.Waiting-waiting) > 1e-10 {
			t.Fatalf("%+v, %v; chain: blocking %g, waiting %g", got, err, blocking, waiting)
		}
	})
}

// retrialChain numbers the states by the waiting callers, at most so many, and then by the busy circuits.
func retrialChain(r retrials, most int) chain {
	c := r.servers
	queue := newChain((c + 1) * (most + 1))
	for state := range queue {
		waiting, busy := state/(c+1), state%(c+1)
		again := float64(waiting) * r.rate
		if busy > 0 {
			queue[state][state-1] += float64(busy)
		}
		if busy < c {
			queue[state][state+1] += r.traffic
		} else if waiting < most {
			queue[state][state+c+1] += r.traffic * r.persistence
		}
		if waiting > 0 && busy < c {
			queue[state][state-c] += again
		} else if waiting > 0 {
			queue[state][state-c-1] += again * (1 - r.persistence)
		}
	}
	return queue
}

func TestRetrialWithoutRetriesIsErlangB(t *testing.T) {
	got := must[Retrial](t)(NewRetrial(30, 25, 0, 1))
	b := must[float64](t)(B(30, 25))
	near(t, "blocking", got.Blocking, b, 1e-13)
	near(t, "attempts", got.Attempts, b, 1e-13)
	near(t, "lost", got.Lost, b, 1e-13)
	if got.Waiting != 0 {
		t.Errorf("%g callers wait to try again, nobody does", got.Waiting)
	}
}

// What the comment of ExtendedB says about itself.
func TestExtendedBIsOptimistic(t *testing.T) {
	exact := must[Retrial](t)(NewRetrial(5, 5, 0.5, 2))
	formula := must[ExtendedResult](t)(ExtendedB(5, 5, 0.5))
	near(t, "exact", exact.Attempts, 0.3932, 2e-4)
	near(t, "formula", formula.Blocking, 0.3696, 1e-4)
}

func TestWhoNeverGivesUpIsCarried(t *testing.T) {
	got := must[Retrial](t)(NewRetrial(10, 9.5, 1, 3))
	if got.Lost != 0 {
		t.Errorf("lost %g", got.Lost)
	}
	if _, err := NewRetrial(10, 10, 1, 3); !errors.Is(err, ErrUnstable) {
		t.Errorf("10 circuits, 10 erlangs, nobody gives up: %v", err)
	}
	flood := must[Retrial](t)(NewRetrial(1, 1000, 0.9, 1))
	near(t, "carried in a flood", 1000*(1-flood.Lost), 1, 1e-3)
}
