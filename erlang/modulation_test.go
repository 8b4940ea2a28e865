package erlang

import (
	"errors"
	"math"
	"testing"
)

func checkModulated(t *testing.T, row referenceRow) {
	t.Helper()
	m := Modulation{Mean: row.traffic, Amplitude: row.value(t, "beta"), Period: row.value(t, "period_in_aht")}
	servers := int(row.servers)
	exact := must[ModulatedResult](t)(ModulatedLoss(servers, m))
	near(t, row, exact.CallCongestion, row.probability, 1e-13)
	near(t, row, exact.TimeCongestion, row.value(t, "time_congestion"), 1e-13)
	near(t, row, must[ModulatedResult](t)(PointwiseLoss(servers, m)).CallCongestion, row.value(t, "psa"), 1e-14)
	late := must[ModulatedResult](t)(OfferedLoadLoss(servers, m))
	near(t, row, late.CallCongestion, row.value(t, "mol"), 1e-14)
	near(t, row, late.TimeCongestion, row.value(t, "mol_time"), 1e-14)
	near(t, row, must[float64](t)(B(row.servers, row.traffic)), row.value(t, "stationary_mean"), 1e-14)
	near(t, row, peakOnGrid(servers, m, int(row.value(t, "grid"))), row.value(t, "peak_pi_c_on_grid"), 1e-13)
}

// peakOnGrid returns the largest probability that all circuits are busy at so many instants of the period.
func peakOnGrid(servers int, m Modulation, instants int) float64 {
	group := newModulatedGroup(servers, m)
	stride := (group.steps + instants - 1) / instants
	group.steps = stride * instants
	var peak float64
	for i, busy := range group.settle() {
		if i%stride == 0 {
			peak = math.Max(peak, busy)
		}
	}
	return peak
}

func TestUnmodulatedTrafficIsErlangB(t *testing.T) {
	m := Modulation{Mean: 25, Period: 1}
	b := must[float64](t)(B(30, 25))
	for name, loss := range map[string]func(int, Modulation) (ModulatedResult, error){
		"exact": ModulatedLoss, "pointwise": PointwiseLoss, "offered load": OfferedLoadLoss,
	} {
		got := must[ModulatedResult](t)(loss(30, m))
		near(t, name, got.CallCongestion, b, 1e-12)
		near(t, name, got.TimeCongestion, b, 1e-12)
	}
}

// The second way: the method of Runge and Kutta with a thousand steps in a holding time, over many periods.
func TestModulatedLossAgreesWithRungeAndKutta(t *testing.T) {
	const servers, steps = 4, 4000
	m := Modulation{Mean: 3, Amplitude: 0.9, Period: 4}
	p := make([]float64, servers+1)
	p[0] = 1
	var lost float64
	for i := range 11 * steps {
		phase := 2 * math.Pi * float64(i%steps) / steps
		if i >= 10*steps {
			lost += p[servers] * m.rate(phase) / (m.Mean * steps)
		}
		p = rungeKutta(p, m, phase, 2*math.Pi/steps)
	}
	near(t, "call congestion", must[ModulatedResult](t)(ModulatedLoss(servers, m)).CallCongestion, lost, 1e-10)
}

func rungeKutta(p []float64, m Modulation, phase, turn float64) []float64 {
	h := m.Period * turn / (2 * math.Pi)
	ahead := func(slope []float64, by float64) []float64 {
		q := make([]float64, len(p))
		for j := range q {
			q[j] = p[j] + by*slope[j]
		}
		return q
	}
	k1 := erlangEquations(p, m.rate(phase))
	k2 := erlangEquations(ahead(k1, h/2), m.rate(phase+turn/2))
	k3 := erlangEquations(ahead(k2, h/2), m.rate(phase+turn/2))
	k4 := erlangEquations(ahead(k3, h), m.rate(phase+turn))
	for j := range k1 {
		k1[j] = (k1[j] + 2*k2[j] + 2*k3[j] + k4[j]) / 6
	}
	return ahead(k1, h)
}

func erlangEquations(p []float64, rate float64) []float64 {
	slope := make([]float64, len(p))
	for j := range p {
		if j+1 < len(p) {
			up, down := rate*p[j], float64(j+1)*p[j+1]
			slope[j] += down - up
			slope[j+1] += up - down
		}
	}
	return slope
}

func TestSlowChangesArePointwiseStationary(t *testing.T) {
	m := Modulation{Mean: 7, Amplitude: 0.5, Period: 480}
	exact := must[ModulatedResult](t)(ModulatedLoss(10, m))
	near(t, "a day of calls of three minutes", must[ModulatedResult](t)(PointwiseLoss(10, m)).CallCongestion,
		exact.CallCongestion, 1e-3)
	if stationary := must[float64](t)(B(10, 7)); !(exact.CallCongestion > 1.6*stationary) {
		t.Errorf("exact %g, at the mean rate %g: the average rate must not look harmless", exact.CallCongestion, stationary)
	}
}

func TestModulationsWithoutMeaning(t *testing.T) {
	for name, m := range map[string]Modulation{
		"no traffic": {0, 0.5, 1}, "negative rate": {7, 1.5, 1}, "no period": {7, 0.5, 0}, "NaN": {7, math.NaN(), 1},
		"a year of seconds on a thousand circuits": {900, 0.5, 1e5},
	} {
		if _, err := ModulatedLoss(1000, m); !errors.Is(err, ErrDomain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
