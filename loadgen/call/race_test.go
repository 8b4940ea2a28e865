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

// TestCancelAndAnswerCrossing withdraws 10,000 calls while their 200 is sent up to 5 ms before or after
// the CANCEL: whoever wins, no dialog is left on either side.
func TestCancelAndAnswerCrossing(t *testing.T) {
	l := newLab(t, func(_, answerer *Config) {
		answerer.Ringing = traffic.Duration{Mean: 20 * time.Millisecond}
	})
	const races = 10_000
	won := map[measure.Class]uint64{}
	for i := range races {
		begin := l.now
		l.place(time.Hour)
		before := l.calls.Outcomes
		l.runUntil(begin + 15*time.Millisecond + time.Duration(i%1000)*10*time.Microsecond)
		l.caller.Stop(l.now)
		l.runUntil(l.now + 50*time.Millisecond)
		l.log = l.log[:0]
		if n := l.caller.InProgress() + l.answerer.InProgress(); n != 0 {
			t.Fatalf("race %d leaves %d dialogs", i, n)
		}
		for class := range before {
			won[measure.Class(class)] += l.calls.Outcomes[class] - before[class]
		}
	}
	l.closed()
	if won[measure.Aborted] < races/10 || won[measure.Answered] < races/10 || won[measure.Aborted]+won[measure.Answered] != races {
		t.Errorf("the CANCEL won %d races and the answer %d: not a race", won[measure.Aborted], won[measure.Answered])
	}
}

func TestLateCopyOfAnInviteIsNoNewCall(t *testing.T) {
	l := newLab(t, nil)
	var copied packet
	l.catchNext("-> INVITE", &copied)
	l.place(time.Second)
	l.runUntil(5 * time.Second)
	copied.at = l.now
	l.flying = append(l.flying, copied)
	l.log = nil
	l.deliver()
	if len(l.log) != 0 || l.answerer.InProgress() != 0 {
		t.Errorf("a copy of the INVITE of a finished call is answered: %v", l.log)
	}
	if l.answers.Retransmissions[measure.Received][measure.Invite] != 1 {
		t.Error("the copy was not counted as a retransmission")
	}
	l.runUntil(time.Minute)
	l.closed()
}

// Every answer of another branch of a forked INVITE is acknowledged and hung up in a dialog of its own, its repeats
// are acknowledged again (RFC 3261, 13.2.2.4).
func TestFurtherAnswersToAForkedInviteAreHungUp(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.place(time.Minute)
	l.runUntil(time.Second)
	to := header(answer.data, "To")
	party := to[:strings.Index(to, ";tag=")]
	branches := []string{party + ";tag=second", party + ";tag=third", party + ";tag=fourth", party + ";tag=fifth"}
	for range 2 { // the second time they are repeats
		for _, branch := range branches {
			other := strings.Replace(string(answer.data), to, branch, 1)
			l.caller.Receive(sip.Datagram{Data: []byte(other), From: answererAddress, At: l.now})
		}
	}
	got := map[string]int{}
	for _, p := range l.flying {
		method, _, _ := strings.Cut(string(p.data), " ")
		got[method+" "+header(p.data, "To")]++
	}
	for _, branch := range branches {
		if got["ACK "+branch] != 2 || got["BYE "+branch] != 1 {
			t.Errorf("%s got %d ACK and %d BYE, want 2 and 1", branch, got["ACK "+branch], got["BYE "+branch])
		}
	}
	if n := len(branches) + 1; l.caller.InProgress() != n || len(l.flying) != 3*len(branches) {
		t.Errorf("%d calls in progress and %d messages, want the first call and one that hangs up each other branch: %d and %d",
			l.caller.InProgress(), len(l.flying), n, 3*len(branches))
	}
	l.runUntil(2 * time.Minute)
	l.closed()
	if l.calls.Outcomes[measure.Answered] != 1 || l.calls.Offered != 1 {
		t.Errorf("answered %d of %d calls, want 1 of 1: a fork is no call", l.calls.Outcomes[measure.Answered], l.calls.Offered)
	}
	if n := l.calls.Delays[measure.SDD].Count(); n != 1 {
		t.Errorf("%d session disconnect delays of one call, want 1: that of a fork is nobody's", n)
	}
}

// A peer that answers for ever does not fill the memory.
func TestAnswersToOneInviteAreBounded(t *testing.T) {
	l := newLab(t, nil)
	var answer packet
	l.catchNext("<- 200 OK (1 INVITE)", &answer)
	l.place(time.Minute)
	l.runUntil(time.Second)
	tag := ";tag=" + strings.SplitN(header(answer.data, "To"), ";tag=", 2)[1]
	for i := range mostForks + 10 {
		other := strings.Replace(string(answer.data), tag, fmt.Sprintf(";tag=%d", i), 1)
		l.caller.Receive(sip.Datagram{Data: []byte(other), From: answererAddress, At: l.now})
	}
	if l.caller.InProgress() != mostForks+1 || l.calls.Strays != 10 {
		t.Errorf("%d calls in progress and %d strays, want %d and 10", l.caller.InProgress(), l.calls.Strays, mostForks+1)
	}
	l.runUntil(2 * time.Minute)
	l.closed()
}

func TestHundredRingingsAreAllCounted(t *testing.T) {
	l := newLab(t, nil)
	l.lose = func(message string) bool {
		return strings.HasPrefix(message, "<- 200 OK (1 INVITE)") && len(l.log) < 10
	}
	var ringing packet
	l.place(time.Second)
	l.catchNext("<- 180", &ringing)
	l.runUntil(100 * time.Millisecond)
	for range 99 {
		l.caller.Receive(sip.Datagram{Data: append([]byte(nil), ringing.data...), From: answererAddress, At: l.now})
	}
	l.runUntil(time.Minute)
	l.closed()
	if l.calls.Provisional != 101 {
		t.Errorf("%d provisional responses counted, want one 100 and 100 × 180", l.calls.Provisional)
	}
	if l.calls.Delays[measure.PDD].Count() != 1 {
		t.Errorf("%d post-dial delays of one call", l.calls.Delays[measure.PDD].Count())
	}
}
