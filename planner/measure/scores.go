package measure

import "math"

// Scores counts opinion scores from 1 to 5, such as the MOS of each call, to a thousandth. Its zero value is
// empty, needs no memory and is ready; the first Record allocates its counters (32 kB), later ones nothing.
type Scores struct {
	counters []uint64 // of each thousandth from 1 on
	count    uint64
	sum      uint64 // thousandths
}

// The range of a score, in thousandths.
const (
	leastScore, bestScore = 1000, 5000
	thousand              = 1000
)

// Record counts one score. A score outside of 1 to 5 counts as the nearer end; one that is not a number is not
// counted.
func (s *Scores) Record(score float64) {
	if math.IsNaN(score) {
		return
	}
	if s.counters == nil {
		s.counters = make([]uint64, bestScore-leastScore+1)
	}
	thousandths := uint64(math.Round(min(max(score, 1), 5) * thousand))
	s.counters[thousandths-leastScore]++
	s.count++
	s.sum += thousandths
}

// Merge adds the samples of other, which must not be s itself. It is commutative and associative.
func (s *Scores) Merge(other *Scores) {
	if other.count == 0 {
		return
	}
	if s.counters == nil {
		s.counters = make([]uint64, bestScore-leastScore+1)
	}
	add(s.counters, other.counters)
	s.count += other.count
	s.sum += other.sum
}

// clone returns a copy that shares no memory with s.
func (s *Scores) clone() Scores {
	c := *s
	c.counters = append([]uint64(nil), s.counters...)
	return c
}

// Count returns the number of samples.
func (s *Scores) Count() uint64 { return s.count }

// Mean returns the arithmetic mean, 0 when there are no samples.
func (s *Scores) Mean() float64 {
	if s.count == 0 {
		return 0
	}
	return float64(s.sum) / float64(s.count) / thousand
}

// StdDev returns the standard deviation, 0 of fewer than two samples.
func (s *Scores) StdDev() float64 {
	mean, squares := s.Mean(), 0.0
	for i, n := range s.counters {
		if n > 0 {
			d := float64(leastScore+i)/thousand - mean
			squares += float64(n) * d * d
		}
	}
	return math.Sqrt(squares / max(1, float64(s.count)))
}

// Quantile returns the smallest score that at least the share q of the samples does not exceed; 0 when there are
// no samples. Quantile(0) is the lowest score, Quantile(1) the highest.
func (s *Scores) Quantile(q float64) float64 {
	if s.count == 0 {
		return 0
	}
	left := uint64(rank(q, float64(s.count)))
	for i, n := range s.counters {
		if n >= left {
			return float64(leastScore+i) / thousand
		}
		left -= n
	}
	return float64(bestScore) / thousand // out of reach: the counters add up to the count
}

// Below returns the number of samples smaller than limit.
func (s *Scores) Below(limit float64) uint64 {
	var n uint64
	for i, samples := range s.counters {
		if float64(leastScore+i)/thousand < limit {
			n += samples
		}
	}
	return n
}

// Supports reports whether the samples carry the quantile q: at least ten of them must be expected beyond it, on
// its nearer side, so that a 5th percentile takes 200 samples.
func (s *Scores) Supports(q float64) bool {
	const beyond = 10
	return float64(s.count)*min(q, 1-q) >= beyond-1e-9
}
