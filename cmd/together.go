package cmd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/sipplan/sipplan/loadgen"
)

// runTogether offers the calls of several runs at the same time. The first interrupt ends their arrivals and hangs up,
// the second leaves the calls where they are.
func runTogether(ctx context.Context, streams Streams, what string, runs []*loadRun) ([]*loadgen.Result, error) {
	whole := runs[0].cfg
	whole.CAPS = 0
	for _, r := range runs {
		whole.CAPS += r.cfg.CAPS
		warnOfPorts(streams, r.cfg)
	}
	warnOfBuffers(streams, whole)
	ceiling, demanding, err := runs[0].ceiling.know(ctx, streams, whole)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	release := onInterrupt(streams, func() {
		fmt.Fprintf(streams.Err, "\n%s: no new calls; hanging up, which takes at most %s; Ctrl-C again leaves at once\n", what, whole.Timers.WithDefaults().GiveUp())
		for _, r := range runs {
			r.generator.Stop()
		}
	}, cancel)
	stop := watch(streams, what, longest(runs), progressOfAll(runs), remarkOn(runs))
	results, err := runAll(ctx, cancel, runs)
	stop()
	release()
	if demanding {
		for _, result := range results {
			if result != nil {
				result.Health = append(result.Health, ceiling.Check(whole.CAPS))
			}
		}
	}
	return results, err
}

// runAll lets the generators of all runs go at the same time and waits for them. Where one fails or halts it cancels the
// others, which prove nothing without it.
func runAll(ctx context.Context, cancel context.CancelFunc, runs []*loadRun) ([]*loadgen.Result, error) {
	results, errs := make([]*loadgen.Result, len(runs)), make([]error, len(runs))
	var wait sync.WaitGroup
	for i, r := range runs {
		wait.Go(func() {
			look := r.lookout.watch(r.generator.Progress, r.generator.Finish)
			results[i], errs[i] = r.generator.Run(ctx)
			look()
			errs[i] = r.ended(errs[i])
			if errs[i] != nil || r.halted != "" {
				cancel()
			}
		})
	}
	wait.Wait()
	return results, errors.Join(errs...)
}

// ended keeps the reason for which a run ended by itself, which is reported like any run; other errors stay.
func (r *loadRun) ended(err error) error {
	var asked *loadgen.RetryAfterError
	switch err = columnFlag(err); {
	case errors.As(err, &r.lost):
		r.halted, err = r.lost.Error(), nil
		if look := whereToLook(r.lost); look != "" {
			r.halted += ". " + look
		}
	case errors.As(err, &asked):
		r.halted, err = asked.Error(), nil
	case errors.Is(err, syscall.EADDRINUSE):
		err = fmt.Errorf("--local: %w: another program has that port; take another one, or name none", err)
	}
	return err
}

// longest returns the time that the arrivals of the longest run take.
func longest(runs []*loadRun) (d time.Duration) {
	for _, r := range runs {
		d = max(d, r.length())
	}
	return d
}

// progressOfAll returns a function that sums the progress of several runs. A run that is over counts as it was last
// seen.
func progressOfAll(runs []*loadRun) func() loadgen.Progress {
	seen := make([]loadgen.Progress, len(runs))
	return func() (sum loadgen.Progress) {
		for i, r := range runs {
			if p := r.generator.Progress(); p.Elapsed > 0 {
				seen[i] = p
			}
			elapsed := max(sum.Elapsed, seen[i].Elapsed)
			sum = sum.Add(seen[i])
			sum.Elapsed = elapsed
		}
		return sum
	}
}

// waitingForCommands says what a run without a call waits for when the other half of third-party calls begins them.
func waitingForCommands(now loadgen.Progress) string {
	if now.Offered > 0 {
		return ""
	}
	return "; waiting for the first command of the other half"
}

// remarkOn returns the remark on the progress of one run. Those on several would not fit a line.
func remarkOn(runs []*loadRun) func(loadgen.Progress) string {
	switch {
	case len(runs) > 1:
		return noRemark
	case runs[0].cfg.Led():
		return waitingForCommands
	}
	return runs[0].lookout.remark
}
