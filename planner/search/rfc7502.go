package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// RFC7502 is the procedure of RFC 7502 section 4.10 for the session establishment rate: the largest rate, in whole
// sessions per second, at which none of the attempted sessions fails. The zero value stands for the parameters of
// the RFC.
type RFC7502 struct {
	Attempts uint64  // N: sessions in each trial; 0 stands for 50,000
	Start    int     // r: rate of the first trial, in sessions per second; 0 stands for 100
	Step     float64 // w: share by which the rate is raised; 0 stands for 0.10
	Runs     int     // most trials; 0 stands for 200. The RFC knows no such limit
}

// The parameters of the RFC, and its G, after so many trials that held and raised nothing the search is over.
const (
	Attempts7502 = 50_000
	Start7502    = 100
	Step7502     = 0.10
	rounds7502   = 10
	runs7502     = 200
)

// Validate reports parameters with which the procedure does not end.
func (s RFC7502) Validate() error {
	s = s.filled()
	var problems []error
	if !(s.Step > 0 && s.Step <= 1) {
		problems = append(problems, fmt.Errorf("step: must be more than 0 and at most 100 %%, got %g", s.Step))
	} else if float64(s.Start)*s.Step < 1 {
		problems = append(problems, fmt.Errorf("start: must be at least %.0f, so that a step of %g %% raises it, got %d", math.Ceil(1/s.Step), 100*s.Step, s.Start))
	}
	if s.Runs < 1 {
		problems = append(problems, fmt.Errorf("runs: must be at least 1, got %d", s.Runs))
	}
	return errors.Join(problems...)
}

func (s RFC7502) filled() RFC7502 {
	if s.Attempts == 0 {
		s.Attempts = Attempts7502
	}
	if s.Start == 0 {
		s.Start = Start7502
	}
	if s.Step == 0 {
		s.Step = Step7502
	}
	if s.Runs == 0 {
		s.Runs = runs7502
	}
	return s
}

// Run searches. A rate above the bound is not tried: when the bound itself holds, the result is a floor.
//
//	d = max(0.10, w/2)
//	held:    r above the best so far: it is the best now; else one more round, and after ten the best is the answer
//	         r = floor(r + w·r)
//	failed:  r = floor(r - d·r), d = max(0.10, d/2), w = max(0.10, w/2)
func (s RFC7502) Run(ctx context.Context, trial Trial, bound Bound) (Result, error) {
	if err := s.Validate(); err != nil {
		return Result{}, err
	}
	s = s.filled()
	h := &hunt{trial: trial, tries: 1, most: s.Runs}
	return h.end(s.walk(ctx, h, bound))
}

func (s RFC7502) walk(ctx context.Context, h *hunt, bound Bound) error {
	const least = 0.10 // of w and d
	r, w, d := float64(s.Start), s.Step, math.Max(least, s.Step/2)
	best, rounds := 0.0, 0
	for r >= 1 {
		if bound.Load > 0 && r > bound.Load {
			if best >= math.Floor(bound.Load) {
				return over("The search ended unbroken at its bound: " + bound.Why + ".")
			}
			r = math.Floor(bound.Load)
		}
		out, err := h.try(ctx, r, s.Attempts)
		switch {
		case err != nil:
			return err
		case out.Verdict != acceptance.Holds:
			r = math.Floor(r - d*r)
			d, w = math.Max(least, d/2), math.Max(least, w/2)
			continue
		case r > best:
			best = r
		default:
			rounds++
			if rounds >= rounds7502 {
				h.result.Converged = true
				return over(fmt.Sprintf("The procedure of RFC 7502 ended by itself: %d trials held and raised the rate no further.", rounds))
			}
		}
		r = math.Floor(r + w*r)
	}
	return over("Not even one session per second held.")
}
