package design

import (
	"math"

	"github.com/sipplan/sipplan/planner/plan"
)

// unavailable returns the share of the time in which a thing is failed.
func unavailable(mtbf, mttr *plan.Hours) *float64 {
	if mtbf == nil || mttr == nil {
		return nil
	}
	share := float64(*mttr) / float64(*mtbf+*mttr)
	return &share
}

// Availability returns the share of busy-hour calls lost at a location over the years in which its units fail and are
// repaired, independently: the mean over all numbers of failed units. It is nil without MTBF and MTTR of all.
func (l Location) Availability(c func(ports int, erlangs float64) float64) *float64 {
	lost := 0.0
	var over func(bought []Bought, calls int, p float64) bool
	over = func(bought []Bought, calls int, p float64) bool {
		if len(bought) == 0 {
			lost += p * c(min(l.Trunk, calls), l.Load.Erlangs)
			return true
		}
		b := bought[0]
		down := unavailable(b.MTBF, b.MTTR)
		if down == nil {
			return false
		}
		for k := 0; k <= b.Count; k++ {
			q := p * binomial(b.Count, k) * math.Pow(*down, float64(k)) * math.Pow(1-*down, float64(b.Count-k))
			if q > 1e-15 && !over(bought[1:], calls-k*b.Calls, q) {
				return false
			}
		}
		return true
	}
	if l.Mix.Units == 0 || !over(l.Mix.Bought, l.Mix.Calls, 1) {
		return nil
	}
	return &lost
}

// binomial returns n over k.
func binomial(n, k int) float64 {
	value := 1.0
	for i := 1; i <= k; i++ {
		value *= float64(n-k+i) / float64(i)
	}
	return value
}
