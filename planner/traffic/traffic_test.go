package traffic_test

import (
	"math"
	"testing"

	"github.com/sipplan/sipplan/planner/traffic"
)

func TestAStreamIsTheSameOnEveryMachine(t *testing.T) {
	// Written down once: a change here changes the calls of every seed that a report ever named.
	r := traffic.Stream(42, 7)
	for i, want := range []uint64{0xa2564268fe47ba55, 0x9179c35269a4783c, 0xf79c54ea817bd065} {
		if got := r.Uint64(); got != want {
			t.Errorf("draw %d is %#x, want %#x", i, got, want)
		}
	}
}

// TestStreamsOfNeighboursAreIndependent draws pairs from neighbouring streams and seeds. Under
// independence the correlation times √n is standard normal; beyond 4.5 lies 1 pair in 150,000.
func TestStreamsOfNeighboursAreIndependent(t *testing.T) {
	const n = 20_000
	correlation := func(seed1, stream1, seed2, stream2 uint64) float64 {
		a, b := traffic.Stream(seed1, stream1), traffic.Stream(seed2, stream2)
		sum := 0.0
		for range n {
			sum += (a.Float64() - 0.5) * (b.Float64() - 0.5) * 12
		}
		return sum / math.Sqrt(n)
	}
	for i := range uint64(50) {
		for name, z := range map[string]float64{
			"streams": correlation(1, i, 1, i+1),
			"seeds":   correlation(i, 1, i+1, 1),
			"swapped": correlation(i, i+1, i+1, i),
		} {
			if math.Abs(z) > 4.5 {
				t.Errorf("%s %d and %d: correlation times √n is %.2f", name, i, i+1, z)
			}
		}
	}
}
