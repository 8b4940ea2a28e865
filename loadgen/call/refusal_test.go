package call

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

func TestRetryAfterIsCountedAndObeyed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rule  routing.RetryAfter
		tries uint64
	}{
		{"record: the next call is sent all the same", routing.Record, 2},
		{"obey: the next call passes the trunk over", routing.Obey, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := trunkLab(t, 2, func(n *routing.Network) { n.Penalty.RetryAfter = tt.rule })
			l.others[answererAddress] = nil
			for range 2 {
				var invite packet
				l.catchNext("-> INVITE sip:+15550100@192.0.2.2", &invite)
				l.route(time.Second)
				l.catch = nil
				if invite.data != nil {
					l.caller.Receive(sip.Datagram{Data: answerTo(t, invite.data, "503 Service Unavailable", "Retry-After: 30 (maintenance)"), From: answererAddress, At: l.now})
				}
				l.runUntil(l.now + 5*time.Second)
			}
			l.runUntil(time.Minute)
			if one := l.settled()["gw1"]; one.Tries != tt.tries || one.RetryAfters != tt.tries {
				t.Errorf("gw1 has %d tries and %d Retry-After, want %d", one.Tries, one.RetryAfters, tt.tries)
			}
		})
	}
}

// answerTo writes a response to a request.
func answerTo(t *testing.T, request []byte, status string, lines ...string) []byte {
	t.Helper()
	var r sip.Message
	if err := sip.Scan(append([]byte(nil), request...), &r); err != nil {
		t.Fatal(err)
	}
	text := "SIP/2.0 " + status + "\r\n"
	for _, via := range r.Vias[:r.NumVias] {
		text += "Via: " + string(via) + "\r\n"
	}
	text += fmt.Sprintf("From: %s\r\nTo: %s;tag=far\r\nCall-ID: %s\r\nCSeq: %s\r\n", r.From, r.To, r.CallID, r.CSeqValue)
	for _, line := range lines {
		text += line + "\r\n"
	}
	return []byte(text + "Content-Length: 0\r\n\r\n")
}

// scripted answers the next INVITE to the first gateway, which is otherwise silent, with a response.
func (l *lab) scripted(status string, lines ...string) {
	l.t.Helper()
	l.others[answererAddress] = nil
	var invite packet
	l.catchNext("-> INVITE sip:+15550100@192.0.2.2", &invite)
	l.route(time.Second)
	if l.catch = nil; invite.data != nil {
		l.caller.Receive(sip.Datagram{Data: answerTo(l.t, invite.data, status, lines...), From: answererAddress, At: l.now})
	}
}

func TestRedirectionIsFollowedWhereItMayGo(t *testing.T) {
	for _, tt := range []struct {
		name    string
		follow  bool
		contact string
		class   measure.Class
	}{
		{"to another gateway", true, "<sip:+15550111@192.0.2.3:5060>", measure.Answered},
		{"only if that is wanted", false, "<sip:+15550111@192.0.2.3:5060>", measure.Redirected},
		{"not to where it came from", true, "<sip:+15550100@192.0.2.2:5060>", measure.Redirected},
		{"not to an emergency number", true, "<sip:911@192.0.2.3:5060>", measure.Redirected},
		{"not to a stranger", true, "<sip:+15550111@198.51.100.9:5060>", measure.Redirected},
		{"not to a name", true, "<sip:+15550111@gw.example>", measure.Redirected},
		{"past Contacts that cannot be called", true, "<tel:+15550111>, <sip:911@192.0.2.3>, \"us\" <sip:+15550111@192.0.2.3:5060>;q=0.1", measure.Answered},
		{"not over another transport", true, "<sip:+15550111@192.0.2.3:5060;transport=tcp>", measure.Redirected},
		{"not to another scheme", true, "<tel:+15550111>", measure.Redirected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := trunkLab(t, 2, nil)
			l.caller.cfg.FollowRedirects = tt.follow
			l.caller.cfg.Audio.Allowed = func(a netip.Addr) bool { return a.As4()[0] == 192 }
			l.caller.cfg.CheckNumber = func(uri string) error {
				if strings.Contains(uri, ":911@") {
					return fmt.Errorf("an emergency number")
				}
				return nil
			}
			l.scripted("302 Moved Temporarily", "Contact: "+tt.contact)
			l.runUntil(time.Minute)
			trunks := l.settled()
			if l.calls.Outcomes[tt.class] != 1 || l.calls.Codes[302] != 1 {
				t.Errorf("classes %v, 302 × %d; want %s", l.calls.Outcomes, l.calls.Codes[302], tt.class)
			}
			if followed := trunks["gw1"].Followed; (followed == 1) != (tt.class == measure.Answered) || trunks["gw1"].Tries != 1 {
				t.Errorf("%d redirections were followed in %d tries", followed, trunks["gw1"].Tries)
			}
		})
	}
}

// The Contacts of a 3xx are tried by their q values; a refusal of one leads to the next, one of 6xx to none.
func TestContactsOfARedirectionAreTriedInTheirOrder(t *testing.T) {
	for _, tt := range []struct {
		refusal     string
		best, least string // their parameters
		class       measure.Class
		invites     uint64
	}{
		{"404 Not Found", ";q=0.7", ";q=0.1", measure.Answered, 3},
		{"600 Busy Everywhere", ";q=0.7", ";q=0.1", measure.User, 2},
		{"404 Not Found", "", ";q=0.9", measure.Answered, 3},          // none is 1
		{"404 Not Found", ";q=1.0", ";q=0.999", measure.Answered, 3},  // which is the most
		{"404 Not Found", ";q=0.001", ";q=0.0", measure.Answered, 3},  // 0 counts too
		{"404 Not Found", ";q=high", ";q=0.999", measure.Answered, 3}, // as none
	} {
		l := trunkLab(t, 2, nil)
		l.caller.cfg.FollowRedirects = true
		l.caller.cfg.Audio.Allowed = func(netip.Addr) bool { return true }
		var second packet
		l.others[answererAddress] = nil
		l.catchNext("-> INVITE", &second)
		l.route(time.Second)
		first := second
		l.catchNext("-> INVITE sip:best@", &second)
		l.caller.Receive(sip.Datagram{Data: answerTo(t, first.data, "302 Moved", "Contact: <sip:least@192.0.2.3:5060>"+tt.least, "Contact: <sip:best@192.0.2.2>"+tt.best), From: answererAddress, At: l.now})
		l.caller.Receive(sip.Datagram{Data: answerTo(t, second.data, tt.refusal), From: answererAddress, At: l.now})
		l.runUntil(time.Minute)
		if l.settled(); l.calls.Outcomes[tt.class] != 1 || l.calls.InvitesSent != tt.invites {
			t.Errorf("after %s, Contacts%s and%s: classes %v, %d INVITEs; want %s and %d:\n%s", tt.refusal, tt.best, tt.least, l.calls.Outcomes, l.calls.InvitesSent, tt.class, tt.invites, strings.Join(l.log, "\n"))
		}
	}
}

// A call that the run ends is not sent elsewhere any more.
func TestStoppedCallIsNotRedirected(t *testing.T) {
	l := trunkLab(t, 2, nil)
	l.caller.cfg.FollowRedirects = true
	l.caller.cfg.Audio.Allowed = func(netip.Addr) bool { return true }
	l.others[answererAddress] = nil
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.route(time.Second)
	l.caller.Stop(l.now)
	l.caller.Receive(sip.Datagram{Data: answerTo(t, invite.data, "302 Moved", "Contact: <sip:+15550111@192.0.2.3:5060>"), From: answererAddress, At: l.now})
	l.runUntil(2 * time.Minute)
	if l.settled(); l.calls.InvitesSent != 1 || l.calls.Outcomes[measure.Answered] != 0 {
		t.Errorf("%d INVITEs after the stop, classes %v; want the first alone", l.calls.InvitesSent, l.calls.Outcomes)
	}
}

func TestTransportOfAContact(t *testing.T) {
	for _, tt := range []struct {
		uri  string
		want []sip.Transport
	}{
		{"sip:a@192.0.2.3", []sip.Transport{sip.UDP}},
		{"sips:a@192.0.2.3", []sip.Transport{sip.TLS}},
		{"SIPS:a@192.0.2.3", []sip.Transport{sip.TLS}},
		{"sip:a@192.0.2.3;transport=UDP", []sip.Transport{sip.UDP}},
		{"sip:a@192.0.2.3;lr;Transport=tcp;x=y", []sip.Transport{sip.TCP}},
		{"sip:a@192.0.2.3;transport=tls?Subject=x", []sip.Transport{sip.TLS}},
		{"sip:a@192.0.2.3;transport=sctp", nil},
	} {
		for _, transport := range []sip.Transport{sip.UDP, sip.TCP, sip.TLS} {
			if got := sameTransport([]byte(tt.uri), transport); got != slices.Contains(tt.want, transport) {
				t.Errorf("%s over %s: %v", tt.uri, transport, got)
			}
		}
	}
}

// What a call said to the place that sent it elsewhere is not said any more, and the next place is heard from the start.
func TestRedirectionForgetsReliableResponses(t *testing.T) {
	l := flowLab(t, "- invite:\n    Supported: 100rel\n- bye\n", "", nil)
	l.caller.cfg.FollowRedirects = true
	l.caller.cfg.Audio.Allowed = func(netip.Addr) bool { return true }
	l.lose = func(string) bool { return true }
	var invite, second packet
	l.catchNext("-> INVITE", &invite)
	l.place(0)
	progress := func(to packet, number int) {
		l.caller.Receive(sip.Datagram{Data: answerTo(t, to.data, "183 Session Progress", "Contact: <sip:x@192.0.2.2>", "Require: 100rel", fmt.Sprintf("RSeq: %d", number)), From: answererAddress, At: l.now})
	}
	progress(invite, 7)
	l.catchNext("-> INVITE", &second)
	l.caller.Receive(sip.Datagram{Data: answerTo(t, invite.data, "302 Moved", "Contact: <sip:other@192.0.2.2>"), From: answererAddress, At: l.now})
	l.runUntil(10 * time.Second)
	if n := l.count("-> PRACK"); n != 1 {
		t.Errorf("%d PRACK to who sent the call elsewhere, want one and no repeat", n)
	}
	progress(second, 3)
	if n := l.count("-> PRACK"); n != 2 {
		t.Errorf("%d PRACK, want one for the first response of the next place", n)
	}
}

func TestRedirectionsInACircleEnd(t *testing.T) {
	l := trunkLab(t, 1, nil)
	l.caller.cfg.FollowRedirects = true
	l.others[answererAddress] = nil
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.route(time.Second)
	for i := range 10 {
		answered := invite
		l.catchNext("-> INVITE", &invite)
		l.caller.Receive(sip.Datagram{Data: answerTo(t, answered.data, "302 Moved", fmt.Sprintf("Contact: <sip:+1555010%d@192.0.2.2>", i)), From: answererAddress, At: l.now})
	}
	l.runUntil(time.Minute)
	if l.settled(); l.calls.Outcomes[measure.Redirected] != 1 || l.calls.InvitesSent != 1+mostRedirections {
		t.Errorf("classes %v after %d INVITEs, want the call redirected after %d", l.calls.Outcomes, l.calls.InvitesSent, 1+mostRedirections)
	}
}

func TestRetryAfterIsToldOf(t *testing.T) {
	l := trunkLab(t, 1, nil)
	told := ""
	l.caller.cfg.OnRetryAfter = func(trunk string, after time.Duration) { told = trunk + " " + after.String() }
	l.scripted("503 Service Unavailable", "Retry-After: 120")
	if l.settled(); told != "gw1 2m0s" || l.calls.Outcomes[measure.Blocked] != 1 {
		t.Errorf("told %q, classes %v", told, l.calls.Outcomes)
	}
}

// TestOverloadControlIsObeyed lets the first gateway ask for fewer calls in its refusals (RFC 7339).
func TestOverloadControlIsObeyed(t *testing.T) {
	const calls = 400
	for _, tt := range []struct {
		name        string
		obey        bool
		oc          string
		after       time.Duration // between the request for less and the calls
		least, most uint64        // calls of 400 that are kept from gw1
	}{
		{"half of the calls are spared", true, ";oc=50;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.1", 0, 160, 240},
		{"all of them", true, ";oc=100;oc-validity=60000", 0, calls, calls},
		{"none: 0 percent", true, ";oc=0;oc-validity=60000", 0, 0, 0},
		{"none: it is ignored", false, ";oc=100;oc-validity=60000", 0, 0, 0},
		{"none: it is over", true, ";oc=100;oc-validity=1000", 2 * time.Second, 0, 0},
		{"all within the half second that holds when nothing is said", true, ";oc=100", 400 * time.Millisecond, calls, calls},
		{"none: no number", true, ";oc=lots", 0, 0, 0},
		{"none: more than all", true, ";oc=101;oc-validity=60000", 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := trunkLab(t, 2, nil)
			l.caller.cfg.ObeyOverload = tt.obey
			l.others[answererAddress] = nil
			var invite packet
			l.catchNext("-> INVITE sip:+15550100@192.0.2.2", &invite)
			l.route(time.Second)
			if supports := strings.Contains(string(invite.data), supportsOverload); supports != tt.obey {
				t.Errorf("the INVITE says that overload control is supported: %v", supports)
			}
			answer := strings.Replace(string(answerTo(t, invite.data, "503 Service Unavailable")), supportsOverload, "", 1)
			answer = strings.Replace(answer, "\r\nFrom:", tt.oc+"\r\nFrom:", 1)
			l.caller.Receive(sip.Datagram{Data: []byte(answer), From: answererAddress, At: l.now})
			l.runUntil(l.now + tt.after)
			for range calls {
				l.route(time.Second)
			}
			l.runUntil(l.now + 2*time.Minute)
			trunks := l.settled()
			if n := trunks["gw1"].Throttled; n < tt.least || n > tt.most || trunks["gw1"].Tries != 1+calls-n {
				t.Errorf("%d of %d calls were spared and %d tried over gw1, want %d to %d spared", n, calls, trunks["gw1"].Tries, tt.least, tt.most)
			}
			if l.calls.Outcomes[measure.Answered] != calls+1 {
				t.Errorf("classes %v, want all answered by gw2", l.calls.Outcomes)
			}
		})
	}
}

func TestCallThatOverloadControlLeavesNoTrunkIsNotStarted(t *testing.T) {
	l := trunkLab(t, 1, nil)
	l.caller.cfg.ObeyOverload = true
	l.caller.trunks.throttles[0] = throttle{loss: 100, until: time.Hour}
	l.route(time.Second)
	if l.settled(); l.calls.NotStarted[measure.Throttled] != 1 {
		t.Errorf("reasons %v, want throttled", l.calls.NotStarted)
	}
}
