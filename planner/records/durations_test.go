package records

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

func TestClassesOfDurationsHaveNoGapsAndNoOverlaps(t *testing.T) {
	_, before := bounds(0)
	for i := 1; i < classes; i++ {
		low, high := bounds(i)
		if low != before || high <= low {
			t.Fatalf("class %d is from %g to %g, the one before ends at %g", i, low, high, before)
		}
		before = high
	}
	for second := int64(0); second < 36*3600; second++ {
		if low, high := bounds(class(second)); float64(second) < low || float64(second) >= high || (high-low) > 1+float64(second)/1000 {
			t.Fatalf("%d s is in the class from %g to %g", second, low, high)
		}
	}
}

func TestQuantilesAreThoseOfTheSortedDurations(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	law := traffic.Duration{Law: traffic.Lognormal, Mean: 300 * time.Second, Spread: 2}
	var d durations
	var all []float64
	for range 10_000 {
		s := math.Floor(law.Draw(random).Seconds())
		d.add(int64(s) * 1e6)
		all = append(all, s)
	}
	slices.Sort(all)
	for _, share := range []float64{0.001, 0.5, 0.9, 0.99, 1} {
		want := all[int(math.Ceil(share*10_000))-1]
		if got := d.quantile(share); math.Abs(got-want) > math.Max(0.5, want/1000) {
			t.Errorf("%g: got %g s, want %g s", share, got, want)
		}
	}
}

// TestFitsFindTheLaw that the durations were drawn from, within 3.3 standard errors, and tell the two laws apart.
func TestFitsFindTheLaw(t *testing.T) {
	const n = 50_000
	for _, spread := range []float64{0.5, 1, 1.8} {
		t.Run(fmt.Sprint(spread), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(spread*10), 1))
			law := traffic.Duration{Law: traffic.Lognormal, Mean: 190 * time.Second, Spread: spread}
			var d durations
			for range n {
				d.add(law.Draw(random).Microseconds())
			}
			h := d.describe()
			variance := math.Log1p(spread * spread)
			got := math.Log1p(h.Lognormal.Law.Spread * h.Lognormal.Law.Spread)
			if tolerance := 3.3 * variance * math.Sqrt(2./n); math.Abs(got-variance) > tolerance {
				t.Errorf("σ² is %.4f, want %.4f ± %.4f", got, variance, tolerance)
			}
			mean := math.Log(h.Lognormal.Law.Mean.Seconds() / 190) // its variance: σ²/n + σ⁴/2n
			if tolerance := 3.3 * math.Sqrt((variance+variance*variance/2)/n); math.Abs(mean) > tolerance {
				t.Errorf("the mean is off by %.4f, want ± %.4f", mean, tolerance)
			}
			if limit := 1.95 / math.Sqrt(n); h.Lognormal.Distance > limit || h.Exponential.Distance < 5*limit {
				t.Errorf("distances %.4f and %.4f, want below %.4f for the lognormal law and far above for the exponential one",
					h.Lognormal.Distance, h.Exponential.Distance, limit)
			}
		})
	}
	random := rand.New(rand.NewPCG(9, 9))
	var d durations
	for range n {
		d.add(int64(random.ExpFloat64() * 180e6))
	}
	h := d.describe()
	if limit := 1.95 / math.Sqrt(n); h.Exponential.Distance > limit || h.Lognormal.Distance < 5*limit {
		t.Errorf("exponential durations are %.4f from their own law and %.4f from the lognormal one", h.Exponential.Distance, h.Lognormal.Distance)
	}
	if math.Abs(h.Exponential.Law.Mean.Seconds()/180-1) > 3.3/math.Sqrt(n) {
		t.Errorf("mean %s, want 180 s", h.Exponential.Law.Mean)
	}
}

// TestDistanceAgreesWithTheSortedSample compares the distance by classes with Kolmogorov's definition.
func TestDistanceAgreesWithTheSortedSample(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	var d durations
	var sample []float64
	for range 3000 {
		s := 20 + 200*random.Float64()
		sample = append(sample, s)
		d.add(int64(s * 1e6))
	}
	slices.Sort(sample)
	law := func(s float64) float64 { return -math.Expm1(-s / 120) }
	want := 0.0
	for i, s := range sample {
		want = max(want, math.Abs(law(s)-float64(i)/3000), math.Abs(law(s)-float64(i+1)/3000))
	}
	if got := d.distance(law); math.Abs(got-want) > 0.005 { // within a second the sample grows by as much
		t.Errorf("got %.4f, want %.4f", got, want)
	}
}

func TestDurationsWithoutSpread(t *testing.T) {
	var d durations
	if h := d.describe(); h.Calls != 0 || h.Mean != 0 || h.Lognormal != (Fit{}) {
		t.Errorf("nothing: %+v", h)
	}
	d.add(0)
	if h := d.describe(); h.Zero != 1 || h.Exponential != (Fit{}) || h.Quantile[0].Duration != 0 {
		t.Errorf("one of no length: %+v", h)
	}
	for range 3 {
		d.add(90e6)
	}
	h := d.describe()
	if h.Lognormal.Law.Law != traffic.Fixed || h.Lognormal.Law.Mean.Round(time.Millisecond) != 90*time.Second || h.Mean != 67_500*time.Millisecond {
		t.Errorf("three alike: %+v", h)
	}
}

func TestDifferentTextsAreCounted(t *testing.T) {
	for _, n := range []int{0, 1, 10, 500, 20_000, 300_000} {
		var d distinct
		for i := range 2 * n { // each of them twice
			d.add([]byte(fmt.Sprintf("+49205550%d", i%max(n, 1))))
		}
		d.add(nil)
		if got := float64(d.count()); math.Abs(got-float64(n)) > 0.05*float64(n) {
			t.Errorf("%d texts: counted %g", n, got)
		}
	}
}
