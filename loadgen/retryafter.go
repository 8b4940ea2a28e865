package loadgen

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RetryAfterError says that a run ended because a trunk asked for a pause. What was measured until then is
// in the result.
type RetryAfterError struct {
	Trunk string
	After time.Duration
}

// Error returns a sentence for people.
func (e *RetryAfterError) Error() string {
	return fmt.Sprintf("trunk %s answered 503 with Retry-After %s, at which this run was to end", e.Trunk, e.After)
}

// onRetryAfter returns what ends the run at a Retry-After, nil if that is not wanted.
func (g *Generator) onRetryAfter() func(trunk string, after time.Duration) {
	if !g.cfg.HaltAtRetryAfter {
		return nil
	}
	return func(trunk string, after time.Duration) { g.end(&RetryAfterError{trunk, after}) }
}

// asked returns the request of a trunk that the run ended at, nil if it did not.
func (g *Generator) asked() error {
	var asked *RetryAfterError
	if errors.As(context.Cause(g.halt), &asked) {
		return asked
	}
	return nil
}
