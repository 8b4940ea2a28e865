package scenarios

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// The means are those of the closed forms (Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions).
func TestSampleMeans(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, tt := range []struct {
		name       string
		parameters map[string]float64
		mean       float64
	}{
		{"fixed", map[string]float64{"value": 5}, 5},
		{"uniform", map[string]float64{"min": 10, "max": 20}, 15},
		{"normal", map[string]float64{"mean": 100, "stdev": 10}, 100},
		{"lognormal", map[string]float64{"mean": 3, "stdev": 0.5}, math.Exp(3 + 0.125)},
		{"exponential", map[string]float64{"mean": 40}, 40},
		{"weibull", map[string]float64{"lambda": 10, "k": 2}, 10 * math.Gamma(1.5)},
		{"pareto", map[string]float64{"k": 4, "x_m": 3}, 4},
		{"gpareto", map[string]float64{"shape": 0.1, "scale": 9, "location": 2}, 12},
		{"gamma", map[string]float64{"k": 0.5, "theta": 8}, 4},
		{"negbin", map[string]float64{"n": 3, "p": 0.25}, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ParseSample(tt.name, func(name string) (float64, error) { return tt.parameters[name], nil })
			if err != nil {
				t.Fatal(err)
			}
			sum, squares, n := 0.0, 0.0, 100_000
			for range n {
				x := s.Draw(random)
				sum, squares = sum+x, squares+x*x
			}
			mean := sum / float64(n)
			deviation := math.Sqrt(max(0, squares/float64(n)-mean*mean) / float64(n))
			if math.Abs(mean-tt.mean) > 4.5*deviation+1e-9 {
				t.Errorf("mean %g, want %g ± %g", mean, tt.mean, 4.5*deviation)
			}
		})
	}
}

func TestSampleRefuses(t *testing.T) {
	missing := errors.New("missing")
	if _, err := ParseSample("uniform", func(string) (float64, error) { return 0, missing }); !errors.Is(err, missing) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"cauchy", "weibull", "pareto", "gamma", "negbin"} {
		if _, err := ParseSample(name, func(string) (float64, error) { return -1, nil }); err == nil {
			t.Errorf("%s of parameters below 0 was taken", name)
		}
	}
}
