package acceptance

import (
	"fmt"
	"math"
	"strings"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// mostNotStarted is the share of arrivals that may fail to start before a test proves nothing. Those
// are missing when most calls are up, which is when a trunk would block.
const mostNotStarted = 0.01

const evenlySpaced = "Calls came evenly spaced and are blocked less than real ones, so they cannot show that the trunk holds."

// faults returns why the test itself proves nothing, a sentence each.
func (e Evidence) faults() []string {
	var faults []string
	if err := e.Measured.CheckAccounting(); err != nil {
		faults = append(faults, "The accounting does not close: "+strings.ReplaceAll(err.Error(), "\n", "; ")+".")
	}
	if e.Interrupted {
		faults = append(faults, "The test was interrupted.")
	}
	for _, c := range e.Health.OfCalls().Limited() {
		faults = append(faults, "The generator was the limit: "+c.Why+".")
	}
	unsent := measure.Ratio{Numerator: e.Measured.Outcomes[measure.NotStarted], Denominator: e.Measured.Offered}
	if share, defined := unsent.Value(); defined && share > mostNotStarted {
		faults = append(faults, fmt.Sprintf("The generator did not start %s of %s (%s; at most %s may be missing).",
			count(unsent.Numerator), calls(unsent.Denominator), percent(share), percent(mostNotStarted)))
	}
	if requests := e.Measured.Requests(); requests == 0 {
		faults = append(faults, "No call was offered to the trunk.")
	} else if requests <= e.Measured.Undecided() {
		faults = append(faults, fmt.Sprintf("None of %s got as far as a circuit: %s.", calls(requests), e.elsewhere()))
	}
	return faults
}

// elsewhere lists the classes of the calls that proved nothing about capacity.
func (e Evidence) elsewhere() string {
	var parts []string
	for _, c := range []measure.Class{measure.Number, measure.Policy, measure.TargetError, measure.Timeout, measure.Unreachable} {
		if n := e.Measured.Outcomes[c]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n), strings.ReplaceAll(c.String(), "_", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

// otherTraffic says that other erlangs were offered than the promise was made for, or nothing. It
// allows for 1 % and for three standard deviations of the measured traffic,
//
//	σ/A = √(2/n)   from n arrivals and as many exponential holding times
func (e Evidence) otherTraffic(offered float64) string {
	if e.Planned == 0 || offered == 0 {
		return ""
	}
	allowed := math.Max(0.01, 3*math.Sqrt(2/float64(e.Measured.Started)))
	off := offered/e.Planned - 1
	switch {
	case off < -allowed:
		return fmt.Sprintf("Only %s of the %s for which the promise was made were offered.", erlangs(offered), erlangs(e.Planned))
	case off > allowed:
		return fmt.Sprintf("%s were offered, more than the %s for which the promise was made: set-up and ringing hold circuits too.",
			erlangs(offered), erlangs(e.Planned))
	}
	return ""
}

// assumptions returns what the judgement takes for granted.
func (e Evidence) assumptions() []string {
	m := e.Measured
	all := []string{"A circuit is held from the INVITE to the end of the call."}
	if busy := e.Busy(); busy > 0 {
		all = append(all, e.AssumedUser(busy))
	}
	if n := m.Undecided(); n > 0 {
		all = append(all, fmt.Sprintf("%s never got as far as a circuit (%s); the interval allows for each of them "+
			"to have been blocked or not.", calls(n), e.elsewhere()))
	}
	if e.Arrivals == traffic.Constant {
		all = append(all, "Erlang B and the interval are for random arrivals; these were evenly spaced.")
	}
	return all
}
