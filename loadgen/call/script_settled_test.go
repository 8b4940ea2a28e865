package call

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// settledRun runs calls that answer and then wait for repeats, lets something happen in that wait, and returns what was
// said and counted.
func settledRun(t *testing.T, whole bool, happens func(l *lab, ack, bye packet)) ([]string, *measure.Script) {
	t.Helper()
	l := newScriptLab(t, scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml"), nil)
	if !l.answerer.scripts.settles {
		t.Fatal("the calls of the answerer do not settle")
	}
	l.answerer.scripts.settles = !whole
	var ack, bye packet
	l.place(time.Second)
	l.catchNext("-> ACK", &ack)
	l.runUntil(500 * time.Millisecond)
	l.catchNext("-> BYE", &bye)
	l.runUntil(2 * time.Second)
	for range 100 { // more than the ring holds at first
		l.place(time.Second)
	}
	l.runUntil(4 * time.Second)
	busy := l.answerer.table.busy
	if want := map[bool]int{true: 101, false: 0}[whole]; busy != want || l.answerer.InProgress() != 101 {
		t.Errorf("kept whole: %v: %d calls have slots, want %d; %d are in progress, want 101", whole, busy, want, l.answerer.InProgress())
	}
	happens(l, ack, bye)
	l.runUntil(20 * time.Second)
	l.closed()
	return l.log, l.answerer.ScriptCounts()
}

// A call whose slot is free in its last pause says and counts what one does that is kept whole.
func TestSettledCallsDoWhatWholeOnesDo(t *testing.T) {
	again := func(l *lab, p packet, change ...string) {
		l.answerer.Receive(sip.Datagram{Data: []byte(strings.NewReplacer(change...).Replace(string(p.data))), From: p.from, At: l.now})
	}
	for _, row := range []struct {
		name    string
		happens func(l *lab, ack, bye packet)
		check   func(s *measure.Script) bool
	}{
		{"nothing", func(*lab, packet, packet) {}, func(s *measure.Script) bool { return s.Successful == 101 }},
		{"the BYE comes again, three times", func(l *lab, _, bye packet) { again(l, bye); again(l, bye); again(l, bye) },
			func(s *measure.Script) bool { return s.Successful == 101 && s.Retransmissions == 3 }},
		{"a request that nobody waits for", func(l *lab, _, bye packet) { again(l, bye, "BYE", "INFO") },
			func(s *measure.Script) bool {
				return s.Successful == 100 && s.Failures[measure.FailedUnexpectedMessage] == 1
			}},
		{"another BYE", func(l *lab, _, bye packet) { again(l, bye, "2 BYE", "3 BYE") }, func(s *measure.Script) bool { return s.Successful+s.Failed == 101 }},
		{"the ACK comes again", func(l *lab, ack, _ packet) { again(l, ack) }, func(s *measure.Script) bool { return s.Successful+s.Failed == 101 }},
		{"the BYE comes again when the call is over", func(l *lab, _, bye packet) { l.runUntil(10 * time.Second); again(l, bye) },
			func(s *measure.Script) bool { return s.Successful == 101 && s.DeadCallMessages == 1 }},
		{"the end of the run", func(l *lab, _, bye packet) { l.answerer.Stop(l.now); l.answerer.Advance(l.now); again(l, bye) },
			func(s *measure.Script) bool { return s.Successful == 101 && s.DeadCallMessages == 1 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			wantLog, want := settledRun(t, true, row.happens)
			log, got := settledRun(t, false, row.happens)
			if !slices.Equal(log, wantLog) || !reflect.DeepEqual(got, want) || !row.check(got) {
				t.Errorf("counted %+v\nwant    %+v\nthe last messages:\n%s\nwant\n%s", got, want, strings.Join(log[len(log)-3:], "\n"), strings.Join(wantLog[len(wantLog)-3:], "\n"))
			}
		})
	}
}
