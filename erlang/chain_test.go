package erlang

import (
	"math"
	"testing"
)

func TestStationaryKeepsTheDigitsOfRareStates(t *testing.T) {
	const servers, traffic = 100, 1.0 // all circuits are busy for 4e-159 of the time
	c := newChain(servers + 1)
	for j := range servers {
		c[j][j+1], c[j+1][j] = traffic, float64(j+1)
	}
	near(t, "B(100, 1)", c.stationary()[servers], must[float64](t)(B(servers, traffic)), 1e-12)
}

func TestStationaryOfAWheel(t *testing.T) {
	// Each state leads to the next only: the time in it is the inverse of its rate.
	rates := []float64{1, 2, 4, 8}
	c := newChain(len(rates))
	for i, rate := range rates {
		c[i][(i+1)%len(rates)] = rate
	}
	for i, share := range c.stationary() {
		if want := 1 / rates[i] / 1.875; math.Abs(share-want) > 1e-16 {
			t.Errorf("state %d: %g, want %g", i, share, want)
		}
	}
}
