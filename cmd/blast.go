package cmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/reports/gate"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// blastOptions are the flags of `sipplan blast`.
type blastOptions struct {
	erlangs, caps float64
	aht           time.Duration
	arrivals      string
	hold          string
	duration      time.Duration
	calls         uint64
	warmUp        time.Duration
	drain         time.Duration
	maxCalls      int
	ports         int
	seed          uint64
	users         int
	usage         string
	callsPerHour  float64
	target        *targetFlags
	near          *embeddedFlags
	embedded      int
	scenario      *scenarioFlags
	script        *scriptFlags
	ratePeriod    time.Duration
	media         *mediaFlags
	results       *resultFlags
}

// The laws that flags may name.
var (
	arrivalLaws = []string{string(traffic.Poisson), string(traffic.Constant)}
	holdLaws    = []string{string(traffic.Exponential), string(traffic.Fixed), string(traffic.Lognormal)}
)

// newBlastCommand returns `sipplan blast`.
func newBlastCommand(streams Streams) *cobra.Command {
	o := &blastOptions{}
	command := &cobra.Command{
		Use:   "blast TARGET...",
		Short: "Offer calls with RTP to a trunk or gateway, and hold what it did against gates",
		Long: `blast places real SIP calls, with RTP both ways, at a rate that never waits for the target: as
erlangs at a mean holding time, as calls per second, or as users of a class. Arrivals are Poisson and
holding times exponential unless told otherwise, as Erlang's formulas assume. Every call that was due is
in exactly one class of the report, and a run that this machine could not keep up with is inconclusive.
A TARGET without a user part is called at ` + loadgen.DefaultCallee + `, a number reserved for examples.

The first Ctrl-C ends the arrivals, hangs up and still reports; the second leaves at once.`,
		Example: `  sipplan blast sip:127.0.0.1:5060 --erlangs 20 --aht 6s --duration 2m
  sipplan blast sip:10.1.2.3 --caps 5 --calls 500 --media none --gate 'blocking <= 1%' --gate 'pdd p95 < 250ms'
  sipplan blast sip:127.0.0.1:5060 --sipp uac.xml --inf users.csv --key domain=lab.example -r 10 -m 100
  sipplan blast sip:10.1.2.3 --caps 5 --calls 500 --media reference --gate 'mos p5 >= 4.0' --save-calls failed,worst:20
  sipplan blast sip:+15550100@gw.lab.example --users 200 --usage heavy --allow-target gw.lab.example --out junit=gates.xml`,
		Args: o.someTarget,
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, streams, args) },
	}
	o.addFlags(command)
	return command
}

// addFlags gives the command its flags.
func (o *blastOptions) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.Float64Var(&o.erlangs, "erlangs", 0, "offered traffic in erlangs, at the mean holding time --aht")
	flags.Float64VarP(&o.caps, "caps", "r", 0, "mean call attempts per second")
	flags.DurationVar(&o.aht, "aht", 0, "mean holding time of a call, from answer to hang-up (default 180s)")
	flags.StringVar(&o.arrivals, "arrivals", "poisson", "arrival process: poisson or constant")
	flags.StringVar(&o.hold, "hold", "exponential", "law of the holding time: exponential, fixed or lognormal")
	flags.DurationVar(&o.duration, "duration", 0, "arrivals end after this time (default 1m if --calls is not given)")
	flags.Uint64VarP(&o.calls, "calls", "m", 0, "arrivals end after this many calls")
	flags.DurationVar(&o.warmUp, "warm-up", 0, "time at the start whose calls are counted apart and meet no gate")
	flags.DurationVar(&o.drain, "drain", loadgen.DefaultDrain, "how long calls may go on after the last arrival before they are hung up")
	flags.IntVarP(&o.maxCalls, "max-calls", "l", 0, "calls at a time; further arrivals count as not started, those of a SIPp scenario begin later (0: as many as there are ports)")
	flags.IntVar(&o.ports, "ports", 0, "circuits of the trunk, if known: blockings come in bursts, and how much so depends on them")
	flags.Uint64Var(&o.seed, "seed", 0, "seed of arrivals and holding times, to repeat a run (0 draws one)")
	flags.IntVar(&o.users, "users", 0, "offer what this many users of a class call in the busy hour")
	flags.StringVar(&o.usage, "usage", "", "class of the users: light, moderate or heavy")
	flags.Float64Var(&o.callsPerHour, "calls-per-hour", 0, "calls of one user in the busy hour (default: those of the class)")
	completeFlag(command, "usage", planner.UsageNames())
	completeFlag(command, "arrivals", arrivalLaws)
	completeFlag(command, "hold", holdLaws)
	o.target = addTarget(command)
	o.near = addEmbedded(command, "default: call TARGET")
	flags.IntVar(&o.embedded, "embedded-ports", 30, "`circuits` of each gateway in this process")
	flags.DurationVar(&o.ratePeriod, "rate-period", time.Second, "time that the calls of --caps are spread over (SIPp: -rp)")
	o.scenario = addScenario(command, "caller")
	o.script = addScript(command)
	o.script.addUsers(flags)
	o.media = addMedia(command, "tone", loadgen.DefaultPorts)
	o.results = addResults(command)
}

// someTarget requires a target: an argument or a --trunk.
func (o *blastOptions) someTarget(_ *cobra.Command, args []string) error {
	if len(args)+len(o.target.trunks.trunks)+o.near.gateways == 0 {
		return usagef("TARGET: needs one, such as sip:127.0.0.1:5060, or a --trunk or --embedded-gateways, got none")
	}
	return nil
}

func (o *blastOptions) run(command *cobra.Command, streams Streams, targets []string) error {
	cfg, err := o.config(command, streams)
	if err != nil {
		return usage(err)
	}
	defer func() { _ = o.script.close() }()
	defer o.results.close()
	if err := o.results.read(); err != nil {
		return usage(err)
	}
	stop, err := o.far(command.Context(), targets, &cfg)
	if err != nil {
		return err
	}
	defer stop()
	if err := o.target.apply(command.Context(), streams, &cfg, targets...); err != nil {
		return err
	}
	defer func() { o.target.close() }()
	if err := o.script.aim(&cfg); err != nil {
		return usage(err)
	}
	cfg.Save = o.results.save.policy
	run, err := newLoadRun(cfg, o.target.ceiling)
	if err != nil {
		return err
	}
	warnOfData(streams, cfg.Data, cfg.Programs)
	if !run.holds() {
		warnOfHolding(command.Flags(), streams)
	} else {
		o.warnOfLength(command.Flags(), streams, cfg)
	}
	fmt.Fprintf(streams.Err, "blast %s: %s\n", strings.Join(cfg.Trunks.Targets, ", "), run.describe())
	result, err := run.run(command.Context(), streams, "blast")
	if err != nil {
		return err
	}
	return o.conclude(streams, run, result)
}

// warnOfHolding says which flags speak of a holding time that no step of the scenario waits for.
func warnOfHolding(flags *pflag.FlagSet, streams Streams) {
	for _, name := range []string{"erlangs", "users", "aht", "hold"} {
		if flags.Changed(name) {
			fmt.Fprintf(streams.Err, "warning: --%s counts on the holding time, for which no step of this scenario waits (wait holding): its calls last as its steps say\n", name)
		}
	}
}

// filling is how many mean holding times it takes until a trunk that starts empty carries 95 % of what it is offered:
// 1 - exp(-3), for exponential ones.
const filling = 3

// warnOfLength says before a run of so many erlangs that it ends before a trunk that starts empty carries them.
func (o *blastOptions) warnOfLength(flags *pflag.FlagSet, streams Streams, cfg loadgen.Config) {
	mean := cfg.MeanHolding()
	if flags.Changed("caps") || o.script.given() || cfg.Duration == 0 || cfg.Duration >= filling*mean {
		return
	}
	fmt.Fprintf(streams.Err, "warning: calls of %s on average fill a trunk to the %s erlangs in about %s, and this run ends after %s; --aht makes calls shorter, --duration the run longer\n",
		mean.Round(time.Millisecond), figure(cfg.Erlangs()), (filling * mean).Round(time.Second), cfg.Duration)
}

// conclude holds what was measured against the gates and shows it.
func (o *blastOptions) conclude(streams Streams, run *loadRun, result *loadgen.Result) error {
	report := run.report("blast", result, func(r *reports.RunResult) {
		o.results.save.save(result, r)
		r.DrillLimits = o.near.limits()
		r.Gates = gate.Evaluate(o.results.rules, gate.Evidence{
			Measured: result.Steady, Window: result.Window, Health: result.Health, Ports: o.ports, BusyCodes: o.target.busyCodes,
			CutShort: result.Interrupted,
		})
	})
	if verdict := run.conclude(streams, o.results, report); verdict != nil {
		return verdict
	}
	return o.script.close()
}

// far starts the gateways in this process, if any are wanted, which stop ends.
func (o *blastOptions) far(ctx context.Context, targets []string, cfg *loadgen.Config) (stop func(), err error) {
	problems := o.near.check(len(targets)+len(o.target.trunks.trunks) > 0)
	if o.embedded < 1 || o.embedded > gateway.MaxCircuits {
		problems = append(problems, fmt.Errorf("--embedded-ports: must be from 1 to %d, got %d", gateway.MaxCircuits, o.embedded))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, usage(err)
	}
	if o.near.gateways == 0 {
		return func() {}, nil
	}
	return o.near.start(ctx, slices.Repeat([]int{o.embedded}, o.near.gateways), cfg, o.target.trunks)
}

// config turns the flags about traffic into a load configuration.
func (o *blastOptions) config(command *cobra.Command, streams Streams) (loadgen.Config, error) {
	flags := command.Flags()
	if err := errors.Join(o.script.alone(command), o.script.habits(flags)); err != nil {
		return loadgen.Config{}, err
	}
	cfg := loadgen.Config{
		Arrivals: traffic.ArrivalLaw(o.arrivals), Duration: o.duration, Calls: o.calls, WarmUp: o.warmUp,
		Drain: o.drain, MaxCalls: o.maxCalls, Seed: o.seed,
	}
	var err, mediaErr, programErr, dataErr error
	cfg.Media, mediaErr = o.media.media()
	cfg.Programs, programErr = o.scenario.programsOf(scenarios.Caller)
	mediaErr = errors.Join(mediaErr, o.media.readSteps(&cfg.Media, o.scenario.scenario, cfg.Programs))
	cfg.Data, dataErr = o.scenario.table()
	dataErr = errors.Join(dataErr, o.media.readRows(&cfg.Media, cfg.Data))
	if o.script.given() {
		programErr = o.script.apply(streams, &cfg)
	}
	cfg.CAPS, cfg.Holding, err = o.offered(flags)
	if cfg.Duration == 0 && cfg.Calls == 0 {
		cfg.Duration = time.Minute
	}
	return cfg, errors.Join(append(o.check(flags), err, mediaErr, programErr, dataErr)...)
}

// check refuses flags that make no sense by themselves.
func (o *blastOptions) check(flags *pflag.FlagSet) (problems []error) {
	problems = append(problems, oneOf("arrivals", o.arrivals, arrivalLaws))
	for _, name := range []string{"usage", "calls-per-hour"} {
		if flags.Changed(name) && !flags.Changed("users") {
			problems = append(problems, fmt.Errorf("--%s: says what users call, so it needs --users", name))
		}
	}
	for _, f := range []struct {
		name string
		bad  bool
		want string
	}{
		{"ports", o.ports < 0, "not be negative"},
		{"max-calls", o.maxCalls < 0, "not be negative"},
		{"duration", o.duration <= 0, "be more than 0s"},
		{"calls", o.calls == 0, "be at least 1"},
		{"rate-period", o.ratePeriod <= 0, "be more than 0s"},
	} {
		if flags.Changed(f.name) && f.bad {
			problems = append(problems, fmt.Errorf("--%s: must %s, got %s", f.name, f.want, flags.Lookup(f.name).Value))
		}
	}
	return problems
}

// offered works out the call rate and the law of the holding time from the one of --erlangs, --caps and
// --users that was given.
func (o *blastOptions) offered(flags *pflag.FlagSet) (caps float64, holding traffic.Duration, err error) {
	holding = traffic.Duration{Law: traffic.DurationLaw(o.hold), Mean: planner.DefaultAHT}
	if flags.Changed("aht") {
		holding.Mean = o.aht
	}
	if holding.Mean < 0 || holding.Mean > 24*time.Hour {
		return 0, holding, fmt.Errorf("--aht: must be from 0s to 24h, got %s", holding.Mean)
	}
	if err := oneOf("hold", o.hold, holdLaws); err != nil {
		return 0, holding, err
	}
	given := 0
	for _, name := range []string{"erlangs", "caps", "users"} {
		if flags.Changed(name) {
			given++
		}
	}
	switch {
	case given != 1:
		return 0, holding, fmt.Errorf("--erlangs, --caps or --users: say the load by exactly one of them, got %d", given)
	case flags.Changed("caps"):
		return o.caps / o.ratePeriod.Seconds(), holding, nil
	case holding.Mean == 0:
		return 0, holding, errors.New("--aht: must be more than 0s, got 0s: only --caps can offer calls without a length")
	case flags.Changed("erlangs"):
		if !(o.erlangs > 0) || math.IsInf(o.erlangs, 0) {
			return 0, holding, fmt.Errorf("--erlangs: must be a number above 0, got %g", o.erlangs)
		}
		caps = o.erlangs / holding.Mean.Seconds()
		return caps, holding, tooMany("erlangs", caps)
	}
	if caps, err = o.demand(flags, holding.Mean); err != nil {
		return 0, holding, err
	}
	return caps, holding, tooMany("users", caps)
}

// tooMany refuses a call rate by the name of the flag that it follows from.
func tooMany(flag string, caps float64) error {
	if caps <= loadgen.MaxCAPS {
		return nil
	}
	return fmt.Errorf("--%s: must come to at most %d calls per second, got %.4g of them", flag, loadgen.MaxCAPS, caps)
}

// demand returns the busy-hour call rate of the users.
func (o *blastOptions) demand(flags *pflag.FlagSet, aht time.Duration) (float64, error) {
	sizing, err := planner.Size(planner.Config{
		Users: given(flags, "users", o.users), Usage: given(flags, "usage", o.usage),
		CallsPerHour: given(flags, "calls-per-hour", o.callsPerHour), AHT: planner.Given(aht, "--aht"), Prefix: "--",
	})
	return sizing.Demand.CAPS(), err
}
