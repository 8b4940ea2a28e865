package measure

import (
	"errors"
	"fmt"
)

// CheckAccounting reports every equation between the counters that does not hold, nil when the
// accounting closes. A measurement whose accounting does not close proves nothing.
//
//	offered      = Σ classes + in progress
//	offered      = started + not started
//	not started  = Σ reasons
//	late         ≤ started, seized ≤ started
//	completed    ≤ answered, dropped ≤ answered ≤ seized
//	answered     ≤ final 2xx codes; Σ codes ≤ INVITEs sent, which are at least started
//	Σ codes      less those after which a call went on ≤ started
//	lost         = expected − received packets; silent, one-way and scored legs ≤ legs
//	offered      = Σ classes + in progress, of each flow of a mix
//	tries        = started + tries that moved on to another trunk; of a trunk, Σ classes + in progress
//
// The lines on codes, circuits, trunks and media are skipped by an instrument that counts none of them.
func (m *Measurement) CheckAccounting() error {
	return errors.Join(m.checkCalls(), m.checkCircuits(), m.checkSIP(), m.checkTrunks(), m.checkFlows(), m.Media.check())
}

func (m *Measurement) checkCalls() error {
	notStarted := m.Outcomes[NotStarted]
	return errors.Join(
		equal("offered", m.Offered, "outcomes and calls in progress", total(m.Outcomes[:])+m.InProgress),
		equal("offered", m.Offered, "started and not started", m.Started+notStarted),
		equal("not started", notStarted, "its reasons", total(m.NotStarted[:])),
		atMost("late", m.Late, "started", m.Started),
		atMost("completed", m.Completed, "answered", m.Outcomes[Answered]),
		atMost("dropped", m.Dropped, "answered", m.Outcomes[Answered]),
	)
}

func (m *Measurement) checkCircuits() error {
	if m.Seized == 0 {
		return nil
	}
	return errors.Join(
		atMost("seized", m.Seized, "started", m.Started),
		atMost("answered", m.Outcomes[Answered], "seized", m.Seized),
	)
}

func (m *Measurement) checkSIP() error {
	if m.InvitesSent == 0 {
		return nil
	}
	codes := total(m.Codes[:])
	return errors.Join(
		atMost("started", m.Started, "INVITEs sent", m.InvitesSent),
		atMost("final codes", codes, "INVITEs sent", m.InvitesSent),
		atMost("final codes of calls that went on", total(m.MovedOn.Codes[:]), "final codes", codes),
		atMost("final codes that ended calls", codes-min(codes, total(m.MovedOn.Codes[:])), "started", m.Started),
		atMost("answered", m.Outcomes[Answered], "final 2xx codes", total(m.Codes[200:300])),
	)
}

func (m *Media) check() error {
	var lost error
	if m.Lost != int64(m.Expected)-int64(m.Received) {
		lost = fmt.Errorf("RTP packets lost is %d, but expected less received is %d",
			m.Lost, int64(m.Expected)-int64(m.Received))
	}
	return errors.Join(lost, atMost("silent legs", m.Silent, "legs", m.Legs),
		atMost("calls with one-way audio", m.Heard.OneWay, "legs", m.Legs),
		atMost("scored calls", m.Heard.MOS.Count()+m.Heard.WidebandMOS.Count()+m.Heard.NoScore, "legs", m.Legs))
}

func equal(name string, n uint64, parts string, sum uint64) error {
	if n == sum {
		return nil
	}
	return fmt.Errorf("%s is %d, but %s sum to %d", name, n, parts, sum)
}

func atMost(name string, n uint64, bound string, limit uint64) error {
	if n <= limit {
		return nil
	}
	return fmt.Errorf("%s is %d, more than %s, which is %d", name, n, bound, limit)
}
