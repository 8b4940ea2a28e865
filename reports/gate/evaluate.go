package gate

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

// Evidence is what the rules are held against.
type Evidence struct {
	Measured   *measure.Measurement
	Window     time.Duration  // the time in which the measured calls arrived
	Health     measure.Health // of the generator
	Ports      int            // circuits of the trunk; 0 if that is not known
	Confidence float64        // of the intervals; 0 stands for 0.95
	BusyCodes  []int          // final codes that are said to mean busy circuits on this trunk; nil if nobody has said
	CutShort   bool           // somebody ended the run before its time: counts would have grown
}

// Result is what became of one rule.
type Result struct {
	Rule     Rule
	Verdict  Verdict
	Measured float64 // in the unit of the rule
	Defined  bool    // whether there was anything to measure
	Samples  uint64  // calls, legs or packets that the value rests on
	Sparse   bool    // fewer than ten samples are expected beyond the percentile: Measured is one of them, no estimate

	// Low and High bound, with the confidence of the evidence, what the rule is about: the ratio, the mean,
	// or for a percentile the share of the samples beyond the limit. Both are 0 for counts, which are exact.
	Low, High   float64
	Confidence  float64
	MoreSamples uint64 // further samples that should decide, if the measurement stays as it is; 0 if none would

	Reason string // why, in a sentence; empty for a pass
	Note   string // what a pass takes for granted, or rests on without a value, a sentence; mostly empty
}

// Evaluate holds the evidence against each rule.
//
// Ratios, percentiles and means pass only when the worse end of their interval keeps the rule, fail only
// when the better end breaks it, and are inconclusive otherwise. Counts, minima and maxima are exact, but a count
// that a run which was cut short had not reached yet fails nothing. All
// rules are inconclusive when the accounting does not close or the generator was the limit; where it was the
// limit of media alone, only rules about RTP are.
func Evaluate(rules []Rule, e Evidence) []Result {
	if e.Confidence == 0 {
		e.Confidence = acceptance.DefaultConfidence
	}
	results := make([]Result, len(rules))
	ofCalls, ofMedia := e.fault(e.Health.OfCalls()), e.fault(e.Health)
	for i, rule := range rules {
		r := &results[i]
		r.Rule, r.Confidence = rule, e.Confidence
		e.measure(r)
		fault := ofCalls
		if rule.metric.media() {
			fault = ofMedia
		}
		switch {
		case fault != "":
			r.undecided(fault)
		case !r.Defined:
			r.undecided(fmt.Sprintf("%s has no samples", rule.Metric))
		}
	}
	return results
}

// fault says why the run proves nothing to those whom the health concerns, or nothing.
func (e Evidence) fault(health measure.Health) string {
	if err := e.Measured.CheckAccounting(); err != nil {
		return "the accounting does not close: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	var why []string
	for _, c := range health.Limited() {
		why = append(why, c.Why)
	}
	if len(why) > 0 {
		return "the generator was the limit: " + strings.Join(why, "; ")
	}
	return ""
}

// measure fills in the value and, as far as the samples go, the verdict.
func (e Evidence) measure(r *Result) {
	switch m := r.Rule.metric; {
	case r.Rule.quantile > 0 && m.shares != nil:
		e.legs(r, m.shares(e.Measured))
	case m.ratio != nil:
		e.ratio(r, m.ratio(e.Measured))
	case m.count != nil:
		e.count(r, m.count(e.Measured))
	case m.traffic != nil:
		r.Samples = e.Measured.Started
		r.Measured, r.Defined = m.traffic(e.Measured, e.Window)
		r.Defined = r.Defined && r.Samples > 0
		r.exact()
	case m.delay != nil:
		e.delay(r, m.delay(e.Measured))
	case m.scores != nil:
		e.score(r, m.scores(e.Measured))
	}
}

func (e Evidence) count(r *Result, n uint64) {
	r.Measured = float64(n)
	r.Samples = e.Measured.Offered
	switch m := r.Rule.metric; {
	case m.packets != nil:
		r.Samples = m.packets(&e.Measured.Media)
	case m.audio != nil:
		r.Samples = m.audio(&e.Measured.Media.Heard)
	}
	r.Defined = r.Samples > 0 && (r.Rule.metric.among == nil || r.Rule.metric.among(e.Measured) > 0)
	r.exact()
	if e.CutShort && r.Verdict == Fail && !r.Rule.Op.upper() && r.Measured <= r.Rule.Limit {
		r.undecided(fmt.Sprintf("measured %s when the run was ended before its time, and must be %s %s", r.Rule.format(r.Measured), r.Rule.Op, r.Rule.limit()))
	}
}

// exact decides a rule on a value that was counted or measured without sampling.
func (r *Result) exact() {
	if r.Rule.Op.holds(r.Measured, r.Rule.Limit) {
		r.Verdict = Pass
		return
	}
	r.fail()
}

// between decides a rule on a value that lies between the two bounds.
func (r *Result) between() {
	worse, better := r.High, r.Low
	if !r.Rule.Op.upper() {
		worse, better = better, worse
	}
	switch {
	case r.Rule.Op.holds(worse, r.Rule.Limit):
		r.Verdict = Pass
	case !r.Rule.Op.holds(better, r.Rule.Limit):
		r.fail()
	default:
		r.tooFew()
	}
}

func (r *Result) fail() {
	r.Verdict = Fail
	r.Reason = fmt.Sprintf("measured %s, must be %s %s (n = %s)",
		r.Rule.format(r.Measured), r.Rule.Op, r.Rule.limit(), count(r.Samples))
}

// tooFew leaves a rule open whose interval holds the limit.
func (r *Result) tooFew() {
	r.undecided(fmt.Sprintf("measured %s from %s samples, %s and so too close to %s",
		r.Rule.format(r.Measured), count(r.Samples), r.bounds(r.Rule.format), r.Rule.limit()))
}

// bounds says between what the truth lies.
func (r *Result) bounds(format func(float64) string) string {
	return fmt.Sprintf("with %s confidence between %s and %s", percent(r.Confidence), format(r.Low), format(r.High))
}

func (r *Result) undecided(reason string) {
	r.Verdict, r.Reason = Inconclusive, reason
}

// wants adds how many samples in all should decide.
func (r *Result) wants(samples float64) {
	if r.Verdict != Inconclusive || !r.Defined {
		return
	}
	if math.IsInf(samples, 0) || math.IsNaN(samples) {
		r.Reason += "; no number of samples would decide if it stays so"
		return
	}
	r.MoreSamples = uint64(math.Max(1, samples-float64(r.Samples)))
	r.Reason += fmt.Sprintf("; about %s more samples should decide", count(r.MoreSamples))
}
