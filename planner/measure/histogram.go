package measure

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// highest is the longest duration that a Histogram tells apart, in microseconds.
const highest = int64(10 * time.Minute / time.Microsecond)

// Histogram counts durations from 1 µs to 10 min with three significant digits. Its zero value is
// empty, needs no memory and is ready; the first Record allocates its buckets (170 kB), later ones
// allocate nothing. Count, Mean, Min and Max are exact to the microsecond, whatever the range.
type Histogram struct {
	buckets *hdrhistogram.Histogram
	Over    uint64 // values above the range: counted, never lost

	count    uint64
	sum      uint64 // microseconds; an integer, so that merging in any order gives the same mean
	min, max uint64 // microseconds; meaningless while count is 0
}

// Record counts one duration. Values below 1 µs count as 1 µs in the quantiles, negative ones as 0;
// values above the range count in Over too.
func (h *Histogram) Record(d time.Duration) {
	micros := max(0, int64(d/time.Microsecond))
	if h.count == 0 || uint64(micros) < h.min {
		h.min = uint64(micros)
	}
	h.max = max(h.max, uint64(micros))
	h.sum += uint64(micros)
	h.count++
	if micros > highest {
		h.Over++
		return
	}
	h.record(max(1, micros), 1)
}

// record counts n values of v microseconds, which must be in range.
func (h *Histogram) record(v, n int64) {
	if h.buckets == nil {
		h.buckets = hdrhistogram.New(1, highest, 3)
	}
	if h.buckets.RecordValues(v, n) != nil {
		h.Over += uint64(n) // out of reach: v is in range, n not negative
	}
}

// Merge adds the samples of other, which must not be h itself. It is commutative and associative.
func (h *Histogram) Merge(other *Histogram) {
	if other.count == 0 {
		return
	}
	if h.count == 0 {
		h.min = other.min
	}
	h.min = min(h.min, other.min)
	h.max = max(h.max, other.max)
	h.sum += other.sum
	h.count += other.count
	h.Over += other.Over
	if other.buckets == nil {
		return
	}
	if h.buckets == nil {
		h.buckets = hdrhistogram.New(1, highest, 3)
	}
	h.Over += uint64(h.buckets.Merge(other.buckets))
}

// clone returns a copy that shares no memory with h.
func (h *Histogram) clone() Histogram {
	c := *h
	if h.buckets != nil {
		c.buckets = h.buckets.Clone()
	}
	return c
}

// Count returns the number of samples.
func (h *Histogram) Count() uint64 { return h.count }

// Mean returns the arithmetic mean, 0 of an empty histogram.
func (h *Histogram) Mean() time.Duration {
	if h.count == 0 {
		return 0
	}
	return time.Duration(float64(h.sum) / float64(h.count) * float64(time.Microsecond))
}

// StdDev returns the standard deviation of the samples in range, to three significant digits; 0 of fewer
// than two samples.
func (h *Histogram) StdDev() time.Duration {
	if h.buckets == nil {
		return 0
	}
	return time.Duration(h.buckets.StdDev() * float64(time.Microsecond))
}

// Min returns the smallest sample, 0 of an empty histogram.
func (h *Histogram) Min() time.Duration { return time.Duration(h.min) * time.Microsecond }

// Max returns the largest sample, 0 of an empty histogram.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max) * time.Microsecond }

// Quantile returns the smallest duration that at least the share q of the samples, from 0 to 1, does
// not exceed, to three significant digits; 0 of an empty histogram. A quantile that lies among the
// samples above the range is the largest sample.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.count == 0 {
		return 0
	}
	inRange, r := float64(h.count-h.Over), rank(q, float64(h.count))
	if h.buckets == nil || r > inRange {
		return h.Max()
	}
	v := time.Duration(h.buckets.ValueAtQuantile(100*r/inRange)) * time.Microsecond
	return min(max(v, h.Min()), h.Max())
}

// Above returns the number of samples longer than limit. A sample that agrees with the limit in three
// significant digits is not above it.
func (h *Histogram) Above(limit time.Duration) uint64 {
	switch {
	case h.Max() <= limit:
		return 0
	case h.buckets == nil:
		return h.Over
	}
	return h.Over + above(h.buckets, int64(limit/time.Microsecond))
}

// rank returns the position of the quantile q among n sorted samples, counted from 1.
func rank(q, n float64) float64 {
	const rounding = 1e-9 // 0.07 · 100 is a little more than 7 in float64
	return min(max(1, math.Ceil(q*n-rounding)), n)
}

// above adds up the buckets that lie wholly above the limit.
func above(buckets *hdrhistogram.Histogram, limit int64) uint64 {
	var n uint64
	for _, bar := range buckets.Distribution() {
		if bar.From > limit {
			n += uint64(bar.Count)
		}
	}
	return n
}

// Supports reports whether the samples carry the quantile q: at least ten of them must be expected
// beyond it, so that a 99th percentile takes 1,000 samples.
func (h *Histogram) Supports(q float64) bool {
	const beyond = 10
	return float64(h.count)*(1-q) >= beyond-1e-9
}

// Summary is a histogram without its buckets: what reports and live displays show.
type Summary struct {
	Count                              uint64
	Mean, Min, P50, P90, P95, P99, Max time.Duration
}

// Summary returns the usual figures of the samples.
func (h *Histogram) Summary() Summary {
	return Summary{
		Count: h.Count(), Mean: h.Mean(), Min: h.Min(), Max: h.Max(),
		P50: h.Quantile(0.5), P90: h.Quantile(0.9), P95: h.Quantile(0.95), P99: h.Quantile(0.99),
	}
}
