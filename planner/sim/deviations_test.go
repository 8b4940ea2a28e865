package sim

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// deviations are those of independent simulations from the exact values, of the first figure of each: the others of
// a simulation go with it.
type deviations struct {
	misses  int       // intervals of 99 % that do not hold the exact value
	squares []float64 // of the deviations, in standard errors, by their mean in Student's law
	sum     float64   // of the deviations, with their sign
}

// add adds the first figure of a simulation, unless it showed none.
func (d *deviations) add(tr trial, r *Result) {
	c := tr.checks[0]
	e := c.of(r)
	if !e.Known || e.Value == 0 {
		return
	}
	freedom := float64(r.Windows - 1)
	deviation := (e.Value - c.want) / (max(e.High-e.Value, e.Value-e.Low) / quantile(r.Windows-1, 0.99))
	if c.want < e.Low || c.want > e.High {
		d.misses++
	}
	d.squares = append(d.squares, deviation*deviation*(freedom-2)/freedom)
	d.sum += deviation
}

// judge asks whether there are more misses than come by chance once in 1,000 times, and whether the intervals are as wide
// as the deviations: too wide ones would never miss.
func (d *deviations) judge(t *testing.T) {
	t.Helper()
	n := float64(len(d.squares))
	chance := distuv.Binomial{N: n, P: 0.01}
	if d.misses > 0 && 1-chance.CDF(float64(d.misses-1)) < 1e-3 {
		t.Errorf("%d of %g intervals of 99 %% miss", d.misses, n)
	}
	spread := 0.0
	for _, square := range d.squares {
		spread += square / n
	}
	t.Logf("%d of %g intervals of 99 %% miss; mean deviation %.3f standard errors, mean square %.3f", d.misses, n, d.sum/n, spread)
	if bound := 4 * math.Sqrt(3/n); math.Abs(spread-1) > bound {
		t.Errorf("the mean square of the deviations is %.3f of that of Student's law, want it within %.3f of 1", spread, bound)
	}
}
