package erlang

import (
	"fmt"
	"math"
)

// ModulatedLoss returns the loss of a group of servers circuits that is offered modulated traffic, by integrating the
// differential equations of its states (M_t/M/N/N) from Taylor series, until the start is forgotten and then over a period.
// Domain: servers from 1 to 1,000, m as for [PointwiseLoss] with a period from 0.01 to 100,000 mean holding times, and not
// more than 10⁸ series coefficients of states (a second or two); else an error that wraps [ErrDomain].
func ModulatedLoss(servers int, m Modulation) (ModulatedResult, error) {
	err := firstError(checkCount("servers", servers, 1, 1000), m.check(),
		checkRange("period of the modulation", "mean holding times", m.Period, 0.01, 1e5))
	if err != nil {
		return ModulatedResult{}, err
	}
	group := newModulatedGroup(servers, m)
	const most = 1e8
	if effort := float64(servers) * seriesOrder * (float64(group.steps) + group.warmUp()); effort > most {
		return ModulatedResult{}, fmt.Errorf("%d circuits over %g mean holding times take too long to integrate, the pointwise "+
			"loss is close: %w", servers, m.Period, ErrDomain)
	}
	var result ModulatedResult
	for i, busy := range group.settle() {
		phase := 2 * math.Pi * float64(i) / float64(group.steps)
		result.CallCongestion += busy * m.rate(phase) / (m.Mean * float64(group.steps))
		result.TimeCongestion += busy / float64(group.steps)
	}
	return result, nil
}

// seriesOrder is the last power of time in the Taylor series of a step, which is so short that the rates out of a state add
// up to at most 1/2 in it: the first term left out is below 1/19!, that is 10⁻¹⁷.
const seriesOrder = 18

// modulatedGroup integrates the distribution of the calls in progress on a group with modulated traffic.
type modulatedGroup struct {
	Modulation
	steps  int         // in a period
	series [][]float64 // of the distribution, by power of time; the first is the distribution itself
	rates  []float64   // series of the rate of arrivals
	flow   []float64   // scratch: the arrivals in each state
}

func newModulatedGroup(servers int, m Modulation) *modulatedGroup {
	fastest := m.Mean*(1+m.Amplitude) + float64(servers)
	g := &modulatedGroup{
		Modulation: m,
		steps:      int(math.Ceil(math.Max(32, math.Min(2*m.Period*fastest, 1e9)))),
		series:     make([][]float64, seriesOrder+1),
		rates:      make([]float64, 0, seriesOrder+1),
		flow:       make([]float64, servers+1),
	}
	for k := range g.series {
		g.series[k] = make([]float64, servers+1)
	}
	g.series[0][0] = 1
	return g
}

// warmUp returns the steps after which the empty start is forgotten: two groups that differ only in the calls at the start
// differ by at most those of them that still last, N·e^(-t).
func (g *modulatedGroup) warmUp() float64 {
	holdings := 40 + math.Log(float64(len(g.flow)))
	return math.Ceil(holdings / g.Period * float64(g.steps))
}

// settle returns the probability that all circuits are busy at the beginning of each step of a period.
func (g *modulatedGroup) settle() []float64 {
	for i := -int(g.warmUp()); i < 0; i++ {
		g.advance(i)
	}
	busy := make([]float64, g.steps)
	for i := range busy {
		busy[i] = g.series[0][len(g.flow)-1]
		g.advance(i)
	}
	return busy
}

// advance replaces the distribution at the beginning of a step by that at its end. With p(s) = Σ p_k·s^k over a step that
// lasts from 0 to 1 and h mean holding times,
//
//	(k+1)·p_{k+1} = h·(Σ_i λ_i·arrivals(p_{k-i}) + ends(p_k))
func (g *modulatedGroup) advance(step int) {
	h := g.Period / float64(g.steps)
	g.expandRate(step)
	for k := range seriesOrder {
		clear(g.flow)
		for i, rate := range g.rates[:min(k+1, len(g.rates))] {
			for j, p := range g.series[k-i] {
				g.flow[j] += rate * p
			}
		}
		g.derive(k, h/float64(k+1))
	}
	for _, term := range g.series[1:] {
		for j, p := range term {
			g.series[0][j] += p
		}
	}
}

// derive fills the coefficients after the k-th: what arrives from the state below and ends in the one above, less what
// leaves.
func (g *modulatedGroup) derive(k int, factor float64) {
	now, next := g.series[k], g.series[k+1]
	last := len(now) - 1
	for j := range next {
		change := -float64(j) * now[j]
		if j > 0 {
			change += g.flow[j-1]
		}
		if j < last {
			change += float64(j+1)*now[j+1] - g.flow[j]
		}
		next[j] = factor * change
	}
}

// expandRate sets the series of the rate over a step: the k-th derivative of the sine is the sine k quarters of a turn on.
// It ends where the coefficients vanish against the first.
func (g *modulatedGroup) expandRate(step int) {
	const negligible = 1e-18
	phase := 2 * math.Pi * float64(step) / float64(g.steps)
	turn := 2 * math.Pi / float64(g.steps)
	g.rates = append(g.rates[:0], g.rate(phase))
	size := g.Mean * g.Amplitude
	for k := 1; k <= seriesOrder; k++ {
		if size *= turn / float64(k); size <= negligible*g.Mean {
			break
		}
		g.rates = append(g.rates, size*math.Sin(phase+float64(k)*math.Pi/2))
	}
}
