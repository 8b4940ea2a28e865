package cmd

import (
	"time"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// newErlangCommand returns `erlang` with a subcommand for each model.
func newErlangCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:   "erlang",
		Short: "Solve for circuits, traffic or blocking, whichever is missing",
		Long: `Answers the three questions about one trunk group: how many circuits, how much traffic, how much
blocking. Give two of --servers, --traffic and --blocking; the third is the answer. Traffic is in
erlangs: calls per hour times hours per call.`,
		Example: `  sipplan erlang b --servers 30 --traffic 20        # blocking of an E1
  sipplan erlang b --traffic 9400 --blocking 1%     # circuits for 1 %
  sipplan erlang b --servers 960 --blocking 0.1%    # traffic that they may be offered
  sipplan erlang c --servers 14 --traffic 10 --aht 180s --within 20s
  sipplan erlang engset --servers 2 --traffic 1 --sources 20
  sipplan erlang b --traffic 20 --table servers=20:40 --plot b.svg
  sipplan erlang kaufman-roberts --capacity 2000 --class 12@97 --class 1@460`,
		Args: cobra.ArbitraryArgs,
		RunE: helpOrUnknown,
	}
	for _, model := range erlangModels {
		command.AddCommand(newErlangModelCommand(streams, model))
	}
	for _, formula := range planner.Formulas() {
		command.AddCommand(newFormulaCommand(streams, formula))
	}
	return command
}

// erlangModel is a subcommand of `erlang`.
type erlangModel struct {
	model       planner.Model
	short, long string
	// servers and blocking are what the two flags of these names mean in the model.
	servers, blocking string
	flags             func(*cobra.Command, *erlangFlags)
}

const (
	anyCircuits   = "`circuits`, whole or not"
	wholeCircuits = "`circuits`, a whole number"
)

var erlangModels = []erlangModel{
	{
		model: planner.ErlangB, servers: anyCircuits, blocking: "`share` of the calls that are lost: 1% or 0.01",
		short: "Erlang B: blocked calls are lost",
		long:  "Erlang B: calls arrive at random, and one that finds all circuits busy is lost. The usual model of trunk groups.",
	},
	{
		model: planner.ErlangC, servers: wholeCircuits, blocking: "`share` of the calls that have to wait: 1% or 0.01",
		short: "Erlang C: blocked calls wait",
		long: "Erlang C: a call that finds all circuits busy waits for as long as it takes. With --aht, waiting times are in\n" +
			"seconds; with --within, the share of calls that wait no longer is shown as the service level.",
		flags: func(command *cobra.Command, f *erlangFlags) {
			command.Flags().DurationVar(&f.aht, "aht", 0, "mean holding `time`, for waiting times in seconds")
			command.Flags().DurationVar(&f.within, "within", 0, "waiting `time` of the service level; needs --aht")
		},
	},
	{
		model: planner.ExtendedB, servers: anyCircuits, blocking: "`share` of the attempts that are blocked: 1% or 0.01",
		short: "Extended Erlang B: some blocked callers try again",
		long: "Extended Erlang B: the share --retry of the blocked attempts is repeated until it succeeds or gives up. --traffic\n" +
			"counts first attempts only; the blocking is that of all attempts.",
		flags: func(command *cobra.Command, f *erlangFlags) {
			command.Flags().Var(&f.retry, "retry", "`share` of the blocked attempts that are tried again: 50% or 0.5")
		},
	},
	{
		model: planner.Engset, servers: wholeCircuits, blocking: "`share` of the calls that are lost: 1% or 0.01",
		short: "Engset: few users, blocked calls are lost",
		long: "Engset: as Erlang B, for so few users that one in a call, who cannot start another, makes a difference. --traffic\n" +
			"is what the users would carry if nobody were ever blocked: users x calls per hour x hours per call.",
		flags: func(command *cobra.Command, f *erlangFlags) {
			command.Flags().IntVar(&f.sources, "sources", 0, "`users` who may call")
		},
	},
	{
		model: planner.Molina, servers: wholeCircuits, blocking: "`share` of the calls that are delayed or lost: 1% or 0.01",
		short: "Molina: blocked callers hold on for the length of their call",
		long:  "Molina (Poisson): a blocked caller holds on for as long as the call would have lasted. The classic American table.",
	},
}

// erlangFlags are the values of the flags of one model.
type erlangFlags struct {
	servers, traffic float64
	blocking, retry  percentage
	sources          int
	aht, within      time.Duration
}

// newErlangModelCommand returns the subcommand of one model.
func newErlangModelCommand(streams Streams, model erlangModel) *cobra.Command {
	var f erlangFlags
	command := &cobra.Command{
		Use:     string(model.model) + " [flags]",
		Short:   model.short,
		Long:    model.long + "\n\nGive two of --servers, --traffic and --blocking; the third is the answer.",
		Example: erlangExample(string(model.model)),
		Args:    noArguments,
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.Float64Var(&f.servers, "servers", 0, model.servers)
	flags.Float64Var(&f.traffic, "traffic", 0, "offered traffic in `erlangs`")
	flags.Var(&f.blocking, "blocking", model.blocking)
	if model.flags != nil {
		model.flags(command, &f)
	}
	var table tableFlags
	table.add(command, []string{"servers", "traffic", "blocking"})
	output := addOutput(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		if err := table.check(); err != nil {
			return err
		}
		if table.table != "" {
			question := f.question(command, model.model)
			return table.show(streams, output, model.model.Title(), func(value float64, name string) ([]planner.Figure, error) {
				return questionAt(question, value, name)
			})
		}
		answer, err := f.question(command, model.model).Answer()
		if err != nil { // every question that has no answer is a mistake in the question
			return usage(err)
		}
		return output.show(streams, reports.Answer(answer), reports.NewAnswerObject(answer))
	}
	return command
}

// question returns what the flags ask.
func (f *erlangFlags) question(command *cobra.Command, model planner.Model) planner.Question {
	flags := command.Flags()
	return planner.Question{
		Model:    model,
		Servers:  given(flags, "servers", f.servers),
		Traffic:  given(flags, "traffic", f.traffic),
		Blocking: given(flags, "blocking", float64(f.blocking)),
		Sources:  given(flags, "sources", f.sources),
		Retry:    given(flags, "retry", float64(f.retry)),
		AHT:      given(flags, "aht", f.aht),
		Within:   given(flags, "within", f.within),
		Prefix:   "--",
	}
}
