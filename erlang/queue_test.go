package erlang

import (
	"errors"
	"math"
	"testing"
)

// The contact centre that every textbook has: 14 agents, 10 erlangs of 180 seconds, 20 seconds to answer.
func TestServiceLevelOfAContactCentre(t *testing.T) {
	queue := must[Queue](t)(NewQueue(14, 10))
	near(t, "C", queue.Wait, 0.174131933595050, 1e-14)
	near(t, "service level", must[float64](t)(queue.ServiceLevel(20.0/180)), 0.888350019179467, 1e-14)
	near(t, "mean wait in seconds", queue.MeanWait*180, 7.83593701177724, 1e-14)
	if got := must[float64](t)(queue.ServiceLevel(0)); got != 1-queue.Wait {
		t.Errorf("nobody waits for 0 seconds: %g, want 1-C", got)
	}
}

func TestQueueServersIsTheLeastThatSuffices(t *testing.T) {
	for _, level := range []float64{0.5, 0.8, 0.95, 0.999} {
		for _, traffic := range []float64{0.3, 10, 250, 9400} {
			n := must[int](t)(QueueServers(traffic, level, 20.0/180))
			enough := must[float64](t)(must[Queue](t)(NewQueue(n, traffic)).ServiceLevel(20.0 / 180))
			fewer, err := NewQueue(n-1, traffic)
			tooFew, _ := fewer.ServiceLevel(20.0 / 180)
			if enough < level || err == nil && tooFew >= level {
				t.Errorf("QueueServers(%g, %g) = %d: level %g, with one less %g", traffic, level, n, enough, tooFew)
			}
		}
	}
}

func TestQueueWithoutEquilibrium(t *testing.T) {
	for _, traffic := range []float64{14, 15} {
		if _, err := NewQueue(14, traffic); !errors.Is(err, ErrUnstable) {
			t.Errorf("14 agents, %g erlangs: %v, want no equilibrium", traffic, err)
		}
	}
	if _, err := (Queue{}).ServiceLevel(math.NaN()); !errors.Is(err, ErrDomain) {
		t.Errorf("service level within NaN: %v", err)
	}
}
