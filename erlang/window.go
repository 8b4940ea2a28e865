package erlang

import "math"

// WindowRejection returns the share of call attempts that a gateway refuses which admits at most limit in each second (or
// any other fixed window), when a Poisson number with the given mean arrives in it:
//
//	Σ_{k>c} (k-c)·P(X = k) / λ,  X ~ Poisson(λ)
//
// A limit of exactly the mean rate refuses 37 % of one attempt a second and still 4 % of a hundred.
// Domain: limit from 0 to [MaxSize], mean from 0 to MaxSize attempts in a window; else an error that wraps [ErrDomain].
// Special cases: WindowRejection(0, λ) = 1 for λ > 0, WindowRejection(c, 0) = 0.
func WindowRejection(limit int, mean float64) (float64, error) {
	err := firstError(checkCount("limit", limit, 0, MaxSize), checkRange("mean", "attempts", mean, 0, MaxSize))
	if err != nil || mean == 0 {
		return 0, err
	}
	return windowRejection(float64(limit), mean), nil
}

// WindowLimit returns the least limit with WindowRejection(limit, mean) ≤ rejection.
// Domain: mean from 0 to [MaxSize], rejection between 0 and 1, both excluded; else an error that wraps [ErrDomain].
func WindowLimit(mean, rejection float64) (int, error) {
	err := firstError(checkRange("mean", "attempts", mean, 0, MaxSize), checkProbability("rejection", rejection))
	if err != nil || mean == 0 {
		return 0, err
	}
	return least(0, func(c int) bool { return windowRejection(float64(c), mean) <= rejection }), nil
}

// windowRejection sums over the side of the limit on which the Poisson law has less to offer: the attempts above it, or
// the places that stay empty below it, of which λ - c + E(c-X)⁺ = E(X-c)⁺ makes the same.
func windowRejection(c, mean float64) float64 {
	const negligible = 1e-17
	if c == 0 {
		return 1
	}
	sum, term := 0.0, 1.0
	if mean < c+1 {
		for k := 1.0; k*term > negligible*sum; k++ {
			sum += k * term
			term *= mean / (c + k + 1)
		}
		return math.Exp(logPoisson(c+1, mean)) * sum / mean
	}
	for k := 1.0; k <= c && k*term > negligible*sum; k++ {
		sum += k * term
		term *= (c - k) / mean
	}
	empty := math.Exp(logPoisson(c-1, mean)) * sum
	return (mean - c + empty) / mean
}
