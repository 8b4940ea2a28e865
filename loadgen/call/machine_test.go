package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

func TestOneCallFromInviteToBye(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) {
		answerer.Setup = traffic.Duration{Mean: 200 * time.Millisecond}
		answerer.Ringing = traffic.Duration{Mean: 2 * time.Second}
	})
	l.place(10 * time.Second)
	l.runUntil(time.Minute)
	want := []string{
		"-> INVITE sip:+15550100@192.0.2.2:5060 SIP/2.0",
		"<- 100 Trying (1 INVITE)",
		"<- 180 Ringing (1 INVITE)",
		"<- 200 OK (1 INVITE)",
		"-> ACK sip:192.0.2.2:5060 SIP/2.0",
		"-> BYE sip:192.0.2.2:5060 SIP/2.0",
		"<- 200 OK (2 BYE)",
	}
	if !slices.Equal(l.log, want) {
		t.Errorf("messages:\n%s\nwant:\n%s", strings.Join(l.log, "\n"), strings.Join(want, "\n"))
	}
	l.closed()
	if l.calls.Outcomes[measure.Answered] != 1 || l.calls.Completed != 1 || l.answers.Outcomes[measure.Answered] != 1 {
		t.Errorf("answered %d and completed %d at the caller, answered %d at the answerer, want 1 each",
			l.calls.Outcomes[measure.Answered], l.calls.Completed, l.answers.Outcomes[measure.Answered])
	}
	near := func(name string, d measure.Delay, want time.Duration) {
		got := l.calls.Delays[d].Mean()
		if got < want-5*time.Millisecond || got > want+5*time.Millisecond {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	near("post-dial delay", measure.PDD, 202*time.Millisecond)
	near("time to answer", measure.AnswerTime, 2202*time.Millisecond)
	near("session duration", measure.SDT, 10*time.Second)
	near("disconnect delay", measure.SDD, 2*time.Millisecond)
}

// full is a gateway whose circuits are all in use.
type full struct{}

func (full) Seize(time.Duration) bool { return false }
func (full) Release(time.Duration)    {}

func TestFullGatewayBlocksWithCause34(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) { answerer.Circuits = full{} })
	l.place(time.Second)
	l.runUntil(time.Minute)
	want := []string{
		"-> INVITE sip:+15550100@192.0.2.2:5060 SIP/2.0",
		"<- 503 Service Unavailable (1 INVITE)",
		"-> ACK sip:+15550100@192.0.2.2:5060 SIP/2.0",
	}
	if !slices.Equal(l.log, want) {
		t.Errorf("messages:\n%s\nwant:\n%s", strings.Join(l.log, "\n"), strings.Join(want, "\n"))
	}
	l.closed()
	if l.calls.Outcomes[measure.Blocked] != 1 || l.calls.Causes[34] != 1 || l.calls.Codes[503] != 1 {
		t.Errorf("blocked %d, cause 34 %d, 503 %d, want 1 each", l.calls.Outcomes[measure.Blocked], l.calls.Causes[34], l.calls.Codes[503])
	}
}

// once loses the first message that contains text.
func once(text string) func(string) bool {
	lost := false
	return func(message string) bool {
		if lost || !strings.Contains(message, text) {
			return false
		}
		lost = true
		return true
	}
}

func TestEachLostMessageIsMadeGoodAndCounted(t *testing.T) {
	for _, tt := range []struct {
		name, lost string
		repeated   func(l *lab) uint64
	}{
		{"a lost INVITE is sent again", "-> INVITE", func(l *lab) uint64 { return l.calls.Retransmissions[measure.Sent][measure.Invite] }},
		{"a lost 200 is sent again by the answerer", "<- 200 OK (1 INVITE)", func(l *lab) uint64 {
			return l.answers.Retransmissions[measure.Sent][measure.Response2xx]
		}},
		{"a lost ACK brings the 200 again, which is acknowledged again", "-> ACK", func(l *lab) uint64 {
			return min(l.calls.Retransmissions[measure.Received][measure.Response2xx], l.calls.Retransmissions[measure.Sent][measure.Ack])
		}},
		{"a lost BYE is sent again", "-> BYE", func(l *lab) uint64 { return l.calls.Retransmissions[measure.Sent][measure.Bye] }},
		{"a lost answer to BYE brings the BYE again, which a finished call answers", "<- 200 OK (2 BYE)", func(l *lab) uint64 {
			return min(l.calls.Retransmissions[measure.Sent][measure.Bye], l.answers.Retransmissions[measure.Received][measure.Bye])
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, nil)
			l.lose = once(tt.lost)
			l.place(5 * time.Second)
			l.runUntil(2 * time.Minute)
			l.closed()
			if l.calls.Outcomes[measure.Answered] != 1 || l.calls.Completed != 1 {
				t.Errorf("answered %d, completed %d, want 1 and 1:\n%s", l.calls.Outcomes[measure.Answered], l.calls.Completed, strings.Join(l.log, "\n"))
			}
			if n := tt.repeated(l); n != 1 {
				t.Errorf("%d retransmissions counted, want 1:\n%s", n, strings.Join(l.log, "\n"))
			}
		})
	}
}

func TestLostRefusalIsRepeatedUntilAcknowledged(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) { answerer.Circuits = full{} })
	l.lose = once("-> ACK")
	l.place(time.Second)
	l.runUntil(2 * time.Minute)
	l.closed()
	if l.calls.Retransmissions[measure.Received][measure.OtherResponse] != 1 {
		t.Errorf("the repeated 503 was not counted:\n%s", strings.Join(l.log, "\n"))
	}
	if l.calls.Outcomes[measure.Blocked] != 1 {
		t.Errorf("blocked %d calls, want 1 however often the refusal is repeated", l.calls.Outcomes[measure.Blocked])
	}
}

func TestSilentTargetIsATimeoutAfterTimerB(t *testing.T) {
	l := newLab(t, nil)
	l.lose = func(string) bool { return true }
	l.place(time.Second)
	l.runUntil(time.Minute)
	l.closed()
	if l.calls.Outcomes[measure.Timeout] != 1 || len(l.log) != 7 {
		t.Errorf("%d timeouts after %d INVITEs, want 1 after 7", l.calls.Outcomes[measure.Timeout], len(l.log))
	}
}

func TestStopHangsUpEveryCallOnBothSides(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) {
		answerer.Setup = traffic.Duration{Mean: 100 * time.Millisecond}
		answerer.Ringing = traffic.Duration{Mean: time.Second}
	})
	for i := range 30 { // some talk, some ring, some have just been sent
		l.runUntil(time.Duration(i) * 70 * time.Millisecond)
		l.place(time.Hour)
	}
	l.caller.Stop(l.now)
	l.runUntil(l.now + 10*time.Second)
	l.closed()
	answered, aborted := l.calls.Outcomes[measure.Answered], l.calls.Outcomes[measure.Aborted]
	if answered+aborted != 30 || aborted == 0 || answered == 0 {
		t.Errorf("%d answered and %d aborted, want both and 30 together", answered, aborted)
	}
}

func TestAnswererStopRefusesAndHangsUp(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) { answerer.Ringing = traffic.Duration{Mean: time.Second} })
	l.place(time.Hour)
	l.runUntil(1500 * time.Millisecond)
	l.place(time.Hour)
	l.runUntil(1600 * time.Millisecond)
	l.answerer.Stop(l.now)
	l.runUntil(10 * time.Second)
	l.closed()
	if l.calls.Dropped != 1 || l.calls.Outcomes[measure.Blocked] != 1 {
		t.Errorf("%d calls dropped and %d blocked, want the talking one and the ringing one:\n%s",
			l.calls.Dropped, l.calls.Outcomes[measure.Blocked], strings.Join(l.log, "\n"))
	}
}

func TestCarriedTrafficIsCutAtBothEdgesOfTheWindow(t *testing.T) {
	l := newLab(t, func(caller, _ *Config) { caller.From = time.Second })
	l.place(10 * time.Second) // busy from 0 to 10 s
	l.runUntil(3 * time.Second)
	l.place(time.Second) // busy from 3 to 4 s
	l.runUntil(5 * time.Second)
	l.caller.CloseWindow(l.now)
	l.place(10 * time.Second) // too late
	l.runUntil(time.Minute)
	l.closed()
	if got, want := l.calls.BusyTime.Round(10*time.Millisecond), 5*time.Second; got != want {
		t.Errorf("circuits were busy for %v inside the window, want 4 s and 1 s", got)
	}
}
