package traffic

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Law is a law of random times that are not negative: how long calls last, or how long a caller waits. Draw
// is called from the goroutine that owns random and does not block.
type Law interface {
	Draw(random *rand.Rand) time.Duration
	Average() time.Duration
	Variation() float64 // coefficient of variation: standard deviation by mean
}

// Mixture is a law that takes one of several: short calls to a mailbox and long ones to people. Measured
// conversations are mixtures of two or three lognormal laws.
type Mixture struct {
	parts   []Part
	sums    []float64 // of the shares up to each part
	sampler []Sampler
}

// Part is one law of a mixture with its share of the draws.
type Part struct {
	Share float64 // above 0; shares are taken relative to their sum
	Law   Law
}

// NewMixture returns the mixture of the parts. It refuses none of them, and shares that are no positive numbers.
func NewMixture(parts ...Part) (*Mixture, error) {
	if len(parts) == 0 {
		return nil, errors.New("mixture: needs a law or more")
	}
	m := &Mixture{parts: parts}
	sum := 0.0
	for i, p := range parts {
		if !(p.Share > 0) || math.IsInf(p.Share, 0) {
			return nil, fmt.Errorf("mixture[%d]: share must be a positive number, got %g", i, p.Share)
		}
		sum += p.Share
		m.sums = append(m.sums, sum)
		m.sampler = append(m.sampler, NewSampler(p.Law))
	}
	return m, nil
}

// Draw takes one of the laws and draws from it.
func (m *Mixture) Draw(random *rand.Rand) time.Duration {
	x := random.Float64() * m.sums[len(m.sums)-1]
	i := 0
	for i < len(m.sums)-1 && x >= m.sums[i] {
		i++
	}
	return m.sampler[i].Draw(random)
}

// Average returns the mean of the laws by their shares.
func (m *Mixture) Average() time.Duration { return nanoseconds(math.Round(m.moment(1))) }

// Variation returns the coefficient of variation of all draws together.
func (m *Mixture) Variation() float64 {
	mean := m.moment(1)
	if mean == 0 {
		return 0
	}
	return math.Sqrt(max(0, m.moment(2)/(mean*mean)-1))
}

// moment returns the first or second moment, in ns or ns².
func (m *Mixture) moment(order int) float64 {
	sum, before := 0.0, 0.0
	for i, p := range m.parts {
		share := (m.sums[i] - before) / m.sums[len(m.sums)-1]
		before = m.sums[i]
		mean, c := float64(p.Law.Average()), p.Law.Variation()
		if order == 1 {
			sum += share * mean
		} else {
			sum += share * mean * mean * (1 + c*c)
		}
	}
	return sum
}

// Empirical is the law of times that were measured: each is as likely as any other.
type Empirical struct {
	times []time.Duration
	mean  float64
	c     float64
}

// NewEmpirical returns the law of the given times, which are not copied. It refuses none, and a negative one.
func NewEmpirical(times []time.Duration) (*Empirical, error) {
	if len(times) == 0 {
		return nil, errors.New("measured times: needs one or more")
	}
	var sum, squares float64
	for i, t := range times {
		if t < 0 {
			return nil, fmt.Errorf("measured times[%d]: must not be negative, got %s", i, t)
		}
		sum += float64(t)
		squares += float64(t) * float64(t)
	}
	e := &Empirical{times: times, mean: sum / float64(len(times))}
	if e.mean > 0 {
		e.c = math.Sqrt(max(0, squares/float64(len(times))/(e.mean*e.mean)-1))
	}
	return e, nil
}

// Draw returns one of the times.
func (e *Empirical) Draw(random *rand.Rand) time.Duration { return e.times[random.IntN(len(e.times))] }

// Average returns their mean.
func (e *Empirical) Average() time.Duration { return nanoseconds(e.mean) }

// Variation returns their coefficient of variation.
func (e *Empirical) Variation() float64 { return e.c }

// WithMean returns a law of the same shape with another mean, which must not be negative; that of the law is above 0.
func WithMean(law Law, mean time.Duration) Law {
	if d, ok := law.(Duration); ok {
		d.Mean = mean
		return d
	}
	return stretched{law, mean}
}

// stretched is a law whose times are in proportion to those of another.
type stretched struct {
	law  Law
	mean time.Duration
}

// Draw draws from the law and stretches it.
func (s stretched) Draw(random *rand.Rand) time.Duration {
	return nanoseconds(float64(s.law.Draw(random)) * (float64(s.mean) / float64(s.law.Average())))
}

// Average returns the mean.
func (s stretched) Average() time.Duration { return s.mean }

// Variation is that of the law, as every time is stretched alike.
func (s stretched) Variation() float64 { return s.law.Variation() }

// ParseLaw reads a law as users write it: that of a Duration, such as "lognormal:180s,1.2", or a mixture of
// them with their shares, "70% lognormal:120s,0.8 + 30% exponential:600s".
func ParseLaw(text string) (Law, error) {
	words := strings.Split(text, "+")
	if len(words) == 1 && !strings.Contains(text, "%") {
		return ParseDuration(text)
	}
	var parts []Part
	total := 0.0
	for _, word := range words {
		share, law, ok := strings.Cut(strings.TrimSpace(word), "%")
		percent, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("%q: a mixture has shares before its laws, such as 70%% lognormal:120s + 30%% exponential:600s", text)
		}
		part, err := ParseDuration(strings.TrimSpace(law))
		if err != nil {
			return nil, err
		}
		total += percent
		parts = append(parts, Part{percent, part})
	}
	if math.Abs(total-100) > 1e-6 {
		return nil, fmt.Errorf("%q: the shares must sum to 100%%, got %g%%", text, total)
	}
	return NewMixture(parts...)
}
