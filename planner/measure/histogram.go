package measure

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Histogram counts durations from 1 µs to 10 min with three significant digits. Its zero value is
// empty and ready; the first Record allocates its buckets, later ones allocate nothing.
type Histogram struct {
	buckets *hdrhistogram.Histogram
	Over    uint64 // values above the range: counted, never lost
}

// Record counts one duration. Values below 1 µs count as 1 µs, values above the range in Over.
func (h *Histogram) Record(d time.Duration) {
	if h.buckets == nil {
		h.buckets = hdrhistogram.New(1, int64(10*time.Minute/time.Microsecond), 3)
	}
	if err := h.buckets.RecordValue(max(1, int64(d/time.Microsecond))); err != nil {
		h.Over++
	}
}
