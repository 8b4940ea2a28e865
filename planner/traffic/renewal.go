package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// renewal is an arrival process with independent gaps of one law: evenly spaced (fixed), less bursty than
// Poisson (gamma of a spread below 1, such as Erlang-2) or more (hyperexponential).
type renewal struct {
	at     float64 // ns
	gap    Sampler
	random *rand.Rand
}

// NewRenewal returns the process whose gaps between calls have the given law; its mean must be positive.
func NewRenewal(gap Law, random *rand.Rand) (Arrivals, error) {
	if gap.Average() <= 0 {
		return nil, fmt.Errorf("gap between calls: must be longer than 0 on average, got %s", gap.Average())
	}
	return &renewal{gap: NewSampler(gap), random: random}, nil
}

func (r *renewal) Next() time.Duration {
	r.at += float64(r.gap.Draw(r.random))
	return nanoseconds(r.at)
}

// Fork returns the process in its present state.
func (r *renewal) Fork(random *rand.Rand) Arrivals {
	fork := *r
	fork.random = random
	return &fork
}

// Forker is an arrival process that can be split in two: both go on from the same state, the fork with
// random numbers of its own. Simulations of rare events need it.
type Forker interface {
	Arrivals
	Fork(random *rand.Rand) Arrivals
}

// Phase is a state of a modulated process.
type Phase struct {
	CAPS float64       // calls per second while it lasts; 0 for silence
	Stay time.Duration // mean time, exponential, before the next phase begins
}

// modulated is a Poisson process whose rate changes from phase to phase, in turn: a Markov-modulated Poisson
// process (MMPP), with one silent phase an interrupted one (IPP, Kuczura, 1973), the model of overflow traffic.
type modulated struct {
	at     float64 // ns
	phase  int
	phases []phase
	random *rand.Rand
}

type phase struct {
	perEvent float64 // ns on average until a call or the next phase
	call     float64 // probability that it is a call
}

// NewModulated returns the process that goes through the phases in turn, for ever. It begins in a phase drawn
// by the share of the time that each takes. It refuses phases without an end and a process without calls.
func NewModulated(phases []Phase, random *rand.Rand) (Arrivals, error) {
	m := &modulated{random: random}
	total, calls := 0.0, 0.0
	for i, p := range phases {
		if p.Stay <= 0 || !(p.CAPS >= 0) || math.IsInf(p.CAPS, 0) {
			return nil, fmt.Errorf("phases[%d]: must last longer than 0 and have 0 calls per second or more, got %s and %g", i, p.Stay, p.CAPS)
		}
		leave, call := 1/float64(p.Stay), p.CAPS/float64(time.Second)
		m.phases = append(m.phases, phase{perEvent: 1 / (leave + call), call: call / (leave + call)})
		total += float64(p.Stay)
		calls += call * float64(p.Stay)
	}
	if calls == 0 {
		return nil, fmt.Errorf("phases: must have calls in one of them, got %d without", len(phases))
	}
	x := random.Float64() * total
	for m.phase < len(phases)-1 && x >= float64(phases[m.phase].Stay) {
		x -= float64(phases[m.phase].Stay)
		m.phase++
	}
	return m, nil
}

func (m *modulated) Next() time.Duration {
	for {
		p := &m.phases[m.phase]
		m.at += m.random.ExpFloat64() * p.perEvent
		if p.call == 1 || m.random.Float64() < p.call {
			return nanoseconds(m.at)
		}
		if m.at >= math.MaxInt64 {
			return math.MaxInt64
		}
		if m.phase++; m.phase == len(m.phases) {
			m.phase = 0
		}
	}
}

// Fork returns the process in its present state.
func (m *modulated) Fork(random *rand.Rand) Arrivals {
	fork := *m
	fork.random = random
	return &fork
}

// Interrupted returns the two phases, with calls and silent, of an interrupted Poisson process of the given mean
// rate, holding time and peakedness: the variance by mean of the calls in progress on an endless group, above 1,
// as in what overflows from a full trunk group. on is the share of the time with calls. With s the sum of both
// switching rates per holding time and a the erlangs while there are calls,
//
//	z = 1 + a(1−on)/(1+s)
//
// Kuczura, Bell System Technical Journal 52 (1973).
func Interrupted(caps float64, holding time.Duration, peakedness, on float64) ([]Phase, error) {
	if !(on > 0 && on < 1) {
		return nil, fmt.Errorf("share of the time with calls: must be between 0 and 1, got %g", on)
	}
	erlangs := caps * holding.Seconds()
	most := 1 + erlangs*(1-on)/on
	if !(peakedness > 1 && peakedness < most) {
		return nil, fmt.Errorf("peakedness: must be above 1 and below %g for %g E with calls in %g of the time, got %g", most, erlangs, on, peakedness)
	}
	s := erlangs/on*(1-on)/(peakedness-1) - 1
	stay := func(share float64) time.Duration { return nanoseconds(float64(holding) / (s * (1 - share))) }
	return []Phase{{CAPS: caps / on, Stay: stay(on)}, {Stay: stay(1 - on)}}, nil
}
