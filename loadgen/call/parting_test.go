package call

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// A run with a hundred thousand calls used to end with their BYEs in one turn of the loop: a fifth of the answers
// overran the receive buffer, and twice as many messages as there were calls had to be sent again.
func TestManyCallsAreHungUpAtAPace(t *testing.T) {
	const calls = 20_000
	j := newJoint(t, builtIn(t, "caller"), builtIn(t, "gateway"))
	for range calls {
		j.call(0, Attempt{Trunk: labTrunk, Holding: time.Hour})
	}
	j.widen(2 * partingBurst)
	stop := time.Second
	j.caller.Stop(stop)
	j.deliver(stop)
	if left := j.caller.InProgress(); left != calls-partingBurst {
		t.Fatalf("%d calls are left at once, want %d", left, calls-partingBurst)
	}
	for now := stop; j.caller.InProgress() > 0; {
		next := j.caller.Next()
		if next == Never || next > stop+LongestParting {
			t.Fatalf("%d calls are left after %v, the next timer is at %v", j.caller.InProgress(), now-stop, next)
		}
		before := j.caller.InProgress()
		now = max(now, next)
		j.advance(now)
		if batch := before - j.caller.InProgress(); batch > 100 {
			t.Fatalf("%d calls are hung up at once", batch)
		}
		if want := calls - int(partingBurst+partingRate*(now-stop).Seconds()); j.caller.InProgress() < want-100 {
			t.Fatalf("%d calls are left after %v: too fast", j.caller.InProgress(), now-stop)
		}
	}
	if m := j.caller.cfg.Steady; m.Outcomes[measure.Answered] != calls || m.Completed != calls || j.answerer.InProgress() != 0 {
		t.Errorf("outcomes %v, %d completed, %d left at the answerer", m.Outcomes, m.Completed, j.answerer.InProgress())
	}
}

// Calls that end by themselves while others are hung up, and slots in which new ones began, disturb nothing.
func TestStopTwiceIsStopOnce(t *testing.T) {
	l := newLab(t, nil)
	for range 3 {
		l.place(time.Hour)
	}
	l.runUntil(time.Second)
	l.caller.Stop(l.now)
	l.caller.Stop(l.now)
	l.runUntil(time.Minute)
	l.closed()
	if n := strings.Count(strings.Join(l.log, "\n"), "-> BYE"); n != 3 {
		t.Errorf("%d BYEs for 3 calls", n)
	}
}
