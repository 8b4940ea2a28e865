package traffic

import (
	"math"
	"math/rand/v2"
	"time"
)

// Sampler draws from a law with all that can be worked out beforehand: for whoever draws millions of times.
// The zero value draws 0.
type Sampler struct {
	how   sampling
	scale float64 // ns: mean, or of the law that is scaled
	shape float64
	other float64
	law   Law // any other law
}

type sampling uint8

const (
	sampleFixed sampling = iota
	sampleExponential
	sampleLognormal
	sampleGamma
	sampleHyperexponential
	sampleLaw
)

// NewSampler returns the sampler of a law; nil draws 0.
//
//	exponential       mean · E                                 E exponential of mean 1
//	lognormal         mean · exp(σZ − σ²/2), σ² = ln(1+c²)     Z standard normal, c the coefficient of variation
//	gamma             mean · c² · G(1/c²)                      G gamma of that shape
//	hyperexponential  E · mean/(2p) with the share p, E · mean/(2(1−p)) without, p = (1 + √((c²−1)/(c²+1)))/2
func NewSampler(law Law) Sampler {
	d, ok := law.(Duration)
	if !ok {
		if law == nil {
			return Sampler{}
		}
		return Sampler{how: sampleLaw, law: law}
	}
	s, c := Sampler{scale: float64(d.Mean)}, d.Variation()
	switch d.Law {
	case Exponential:
		s.how = sampleExponential
	case Lognormal:
		variance := math.Log1p(c * c)
		s.how, s.shape, s.other = sampleLognormal, math.Sqrt(variance), -variance/2
	case Gamma:
		s.how, s.shape, s.scale = sampleGamma, 1/(c*c), s.scale*c*c
	case Hyperexponential:
		s.how, s.shape = sampleHyperexponential, (1+math.Sqrt((c*c-1)/(c*c+1)))/2
	}
	return s
}

// Draw returns one duration, at most the longest that time.Duration holds.
func (s *Sampler) Draw(random *rand.Rand) time.Duration {
	switch s.how {
	case sampleExponential:
		return nanoseconds(s.scale * random.ExpFloat64())
	case sampleLognormal:
		return nanoseconds(s.scale * math.Exp(s.shape*random.NormFloat64()+s.other))
	case sampleGamma:
		return nanoseconds(s.scale * GammaFloat64(random, s.shape))
	case sampleHyperexponential:
		p := s.shape
		if random.Float64() >= p {
			p = 1 - p
		}
		return nanoseconds(s.scale / (2 * p) * random.ExpFloat64())
	case sampleLaw:
		return s.law.Draw(random)
	}
	return time.Duration(s.scale)
}

// DrawAll draws durations in one go: the same ones as one by one, only sooner.
func (s *Sampler) DrawAll(random *rand.Rand, all []time.Duration) {
	if s.how == sampleExponential {
		for i := range all {
			all[i] = nanoseconds(s.scale * random.ExpFloat64())
		}
		return
	}
	for i := range all {
		all[i] = s.Draw(random)
	}
}

// GammaFloat64 draws from the gamma law of the given shape, above 0, and scale 1: mean and variance are the
// shape.
//
// Marsaglia and Tsang, ACM Transactions on Mathematical Software 26 (2000).
func GammaFloat64(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return GammaFloat64(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if random.ExpFloat64() > -x*x/2-d+d*v-d*math.Log(v) {
			return d * v
		}
	}
}
