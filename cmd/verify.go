package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/reports/gate"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// verifyOptions are the flags of `sipplan verify`.
type verifyOptions struct {
	group      groupFlags
	ports      int
	tolerated  percentage
	confidence percentage
	power      percentage
	caps       float64
	pdd        time.Duration
	mos        float64
	sequential bool
	planOnly   bool
	compress   float64
	within     time.Duration
	maxCAPS    float64
	setup      time.Duration
	against    string   // the target of a trunk without a plan file
	targets    []string // as they were given
	embedded   int
	seed       uint64
	longer     string // why the test takes longer than it should; empty if it does not
	target     *targetFlags
	near       *embeddedFlags
	media      *mediaFlags
	results    *resultFlags
}

// The time that a test may take when holding times are compressed for it: short against the gateway in
// this process, longer and gentler against a real trunk.
const (
	withinEmbedded = 40 * time.Second
	withinTarget   = 10 * time.Minute
	capsOnTarget   = 10
	// minHoldTarget is the shortest mean holding time against a target, and minHoldHurried that when --within
	// asks for more haste: twenty-five packets of speech.
	minHoldTarget  = 2 * time.Second
	minHoldHurried = 500 * time.Millisecond
	// minHoldEmbedded is the shortest mean holding time against the gateway in this process, which answers
	// within a fraction of a millisecond: about four packets of speech.
	minHoldEmbedded = 75 * time.Millisecond
)

// newVerifyCommand returns `sipplan verify`.
func newVerifyCommand(streams Streams) *cobra.Command {
	o := &verifyOptions{}
	command := &cobra.Command{
		Use:   "verify plan.yaml | --users N --usage light|moderate|heavy [--target TARGET]",
		Short: "Size a plan, drive its traffic at a live trunk, and say whether the trunk keeps the promise",
		Long: `verify sizes the plan, works out how many calls a test needs for the wanted confidence, drives them at
the target with RTP, and sets the formula beside the live calls. The verdict is: holds, does not hold,
or cannot tell, with the interval and the reason.

Without --target it starts a gateway with the planned ports in this process and calls it over real
sockets on loopback. Blocking depends on the erlangs and not on the mean holding time, so holding times
may be compressed: --compress 30 turns 180 s into 6 s, and makes 30 times as many calls per second.

With a plan file it tests every trunk group of the plan at the same time and sets formula, simulation
and live calls side by side; --target names the gateways that are real, and leaves the others out. All three
are of the traffic that the plan promises: of its section "simulation", live and simulated calls follow the
law of holding times, and the report names what they leave out, as unanswered calls and callers who retry.`,
		Example: `  sipplan verify --users 200 --usage heavy
  sipplan verify --users 200 --usage heavy --embedded-ports 36
  sipplan verify plan.yaml --out html=plan.html
  sipplan verify plan.yaml --target Hannover=sip:10.1.2.3 --target Boston=sip:10.2.2.3
  sipplan verify --users 200 --usage heavy --plan-only --confidence 99% --tolerated 1.5%
  sipplan verify --users 200 --usage heavy --target sip:10.1.2.3 --compress 30 --sequential --out junit=trunk.xml`,
		Args: planOrNothing,
		RunE: func(command *cobra.Command, args []string) error { return o.run(command, streams, args) },
	}
	o.addFlags(command)
	return command
}

// addFlags gives the command its flags.
func (o *verifyOptions) addFlags(command *cobra.Command) {
	o.group.add(command)
	flags := command.Flags()
	flags.StringArrayVar(&o.targets, "target", nil, "SIP URI of the `trunk` to test (default: a gateway in this process); with a plan file NAME=URI, where NAME is a trunk group or gateway: repeat it for more")
	flags.IntVar(&o.ports, "ports", 0, "`circuits` of the trunk (default: as many as Erlang B needs for the GoS)")
	flags.IntVar(&o.embedded, "embedded-ports", 0, "`circuits` that each gateway in this process really has, to see a plan fail (default: their share of --ports)")
	flags.Var(&o.tolerated, "tolerated", "`blocking` that the test must tell from the GoS (default twice the GoS)")
	o.confidence = acceptance.DefaultConfidence
	flags.Var(&o.confidence, "confidence", "`confidence` of the verdict")
	o.power = acceptance.DefaultPower
	flags.Var(&o.power, "power", "`share` of the tests that reach a verdict at the GoS and at --tolerated")
	flags.Float64Var(&o.caps, "promise-caps", 0, "`calls` per second that the trunk must take, too")
	flags.DurationVar(&o.pdd, "promise-pdd", 0, "post-dial `delay` that 95 % of the calls must keep below, too")
	flags.Float64Var(&o.mos, "promise-mos", 0, "mean opinion `score` that 95 % of the calls must reach, too")
	flags.BoolVar(&o.sequential, "sequential", false, "end the test as soon as it can tell, with the same confidence: most often after two thirds of its calls")
	flags.BoolVar(&o.planOnly, "plan-only", false, "work the test out, show what it takes, and call nobody")
	flags.Float64Var(&o.compress, "compress", 0, "make holding times this `factor` shorter (default: as far as the test needs, see --within)")
	flags.DurationVar(&o.within, "within", 0, "compress holding times until the test fits this `time`, to 0.5s and four times --setup at the most (default 40s in this process, 1m for a plan; 10m against a target, to 2s)")
	flags.Float64Var(&o.maxCAPS, "max-caps", 0, "most `calls` per second that --within may lead to (default 10 against a target)")
	flags.DurationVar(&o.setup, "setup", 0, "`time` from INVITE to answer at the target: a part of the holding time, which is not compressed")
	flags.Uint64Var(&o.seed, "seed", 0, "`seed` of arrivals and holding times, to repeat a run (0 draws one)")
	o.target = addTarget(command)
	o.near = addEmbedded(command, "default: 1, which has the circuits of the plan")
	o.media = addMedia(command, "tone", loadgen.DefaultPorts)
	o.results = addResults(command)
}

// verification is what verify found out before it calls.
type verification struct {
	sizing planner.Sizing
	ports  int
	design acceptance.Design
	looks  *acceptance.Looks // nil for a test of fixed length
}

// planOrNothing allows one plan file.
func planOrNothing(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("'sipplan verify' takes one plan file or none, got %d", len(args))
	}
	if len(args) == 1 && strings.Contains(args[0], "sip:") {
		return usagef("'sipplan verify' takes a plan file, got %q; --target names a trunk", args[0])
	}
	return nil
}

func (o *verifyOptions) run(command *cobra.Command, streams Streams, args []string) error {
	ctx := command.Context()
	defer o.results.close()
	if err := o.results.read(); err != nil {
		return usage(err)
	}
	if len(args) == 1 {
		return o.runPlan(command, streams, args[0])
	}
	if len(o.targets) > 0 {
		o.against = o.targets[0]
	}
	v, err := o.plan(command.Flags())
	if err != nil {
		return err
	}
	if o.planOnly {
		return o.showPlan(streams, v)
	}
	return o.test(ctx, streams, v)
}

// test offers the calls of a test to the trunk and shows its verdict.
func (o *verifyOptions) test(ctx context.Context, streams Streams, v verification) error {
	cfg, err := o.load(v)
	if err != nil {
		return usage(err)
	}
	targets, stop, err := o.far(ctx, v, &cfg)
	if err != nil {
		return err
	}
	defer stop()
	if err := o.target.apply(ctx, streams, &cfg, targets...); err != nil {
		return err
	}
	defer func() { o.target.close() }()
	cfg.Save = o.results.save.policy
	run, err := newLoadRun(cfg, o.target.ceiling)
	if err != nil {
		return err
	}
	run.lookout = &lookout{design: v.design, looks: v.looks, busyKnown: len(o.target.busyCodes) > 0}
	o.announce(streams, v, run)
	result, err := run.run(ctx, streams, "verify")
	if err != nil {
		return err
	}
	return o.conclude(streams, v, run, result)
}

// plan sizes the plan and designs the test.
func (o *verifyOptions) plan(flags *pflag.FlagSet) (v verification, err error) {
	config := o.group.config(flags)
	problems := []error{config.Validate()}
	problems = append(problems, o.check(flags)...)
	if err := errors.Join(problems...); err != nil {
		return v, usage(err)
	}
	if v.sizing, err = planner.Size(config); err != nil {
		return v, err
	}
	v.ports = v.sizing.Ports
	if flags.Changed("ports") {
		v.ports = o.ports
	}
	promise := acceptance.Promise{
		Blocking: v.sizing.Inputs.GoS.Value, Tolerated: float64(o.tolerated), Confidence: float64(o.confidence), Power: float64(o.power),
		CAPS: o.caps, PDD: o.pdd, MOS: o.mos,
	}
	v.design, err = acceptance.NewDesign(v.ports, v.sizing.Demand.Erlangs(), v.sizing.Demand.AHT, promise)
	if err != nil {
		return v, usage(flagNames(err))
	}
	if o.sequential {
		if v.design, v.looks, err = v.design.Sequential(acceptance.DefaultLooks); err != nil {
			return v, usage(flagNames(err))
		}
	}
	if v.design, err = o.compressed(v.design); err != nil {
		return v, usage(flagNames(err))
	}
	return v, usage(o.bounded(v.design))
}

// showPlan shows the test that would be made.
func (o *verifyOptions) showPlan(streams Streams, v verification) error {
	limits, _ := o.limits(v.design)
	setup := cmp.Or(o.setup, acceptance.AssumedSetup)
	compressions, err := v.design.Compressions(limits, setup)
	if err != nil {
		return err
	}
	test := reports.TestDesign{Design: v.design, Looks: v.looks, Compressions: compressions, Setup: setup}
	if o.longer != "" {
		test.Remarks = []string{o.longer}
	}
	return o.results.output.show(streams, test.Document(), reports.NewTestDesignObject(test))
}

// bounded refuses a test that cannot be run, by the flag that made it so.
func (o *verifyOptions) bounded(d acceptance.Design) error {
	cause := "users"
	switch {
	case o.compress > 0:
		cause = "compress"
	case o.within > 0:
		cause = "within"
	}
	switch most := loadgen.MaxHours * time.Hour; {
	case d.Hold < time.Millisecond:
		return fmt.Errorf("--%s: must leave at least 1ms of the holding time, got %s", cause, d.Hold)
	case d.Total() > most:
		return fmt.Errorf("--%s: must lead to a test of at most %d hours, got one of %s; compress more", cause, loadgen.MaxHours, d.Total().Round(time.Second))
	}
	return tooMany(cause, d.CAPS)
}

// check refuses flags that make no sense by themselves.
func (o *verifyOptions) check(flags *pflag.FlagSet) (problems []error) {
	for _, f := range []struct {
		name string
		bad  bool
		want string
	}{
		{"ports", o.ports < 1, "a whole number of at least 1"},
		{"embedded-ports", o.embedded < 1 || o.embedded > gateway.MaxCircuits, fmt.Sprintf("a whole number from 1 to %d", gateway.MaxCircuits)},
		{"compress", !(o.compress > 0 && o.compress <= 1e6), "more than 0 and at most 1000000"},
		{"within", o.within <= 0, "a time above 0"},
		{"max-caps", !(o.maxCAPS > 0 && o.maxCAPS <= loadgen.MaxCAPS), fmt.Sprintf("more than 0 and at most %d calls per second", loadgen.MaxCAPS)},
		{"tolerated", o.tolerated == 0, "between the GoS and 100 %, both excluded"},
		{"confidence", o.confidence == 0, "between 50 % and 100 %, both excluded"},
		{"power", o.power == 0, "between 50 % and 100 %, both excluded"},
		{"promise-caps", !(o.caps > 0 && o.caps <= loadgen.MaxCAPS), fmt.Sprintf("more than 0 and at most %d calls per second", loadgen.MaxCAPS)},
		{"promise-pdd", o.pdd <= 0 || o.pdd > time.Hour, "a time above 0 and at most 1h"},
		{"promise-mos", !(o.mos >= 1 && o.mos <= 5), "from 1 to 5"},
		{"setup", o.setup < 0, "a time, 0 or more"},
	} {
		if flags.Changed(f.name) && f.bad {
			got := flags.Lookup(f.name).Value.String()
			problems = append(problems, fmt.Errorf("--%s: must be %s, got %s", f.name, f.want, cmp.Or(got, "0")))
		}
	}
	if len(o.targets) > 1 && flags.NArg() == 0 {
		problems = append(problems, fmt.Errorf("--target: one trunk is tested without a plan file, got %d", len(o.targets)))
	}
	if flags.Changed("target") && slices.Contains(o.targets, "") {
		problems = append(problems, errors.New("--target: must be a SIP URI such as sip:10.1.2.3, got none; leave the flag out to test a gateway in this process"))
	}
	if flags.Changed("compress") && flags.Changed("within") {
		problems = append(problems, errors.New("--compress and --within: give one of them; --within works the factor out"))
	}
	problems = append(problems, o.near.check(o.elsewhere())...)
	if flags.Changed("embedded-ports") && o.elsewhere() {
		problems = append(problems, errors.New("--embedded-ports: there is no gateway in this process when --target names one"))
	}
	return problems
}

// compressed makes the test as short as it is wanted.
func (o *verifyOptions) compressed(d acceptance.Design) (acceptance.Design, error) {
	if o.compress > 0 {
		compressed, err := d.Compressed(o.compress)
		if err == nil && o.maxCAPS > 0 && compressed.CAPS > o.maxCAPS {
			err = fmt.Errorf("--compress and --max-caps: holding times %g times shorter make %.3g calls per second, more than %g", o.compress, compressed.CAPS, o.maxCAPS)
		}
		return compressed, err
	}
	limits, within := o.limits(d)
	fitted, err := d.Fit(within, limits)
	if err == nil && fitted.Total() > within+time.Second {
		o.longer = fmt.Sprintf("It does not fit into %s: calls are kept at %s or longer%s. --compress makes them shorter all the same.",
			within, limits.MinHold, atMost(limits.MaxCAPS))
	}
	return fitted, err
}

func atMost(caps float64) string {
	if caps == 0 {
		return ""
	}
	return fmt.Sprintf(", at most %.3g a second", caps)
}

// limits returns how far holding times may be compressed, and the time that the test is to fit into. A real
// trunk is not called faster than asked for, and a call there is at least four times its set-up.
func (o *verifyOptions) limits(d acceptance.Design) (limits acceptance.Limits, within time.Duration) {
	limits = acceptance.Limits{MaxCAPS: o.maxCAPS, MinHold: minHoldEmbedded}
	if !o.elsewhere() {
		return limits, cmp.Or(o.within, withinEmbedded)
	}
	if limits.MaxCAPS == 0 {
		limits.MaxCAPS = max(capsOnTarget, d.CAPS)
	}
	limits.MinHold = max(4*o.setup, minHoldTarget)
	if o.within > 0 {
		limits.MinHold = max(4*o.setup, minHoldHurried)
	}
	return limits, cmp.Or(o.within, withinTarget)
}

// load turns the designed test into a load.
func (o *verifyOptions) load(v verification) (cfg loadgen.Config, err error) {
	d := v.design
	talk := d.Hold - o.setup
	if talk <= 0 {
		return cfg, fmt.Errorf("--setup: %s of set-up leave nothing of a holding time of %s; compress less", o.setup, d.Hold)
	}
	cfg = loadgen.Config{
		Arrivals: traffic.Poisson, CAPS: d.CAPS, Holding: traffic.Duration{Law: traffic.Exponential, Mean: talk},
		Duration: d.Total(), WarmUp: d.Warmup, Drain: loadgen.DefaultDrain, Seed: o.seed,
	}
	if cfg.Media, err = o.media.media(); err != nil {
		return cfg, err
	}
	cfg.Programs, err = scenarios.Load("caller")
	return cfg, err
}

// elsewhere tells whether the trunk to test is not in this process.
func (o *verifyOptions) elsewhere() bool {
	return o.against != "" || len(o.target.trunks.trunks) > 0
}

// far returns the targets: those that were named, or gateways started in this process, which stop ends.
func (o *verifyOptions) far(ctx context.Context, v verification, cfg *loadgen.Config) (targets []string, stop func(), err error) {
	if o.against != "" {
		targets = []string{o.against}
	}
	if o.elsewhere() {
		return targets, func() {}, nil
	}
	circuits := evenly(v.ports, max(1, o.near.gateways))
	if o.embedded > 0 {
		circuits = slices.Repeat([]int{o.embedded}, len(circuits))
	}
	stop, err = o.near.start(ctx, circuits, cfg, o.target.trunks)
	return nil, stop, err
}

// announce says before the first call what is going to happen, and how long it takes.
func (o *verifyOptions) announce(streams Streams, v verification, run *loadRun) {
	where := strings.Join(run.cfg.Trunks.Targets, ", ")
	switch {
	case o.near.gateways > 1:
		where = fmt.Sprintf("%d gateways in this process at %s", o.near.gateways, where)
	case !o.elsewhere():
		where = "a gateway in this process at " + where
	}
	fmt.Fprintf(streams.Err, "Plan: %d users offer %s E; %d ports promise at most %.3g %% blocked. Testing %s.\n",
		v.sizing.Demand.Users, figure(v.sizing.Demand.Erlangs()), v.ports, 100*v.design.Promise.Blocking, where)
	for _, sentence := range v.design.Sentences() {
		fmt.Fprintln(streams.Err, sentence)
	}
	if o.longer != "" {
		fmt.Fprintln(streams.Err, o.longer)
	}
	fmt.Fprintf(streams.Err, "verify: %s\n", run.describe())
}

// conclude judges what was measured and reports it. An interrupt during the warm-up leaves no window, in
// which no call can have been counted; any length says that.
func (o *verifyOptions) conclude(streams Streams, v verification, run *loadRun, result *loadgen.Result) error {
	judgement, err := acceptance.Judge(acceptance.Evidence{
		Measured: result.Steady, Window: max(result.Window, time.Nanosecond), Ports: v.ports, Planned: v.sizing.Demand.Erlangs(),
		Promise: v.design.Promise, Arrivals: run.cfg.Arrivals, Health: result.Health, Interrupted: result.Interrupted,
		BusyCodes: o.target.busyCodes, Look: run.lookout.look(result.Steady.Requests()),
	})
	if err != nil {
		return err
	}
	report := run.report("verify", result, func(r *reports.RunResult) {
		o.results.save.save(result, r)
		r.Judgement, r.DrillLimits = &judgement, o.near.limits()
		r.Load.Compress = v.design.Compress
		r.Gates = gate.Evaluate(o.results.rules, gate.Evidence{
			Measured: result.Steady, Window: result.Window, Health: result.Health, Ports: v.ports, Confidence: v.design.Promise.Confidence, BusyCodes: o.target.busyCodes,
			CutShort: result.Interrupted,
		})
	})
	return run.conclude(streams, o.results, report)
}
