package call

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// A blind transfer: the answerer follows the REFER and calls the caller's own host, where a gateway program
// takes the call.
func TestBlindTransferIsFollowedAndReported(t *testing.T) {
	transfer := "scenario: transfer\nflows:\n- role: caller\n  steps:\n  - invite\n  - transfer to sip:+15550199@192.0.2.1:5060\n" +
		"- role: answerer\n  steps:\n  - respond 180 Ringing\n  - wait 1s\n  - answer\n  - wait 5s\n  - bye\n"
	l := flowLab(t, "", "- answer\n- expect REFER\n- follow\n- expect BYE\n", func(c, _ *Config) { c.Programs = parsed(t, transfer) })
	l.place(time.Second)
	l.runUntil(time.Minute)
	l.wantLog("-> INVITE", "<- 200 OK (1 INVITE)", "-> ACK",
		"-> REFER", "<- 202 Accepted (2 REFER)", "<- NOTIFY", "<- INVITE", "-> 200 OK (1 NOTIFY)",
		"-> 180 Ringing (1 INVITE)", "<- NOTIFY", "-> 200 OK (2 NOTIFY)", "-> 200 OK (1 INVITE)", "<- ACK", "<- NOTIFY",
		"-> 200 OK (3 NOTIFY)", "-> BYE", "<- 200 OK (3 BYE)", "-> BYE", "<- 200 OK (1 BYE)")
	l.closed()
	if l.calls.Outcomes[measure.Answered] != 2 || l.answers.Outcomes[measure.Answered] != 2 {
		t.Errorf("%d calls answered at the caller and %d at the answerer, want the transferred and the new one at both",
			l.calls.Outcomes[measure.Answered], l.answers.Outcomes[measure.Answered])
	}
}

func TestReferToWhatMustNotBeCalledIsDeclined(t *testing.T) {
	for _, target := range []string{"sip:911@192.0.2.1", "sip:+15550199@198.51.100.7", "sip:+15550199@example.com"} {
		l := flowLab(t, "- invite\n- refer to "+target+"\n- bye\n", "- answer\n- expect REFER\n- follow\n- expect BYE\n", func(_, a *Config) {
			a.CheckNumber = func(uri string) error {
				if strings.Contains(uri, ":911@") {
					return errEmergency
				}
				return nil
			}
			a.Audio.Allowed = func(netip.Addr) bool { return false }
		})
		l.place(time.Second)
		l.runUntil(time.Minute)
		l.closed()
		l.wantOutcome(measure.Unexpected, 1)
		if l.count("<- 603 Decline (2 REFER)") != 1 || l.count("<- INVITE") != 0 {
			t.Errorf("%s: want it declined:\n%s", target, strings.Join(l.log, "\n"))
		}
	}
}

// A call that names another in Replaces takes its place: that one is hung up.
func TestReplacesHangsUpTheReplacedCall(t *testing.T) {
	l := flowLab(t, "- invite\n- expect BYE\n", talks, nil)
	var answer, invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(time.Hour)
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.runUntil(time.Second)
	tag := func(name string) string { _, tag, _ := strings.Cut(header(answer.data, name), ";tag="); return tag }
	other := strings.NewReplacer(header(answer.data, "Call-ID"), "another-call", "branch=z9hG4bK", "branch=z9hG4bKanother").Replace(string(invite.data))
	for _, tt := range []struct {
		replaces, want string
	}{
		{"unknown;to-tag=1;from-tag=2", "<- 481"},
		{header(answer.data, "Call-ID") + ";to-tag=" + tag("To") + ";from-tag=wrong", "<- 481"},
		{header(answer.data, "Call-ID") + ";to-tag=" + tag("To") + ";from-tag=" + tag("From"), "<- 200 OK (1 INVITE)"},
	} {
		text := strings.Replace(other, "\r\nCSeq:", "\r\nReplaces: "+tt.replaces+"\r\nRequire: replaces\r\nCSeq:", 1)
		before := l.count(tt.want)
		l.answerer.Receive(sip.Datagram{Data: []byte(text), From: callerAddress, At: l.now})
		if l.count(tt.want) != before+1 {
			t.Errorf("Replaces: %s: want %s:\n%s", tt.replaces, tt.want, strings.Join(l.log, "\n"))
		}
	}
	l.runUntil(2 * time.Second)
	if l.count("<- BYE") != 1 || l.calls.Outcomes[measure.Answered] != 1 {
		t.Errorf("want the replaced call hung up:\n%s", strings.Join(l.log, "\n"))
	}
}

// An attended transfer: the transferor asks the target first, the transferee's call takes the place of that one.
func TestAttendedTransfer(t *testing.T) {
	everywhere := func(netip.Addr) bool { return true }
	phone := "scenario: phone\nflows:\n- role: answerer\n  steps:\n  - answer\n  - expect REFER within 10s else target\n  - follow\n  - expect BYE\n  branches:\n    target:\n    - expect BYE\n"
	l := flowLab(t, "- invite\n- wait 1s\n- transfer to sip:+15550199@192.0.2.2:5060 attended\n", "", func(c, a *Config) {
		a.Programs = parsed(t, phone)
		a.Audio.Allowed, c.Audio.Allowed = everywhere, everywhere
	})
	l.place(time.Second)
	l.runUntil(time.Minute)
	l.answerer.Stop(l.now) // the transferee talks to the target: the phone to itself
	l.runUntil(2 * time.Minute)
	l.closed()
	// The call, the consultation, and the transferee's call: at the caller the first two, at the phone all three
	// that came in and the one that it placed.
	if n := l.calls.Outcomes[measure.Answered]; n != 2 {
		t.Errorf("%d calls answered at the transferor, want 2", n)
	}
	if n := l.answers.Outcomes[measure.Answered]; n != 4 {
		t.Errorf("%d calls answered at the phones, want 4", n)
	}
	if l.count("-> REFER") != 1 || !strings.Contains(strings.Join(l.log, "\n"), "<- INVITE sip:192.0.2.2:5060") {
		t.Errorf("want a REFER and an INVITE of the transferee:\n%s", strings.Join(l.log, "\n"))
	}
}
