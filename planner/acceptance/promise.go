// Package acceptance says how many calls a test of a trunk needs before it may answer, and afterwards
// whether the trunk keeps its promise: holds, does not hold, or cannot tell.
//
// Blockings come in bursts, because a full group stays full for a while. Both halves therefore count
// calls at their worth in independent calls (erlang.CallCongestionVariance); an interval from plain
// counts would be less than half as wide as the truth on 30 circuits.
//
// Nothing here reads a clock or draws a random number.
package acceptance

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// The defaults of a Promise. With them a trunk that blocks exactly as much as promised is told from one that
// blocks twice as much in 19 of 20 tests, one with a circuit to spare in nearly all, and is accused wrongly in
// about 1 of 30 (simulated).
const (
	DefaultConfidence = 0.95
	DefaultPower      = 0.95
	toleratedBy       = 2 // tolerated by promised blocking: to tell 1 % from 2 %
)

// Promise is what was promised of a trunk group, and how sure a test of it must be.
type Promise struct {
	Blocking   float64 // share of calls that may be blocked (GoS), between 0 and 1, both excluded
	Tolerated  float64 // blocking that a test must be able to exclude; 0 stands for twice the promise
	Confidence float64 // of the two-sided interval, from 0.5 to 1 excluded; 0 stands for 0.95
	Power      float64 // share of the tests that tell the two apart, from 0.5 to 1 excluded; 0 stands for 0.95

	CAPS float64       // calls per second that the trunk must take; 0 for no promise
	PDD  time.Duration // post-dial delay that 95 % of the calls must keep below; 0 for no promise
	MOS  float64       // mean opinion score that 95 % of the calls must reach, from 1 to 5; 0 for no promise
}

// Validate reports every field that is out of its range.
func (p Promise) Validate() error {
	full := p.filled()
	return errors.Join(append(p.validatePoints(),
		within("blocking", full.Blocking, 0, 1),
		within("tolerated", full.Tolerated, full.Blocking, 1),
		within("confidence", full.Confidence, 0.5, 1),
		within("power", full.Power, 0.5, 1),
	)...)
}

// within reports a value that does not lie strictly between two others.
func within(field string, value, low, high float64) error {
	if value > low && value < high {
		return nil
	}
	hint := ""
	if meant := value / 100; meant > low && meant < high { // 95 for 95 %
		hint = fmt.Sprintf("; is %s meant?", percent(meant))
	}
	return fmt.Errorf("%s: must be between %s and %s, got %s%s", field, percent(low), percent(high), percent(value), hint)
}

// filled returns the promise with its defaults. Twice a promise of 50 % or more is no limit, so half
// the way to 100 % stands in for it.
func (p Promise) filled() Promise {
	if p.Tolerated == 0 {
		p.Tolerated = math.Min(toleratedBy*p.Blocking, (1+p.Blocking)/2)
	}
	if p.Confidence == 0 {
		p.Confidence = DefaultConfidence
	}
	if p.Power == 0 {
		p.Power = DefaultPower
	}
	return p
}
