package cmd

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestPercentageReadsPercentAndRatio(t *testing.T) {
	for text, want := range map[string]float64{
		"1%": 0.01, "1 %": 0.01, "0.01": 0.01, "0.1%": 0.001, " 50% ": 0.5, "1": 1, "-3%": -0.03, "0": 0, "1e-3": 0.001,
	} {
		var p percentage
		if err := p.Set(text); err != nil || math.Abs(float64(p)-want) > 1e-15 {
			t.Errorf("%q is %g, %v; want %g", text, float64(p), err, want)
		}
	}
	for _, text := range []string{"", "%", "one", "1%%", "1,5%", "0x"} {
		var p percentage
		if err := p.Set(text); err == nil {
			t.Errorf("%q is %g, want an error", text, float64(p))
		}
	}
}

func FuzzPercentage(f *testing.F) {
	for _, seed := range []string{"1%", "0.01", "NaN", "inf%", "1 %", "--"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again percentage
		if p.Set(text) != nil || p == 0 || math.IsNaN(float64(p)) || math.IsInf(float64(p)*100, 0) {
			return
		}
		if err := again.Set(p.String()); err != nil || math.Abs(float64(again-p)) > 1e-11*math.Abs(float64(p)) {
			t.Errorf("%q writes itself as %q, which reads as %g, %v", text, p.String(), float64(again), err)
		}
	})
}

// fullDisk is a stdout that cannot be written to.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, format := range []string{"table", "json", "csv", "markdown"} {
		var stderr strings.Builder
		args := []string{"erlang", "b", "--servers", "2", "--traffic", "1", "--output", format}
		code := Run(context.Background(), args, Streams{Out: fullDisk{}, Err: &stderr})
		if code != codeCouldNotRun || stderr.String() != "sipplan: no space left on device\n" {
			t.Errorf("%s: exit code %d, %q", format, code, stderr.String())
		}
	}
}
