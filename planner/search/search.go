// Package search finds the largest load that a system holds: by the exact procedure of RFC 7502, or by a cheaper
// bisection for pipelines. The system is a function that is tried with one load after another; nothing here opens a
// socket, reads a clock or draws a random number.
//
// What is claimed is the last load that held, never one that was not tried. A search that ends unbroken knows a floor
// only.
package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// Trial offers a load to the system until so many calls are over, and says what came of it. The load is in the unit
// of the search: calls per second, or calls at a time. It is called by one goroutine and may block; ErrInterrupted
// ends the search with what it knows, any other error without.
type Trial func(ctx context.Context, load float64, calls uint64) (Outcome, error)

// ErrInterrupted is the error of a trial that somebody ended.
var ErrInterrupted = errors.New("interrupted")

// Outcome is what came of a trial.
type Outcome struct {
	// Verdict is that of the load: it holds, does not hold, or cannot be told, because the generator was the limit.
	Verdict  acceptance.Verdict
	Why      []string // what broke, or why nothing can be told, a sentence each
	Measured Measured
	// Likely is a load at which the system is likely to hold and just above which it is likely to break, as the
	// trial lets one guess; 0 if it does not.
	Likely float64
}

// Step is one trial of a search.
type Step struct {
	Load  float64
	Calls uint64 // that were to be offered
	Outcome
}

// Bound is the largest load that a search may try, and why.
type Bound struct {
	Load float64 // 0 for no bound
	Why  string  // such as: the generator keeps no more
}

// Result is what a search found.
type Result struct {
	Held        float64 // largest load that held; 0 if none did
	Broke       float64 // smallest load above it that did not hold; 0 if none was tried
	Floor       bool    // the search ended without a load that broke: Held is a floor
	Converged   bool    // the procedure came to its own end
	Interrupted bool
	End         string // why it ended, a sentence
	Steps       []Step
}

// Open tells whether the search ended because a load could not be judged: the generator was the limit.
func (r *Result) Open() bool {
	return len(r.Steps) > 0 && r.Steps[len(r.Steps)-1].Verdict == acceptance.CannotTell && !r.Interrupted
}

// hunt is one search under way.
type hunt struct {
	trial  Trial
	tries  int // times that a load breaks until that counts
	most   int // trials in all
	result Result
}

// patience is how often a load is tried whose trials cannot be judged: other work on the generator's machine comes
// and goes.
const patience = 4

// over ends a hunt. Its text is the end of the result.
type over string

func (o over) Error() string { return string(o) }

// try tries a load and notes what came of it. A load counts as broken when it broke in every one of its tries. The
// error is an over when nothing more can be tried.
func (h *hunt) try(ctx context.Context, load float64, calls uint64) (Outcome, error) {
	broken, open := 0, 0
	for {
		if len(h.result.Steps) >= h.most {
			return Outcome{}, over(fmt.Sprintf("The search ended after %d trials, the most that were allowed.", h.most))
		}
		out, err := h.trial(ctx, load, calls)
		if err != nil {
			return out, err
		}
		h.result.Steps = append(h.result.Steps, Step{Load: load, Calls: calls, Outcome: out})
		switch out.Verdict {
		case acceptance.Holds:
			h.result.Held = max(h.result.Held, load)
			return out, nil
		case acceptance.DoesNotHold:
			broken++
		default:
			open++
		}
		switch {
		case broken >= h.tries:
			return out, nil
		case open >= patience:
			return out, over("The search ended where no verdict was possible: what lies above may be the target's or the generator's limit.")
		}
	}
}

// end closes a search. An over is an end like any other.
func (h *hunt) end(err error) (Result, error) {
	var reason over
	switch {
	case errors.As(err, &reason):
		h.result.End = string(reason)
	case errors.Is(err, ErrInterrupted):
		h.result.Interrupted, h.result.End = true, "The search was interrupted."
	case err != nil:
		return h.result, err
	}
	h.result.Broke = h.broke()
	h.result.Floor = h.result.Held > 0 && h.result.Broke == 0
	return h.result, nil
}

// broke returns the smallest load above what held that broke.
func (h *hunt) broke() float64 {
	lowest := 0.0
	for _, s := range h.result.Steps {
		if s.Verdict == acceptance.DoesNotHold && s.Load > h.result.Held && (lowest == 0 || s.Load < lowest) {
			lowest = s.Load
		}
	}
	return lowest
}
