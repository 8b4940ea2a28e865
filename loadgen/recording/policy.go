// Package recording keeps what went over the wire in single calls, so that somebody can look at a call that went
// wrong: as a capture that packet analysers open, and as a ladder of its messages.
//
// A Recorder belongs to one shard and its goroutine. It records every call while it lasts, in memory of bounded size,
// and keeps those that its policy asks for. Passwords and keys are blanked before they are kept. A run that does not
// ask for recordings has no Recorder, and pays nothing.
package recording

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Policy says which calls are kept, and bounds what they may take. The zero value keeps none.
type Policy struct {
	Failed int // keep the first so many calls that failed: not answered, dropped, or without the audio that was promised
	Worst  int // keep the so many calls that sounded worst
	Bytes  int // of one call; packets beyond are left out, SIP messages are kept. 0: DefaultBytes
	Total  int // of all calls that are recorded or kept at a time; 0: DefaultTotal
}

// The bounds of recordings.
const (
	MaxCalls     = 1000      // that can be kept
	MaxFailed    = 100       // kept of failed calls, if their number is not given
	MaxWorst     = 20        // kept of the worst calls, if their number is not given
	DefaultBytes = 2 << 20   // of one call: G.711 both ways for about a minute
	DefaultTotal = 256 << 20 // of all calls of a run
)

// Kept reports whether the policy keeps any call.
func (p Policy) Kept() bool { return p.Failed > 0 || p.Worst > 0 }

// ParsePolicy reads which calls to keep: failed, failed:50, worst or worst:20, or both with a comma between.
func ParsePolicy(text string) (Policy, error) {
	var p Policy
	for part := range strings.SplitSeq(text, ",") {
		name, number, given := strings.Cut(strings.TrimSpace(part), ":")
		n, err := strconv.Atoi(number)
		if given && (err != nil || n < 1 || n > MaxCalls) {
			return p, fmt.Errorf("must keep from 1 to %d calls, such as worst:20, got %q", MaxCalls, part)
		}
		switch name {
		case "failed":
			p.Failed = choose(given, n, MaxFailed)
		case "worst":
			p.Worst = choose(given, n, MaxWorst)
		default:
			return p, fmt.Errorf("must be failed, failed:50, worst or worst:20, got %q", part)
		}
	}
	return p, nil
}

func choose(given bool, n, otherwise int) int {
	if given {
		return n
	}
	return otherwise
}

// Split returns the share of one of n shards in the memory.
func (p Policy) Split(n int) Policy {
	p = p.withDefaults()
	p.Total /= max(1, n)
	return p
}

func (p Policy) withDefaults() Policy {
	if p.Bytes == 0 {
		p.Bytes = DefaultBytes
	}
	if p.Total == 0 {
		p.Total = DefaultTotal
	}
	return p
}

// Validate reports every bound that makes no sense.
func (p Policy) Validate() error {
	var errs []error
	if p.Failed < 0 || p.Failed > MaxCalls || p.Worst < 0 || p.Worst > MaxCalls {
		errs = append(errs, fmt.Errorf("save-calls: must keep from 1 to %d calls, got %d failed and %d worst", MaxCalls, p.Failed, p.Worst))
	}
	if p.Bytes < 0 || p.Total < 0 {
		errs = append(errs, fmt.Errorf("save-calls: sizes must not be negative, got %d and %d octets", p.Bytes, p.Total))
	}
	return errors.Join(errs...)
}
