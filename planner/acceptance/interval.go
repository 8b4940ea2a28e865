package acceptance

import (
	"math"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/measure"
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
	return interval(m, window, ports, confidence, 0)
}

// interval is Blocking with some more of the calls unknown.
func interval(m *measure.Measurement, window time.Duration, ports int, confidence float64, more uint64) (i Interval, defined bool) {
	unsent := m.Outcomes[measure.NotStarted] - min(m.Outcomes[measure.NotStarted], m.NotStarted[measure.Stopped])
	blocked, calls := float64(m.Outcomes[measure.Blocked]), float64(m.Requests())
	i = Interval{Confidence: confidence, Unknown: m.Undecided() + unsent + more}
	if m.Requests() <= m.Undecided() {
		return i, false
	}
	offered, known := m.OfferedErlangs(window)
	i.Inflation = inflation(ports, offered, known, blocked, calls)
	i.Effective = calls / i.Inflation
	var errLow, errHigh error
	i.Low, _, errLow = erlang.Wilson(blocked/i.Inflation, i.Effective, confidence)
	worst, all := blocked+float64(i.Unknown), calls+float64(unsent)
	_, i.High, errHigh = erlang.Wilson(worst/i.Inflation, all/i.Inflation, confidence)
	return i, errLow == nil && errHigh == nil
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
