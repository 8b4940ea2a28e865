package erlang

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func checkImpatientQueue(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[ImpatientQueue](t)(NewImpatientQueue(int(row.servers), row.traffic, row.value(t, "theta_over_mu")))
	near(t, row, got.Wait, row.probability, 1e-14)
	near(t, row, got.Abandon, row.value(t, "p_abandon"), 2e-14)
	near(t, row, got.MeanQueue, row.value(t, "mean_queue"), 2e-14)
}

func TestImpatienceLeadsFromErlangCToErlangB(t *testing.T) {
	patient := must[ImpatientQueue](t)(NewImpatientQueue(14, 10, 1e-6))
	queue := must[Queue](t)(NewQueue(14, 10))
	near(t, "wait of the patient", patient.Wait, queue.Wait, 1e-6)
	near(t, "mean wait of the patient", patient.MeanWait, queue.MeanWait, 3e-6)
	for _, traffic := range []float64{10, 20} {
		hasty := must[ImpatientQueue](t)(NewImpatientQueue(14, traffic, 1e8))
		near(t, "abandoned by the hasty", hasty.Abandon, must[float64](t)(B(14, traffic)), 1e-6)
	}
}

func TestWhoIsAsImpatientAsTheCallIsLongWaitsLikeMolina(t *testing.T) {
	for _, traffic := range []float64{3, 10, 14, 20, 60} {
		got := must[ImpatientQueue](t)(NewImpatientQueue(14, traffic, 1))
		near(t, traffic, got.Wait, must[float64](t)(Molina(14, traffic)), 1e-13)
	}
}

// The second way: the states of the birth and death chain, one by one.
func TestImpatientQueueAgreesWithTheSumOverTheStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "servers")
		a := float64(n) * rapid.Float64Range(0.1, 2).Draw(t, "load")
		theta := rapid.Float64Range(0.2, 20).Draw(t, "impatience")
		var all, waiting, queue float64
		p := 1.0
		for j := 0; j < 40*n+200; j++ {
			all += p
			if j >= n {
				waiting += p
				queue += p * float64(j-n)
			}
			busy := math.Min(float64(j+1), float64(n))
			p *= a / (busy + math.Max(float64(j+1-n), 0)*theta)
		}
		got, err := NewImpatientQueue(n, a, theta)
		if err != nil || math.Abs(got.Wait*all/waiting-1) > 1e-11 || math.Abs(got.MeanQueue*all/queue-1) > 1e-11 {
			t.Fatalf("N=%d A=%g θ=%g: %+v, %v; by the states %g, %g", n, a, theta, got, err, waiting/all, queue/all)
		}
	})
}
