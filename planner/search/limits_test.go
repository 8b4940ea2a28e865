package search_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/search"
)

// trialOf returns a trial of 1,000 calls over 10 s, answered after 40 ms, changed as wanted.
func trialOf(change func(*measure.Measurement)) *measure.Measurement {
	m := &measure.Measurement{Offered: 1000, Started: 1000, Seized: 1000, CircuitTime: time.Second, Completed: 1000}
	m.Outcomes[measure.Answered] = 1000
	for range 1000 {
		m.Delays[measure.PDD].Record(20 * time.Millisecond)
		m.Delays[measure.AnswerTime].Record(40 * time.Millisecond)
	}
	change(m)
	return m
}

func block(n uint64) func(*measure.Measurement) {
	return func(m *measure.Measurement) {
		m.Outcomes[measure.Answered] -= n
		m.Outcomes[measure.Blocked] += n
		m.Seized, m.Completed = m.Seized-n, m.Completed-n
	}
}

func TestLimitsSayWhatBroke(t *testing.T) {
	strict := search.Limits{Retransmissions: -1}
	limited := measure.Health{{Name: "cpu", State: measure.Limited, Why: "no breath left"}}
	for _, tt := range []struct {
		name   string
		limits search.Limits
		change func(*measure.Measurement)
		health measure.Health
		want   acceptance.Verdict
		why    string
	}{
		{"all answered", strict, func(*measure.Measurement) {}, nil, acceptance.Holds, ""},
		{"one blocked call is one too many for RFC 7502", strict, block(1), nil, acceptance.DoesNotHold, "1 of 1000 calls failed (0.1 %), 1 of them blocked; 0 % may."},
		{"the only call", strict, func(m *measure.Measurement) {
			m.Offered, m.Started, m.Outcomes[measure.Answered], m.Outcomes[measure.Blocked] = 1, 1, 0, 1
			m.Seized, m.Completed = 0, 0
		}, nil, acceptance.DoesNotHold, "1 of 1 call failed (100 %), 1 of them blocked; 0 % may."},
		{"0.1 % may fail", search.Limits{Failed: 0.001, Blocking: 0.001, Retransmissions: -1}, block(1), nil, acceptance.Holds, ""},
		{"but not be blocked", search.Limits{Failed: 0.01, Retransmissions: -1}, block(5), nil, acceptance.DoesNotHold, "5 of 1000 calls were blocked (0.5 %); 0 % may be."},
		{"an answer after the threshold is a failure", search.Limits{Establish: 30 * time.Millisecond, Retransmissions: -1}, func(*measure.Measurement) {}, nil,
			acceptance.DoesNotHold, "1000 of 1000 calls failed"},
		{"an answer before it is none", search.Limits{Establish: 50 * time.Millisecond, Retransmissions: -1}, func(*measure.Measurement) {}, nil, acceptance.Holds, ""},
		{"a call that was cut is a failure", strict, func(m *measure.Measurement) { m.Dropped, m.Completed = 1, 999 }, nil, acceptance.DoesNotHold, "1 of 1000 calls failed"},
		{"repeats", search.Limits{Retransmissions: 0.001}, func(m *measure.Measurement) { m.Retransmissions[measure.Sent][measure.Invite] = 2 }, nil,
			acceptance.DoesNotHold, "2 messages of 1000 calls had to be sent again; 0.1 % of the calls may."},
		{"post-dial delay", search.Limits{PDD: 10 * time.Millisecond, Retransmissions: -1}, func(*measure.Measurement) {}, nil, acceptance.DoesNotHold,
			"5 % of the calls had a post-dial delay of 20ms or more; the limit is 10ms."},
		{"no call rang", search.Limits{PDD: time.Second, Retransmissions: -1}, func(m *measure.Measurement) { m.Delays[measure.PDD] = measure.Histogram{} }, nil,
			acceptance.CannotTell, "No call rang"},
		{"voice", search.Limits{MOS: 4, Retransmissions: -1}, func(m *measure.Measurement) { m.Media.Heard.MOS.Record(3.2); m.Media.Legs = 1 }, nil, acceptance.DoesNotHold,
			"5 % of the calls had a MOS of 3.20 or less; the limit is 4.00."},
		{"no call had a score", search.Limits{MOS: 4, Retransmissions: -1}, func(*measure.Measurement) {}, nil, acceptance.CannotTell, "No call had a score"},
		{"a limited generator accuses nobody", strict, block(500), limited, acceptance.CannotTell, "The generator was the limit: no breath left."},
		{"nothing offered", strict, func(m *measure.Measurement) { *m = measure.Measurement{} }, nil, acceptance.CannotTell, "No call was offered."},
		{"accounts that do not close", strict, func(m *measure.Measurement) { m.Offered++ }, nil, acceptance.CannotTell, "The accounting does not close"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := tt.limits.Judge(trialOf(tt.change), 10*time.Second, tt.health)
			if out.Verdict != tt.want || !strings.Contains(strings.Join(out.Why, " "), tt.why) || (tt.why == "") != (len(out.Why) == 0) {
				t.Errorf("%s because %q, want %s because %q", out.Verdict, out.Why, tt.want, tt.why)
			}
		})
	}
	d := strict.Judge(trialOf(block(3)), 10*time.Second, nil).Measured
	if d.Calls != 1000 || d.CAPS != 100 || d.Answered != 997 || d.Failed != 3 || d.Blocked != 3 || !d.PDDKnown || d.MOSKnown {
		t.Errorf("measured %+v", d)
	}
}
