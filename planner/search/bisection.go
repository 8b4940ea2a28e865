package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// Bisection doubles a load until it breaks and then halves the gap between what held and what broke.
type Bisection struct {
	From      float64 // first load, above 0
	Precision float64 // ends when the gap is at most this share of the load that broke; above 0, below 1
	Whole     bool    // loads are whole numbers, and the search is exact when Precision allows it
	Tries     int     // trials in which a load must break before it counts as broken; 0 stands for 2
	Runs      int     // most trials; 0 stands for 60
	// Calls returns how many calls a trial at a load takes.
	Calls func(load float64) uint64
}

const (
	triesBisection = 2
	runsBisection  = 60
)

// Validate reports what makes no search.
func (b Bisection) Validate() error {
	var problems []error
	if !(b.From > 0) || math.IsInf(b.From, 0) {
		problems = append(problems, fmt.Errorf("start: must be more than 0, got %g", b.From))
	}
	if !(b.Precision > 0 && b.Precision < 1) {
		problems = append(problems, fmt.Errorf("precision: must be between 0 and 100 %%, both excluded, got %g", b.Precision))
	}
	if b.Calls == nil {
		problems = append(problems, errors.New("calls: is missing"))
	}
	return errors.Join(problems...)
}

// Run searches. A load above the bound is not tried: when the bound itself holds, the result is a floor.
func (b Bisection) Run(ctx context.Context, trial Trial, bound Bound) (Result, error) {
	if err := b.Validate(); err != nil {
		return Result{}, err
	}
	if b.Tries == 0 {
		b.Tries = triesBisection
	}
	if b.Runs == 0 {
		b.Runs = runsBisection
	}
	if bound.Load == 0 {
		bound.Load = math.Inf(1)
	}
	h := &hunt{trial: trial, tries: b.Tries, most: b.Runs}
	return h.end(b.walk(ctx, h, bound))
}

func (b Bisection) walk(ctx context.Context, h *hunt, bound Bound) error {
	held, broke, load := 0.0, 0.0, math.Min(b.round(b.From), b.round(bound.Load))
	for {
		out, err := h.try(ctx, load, b.Calls(load))
		switch {
		case err != nil:
			return err
		case out.Verdict == acceptance.Holds:
			held = load
		default:
			broke = load
		}
		switch {
		case broke == 0 && held >= b.round(bound.Load):
			return over("The search ended unbroken at its bound: " + bound.Why + ".")
		case broke == 0:
			load = math.Min(b.round(2*held), b.round(bound.Load))
		case b.close(held, broke):
			h.result.Converged = true
			if held == 0 {
				return over("The search ended downwards: even the smallest load that was tried broke.")
			}
			if b.Whole && broke-held <= 1 {
				return over("The search is exact: one more is too many.")
			}
			return over(fmt.Sprintf("The search ended between what held and what broke: %s of the load lie between them.", percent((broke-held)/broke)))
		default:
			load = b.between(held, broke, out.Likely)
		}
	}
}

// close tells whether the gap is small enough.
func (b Bisection) close(held, broke float64) bool {
	if b.Whole && broke-held <= 1 {
		return true
	}
	return broke-held <= b.Precision*broke || held == 0 && broke <= b.From*b.Precision
}

// between returns the next load: the one that the last trial makes likely, the one just above it once that has held,
// or the middle.
func (b Bisection) between(held, broke, likely float64) float64 {
	if likely > held && likely < broke && likely == b.round(likely) {
		return likely
	}
	if b.Whole && likely == held && held+1 < broke {
		return held + 1
	}
	middle := b.round((held + broke) / 2)
	if middle <= held { // whole numbers leave no other
		middle = held + 1
	}
	return middle
}

func (b Bisection) round(load float64) float64 {
	if b.Whole && !math.IsInf(load, 0) {
		return math.Max(1, math.Floor(load))
	}
	return load
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
