package call

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// fromCaller hands the answerer a message as if the caller had sent it, and returns what it says to that.
func (l *lab) fromCaller(message []byte) (said string) {
	before := len(l.log)
	l.answerer.Receive(sip.Datagram{Data: message, From: callerAddress, At: l.now})
	return strings.Join(l.log[before:], "\n")
}

// A call that its program places again after a refusal is a new attempt: its answer counts.
func TestCallThatIsPlacedAgainAfterARefusal(t *testing.T) {
	again := "- invite:\n    on: {486: again}\n- bye\nbranches:\n  again:\n  - wait 5s\n  - invite\n  - wait 1s\n  - bye\n"
	l := flowLab(t, again, "- answer\n- expect BYE\n", nil)
	busy := true
	l.lose = func(message string) bool { // the first INVITE meets somebody who is busy
		if message != "-> INVITE sip:+15550100@192.0.2.2:5060 SIP/2.0" || !busy {
			return false
		}
		busy = false
		return true
	}
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(0)
	refusal := fmt.Sprintf("SIP/2.0 486 Busy Here\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=busy\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
		header(invite.data, "Via"), header(invite.data, "From"), header(invite.data, "To"), header(invite.data, "Call-ID"))
	l.caller.Receive(sip.Datagram{Data: []byte(refusal), From: answererAddress, At: l.now})
	l.runUntil(time.Minute)
	l.closed()
	l.wantLog("-> INVITE", "-> ACK", "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)")
	l.wantOutcome(measure.Answered, 1)
	if delay := l.calls.Delays[measure.SRD].Max(); delay > 100*time.Millisecond {
		t.Errorf("a session request delay of %v counts the pause before the second INVITE", delay)
	}
}

// A request that is tried again after a refusal is answered in the end.
func TestRequestThatIsSentAgainAfterARefusal(t *testing.T) {
	l := flowLab(t, "- options:\n    on: {480: again}\nbranches:\n  again:\n  - wait 1s\n  - options\n", "- expect OPTIONS\n- respond 480 Not Yet\n", nil)
	l.place(0)
	l.runUntil(time.Second / 2)
	l.answerer.flows.answerers[sip.OPTIONS] = nil // from now on it is the machine that answers
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
}

// Glare: a re-INVITE or UPDATE that meets the peer's is sent again, by the owner of the Call-ID after 2.1 to 4 s, by
// the other end within 2 s (RFC 3261, 14.1).
func TestRequestThatMeetsThePeersIsSentAgain(t *testing.T) {
	for _, tt := range []struct {
		name, caller, answerer, request string
		least, most                     time.Duration
	}{
		{"re-INVITE of the caller", "- invite\n- hold\n- bye\n", talks, "-> INVITE", 2100 * time.Millisecond, 4 * time.Second},
		{"UPDATE of the caller", "- invite\n- update\n- bye\n", talks, "-> UPDATE", 2100 * time.Millisecond, 4 * time.Second},
		{"re-INVITE of the answerer", "- invite\n- expect BYE\n", "- answer\n- hold\n- bye\n", "<- INVITE", 0, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, tt.answerer, nil)
			var sent []time.Duration
			l.lose = func(message string) bool {
				if !strings.HasPrefix(message, tt.request) || strings.Contains(message, "+15550100") {
					return false
				}
				sent = append(sent, l.now)
				return len(sent) == 1
			}
			var request packet
			l.place(0)
			l.catchNext(tt.request+" sip:192", &request)
			l.runUntil(10 * time.Millisecond)
			refusal := fmt.Sprintf("SIP/2.0 491 Request Pending\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
				header(request.data, "Via"), header(request.data, "From"), header(request.data, "To"), header(request.data, "Call-ID"), header(request.data, "CSeq"))
			machine := l.caller
			if request.from == answererAddress {
				machine = l.answerer
			}
			refused := l.now
			machine.Receive(sip.Datagram{Data: []byte(refusal), From: request.to, At: l.now})
			l.runUntil(time.Minute)
			l.closed()
			l.wantOutcome(measure.Answered, 1)
			if len(sent) != 2 || sent[1]-refused < tt.least || sent[1]-refused > tt.most+time.Millisecond {
				t.Errorf("sent at %v, refused at %v, want it again after %v to %v:\n%s", sent, refused, tt.least, tt.most, strings.Join(l.log, "\n"))
			}
		})
	}
}

// A re-INVITE that met the peer's waits for a refresh of the session that is under way when its time comes.
func TestRequestThatMetThePeersWaitsForARefresh(t *testing.T) {
	l := flowLab(t, "- invite:\n    session: 90s\n- wait 44s\n- hold\n- wait 10m\n- bye\n", talks, nil)
	var invite packet
	met := false
	l.lose = func(message string) bool {
		return met && strings.HasPrefix(message, "-> INVITE") || strings.HasPrefix(message, "<- 200 OK (3 UPDATE)") && l.now < 50*time.Second
	}
	l.place(0)
	l.runUntil(43 * time.Second)
	met = true
	l.catchNext("-> INVITE", &invite)
	l.runUntil(44*time.Second + 100*time.Millisecond)
	met = false
	refusal := fmt.Sprintf("SIP/2.0 491 Request Pending\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		header(invite.data, "Via"), header(invite.data, "From"), header(invite.data, "To"), header(invite.data, "Call-ID"), header(invite.data, "CSeq"))
	l.caller.Receive(sip.Datagram{Data: []byte(refusal), From: answererAddress, At: l.now})
	l.runUntil(50 * time.Second)
	if invites, updates := l.count("-> INVITE"), l.count("-> UPDATE"); invites != 2 || updates == 0 {
		t.Errorf("%d INVITEs and %d UPDATEs while the refresh waits for its answer, want two and some:\n%s", invites, updates, strings.Join(l.log, "\n"))
	}
	l.runUntil(time.Minute)
	if n := l.count("-> INVITE"); n != 3 {
		t.Errorf("%d INVITEs, want that which met the peer's again", n)
	}
	l.runUntil(15 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
}

// A peer that is always busy with its own is not asked for ever, and a program that wants 491 gets it.
func TestGlareEnds(t *testing.T) {
	for _, tt := range []struct {
		name, caller string
		requests     int
		class        measure.Class
	}{
		{"a bound", "- invite\n- info\n- bye\n", mostGlares + 1, measure.Unexpected},
		{"the program decides", "- invite\n- info:\n    on: {491: over}\n- bye\nbranches:\n  over:\n  - bye\n", 1, measure.Answered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, "", func(_, a *Config) {
				a.Programs = parsed(t, "scenario: glare\nrole: answerer\nsteps:\n- answer\n"+strings.Repeat("- expect INFO\n- respond 491 Request Pending\n", mostGlares+2)+"- expect BYE\n")
			})
			l.place(0)
			l.runUntil(5 * time.Minute)
			l.answerer.Stop(l.now)
			l.runUntil(10 * time.Minute)
			l.closed()
			l.wantOutcome(tt.class, 1)
			if n := l.count("-> INFO"); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
		})
	}
}

// A request of the program waits for the machine's own, and neither is forgotten.
func TestReportsAndRequestsTakeTurns(t *testing.T) {
	transfer := "scenario: transfer\nflows:\n- role: caller\n  steps:\n  - invite\n  - refer to sip:+15550199@192.0.2.1:5060\n  - expect BYE\n" +
		"- role: answerer\n  steps:\n  - respond 180 Ringing\n  - wait 1s\n  - answer\n  - wait 5s\n  - bye\n"
	l := flowLab(t, "", "- answer\n- expect REFER\n- follow\n- info one\n- info two\n- wait 10s\n- bye\n", func(c, _ *Config) { c.Programs = parsed(t, transfer) })
	l.place(time.Second)
	l.runUntil(2 * time.Minute)
	l.closed()
	if l.count("<- NOTIFY") != 3 || l.count("<- INFO") != 2 || l.answers.Outcomes[measure.Answered] != 2 {
		t.Errorf("want three reports and two INFO:\n%s", strings.Join(l.log, "\n"))
	}
}

// A PRACK names the response, the INVITE and its method; it is confirmed once (RFC 3262, 3).
func TestPrackOfSomethingElse(t *testing.T) {
	l := flowLab(t, "- invite:\n    Supported: 100rel\n- bye\n", "- respond 183 Session Progress with sdp reliably\n- wait 2s\n- answer\n- expect BYE\n", nil)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "-> PRACK") }
	var prack packet
	l.catchNext("-> PRACK", &prack)
	l.place(time.Second)
	l.runUntil(100 * time.Millisecond)
	if strings.Contains(string(prack.data), "m=audio") {
		t.Errorf("the INVITE had an offer and the response its answer, so that the PRACK needs none:\n%s", prack.data)
	}
	cseq := 10
	for _, tt := range []struct{ rack, want string }{
		{"", "<- 481"}, {"1", "<- 481"}, {"2 1 INVITE", "<- 481"}, {"1 2 INVITE", "<- 481"}, {"1 1 UPDATE", "<- 481"},
		{"4294967296 1 INVITE", "<- 481"}, {"1 1 INVITE", "<- 200"}, {"1 1 INVITE", "<- 481"},
	} {
		cseq++
		text := strings.NewReplacer("RAck: 1 1 INVITE", "RAck: "+tt.rack, "CSeq: 2 PRACK", fmt.Sprintf("CSeq: %d PRACK", cseq)).Replace(string(prack.data))
		if said := l.fromCaller([]byte(text)); !strings.HasPrefix(said, tt.want) {
			t.Errorf("RAck %q: the answer is %q, want %s", tt.rack, said, tt.want)
		}
	}
}

// An offer in a PRACK is answered in its 200, a repeat alike; one that cannot be met is refused and changes nothing (RFC
// 3262, 5).
func TestOfferInAPrackIsAnswered(t *testing.T) {
	for _, tt := range []struct {
		name, body, status string
		want               []string
	}{
		{"an offer", holdOffer, "SIP/2.0 200 OK", []string{"Content-Type: application/sdp", "m=audio 9 RTP/AVP 8", "a=inactive"}},
		{"no codec in common", strings.Replace(holdOffer, "AVP 8", "AVP 18", 1), "SIP/2.0 488", []string{"Content-Length: 0"}},
		{"none", "", "SIP/2.0 200 OK", []string{"Content-Length: 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, "- invite:\n    Supported: 100rel\n- bye\n", "- respond 183 Session Progress with sdp reliably\n- wait 2s\n- answer\n- expect BYE\n", nil)
			l.lose = func(message string) bool { return strings.HasPrefix(message, "-> PRACK") }
			var progress packet
			l.catchNext("<- 183", &progress)
			l.place(time.Second)
			l.runUntil(100 * time.Millisecond)
			prack := strings.Replace(string(inDialog("PRACK", progress, 2, tt.body)), "\r\nContact", "\r\nRAck: 1 1 INVITE\r\nContact", 1)
			first, again := l.ask(prack), l.ask(prack)
			if !strings.HasPrefix(first, tt.status) || first != again {
				t.Errorf("answered\n%s\nand then\n%s\nwant %s twice", first, again, tt.status)
			}
			for _, want := range tt.want {
				if !strings.Contains(first, want) {
					t.Errorf("the answer lacks %q:\n%s", want, first)
				}
			}
		})
	}
}

// A repeat of an UPDATE is answered as the UPDATE was, description and all.
func TestRepeatOfAnUpdateIsAnsweredAlike(t *testing.T) {
	l, answer := talkingLab(t)
	offer := string(inDialog("UPDATE", answer, 2, holdOffer))
	if first, again := l.ask(offer), l.ask(offer); first != again || !strings.Contains(first, "a=inactive") {
		t.Errorf("answered\n%s\nand then\n%s", first, again)
	}
	plain := l.ask(string(inDialog("UPDATE", answer, 3, "")))
	if again := l.ask(string(inDialog("UPDATE", answer, 3, ""))); again != plain || strings.Contains(again, "m=audio") {
		t.Errorf("an UPDATE without an offer is answered\n%s\nand then\n%s", plain, again)
	}
}

// An INVITE that comes before the last one has its final response is refused until later, a repeat alike (RFC 3261,
// 14.2).
func TestInviteThatOverlapsAnother(t *testing.T) {
	l := flowLab(t, "", "- respond 180 Ringing\n- wait 1h\n- answer\n- expect BYE\n", nil)
	var ringing packet
	l.catchNext("<- 180", &ringing)
	l.place(0)
	l.runUntil(time.Second)
	waits := map[string]bool{}
	for cseq := 2; cseq < 60; cseq++ {
		invite := string(inDialog("INVITE", ringing, cseq, holdOffer))
		first, again := l.ask(invite), l.ask(invite)
		wait, err := strconv.Atoi(header([]byte(first), "Retry-After"))
		if !strings.HasPrefix(first, "SIP/2.0 500") || err != nil || wait < 0 || wait > 10 || first != again {
			t.Fatalf("answered\n%s\nand then\n%s\nwant 500 and a time of up to 10 s, twice the same", first, again)
		}
		waits[header([]byte(first), "Retry-After")] = true
	}
	if len(waits) < 6 {
		t.Errorf("58 INVITEs were told to wait for %v: not random", waits)
	}
}

// Reliable responses of two branches of a forked INVITE are acknowledged each, though their numbers do not follow one
// another.
func TestReliableResponsesOfAForkedCall(t *testing.T) {
	l := flowLab(t, "- invite:\n    Supported: 100rel\n- bye\n", "", nil)
	l.lose = func(string) bool { return true }
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(0)
	response := func(status, tag string, more string) {
		text := fmt.Sprintf("SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=%s\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:%s@192.0.2.2:5060>\r\n%sContent-Length: 0\r\n\r\n",
			status, header(invite.data, "Via"), header(invite.data, "From"), header(invite.data, "To"), tag, header(invite.data, "Call-ID"), tag, more)
		l.caller.Receive(sip.Datagram{Data: []byte(text), From: answererAddress, At: l.now})
	}
	reliable := func(tag string, number int) {
		response("183 Session Progress", tag, fmt.Sprintf("Require: 100rel\r\nRSeq: %d\r\n", number))
	}
	reliable("a", 7)
	var prack packet
	l.catchNext("-> PRACK", &prack)
	reliable("b", 700)
	reliable("b", 700)
	reliable("b", 702) // before its predecessor
	reliable("a", 0)   // no number at all
	l.wantLog("-> INVITE", "-> PRACK", "-> PRACK")
	refusal := fmt.Sprintf("SIP/2.0 481 No Such Response\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		header(prack.data, "Via"), header(prack.data, "From"), header(prack.data, "To"), header(prack.data, "Call-ID"), header(prack.data, "CSeq"))
	l.caller.Receive(sip.Datagram{Data: []byte(refusal), From: answererAddress, At: l.now}) // each branch knows its own alone
	response("486 Busy Here", "a", "")
	if last := l.log[len(l.log)-1]; last != "-> ACK sip:+15550100@192.0.2.2:5060 SIP/2.0" {
		t.Errorf("the refusal is acknowledged by %q, want the request URI of the INVITE (RFC 3261, 17.1.1.3)", last)
	}
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.User, 1)
}

// A reliable response is repeated end to end until its PRACK comes, over connections too (RFC 3262, 3).
func TestReliableResponseIsRepeatedOverAnyTransport(t *testing.T) {
	for _, transport := range []sip.Transport{sip.UDP, sip.TCP} {
		l := flowLab(t, "- invite:\n    Supported: 100rel\n- bye\n", "- respond 180 Ringing reliably\n- wait 10s\n- answer\n- expect BYE\n",
			func(c, a *Config) { c.Transport, a.Transport = transport, transport })
		l.lose = func(message string) bool { return strings.HasPrefix(message, "<- 180") && l.count("<- 180") <= 2 }
		l.place(0)
		l.runUntil(time.Minute)
		l.closed()
		l.wantOutcome(measure.Answered, 1)
		if responses, pracks := l.count("<- 180"), l.count("-> PRACK"); responses != 3 || pracks != 1 {
			t.Errorf("over %s %d responses and %d PRACK, want 3 and 1", transport, responses, pracks)
		}
	}
}

// BYE in an early dialog ends the call: 200, and 487 to the INVITE (RFC 3261, 15.1.2).
func TestByeBeforeTheAnswer(t *testing.T) {
	l := flowLab(t, "- invite\n- expect 486\n", "- respond 180 Ringing\n- wait 1h\n- answer\n- expect BYE\n", nil)
	var ringing packet
	l.catchNext("<- 180", &ringing)
	l.place(0)
	l.runUntil(time.Second)
	said := l.fromCaller(inDialog("BYE", ringing, 2, ""))
	if said != "<- 200 OK (2 BYE)\n<- 487 Request Terminated (1 INVITE)" {
		t.Errorf("the answerer says %q", said)
	}
	l.runUntil(2 * time.Minute)
	l.closed()
}

// Who refreshes the session goes on doing so when the other end sends a re-INVITE (RFC 4028, 7.4).
func TestHoldLeavesTheRefresherAlone(t *testing.T) {
	l := flowLab(t, "- invite:\n    session: 90s\n- wait 10m\n- bye\n", "- answer\n- wait 10s\n- hold\n- expect BYE\n", nil)
	var hold packet
	l.place(0)
	l.catchNext("<- INVITE", &hold)
	l.runUntil(12 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
	if got := header(hold.data, "Session-Expires"); got != "90;refresher=uas" {
		t.Errorf("the hold asks for %q, want the caller to go on refreshing", got)
	}
	if n := l.count("-> UPDATE"); n < 12 || l.calls.Dropped+l.answers.Dropped != 0 {
		t.Errorf("%d refreshes in ten minutes, %d calls dropped:\n%s", n, l.calls.Dropped+l.answers.Dropped, strings.Join(l.log, "\n"))
	}
}

// A session timer of a second from a caller that knows none is left aside.
func TestSessionTimerOfNoTime(t *testing.T) {
	for _, interval := range []string{"0", "1", "89", "4294967295", "4294967296", "-1", "x"} {
		l := flowLab(t, "- invite:\n    Session-Expires: \""+interval+"\"\n- wait 1m\n- bye\n", talks, nil)
		l.place(0)
		l.runUntil(10 * time.Minute)
		l.closed()
		l.wantOutcome(measure.Answered, 1)
		if n := l.count("<- INVITE") + l.count("<- UPDATE"); n != 0 {
			t.Errorf("Session-Expires: %s: %d refreshes in a minute", interval, n)
		}
	}
}
