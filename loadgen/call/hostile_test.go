package call

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// talkingLab returns a lab in which a call has been answered, and the 200 that answered it.
func talkingLab(t *testing.T) (*lab, packet) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.place(time.Minute)
	l.runUntil(time.Second)
	return l, answer
}

// ask hands a request to the answerer and returns what it answers at once.
func (l *lab) ask(request string) string {
	var reply packet
	l.catchNext("<- ", &reply)
	l.answerer.Receive(sip.Datagram{Data: []byte(request), From: callerAddress, At: l.now})
	l.flying = nil
	return string(reply.data)
}

func TestRequestThatIsOfNoDialogIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, from, to string }{
		{"another Call-ID", "Call-ID: ", "Call-ID: another-"},
		{"another From tag", "\r\nFrom: ", "\r\nFrom: <sip:mallory@192.0.2.1>;tag=mallory\r\nX: "},
		{"a To tag with something behind it", ";tag=", ";tag=x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, answer := talkingLab(t)
			bye := string(inDialog("BYE", answer, 2, ""))
			if tt.from == ";tag=" {
				at := strings.Index(bye, header(answer.data, "To")) + len(header(answer.data, "To"))
				bye = bye[:at] + "junk" + bye[at:]
			} else {
				bye = strings.Replace(bye, tt.from, tt.to, 1)
			}
			if reply := l.ask(bye); !strings.HasPrefix(reply, "SIP/2.0 481") {
				t.Errorf("answered %.40q, want 481", reply)
			}
			if l.answerer.InProgress() != 1 {
				t.Error("the call was ended by a stranger")
			}
		})
	}
}

func TestOldRequestInADialogIsOutOfOrder(t *testing.T) {
	l, answer := talkingLab(t)
	l.ask(string(inDialog("INFO", answer, 9, "")))
	if reply := l.ask(string(inDialog("BYE", answer, 8, ""))); !strings.HasPrefix(reply, "SIP/2.0 500") {
		t.Errorf("a BYE with a lower CSeq is answered %.40q, want 500 (RFC 3261, 12.2.2)", reply)
	}
}

func TestAnswerToByeGoesBackToItsSender(t *testing.T) {
	l, answer := talkingLab(t)
	bye := strings.Replace(string(inDialog("BYE", answer, 2, "")), ";branch", ";rport;branch", 1)
	elsewhere := sipAddress(callerAddress, 5099)
	l.answerer.Receive(sip.Datagram{Data: []byte(bye), From: elsewhere, At: l.now})
	if last := l.flying[len(l.flying)-1]; last.to != elsewhere {
		t.Errorf("the 200 goes to %s, the BYE came from %s", last.to, elsewhere)
	}
}

func TestInviteThatCannotBecomeACallIsRefused(t *testing.T) {
	const invite = "INVITE sip:x@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx\r\nFrom: <sip:a@192.0.2.1>;tag=a\r\n" +
		"To: <sip:x@192.0.2.2>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.1:5060>\r\nContent-Length: 0\r\n\r\n"
	for _, tt := range []struct{ name, from, to, want string }{
		{"no Contact", "Contact: <sip:a@192.0.2.1:5060>\r\n", "", "SIP/2.0 400"},
		{"a Contact that is a star", "<sip:a@192.0.2.1:5060>", "*", "SIP/2.0 400"},
		{"an extension that is not there", "CSeq:", "Require: foo\r\nCSeq:", "Unsupported: foo"},
		{"another scheme", "INVITE sip:x@192.0.2.2", "INVITE http://192.0.2.2/", "SIP/2.0 416"},
		{"a To tag of nobody's", "To: <sip:x@192.0.2.2>", "To: <sip:x@192.0.2.2>;tag=z", "SIP/2.0 481"},
		{"an unknown method", "INVITE", "DANCE", "Allow: INVITE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, nil)
			request := strings.ReplaceAll(invite, tt.from, tt.to)
			reply := l.ask(request)
			if !strings.Contains(reply, tt.want) {
				t.Errorf("answered\n%s\nwant %q", reply, tt.want)
			}
			if !strings.Contains(header([]byte(reply), "To"), ";tag=") {
				t.Errorf("the response has no To tag (RFC 3261, 8.2.6.2):\n%s", reply)
			}
			l.closed()
		})
	}
}

func TestCopyOfAnInviteByAnotherWayIsALoop(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) { answerer.Ringing = traffic.Duration{Mean: time.Minute} })
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(time.Second)
	l.runUntil(100 * time.Millisecond)
	copied := strings.Replace(string(invite.data), ";branch=z9hG4bK", ";branch=z9hG4bKother", 1)
	if reply := l.ask(copied); !strings.HasPrefix(reply, "SIP/2.0 482") {
		t.Errorf("answered %.40q, want 482 (RFC 3261, 8.2.2.2)", reply)
	}
	cancel := strings.ReplaceAll(copied, "INVITE", "CANCEL")
	if reply := l.ask(cancel); !strings.HasPrefix(reply, "SIP/2.0 481") {
		t.Errorf("the CANCEL of another branch is answered %.40q, want 481", reply)
	}
	if l.answerer.InProgress() != 1 {
		t.Error("the call that rings has gone")
	}
}

func TestStoppedGatewayHangsUpAtTheAck(t *testing.T) {
	l := newLab(t, nil)
	l.lose = once("-> ACK")
	l.place(time.Hour)
	l.runUntil(100 * time.Millisecond)
	l.answerer.Stop(l.now) // the 200 is out, its ACK is not in
	l.runUntil(3 * time.Second)
	l.closed()
}

// counter counts circuits.
type counter struct{ busy int }

func (c *counter) Seize(time.Duration) bool { c.busy++; return true }
func (c *counter) Release(time.Duration)    { c.busy-- }

func TestCircuitIsFreeOnceTheGatewayHasHungUp(t *testing.T) {
	circuits := &counter{}
	l := newLab(t, func(_, answerer *Config) { answerer.Circuits = circuits })
	l.lose = func(message string) bool {
		return strings.HasPrefix(message, "-> ACK") || strings.HasPrefix(message, "-> 200")
	}
	l.place(time.Hour)
	l.runUntil(33 * time.Second) // Timer H was 32 s: the BYE is out, and not answered
	if circuits.busy != 0 || l.answerer.InProgress() != 1 {
		t.Errorf("%d circuits are held by %d calls that were hung up", circuits.busy, l.answerer.InProgress())
	}
}

func TestLateAnswerToACallThatWasGivenUpIsHungUp(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "<- ") }
	l.place(time.Second)
	l.runUntil(33 * time.Second)
	if l.calls.Outcomes[measure.Timeout] != 1 {
		t.Fatal("the call was not given up")
	}
	l.lose, l.log = nil, nil
	l.caller.Receive(sip.Datagram{Data: answer.data, From: answererAddress, At: l.now})
	if got := strings.Join(l.log, "\n"); !strings.HasPrefix(got, "-> ACK sip:192.0.2.2:5060") || !strings.Contains(got, "-> BYE") {
		t.Errorf("the late answer brought about:\n%s\nwant ACK and BYE", got)
	}
	l.runUntil(3 * time.Minute)
	l.closed()
	if l.calls.Offered != 1 || l.calls.Outcomes[measure.Answered] != 0 {
		t.Error("the late answer is in the accounts")
	}
}

func TestContactThatMustNotBeCalledIsLeftAside(t *testing.T) {
	for _, contact := range []string{"<tel:911>", "<sip:911@192.0.2.2>", "<sip:a b@192.0.2.2>", "<sip:[::1]:5060>", "<sip:192.0.2.99:5060>"} {
		t.Run(contact, func(t *testing.T) {
			l := newLab(t, func(caller, _ *Config) {
				caller.CheckNumber = func(uri string) error {
					if strings.Contains(uri, "911") {
						return sip.ErrNoCommonCodec // any error will do
					}
					return nil
				}
			})
			var answer packet
			l.catchNext("<- 200 OK (1 INVITE)", &answer)
			l.lose = once("<- 200 OK (1 INVITE)")
			l.place(time.Second)
			l.runUntil(10 * time.Millisecond)
			changed := strings.Replace(string(answer.data), "Contact: <sip:192.0.2.2:5060>", "Contact: "+contact, 1)
			l.caller.Receive(sip.Datagram{Data: []byte(changed), From: answererAddress, At: l.now})
			l.runUntil(time.Minute) // the lab fails if anything goes to an address where nobody is
			if l.calls.Outcomes[measure.Answered] != 1 || l.calls.Completed != 1 {
				t.Errorf("answered %d, completed %d", l.calls.Outcomes[measure.Answered], l.calls.Completed)
			}
			for _, line := range l.log {
				if strings.HasPrefix(line, "-> ") && strings.Contains(line, "911") {
					t.Errorf("sent %q", line)
				}
			}
		})
	}
}
