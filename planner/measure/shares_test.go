package measure_test

import (
	"math"
	"testing"

	"github.com/sipplan/sipplan/planner/measure"
)

func TestShares(t *testing.T) {
	var s measure.Shares
	for range 98 {
		s.Record(0)
	}
	s.Record(0.005)
	s.Record(0.25)
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"most legs lose nothing", s.Quantile(0.98), 0},
		{"the 99th percentile is the second worst leg", s.Quantile(0.99), 0.005},
		{"the worst leg", s.Quantile(1), 0.25},
		{"the mean", s.Mean(), 0.00255},
		{"a leg at the limit is not above it", float64(s.Above(0.005)), 1},
		{"the standard deviation", s.StdDev(), 0.0248772},
		{"legs that lost anything", float64(s.Above(0)), 2},
		{"none above 25 %", float64(s.Above(0.25)), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if math.Abs(tt.got-tt.want) > resolution*tt.want {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
		})
	}
}

func TestSharesOutsideTheirRange(t *testing.T) {
	for _, tt := range []struct {
		name  string
		share float64
		count uint64
		max   float64
	}{
		{"more duplicates than losses", -0.1, 1, 0},
		{"more lost than expected", 1.5, 1, 1},
		{"nothing expected: 0 by 0", math.NaN(), 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s measure.Shares
			s.Record(tt.share)
			if s.Count() != tt.count || s.Quantile(1) != tt.max {
				t.Errorf("counted %d with maximum %v, want %d and %v", s.Count(), s.Quantile(1), tt.count, tt.max)
			}
		})
	}
}

func TestNoSharesHaveNoFigures(t *testing.T) {
	var s measure.Shares
	if s.Count() != 0 || s.Mean() != 0 || s.StdDev() != 0 || s.Quantile(0.5) != 0 || s.Above(0) != 0 {
		t.Error("an empty Shares has figures")
	}
}
