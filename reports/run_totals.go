package reports

import (
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

// Totals counts calls. Offered is the sum of the eleven outcomes, from answered to aborted, and of the
// calls in progress.
type Totals struct {
	Offered    uint64 `json:"offered"`
	Started    uint64 `json:"started"`
	Late       uint64 `json:"late"`
	InProgress uint64 `json:"in_progress"`

	Answered    uint64 `json:"answered"`
	User        uint64 `json:"user"`
	Number      uint64 `json:"number"`
	Blocked     uint64 `json:"blocked"`
	Redirected  uint64 `json:"redirected"`
	Policy      uint64 `json:"policy"`
	TargetError uint64 `json:"target_error"`
	Timeout     uint64 `json:"timeout"`
	Unreachable uint64 `json:"unreachable"`
	Unexpected  uint64 `json:"unexpected"`
	NotStarted  uint64 `json:"not_started"`
	Aborted     uint64 `json:"aborted"`

	Completed  uint64            `json:"completed"`
	Dropped    uint64            `json:"dropped"`
	WhyMissing map[string]uint64 `json:"not_started_reasons"`
}

func newTotals(m *measure.Measurement) Totals {
	o := &m.Outcomes
	t := Totals{
		Offered: m.Offered, Started: m.Started, Late: m.Late, InProgress: m.InProgress,
		Answered: o[measure.Answered], User: o[measure.User], Number: o[measure.Number],
		Blocked: o[measure.Blocked], Redirected: o[measure.Redirected], Policy: o[measure.Policy],
		TargetError: o[measure.TargetError], Timeout: o[measure.Timeout], Unreachable: o[measure.Unreachable],
		Unexpected: o[measure.Unexpected], NotStarted: o[measure.NotStarted], Aborted: o[measure.Aborted],
		Completed: m.Completed, Dropped: m.Dropped, WhyMissing: map[string]uint64{},
	}
	for r := range measure.Reason(measure.NumReasons) {
		t.WhyMissing[r.String()] = m.NotStarted[r]
	}
	return t
}

// outcome is one class of calls with its count and what it means.
type outcome struct {
	class string
	calls uint64
	about string
}

// outcomes returns the classes in the order in which reports print them. With the calls in progress they
// sum to Offered.
func (t Totals) outcomes() []outcome {
	return []outcome{
		{"answered", t.Answered, "200 to the INVITE"},
		{"user", t.User, "busy, no answer or declined"},
		{"number", t.Number, "wrong or unassigned number"},
		{"blocked", t.Blocked, "no circuit free"},
		{"redirected", t.Redirected, "3xx, not followed"},
		{"policy", t.Policy, "refused by a rule"},
		{"target_error", t.TargetError, "the target failed"},
		{"timeout", t.Timeout, "no answer in time"},
		{"unreachable", t.Unreachable, "nobody could be reached"},
		{"unexpected", t.Unexpected, "not what the scenario allows"},
		{"not_started", t.NotStarted, "this generator could not"},
		{"aborted", t.Aborted, "cut off when the run was stopped"},
		{"in_progress", t.InProgress, "not ended yet"},
	}
}

// Traffic is what was offered and carried, measured; null when it is not known. Offered is an estimate, the
// rate of the calls times their mean holding time; carried is the circuit time that passed in the window.
type Traffic struct {
	Offered *float64 `json:"offered_erlangs"`
	Carried *float64 `json:"carried_erlangs"`
	CAPS    *float64 `json:"calls_per_second"`
}

func newTraffic(m *measure.Measurement, window time.Duration) Traffic {
	return Traffic{
		Offered: known(m.OfferedErlangs(window)),
		Carried: known(m.CarriedErlangs(window)),
		CAPS:    known(float64(m.Started)/max(window.Seconds(), 1e-9), window > 0),
	}
}

// known returns a value, nil when it is not defined.
func known(value float64, defined bool) *float64 {
	if !defined {
		return nil
	}
	value = rounded(value)
	return &value
}

// Ratios are the key figures of RFC 6076 and ITU-T E.411/E.425, from 0 to 1.
type Ratios struct {
	Blocking     *float64 `json:"blocking"`
	BlockingLow  *float64 `json:"blocking_low"`
	BlockingHigh *float64 `json:"blocking_high"`
	ASR          *float64 `json:"asr"`
	ABR          *float64 `json:"abr"`
	NER          *float64 `json:"ner"`
	SER          *float64 `json:"ser"`
	SEER         *float64 `json:"seer"`
	ISA          *float64 `json:"isa"`
	SCR          *float64 `json:"scr"`
	ACD          *float64 `json:"acd_seconds"`
}

func newRatios(r RunResult) Ratios {
	m := r.Steady
	confidence, ports := acceptance.DefaultConfidence, 0
	if r.Judgement != nil {
		confidence, ports = r.Judgement.Promise.Confidence, r.Judgement.Ports
	}
	interval, defined := acceptance.Blocking(m, r.Window, ports, confidence)
	acd, answered := m.ACD()
	return Ratios{
		Blocking:    known(m.Blocking().Value()),
		BlockingLow: known(interval.Low, defined), BlockingHigh: known(interval.High, defined),
		ASR: known(m.ASR().Value()), ABR: known(m.ABR().Value()), NER: known(m.NER().Value()),
		SER: known(m.SER().Value()), SEER: known(m.SEER().Value()), ISA: known(m.ISA().Value()),
		SCR: known(m.SCR().Value()), ACD: known(acd.Seconds(), answered),
	}
}
