package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/search"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// findOptions are the flags that `sipplan find caps` and `sipplan find ports` share.
type findOptions struct {
	what      string // caps or ports
	against   string
	embedded  int
	from, to  float64
	precision percentage
	caps      float64 // of find ports: calls started per second
	aht       time.Duration
	step      time.Duration // how long each load is held
	require   float64
	limits    search.Limits
	failed    percentage
	blocked   percentage
	repeats   percentage
	method    string
	rfc       search.RFC7502
	raise     percentage
	target    *targetFlags
	media     *mediaFlags
	output    *outputFormat
}

// The methods of --method.
const (
	methodBisect = "bisect"
	methodRFC    = "rfc7502"
)

// How find behaves unless told otherwise.
const (
	heldFor       = 5 * time.Second // each load
	fewestCalls   = 20              // in a trial
	shortestStep  = 100 * time.Millisecond
	recovery      = time.Second      // for the target, after a load that broke: at most as long as that was held
	findFrom      = 10               // calls per second
	findTo        = 1000             // calls per second
	findPortsTo   = 1000             // calls at a time
	portsCAPS     = 10               // calls per second
	selfTestCAPS  = 200              // calls per second, against this process
	settled       = 2 * time.Second  // calls go on after the last arrival
	longestToFind = 10 * time.Minute // mean holding time in a search
)

// newFindCommand returns `sipplan find`.
func newFindCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:   "find caps|ports [--target TARGET]",
		Short: "Find how many calls a second, or calls at a time, a target holds",
		Long: `find raises the load step by step, holds each for a while, and finds the last one that held: no more calls
failed, were blocked, rang late, sounded bad or had to be sent again than the limits allow. It is honest about its
own reach: what this machine keeps when it calls itself is measured first and bounds what is tried, and a search that
ends unbroken says "at least". Without --target it practises on a gateway in this process.`,
		Example: `  sipplan find caps --target sip:10.1.2.3 --to 200
  sipplan find ports --target sip:10.1.2.3 --to 60
  sipplan find caps --target sip:10.1.2.3 --method rfc7502 --output json`,
		Args: cobra.ArbitraryArgs,
		RunE: helpOrUnknown,
	}
	command.AddCommand(newFindCAPSCommand(streams), newFindPortsCommand(streams))
	return command
}

func newFindCAPSCommand(streams Streams) *cobra.Command {
	o := &findOptions{what: "caps"}
	command := &cobra.Command{
		Use:   "caps [--target TARGET]",
		Short: "Find the most calls per second",
		Long: `caps finds the most calls per second that a target takes. bisect doubles the rate until it breaks and then halves
the gap; a load counts as broken when it broke twice. rfc7502 is the procedure of RFC 7502 section 4.10 with its
parameters: from 100 sessions per second in steps of 10 %, 50,000 sessions in each of 20 to 60 trials without a
single failure, which takes hours; with fewer --attempts the report says so.`,
		Example: `  sipplan find caps --target sip:10.1.2.3 --to 200 --require 50
  sipplan find caps --target sip:10.1.2.3 --limit-pdd 250ms --limit-retransmissions 0.1%
  sipplan find caps --target sip:10.1.2.3 --method rfc7502 --attempts 2000 --establish 500ms`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command, streams) },
	}
	flags := command.Flags()
	o.addCommon(command)
	flags.Float64Var(&o.from, "start", findFrom, "first rate, in `calls` per second (100 for rfc7502)")
	flags.Float64Var(&o.to, "to", findTo, "highest rate that is tried, in `calls` per second")
	flags.DurationVar(&o.aht, "aht", 0, "`time` from answer to hang-up; 0 hangs up at once")
	flags.StringVar(&o.method, "method", methodBisect, "bisect or rfc7502")
	flags.Uint64Var(&o.rfc.Attempts, "attempts", search.Attempts7502, "rfc7502: `sessions` in each trial")
	o.raise = search.Step7502
	flags.Var(&o.raise, "raise", "rfc7502: `share` by which the rate is raised")
	flags.IntVar(&o.rfc.Runs, "runs", 0, "most `trials` (default 60, 200 for rfc7502)")
	completeFlag(command, "method", []string{methodBisect, methodRFC})
	return command
}

func newFindPortsCommand(streams Streams) *cobra.Command {
	o := &findOptions{what: "ports", method: methodBisect}
	command := &cobra.Command{
		Use:   "ports [--target TARGET]",
		Short: "Find the most calls at a time",
		Long: `ports finds how many calls a target carries at a time: it starts as many calls as it tries, one after another,
and holds them all until none is missing. The number is exact.`,
		Example: `  sipplan find ports --target sip:10.1.2.3 --to 60 --require 30
  sipplan find ports --embedded-ports 27 --to 60`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command, streams) },
	}
	flags := command.Flags()
	o.addCommon(command)
	flags.Float64Var(&o.from, "start", 1, "first number of `calls` at a time")
	flags.Float64Var(&o.to, "to", findPortsTo, "largest number of `calls` at a time that is tried")
	flags.Float64Var(&o.caps, "caps", portsCAPS, "`calls` started per second")
	flags.IntVar(&o.rfc.Runs, "runs", 0, "most `trials` (default 60)")
	return command
}

// addCommon adds the flags of both searches.
func (o *findOptions) addCommon(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.against, "target", "", "SIP URI of the `target` (default: a gateway in this process)")
	flags.IntVar(&o.embedded, "embedded-ports", 30, "`circuits` of the gateway in this process")
	o.precision = 0.05
	flags.Var(&o.precision, "precision", "ends when what held and what broke are no farther apart than this `share`")
	flags.DurationVar(&o.step, "step", heldFor, "`time` for which each load is held")
	flags.Float64Var(&o.require, "require", 0, "`load` that must hold: else the exit code is 99")
	o.failed = 0
	flags.Var(&o.failed, "limit-failed", "`share` of the calls that may fail")
	flags.Var(&o.blocked, "limit-blocking", "`share` of the calls that may be blocked (default: as many as may fail)")
	flags.DurationVar(&o.limits.PDD, "limit-pdd", 0, "post-dial `delay` that 95 % of the calls must keep below")
	flags.Float64Var(&o.limits.MOS, "limit-mos", 0, "mean opinion `score` that 95 % of the calls must reach; needs --media")
	o.repeats = 0.01
	flags.Var(&o.repeats, "limit-retransmissions", "messages sent again, as a `share` of the calls")
	flags.DurationVar(&o.limits.Establish, "establish", 0, "an answer after this `time` is a failure (RFC 7501, Establishment Threshold Time)")
	o.target = addTarget(command)
	o.media = addMedia(command, "none", loadgen.DefaultPorts)
	o.output = addOutput(command)
}

func (o *findOptions) run(command *cobra.Command, streams Streams) error {
	ctx := command.Context()
	cfg, err := o.config(command.Flags())
	if err != nil {
		return usage(err)
	}
	target, stop, err := o.far(ctx, &cfg)
	if err != nil {
		return err
	}
	defer stop()
	if err := o.target.apply(ctx, streams, &cfg, target); err != nil {
		return err
	}
	defer func() { o.target.close() }()
	f := &finder{findOptions: o, streams: streams, cfg: cfg}
	if err := f.check(); err != nil {
		return err
	}
	bound, err := f.bound(ctx)
	if errors.Is(err, search.ErrInterrupted) {
		return interruptedBefore("the first call, while this machine called itself")
	}
	if err != nil {
		return err
	}
	started := time.Now()
	result, err := f.search(ctx, bound)
	if err != nil {
		return advised(err)
	}
	report := f.report(started, bound, result)
	if err := o.output.show(streams, report.Document(), report); err != nil {
		return err
	}
	return exitWith(kneeCode(report))
}

// report describes a search that began at an instant and ends now.
func (f *finder) report(started time.Time, bound search.Bound, result search.Result) *reports.Knee {
	return reports.NewKnee(reports.KneeResult{
		What: f.what, Method: f.method, Target: f.cfg.Target.URI, Version: version(), Started: started, Elapsed: time.Since(started),
		Limits: f.limits, Required: f.require, Bound: bound, Result: result, RFC: f.rfc, Hold: f.aht, Media: f.media.sound, Step: f.step,
		Transport: f.cfg.Target.Transport.String(),
	})
}

// kneeCode returns the exit code of a search.
func kneeCode(k *reports.Knee) int {
	switch {
	case k.Interrupted:
		return codeInterrupted
	case k.Verdict == acceptance.DoesNotHold:
		return codeFailed
	case k.Verdict == acceptance.CannotTell:
		return codeInconclusive
	}
	return codePass
}

// config checks the flags and makes of them what all trials have in common.
func (o *findOptions) config(flags *pflag.FlagSet) (loadgen.Config, error) {
	problems := o.check(flags)
	o.limits.Failed, o.limits.Blocking, o.limits.Retransmissions = float64(o.failed), float64(o.failed), float64(o.repeats)
	if flags.Changed("limit-blocking") {
		o.limits.Blocking = float64(o.blocked)
	}
	o.rfc.Step = float64(o.raise)
	if o.method == methodRFC {
		o.rfc.Start = search.Start7502
		if flags.Changed("start") {
			o.rfc.Start = int(o.from)
		}
		if err := o.rfc.Validate(); err != nil {
			problems = append(problems, flagNames(err))
		}
	}
	cfg := loadgen.Config{Arrivals: traffic.Constant}
	var mediaErr, programErr error
	cfg.Media, mediaErr = o.media.media()
	cfg.Programs, programErr = scenarios.Load("caller")
	if o.limits.MOS > 0 && cfg.Media.Off {
		problems = append(problems, errors.New("--limit-mos: needs calls with sound; add --media tone"))
	}
	return cfg, errors.Join(append(problems, mediaErr, programErr)...)
}

// check refuses flags that make no sense by themselves.
func (o *findOptions) check(flags *pflag.FlagSet) (problems []error) {
	rate := fmt.Sprintf("more than 0 and at most %d", loadgen.MaxCAPS)
	bad := func(is bool, name, want string) {
		if is {
			problems = append(problems, fmt.Errorf("--%s: must be %s, got %s", name, want, cmp.Or(flags.Lookup(name).Value.String(), "0")))
		}
	}
	notShare := func(p percentage) bool { return !(p >= 0 && p <= 1) }
	bad(!(o.from > 0 && o.from <= loadgen.MaxCAPS), "start", rate)
	bad(!(o.to > 0 && o.to <= loadgen.MaxCAPS), "to", rate)
	bad(o.to > 0 && o.from > o.to, "start", fmt.Sprintf("at most --to %g", o.to))
	bad(!(o.precision > 0 && o.precision < 1), "precision", "between 0 and 100 %, both excluded")
	bad(o.step < shortestStep || o.step > time.Hour, "step", fmt.Sprintf("from %s to 1h", shortestStep))
	bad(!(o.require >= 0) || math.IsInf(o.require, 0), "require", "0 or more")
	bad(notShare(o.failed), "limit-failed", "from 0 to 100 %")
	bad(notShare(o.blocked), "limit-blocking", "from 0 to 100 %")
	bad(notShare(o.repeats), "limit-retransmissions", "from 0 to 100 %")
	bad(o.limits.PDD < 0, "limit-pdd", "a time, 0 or more")
	bad(o.limits.Establish < 0, "establish", "a time, 0 or more")
	bad(o.limits.MOS != 0 && !(o.limits.MOS >= 1 && o.limits.MOS <= 5), "limit-mos", "from 1 to 5")
	bad(o.aht < 0 || o.aht > longestToFind, "aht", fmt.Sprintf("from 0s to %s", longestToFind))
	bad(o.what == "ports" && !(o.caps > 0 && o.caps <= loadgen.MaxCAPS), "caps", rate)
	bad(o.what == "ports" && (o.from != math.Floor(o.from) || o.to != math.Floor(o.to)), "start", "a whole number of calls, as --to")
	bad(flags.Changed("runs") && o.rfc.Runs < 1, "runs", "at least 1")
	bad(o.embedded < 1, "embedded-ports", "at least 1")
	if o.what == "caps" {
		problems = append(problems, oneOf("method", o.method, []string{methodBisect, methodRFC}))
		bad(o.rfc.Attempts < 1, "attempts", "at least 1")
	}
	if flags.Changed("embedded-ports") && flags.Changed("target") {
		problems = append(problems, errors.New("--embedded-ports: there is no gateway in this process when --target names one"))
	}
	if flags.Changed("target") && strings.TrimSpace(o.against) == "" {
		problems = append(problems, errors.New("--target: must be a SIP URI such as sip:10.1.2.3, got none; leave the flag out to practise on a gateway in this process"))
	}
	return problems
}

// far returns the target: the one that was named, or a gateway in this process.
func (o *findOptions) far(ctx context.Context, cfg *loadgen.Config) (target string, stop func(), err error) {
	if o.against != "" {
		return o.against, func() {}, nil
	}
	if !cfg.Media.Off {
		cfg.Files = media.SocketsOfLeg * o.embedded
	}
	return startNear(ctx, o.embedded, cfg.Media)
}
