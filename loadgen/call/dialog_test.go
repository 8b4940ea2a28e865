package call

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// Texts that are written anew behind the others used to fill a dialog up: from then on its peer could move no more.
func TestDialogOfManyChangesKeepsItsTexts(t *testing.T) {
	d := dialog{}
	d.callID, d.local = d.put([]byte("call-id")), d.put([]byte("<sip:a@192.0.2.1>;tag=a"))
	message := &sip.Message{CallID: []byte("call-id"), From: []byte("<sip:a@192.0.2.1>;tag=a"), ToTag: []byte("b"), To: []byte("<sip:b@192.0.2.2>;tag=b")}
	for i := range 1000 {
		message.Target = fmt.Appendf(nil, "sip:b@192.0.2.2:%d;%s", 1024+i, strings.Repeat("x", 200))
		d.adopt(message)
		if !bytes.Equal(d.get(d.target), message.Target) || string(d.get(d.callID)) != "call-id" || string(d.get(d.tag)) != "b" {
			t.Fatalf("after %d changes the target is %q", i, d.get(d.target))
		}
	}
	if len(d.text) > maxDialog || d.invited != (party{}) {
		t.Errorf("%d octets of text, invited %v", len(d.text), d.invited)
	}
}

// An answer with routes beyond what is remembered is acknowledged all the same and hung up: nobody is left talking.
func TestAnswerThatCannotBeRememberedIsHungUp(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "<- ") }
	l.place(time.Second)
	l.runUntil(10 * time.Millisecond)
	long := strings.Replace(string(answer.data), "\r\nFrom:", "\r\nRecord-Route: <sip:192.0.2.2;lr;x="+strings.Repeat("x", maxDialog)+">\r\nFrom:", 1)
	l.caller.Receive(sip.Datagram{Data: []byte(long), From: answererAddress, At: l.now})
	l.wantLog("-> INVITE", "<- 100 Trying (1 INVITE)", "<- 180 Ringing (1 INVITE)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE")
	last := l.flying[len(l.flying)-1].data
	if to := header(last, "To"); to != header(answer.data, "To") {
		t.Errorf("the BYE goes to %q, want who answered: %q", to, header(answer.data, "To"))
	}
	l.lose = nil
	l.runUntil(2 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Unexpected, 1)
	if l.calls.Malformed != 1 {
		t.Errorf("%d messages count as malformed, want 1", l.calls.Malformed)
	}
}
