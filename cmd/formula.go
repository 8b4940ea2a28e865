package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// newFormulaCommand returns the subcommand of `erlang` for a model that goes one way: parameters in, figures out.
func newFormulaCommand(streams Streams, formula planner.Formula) *cobra.Command {
	command := &cobra.Command{
		Use:   formula.Name + " [flags]",
		Short: formula.Title, Example: erlangExample(formula.Name),
		Args: noArguments,
	}
	flags := addFormulaFlags(command, formula)
	output := addOutput(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		values, err := flags.values(command, formula)
		if err != nil {
			return usage(err)
		}
		if err := flags.table.check(); err != nil || flags.table.table == "" {
			return firstError(err, func() error { return showFigures(streams, output, formula, values) })
		}
		return flags.table.show(streams, output, formula.Title, func(value float64, name string) ([]planner.Figure, error) {
			values.Number[name] = value
			return formula.Evaluate(values, "--")
		})
	}
	return command
}

// formulaFlags are the values of the flags of one formula.
type formulaFlags struct {
	numbers map[string]*float64
	pairs   []string
	table   tableFlags
}

// addFormulaFlags gives a command a flag for each parameter, and those of tables.
func addFormulaFlags(command *cobra.Command, formula planner.Formula) *formulaFlags {
	f := &formulaFlags{numbers: map[string]*float64{}}
	flags := command.Flags()
	flags.SortFlags = false
	var names []string
	for _, p := range formula.Parameters {
		f.numbers[p.Name] = flags.Float64(p.Name, p.Default, p.Doc)
		names = append(names, p.Name)
	}
	if formula.Pairs != "" {
		flags.StringArrayVar(&f.pairs, formula.Pairs, nil, formula.PairsDoc+"; may be repeated")
	}
	f.table.add(command, names)
	return f
}

// values returns what was given, and the defaults of what was not.
func (f *formulaFlags) values(command *cobra.Command, formula planner.Formula) (planner.Values, error) {
	values := planner.Values{Number: map[string]float64{}}
	for _, p := range formula.Parameters {
		if p.Given || command.Flags().Changed(p.Name) {
			values.Number[p.Name] = *f.numbers[p.Name]
		}
	}
	var err error
	values.Pairs, err = parsePairs(formula.Pairs, f.pairs)
	return values, err
}

// firstError returns err, or what then returns when there is none.
func firstError(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// showFigures writes one evaluation. Every value that has no answer is a mistake of the user.
func showFigures(streams Streams, output *outputFormat, formula planner.Formula, values planner.Values) error {
	figures, err := formula.Evaluate(values, "--")
	if err != nil {
		return usage(err)
	}
	return output.show(streams, reports.Figures(formula.Title, figures), reports.FiguresObject(formula.Name, figures))
}

// parsePairs reads numbers such as 2@97.
func parsePairs(flag string, texts []string) ([][2]float64, error) {
	var pairs [][2]float64
	for _, text := range texts {
		a, b, ok := strings.Cut(text, "@")
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if !ok || errX != nil || errY != nil || !(x >= 0 && x < 1e9 && y >= 0 && y < 1e9) {
			return nil, fmt.Errorf("--%s: must be two numbers such as 2@97, got %q", flag, text)
		}
		pairs = append(pairs, [2]float64{x, y})
	}
	return pairs, nil
}
