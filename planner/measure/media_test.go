package measure_test

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"pgregory.net/rapid"
)

// TestScoresAgreeWithSortedValues: a sorted list is the second source of every figure.
func TestScoresAgreeWithSortedValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s measure.Scores
		values := rapid.SliceOfN(rapid.Float64Range(1, 5), 1, 200).Draw(t, "scores")
		sum := 0.0
		for i, v := range values {
			values[i] = math.Round(v*1000) / 1000
			s.Record(v)
			sum += values[i]
		}
		sort.Float64s(values)
		for _, q := range []float64{0, 0.05, 0.5, 0.99, 1} {
			want := values[max(1, int(math.Ceil(q*float64(len(values))-1e-9)))-1]
			if got := s.Quantile(q); math.Abs(got-want) > 1e-9 {
				t.Fatalf("quantile %v is %v, want %v", q, got, want)
			}
		}
		limit := values[len(values)/2]
		if got, want := s.Below(limit), uint64(sort.SearchFloat64s(values, limit)); got != want {
			t.Fatalf("%d are below %v, want %d", got, limit, want)
		}
		if got := s.Mean(); math.Abs(got-sum/float64(len(values))) > 1e-9 {
			t.Fatalf("the mean is %v, want %v", got, sum/float64(len(values)))
		}
	})
}

func TestScoresAtTheirEnds(t *testing.T) {
	var s measure.Scores
	if s.Quantile(0.5) != 0 || s.Mean() != 0 || s.Below(5) != 0 || s.Supports(0.5) {
		t.Error("no samples give figures")
	}
	for _, v := range []float64{0.2, 7, math.NaN()} {
		s.Record(v)
	}
	if s.Count() != 2 || s.Quantile(0) != 1 || s.Quantile(1) != 5 || s.StdDev() != 2 {
		t.Errorf("%d samples from %v to %v, deviation %v; want 2 from 1 to 5, 2", s.Count(), s.Quantile(0), s.Quantile(1), s.StdDev())
	}
	for range 198 {
		s.Record(4)
	}
	if !s.Supports(0.05) || s.Supports(0.01) || !s.Supports(0.95) {
		t.Error("200 samples carry a 5th and a 95th percentile, and no 1st")
	}
}

func TestTheWorstCalls(t *testing.T) {
	var w measure.Worst
	for i := range 100 {
		w.Add(measure.CallAudio{Call: fmt.Sprint(i), Scored: true, MOS: 4.4 - float64(i%50)/100, Began: time.Duration(i)})
	}
	w.Add(measure.CallAudio{Call: "no value", Missing: 1})
	calls := w.Calls()
	if len(calls) != measure.WorstKept || calls[0].Call != "49" || calls[1].Call != "99" || calls[19].MOS != 4.4-0.40 {
		t.Fatalf("%d calls, first %+v, last %+v", len(calls), calls[0], calls[len(calls)-1])
	}
	if w.Admits(measure.CallAudio{Scored: true, MOS: 4.4}) || !w.Admits(measure.CallAudio{Scored: true, MOS: 1}) {
		t.Error("a good call is admitted, or a bad one is not")
	}
}

func TestFaults(t *testing.T) {
	var s measure.MediaFaults
	s.Add(measure.StreamStopped, true)
	s.Add(measure.Moved, false)
	if s.OneWay() || strings.Join(s.Names(), " ") != "stopped" {
		t.Errorf("a stream that stopped: %v, one way %v", s.Names(), s.OneWay())
	}
	for _, f := range []measure.MediaFault{measure.NoDescription, measure.HeardNothing, measure.NotHeard} {
		var s measure.MediaFaults
		if s.Add(f, true); !s.OneWay() {
			t.Errorf("%s is not one way", f)
		}
	}
	var h measure.Heard
	s.Add(measure.HeardNothing, true)
	h.Blame(s)
	if h.OneWay != 1 || h.Faults[measure.StreamStopped] != 1 || h.Faults[measure.HeardNothing] != 1 || h.Faults[measure.Moved] != 0 {
		t.Errorf("%+v", h.Faults)
	}
	seen := map[string]bool{}
	for f := range measure.MediaFault(measure.NumMediaFaults) {
		if f.String() == "" || seen[f.String()] {
			t.Errorf("fault %d is named %q", f, f)
		}
		seen[f.String()] = true
	}
}

func TestCopiesMakeGoodForNoLoss(t *testing.T) {
	m := measure.Media{Expected: 100, Received: 100, Duplicated: 5}
	if got := m.Loss(); got != (measure.Ratio{Numerator: 5, Denominator: 100}) {
		t.Errorf("five of a hundred never came and five came twice: loss is %v", got)
	}
	m.Heard.Discarded = 3
	if got := m.Missing(); got.Numerator != 8 {
		t.Errorf("three more were too late: %v are missing, want 8", got.Numerator)
	}
}

func TestACallWithoutADescriptionHeardNothing(t *testing.T) {
	var m measure.Media
	m.CountUndescribed()
	h := &m.Heard
	if m.Legs != 1 || m.Silent != 1 || m.LegLoss.Quantile(1) != 1 || h.Promised != 1 || h.MOS.Quantile(0) != 1 {
		t.Errorf("%d legs, %d silent, %v lost, %d promised, score %v; want one call that heard nothing",
			m.Legs, m.Silent, m.LegLoss.Quantile(1), h.Promised, h.MOS.Quantile(0))
	}
	for f := range h.Faults {
		if blamed := h.Faults[f] != 0; blamed != (measure.MediaFault(f) == measure.NoDescription) {
			t.Errorf("fault %d is counted %d times", f, h.Faults[f])
		}
	}
	if h.OneWay != 1 {
		t.Errorf("%d calls with audio one way, want 1", h.OneWay)
	}
}

// A deaf call is one way; its loss is no share of anything, for nobody knows what was sent.
func TestATrunkHearsItsCalls(t *testing.T) {
	var trunk measure.Trunk
	deaf := measure.CallAudio{Scored: true, Scale: "nb", MOS: 1, Missing: 1}
	deaf.Faults.Add(measure.HeardNothing, true)
	for _, c := range []measure.CallAudio{deaf, {Scored: true, Scale: "nb", MOS: 4.4, Received: 100}, {Scored: true, Scale: "wb", MOS: 4.3, Received: 100}, {Received: 100}} {
		trunk.Hear(&c)
	}
	if trunk.MOS.Count() != 2 || trunk.LegMissing.Count() != 3 || trunk.OneWay != 1 {
		t.Errorf("%d scores, %d losses, %d one way; want 2 of the telephone band, 3 of calls that heard any, 1",
			trunk.MOS.Count(), trunk.LegMissing.Count(), trunk.OneWay)
	}
}
