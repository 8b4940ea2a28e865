package reports

import "github.com/sipplan/sipplan/planner/acceptance"

// Acceptance compares what was promised, what the formula says of the traffic really offered, and what
// live calls did.
type Acceptance struct {
	Verdict     acceptance.Verdict   `json:"verdict"`
	Why         []string             `json:"why"`
	Promise     Promise              `json:"promise"`
	Formula     *Formula             `json:"formula"` // null when the circuits or the traffic are not known
	Live        Live                 `json:"live"`
	Agreement   acceptance.Agreement `json:"agreement"` // of live calls with the formula
	MoreCalls   uint64               `json:"more_calls"`
	Assumptions []string             `json:"assumptions"`
	Points      []Point              `json:"points"`  // promises beside blocking; none is an empty list
	Effects     []string             `json:"effects"` // how far the generator's own faults can have moved blocking
	Look        *Look                `json:"look"`    // null for a test of fixed length
}

// Point is a promise beside blocking and what was measured of it: calls per second, post-dial delay in seconds that
// 95 % of the calls keep below, MOS that 95 % of them reach.
type Point struct {
	Name     string             `json:"name"` // caps, pdd or mos
	Promised float64            `json:"promised"`
	Measured *float64           `json:"measured"` // null without samples
	Samples  uint64             `json:"samples"`
	Verdict  acceptance.Verdict `json:"verdict"`
	Why      string             `json:"why"`
}

// Look is the look at a sequential test whose interval was taken.
type Look struct {
	Number  int    `json:"number"`
	Of      int    `json:"of"`
	OfCalls uint64 `json:"of_calls"` // that the whole test would have counted
}

// Promise is what was promised of the trunk.
type Promise struct {
	Ports      int     `json:"ports"`
	Erlangs    float64 `json:"offered_erlangs"`
	Blocking   float64 `json:"blocking_ratio"`
	Tolerated  float64 `json:"tolerated_blocking_ratio"`
	Confidence float64 `json:"confidence_ratio"`
}

// Formula is what Erlang B says of the traffic that was really offered.
type Formula struct {
	Offered  float64 `json:"offered_erlangs"`
	Carried  float64 `json:"carried_erlangs"`
	Blocking float64 `json:"blocking_ratio"`
}

// Live is what was measured.
type Live struct {
	Offered   float64  `json:"offered_erlangs"` // estimate: rate times mean holding time
	Carried   *float64 `json:"carried_erlangs"` // null when it is not known
	Calls     uint64   `json:"calls"`
	Blocked   uint64   `json:"blocked"`
	Blocking  *float64 `json:"blocking_ratio"`
	Low       *float64 `json:"blocking_ratio_low"`
	High      *float64 `json:"blocking_ratio_high"`
	Effective *float64 `json:"independent_calls"` // that the calls are worth, since blockings come in bursts
}

func newAcceptance(j *acceptance.Judgement, calls uint64) *Acceptance {
	if j == nil {
		return nil
	}
	a := &Acceptance{
		Verdict: j.Verdict, Why: cleaned(j.Why), Agreement: j.Agreement, MoreCalls: j.MoreCalls, Assumptions: cleaned(j.Assumptions),
		Promise: Promise{j.Ports, j.Planned, j.Promise.Blocking, j.Promise.Tolerated, j.Promise.Confidence},
		Live: Live{
			Offered: rounded(j.Offered), Carried: known(j.Carried, j.Carried > 0),
			Calls: calls, Blocked: j.Blocking.Numerator, Blocking: known(j.Blocking.Value()),
			Low: known(j.Interval.Low, j.Measured), High: known(j.Interval.High, j.Measured),
			Effective: known(j.Interval.Effective, j.Measured),
		},
	}
	a.Effects, a.Points = cleaned(j.Effects), make([]Point, len(j.Points))
	for i, p := range j.Points {
		a.Points[i] = Point{p.Name, p.Promised, known(rounded(p.Measured), p.Samples > 0), p.Samples, p.Verdict, printable(p.Why)}
	}
	if l := j.Look; l.Number > 0 {
		a.Look = &Look{l.Number, l.Of, l.OfCalls}
	}
	if j.Agreement != acceptance.Unknown {
		a.Formula = &Formula{rounded(j.Offered), rounded(j.Offered * (1 - j.Formula)), rounded(j.Formula)}
	}
	return a
}
