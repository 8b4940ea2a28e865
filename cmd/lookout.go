package cmd

import (
	"fmt"
	"sync"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/planner/acceptance"
)

// lookEvery is how often the counts of a running test are read.
const lookEvery = 100 * time.Millisecond

// lookout watches a running test: it tells how sure the test is by now, and ends a sequential one as soon as a
// look can tell.
type lookout struct {
	design acceptance.Design
	looks  *acceptance.Looks // nil for a test of fixed length
	// busyKnown says that somebody knows which codes mean busy circuits. Otherwise calls that the called user
	// ended may have been blocked, and a look does not take them for praise.
	busyKnown bool
	next      int
}

// watch looks until the returned function is called, which waits for the last look. finish ends the test.
func (l *lookout) watch(read func() loadgen.Progress, finish func()) (stop func()) {
	if l == nil || l.looks == nil {
		return func() {}
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for l.next < len(l.looks.Planned) {
			select {
			case <-tick.C:
				if l.decided(read().Counted) {
					finish()
					return
				}
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		wait.Wait()
	}
}

// decided takes the look that is due, if one is, and tells whether it has the verdict.
func (l *lookout) decided(counted loadgen.Counted) bool {
	look := l.looks.Planned[l.next]
	if counted.Requests < look.Calls {
		return false
	}
	l.next = l.looks.After(counted.Requests).Number
	verdict, _, _ := l.looks.At(l.looks.Planned[l.next-1], l.tally(counted))
	return verdict != acceptance.CannotTell
}

func (l *lookout) tally(c loadgen.Counted) acceptance.Tally {
	t := acceptance.Tally{Calls: c.Requests, Blocked: c.Blocked, Unknown: c.Undecided, Unsent: c.NotStarted}
	if !l.busyKnown {
		t.Unknown += c.User
	}
	return t
}

// look returns the look whose interval a judgement has to take, zero for a test of fixed length.
func (l *lookout) look(calls uint64) acceptance.Look {
	if l == nil || l.looks == nil {
		return acceptance.Look{}
	}
	return l.looks.After(calls)
}

// remark says between what blocking lies by now, nothing before the first call that counts.
func (l *lookout) remark(p loadgen.Progress) string {
	if l == nil {
		return ""
	}
	i, defined := l.design.Running(l.tally(p.Counted), l.look(p.Counted.Requests))
	if !defined {
		return ""
	}
	return fmt.Sprintf("; blocking %.2f to %.2f %%", 100*i.Low, 100*i.High)
}
