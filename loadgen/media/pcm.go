package media

import (
	"math"
	"time"
)

// pcm is linear audio of one channel.
type pcm struct {
	samples []int16
	rate    int // Hz
}

// level returns the RMS level of a piece in dBov, minus infinity for perfect silence and past the end.
func (p pcm) level(from, lasts time.Duration) float64 {
	first := min(units(from, p.rate), len(p.samples))
	last := min(units(from+lasts, p.rate), len(p.samples))
	energy := 0.0
	for _, x := range p.samples[first:last] {
		energy += float64(x) * float64(x)
	}
	return 10 * math.Log10(energy/float64(max(1, last-first))/(32768*32768))
}

// at returns the samples at another rate, filtered so that nothing folds back into the band.
func (p pcm) at(rate int) []int16 {
	if rate == p.rate {
		return p.samples
	}
	return newResampler(p.rate, rate).run(p.samples)
}

// lobes is how many zero crossings of the sinc a resampler's filter has on each side.
const lobes = 24

// resampler changes a rate by a ratio of whole numbers: every output sample is the input under a windowed
// sinc, of which each of the up phases is worked out once.
//
//	y[n] = sum over k of x[k] · h(n·down/up - k),  h(t) = 2f·sinc(2f·t)·blackman(t / reach)
//
// f, in cycles per input sample, is 0.46 of the lower rate: the passband ends at 92 % of its Nyquist
// frequency. (Crochiere and Rabiner, Multirate Digital Signal Processing, 1983.)
type resampler struct {
	up, down int
	reach    int // input samples on each side of an output sample
	phases   [][]float64
}

func newResampler(from, to int) *resampler {
	common := gcd(from, to)
	r := &resampler{up: to / common, down: from / common}
	cutoff := 0.46 * min(1, float64(to)/float64(from))
	r.reach = int(math.Ceil(lobes / (2 * cutoff)))
	for phase := range r.up {
		r.phases = append(r.phases, r.taps(float64(phase)/float64(r.up), cutoff))
	}
	return r
}

// taps returns the filter for an output sample that lies a fraction of an input sample after one.
func (r *resampler) taps(fraction, cutoff float64) []float64 {
	taps := make([]float64, 2*r.reach)
	sum := 0.0
	for i := range taps {
		t := fraction + float64(r.reach-1-i)
		x := t / float64(r.reach)
		window := 0.42 + 0.5*math.Cos(math.Pi*x) + 0.08*math.Cos(2*math.Pi*x)
		taps[i] = window * sinc(2*cutoff*t)
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum // each phase passes a constant unchanged
	}
	return taps
}

func (r *resampler) run(in []int16) []int16 {
	out := make([]int16, (len(in)*r.up+r.down-1)/r.down)
	for n := range out {
		first := n*r.down/r.up - r.reach + 1
		y := 0.0
		for i, tap := range r.phases[n*r.down%r.up] {
			if k := first + i; k >= 0 && k < len(in) {
				y += tap * float64(in[k])
			}
		}
		out[n] = clip(y)
	}
	return out
}

// clip rounds a sample and keeps it in the range of 16 bits.
func clip(x float64) int16 {
	return int16(math.Round(min(max(x, math.MinInt16), math.MaxInt16)))
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
