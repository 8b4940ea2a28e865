package acceptance

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// DrillLimits are what a drill has to keep. The zero value stands for the defaults.
type DrillLimits struct {
	Lost     float64       // share of the calls during the failure that may be lost; 0 for DefaultDrillLost
	Recovery time.Duration // from the repair to the first answered call; 0 for DefaultDrillRecovery
}

// The defaults of DrillLimits.
const (
	DefaultDrillLost     = 0.01
	DefaultDrillRecovery = 5 * time.Second
)

// DrillResult is what a drill showed.
type DrillResult struct {
	Drill   *measure.Drill
	Limits  DrillLimits
	Verdict Verdict
	Why     []string // a sentence on redistribution, and one on recovery
}

// JudgeDrill holds what was measured of a drill against its limits. When the generator was the limit, or without calls during the failure or, of
// a trunk that was repaired, over it afterwards, nothing can be told.
func JudgeDrill(d *measure.Drill, limits DrillLimits, health measure.Health) DrillResult {
	if limits.Lost == 0 {
		limits.Lost = DefaultDrillLost
	}
	if limits.Recovery == 0 {
		limits.Recovery = DefaultDrillRecovery
	}
	r := DrillResult{Drill: d, Limits: limits, Verdict: Holds}
	r.redistribution()
	r.recovery()
	if limited := health.OfCalls().Limited(); len(limited) > 0 {
		r.Verdict = CannotTell
		r.Why = append(r.Why, "This proves nothing, because the generator was the limit: "+limited[0].Why+".")
	}
	return r
}

// add takes in the verdict on one part: one that does not hold outweighs one that cannot be told.
func (r *DrillResult) add(v Verdict, format string, args ...any) {
	r.Why = append(r.Why, fmt.Sprintf(format, args...))
	if v == DoesNotHold || r.Verdict == Holds {
		r.Verdict = v
	}
}

func (r *DrillResult) redistribution() {
	d, during := r.Drill, &r.Drill.Phases[measure.During]
	ratio := during.LostRatio()
	lost, known := ratio.Value()
	switch {
	case !known:
		r.add(CannotTell, "No call was to begin while %s was down.", d.Trunk)
	case during.Tries == 0 && d.Phases[measure.Before].Tries == 0:
		r.add(CannotTell, "%s had no calls before it failed: nothing had to be redistributed.", d.Trunk)
	default:
		v, word := Holds, "kept"
		if lost > r.Limits.Lost {
			v, word = DoesNotHold, "broken"
		}
		r.add(v, "While %s was down, %d of %d calls (%.3g %%) were lost; the limit of %.3g %% is %s. %d went on to another trunk after a try over it.",
			d.Trunk, ratio.Numerator, ratio.Denominator, 100*lost, 100*r.Limits.Lost, word, during.Moved)
	}
}

func (r *DrillResult) recovery() {
	d := r.Drill
	after := &d.Phases[measure.After]
	switch {
	case after.Offered == 0:
		r.add(CannotTell, "The run ended before %s could be called again: no recovery time.", d.Trunk)
	case d.Answers > 0 && d.Recovery <= r.Limits.Recovery:
		r.add(Holds, "%s answered again %s after it was repaired; the limit of %s is kept.", d.Trunk, spoken(d.Recovery), r.Limits.Recovery)
	case d.Answers > 0:
		r.add(DoesNotHold, "%s answered again only %s after it was repaired; the limit of %s is broken.", d.Trunk, spoken(d.Recovery), r.Limits.Recovery)
	case after.Tries == 0:
		r.add(CannotTell, "No call was sent over %s after it was repaired: no recovery time. Calls may prefer other trunks, or it may still be put aside.", d.Trunk)
	default:
		r.add(DoesNotHold, "%s answered none of %d calls after it was repaired.", d.Trunk, after.Tries)
	}
}

// spoken writes a time with the digits that matter.
func spoken(d time.Duration) string { return d.Round(time.Millisecond).String() }
