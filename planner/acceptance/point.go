package acceptance

import (
	"fmt"
	"math"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Point is a promise beside that of blocking, and what was measured of it.
type Point struct {
	Name     string  // caps, pdd or mos
	Promised float64 // calls per second, seconds or MOS
	Measured float64 // in the same unit; 0 without samples
	Samples  uint64  // calls
	Verdict  Verdict
	Why      string // a sentence
}

// The quantiles that promises of delay and of voice are about: nearly all calls keep them, not their mean.
const (
	PDDQuantile = 0.95
	MOSQuantile = 0.05
)

// points judges what was promised beside blocking.
func (e Evidence) points(p Promise) []Point {
	var all []Point
	if p.CAPS > 0 {
		all = append(all, e.capsPoint(p))
	}
	if p.PDD > 0 {
		all = append(all, e.pddPoint(p))
	}
	if p.MOS > 0 {
		all = append(all, e.mosPoint(p))
	}
	return all
}

// capsPoint says whether as many calls a second were offered as promised. How many of them the trunk blocked, for
// want of circuits or because they came too fast, is what the verdict on blocking is about.
func (e Evidence) capsPoint(p Promise) Point {
	point := Point{Name: "caps", Promised: p.CAPS, Samples: e.Measured.Started}
	point.Measured = float64(e.Measured.Started) / e.Window.Seconds()
	noise := 3 / math.Sqrt(math.Max(1, float64(e.Measured.Started))) // three deviations of a Poisson count
	if point.Measured < p.CAPS*(1-math.Max(0.01, noise)) {
		point.Why = fmt.Sprintf("Only %s calls per second were offered of the %s promised; calls %s times shorter would offer them.",
			figures(point.Measured), figures(p.CAPS), figures(p.CAPS/math.Max(point.Measured, 1e-9)))
		return point
	}
	point.Verdict = Holds
	point.Why = fmt.Sprintf("%s calls per second were offered, as promised.", figures(point.Measured))
	return point
}

// pddPoint says whether nearly all calls rang in time.
func (e Evidence) pddPoint(p Promise) Point {
	h := &e.Measured.Delays[measure.PDD]
	point := Point{Name: "pdd", Promised: p.PDD.Seconds(), Measured: h.Quantile(PDDQuantile).Seconds(), Samples: h.Count()}
	point.decide(h.Above(p.PDD), 1-PDDQuantile, p.Confidence, "post-dial delay above "+rounded(p.PDD), "rang")
	return point
}

// mosPoint says whether nearly all calls sounded as promised.
func (e Evidence) mosPoint(p Promise) Point {
	s := &e.Measured.Media.Heard.MOS
	point := Point{Name: "mos", Promised: p.MOS, Measured: s.Quantile(MOSQuantile), Samples: s.Count()}
	if limited := e.Health.OfMedia().Limited(); len(limited) > 0 {
		point.Why = "What calls sounded like cannot be told: " + limited[0].Why + "."
		return point
	}
	point.decide(s.Below(p.MOS), MOSQuantile, p.Confidence, fmt.Sprintf("MOS below %.3g", p.MOS), "had a score")
	return point
}

// decide compares the share of the calls that missed the promise with the share that may.
func (p *Point) decide(missed uint64, allowed, confidence float64, what, counted string) {
	i, defined := Share(missed, p.Samples, 1, confidence)
	if !defined {
		p.Why = fmt.Sprintf("No call %s, so nothing is known of %s.", counted, what)
		return
	}
	within := fmt.Sprintf("%s of %s had a %s; with %s confidence between %s and %s", count(missed), calls(p.Samples), what,
		percent(confidence), percent(i.Low), percent(i.High))
	switch {
	case i.High <= allowed:
		p.Verdict = Holds
		p.Why = fmt.Sprintf("%s: at most the %s that may.", within, percent(allowed))
	case i.Low > allowed:
		p.Verdict = DoesNotHold
		p.Why = fmt.Sprintf("%s: more than the %s that may.", within, percent(allowed))
	default:
		p.Why = fmt.Sprintf("%s: too few calls to tell that from the %s that may.", within, percent(allowed))
	}
}

// withPoints makes the verdict that of the worst promise: one that is not held spoils all, one that is open leaves them
// open.
func (j *Judgement) withPoints() {
	for _, p := range j.Points {
		switch {
		case p.Verdict == DoesNotHold:
			if j.Verdict != DoesNotHold {
				j.Verdict, j.Why = DoesNotHold, append([]string{p.Why}, j.Why...)
				continue
			}
		case p.Verdict == CannotTell && j.Verdict == Holds:
			j.Verdict, j.Why = CannotTell, append([]string{p.Why}, j.Why...)
			continue
		}
		j.Why = append(j.Why, p.Why)
	}
}

// validatePoints reports promises beside blocking that nobody can make.
func (p Promise) validatePoints() []error {
	var problems []error
	if !(p.CAPS >= 0) || math.IsInf(p.CAPS, 0) {
		problems = append(problems, fmt.Errorf("caps: must be a number of calls per second, got %g", p.CAPS))
	}
	if p.PDD < 0 || p.PDD > time.Hour {
		problems = append(problems, fmt.Errorf("pdd: must be a time of at most 1h, got %s", p.PDD))
	}
	if p.MOS != 0 && !(p.MOS >= 1 && p.MOS <= 5) {
		problems = append(problems, fmt.Errorf("mos: must be from 1 to 5, got %g", p.MOS))
	}
	return problems
}
