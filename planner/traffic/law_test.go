package traffic_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// laws are laws with the mean and coefficient of variation that their draws must have.
var laws = []struct {
	text    string
	seconds float64
	spread  float64
}{
	{"180s", 180, 0},
	{"exponential:180s", 180, 1},
	{"lognormal:180s,1.5", 180, 1.5},
	{"gamma:180s,0.70710678", 180, 0.70710678},
	{"gamma:180s,2", 180, 2},
	{"hyperexponential:180s", 180, 2},
	{"hyperexponential:180s,3", 180, 3},
	// Second moment 0.7·60²·2 + 0.3·400²: c² = 53040/162² − 1.
	{"70% exponential:60s + 30% 400s", 162, math.Sqrt(53040./(162*162) - 1)},
}

func TestDrawsHaveTheMeanAndTheSpreadOfTheirLaw(t *testing.T) {
	for _, test := range laws {
		law, err := traffic.ParseLaw(test.text)
		if err != nil {
			t.Fatalf("%s: %v", test.text, err)
		}
		if got := law.Average().Seconds(); math.Abs(got-test.seconds) > 1e-6 {
			t.Errorf("%s: average %g s, want %g", test.text, got, test.seconds)
		}
		if got := law.Variation(); math.Abs(got-test.spread) > 1e-6 {
			t.Errorf("%s: coefficient of variation %g, want %g", test.text, got, test.spread)
		}
		const n = 400_000
		random, sampler := traffic.Stream(7, 1), traffic.NewSampler(law)
		var sum, squares float64
		for range n {
			x := sampler.Draw(random).Seconds()
			sum += x
			squares += x * x
		}
		mean := sum / n
		if sigma := test.seconds * test.spread / math.Sqrt(n); math.Abs(mean-test.seconds) > 4*sigma+1e-6 {
			t.Errorf("%s: mean of the draws %g s, want %g ± %g", test.text, mean, test.seconds, 4*sigma)
		}
		if spread := math.Sqrt(max(0, squares/n/(mean*mean)-1)); math.Abs(spread-test.spread) > 0.04*test.spread+1e-3 {
			t.Errorf("%s: spread of the draws %g, want %g", test.text, spread, test.spread)
		}
	}
}

func TestLawsThatAreNone(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a hyperexponential law that varies less than the exponential", "hyperexponential:2s,0.5", "coefficient of variation of 1 or more"},
		{"shares that miss a part", "60% 2s + 30% 3s", "sum to 100%"},
		{"a part without a share", "60% 2s + 3s", "shares before its laws"},
		{"an unknown law in a mixture", "60% 2s + 40% pareto:3s", `unknown law "pareto"`},
		{"a share below 0", "-60% 2s + 160% 3s", "share must be a positive number"},
	} {
		if _, err := traffic.ParseLaw(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q gives %v, want %q", test.name, test.text, err, test.want)
		}
	}
}

func TestEmpiricalDrawsOnlyWhatWasMeasured(t *testing.T) {
	law, err := traffic.NewEmpirical([]time.Duration{time.Second, 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if law.Average() != 2*time.Second || math.Abs(law.Variation()-0.5) > 1e-9 {
		t.Errorf("average %s and variation %g, want 2s and 0.5", law.Average(), law.Variation())
	}
	count := map[time.Duration]int{}
	random := traffic.Stream(1, 1)
	for range 1000 {
		count[law.Draw(random)]++
	}
	if len(count) != 2 || count[time.Second] < 420 || count[time.Second] > 580 {
		t.Errorf("draws %v, want about 500 of 1s and of 3s", count)
	}
	for name, times := range map[string][]time.Duration{"no times": nil, "a negative time": {-1}} {
		if _, err := traffic.NewEmpirical(times); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDayFactorsHaveTheirMeanAndVariance(t *testing.T) {
	random := traffic.Stream(3, 1)
	const n, variance = 200_000, 0.06
	var sum, squares float64
	for range n {
		x := traffic.DayFactor(variance, random)
		sum += x
		squares += x * x
	}
	mean := sum / n
	if got := squares/n - mean*mean; math.Abs(mean-1) > 0.003 || math.Abs(got-variance) > 0.002 {
		t.Errorf("mean %g and variance %g, want 1 and %g", mean, got, variance)
	}
	if traffic.DayFactor(0, random) != 1 {
		t.Error("days that do not differ have the factor 1")
	}
}

func TestALawWithAnotherMeanKeepsItsShape(t *testing.T) {
	mixture, err := traffic.ParseLaw("70% lognormal:90s,0.8 + 30% exponential:390s")
	if err != nil {
		t.Fatal(err)
	}
	for _, law := range []traffic.Law{traffic.Duration{Law: traffic.Lognormal, Mean: 3 * time.Minute, Spread: 1.2}, mixture} {
		short := traffic.WithMean(law, 2*time.Second)
		if short.Average() != 2*time.Second || short.Variation() != law.Variation() {
			t.Errorf("%v: mean %s, variation %g, want 2s and %g", law, short.Average(), short.Variation(), law.Variation())
		}
		one, other := traffic.Stream(1, 0), traffic.Stream(1, 0)
		for range 100 { // each time is shorter by the same factor, to the nanosecond
			long := law.Draw(one)
			if got, want := short.Draw(other), time.Duration(float64(long)/90); (got - want).Abs() > time.Nanosecond {
				t.Fatalf("%v: drew %s, want %s", law, got, want)
			}
		}
	}
}
