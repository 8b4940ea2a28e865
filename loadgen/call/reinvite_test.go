package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// header returns the value of the first header of a name in a message.
func header(message []byte, name string) string {
	_, rest, _ := strings.Cut(string(message), "\r\n"+name+": ")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// inDialog builds a request that the caller of the lab sends inside the dialog that a 200 established.
func inDialog(method string, answer packet, cseq int, body string) []byte {
	return fmt.Appendf(nil, "%s sip:192.0.2.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKreinvite%d%s\r\n"+
		"From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\nContact: <sip:192.0.2.1:5060>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		method, cseq, method, header(answer.data, "From"), header(answer.data, "To"), header(answer.data, "Call-ID"), cseq, method, len(body), body)
}

const holdOffer = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=sendonly\r\n"

func TestReinviteIsAnsweredByItsOffer(t *testing.T) {
	for _, tt := range []struct {
		name, method, body string
		want               []string
	}{
		{"hold is answered with recvonly", "INVITE", holdOffer, []string{"SIP/2.0 200 OK", "m=audio 9 RTP/AVP 8", "a=inactive"}},
		{"no codec in common is refused", "INVITE", strings.Replace(holdOffer, "AVP 8", "AVP 18", 1), []string{"SIP/2.0 488"}},
		{"a re-INVITE without an offer gets ours", "INVITE", "", []string{"SIP/2.0 200 OK", "m=audio 9 RTP/AVP 0 8"}},
		{"UPDATE is answered by its offer too", "UPDATE", holdOffer, []string{"SIP/2.0 200 OK", "m=audio 9 RTP/AVP 8"}},
		{"UPDATE without an offer is answered", "UPDATE", "", []string{"SIP/2.0 200 OK"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, nil)
			var answer, reply packet
			l.catchNext("<- 200 OK (1 INVITE)", &answer)
			l.place(time.Minute)
			l.runUntil(time.Second)
			l.catchNext("<- ", &reply)
			request := inDialog(tt.method, answer, 2, tt.body)
			l.answerer.Receive(sip.Datagram{Data: request, From: callerAddress, At: l.now})
			for _, want := range tt.want {
				if !strings.Contains(string(reply.data), want) {
					t.Errorf("the answer lacks %q:\n%s", want, reply.data)
				}
			}
			if tt.method == "INVITE" {
				l.answerer.Receive(sip.Datagram{Data: inDialog("ACK", answer, 2, ""), From: callerAddress, At: l.now})
			}
			l.flying = nil // the caller of the lab did not send the re-INVITE
			l.runUntil(2 * time.Minute)
			l.closed()
			if l.answers.Outcomes[measure.Answered] != 1 || l.answers.Retransmissions[measure.Sent][measure.Response2xx] != 0 {
				t.Errorf("answered %d, %d answers repeated after the ACK", l.answers.Outcomes[measure.Answered], l.answers.Retransmissions[measure.Sent][measure.Response2xx])
			}
		})
	}
}

func TestReinviteThatIsNeverAcknowledgedEndsTheCall(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.place(time.Hour)
	l.runUntil(time.Second)
	l.answerer.Receive(sip.Datagram{Data: inDialog("INVITE", answer, 2, holdOffer), From: callerAddress, At: l.now})
	l.flying = nil
	l.runUntil(3 * time.Minute)
	l.closed()
	if l.answers.Dropped != 1 || l.answers.Retransmissions[measure.Sent][measure.Response2xx] != 10 {
		t.Errorf("%d calls dropped after %d repeats, want 1 after 10 (RFC 3261, 13.3.1.4)",
			l.answers.Dropped, l.answers.Retransmissions[measure.Sent][measure.Response2xx])
	}
}
