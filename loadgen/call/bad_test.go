package call

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
)

// spoilt returns bad versions of a message by what is wrong with them.
func spoilt(message []byte) map[string][]byte {
	text := string(message)
	replace := func(from, to string) []byte { return []byte(strings.Replace(text, from, to, 1)) }
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	first, headers, _ := strings.Cut(head, "\r\n")
	bad := map[string][]byte{
		"nothing":                         {},
		"one octet":                       []byte("S"),
		"line ends alone":                 []byte("\r\n\r\n\r\n"),
		"NULs":                            make([]byte, 700),
		"another version":                 replace("SIP/2.0", "SIP/7.0"),
		"no version":                      replace(" SIP/2.0", ""),
		"a line without a colon":          replace("\r\nFrom:", "\r\nwhat is this\r\nFrom:"),
		"a header without a name":         replace("\r\nFrom:", "\r\n: nameless\r\nFrom:"),
		"NUL in a value":                  replace("\r\nFrom: ", "\r\nFrom: \x00"),
		"an unknown method in the CSeq":   replace("\r\nCSeq: 1 ", "\r\nCSeq: 1 DANCE "),
		"a CSeq that is no number":        replace("\r\nCSeq: ", "\r\nCSeq: x"),
		"a CSeq beyond 32 bits":           replace("\r\nCSeq: ", "\r\nCSeq: 99999999999"),
		"a negative length":               replace("Content-Length: ", "Content-Length: -"),
		"a length beyond the message":     replace("Content-Length: ", "Content-Length: 9"),
		"a length that is no number":      replace("Content-Length: ", "Content-Length: x"),
		"a Via without a branch":          replace(";branch=", ";bunch="),
		"a Via of another protocol":       replace("Via: SIP/2.0/UDP ", "Via: HTTP/1.1/QUIC "),
		"two From headers":                replace("\r\nFrom:", "\r\nFrom: <sip:x@192.0.2.7>;tag=x\r\nFrom:"),
		"an open quote":                   replace("\r\nTo: ", "\r\nTo: \"quoted "),
		"an open bracket":                 replace("\r\nTo: <", "\r\nTo: <<<<"),
		"a thousand headers":              []byte(first + "\r\n" + strings.Repeat("X: y\r\n", 1000) + headers + "\r\n\r\n" + body),
		"a hundred Vias":                  []byte(first + "\r\n" + strings.Repeat("Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n", 100) + headers + "\r\n\r\n" + body),
		"a header of eight thousand":      replace("\r\nFrom:", "\r\nX: "+strings.Repeat("x", 8000)+"\r\nFrom:"),
		"a description that is none":      []byte(head + "\r\n\r\n" + strings.Repeat("=", len(body))),
		"a description of other things":   []byte(head + "\r\n\r\n" + strings.ReplaceAll(body, "m=audio", "m=imago")),
		"a description with no addresses": []byte(head + "\r\n\r\n" + strings.ReplaceAll(body, "IN IP4 192.0.2.", "IN IP4 ")),
		"the tag of nobody":               replace(";tag=", ";tag=nobody"),
		"the message twice in one":        append(bytes.Clone(message), message...),
	}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq", "Contact", "Content-Length"} {
		if before, after, found := strings.Cut(text, "\r\n"+name+":"); found {
			_, rest, _ := strings.Cut(after, "\r\n")
			bad["no "+name] = []byte(before + "\r\n" + rest)
			bad["an empty "+name] = []byte(before + "\r\n" + name + ":\r\n" + rest)
		}
	}
	for i := 1; i < len(message); i += 1 + len(message)/40 {
		bad[fmt.Sprintf("cut after %d octets", i)] = message[:i]
	}
	return bad
}

// tortures returns the messages of RFC 4475 and RFC 5118, if the environment says where they are.
func tortures(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	folder := testbed.Torture(t)
	names, err := filepath.Glob(filepath.Join(folder, "rfc*", "*.sip"))
	if err != nil || len(names) < 50 {
		t.Fatalf("%d messages in %s, %v", len(names), folder, err)
	}
	for _, name := range names {
		if all[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestValidCallSucceedsAfterEachBadMessage gives both sides a bad message, while a call talks, and then lets another
// call be made.
func TestValidCallSucceedsAfterEachBadMessage(t *testing.T) {
	kinds := []string{"-> INVITE", "-> ACK", "-> BYE", "<- 100", "<- 180", "<- 200 OK (1 INVITE)", "<- 200 OK (2 BYE)"}
	for _, kind := range append(kinds, "torture") {
		t.Run(kind, func(t *testing.T) {
			l := newLab(t, nil)
			var message packet
			l.catchNext(kind, &message)
			l.place(time.Second)
			l.runUntil(5 * time.Second)
			bad := spoilt(message.data)
			if kind == "torture" {
				bad = tortures(t)
			} else if len(message.data) == 0 {
				t.Fatalf("the call of the lab has no %s: %q", kind, l.log)
			}
			l.place(time.Hour) // a call that nothing of it may disturb
			l.runUntil(l.now + 100*time.Millisecond)
			for name, octets := range bad {
				l.answerer.Receive(sip.Datagram{Data: bytes.Clone(octets), From: callerAddress, At: l.now})
				l.caller.Receive(sip.Datagram{Data: bytes.Clone(octets), From: answererAddress, At: l.now})
				l.flying, l.open = nil, true // what is said to it may go anywhere
				before := l.calls.Completed
				l.place(10 * time.Millisecond)
				l.runUntil(l.now + 100*time.Millisecond)
				if l.calls.Completed != before+1 {
					t.Fatalf("%s: the next call was not completed; outcomes %v", name, l.calls.Outcomes)
				}
			}
			if l.answers.Outcomes[measure.Answered] < l.calls.Outcomes[measure.Answered] || l.calls.Dropped > 0 {
				t.Errorf("%d calls answered at the caller, %d at the gateway; %d dropped", l.calls.Outcomes[measure.Answered], l.answers.Outcomes[measure.Answered], l.calls.Dropped)
			}
			if l.caller.InProgress() < 1 {
				t.Error("the call that talks was ended")
			}
			l.lose = func(message string) bool { return strings.Contains(message, "481") } // to whom nobody is
			l.runUntil(l.now + 2*time.Hour)
			if err := l.calls.CheckAccounting(); err != nil || l.caller.InProgress() != 0 || l.answerer.InProgress() != 0 {
				t.Errorf("%d and %d calls are left, %v", l.caller.InProgress(), l.answerer.InProgress(), err)
			}
		})
	}
}
