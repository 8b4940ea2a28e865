package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// refuseNext makes the caller hear a refusal of its next request that begins so, which the answerer never sees, and
// returns when that request was sent.
func (l *lab) refuseNext(request, status, more string) (sent time.Duration) {
	l.t.Helper()
	var caught packet
	l.catchNext(request, &caught)
	l.lose = func(message string) bool { return caught.data != nil && strings.HasPrefix(message, request) }
	for end := l.now + 20*time.Minute; caught.data == nil; {
		if l.runUntil(l.now + 100*time.Millisecond); l.now > end {
			l.t.Fatalf("no %s within 20 minutes", request)
		}
	}
	l.lose = nil
	if status != "" {
		text := fmt.Sprintf("SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n", status,
			header(caught.data, "Via"), header(caught.data, "From"), header(caught.data, "To"), header(caught.data, "Call-ID"), header(caught.data, "CSeq"), more)
		l.caller.Receive(sip.Datagram{Data: []byte(text), From: answererAddress, At: l.now})
	}
	return caught.at - l.delay
}

// A binding of 60 s is refreshed after 30 s. What becomes of it when that is refused follows from the refusal: one
// that may pass is tried again while the binding lives, no other is; the binding lives until its time is over.
func TestRefreshOfABindingThatIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name, status, more string
		again              time.Duration // after the refusal; 0 for never
	}{
		{"overloaded, which names a time", "503 Service Unavailable", "Retry-After: 5\r\n", 5 * time.Second},
		{"overloaded, which names none: a quarter of the 30 s that are left", "503 Service Unavailable", "", 7500 * time.Millisecond},
		{"broken", "500 Server Internal Error", "", 7500 * time.Millisecond},
		{"timed out behind a proxy", "408 Request Timeout", "", 7500 * time.Millisecond},
		{"forbidden", "403 Forbidden", "", 0},
		{"no such method there", "501 Not Implemented", "", 0},
		{"nobody in the world", "600 Busy Everywhere", "", 0},
		{"overloaded for longer than the binding lives", "503 Service Unavailable", "Retry-After: 600\r\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, "- register for 60s\n- wait 10m\n- unregister\n", "- expect REGISTER\n- bind\n", nil)
			l.place(0)
			l.runUntil(time.Second)
			if sent := l.refuseNext("-> REGISTER", tt.status, tt.more); sent < 30*time.Second || sent > 31*time.Second {
				t.Fatalf("refreshed at %v, want half a minute", sent)
			}
			refused := l.now
			registers := l.count("-> REGISTER")
			if tt.again > 0 {
				l.runUntil(refused + tt.again - 500*time.Millisecond)
				if n := l.count("-> REGISTER"); n != registers {
					t.Errorf("tried again within %v", l.now-refused)
				}
				l.runUntil(refused + tt.again + 500*time.Millisecond)
				if n := l.count("-> REGISTER"); n != registers+1 {
					t.Errorf("%d tries until %v after the refusal, want one", n-registers, l.now-refused)
				}
			} else {
				l.runUntil(59 * time.Second)
				if n := l.count("-> REGISTER"); n != registers || l.caller.InProgress() != 1 {
					t.Errorf("%d more tries and %d calls before the binding is over, want none and one", n-registers, l.caller.InProgress())
				}
			}
			l.runUntil(15 * time.Minute)
			l.closed()
			l.wantOutcome(measure.Answered, 1)
			if dropped := uint64(1); l.calls.RefreshesRefused != 1 || tt.again == 0 && l.calls.Dropped != dropped || tt.again > 0 && l.calls.Dropped != 0 {
				t.Errorf("%d refused, %d dropped", l.calls.RefreshesRefused, l.calls.Dropped)
			}
			if tt.again > 0 && (l.calls.Refreshes < 18 || l.calls.Completed != 1) {
				t.Errorf("%d refreshes in ten minutes after the refusal, %d completed", l.calls.Refreshes, l.calls.Completed)
			}
		})
	}
}

// A registrar that is silent for a minute loses the binding of 60 s, and not one of 10 minutes.
func TestRefreshThatNobodyAnswers(t *testing.T) {
	for life, dropped := range map[string]uint64{"60s": 1, "10m": 0} {
		l := flowLab(t, "- register for "+life+"\n- wait 20m\n- unregister\n", "- expect REGISTER\n- bind\n", nil)
		var silent time.Duration
		l.lose = func(message string) bool {
			if !strings.HasPrefix(message, "-> REGISTER") || l.now < time.Second {
				return false
			}
			if silent == 0 {
				silent = l.now
			}
			return l.now < silent+time.Minute
		}
		l.place(0)
		l.runUntil(30 * time.Minute)
		l.closed()
		l.wantOutcome(measure.Answered, 1)
		if l.calls.Dropped != dropped || dropped == 0 && l.calls.RefreshesRefused != 1 {
			t.Errorf("binding of %s: %d dropped, want %d; %d refreshes were not answered", life, l.calls.Dropped, dropped, l.calls.RefreshesRefused)
		}
	}
}

// A subscription whose refresh is refused lives on until its time is over, unless nobody knows it any more (RFC 6665,
// 4.1.2.2).
func TestRefreshOfASubscriptionThatIsRefused(t *testing.T) {
	for status, lives := range map[string]bool{"403 Forbidden": true, "481 Subscription Does Not Exist": false} {
		l := newLab(t, func(c, a *Config) {
			c.Programs = parsed(t, "scenario: watch\nrole: caller\nsteps:\n- subscribe presence for 60s\n- expect NOTIFY within 5s\n- wait 10m\n- unsubscribe presence\n")
			a.Programs = loaded(t, "notifier")
		})
		l.place(0)
		l.runUntil(time.Second)
		l.refuseNext("-> SUBSCRIBE", status, "")
		l.runUntil(50 * time.Second)
		if got := l.caller.InProgress() == 1; got != lives {
			t.Errorf("%s: the subscription lives on: %v, want %v", status, got, lives)
		}
		l.runUntil(5 * time.Minute)
		if l.caller.InProgress() != 0 || l.calls.Dropped != 1 || l.calls.RefreshesRefused != 1 {
			t.Errorf("%s: %d calls are left, %d dropped, %d refreshes refused", status, l.caller.InProgress(), l.calls.Dropped, l.calls.RefreshesRefused)
		}
	}
}

// A session whose refresh is refused goes on until a third of its time, at most 32 s, before its end; after 408 and 481
// it is hung up at once (RFC 4028, 10).
func TestRefreshOfASessionThatIsRefused(t *testing.T) {
	for status, lives := range map[string]bool{"403 Forbidden": true, "500 Server Internal Error": true, "408 Request Timeout": false, "481 Call Does Not Exist": false} {
		l := flowLab(t, "- invite:\n    session: 90s\n- wait 10m\n- bye\n", talks, nil)
		l.place(0)
		l.runUntil(time.Second)
		l.refuseNext("-> UPDATE", status, "")
		refused := l.now
		l.runUntil(refused + 14*time.Second)
		if got := l.caller.InProgress() == 1; got != lives {
			t.Errorf("%s: the call lives on: %v, want %v", status, got, lives)
		}
		l.lose = func(message string) bool { return strings.HasPrefix(message, "<- BYE") } // the peer gives it up at the same time
		l.runUntil(refused + 16*time.Second)                                               // 45 s are left of 90, less 30
		if l.count("-> BYE") == 0 {
			t.Errorf("%s: the call is not hung up %v after the refusal", status, l.now-refused)
		}
		l.lose = nil
		l.runUntil(refused + 20*time.Second)
		l.closed()
		if l.calls.Dropped != 1 || l.calls.RefreshesRefused != 1 {
			t.Errorf("%s: %d dropped, %d refreshes refused", status, l.calls.Dropped, l.calls.RefreshesRefused)
		}
	}
}

// A refresh waits for a re-INVITE that is under way, and is not needed any more when that is answered.
func TestRefreshWaitsForAnotherTransaction(t *testing.T) {
	l := flowLab(t, "- invite:\n    session: 90s\n- wait 44500ms\n- hold\n- wait 10m\n- bye\n", talks, nil)
	l.lose = func(message string) bool {
		return strings.HasPrefix(message, "<- 200 OK (2 INVITE)") && l.now < 47*time.Second
	}
	l.place(0)
	l.runUntil(48 * time.Second)
	if re, updates := l.count("-> INVITE"), l.count("-> UPDATE"); re < 3 || updates != 0 {
		t.Errorf("%d INVITEs and %d UPDATEs while a re-INVITE waits for its answer, want it repeated and no other request", re, updates)
	}
	l.runUntil(91 * time.Second)
	if n := l.count("-> UPDATE"); n != 0 {
		t.Errorf("%d UPDATEs within half the time that the re-INVITE was granted, want none", n)
	}
	l.runUntil(15 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
}
