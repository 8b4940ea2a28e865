package erlang

import "math"

// Modulation is Poisson traffic whose rate goes up and down: at time t, in mean holding times, there are
//
//	λ(t) = Mean·(1 + Amplitude·sin(2πt/Period))
//
// calls in a mean holding time.
type Modulation struct {
	Mean      float64 // erlangs
	Amplitude float64 // 0 to 1
	Period    float64 // mean holding times
}

// ModulatedResult is the loss of modulated traffic over a whole period.
type ModulatedResult struct {
	CallCongestion float64 // share of the calls that are blocked: the peak counts for more
	TimeCongestion float64 // share of the time in which all circuits are busy
}

// PointwiseLoss returns the loss of a group as if at each instant it were in equilibrium with the rate of that instant:
//
//	∫ λ(t)·B(N, λ(t)) dt / ∫ λ(t) dt
//
// It is right for slow changes (a day has 480 holding times of three minutes) and too high for fast ones. The blocking at
// the mean rate, which a forgotten busy hour amounts to, is far too low: 8 % instead of 13 % for 7 ± 3.5 erlangs on 10.
// Domain: servers from 0 to 10 million, m.Mean above 0 and at most [MaxSize] erlangs, m.Amplitude from 0 to 1, m.Period above
// 0; else an error that wraps [ErrDomain].
//
// Green and Kolesar, Management Science 37 (1991): pointwise stationary approximation.
func PointwiseLoss(servers int, m Modulation) (ModulatedResult, error) {
	if err := firstError(checkCount("servers", servers, 0, maxStates), m.check()); err != nil {
		return ModulatedResult{}, err
	}
	return m.average(func(phase float64) float64 { return blocking(float64(servers), m.rate(phase)) }), nil
}

// OfferedLoadLoss returns the loss of a group as if at each instant it were in equilibrium with the calls that would be in
// progress then if none were blocked, which follow the rate damped and late:
//
//	m(t) = Mean·(1 + Amplitude·cos φ·sin(ωt - φ)),  ω = 2π/Period, φ = atan ω
//
// The domain is that of [PointwiseLoss].
//
// Jagerman, Bell System Technical Journal 54 (1975); Massey and Whitt, Annals of Applied Probability 4 (1994): modified
// offered load.
func OfferedLoadLoss(servers int, m Modulation) (ModulatedResult, error) {
	if err := firstError(checkCount("servers", servers, 0, maxStates), m.check()); err != nil {
		return ModulatedResult{}, err
	}
	late := math.Atan(2 * math.Pi / m.Period)
	damped := Modulation{Mean: m.Mean, Amplitude: m.Amplitude * math.Cos(late)}
	return m.average(func(phase float64) float64 { return blocking(float64(servers), damped.rate(phase-late)) }), nil
}

// rate returns λ at a phase of the period, from 0 to 2π.
func (m Modulation) rate(phase float64) float64 {
	return m.Mean * math.Max(1+m.Amplitude*math.Sin(phase), 0)
}

// average integrates over the period by the trapezoidal rule, whose error falls exponentially with the number of points,
// doubling it until nothing changes.
func (m Modulation) average(congestion func(phase float64) float64) ModulatedResult {
	const most, settled = 1 << 18, 1e-14
	var calls, time, before float64
	var result ModulatedResult
	for points := 1; points <= most; points *= 2 {
		for i := 0; i < points; i++ {
			if points > 1 && i%2 == 0 {
				continue // already counted
			}
			phase := 2 * math.Pi * float64(i) / float64(points)
			busy := congestion(phase)
			calls += busy * m.rate(phase)
			time += busy
		}
		result.CallCongestion = math.Min(calls/(m.Mean*float64(points)), 1)
		result.TimeCongestion = math.Min(time/float64(points), 1)
		if points >= 64 && math.Abs(result.CallCongestion-before) <= settled*before {
			break
		}
		before = result.CallCongestion
	}
	return result
}

// check accepts a modulation that makes sense.
func (m Modulation) check() error {
	return firstError(checkPositive("mean of the modulation", "erlangs", m.Mean, MaxSize),
		checkShare("amplitude of the modulation", m.Amplitude),
		checkPositive("period of the modulation", "mean holding times", m.Period, math.MaxFloat64))
}
