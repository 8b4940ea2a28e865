package routing

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Drill is a failure on purpose: a gateway, or another part of a network by its name, stops working and,
// after a while, works again. The simulator and the generator run the same ones.
type Drill struct {
	Name string
	At   time.Duration // from the first arrival on
	For  time.Duration // 0 for the rest of the run
	Mode FailureMode
}

// FailureMode is how a part fails, as those who call it see it.
type FailureMode uint8

// The modes.
const (
	// Silent drops all that comes in and sends nothing, as when the network is cut: those who call it
	// find out by their timers. The calls in progress are still there afterwards.
	Silent FailureMode = iota
	// Refusing answers each new call with 503 and leaves those in progress alone, as when a gateway has
	// lost its trunk to the telephone network.
	Refusing
	// Closed has lost its socket and its calls, as when a process or a host dies: those who call it learn
	// that from the network, by an ICMP message or a reset connection.
	Closed

	numFailureModes = iota
)

var failureModeNames = [numFailureModes]string{"silent", "503", "closed"}

// String returns the mode as ParseDrill reads it.
func (m FailureMode) String() string {
	if int(m) < len(failureModeNames) {
		return failureModeNames[m]
	}
	return fmt.Sprintf("FailureMode(%d)", uint8(m))
}

// End returns the instant at which the part works again, later than any run for one that does not.
func (d Drill) End() time.Duration {
	if d.For == 0 {
		return never
	}
	return d.At + d.For
}

// String returns the drill as ParseDrill reads it.
func (d Drill) String() string {
	text := fmt.Sprintf("fail %s at %s", d.Name, d.At)
	if d.For > 0 {
		text += " for " + d.For.String()
	}
	if d.Mode != Silent {
		text += " by " + d.Mode.String()
	}
	return text
}

const wantDrill = "want 'fail NAME at TIME for TIME', with by silent, by 503 or by closed behind it if wanted"

// ParseDrill reads a drill as people write it:
//
//	fail gateway-2 at 30s for 20s
//	fail gateway-2 at 00:20 for 15m by 503
//	fail gateway-2 at 1h30m
//
// A time is a Go duration or hours and minutes, with seconds if wanted, as a clock that starts at the first
// arrival shows them: 00:20 is 20 minutes. Without "for" the part stays down; without "by" it is silent.
func ParseDrill(text string) (Drill, error) {
	d, err := parseDrill(strings.Fields(text))
	if err != nil {
		return Drill{}, fmt.Errorf("drill %q: %w", text, err)
	}
	return d, nil
}

func parseDrill(words []string) (d Drill, err error) {
	if len(words) < 4 || len(words)%2 != 0 || words[0] != "fail" || words[2] != "at" {
		return d, errors.New(wantDrill)
	}
	d.Name = words[1]
	if d.At, err = drillTime("at", words[3]); err != nil {
		return d, err
	}
	rest := words[4:]
	if len(rest) > 0 && rest[0] == "for" {
		if d.For, err = drillTime("for", rest[1]); err != nil {
			return d, err
		}
		if d.For == 0 {
			return d, errors.New("for: must be more than 0s; leave it out for the rest of the run")
		}
		rest = rest[2:]
	}
	if len(rest) > 0 && rest[0] == "by" {
		mode := slices.Index(failureModeNames[:], rest[1])
		if mode < 0 {
			return d, fmt.Errorf("by: must be one of %s, got %q", strings.Join(failureModeNames[:], ", "), rest[1])
		}
		d.Mode, rest = FailureMode(mode), rest[2:]
	}
	if len(rest) > 0 {
		return d, fmt.Errorf("%q: %s", rest[0], wantDrill)
	}
	return d, nil
}

// mostDrillTime is the latest instant and the longest time of a drill: that of the longest run.
const mostDrillTime = 7 * 24 * time.Hour

// drillTime reads a Go duration or a time of the clock.
func drillTime(word, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if clock, ok := clockTime(text); ok {
		d, err = clock, nil
	}
	if err != nil || d < 0 || d > mostDrillTime {
		return 0, fmt.Errorf("%s: must be a time from 0s to %d hours such as 30s, 15m or 00:20, got %q", word, mostDrillTime/time.Hour, text)
	}
	return d, nil
}

// clockTime reads hours and minutes, with or without seconds.
func clockTime(text string) (d time.Duration, ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) > 3 || i > 0 && (n > 59 || len(part) != 2) {
			return 0, false
		}
		d += time.Duration(n) * [...]time.Duration{time.Hour, time.Minute, time.Second}[i]
	}
	return d, true
}
