package loadgen

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// UnreachableError says that nothing answers at the target, and how that came out: by an ICMP message or
// an error of this host (Cause), or by silence.
type UnreachableError struct {
	Target  string
	Cause   error         // nil for silence alone
	Silence time.Duration // how long nothing came back, where that was waited for
}

// Error returns a sentence for people.
func (e *UnreachableError) Error() string {
	var refusal syscall.Errno
	switch {
	case errors.As(e.Cause, &refusal): // without the addresses and system calls on the way to it
		return fmt.Sprintf("target %s is unreachable: %v", e.Target, refusal)
	case e.Cause != nil:
		return fmt.Sprintf("target %s is unreachable: %v", e.Target, e.Cause)
	}
	return fmt.Sprintf("target %s is unreachable: no response to any INVITE within %s", e.Target, e.Silence)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Cause }
