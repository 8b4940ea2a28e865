package measure_test

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/measure"
)

// closing returns a measurement whose accounting closes and in which every counter is in use.
func closing() *measure.Measurement {
	m := &measure.Measurement{
		Offered: 100, Started: 95, Late: 3, InProgress: 5, Completed: 78, Dropped: 2,
		InvitesSent: 110, Seized: 88,
	}
	m.Outcomes[measure.Answered] = 80
	m.Outcomes[measure.Blocked] = 10
	m.Outcomes[measure.NotStarted] = 5
	m.NotStarted[measure.NoCallSlot] = 4
	m.NotStarted[measure.Stopped] = 1
	m.Codes[200] = 80
	m.Codes[503] = 10
	m.Media = measure.Media{Legs: 80, Silent: 1, Received: 990, Expected: 1000, Lost: 10}
	return m
}

func TestAccountingCloses(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    *measure.Measurement
	}{
		{"nothing offered", &measure.Measurement{}},
		{"every counter in use", closing()},
		{"an instrument without SIP, such as the simulator", func() *measure.Measurement {
			m := closing()
			m.InvitesSent, m.Codes = 0, [700]uint64{}
			return m
		}()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.m.CheckAccounting(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAccountingThatDoesNotClose(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*measure.Measurement)
		want  string
	}{
		{"a call lost between offered and its class", func(m *measure.Measurement) { m.Offered++ },
			"offered is 101, but outcomes and calls in progress sum to 100"},
		{"a call in two classes", func(m *measure.Measurement) { m.Outcomes[measure.User]++ },
			"offered is 100, but outcomes and calls in progress sum to 101"},
		{"a call started and not started", func(m *measure.Measurement) { m.Started++ },
			"offered is 100, but started and not started sum to 101"},
		{"not started for no reason", func(m *measure.Measurement) { m.NotStarted[measure.Stopped]-- },
			"not started is 5, but its reasons sum to 4"},
		{"more late calls than calls", func(m *measure.Measurement) { m.Late = 96 },
			"late is 96, more than started, which is 95"},
		{"completed without an answer", func(m *measure.Measurement) { m.Completed = 81 },
			"completed is 81, more than answered, which is 80"},
		{"dropped without an answer", func(m *measure.Measurement) { m.Dropped = 81 },
			"dropped is 81, more than answered, which is 80"},
		{"a circuit held without a call", func(m *measure.Measurement) { m.Seized = 96 },
			"seized is 96, more than started, which is 95"},
		{"answered without a circuit", func(m *measure.Measurement) { m.Seized = 79 },
			"answered is 80, more than seized, which is 79"},
		{"started without an INVITE", func(m *measure.Measurement) { m.InvitesSent = 94 },
			"started is 95, more than INVITEs sent, which is 94"},
		{"more final responses than INVITEs", func(m *measure.Measurement) { m.Codes[401] = 21 },
			"final codes is 111, more than INVITEs sent, which is 110"},
		{"more calls ended by a code than calls", func(m *measure.Measurement) { m.Codes[401] = 16 },
			"final codes that ended calls is 106, more than started, which is 95"},
		{"more codes that calls survived than codes", func(m *measure.Measurement) { m.MovedOn.Codes[503] = 91 },
			"final codes of calls that went on is 91, more than final codes, which is 90"},
		{"answered without a 2xx", func(m *measure.Measurement) { m.Codes[200]-- },
			"answered is 80, more than final 2xx codes, which is 79"},
		{"a packet neither received nor lost", func(m *measure.Measurement) { m.Media.Expected++ },
			"RTP packets lost is 10, but expected less received is 11"},
		{"more silent legs than legs", func(m *measure.Measurement) { m.Media.Silent = 81 },
			"silent legs is 81, more than legs, which is 80"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := closing()
			tt.spoil(m)
			err := m.CheckAccounting()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
