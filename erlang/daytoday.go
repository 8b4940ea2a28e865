package erlang

import "math"

// The levels of day-to-day variation of the mean busy hour that ITU-T E.521 tells apart, as the exponent of [DailyVariance].
const (
	LowVariation    = 1.5
	MediumVariation = 1.7
	HighVariation   = 1.84
)

// DailyVariance returns the variance, in erlangs squared, of the busy-hour traffic from day to day around a mean in
// erlangs, after Wilkinson:
//
//	0.13·M^φ
//
// Domain: mean from 0 to [MaxSize] erlangs, exponent from 0 to 2; else an error that wraps [ErrDomain]. The published rule
// also subtracts what a measurement of finite length adds to the variance; this one is for known means.
//
// Hill and Neal, Bell System Technical Journal 55 (1976).
func DailyVariance(mean, exponent float64) (float64, error) {
	if err := firstError(checkTraffic(mean), checkRange("exponent", "", exponent, 0, 2)); err != nil {
		return 0, err
	}
	return 0.13 * math.Pow(mean, exponent), nil
}

// DailyBlocking is what a group that is offered more on some days than on others does in the long run.
type DailyBlocking struct {
	Calls float64 // share of all calls of the season that are blocked: busy days count for more
	Days  float64 // mean of the daily blocking: each day counts the same
}

// DayToDay returns the blocking of servers circuits when the busy-hour traffic of a day is drawn from a gamma distribution
// with the given mean in erlangs and variance in erlangs squared, and is Poisson within the day:
//
//	Calls = E[L·B(N, L)]/M,  Days = E[B(N, L)],  L ~ Gamma(shape M²/V, mean M)
//
// A group that keeps 1 % at its mean blocks 2 to 6 % of the calls with the variation of real trunk groups.
// Domain: servers from 0 to 10 million, mean above 0 and at most [MaxSize], variance 0 (Erlang B) or from mean²/10¹² to
// 100·mean²; else an error that wraps [ErrDomain]. The relative error is some 10⁻¹³.
//
// Wilkinson, 2nd International Teletraffic Congress (1958); Hill and Neal 1976.
func DayToDay(servers int, mean, variance float64) (DailyBlocking, error) {
	err := firstError(checkCount("servers", servers, 0, maxStates), checkDailyTraffic(mean, variance))
	if err != nil {
		return DailyBlocking{}, err
	}
	n := float64(servers)
	if variance == 0 || servers == 0 {
		b := blocking(n, mean)
		return DailyBlocking{Calls: b, Days: b}, nil
	}
	shape, unit := mean*mean/variance, variance/mean
	// Weighting each day by its traffic turns a gamma distribution into the one with the next shape.
	return DailyBlocking{Calls: gammaBlocking(n, shape+1, unit), Days: gammaBlocking(n, shape, unit)}, nil
}

// DayToDayServers returns the least number of circuits with DayToDay(N, mean, variance).Calls ≤ blocking.
// Domain: that of [DayToDay], blocking between 0 and 1, both excluded; else, or when it would take more than 10 million
// circuits, an error that wraps [ErrDomain].
func DayToDayServers(mean, variance, blocking float64) (int, error) {
	err := firstError(checkDailyTraffic(mean, variance), checkProbability("blocking", blocking))
	if err != nil {
		return 0, err
	}
	from, err := Servers(mean, blocking) // busy days lose more calls than quiet ones save: L·B(N, L) is convex
	if err != nil || variance == 0 {
		return from, err
	}
	shape, unit := mean*mean/variance, variance/mean
	excess := func(n float64) float64 { return math.Log(gammaBlocking(n, shape+1, unit) / blocking) }
	n := leastNear(from, guessServers(float64(from), math.Sqrt(mean+variance), excess), func(n int) bool {
		return n > maxStates || excess(float64(n)) <= 0
	})
	return n, checkCount("servers needed", n, 0, maxStates)
}

// guessServers returns about where a number of circuits has no excess blocking, by a few secants: its logarithm falls
// almost evenly. It begins at a number that is too small, or just enough.
func guessServers(from, step float64, excess func(float64) float64) int {
	a, b := from, from+step
	fa, fb := excess(a), 0.0
	if fa <= 0 {
		return int(from)
	}
	for range 8 {
		if fb = excess(b); fb == fa || math.IsInf(fb, 0) {
			break
		}
		next := math.Max(b-fb*(b-a)/(fb-fa), from)
		a, fa, b = b, fb, next
		if math.Abs(b-a) < 0.25 {
			break
		}
	}
	return int(math.Min(math.Ceil(b), maxStates))
}

// gammaBlocking returns E[B(n, L)] for a gamma distributed L with the given shape and unit (its mean divided by its shape),
// by the trapezoidal rule over u = ln L: for an analytic integrand that falls off at both ends its error falls
// exponentially with the number of points (Trefethen and Weideman, SIAM Review 56, 2014). The logarithm of the integrand,
//
//	ln B(n, e^u) + k·u - e^u/unit + constant
//
// is concave, so it is summed from its peak outwards until nothing is added. The step is half of the scale on which the
// density (√k) and B (√n) can change.
func gammaBlocking(n, shape, unit float64) float64 {
	slope := func(l float64) float64 { return shape - l/unit + n - carried(n, l) }
	peak := math.Log(root(slope, 0, (shape+n)*unit))
	step := 0.5 / math.Sqrt(shape+n+1)
	weight := func(u float64) float64 {
		l := math.Exp(u)
		return math.Exp(logGamma(shape, l/unit) + logBlocking(n, l))
	}
	sum := weight(peak)
	for _, direction := range []float64{-step, step} {
		const negligible = 1e-17
		for i, term := 1.0, sum; term > negligible*sum; i++ {
			term = weight(peak + i*direction)
			sum += term
		}
	}
	return math.Min(sum*step, 1)
}

// logGamma returns the logarithm of the gamma density of shape k over ln x: x^k·e^(-x)/Γ(k), which is k times the Poisson
// probability of k.
func logGamma(k, x float64) float64 { return math.Log(k) + logPoisson(k, x) }

// checkDailyTraffic accepts a variance that is none at all or neither too narrow nor too wide to integrate over.
func checkDailyTraffic(mean, variance float64) error {
	if err := checkPositive("mean traffic", "erlangs", mean, MaxSize); err != nil || variance == 0 {
		return err
	}
	return checkRange("variance from day to day", "erlangs squared", variance, 1e-12*mean*mean, 100*mean*mean)
}
