package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkC(t *testing.T, row referenceRow) {
	t.Helper()
	queue := must[Queue](t)(NewQueue(int(row.servers), row.traffic))
	near(t, row, queue.Wait, row.probability, 4e-15)
	holding := row.value(t, "aht")
	near(t, row, queue.MeanWait*holding, row.value(t, "mean_wait"), 5e-15)
	near(t, row, queue.MeanQueue, row.value(t, "mean_queue"), 5e-15)
	level := must[float64](t)(queue.ServiceLevel(row.value(t, "t") / holding))
	near(t, row, level, row.value(t, "service_level"), 4e-15)
}

func TestWaitingOfKnownGroups(t *testing.T) {
	for _, c := range []struct {
		name    string
		servers int
		traffic float64
		want    float64
	}{
		{"one circuit waits for as long as it is busy", 1, 0.5, 0.5},
		{"two circuits, 1.5 erlangs: 9/14", 2, 1.5, 9.0 / 14},
		{"no traffic: nobody waits", 3, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := must[float64](t)(C(c.servers, c.traffic)); math.Abs(got-c.want) > 1e-15 {
				t.Errorf("C(%d, %g) = %.17g, want %.17g", c.servers, c.traffic, got, c.want)
			}
		})
	}
}

// The second way to C: the states of the birth and death chain, summed up to where the queue is empty for all purposes.
func TestWaitingAgreesWithTheSumOverTheStates(t *testing.T) {
	for _, c := range []struct {
		servers int
		traffic float64
	}{{1, 0.9}, {5, 4}, {14, 10}, {100, 95}} {
		below, above, p := 0.0, 0.0, 1.0
		for j := 0; j < 100*c.servers+1000; j++ {
			if j < c.servers {
				below += p
			} else {
				above += p
			}
			p *= c.traffic / math.Min(float64(j+1), float64(c.servers))
		}
		near(t, c, must[float64](t)(C(c.servers, c.traffic)), above/(below+above), 1e-13)
	}
}

func TestMoreWaitThanWouldBeLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10000).Draw(t, "servers")
		a := float64(n) * rapid.Float64Range(1e-3, 0.9999).Draw(t, "load")
		c, err := C(n, a)
		b, _ := B(float64(n), a)
		if err != nil || c < b || c > 1 {
			t.Fatalf("C(%d, %g) = %g, %v; B = %g", n, a, c, err, b)
		}
	})
}

func TestCServersIsTheLeastThatSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Exp(rapid.Float64Range(-5, 10).Draw(t, "ln erlangs"))
		goal := rapid.Float64Range(1e-6, 0.999).Draw(t, "wait")
		n, err := CServers(a, goal)
		if err != nil {
			t.Fatal(err)
		}
		enough, _ := C(n, a)
		if tooFew, err := C(n-1, a); enough > goal || err == nil && tooFew <= goal {
			t.Fatalf("CServers(%g, %g) = %d, but C = %g, and with one less %g", a, goal, n, enough, tooFew)
		}
	})
}

func TestCTrafficUndoesC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20000).Draw(t, "servers")
		goal := math.Exp(rapid.Float64Range(-30, -1e-3).Draw(t, "ln wait"))
		a, err := CTraffic(n, goal)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := C(n, a); math.Abs(got/goal-1) > 1e-12*math.Max(1, float64(n)*1e-2) {
			t.Fatalf("C(%d, CTraffic = %g) = %g, want %g", n, a, got, goal)
		}
	})
}
