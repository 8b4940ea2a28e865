package erlang

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson returns the score interval that covers the true probability with the given confidence when successes were
// counted in trials: with z the two-sided normal quantile and p = s/n, the solutions of
//
//	(p - x)² = z²·x·(1-x)/n
//
// Unlike the textbook p ± z·√(p(1-p)/n) it keeps between 0 and 1 and has a width even when nothing was counted: no
// blocked call out of 500 leaves up to 0.76 % at 95 %.
//
// Both counts may be fractions, because blockings that come in bursts are worth fewer independent trials than calls
// were made: divide both by the result of [CallCongestionVariance].
// Domain: trials above 0 and finite, successes from 0 to trials, confidence between 0 and 1, both excluded; else an
// error that wraps [ErrDomain].
//
// Wilson, Journal of the American Statistical Association 22 (1927).
func Wilson(successes, trials float64, confidence float64) (low, high float64, err error) {
	err = firstError(checkPositive("trials", "calls", trials, math.MaxFloat64),
		checkRange("successes", "calls", successes, 0, trials), checkProbability("confidence", confidence))
	if err != nil {
		return 0, 0, err
	}
	z := -mathext.NormalQuantile((1 - confidence) / 2)
	share := successes / trials
	upper := successes + z*z/2 + z*math.Sqrt(successes*(1-share)+z*z/4)
	high = math.Min(upper/(trials+z*z), 1)
	if successes > 0 { // by the product of the two solutions, so that nothing cancels
		low = math.Min(share*(successes/upper), share)
	}
	return low, high, nil
}
