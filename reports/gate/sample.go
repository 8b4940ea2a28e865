package gate

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"gonum.org/v1/gonum/stat/distuv"
)

// leastForMean is the number of samples from which the mean of delays counts as normally distributed.
const leastForMean = 30

// ratio decides a rule on a share of calls or packets.
func (e Evidence) ratio(r *Result, ratio measure.Ratio) {
	r.Samples = ratio.Denominator
	if r.Measured, r.Defined = ratio.Value(); !r.Defined {
		return
	}
	interval, defined := e.interval(r.Rule, ratio)
	if !defined {
		r.Defined = false
		return
	}
	r.Low, r.High = interval.Low, interval.High
	r.between()
	if r.Rule.Metric == "blocking" && r.Verdict == Pass && r.Rule.Op.upper() && e.restsOnBusy(r) {
		return // no number of calls would tell
	}
	needed := interval.CallsToExclude(r.Rule.Limit, r.Measured)
	if interval.Unknown > 0 && r.Verdict == Inconclusive {
		r.Reason += fmt.Sprintf("; %s calls say nothing about capacity and may hide blocking", count(interval.Unknown))
		if worst := r.Measured + float64(interval.Unknown)/float64(ratio.Denominator); r.Measured <= r.Rule.Limit {
			needed = math.Inf(1)
			if worst < r.Rule.Limit {
				needed = interval.CallsToExclude(r.Rule.Limit, worst)
			}
		}
	}
	r.wants(needed)
}

// restsOnBusy takes a pass of blocking back when it rests on what a code such as 486 means: the called user or, as some
// carriers have it, that all circuits are busy. Unless somebody has said so, no pass rests on it; a pass that does not
// says what it assumes.
func (e Evidence) restsOnBusy(r *Result) bool {
	a := acceptance.Evidence{Measured: e.Measured, Window: e.Window, Ports: e.Ports, BusyCodes: e.BusyCodes}
	busy := a.Busy()
	if busy == 0 {
		return false
	}
	worst, defined := acceptance.BlockingWith(busy, e.Measured, e.Window, e.Ports, e.Confidence)
	if len(e.BusyCodes) == 0 && (!defined || !r.Rule.Op.holds(worst.High, r.Rule.Limit)) {
		r.undecided(strings.TrimSuffix(a.WhyHidden(busy), "."))
		return true
	}
	r.Note = a.AssumedUser(busy)
	return false
}

// interval returns the interval of a ratio, with its samples counted at their worth in independent ones.
func (e Evidence) interval(rule Rule, ratio measure.Ratio) (acceptance.Interval, bool) {
	switch {
	case rule.Metric == "blocking":
		return acceptance.Blocking(e.Measured, e.Window, e.Ports, e.Confidence)
	case rule.metric.capacity:
		return acceptance.Share(ratio.Numerator, ratio.Denominator, e.bursts(ratio), e.Confidence)
	case rule.metric.shares != nil:
		return acceptance.Share(ratio.Numerator, ratio.Denominator, clusters(rule.metric.shares(e.Measured), ratio), e.Confidence)
	}
	return acceptance.Share(ratio.Numerator, ratio.Denominator, 1, e.Confidence)
}

// bursts returns how many calls of a ratio that counts blocked ones are worth one independent call. Only
// what blocking adds to its variance comes in bursts:
//
//	v = (p(1-p) + b(1-b)(w-1)) / p(1-p)    b the share of blocked calls, w their own inflation
func (e Evidence) bursts(ratio measure.Ratio) float64 {
	blocking, defined := acceptance.Blocking(e.Measured, e.Window, e.Ports, e.Confidence)
	p, _ := ratio.Value()
	b, _ := e.Measured.Blocking().Value()
	if !defined || p*(1-p) == 0 {
		return 1
	}
	return 1 + b*(1-b)*(blocking.Inflation-1)/(p*(1-p))
}

// clusters returns how many packets are worth one independent packet, from the spread of the losses of
// whole calls: losses come in bursts and hit single calls.
//
//	v = (s²/k) / (p(1-p)/n)    s the standard deviation over k legs, p the share of all n packets
//
// Cochran, Sampling Techniques, 1977, section 9.
func clusters(legs *measure.Shares, ratio measure.Ratio) float64 {
	p, _ := ratio.Value()
	if legs.Count() < 2 || p*(1-p) == 0 {
		return 1
	}
	s := legs.StdDev()
	return math.Max(1, s*s/float64(legs.Count())*float64(ratio.Denominator)/(p*(1-p)))
}

// delay decides a rule on a statistic of delays.
func (e Evidence) delay(r *Result, h *measure.Histogram) {
	limit := time.Duration(math.Round(r.Rule.Limit * float64(time.Second)))
	e.statistic(r, samples{
		count: h.Count(), mean: h.Mean().Seconds(), deviation: h.StdDev().Seconds(), min: h.Min().Seconds(), max: h.Max().Seconds(),
		quantile: func(q float64) float64 { return h.Quantile(q).Seconds() }, supports: h.Supports,
		above: func() uint64 { return h.Above(limit) },
	})
}

// score decides a rule on a statistic of opinion scores. A score of exactly the limit counts as above it.
func (e Evidence) score(r *Result, s *measure.Scores) {
	e.statistic(r, samples{
		count: s.Count(), mean: s.Mean(), deviation: s.StdDev(), min: s.Quantile(0), max: s.Quantile(1),
		quantile: s.Quantile, supports: s.Supports,
		above: func() uint64 { return s.Count() - s.Below(r.Rule.Limit) },
	})
}

// samples are the figures of samples of any kind, in the unit of the rule.
type samples struct {
	count                     uint64
	mean, deviation, min, max float64
	quantile                  func(q float64) float64
	supports                  func(q float64) bool
	above                     func() uint64 // samples above the limit of the rule
}

// statistic decides a rule on a statistic of samples.
func (e Evidence) statistic(r *Result, s samples) {
	r.Samples, r.Defined = s.count, s.count > 0
	if !r.Defined {
		return
	}
	switch r.Rule.Stat {
	case "mean":
		e.mean(r, s)
	case "min":
		r.Measured = s.min
		r.exact()
	case "max":
		r.Measured = s.max
		r.exact()
	default:
		r.Measured = s.quantile(r.Rule.quantile)
		r.Sparse = !s.supports(r.Rule.quantile)
		e.percentile(r, s.above())
	}
}

// mean decides by the normal interval of the mean.
func (e Evidence) mean(r *Result, s samples) {
	r.Measured = s.mean
	if r.Samples < leastForMean {
		r.undecided(fmt.Sprintf("the mean of %d samples has no interval; it takes %d", r.Samples, leastForMean))
		r.MoreSamples = leastForMean - r.Samples
		return
	}
	z := distuv.UnitNormal.Quantile(1 - (1-e.Confidence)/2)
	half := z * s.deviation / math.Sqrt(float64(r.Samples))
	r.Low, r.High = r.Measured-half, r.Measured+half
	r.between()
	r.wants(math.Ceil(float64(r.Samples) * math.Pow(half/(r.Measured-r.Rule.Limit), 2)))
}

// legs decides a rule on a percentile of the losses of single calls.
func (e Evidence) legs(r *Result, s *measure.Shares) {
	r.Samples, r.Defined = s.Count(), s.Count() > 0
	if r.Defined {
		r.Measured = s.Quantile(r.Rule.quantile)
		e.percentile(r, s.Above(r.Rule.Limit))
	}
}

// percentile decides by the share of the samples above the limit: the percentile q is below the limit
// when less than 1-q of the samples are above it.
func (e Evidence) percentile(r *Result, above uint64) {
	interval, defined := acceptance.Share(above, r.Samples, 1, e.Confidence)
	if !defined {
		r.Defined = false
		return
	}
	r.Low, r.High = interval.Low, interval.High
	allowed := 1 - r.Rule.quantile
	below := interval.High <= allowed
	beyond := interval.Low > allowed
	share := float64(above) / float64(r.Samples)
	sparse := r.Rule.Stat + " has no value of its own with fewer than ten samples beyond it"
	beside := fmt.Sprintf("%s of %s samples are above %s", percent(share), count(r.Samples), r.Rule.limit())
	switch {
	case below && r.Rule.Op.upper(), beyond && !r.Rule.Op.upper():
		r.Verdict = Pass
		if r.Sparse {
			r.Note = fmt.Sprintf("%s passes because %s; %s.", r.Rule, beside, sparse)
		}
	case (below || beyond) && r.Sparse:
		r.Verdict = Fail
		r.Reason = fmt.Sprintf("%s, must be %s %s; %s", beside, r.Rule.Op, r.Rule.limit(), sparse)
	case below, beyond:
		r.fail()
	default:
		r.undecided(fmt.Sprintf("%s, %s and so too close to %s", beside, r.bounds(percent), percent(allowed)))
		r.wants(interval.CallsToExclude(allowed, share))
	}
}
