package acceptance

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Evidence is what a finished test has to say.
type Evidence struct {
	Measured    *measure.Measurement // the calls that arrived in the window, followed to their ends
	Window      time.Duration        // the time in which they arrived, without warm-up
	Ports       int                  // circuits that are said to exist; 0 if that is not known
	Planned     float64              // erlangs for which the promise was made; 0 if for any
	Promise     Promise
	Arrivals    traffic.ArrivalLaw // empty stands for Poisson
	BusyCodes   []int              // final codes that are said to mean busy circuits on this trunk; nil if nobody has said
	Health      measure.Health     // of the generator; checks of media alone change no verdict on a trunk
	Interrupted bool               // the test was stopped before its end
	Look        Look               // the last look of a sequential test, by which it may have ended; zero for a test of fixed length
}

// Judgement is a verdict with everything that it rests on.
type Judgement struct {
	Verdict Verdict
	Why     []string // sentences; the first one gives the reason of the verdict
	Promise Promise  // with its defaults filled in
	Ports   int      // circuits that are said to exist; 0 if that is not known
	Planned float64  // erlangs for which the promise was made; 0 if for any
	Look    Look     // of a sequential test; its interval allows for all looks

	Blocking measure.Ratio // blocked by requests
	Interval Interval
	Measured bool    // whether Interval is defined
	Offered  float64 // erlangs really offered, set-up and ringing included; 0 if no call held a circuit
	Carried  float64 // erlangs really carried in the window; 0 if not known
	Formula  float64 // blocking by Erlang B for the circuits at Offered; meaningful unless Agreement is Unknown

	Agreement   Agreement
	Points      []Point  // promises beside blocking
	Effects     []string // how far the generator's own faults can have moved blocking, a sentence each
	MoreCalls   uint64   // further calls that should decide, when only their number is the reason; else 0
	Assumptions []string // what was taken for granted, a sentence each
}

// Judge compares what was measured with what was promised.
//
//	does not hold  when the interval of the blocking lies above the promise
//	holds          when it lies below the tolerated limit, and not above the promise
//	cannot tell    otherwise, and whenever the test itself was at fault
//
// The test is at fault when its accounting does not close, it was interrupted, the generator was the
// limit, more than 1 % of its calls could not be started, no call was decided on, or other traffic was
// offered than the promise was made for. Evenly spaced calls can show that a trunk does not hold, never
// that it does, because they are blocked less than real ones. Nor can calls that ended with a code such as
// 486 show that it holds, when they would be too many if it stood for busy circuits and BusyCodes is nil.
func Judge(e Evidence) (Judgement, error) {
	if err := e.validate(); err != nil {
		return Judgement{}, err
	}
	j := Judgement{Promise: e.Promise.filled(), Ports: e.Ports, Planned: e.Planned, Look: e.Look, Blocking: e.Measured.Blocking()}
	j.Offered, _ = e.Measured.OfferedErlangs(e.Window)
	j.Carried, _ = e.Measured.CarriedErlangs(e.Window)
	j.Interval, j.Measured = e.interval(0)
	j.compareWithFormula(e)
	j.Assumptions, j.Effects = e.assumptions(), e.effects()
	j.Points = e.points(j.Promise)
	if faults := e.faults(); len(faults) > 0 {
		j.Why = faults
	} else {
		j.decide(e)
		j.withPoints()
	}
	if plan := j.planBlocks(); plan != "" {
		j.Why = append(j.Why, plan)
	}
	return j, nil
}

func (e Evidence) validate() error {
	var problems []error
	if e.Measured == nil {
		problems = append(problems, errors.New("measured: is missing"))
	}
	if e.Window <= 0 {
		problems = append(problems, fmt.Errorf("window: must be longer than 0, got %s", e.Window))
	}
	if e.Ports < 0 {
		problems = append(problems, fmt.Errorf("ports: must not be negative, got %d", e.Ports))
	}
	if !(e.Planned >= 0) || math.IsInf(e.Planned, 0) {
		problems = append(problems, fmt.Errorf("planned: must be a number of erlangs, got %g", e.Planned))
	}
	return errors.Join(append(problems, e.Promise.Validate())...)
}

// interval returns the interval of the blocking with so many more of the calls unknown. That of a sequential test
// is as wide as its last look asks for.
func (e Evidence) interval(more uint64) (i Interval, defined bool) {
	i, defined = BlockingWith(more, e.Measured, e.Window, e.Ports, e.Look.confidence(e.Promise.filled().Confidence))
	if e.Look.Number > 0 && defined {
		i.exactLow(e.Measured.Outcomes[measure.Blocked])
	}
	return i, defined
}

// compareWithFormula sets the blocking by Erlang B at the erlangs really offered, and whether live calls agree.
// That is no verdict and asked once, so the interval is the plain one whatever the looks.
func (j *Judgement) compareWithFormula(e Evidence) {
	if e.Ports == 0 || j.Offered == 0 || !j.Measured {
		return
	}
	plain, _ := Blocking(e.Measured, e.Window, e.Ports, j.Promise.Confidence)
	var err error
	if j.Formula, err = erlang.B(float64(e.Ports), j.Offered); err != nil {
		return
	}
	switch {
	case j.Formula < plain.Low:
		j.Agreement = BlocksMore
	case j.Formula > plain.High:
		j.Agreement = BlocksLess
	default:
		j.Agreement = Agrees
	}
}

// decide gives the verdict of a test that is not at fault.
func (j *Judgement) decide(e Evidence) {
	above := j.Interval.Low > j.Promise.Blocking
	below := j.Interval.High < j.Promise.Tolerated
	off, hidden := e.otherTraffic(j.Offered), e.hidden(j)
	switch {
	case hidden > 0 && !above:
		j.Why = []string{e.WhyHidden(hidden), j.measured() + "."}
		if off != "" {
			j.Why = append(j.Why, off)
		}
	case off != "":
		j.Why = []string{off}
	case above:
		j.Verdict = DoesNotHold
		j.Why = []string{j.whyNot()}
	case below && e.Arrivals == traffic.Constant:
		j.Why = []string{evenlySpaced}
	case below:
		j.Verdict = Holds
		j.Why = []string{j.whyHolds()}
		if busy := e.Busy(); busy > 0 {
			j.Why = append(j.Why, e.AssumedUser(busy))
		}
	default:
		j.countMoreCalls()
		j.Why = []string{j.whyOpen()}
	}
	if j.Agreement != Unknown {
		j.Why = append(j.Why, j.againstFormula(e.Ports))
	}
}

// countMoreCalls sets how many further calls should decide, if blocking stays as measured.
func (j *Judgement) countMoreCalls() {
	share, _ := j.Blocking.Value()
	worst := (float64(j.Blocking.Numerator) + float64(j.Interval.Unknown)) / float64(j.Blocking.Denominator)
	needed := math.Inf(1)
	if share > j.Promise.Blocking {
		needed = j.Interval.CallsToExclude(j.Promise.Blocking, share)
	}
	if worst < j.Promise.Tolerated {
		needed = math.Min(needed, j.Interval.CallsToExclude(j.Promise.Tolerated, worst))
	}
	if !math.IsInf(needed, 0) {
		j.MoreCalls = uint64(math.Max(1, needed-float64(j.Blocking.Denominator)))
	}
}
