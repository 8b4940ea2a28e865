package search_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/search"
)

// system is a simulated one that breaks above its knee.
type system struct {
	knee  float64
	limit float64 // of the generator; 0 for none
	loads []float64
	calls []uint64
}

func (s *system) try(_ context.Context, load float64, calls uint64) (search.Outcome, error) {
	s.loads, s.calls = append(s.loads, load), append(s.calls, calls)
	switch {
	case s.limit > 0 && load > s.limit:
		return search.Outcome{Verdict: acceptance.CannotTell}, nil
	case load > s.knee:
		return search.Outcome{Verdict: acceptance.DoesNotHold, Likely: math.Floor(s.knee)}, nil
	}
	return search.Outcome{Verdict: acceptance.Holds}, nil
}

// TestRFC7502FindsTheRatesOfItsVectors uses simulated systems that fail every run above a knee, worked out apart from
// this code.
func TestRFC7502FindsTheRatesOfItsVectors(t *testing.T) {
	for _, tt := range []struct {
		step  float64
		knee  float64
		found float64
		runs  int
	}{
		{0, 100, 100, 20}, {0, 150, 148, 26}, {0, 250, 249, 30}, {0, 460, 458, 38},
		{0, 1000, 996, 46}, {0, 1234, 1233, 48}, {0, 5000, 4988, 63},
		{0.5, 460, 458, 30}, {0.5, 1000, 991, 33},
	} {
		s := &system{knee: tt.knee}
		r, err := search.RFC7502{Step: tt.step}.Run(t.Context(), s.try, search.Bound{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Held != tt.found || len(r.Steps) != tt.runs || !r.Converged || r.Floor {
			t.Errorf("knee %g, w %g: %g after %d runs (%s), want %g after %d", tt.knee, tt.step, r.Held, len(r.Steps), r.End, tt.found, tt.runs)
		}
		if s.calls[0] != 50_000 || s.loads[0] != 100 {
			t.Errorf("the first run is %d calls at %g/s, want 50,000 at 100/s", s.calls[0], s.loads[0])
		}
	}
}

func TestRFC7502KnowsItsBounds(t *testing.T) {
	for _, tt := range []struct {
		name   string
		search search.RFC7502
		system system
		bound  search.Bound
		held   float64
		floor  bool
		end    string
	}{
		{"ends unbroken at the generator's ceiling", search.RFC7502{}, system{knee: 1e9}, search.Bound{Load: 500, Why: "the generator keeps no more"}, 500, true,
			"ended unbroken at its bound: the generator keeps no more."},
		{"nothing holds", search.RFC7502{}, system{knee: 0}, search.Bound{}, 0, false, "Not even one session per second held."},
		{"the generator is the limit", search.RFC7502{}, system{knee: 1e9, limit: 300}, search.Bound{}, 281, true, "no verdict was possible"},
		{"as many runs as allowed", search.RFC7502{Runs: 5}, system{knee: 1e9}, search.Bound{}, 146, true, "ended after 5 trials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := tt.search.Run(t.Context(), tt.system.try, tt.bound)
			if err != nil {
				t.Fatal(err)
			}
			if r.Held != tt.held || r.Floor != tt.floor || r.Converged || !strings.Contains(r.End, tt.end) {
				t.Errorf("got %g, floor %v, %q; want %g, %v, %q", r.Held, r.Floor, r.End, tt.held, tt.floor, tt.end)
			}
			if tt.bound.Load > 0 {
				for _, load := range tt.system.loads {
					if load > tt.bound.Load {
						t.Errorf("%g is above the bound", load)
					}
				}
			}
		})
	}
}

func TestRFC7502RefusesWhatDoesNotConverge(t *testing.T) {
	_, err := search.RFC7502{Start: 9}.Run(t.Context(), (&system{}).try, search.Bound{})
	if err == nil || !strings.Contains(err.Error(), "start: must be at least 10, so that a step of 10 % raises it, got 9") {
		t.Errorf("got %v", err)
	}
}

func TestBisectionFindsTheKnee(t *testing.T) {
	calls := func(load float64) uint64 { return uint64(math.Ceil(load)) }
	for _, tt := range []struct {
		name   string
		search search.Bisection
		system system
		bound  search.Bound
		least  float64
		most   float64
		floor  bool
		steps  int // at most
	}{
		{"to 5 %", search.Bisection{From: 10, Precision: 0.05}, system{knee: 460}, search.Bound{}, 437, 460, false, 18},
		{"to 1 %", search.Bisection{From: 10, Precision: 0.01}, system{knee: 3333}, search.Bound{}, 3299, 3333, false, 26},
		{"downwards from a load that breaks", search.Bisection{From: 100, Precision: 0.05}, system{knee: 7}, search.Bound{}, 6.6, 7, false, 22},
		{"whole ports, exact", search.Bisection{From: 1, Precision: 1e-6, Whole: true}, system{knee: 27}, search.Bound{}, 27, 27, false, 12},
		{"a single port", search.Bisection{From: 1, Precision: 1e-6, Whole: true}, system{knee: 1}, search.Bound{}, 1, 1, false, 3},
		{"unbroken at the bound", search.Bisection{From: 10, Precision: 0.05}, system{knee: 1e9}, search.Bound{Load: 100, Why: "--to"}, 100, 100, true, 5},
		{"a bound below the first load", search.Bisection{From: 50, Precision: 0.05}, system{knee: 1e9}, search.Bound{Load: 20, Why: "--to"}, 20, 20, true, 1},
		{"nothing holds", search.Bisection{From: 8, Precision: 0.05}, system{knee: 0}, search.Bound{}, 0, 0, false, 12},
		{"no port at all", search.Bisection{From: 8, Precision: 1e-6, Whole: true}, system{knee: 0}, search.Bound{}, 0, 0, false, 8},
		{"the generator is the limit", search.Bisection{From: 10, Precision: 0.05}, system{knee: 1e9, limit: 100}, search.Bound{}, 80, 80, true, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.search.Calls = calls
			r, err := tt.search.Run(t.Context(), tt.system.try, tt.bound)
			if err != nil {
				t.Fatal(err)
			}
			if r.Held < tt.least || r.Held > tt.most || r.Floor != tt.floor || len(r.Steps) > tt.steps {
				t.Errorf("got %g, floor %v after %v (%s), want %g to %g, %v", r.Held, r.Floor, tt.system.loads, r.End, tt.least, tt.most, tt.floor)
			}
			if !r.Floor && r.Held > 0 && !(r.Broke > tt.system.knee) {
				t.Errorf("broke at %g, although the knee is %g", r.Broke, tt.system.knee)
			}
			if r.Open() != (tt.system.limit > 0) {
				t.Errorf("open is %v", r.Open())
			}
		})
	}
}

func TestOneBadMomentIsNoKnee(t *testing.T) {
	disturbed := false
	trial := func(_ context.Context, load float64, _ uint64) (search.Outcome, error) {
		if load == 40 && !disturbed {
			disturbed = true
			return search.Outcome{Verdict: acceptance.DoesNotHold}, nil
		}
		return search.Outcome{Verdict: acceptance.Holds}, nil
	}
	b := search.Bisection{From: 10, Precision: 0.05, Calls: func(float64) uint64 { return 1 }}
	r, err := b.Run(t.Context(), trial, search.Bound{Load: 80, Why: "--to"})
	if err != nil || r.Held != 80 || !r.Floor {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestInterruptedSearchSaysWhatItKnows(t *testing.T) {
	tried := 0
	trial := func(context.Context, float64, uint64) (search.Outcome, error) {
		if tried++; tried == 3 {
			return search.Outcome{}, search.ErrInterrupted
		}
		return search.Outcome{Verdict: acceptance.Holds}, nil
	}
	for name, run := range map[string]func() (search.Result, error){
		"RFC 7502": func() (search.Result, error) { return search.RFC7502{}.Run(t.Context(), trial, search.Bound{}) },
		"bisection": func() (search.Result, error) {
			return search.Bisection{From: 100, Precision: 0.1, Calls: func(float64) uint64 { return 1 }}.Run(t.Context(), trial, search.Bound{})
		},
	} {
		tried = 0
		r, err := run()
		if err != nil || !r.Interrupted || r.Held == 0 || len(r.Steps) != 2 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	want := errors.New("no socket")
	_, err := search.RFC7502{}.Run(t.Context(), func(context.Context, float64, uint64) (search.Outcome, error) { return search.Outcome{}, want }, search.Bound{})
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}
