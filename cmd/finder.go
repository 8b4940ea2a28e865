package cmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/search"
	"github.com/sipplan/sipplan/planner/traffic"
)

// finder is one search under way.
type finder struct {
	*findOptions
	streams Streams
	cfg     loadgen.Config // what all trials have in common
	trials  int
	held    bool // some load
}

// load returns the run that offers a load.
func (f *finder) load(load float64, calls uint64) loadgen.Config {
	cfg := f.cfg
	if f.what == "caps" {
		cfg.CAPS, cfg.Calls = load, calls
		cfg.Holding = traffic.Duration{Law: traffic.Fixed, Mean: f.aht}
		cfg.Drain = f.aht + loadgen.DefaultDrain
		return cfg
	}
	return together(cfg, int(load), f.caps, f.step)
}

// together returns the run that has so many calls up at a time for a while: they begin one after another, and the
// first is still up when the last has been for that while.
func together(cfg loadgen.Config, calls int, caps float64, hold time.Duration) loadgen.Config {
	arriving := time.Duration(float64(calls) / caps * float64(time.Second))
	cfg.CAPS, cfg.Calls, cfg.MaxCalls = caps, uint64(calls), calls
	cfg.Holding = traffic.Duration{Law: traffic.Fixed, Mean: arriving + hold + settled}
	cfg.Drain = hold
	return cfg
}

// calls returns how many calls a trial takes.
func (f *finder) calls(load float64) uint64 {
	if f.what == "ports" {
		return uint64(load)
	}
	return uint64(math.Max(fewestCalls, math.Ceil(load*f.step.Seconds())))
}

// check finds out before the first call whether the largest load can be run at all.
func (f *finder) check() error {
	_, err := newLoadRun(f.load(f.to, f.calls(f.to)), ceilingFlag{mode: ceilingOff})
	return err
}

// bound returns how far the search may go: to what was asked for, or to what this machine keeps against itself.
func (f *finder) bound(ctx context.Context) (search.Bound, error) {
	asked := search.Bound{Load: f.to, Why: fmt.Sprintf("--to %g is as far as it was to go", f.to)}
	if f.target.ceiling.mode == ceilingOff {
		return asked, nil
	}
	if f.what == "ports" {
		return f.boundOfPorts(ctx, asked)
	}
	cfg := f.cfg
	cfg.CAPS = f.to
	c, err := f.target.ceiling.find(ctx, f.streams, cfg)
	switch {
	case err != nil:
		return asked, err
	case c.Keeps(f.to):
		return asked, nil
	case c.CAPS == 0:
		return asked, fmt.Errorf("this machine does not even keep %.0f calls per second against itself (%s), so it can find nothing out", c.Broke, c.Why)
	}
	return search.Bound{Load: c.CAPS, Why: fmt.Sprintf("this machine keeps %s against itself (%s)", c, c.Why)}, nil
}

// boundOfPorts has this machine carry as many calls with itself, half as many if it cannot, and so on.
func (f *finder) boundOfPorts(ctx context.Context, asked search.Bound) (search.Bound, error) {
	for load := math.Floor(f.to); load >= 1; load = math.Floor(load / 2) {
		fmt.Fprintf(f.streams.Err, "ceiling: trying whether this machine carries %.0f calls at a time with itself (--ceiling off leaves that out)\n", load)
		out, err := f.self(ctx, int(load))
		switch {
		case err != nil:
			return asked, err
		case out.Verdict == acceptance.Holds && load == math.Floor(f.to):
			return asked, nil
		case out.Verdict == acceptance.Holds:
			return search.Bound{Load: load, Why: fmt.Sprintf("this machine carries %.0f calls at a time with itself, and not %.0f", load, 2*load)}, nil
		}
	}
	return asked, errors.New("this machine does not carry a single call with itself, so it can find nothing out")
}

// self offers so many calls at a time to a gateway of this process that has room for all.
func (f *finder) self(ctx context.Context, calls int) (search.Outcome, error) {
	cfg := together(f.cfg, calls, max(f.caps, selfTestCAPS), time.Second)
	uri, stop, err := startNear(ctx, calls, cfg.Media)
	if err != nil {
		return search.Outcome{}, err
	}
	defer stop()
	if cfg.Target, err = sip.ParseTarget(uri); err != nil {
		return search.Outcome{}, err
	}
	cfg.Trunks, cfg.TLS, cfg.Sources = nil, sip.TLSConfig{}, nil
	return f.offer(ctx, cfg, "ceiling")
}

// search raises the load as the method says.
func (f *finder) search(ctx context.Context, bound search.Bound) (search.Result, error) {
	if f.method == methodRFC {
		return f.rfc.Run(ctx, f.try, bound)
	}
	b := search.Bisection{From: f.from, Precision: float64(f.precision), Runs: f.rfc.Runs, Calls: f.calls}
	if f.what == "ports" {
		b.Whole, b.Precision = true, 1e-9 // exact
	}
	return b.Run(ctx, f.try, bound)
}

// try is one trial.
func (f *finder) try(ctx context.Context, load float64, calls uint64) (search.Outcome, error) {
	f.trials++
	what := fmt.Sprintf("find %s, trial %d, %s", f.what, f.trials, f.inWords(load))
	out, err := f.offer(ctx, f.load(load, calls), what)
	var unreachable *loadgen.UnreachableError
	if errors.As(err, &unreachable) && f.held {
		out, err = search.Outcome{Verdict: acceptance.DoesNotHold, Why: []string{"The target was gone: " + err.Error() + "."}}, nil
	}
	if err != nil {
		return out, err
	}
	f.held = f.held || out.Verdict == acceptance.Holds
	said := out.Verdict.String()
	if len(out.Why) > 0 {
		said += ": " + out.Why[0]
	}
	fmt.Fprintf(f.streams.Err, "%s: %s\n", what, said)
	if out.Verdict != acceptance.Holds {
		return out, rest(ctx, f.streams, min(recovery, f.step))
	}
	return out, nil
}

func (f *finder) inWords(load float64) string {
	if f.what == "ports" {
		if load == 1 {
			return "1 call at a time"
		}
		return fmt.Sprintf("%.0f calls at a time", load)
	}
	return figure(load) + " calls/s"
}

// offer runs one load and judges it.
func (f *finder) offer(ctx context.Context, cfg loadgen.Config, what string) (search.Outcome, error) {
	run, err := newLoadRun(cfg, ceilingFlag{mode: ceilingOff})
	if err != nil {
		return search.Outcome{}, err
	}
	result, err := run.run(ctx, f.streams, what)
	if err != nil {
		return search.Outcome{}, err
	}
	if run.lost != nil {
		return search.Outcome{}, run.lost
	}
	if result.Interrupted {
		return search.Outcome{}, search.ErrInterrupted
	}
	out := f.limits.Judge(result.Steady, result.Window, f.matters(result.Health))
	if f.what == "ports" && out.Measured.Blocked > 0 {
		out.Likely = float64(out.Measured.Answered)
	}
	return out, nil
}

// matters leaves out of the generator's health what does no harm to a search for ports: calls that begin late are up
// with the others all the same.
func (f *finder) matters(health measure.Health) measure.Health {
	if f.what == "caps" {
		return health
	}
	return slices.DeleteFunc(slices.Clone(health), func(c measure.Check) bool { return c.Name == "lateness_p99" })
}

// rest waits, unless somebody interrupts.
func rest(ctx context.Context, streams Streams, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	release := onInterrupt(streams, cancel, cancel)
	<-ctx.Done()
	if release() {
		return search.ErrInterrupted
	}
	return nil
}
