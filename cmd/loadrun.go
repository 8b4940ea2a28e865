package cmd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
)

// loadRun is one run of the generator under a command.
type loadRun struct {
	cfg       loadgen.Config
	generator *loadgen.Generator
	lookout   *lookout // nil for a run that no verdict on a trunk comes of
	ceiling   ceilingFlag
	lost      *loadgen.UnreachableError // why nobody could be called; nil if somebody could
	halted    string                    // why the run ended before its time; empty if nobody but the user ended it
}

// newLoadRun checks a load configuration. What is wrong with it is the user's to mend.
func newLoadRun(cfg loadgen.Config, ceiling ceilingFlag) (*loadRun, error) {
	generator, err := loadgen.New(cfg)
	if err != nil {
		return nil, usage(flagNames(err))
	}
	return &loadRun{cfg: cfg, generator: generator, ceiling: ceiling}, nil
}

// describe says in a line what will be offered.
func (r *loadRun) describe() string {
	end := fmt.Sprintf("for %s", r.cfg.Duration.Round(time.Millisecond))
	if r.cfg.Calls > 0 {
		end = fmt.Sprintf("until there are %d", r.cfg.Calls)
	}
	if r.cfg.Led() {
		calls := "its calls"
		if r.cfg.Calls > 0 {
			calls = fmt.Sprintf("its %d calls", r.cfg.Calls)
		}
		if r.cfg.Duration > 0 {
			calls += fmt.Sprintf(", for %s at most", r.cfg.Duration.Round(time.Millisecond))
		}
		return fmt.Sprintf("waits for the commands of the other half, which begin %s; Ctrl-C ends it and reports", calls)
	}
	if r.cfg.Users > 0 {
		return fmt.Sprintf("%d users, each of whom calls again when a call is over, %s; seed %d; Ctrl-C ends it and reports", r.cfg.Users, end, r.generator.Seed())
	}
	mean := r.cfg.MeanHolding().Round(100 * time.Microsecond)
	holding := lawName(r.cfg.Holding) + ":" + mean.String()
	if law, ok := r.cfg.Holding.(traffic.Duration); ok {
		holding = traffic.WithMean(law, mean).(traffic.Duration).String()
	}
	offered := fmt.Sprintf("%s erlangs, %s calls per second of %s, %s", figure(r.cfg.Erlangs()), figure(r.cfg.CAPS), holding, end)
	if mean == 0 || !r.holds() { // the steps of the scenario say how long calls last
		offered = fmt.Sprintf("%s calls per second, %s", figure(r.cfg.CAPS), end)
	}
	if r.cfg.Drain < unlimitedDrain {
		offered += fmt.Sprintf("; calls that are up %s after the last arrival are hung up", r.cfg.Drain)
	}
	if method := openedBy(r.cfg.Programs); method != "" && method != reports.Mixed {
		offered = fmt.Sprintf("%s %s requests per second, %s", figure(r.cfg.CAPS), method, end)
	}
	return fmt.Sprintf("%s; seed %d; Ctrl-C ends it and reports", offered, r.generator.Seed())
}

// holds reports whether calls last for the holding time of the run.
func (r *loadRun) holds() bool {
	return slices.ContainsFunc(r.cfg.Programs, func(p *scenarios.Program) bool { return p.Role == scenarios.Caller && p.Holds() })
}

// lawName returns the name of a law of holding times as reports want it: empty for none.
func lawName(law traffic.Law) string {
	switch law := law.(type) {
	case nil:
		return ""
	case traffic.Duration:
		return string(law.Law)
	}
	return "mixture"
}

// figure writes a number with four digits, a larger one in full.
func figure(x float64) string {
	if x >= 1e4 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// openedBy returns the method that begins the calls of programs as reports want it: empty for INVITE, mixed where there
// are several or a session follows.
func openedBy(programs []*scenarios.Program) string {
	opens := ""
	for _, p := range programs {
		if p.Role != scenarios.Caller {
			continue
		}
		method := p.Opening()
		if opens != "" && opens != method || method != "INVITE" && p.Invites() {
			return reports.Mixed
		}
		opens = method
	}
	if opens == "INVITE" {
		return ""
	}
	return opens
}

// run offers the calls. The first interrupt ends the arrivals and hangs up, the second leaves the calls
// where they are.
func (r *loadRun) run(ctx context.Context, streams Streams, what string) (*loadgen.Result, error) {
	results, err := runTogether(ctx, streams, what, []*loadRun{r})
	if results == nil {
		return nil, err
	}
	return results[0], err
}

// length is the time that the arrivals will take, as far as it is known.
func (r *loadRun) length() time.Duration {
	switch {
	case r.cfg.Duration > 0:
		return r.cfg.Duration
	case r.cfg.Led(), r.cfg.Users > 0:
		return 0 // the other half knows, or the length of the calls
	}
	return time.Duration(float64(r.cfg.Calls) / r.cfg.CAPS * float64(time.Second))
}

// conclude writes the report and returns how the run ended.
func (r *loadRun) conclude(streams Streams, to *resultFlags, report finished) error {
	err := to.conclude(streams, report)
	if r.lost != nil && (err == nil || problems(err) == nil) {
		return r.lost
	}
	return err
}

// report makes the report of the run. change may add what only the command knows.
func (r *loadRun) report(command string, result *loadgen.Result, change func(*reports.RunResult)) *reports.Run {
	sound := "none"
	if !r.cfg.Media.Off {
		sound = r.cfg.Media.Source.String()
	}
	out := reports.RunResult{
		Command: command, Version: version(), Started: result.Started, Elapsed: result.Elapsed, Seed: result.Seed,
		Targets: r.cfg.Trunks.Targets, Window: result.Window, Steady: result.Steady, WarmUp: result.WarmUp,
		Health: result.Health, Interrupted: result.Interrupted, Script: result.Script,
		Load: reports.Load{
			Erlangs: r.cfg.Erlangs(), CAPS: r.cfg.CAPS, AHT: r.cfg.MeanHolding().Seconds(), Calls: r.cfg.Calls,
			Duration: r.cfg.Duration.Seconds(), WarmUp: r.cfg.WarmUp.Seconds(), Arrivals: string(r.cfg.Arrivals),
			Hold: lawName(r.cfg.Holding), Media: sound, MaxCalls: uint64(r.cfg.MaxCalls), Users: uint64(r.cfg.Users), Opens: openedBy(r.cfg.Programs),
		},
	}
	if !r.holds() {
		out.Load.Erlangs, out.Load.AHT, out.Load.Hold = 0, 0, ""
	}
	out.Halted = r.halted
	change(&out)
	return reports.NewRun(out)
}
