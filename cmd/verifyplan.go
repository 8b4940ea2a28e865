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
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/sim"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/reports/gate"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// planTest is the test of the trunk groups of a plan: every stream of calls at the same time, in one process.
type planTest struct {
	*verifyOptions
	streams   Streams
	file      string
	worked    *design.Design
	leftOut   []string // fields of the plan that neither calls nor their simulation follow
	tests     []*streamTest
	skipped   []string
	compress  float64
	simulated *sim.Result
}

// How much of a plan is tested at a time in this process, unless told otherwise.
const (
	planCAPS      = 1200 // calls per second, all streams together
	planVoiceCAPS = 300  // with media
	planVoice     = 150  // erlangs beyond which calls are signalling alone, unless --media asks for more
	planWithin    = time.Minute
	planGateways  = 64   // at the most
	simulations   = 60   // busy hours, at the least
	simulatedMost = 1e6  // calls in all of them, as far as they are needed for the precision
	simulatedTo   = 0.05 // half-width of the interval of the lost calls, by their share
)

// runPlan tests a plan.
func (o *verifyOptions) runPlan(command *cobra.Command, streams Streams, file string) error {
	t := &planTest{verifyOptions: o, streams: streams, file: file}
	if err := t.read(command.Flags()); err != nil {
		return err
	}
	if o.planOnly {
		return t.show()
	}
	ctx := command.Context()
	stop, err := t.open(ctx)
	defer stop()
	if err != nil {
		return err
	}
	if err := t.simulate(ctx); err != nil {
		return err
	}
	t.announce()
	if err := t.call(ctx); err != nil {
		return err
	}
	return t.conclude()
}

// read works the plan out and designs a test for each stream of calls that has a target.
func (t *planTest) read(flags *pflag.FlagSet) error {
	problems := t.check(flags)
	for _, name := range []string{"users", "usage", "calls-per-hour", "aht", "gos", "ports", "embedded-ports", "embedded-gateways", "trunk", "drill"} {
		if flags.Changed(name) {
			problems = append(problems, fmt.Errorf("--%s: a plan file says that itself", name))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return usage(err)
	}
	var err error
	if t.worked, err = workPlan(t.streams, t.file); err != nil {
		return err
	}
	if err := t.reduce(); err != nil {
		return usage(err)
	}
	named, err := namedTargets(t.targets)
	if err != nil {
		return usage(err)
	}
	if err := t.choose(named); err != nil {
		return usage(err)
	}
	if !flags.Changed("media") && t.erlangs() > planVoice {
		t.media.sound = "none"
	}
	return t.designAll()
}

// reduce leaves of the plan's section simulation what live calls follow, so that formula, simulation and calls are of the
// same traffic: that which the promise was made for. It refuses a section that cannot be simulated as a whole.
func (t *planTest) reduce() error {
	if _, err := sim.FromPlan(t.worked); err != nil {
		return err
	}
	read, worked := *t.worked.Plan, *t.worked
	read.Simulation, t.leftOut = read.Simulation.Live()
	if days := &read.Demand.DayToDay; *days != "" && *days != "none" {
		*days, t.leftOut = "", append(t.leftOut, "demand.day_to_day")
	}
	worked.Plan = &read
	t.worked = &worked
	return nil
}

// holding returns the law of the plan's conversations with the mean of a test.
func (t *planTest) holding(mean time.Duration) (traffic.Law, error) {
	law, err := t.worked.Plan.Simulation.Holding.Of(mean)
	if law == nil || err != nil {
		return traffic.Duration{Law: traffic.Exponential, Mean: mean}, err
	}
	return traffic.WithMean(law, mean), nil
}

// overflows tells whether calls of one stream may find circuits taken by those of another.
func (t *planTest) overflows() bool {
	seen := map[string]bool{}
	for _, test := range t.tests {
		for _, g := range test.Groups {
			if seen[g.Name] || len(test.Groups) > 1 {
				return true
			}
			seen[g.Name] = true
		}
	}
	return false
}

// designAll designs the tests, with holding times compressed alike: all streams are offered for the same time.
func (t *planTest) designAll() error {
	if t.sequential && t.overflows() {
		return usagef("--sequential: routes of this plan share trunk groups, so that none may end before the others")
	}
	var longest time.Duration
	for _, test := range t.tests {
		if err := t.design(test); err != nil {
			return err
		}
		longest = max(longest, test.design.Total())
	}
	t.compress = t.factor(longest)
	longest = 0
	for _, test := range t.tests {
		var err error
		if test.design, err = test.design.Compressed(t.compress); err != nil {
			return usage(flagNames(err))
		}
		if err := t.bounded(test.design); err != nil {
			return usage(err)
		}
		longest = max(longest, test.design.Total())
	}
	if t.overflows() {
		for _, test := range t.tests {
			test.design.Length = longest - test.design.Warmup
		}
	}
	return nil
}

// design designs the test of a stream: its promise is that of the plan where no flag names another.
func (t *planTest) design(test *streamTest) (err error) {
	p := test.Promise
	p.Tolerated, p.Confidence, p.Power = float64(t.tolerated), float64(t.confidence), float64(t.power)
	p.CAPS, p.PDD, p.MOS = cmp.Or(t.caps, p.CAPS), t.pdd, cmp.Or(t.mos, p.MOS)
	if t.media.sound == "none" {
		p.MOS = t.mos // nothing is heard
	}
	if test.design, err = acceptance.NewDesign(test.Ports(), test.Erlangs, test.Hold, p); err != nil {
		return usagef("%s: %s: %w", t.file, test.Name, flagNames(err))
	}
	if t.sequential {
		if test.design, test.looks, err = test.design.Sequential(acceptance.DefaultLooks); err != nil {
			return usage(flagNames(err))
		}
	}
	return nil
}

// factor returns by how much holding times are compressed: until the longest test fits, as far as calls per second and
// the shortest calls allow.
func (t *planTest) factor(longest time.Duration) float64 {
	if t.verifyOptions.compress > 0 {
		return t.verifyOptions.compress
	}
	within, most, shortest := cmp.Or(t.within, planWithin), cmp.Or(t.maxCAPS, planCAPS), time.Duration(minHoldEmbedded)
	if t.media.sound != "none" {
		most = cmp.Or(t.maxCAPS, planVoiceCAPS)
	}
	if len(t.targets) > 0 {
		within, most, shortest = cmp.Or(t.within, withinTarget), cmp.Or(t.maxCAPS, capsOnTarget), max(4*t.setup, minHoldTarget)
	}
	caps, factor := 0.0, math.Ceil(float64(longest)/float64(within))
	for _, test := range t.tests {
		caps += test.design.CAPS
		factor = min(factor, math.Floor(float64(test.design.Hold)/float64(shortest)))
	}
	return max(1, min(factor, math.Floor(most/caps)))
}

// show shows the tests that would be made.
func (t *planTest) show() error {
	var plans []reports.PlannedStream
	for _, test := range t.tests {
		plans = append(plans, reports.PlannedStream{Stream: test.Stream, Design: test.design})
	}
	report := reports.NewPlannedTests(t.file, plans, t.skipped)
	return t.results.output.show(t.streams, report.Document(), report)
}

// open opens a gateway in this process for each gateway without a target, and the generators. What it returns ends the
// gateways.
func (t *planTest) open(ctx context.Context) (stop func(), err error) {
	stop = func() {}
	sound, err := t.media.media()
	if err != nil {
		return stop, usage(err)
	}
	own := map[string]string{}
	if units := t.units(); len(t.targets) == 0 {
		var circuits []int
		for _, u := range units {
			circuits = append(circuits, u.Ports)
		}
		near, err := openPool(ctx, circuits, sound)
		if err != nil {
			return stop, err
		}
		stop = near.stop
		for i, u := range units {
			own[u.Name] = "sip:" + near.gateways[i].Address().String()
		}
	}
	ranges := sound.Ports.Split(len(t.tests))
	for i, test := range t.tests {
		sound.Ports = ranges[i]
		if err := t.prepare(ctx, test, sound, own, uint64(i)); err != nil {
			return stop, err
		}
	}
	return stop, nil
}

// prepare makes the generator of one stream.
func (t *planTest) prepare(ctx context.Context, test *streamTest, sound loadgen.Media, own map[string]string, number uint64) error {
	d := test.design
	talk := d.Hold - t.setup
	if talk <= 0 {
		return usagef("--setup: %s of set-up leave nothing of a holding time of %s; compress less", t.setup, d.Hold)
	}
	holding, err := t.holding(talk)
	if err != nil {
		return usage(err)
	}
	cfg := loadgen.Config{
		Arrivals: traffic.Poisson, CAPS: d.CAPS, Holding: holding, Media: sound,
		Duration: d.Total(), WarmUp: d.Warmup, Drain: loadgen.DefaultDrain, Files: t.files(sound),
	}
	if t.seed > 0 {
		cfg.Seed = t.seed + number
	}
	if cfg.Programs, err = scenarios.Load("caller"); err != nil {
		return err
	}
	flags, trunks := *t.target, *t.target.trunks
	flags.trunks, trunks.trunks = &trunks, nil
	for _, g := range test.Groups {
		for _, u := range g.Units {
			trunks.trunks = append(trunks.trunks, fmt.Sprintf("name=%s,target=%s", u.Name, cmp.Or(test.targets[u.Name], own[u.Name])))
		}
	}
	if err := flags.apply(ctx, t.streams, &cfg); err != nil {
		return err
	}
	if test.run, err = newLoadRun(cfg, t.target.ceiling); err != nil {
		return err
	}
	test.run.lookout = &lookout{design: d, looks: test.looks, busyKnown: len(t.target.busyCodes) > 0}
	return nil
}

// files returns how many files the rest of the process needs at most.
func (t *planTest) files(sound loadgen.Media) int {
	if sound.Off {
		return 0
	}
	sum := 0
	for _, u := range t.units() {
		sum += 2 * u.Ports
	}
	return sum
}

// model returns the plan's busy hour with everything up and no circuits reserved, as the live calls are.
func (t *planTest) model() (*sim.Model, error) {
	model, err := sim.FromPlan(t.worked)
	if err != nil {
		return nil, usage(err)
	}
	model.Components = nil
	for i := range model.Network.Facilities {
		model.Network.Facilities[i].Limits.Reserved = 0
	}
	return model, nil
}

// simulate simulates the busy hour until the share of lost calls is known as well as it is to be.
func (t *planTest) simulate(ctx context.Context) error {
	model, err := t.model()
	if err != nil {
		return err
	}
	progress, done := simulationProgress(t.streams, t.file)
	defer done()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	release := onInterrupt(t.streams, stop, stop)
	t.simulated, err = sim.Run(ctx, model, sim.Settings{Seed: cmp.Or(t.seed, 1), Replications: simulations, Precision: simulatedTo,
		Most: max(simulations, int(simulatedMost/max(1, t.worked.Total.BHCA))), Confidence: float64(t.confidence), Progress: progress})
	if release() {
		return interruptedBefore("the first call, while the plan was simulated")
	}
	return err
}

// announce says before the first call what is going to happen, and how long it takes.
func (t *planTest) announce() {
	where := "the targets"
	if len(t.targets) == 0 {
		where = fmt.Sprintf("%d gateways in this process", len(t.units()))
	}
	var longest time.Duration
	caps := 0.0
	for _, test := range t.tests {
		longest, caps = max(longest, test.design.Total()), caps+test.design.CAPS
	}
	fmt.Fprintf(t.streams.Err, "%s: %s E in %d streams of calls at %s; it takes %s at %s calls per second, with holding times %g times shorter. Ctrl-C ends it and reports.\n",
		t.file, figure(t.erlangs()), len(t.tests), where, longest.Round(time.Second), figure(caps), t.compress)
	if t.media.sound == "none" {
		fmt.Fprintln(t.streams.Err, "Calls are signalling alone; --media tone adds RTP.")
	}
	if len(t.skipped) > 0 {
		fmt.Fprintf(t.streams.Err, "Not tested, for want of a --target: %s.\n", strings.Join(t.skipped, ", "))
	}
}

// call offers all streams at the same time.
func (t *planTest) call(ctx context.Context) error {
	runs := make([]*loadRun, len(t.tests))
	for i, test := range t.tests {
		runs[i] = test.run
	}
	results, err := runTogether(ctx, t.streams, "verify", runs)
	if err != nil {
		return err
	}
	for i, test := range t.tests {
		test.result = results[i]
	}
	return nil
}

// conclude judges every stream and reports.
func (t *planTest) conclude() error {
	result := reports.PlanResult{Plan: t.file, Version: version(), Simulated: t.simulated, Skipped: t.skipped, LeftOut: t.leftOut, Compress: t.compress}
	for _, test := range t.tests {
		r := test.result
		judgement, err := acceptance.Judge(acceptance.Evidence{
			Measured: r.Steady, Window: max(r.Window, time.Nanosecond), Ports: test.Ports(), Planned: test.Erlangs, Promise: test.design.Promise,
			Arrivals: traffic.Poisson, Health: r.Health, Interrupted: r.Interrupted, BusyCodes: t.target.busyCodes,
			Look: test.run.lookout.look(r.Steady.Requests()),
		})
		if err != nil {
			return err
		}
		run := test.run.report("verify", r, func(out *reports.RunResult) {
			out.Judgement = &judgement
			out.Load.Compress = t.compress
			out.Gates = gate.Evaluate(t.results.rules, gate.Evidence{
				Measured: r.Steady, Window: r.Window, Health: r.Health, Ports: test.Ports(), Confidence: test.design.Promise.Confidence, BusyCodes: t.target.busyCodes,
				CutShort: r.Interrupted,
			})
		})
		result.Streams = append(result.Streams, reports.StreamResult{Stream: test.Stream, Run: run, Judgement: judgement, Measured: r.Steady, Window: r.Window})
	}
	run := t.tests[0].run
	for _, test := range t.tests {
		if test.run.lost != nil {
			run = test.run
		}
	}
	return run.conclude(t.streams, t.results, reports.NewPlanVerification(result))
}
