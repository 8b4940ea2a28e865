package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// What peers send that is right and unusual, and what they leave out.

// stranger builds a request from nobody that the lab knows; the lines stand before its body.
func stranger(method, uri, body string, lines ...string) string {
	head := append([]string{"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKstranger", "From: <sip:a@192.0.2.1>;tag=a", "To: <sip:x@192.0.2.2>",
		"Call-ID: stranger", "CSeq: 1 " + method, fmt.Sprintf("Content-Length: %d", len(body))}, lines...)
	return method + " " + uri + " SIP/2.0\r\n" + strings.Join(head, "\r\n") + "\r\n\r\n" + body
}

const description = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

func TestOpeningRequestOfAPeer(t *testing.T) {
	const uri, contact = "sip:x@192.0.2.2", "Contact: <sip:a@192.0.2.1:5060>"
	isup := "--b\r\nContent-Type: application/isup\r\n\r\n\x01\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + description + "--b--\r\n"
	for _, tt := range []struct{ name, request, want, lacks string }{
		{"capitals in the schemes", stranger("INVITE", "SIP:x@192.0.2.2", "", "Contact: <SIP:a@192.0.2.1:5060>"), "SIP/2.0 1", ""},
		{"sips", stranger("INVITE", "sips:x@192.0.2.2", "", "Contact: <sips:a@192.0.2.1:5061>"), "SIP/2.0 1", ""},
		{"a phone with a short extension", stranger("INVITE", uri, "", "Contact: <sip:110@192.0.2.1:5060>"), "SIP/2.0 1", ""},
		{"ISUP beside the description", stranger("INVITE", uri, isup, contact, "Content-Type: multipart/mixed;boundary=b"), "SIP/2.0 1", ""},
		{"a body of another type", stranger("INVITE", uri, "hello", contact, "Content-Type: text/plain"), "Accept: application/sdp", ""},
		{"SRTP where RTP is wanted", stranger("INVITE", uri, strings.Replace(description, "AVP", "SAVP", 1), contact), "SIP/2.0 488", ""},
		{"what is required stands in two lines", stranger("INVITE", uri, "", contact, "Require: 100rel, foo", "Require: bar"), "Unsupported: foo, bar\r\n", "100rel"},
		{"a session timer in the second of two lines", stranger("INVITE", uri, "", contact, "Supported: replaces", "Supported: timer", "Session-Expires: 30"), "SIP/2.0 422", ""},
		{"OPTIONS that requires what is not there", stranger("OPTIONS", uri, "", "Require: foo"), "Unsupported: foo", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, func(_, answerer *Config) {
				answerer.Setup = traffic.Duration{Mean: time.Minute}
				answerer.CheckNumber = func(uri string) error {
					if strings.Contains(uri, "110@") {
						return fmt.Errorf("%s is not called", uri)
					}
					return nil
				}
			})
			reply := l.ask(tt.request)
			if !strings.HasPrefix(reply, tt.want) && !strings.Contains(reply, "\r\n"+tt.want) || tt.lacks != "" && strings.Contains(reply, tt.lacks) {
				t.Errorf("answered\n%s\nwant %q without %q", reply, tt.want, tt.lacks)
			}
		})
	}
}

func TestShortExtensionIsNotCalledBack(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) {
		answerer.CheckNumber = func(uri string) error {
			if strings.Contains(uri, "110@") {
				return fmt.Errorf("%s is not called", uri)
			}
			return nil
		}
	})
	l.open = true
	l.ask(stranger("INVITE", "sip:x@192.0.2.2", "", "Contact: <sip:110@192.0.2.1:5062>"))
	l.runUntil(2 * time.Minute) // the ACK never comes: a BYE follows
	if l.count("<- BYE sip:192.0.2.1:5062 ") == 0 {
		t.Errorf("want a BYE to the host of the Contact, without its user:\n%s", strings.Join(l.log, "\n"))
	}
}

func TestRequestWithoutContactIsServed(t *testing.T) {
	for _, tt := range []struct {
		name, program, method, want string
		lines                       []string
	}{
		{"MESSAGE, which has none", "phone", "MESSAGE", "SIP/2.0 200", nil},
		{"REGISTER that asks for the bindings", "registrar", "REGISTER", "SIP/2.0 200", nil},
		{"SUBSCRIBE, which needs one", "notifier", "SUBSCRIBE", "SIP/2.0 400", nil},
		{"MESSAGE with one that is no address", "phone", "MESSAGE", "SIP/2.0 400", []string{"Contact: <mailto:a@192.0.2.1>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, func(_, answerer *Config) { answerer.Programs = loaded(t, tt.program) })
			if reply := l.ask(stranger(tt.method, "sip:192.0.2.2", "", tt.lines...)); !strings.HasPrefix(reply, tt.want) {
				t.Errorf("answered\n%s\nwant %q", reply, tt.want)
			}
			if bound, _ := l.answerer.Bindings(0); bound != 0 {
				t.Errorf("%d addresses are bound", bound)
			}
		})
	}
}

func TestResponseGoesToTheSenderOfTheVia(t *testing.T) {
	for via, want := range map[string]string{
		"SIP/2.0/UDP pc.example.com:5070;branch=z9hG4bKv":         "192.0.2.1:5070",
		"SIP/2.0/UDP pc.example.com;branch=z9hG4bKv":              "192.0.2.1:5060",
		"SIP/2.0/UDP [2001:db8::1]:5071;branch=z9hG4bKv":          "192.0.2.1:5071",
		"SIP/2.0/UDP pc.example.com:5070 ;branch=z9hG4bKv; rport": "192.0.2.1:5099",
	} {
		l := newLab(t, nil)
		var reply packet
		l.catchNext("<- 200", &reply)
		request := strings.Replace(stranger("OPTIONS", "sip:192.0.2.2", ""), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKstranger", via, 1)
		l.answerer.Receive(sip.Datagram{Data: []byte(request), From: sipAddress(callerAddress, 5099)})
		if reply.to.String() != want || !strings.Contains(string(reply.data), "received=192.0.2.1") {
			t.Errorf("the answer to %q goes to %s, want %s:\n%s", via, reply.to, want, reply.data)
		}
	}
}

func TestReinviteOfACallThatIsOverIsRefused(t *testing.T) {
	l, answer := talkingLab(t)
	l.ask(string(inDialog("BYE", answer, 2, "")))
	if reply := l.ask(string(inDialog("INVITE", answer, 3, holdOffer))); !strings.HasPrefix(reply, "SIP/2.0 481") {
		t.Errorf("answered %.40q, want 481 (RFC 3261, 12.2.2)", reply)
	}
}

func TestRequestInADialogThatRequiresTooMuchIsRefused(t *testing.T) {
	l, answer := talkingLab(t)
	for cseq, method := range []string{"INFO", "INVITE", "UPDATE"} {
		request := strings.Replace(string(inDialog(method, answer, 2+cseq, "")), "Max-Forwards", "Require: foo\r\nMax-Forwards", 1)
		if reply := l.ask(request); !strings.HasPrefix(reply, "SIP/2.0 420") {
			t.Errorf("%s is answered %.40q, want 420 (RFC 3261, 8.2.2.3)", method, reply)
		}
	}
}

func TestRepeatedUpdateGetsTheSameAnswer(t *testing.T) {
	l, answer := talkingLab(t)
	request := string(inDialog("UPDATE", answer, 2, holdOffer))
	if first, again := l.ask(request), l.ask(request); first != again || !strings.Contains(first, "m=audio") {
		t.Errorf("the first answer is\n%s\nthe second\n%s", first, again)
	}
}

func TestResponseForSomebodyElseIsLeftAlone(t *testing.T) {
	l := newLab(t, nil)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "-> INVITE") }
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(time.Second)
	reply := "SIP/2.0 486 Busy\r\nVia: " + header(invite.data, "Via") + "\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother\r\nFrom: " + header(invite.data, "From") +
		"\r\nTo: <sip:x@192.0.2.2>;tag=1\r\nCall-ID: " + header(invite.data, "Call-ID") + "\r\nCSeq: 1 INVITE\r\n\r\n"
	l.caller.Receive(sip.Datagram{Data: []byte(reply), From: answererAddress, At: l.now})
	if l.caller.InProgress() != 1 || l.calls.Strays != 1 {
		t.Errorf("%d calls go on and %d messages are strays, want 1 and 1 (RFC 3261, 8.1.3.3)", l.caller.InProgress(), l.calls.Strays)
	}
}

// A target that confirms the CANCEL and never refuses the INVITE does not hold the call for ever.
func TestInviteThatIsNeverRefusedAfterItsCancelEnds(t *testing.T) {
	for _, confirmed := range []string{"200", "481"} {
		l := flowLab(t, "- invite\n- cancel after 1s\n", "- respond 180 Ringing\n- wait 1h\n- answer\n", nil)
		l.lose = func(message string) bool {
			return strings.HasPrefix(message, "<- 487") || confirmed == "481" && strings.HasPrefix(message, "-> CANCEL")
		}
		if confirmed == "481" {
			var cancel packet
			l.catchNext("-> CANCEL", &cancel)
			l.place(0)
			l.runUntil(2 * time.Second)
			reply := "SIP/2.0 481 No\r\nVia: " + header(cancel.data, "Via") + "\r\nFrom: " + header(cancel.data, "From") + "\r\nTo: " + header(cancel.data, "To") +
				";tag=1\r\nCall-ID: " + header(cancel.data, "Call-ID") + "\r\nCSeq: 1 CANCEL\r\n\r\n"
			l.caller.Receive(sip.Datagram{Data: []byte(reply), From: answererAddress, At: l.now})
		} else {
			l.place(0)
		}
		l.runUntil(32 * time.Second)
		if l.caller.InProgress() != 1 {
			t.Errorf("after a %s to the CANCEL the call is over before 64·T1 are", confirmed)
		}
		l.runUntil(34 * time.Second)
		if l.caller.InProgress() != 0 || l.calls.Outcomes[measure.Timeout] != 1 {
			t.Errorf("after a %s to the CANCEL %d calls go on and %d timed out, want none and 1", confirmed, l.caller.InProgress(), l.calls.Outcomes[measure.Timeout])
		}
	}
}

func TestEarlyOnlyReplacesNoAnsweredCall(t *testing.T) {
	l, answer := talkingLab(t)
	_, tag, _ := strings.Cut(header(answer.data, "To"), "tag=")
	_, from, _ := strings.Cut(header(answer.data, "From"), "tag=")
	replaces := "Replaces: " + header(answer.data, "Call-ID") + ";to-tag=" + tag + ";from-tag=" + from + ";early-only"
	if reply := l.ask(stranger("INVITE", "sip:x@192.0.2.2", "", "Contact: <sip:a@192.0.2.1>", replaces)); !strings.HasPrefix(reply, "SIP/2.0 486") {
		t.Errorf("answered %.40q, want 486 (RFC 3891, 3)", reply)
	}
}

// A registrar lists who else has registered the address; our own binding is the one that counts.
func TestBindingIsFoundAmongThoseOfOthers(t *testing.T) {
	r := sip.Message{Raw: []byte("SIP/2.0 200 OK\r\nContact: <sip:other@192.0.2.9>;expires=3600, \"us\" <sip:192.0.2.1:5060>;expires=60\r\nContact: <sip:third@192.0.2.8>;expires=9\r\n\r\n"),
		Contact: []byte("<sip:other@192.0.2.9>;expires=3600")}
	if seconds, ok := grantedTo(&r, "sip:192.0.2.1:5060"); !ok || seconds != 60 {
		t.Errorf("%d seconds, %t; want 60", seconds, ok)
	}
	if seconds, ok := grantedTo(&r, "sip:192.0.2.1:5999"); !ok || seconds != 3600 {
		t.Errorf("where ours is not to be found %d seconds, %t; want those of the first, 3600", seconds, ok)
	}
}
