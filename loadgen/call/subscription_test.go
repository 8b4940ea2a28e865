package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// A subscription is refreshed as often as it takes, and ends with a last report.
func TestSubscriptionIsRefreshedUntilItsEnd(t *testing.T) {
	l := newLab(t, func(c, a *Config) {
		c.Programs = parsed(t, "scenario: watch\nrole: caller\nsteps:\n- subscribe presence for 60s\n- expect NOTIFY within 5s\n- wait 10m\n- unsubscribe presence\n")
		a.Programs = loaded(t, "notifier")
	})
	l.place(0)
	l.runUntil(20 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
	if n := l.count("-> SUBSCRIBE"); n != 21 || l.count("<- NOTIFY") != 2 || l.calls.Dropped+l.answers.Dropped != 0 {
		t.Errorf("%d SUBSCRIBEs and %d reports, want the first, one every half minute and the last, and two reports:\n%s",
			n, l.count("<- NOTIFY"), strings.Join(l.short(), "\n"))
	}
}

// No subscription outlives its time: one that nobody refreshes, and one that was to be none.
func TestSubscriptionsEndByThemselves(t *testing.T) {
	for _, expires := range []string{"0", "60", "4294967295"} {
		l := newLab(t, func(_, a *Config) { a.Programs = loaded(t, "notifier") })
		l.lose = func(message string) bool { return strings.HasPrefix(message, "<- 200") }
		l.open = true
		subscribe := "SUBSCRIBE sip:x@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKs\r\nFrom: <sip:w@192.0.2.1>;tag=w\r\nTo: <sip:x@192.0.2.2>\r\n" +
			"Call-ID: watch\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:192.0.2.1:5060>\r\nEvent: presence\r\nExpires: " + expires + "\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
		var notify packet
		l.catchNext("<- NOTIFY", &notify)
		l.answerer.Receive(sip.Datagram{Data: []byte(subscribe), From: callerAddress, At: l.now})
		l.flying = nil
		confirm := fmt.Sprintf("SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: watch\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
			header(notify.data, "Via"), header(notify.data, "From"), header(notify.data, "To"), header(notify.data, "CSeq"))
		l.answerer.Receive(sip.Datagram{Data: []byte(confirm), From: callerAddress, At: l.now})
		if l.answerer.InProgress() != 1 {
			t.Errorf("Expires: %s: %d subscriptions, want one", expires, l.answerer.InProgress())
		}
		l.runUntil(25 * time.Hour)
		l.closed()
	}
}

// A NOTIFY may overtake the answer to its SUBSCRIBE (RFC 6665, 4.1.2.4).
func TestReportThatOvertakesTheAnswerCounts(t *testing.T) {
	l := newLab(t, func(c, a *Config) {
		c.Programs = parsed(t, "scenario: watch\nrole: caller\nsteps:\n- subscribe presence for 60s\n- expect NOTIFY within 5s\n- wait 10s\n- unsubscribe presence\n")
		a.Programs = loaded(t, "notifier")
	})
	l.rough = func() []time.Duration { // each message that the notifier sends is faster than the one before
		if strings.HasPrefix(l.log[len(l.log)-1], "<- 200 OK (1 SUBSCRIBE)") {
			return []time.Duration{100 * time.Millisecond}
		}
		return []time.Duration{time.Millisecond}
	}
	l.place(0)
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
}

// A subscriber whose notifier ends the subscription goes on without it no longer.
func TestNotifierEndsTheSubscription(t *testing.T) {
	l := flowLab(t, "- subscribe presence for 60s\n- wait 10m\n- unsubscribe presence\n",
		"- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: \"[expires]\"\n    Contact: <[local_uri]>\n- wait 5s\n- notify terminated;reason=noresource presence\n", nil)
	l.place(0)
	l.runUntil(20 * time.Minute)
	l.closed()
	if l.count("-> SUBSCRIBE") != 1 || l.calls.Dropped != 1 {
		t.Errorf("%d dropped:\n%s", l.calls.Dropped, strings.Join(l.log, "\n"))
	}
}

// A program that calls and transfers for ever does not fill the memory of its dialog.
func TestTextsOfADialogStayBounded(t *testing.T) {
	l := flowLab(t, "- invite to sip:+15550100-and-a-long-name-that-fills-the-dialog@192.0.2.2:5060:\n    on: {486: again}\nbranches:\n  again:\n  - wait 1ms\n"+
		"  - invite to sip:+15550100-and-a-long-name-that-fills-the-dialog@192.0.2.2:5060:\n      on: {486: again}\n", "- respond 486 Busy Here\n", nil)
	l.place(0)
	c := l.caller.table.at(0)
	for range 3000 {
		l.runUntil(l.now + 2*time.Millisecond)
		if len(c.dialog.text) > maxDialog {
			t.Fatalf("%d octets of texts after %d INVITEs", len(c.dialog.text), c.cseq)
		}
	}
	if c.cseq < 1000 {
		t.Errorf("only %d INVITEs", c.cseq)
	}
	l.caller.Stop(l.now)
	l.runUntil(l.now + 5*time.Minute)
	l.closed()
}

// A response that came in while the program paused is checked when the program comes to it.
func TestCheckOfAResponseThatCameEarly(t *testing.T) {
	for check, class := range map[string]measure.Class{"header X-Queue is 7": measure.Answered, "header X-Queue is 8": measure.Unexpected} {
		l := flowLab(t, "- invite\n- expect 180\n- wait 5s\n- expect 200:\n    check: ["+check+"]\n- bye\n",
			"- respond 180 Ringing\n- wait 1s\n- answer:\n    X-Queue: 7\n- expect BYE\n", nil)
		l.place(0)
		l.runUntil(time.Minute)
		l.closed()
		l.wantOutcome(class, 1)
	}
}

// A peer that makes up addresses of record is refused in the end.
func TestBindingsAreBounded(t *testing.T) {
	l := flowLab(t, "- register\n", "- expect REGISTER\n- bind\n", nil)
	for i := range maxBindings {
		l.answerer.bindings[uint64(i)] = time.Hour
	}
	l.place(0)
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.Blocked, 1)
}
