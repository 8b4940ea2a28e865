package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/records"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/sim"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// simulateOptions are the flags of `simulate`.
type simulateOptions struct {
	seed         uint64
	duration     time.Duration
	warmUp       time.Duration
	replications int
	batches      int
	workers      int
	precision    percentage
	confidence   percentage
	rare         bool
	records      string
	talks        string // file of records
	profile      string // form of either
	page         string
	drills       []string
	output       *outputFormat
}

// newSimulateCommand returns `simulate`.
func newSimulateCommand(streams Streams) *cobra.Command {
	o := &simulateOptions{confidence: sim.DefaultConfidence}
	command := &cobra.Command{
		Use:   "simulate plan.yaml [other.yaml]",
		Short: "Simulate a plan by discrete events: what each trunk group blocks, with intervals, beside the formula",
		Long: `Simulates the busy hour of a plan call by call: users, gateways, Mediation Servers, links and routes as
the plan works them out, with what formulas leave out and the plan's section "simulation" says: callers
who try again, holding times of any law, calls in clumps or by the hour of the day, failures by chance
(mtbf, mttr) and on purpose.

Each trunk group is set beside its promise and beside the formula, with intervals over independent
replications, which use all processors. The same seed gives the same figures, whatever their number.
With a second plan both are offered the same calls, and the difference has a paired interval.

The exit code is 0 when every promise holds, 99 when one does not, 3 when it cannot be told.`,
		Example: `  sipplan plan init > plan.yaml && sipplan simulate plan.yaml
  sipplan simulate plan.yaml --precision 5%
  sipplan simulate plan.yaml --drill 'fail Hannover/gateway-1 at 00:20 for 15m by closed'
  sipplan simulate one-site.yaml --records Master.csv --duration 1h
  sipplan simulate plan.yaml --conversations Master.csv
  sipplan simulate plan.yaml cheaper.yaml --replications 100`,
		Args: oneOrTwoPlanFiles,
	}
	o.addFlags(command)
	command.RunE = func(command *cobra.Command, args []string) error { return o.run(command.Context(), streams, args) }
	return command
}

func (o *simulateOptions) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	flags.Uint64Var(&o.seed, "seed", 1, "of all random numbers; the same seed gives the same figures")
	flags.DurationVar(&o.duration, "duration", sim.DefaultWindow, "measured `time` of each replication: the busy hour, or 24h with a profile")
	flags.IntVar(&o.replications, "replications", sim.DefaultReplications, "independent replications, 2 or more; with --precision the fewest")
	flags.Var(&o.precision, "precision", "go on until the half-width of the interval of the lost calls is this `share` of them, such as 5%")
	flags.IntVar(&o.batches, "batches", 0, "windows of one long replication instead of independent ones (batch means)")
	flags.DurationVar(&o.warmUp, "warm-up", 0, "`time` before that is not counted (default: ten mean times that calls in progress still last)")
	flags.Var(&o.confidence, "confidence", "of the intervals")
	flags.BoolVar(&o.rare, "rare", false, "find the blocking of trunk groups that hardly ever fill, down to 1 in 10⁹, by splitting (RESTART)")
	flags.StringVar(&o.page, "html", "", "also write a report with a chart to this `file`; it needs no network and no scripts")
	flags.StringVar(&o.records, "records", "", "simulate the calls of this `file` of call records instead of the users, in windows of --duration")
	flags.StringVar(&o.talks, "conversations", "", "conversations as long as those of this `file` of call records, stretched to the plan's mean, instead of a law")
	addProfile(command, &o.profile)
	flags.StringArrayVar(&o.drills, "drill", nil, "failure on purpose, such as 'fail gateway-2 at 00:20 for 15m'; repeat it for more")
	flags.IntVar(&o.workers, "workers", 0, "replications at a `number` of a time (default: as many as there are processors)")
	o.output = addOutput(command)
}

// oneOrTwoPlanFiles requires a plan, or two to compare.
func oneOrTwoPlanFiles(command *cobra.Command, args []string) error {
	if len(args) == 2 {
		return planFiles(2)(command, args)
	}
	return planFiles(1)(command, args)
}

// run simulates one plan, or compares two.
func (o *simulateOptions) run(ctx context.Context, streams Streams, files []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	release := onInterrupt(streams, stop, stop)
	defer release()
	models, err := o.models(streams, files)
	if err != nil {
		return err
	}
	results, err := o.simulateAll(ctx, streams, files, models)
	if err != nil {
		return err
	}
	if len(results) == 2 {
		return o.compare(streams, [2]string{files[0], files[1]}, results)
	}
	if err := o.writePage(func(w io.Writer) error { return reports.WriteSimulationHTML(w, files[0], results[0]) }); err != nil {
		return err
	}
	document := reports.Simulation(results[0], o.output.Format == reports.CSV)
	if err := o.output.show(streams, document, reports.NewSimulationObject(files[0], results[0])); err != nil {
		return err
	}
	return verdictOf(results[0])
}

// simulateAll simulates one plan after another, until it is interrupted: of two plans it returns the first alone then.
func (o *simulateOptions) simulateAll(ctx context.Context, streams Streams, files []string, models []*sim.Model) (results []*sim.Result, err error) {
	for i, file := range files {
		result, err := o.simulate(ctx, streams, file, models[i])
		if i > 0 && (err != nil && ctx.Err() != nil || results[0].Interrupted) {
			fmt.Fprintf(streams.Err, "Interrupted before %s was simulated: this is %s alone.\n", file, files[0])
			results[0].Interrupted = true
			return results, nil
		}
		if err != nil {
			return nil, err
		}
		results = append(results, result)
		o.replications, o.precision = result.Windows, 0 // the same for the plan that it is compared with
	}
	return results, nil
}

// compare shows two simulated plans beside each other.
func (o *simulateOptions) compare(streams Streams, names [2]string, results []*sim.Result) error {
	comparison, err := sim.Compare(results[0], results[1])
	if err != nil {
		return err
	}
	if err := o.writePage(func(w io.Writer) error { return reports.WriteComparisonHTML(w, names, comparison) }); err != nil {
		return err
	}
	document := reports.Comparison(names, comparison, o.output.Format == reports.CSV)
	if err := o.output.show(streams, document, reports.NewComparisonObject(names, comparison)); err != nil {
		return err
	}
	if results[0].Interrupted || results[1].Interrupted {
		return exitWith(codeInterrupted)
	}
	return nil
}

// writePage writes the page where one is wanted.
func (o *simulateOptions) writePage(write func(io.Writer) error) error {
	if o.page == "" {
		return nil
	}
	return writeFile(o.page, write)
}

// models reads the plan files. Plans that are compared have the same warm-up, the longest that one of them needs.
func (o *simulateOptions) models(streams Streams, files []string) ([]*sim.Model, error) {
	var models []*sim.Model
	longest := o.warmUp
	for _, file := range files {
		model, err := o.model(streams, file)
		if err != nil {
			return nil, err
		}
		models = append(models, model)
		if o.warmUp == 0 {
			longest = max(longest, sim.WarmUpOf(model))
		}
	}
	o.warmUp = longest
	return models, nil
}

// model reads a plan file and makes its model, with the drills of the command line.
func (o *simulateOptions) model(streams Streams, file string) (*sim.Model, error) {
	worked, err := workPlan(streams, file)
	if err != nil {
		return nil, err
	}
	model, err := sim.FromPlan(worked)
	if err != nil {
		return nil, usage(err)
	}
	if err := o.recorded(streams, model); err != nil {
		return nil, err
	}
	for _, text := range o.drills {
		drill, err := routing.ParseDrill(text)
		if err == nil {
			err = model.AddDrill(drill)
		}
		if err != nil {
			return nil, usagef("--drill: %w", err)
		}
	}
	return model, nil
}

// recorded puts what call records say in the place of the plan's users, or of the lengths of their conversations.
func (o *simulateOptions) recorded(streams Streams, model *sim.Model) error {
	switch {
	case o.records != "" && o.talks != "":
		return usagef("--conversations: belongs to the plan's users, and --records takes the conversations of its own calls; give one of them")
	case o.records != "":
		calls, err := o.readCalls(streams, "--records", o.records)
		if err != nil {
			return err
		}
		return o.replay(model, calls)
	case o.talks != "":
		calls, err := o.readCalls(streams, "--conversations", o.talks)
		if err != nil {
			return err
		}
		if err := model.UseConversations(calls); err != nil {
			return usagef("--conversations: %s: %w", o.talks, err)
		}
	case o.profile != "":
		return usagef("--profile: belongs to call records; name some with --records or --conversations")
	}
	return nil
}

// readCalls reads a file of call records that a flag names.
func (o *simulateOptions) readCalls(streams Streams, flag, name string) (calls []records.Call, err error) {
	config := records.Config{Profile: o.profile, Each: func(c records.Call) { calls = append(calls, c) }, Prefix: "--"}
	if err := config.Validate(); err != nil {
		return nil, usage(err)
	}
	file, err := openRecords(streams, name)
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	defer file.Close()
	var form *records.FormError
	switch _, err := records.Import(file, config); {
	case errors.As(err, &form):
		return nil, usagef("%s: %s: %w", flag, name, form.Err)
	case err != nil:
		return nil, fmt.Errorf("%s: %s: %w", flag, name, err)
	}
	return calls, nil
}

// replay puts the calls of the records in the place of the users, one replication of as many windows as they fill.
func (o *simulateOptions) replay(model *sim.Model, calls []records.Call) error {
	if err := model.UseTrace(sim.TraceOf(calls)); err != nil {
		return usagef("--records: %s: %w", o.records, err)
	}
	if o.warmUp == 0 {
		o.warmUp = sim.WarmUpOf(model)
	}
	if o.batches = int((model.Span() - o.warmUp) / max(1, o.duration)); o.batches < 2 {
		return usagef("--records: %s: cover %s, which is less than two windows of %s after a warm-up of %s; shorten --duration", o.records,
			model.Span().Round(time.Second), o.duration, o.warmUp.Round(time.Second))
	}
	return nil
}

// simulate runs a model and shows its progress on stderr.
func (o *simulateOptions) simulate(ctx context.Context, streams Streams, file string, model *sim.Model) (*sim.Result, error) {
	progress, done := simulationProgress(streams, file)
	defer done()
	result, err := sim.Run(ctx, model, sim.Settings{Seed: o.seed, Window: o.duration, WarmUp: o.warmUp, Replications: o.replications,
		Precision: float64(o.precision), Batches: o.batches, Confidence: float64(o.confidence), Workers: o.workers, Progress: progress})
	if err != nil && ctx.Err() != nil {
		return nil, interruptedBefore("two replications were complete")
	}
	if err != nil {
		return nil, usage(settingFlags(err))
	}
	if o.rare && !result.Interrupted {
		if err := result.Refine(ctx); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// settingFlags names the flags where sim.Settings names its fields.
func settingFlags(err error) error {
	var named []error
	for _, problem := range problems(err) {
		for _, flag := range [][2]string{{"window and warm-up", "--duration and --warm-up"}, {"window", "--duration"}, {"warm-up", "--warm-up"},
			{"replications", "--replications"}, {"precision", "--precision"}, {"batches", "--batches"}, {"confidence", "--confidence"}, {"workers", "--workers"}} {
			if rest, found := strings.CutPrefix(problem, flag[0]+":"); found {
				problem = flag[1] + ":" + rest
				break
			}
		}
		named = append(named, errors.New(problem))
	}
	return errors.Join(named...)
}

// simulationProgress returns a function that shows the replications that are complete and the interval so far, now and
// then, and one that ends that.
func simulationProgress(streams Streams, file string) (progress func(done, of int, lost func() sim.Estimate), end func()) {
	every, last := plainEvery, time.Now()
	if streams.LiveErr {
		every, last = liveEvery, time.Time{}
	}
	progress = func(done, of int, lost func() sim.Estimate) {
		if time.Since(last) < every {
			return
		}
		last = time.Now()
		line := fmt.Sprintf("%s: %d of %d replications", file, done, of)
		if so := lost(); so.Known && done > 1 {
			line += fmt.Sprintf(", %.3g %% lost so far (%.3g to %.3g %%)", 100*so.Value, 100*so.Low, 100*so.High)
		}
		if streams.LiveErr {
			fmt.Fprint(streams.Err, "\r\x1b[K"+line)
		} else {
			fmt.Fprintln(streams.Err, line)
		}
	}
	return progress, func() {
		if streams.LiveErr {
			fmt.Fprint(streams.Err, "\r\x1b[K")
		}
	}
}

// verdictOf returns the exit code of a simulated plan: that of its worst trunk group.
func verdictOf(r *sim.Result) error {
	if r.Interrupted {
		return exitWith(codeInterrupted)
	}
	code := codePass
	for _, g := range r.Groups {
		switch g.Verdict {
		case sim.DoesNotHold:
			code = codeFailed
		case sim.CannotTell:
			if code == codePass {
				code = codeInconclusive
			}
		}
	}
	if code == codePass {
		return nil
	}
	return exitWith(code)
}
