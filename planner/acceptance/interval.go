package acceptance

import (
	"math"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/measure"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is where the true blocking of a trunk lies, with the given confidence.
type Interval struct {
	Low, High  float64
	Confidence float64
	Inflation  float64 // measured calls that are worth one independent call
	Effective  float64 // independent calls that the measured ones are worth
	Unknown    uint64  // calls that count as blocked in High and as not blocked in Low
}

// Blocking returns the interval of the blocking that was measured over a window on the given number of
// circuits, 0 if that is not known. It is undefined when no call was decided on.
//
// Calls that proved nothing about capacity, since they ended in an error, a timeout or a wrong number
// or could not be sent, are not assumed away: its lower end takes none of them for blocked, its upper
// end all of them.
func Blocking(m *measure.Measurement, window time.Duration, ports int, confidence float64) (i Interval, defined bool) {
	return BlockingWith(0, m, window, ports, confidence)
}

// BlockingWith is Blocking with so many more of the calls unknown.
func BlockingWith(more uint64, m *measure.Measurement, window time.Duration, ports int, confidence float64) (i Interval, defined bool) {
	unsent := m.Outcomes[measure.NotStarted] - min(m.Outcomes[measure.NotStarted], m.NotStarted[measure.Stopped])
	t := Tally{Calls: m.Requests(), Blocked: m.Outcomes[measure.Blocked], Unknown: m.Undecided() + more, Unsent: unsent}
	if m.Requests() <= m.Undecided() {
		return Interval{Confidence: confidence, Unknown: t.Unknown + unsent}, false
	}
	offered, known := m.OfferedErlangs(window)
	return t.interval(inflation(ports, offered, known, float64(t.Blocked), float64(t.Calls)), confidence)
}

// Tally counts the calls of a test, be it over or not.
type Tally struct {
	Calls   uint64 // requests to the trunk; those in progress count as not blocked
	Blocked uint64
	Unknown uint64 // of Calls, that say nothing about capacity
	Unsent  uint64 // not in Calls: the generator could not start them
}

// interval returns the interval of the blocking when so many calls are worth one independent call.
func (t Tally) interval(inflation, confidence float64) (i Interval, defined bool) {
	calls, blocked := float64(t.Calls), float64(t.Blocked)
	i = Interval{Confidence: confidence, Inflation: inflation, Effective: calls / inflation, Unknown: t.Unknown + t.Unsent}
	var errLow, errHigh error
	i.Low, _, errLow = erlang.Wilson(blocked/inflation, i.Effective, confidence)
	worst, all := blocked+float64(i.Unknown), calls+float64(t.Unsent)
	_, i.High, errHigh = erlang.Wilson(math.Min(worst, all)/inflation, all/inflation, confidence)
	return i, errLow == nil && errHigh == nil
}

// exactLow lowers the lower end to that of Clopper and Pearson (Biometrika 26, 1934), at the worth of the blocked
// calls in independent ones. Counts of few blockings are skewed: they exceed the normal quantile of a Wilson
// interval more often than its confidence says.
func (i *Interval) exactLow(blocked uint64) {
	if hits := float64(blocked) / i.Inflation; hits > 0 && hits <= i.Effective {
		i.Low = math.Min(i.Low, mathext.InvRegIncBeta(hits, i.Effective-hits+1, (1-i.Confidence)/2))
	}
}

// Share returns the interval of a share that was counted as hits of all calls, of which inflation are
// worth one independent call; 1 if they are independent. It is undefined when nothing was counted.
func Share(hits, all uint64, inflation, confidence float64) (i Interval, defined bool) {
	i = Interval{Confidence: confidence, Inflation: inflation, Effective: float64(all) / inflation}
	var err error
	i.Low, i.High, err = erlang.Wilson(float64(hits)/inflation, i.Effective, confidence)
	return i, err == nil
}

// CallsToExclude returns how many calls it takes until the interval excludes the limit, if the measured
// share stays what it is:
//
//	n = v·z²·q(1-q)/(q-p)²    q the limit, p the share, v the inflation, z the normal quantile
//
// It is infinite when the share is the limit.
func (i Interval) CallsToExclude(limit, share float64) float64 {
	z, distance := quantile(i.Confidence), limit-share
	return math.Ceil(i.Inflation * z * z * limit * (1 - limit) / (distance * distance))
}

// quantile returns the two-sided normal quantile of a confidence.
func quantile(confidence float64) float64 {
	return distuv.UnitNormal.Quantile(1 - (1-confidence)/2)
}
