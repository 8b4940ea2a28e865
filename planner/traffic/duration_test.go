package traffic_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func draws(d traffic.Duration, n int) []float64 {
	random := traffic.Stream(1, 2)
	seconds := make([]float64, n)
	for i := range seconds {
		seconds[i] = d.Draw(random).Seconds()
	}
	return seconds
}

// TestLawsHaveTheirMeanAndVariance compares 200,000 draws with theory, within 3.3 standard errors
// (1 seed in 1,000 fails): σ/√n of the mean, √((κ−1)/n) of the relative variance, κ the kurtosis.
func TestLawsHaveTheirMeanAndVariance(t *testing.T) {
	const n = 200_000
	for _, tt := range []struct {
		name     string
		law      traffic.Duration
		cv       float64 // coefficient of variation
		kurtosis float64 // fourth central moment by squared variance
	}{
		{"exponential", traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}, 1, 9},
		{"lognormal of spread 0.5", traffic.Duration{Law: traffic.Lognormal, Mean: 6 * time.Second, Spread: 0.5}, 0.5, lognormalKurtosis(0.5)},
		{"lognormal without a spread is as wide as exponential", traffic.Duration{Law: traffic.Lognormal, Mean: 6 * time.Second}, 1, lognormalKurtosis(1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mean, variance := stat.MeanVariance(draws(tt.law, n), nil)
			want := tt.law.Mean.Seconds()
			if tolerance := 3.3 * tt.cv / math.Sqrt(n); math.Abs(mean/want-1) > tolerance {
				t.Errorf("mean is %.4f s, want %.4f s ± %.2g", mean, want, tolerance*want)
			}
			relative := variance / (tt.cv * tt.cv * want * want)
			if tolerance := 3.3 * math.Sqrt((tt.kurtosis-1)/n); math.Abs(relative-1) > tolerance {
				t.Errorf("variance is %.4f of the law's, want 1 ± %.2g", relative, tolerance)
			}
		})
	}
}

// lognormalKurtosis is w⁴ + 2w³ + 3w² − 3 with w = 1 + c² (Johnson, Kotz and Balakrishnan, 1994, eq. 14.9).
func lognormalKurtosis(c float64) float64 {
	w := 1 + c*c
	return w*w*w*w + 2*w*w*w + 3*w*w - 3
}

// TestLawsHaveTheirShape compares draws with the distribution function of gonum by Kolmogorov and
// Smirnov: √n·D stays below 1.95 in 999 of 1,000 samples.
func TestLawsHaveTheirShape(t *testing.T) {
	const n = 50_000
	variance := math.Log1p(0.8 * 0.8)
	for _, tt := range []struct {
		name string
		law  traffic.Duration
		cdf  func(float64) float64
	}{
		{"exponential", traffic.Duration{Law: traffic.Exponential, Mean: 2 * time.Second},
			distuv.Exponential{Rate: 0.5}.CDF},
		{"lognormal", traffic.Duration{Law: traffic.Lognormal, Mean: 2 * time.Second, Spread: 0.8},
			distuv.LogNormal{Mu: math.Log(2) - variance/2, Sigma: math.Sqrt(variance)}.CDF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var bins [1000]float64
			for _, s := range draws(tt.law, n) {
				bins[min(999, int(tt.cdf(s)*1000))]++
			}
			below, distance := 0.0, 0.0
			for i, count := range bins {
				below += count
				distance = max(distance, math.Abs(below/n-float64(i+1)/1000))
			}
			if got := distance * math.Sqrt(n); got > 1.95 {
				t.Errorf("√n·D is %.2f, above 1.95", got)
			}
		})
	}
}

func TestAFixedLawIsAlwaysItsMean(t *testing.T) {
	for _, d := range []traffic.Duration{{}, {Mean: time.Second}, {Law: traffic.Fixed, Mean: 3 * time.Second}} {
		for range 3 {
			if got := d.Draw(traffic.Stream(1, 1)); got != d.Mean {
				t.Errorf("%+v drew %s", d, got)
			}
		}
	}
}

func TestALongLawNeverDrawsANegativeDuration(t *testing.T) {
	for _, law := range []traffic.DurationLaw{traffic.Exponential, traffic.Lognormal} {
		d := traffic.Duration{Law: law, Mean: math.MaxInt64 / 2}
		random := traffic.Stream(1, 1)
		for range 1000 {
			if got := d.Draw(random); got < 0 {
				t.Fatalf("%s drew %s", d, got)
			}
		}
	}
}

func TestScalingKeepsTheShape(t *testing.T) {
	d := traffic.Duration{Law: traffic.Lognormal, Mean: 180 * time.Second, Spread: 0.8}
	for factor, want := range map[float64]time.Duration{
		1.0 / 30: 6 * time.Second, 1.0 / 7: 25714285714 * time.Nanosecond, 2: 6 * time.Minute, 1e18: math.MaxInt64,
	} {
		got := d.Scaled(factor)
		if got.Mean != want || got.Law != d.Law || got.Spread != d.Spread {
			t.Errorf("scaled by %v is %s, want a mean of %s", factor, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for _, tt := range []struct {
		text string
		want traffic.Duration
	}{
		{"2s", traffic.Duration{Law: traffic.Fixed, Mean: 2 * time.Second}},
		{"0", traffic.Duration{Law: traffic.Fixed}},
		{"fixed:1m30s", traffic.Duration{Law: traffic.Fixed, Mean: 90 * time.Second}},
		{"exponential:180s", traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}},
		{"lognormal:2s", traffic.Duration{Law: traffic.Lognormal, Mean: 2 * time.Second}},
		{"lognormal: 2s, 0.8", traffic.Duration{Law: traffic.Lognormal, Mean: 2 * time.Second, Spread: 0.8}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := traffic.ParseDuration(tt.text)
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestParseDurationRefusesBadInput(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "is not a duration such as 2s"},
		{"no unit", "180", "is not a duration such as 2s"},
		{"no mean", "exponential:", "is not a duration such as 2s"},
		{"no law before the colon", ":2s", "no law before the colon, want fixed, exponential, lognormal, gamma or hyperexponential"},
		{"an unknown law", "pareto:2s", `unknown law "pareto", want fixed, exponential, lognormal, gamma or hyperexponential`},
		{"a negative mean", "exponential:-2s", "must not be negative, got -2s"},
		{"a spread of a law that has none", "exponential:2s,0.8", "only a lognormal, gamma or hyperexponential law has a coefficient of variation"},
		{"a spread of 0, which would silently become 1", "lognormal:2s,0", `must be a positive number, got "0"`},
		{"a negative spread", "lognormal:2s,-1", `must be a positive number, got "-1"`},
		{"a spread that is not a number", "lognormal:2s,NaN", `must be a positive number, got "NaN"`},
		{"an endless spread", "lognormal:2s,Inf", `must be a positive number, got "Inf"`},
		{"text after the spread", "lognormal:2s,0.8x", `must be a positive number, got "0.8x"`},
		{"a comma too many", "lognormal:2s,0.8,1", `must be a positive number, got "0.8,1"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := traffic.ParseDuration(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if got != (traffic.Duration{}) {
				t.Errorf("an error came with %+v", got)
			}
		})
	}
}

func TestValidateOfLawsThatWereNotParsed(t *testing.T) {
	for _, tt := range []struct {
		name string
		law  traffic.Duration
		want string
	}{
		{"the zero value", traffic.Duration{}, ""},
		{"a spread of NaN", traffic.Duration{Law: traffic.Lognormal, Spread: math.NaN()}, "must be a positive number"},
		{"a spread without a lognormal law", traffic.Duration{Mean: 1, Spread: 1}, "only a lognormal, gamma or hyperexponential law"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.law.Validate()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWritingThenParsingIsTheSameLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := traffic.Duration{
			Law:  rapid.SampledFrom([]traffic.DurationLaw{traffic.Fixed, traffic.Exponential, traffic.Lognormal}).Draw(t, "law"),
			Mean: time.Duration(rapid.Int64Min(0).Draw(t, "mean")),
		}
		if d.Law == traffic.Lognormal && rapid.Bool().Draw(t, "has spread") {
			d.Spread = rapid.Float64Range(1e-9, 1e9).Draw(t, "spread")
		}
		got, err := traffic.ParseDuration(d.String())
		if err != nil || got != d {
			t.Fatalf("%q reads as %+v, %v; want %+v", d.String(), got, err, d)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"2s", "fixed:2s", "exponential:180s", "lognormal:180s,0.8", ":", ",", "lognormal:1h,1e400"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := traffic.ParseDuration(text)
		if err != nil {
			return
		}
		if err := d.Validate(); err != nil {
			t.Fatalf("%q reads as a law that is not valid: %v", text, err)
		}
		if again, err := traffic.ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%q reads as %+v, written and read again as %+v, %v", text, d, again, err)
		}
		if d.Draw(traffic.Stream(1, 1)) < 0 {
			t.Fatalf("%q draws a negative duration", text)
		}
	})
}

func ExampleParseDuration() {
	d, err := traffic.ParseDuration("lognormal:180s,0.8")
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Law, d.Mean, d.Spread)
	fmt.Println(d.Scaled(1.0 / 30))
	// Output:
	// lognormal 3m0s 0.8
	// lognormal:6s,0.8
}

func BenchmarkDraw(b *testing.B) {
	d := traffic.Duration{Law: traffic.Lognormal, Mean: 180 * time.Second, Spread: 0.8}
	random := traffic.Stream(1, 1)
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(random)
	}
}
