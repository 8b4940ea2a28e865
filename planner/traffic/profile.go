package traffic

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Intensity is the rate of calls at a time of the run as a share of its highest, from 0 to 1.
type Intensity interface {
	At(t time.Duration) float64
}

// Profile is an intensity that repeats after a period, such as a day, with straight lines between its points:
// ITU-T E.523 gives such profiles by the hour.
type Profile struct {
	Period time.Duration
	Start  time.Duration // place in the period at which the run begins
	Points []float64     // evenly spaced over the period from its begin on; their highest is 1
}

// NewProfile returns the profile of rates in any unit, which are divided by their highest. It refuses fewer than
// two points, negative ones, and none above 0.
func NewProfile(period, start time.Duration, rates []float64) (*Profile, error) {
	highest := 0.0
	for i, rate := range rates {
		if !(rate >= 0) || math.IsInf(rate, 0) {
			return nil, fmt.Errorf("profile[%d]: must be 0 or more, got %g", i, rate)
		}
		highest = max(highest, rate)
	}
	switch {
	case len(rates) < 2:
		return nil, fmt.Errorf("profile: needs two points or more, got %d", len(rates))
	case highest == 0:
		return nil, errors.New("profile: must have calls at one point or more")
	case period <= 0 || start < 0:
		return nil, fmt.Errorf("profile: must have a period above 0 and begin at 0 or later, got %s and %s", period, start)
	}
	p := &Profile{Period: period, Start: start}
	for _, rate := range rates {
		p.Points = append(p.Points, rate/highest)
	}
	return p, nil
}

// At returns the intensity at a time of the run.
func (p *Profile) At(t time.Duration) float64 {
	x := float64((p.Start+t)%p.Period) / float64(p.Period) * float64(len(p.Points))
	i := int(x)
	next := i + 1
	if next == len(p.Points) {
		next = 0
	}
	return p.Points[i] + (p.Points[next]-p.Points[i])*(x-float64(i))
}

// Mean returns the mean intensity over a period.
func (p *Profile) Mean() float64 {
	sum := 0.0
	for _, point := range p.Points {
		sum += point
	}
	return sum / float64(len(p.Points))
}

// thinned is a Poisson process with a rate that changes over time.
type thinned struct {
	peak      poisson
	intensity Intensity
}

// NewThinned returns the Poisson process whose rate is peak calls per second times the intensity. It draws calls
// at the highest rate and leaves out those that the intensity does not have (Lewis and Shedler, 1979).
func NewThinned(peak float64, intensity Intensity, random *rand.Rand) (Arrivals, error) {
	if !(peak > 0) || math.IsInf(peak, 0) {
		return nil, fmt.Errorf("peak call rate: must be a positive number of calls per second, got %g", peak)
	}
	return &thinned{poisson{perCall: float64(time.Second) / peak, random: random}, intensity}, nil
}

func (t *thinned) Next() time.Duration {
	for {
		at := t.peak.Next()
		if at == math.MaxInt64 || t.peak.random.Float64() < t.intensity.At(at) {
			return at
		}
	}
}

// Fork returns the process in its present state.
func (t *thinned) Fork(random *rand.Rand) Arrivals {
	fork := *t
	fork.peak.random = random
	return &fork
}

// DayFactor draws what a day's traffic is to the mean of all days: gamma with mean 1 and the given variance
// (Wilkinson, 1971); 1 where the variance is 0.
func DayFactor(variance float64, random *rand.Rand) float64 {
	if variance <= 0 {
		return 1
	}
	return variance * GammaFloat64(random, 1/variance)
}
