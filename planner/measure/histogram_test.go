package measure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/sipplan/sipplan/planner/measure"
	"pgregory.net/rapid"
)

// resolution is the relative width of a bucket: three significant digits are 1 in 1,024 or better.
const resolution = 1.0 / 1024

func record(samples ...time.Duration) *measure.Histogram {
	var h measure.Histogram
	for _, d := range samples {
		h.Record(d)
	}
	return &h
}

func TestQuantiles(t *testing.T) {
	ms := time.Millisecond
	for _, tt := range []struct {
		name string
		h    *measure.Histogram
		q    float64
		want time.Duration
	}{
		{"nothing measured", record(), 0.5, 0},
		{"one sample is every quantile", record(7 * ms), 0.99, 7 * ms},
		{"the median of three is the second", record(1*ms, 2*ms, 9*ms), 0.5, 2 * ms},
		{"the median of four is not above the second", record(1*ms, 2*ms, 8*ms, 9*ms), 0.5, 2 * ms},
		{"91 % of ten samples takes all ten", record(1*ms, 1*ms, 1*ms, 1*ms, 1*ms, 1*ms, 1*ms, 1*ms, 1*ms, 5*ms), 0.91, 5 * ms},
		{"quantile 0 is the smallest", record(3*ms, 4*ms), 0, 3 * ms},
		{"quantile 1 is the largest", record(3*ms, 4*ms), 1, 4 * ms},
		{"below the resolution", record(0, 0, 300), 0.5, 0},
		{"a negative delay counts as none", record(-ms), 0.5, 0},
		{"a sample above the range is not lost", record(ms, time.Hour), 1, time.Hour},
		{"only samples above the range", record(time.Hour), 0.5, time.Hour},
		{"the range end itself is in range", record(10 * time.Minute), 0.5, 10 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.h.Quantile(tt.q)
			if math.Abs(float64(got-tt.want)) > resolution*float64(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestQuantilesAgainstSortedSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, int64(time.Hour)), func(n int64) time.Duration {
			return time.Duration(n).Truncate(time.Microsecond)
		}), 1, 200).Draw(t, "samples")
		h := record(samples...)
		slices.Sort(samples)
		for _, q := range []float64{0, 0.07, 0.5, 0.9, 0.95, 0.99, 1} {
			rank := max(1, int(math.Ceil(q*float64(len(samples))-1e-9)))
			want := samples[rank-1]
			got := h.Quantile(q)
			if want > 10*time.Minute {
				want = samples[len(samples)-1]
			}
			if math.Abs(float64(got-want)) > resolution*float64(want)+float64(time.Microsecond) {
				t.Fatalf("quantile %v is %s, want %s", q, got, want)
			}
		}
	})
}

func TestAboveAgainstSamples(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var h measure.Histogram
	samples := make([]time.Duration, 10_000)
	for i := range samples {
		samples[i] = time.Duration(random.ExpFloat64() * float64(20*time.Second))
		h.Record(samples[i])
	}
	for _, limit := range []time.Duration{0, time.Millisecond, time.Second, 20 * time.Second, time.Minute, 10 * time.Minute} {
		var strictly, clearly uint64
		for _, d := range samples {
			if d > limit {
				strictly++
			}
			if float64(d) > float64(limit)*(1+2*resolution)+float64(time.Microsecond) {
				clearly++
			}
		}
		if got := h.Above(limit); got > strictly || got < clearly {
			t.Errorf("%d samples above %s, want %d to %d", got, limit, clearly, strictly)
		}
	}
}

func TestAboveCountsSamplesOutOfRange(t *testing.T) {
	h := record(time.Second, time.Hour, 2*time.Hour)
	for limit, want := range map[time.Duration]uint64{
		time.Millisecond: 3, time.Second: 2, time.Minute: 2, 3 * time.Hour: 0,
	} {
		if got := h.Above(limit); got != want {
			t.Errorf("%d samples above %s, want %d", got, limit, want)
		}
	}
}

func TestMeanMinAndMaxAreExact(t *testing.T) {
	h := record(1234567*time.Microsecond, 2*time.Microsecond, time.Hour)
	got := h.Summary()
	if want := (time.Hour + 1234569*time.Microsecond) / 3; got.Mean != want.Truncate(time.Nanosecond) {
		t.Errorf("mean is %s, want %s", got.Mean, want)
	}
	if got.Min != 2*time.Microsecond || got.Max != time.Hour || got.Count != 3 || h.Over != 1 {
		t.Errorf("got %+v and %d above the range", got, h.Over)
	}
}

func TestAQuantileNeedsTenSamplesBeyondIt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		samples int
		q       float64
		want    bool
	}{
		{"99 % of 1,000", 1000, 0.99, true},
		{"99 % of 999", 999, 0.99, false},
		{"95 % of 200", 200, 0.95, true},
		{"the median of 19", 19, 0.5, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h measure.Histogram
			for range tt.samples {
				h.Record(time.Second)
			}
			if got := h.Supports(tt.q); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAnUnusedHistogramCostsAlmostNoMemory(t *testing.T) {
	if size := unsafe.Sizeof(measure.Histogram{}); size > 64 {
		t.Errorf("an empty histogram has %d bytes", size)
	}
	var m, other measure.Measurement
	if n := testing.AllocsPerRun(10, func() { m.Merge(&other) }); n != 0 {
		t.Errorf("merging unused histograms allocates %v times", n)
	}
}

func TestRecordAllocatesNothingOnceWarm(t *testing.T) {
	var m measure.Measurement
	count := func() {
		m.Offered++
		m.Outcomes[measure.Answered]++
		m.Delays[measure.PDD].Record(123 * time.Millisecond)
		m.Delays[measure.SDT].Record(time.Hour)
		m.Media.LegLoss.Record(0.001)
	}
	count()
	if n := testing.AllocsPerRun(1000, count); n != 0 {
		t.Errorf("counting a call allocates %v times", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	var h measure.Histogram
	h.Record(time.Second)
	b.ReportAllocs()
	d := time.Duration(0)
	for b.Loop() {
		h.Record(d)
		d = (d + 977*time.Microsecond) % time.Minute
	}
}

func BenchmarkMerge(b *testing.B) {
	var m, other measure.Measurement
	for d := range other.Delays {
		for i := range 10_000 {
			other.Delays[d].Record(time.Duration(i) * time.Millisecond)
		}
	}
	m.Merge(&other)
	b.ReportAllocs()
	for b.Loop() {
		m.Merge(&other)
	}
}

func TestStdDev(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    *measure.Histogram
		want time.Duration
	}{
		{"nothing measured", record(), 0},
		{"one sample", record(time.Second), 0},
		{"two samples a second from their mean", record(2*time.Second, 4*time.Second), time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.h.StdDev(); math.Abs(float64(got-tt.want)) > 3*resolution*float64(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
