package erlang

import (
	"errors"
	"fmt"
)

// ErrDomain is wrapped by the error for an argument for which the model has no meaning: not a number, infinite,
// negative, or outside the range that the error states.
var ErrDomain = errors.New("outside the domain of the model")

// ErrUnstable is wrapped by the error for traffic that a system without loss can never carry: its queue, or its crowd
// of callers who try again, grows without end.
var ErrUnstable = errors.New("no equilibrium")

// MaxSize is the most circuits, sources or erlangs that an argument may be: a thousand million, more than all the
// telephones of a continent off the hook at the same time. It bounds the time that a mistyped number can take.
const MaxSize = 1e9

// maxStates bounds the models that visit or store every state, so that a mistyped number cannot exhaust the memory.
const maxStates = 10_000_000

// checkTraffic accepts 0 to MaxSize erlangs.
func checkTraffic(erlangs float64) error {
	return checkRange("traffic", "erlangs", erlangs, 0, MaxSize)
}

// checkCircuits accepts a number of circuits, whole or not, from 0 to MaxSize.
func checkCircuits(servers float64) error {
	return checkRange("servers", "circuits", servers, 0, MaxSize)
}

// checkCount accepts a whole number from least to most.
func checkCount(name string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%s must be from %d to %d, got %d: %w", name, least, most, n, ErrDomain)
	}
	return nil
}

// checkRange accepts a number from least to most, both included. The comparisons are false for NaN.
func checkRange(name, unit string, x, least, most float64) error {
	if x >= least && x <= most {
		return nil
	}
	return fmt.Errorf("%s must be from %g to %g %s, got %g: %w", name, least, most, unit, x, ErrDomain)
}

// checkPositive accepts a number above 0 and not above most.
func checkPositive(name, unit string, x, most float64) error {
	if x > 0 && x <= most {
		return nil
	}
	return fmt.Errorf("%s must be above 0 and at most %g %s, got %g: %w", name, most, unit, x, ErrDomain)
}

// checkProbability accepts what lies strictly between 0 and 1: no finite group blocks nobody, none blocks everybody.
func checkProbability(name string, p float64) error {
	if p > 0 && p < 1 {
		return nil
	}
	return fmt.Errorf("%s must be between 0 and 1, both excluded, got %g: %w", name, p, ErrDomain)
}

// checkShare accepts a share of a whole: 0 to 1, both included.
func checkShare(name string, p float64) error {
	if p >= 0 && p <= 1 {
		return nil
	}
	return fmt.Errorf("%s must be from 0 to 1, got %g: %w", name, p, ErrDomain)
}

// firstError returns the first error that is not nil: the checks of a function's arguments, in their order.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
