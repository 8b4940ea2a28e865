package cmd

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sipplan/sipplan/loadgen"
)

// How often progress is shown: redrawn on a terminal, a plain line elsewhere.
const (
	liveEvery  = 200 * time.Millisecond
	plainEvery = 10 * time.Second
)

// watch shows the progress of a run on stderr until the returned function is called, which waits for the
// last line. what names the run; total is the expected length of its arrivals, 0 when that is not known; remark adds to
// each line.
func watch(streams Streams, what string, total time.Duration, read func() loadgen.Progress, remark func(loadgen.Progress) string) (stop func()) {
	every, line := plainEvery, "%s\n"
	if streams.LiveErr {
		every, line = liveEvery, "\r\x1b[K%s"
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		last := loadgen.Progress{}
		for {
			select {
			case <-tick.C:
				now := read()
				fmt.Fprintf(streams.Err, line, progressLine(what, total, last, now)+remark(now))
				last = now
			case <-done:
				if streams.LiveErr {
					fmt.Fprint(streams.Err, "\r\x1b[K")
				}
				return
			}
		}
	})
	return func() {
		close(done)
		wait.Wait()
	}
}

// noRemark adds nothing to a line of progress.
func noRemark(loadgen.Progress) string { return "" }

// progressLine is one line of progress: the time, and how much of it the arrivals take until they are over, what was
// offered since the last line as a rate, and what became of all calls so far.
func progressLine(what string, total time.Duration, last, now loadgen.Progress) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", what, now.Elapsed.Round(time.Second))
	if total = total.Round(time.Second); total > 0 && now.Elapsed <= total {
		fmt.Fprintf(&b, " of %s", total)
	}
	rate := 0.0
	if since := now.Elapsed - last.Elapsed; since > 0 {
		rate = float64(now.Offered-last.Offered) / since.Seconds()
	}
	calls := "calls"
	if now.Offered == 1 {
		calls = "call"
	}
	fmt.Fprintf(&b, ": %d %s (%.1f/s), %d in progress, %d answered, %d blocked", now.Offered, calls, rate, now.InProgress, now.Answered, now.Blocked)
	for _, extra := range []struct {
		count uint64
		name  string
	}{{now.Failed, "failed"}, {now.NotStarted, "not started"}, {now.Late, "late"}, {now.Cut, "hung up because the drain is over"}} {
		if extra.count > 0 {
			fmt.Fprintf(&b, ", %d %s", extra.count, extra.name)
		}
	}
	return b.String()
}
