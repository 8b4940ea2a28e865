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

func TestAnswerThatCannotBeRememberedIsMalformed(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "<- ") }
	l.place(time.Second)
	l.runUntil(10 * time.Millisecond)
	long := strings.Replace(string(answer.data), "\r\nFrom:", "\r\nRecord-Route: <sip:192.0.2.2;lr;x="+strings.Repeat("x", maxDialog)+">\r\nFrom:", 1)
	l.caller.Receive(sip.Datagram{Data: []byte(long), From: answererAddress, At: l.now})
	if l.calls.Malformed != 1 {
		t.Errorf("%d messages count as malformed, want 1", l.calls.Malformed)
	}
	l.runUntil(2 * time.Minute)
	l.closed()
	if l.calls.Outcomes[measure.Timeout] != 1 {
		t.Errorf("outcomes %v, want a timeout", l.calls.Outcomes)
	}
}
