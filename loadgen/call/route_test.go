package call

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// Each proxy on the way adds a Record-Route above those that are there, so that the last in the message is the
// first that a request of the caller's meets.
func TestRequestInADialogFollowsItsRouteSet(t *testing.T) {
	for _, tt := range []struct {
		name, recorded string
		uri, route     string // of the BYE; no Route header if empty
	}{
		{"no proxy", "", "sip:192.0.2.2:5060", ""},
		{"a loose router", "<sip:192.0.2.2:5070;lr>", "sip:192.0.2.2:5060", "<sip:192.0.2.2:5070;lr>"},
		{"lr with a value, as some proxies write it", "<sip:192.0.2.2:5070;LR=on>", "sip:192.0.2.2:5060", "<sip:192.0.2.2:5070;LR=on>"},
		{"two loose routers, the last recorded first", "<sip:192.0.2.9;lr>, <sip:192.0.2.2:5070;lr>", "sip:192.0.2.2:5060", "<sip:192.0.2.2:5070;lr>, <sip:192.0.2.9;lr>"},
		{"a strict router finds itself in the request URI", "<sip:192.0.2.2:5070>", "sip:192.0.2.2:5070", "<sip:192.0.2.2:5060>"},
		{"a strict router before a loose one", "<sip:192.0.2.9;lr>, <sip:192.0.2.2:5070;transport=udp>", "sip:192.0.2.2:5070;transport=udp", "<sip:192.0.2.9;lr>, <sip:192.0.2.2:5060>"},
		{"a loose router before a strict one: the next hop is loose", "<sip:192.0.2.9>, <sip:192.0.2.2:5070;lr>", "sip:192.0.2.2:5060", "<sip:192.0.2.2:5070;lr>, <sip:192.0.2.9>"},
		{"a user part that looks like the parameter", "<sip:lr@192.0.2.2:5070>", "sip:lr@192.0.2.2:5070", "<sip:192.0.2.2:5060>"},
		{"headers have no place in a request URI", "<sip:192.0.2.2:5070?Subject=x>", "sip:192.0.2.2:5070", "<sip:192.0.2.2:5060>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, nil)
			var answer, bye packet
			l.catchNext("<- 200 OK (1 INVITE)", &answer)
			l.lose = func(message string) bool {
				return strings.HasPrefix(message, "<- 200") || strings.HasPrefix(message, "-> BYE")
			}
			l.place(10 * time.Millisecond)
			l.runUntil(5 * time.Millisecond)
			text := string(answer.data)
			if tt.recorded != "" {
				text = strings.Replace(text, "\r\nFrom:", "\r\nRecord-Route: "+tt.recorded+"\r\nFrom:", 1)
			}
			l.flying = nil
			l.caller.Receive(sip.Datagram{Data: []byte(text), From: answererAddress, At: l.now})
			l.flying = nil // the ACK may go to a proxy that is not there
			l.catchNext("-> BYE", &bye)
			l.runUntil(100 * time.Millisecond)
			line, _, _ := strings.Cut(string(bye.data), "\r\n")
			if want := "BYE " + tt.uri + " SIP/2.0"; line != want {
				t.Errorf("the BYE begins %q, want %q", line, want)
			}
			if got := header(bye.data, "Route"); got != tt.route {
				t.Errorf("Route: %q, want %q", got, tt.route)
			}
			if tt.recorded != "" && bye.to != sipAddress(answererAddress, 5070) {
				t.Errorf("the BYE goes to %s, not to the first proxy", bye.to)
			}
		})
	}
}
