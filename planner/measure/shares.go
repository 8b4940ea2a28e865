package measure

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// million is the unit in which Shares counts: parts per million.
const million = 1_000_000

// Shares counts shares from 0 to 1, such as the packet loss of each call, with three significant
// digits down to one in a million. Its zero value is empty, needs no memory and is ready.
type Shares struct {
	buckets *hdrhistogram.Histogram
	sum     uint64 // parts per million
}

// Record counts one share. Values outside 0 to 1 count as the nearer end, because duplicates can make
// a loss negative (RFC 3550 A.3); a value that is not a number is not counted.
func (s *Shares) Record(share float64) {
	if math.IsNaN(share) {
		return
	}
	if s.buckets == nil {
		s.buckets = hdrhistogram.New(1, million, 3)
	}
	parts := int64(math.Round(min(max(share, 0), 1) * million))
	s.sum += uint64(parts)
	_ = s.buckets.RecordValue(parts) // clamped above: always in range
}

// Merge adds the samples of other, which must not be s itself. It is commutative and associative.
func (s *Shares) Merge(other *Shares) {
	if other.buckets == nil {
		return
	}
	if s.buckets == nil {
		s.buckets = hdrhistogram.New(1, million, 3)
	}
	s.sum += other.sum
	s.buckets.Merge(other.buckets)
}

// clone returns a copy that shares no memory with s.
func (s *Shares) clone() Shares {
	c := *s
	if s.buckets != nil {
		c.buckets = s.buckets.Clone()
	}
	return c
}

// Count returns the number of samples.
func (s *Shares) Count() uint64 {
	if s.buckets == nil {
		return 0
	}
	return uint64(s.buckets.TotalCount())
}

// Mean returns the arithmetic mean, 0 when there are no samples.
func (s *Shares) Mean() float64 {
	if s.Count() == 0 {
		return 0
	}
	return float64(s.sum) / float64(s.Count()) / million
}

// StdDev returns the standard deviation, to three significant digits; 0 of fewer than two samples.
func (s *Shares) StdDev() float64 {
	if s.buckets == nil {
		return 0
	}
	return s.buckets.StdDev() / million
}

// Quantile returns the smallest share that at least the share q of the samples does not exceed, to
// three significant digits; 0 when there are no samples.
func (s *Shares) Quantile(q float64) float64 {
	n := float64(s.Count())
	if n == 0 {
		return 0
	}
	return min(1, float64(s.buckets.ValueAtQuantile(100*rank(q, n)/n))/million)
}

// Above returns the number of samples greater than limit, to three significant digits.
func (s *Shares) Above(limit float64) uint64 {
	if s.buckets == nil {
		return 0
	}
	return above(s.buckets, int64(math.Floor(limit*million)))
}
