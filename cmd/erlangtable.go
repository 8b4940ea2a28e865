package cmd

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// tableFlags are the flags that ask for a table or a drawing over one parameter.
type tableFlags struct {
	table, plot string
	names       []string // parameters that may be swept
}

// add gives a command the flags.
func (f *tableFlags) add(command *cobra.Command, names []string) {
	f.names = names
	command.Flags().StringVar(&f.table, "table", "", "a row for each value of a parameter: `name=from:to[:step]`, such as "+names[0]+"=1:30")
	command.Flags().StringVar(&f.plot, "plot", "", "also draw the table to this `file`: .svg or .png; needs --table")
}

// sweep returns the values that --table asks for.
func (f *tableFlags) sweep() (planner.Sweep, error) {
	name, numbers, _ := strings.Cut(f.table, "=")
	if err := oneOf("table", name, append(slices.Clone(f.names), "…")); err != nil || name == "…" {
		return planner.Sweep{}, fmt.Errorf("--table: must be %s=from:to[:step], got %q", strings.Join(f.names, "|"), f.table)
	}
	parts := strings.Split(numbers, ":")
	sweep := planner.Sweep{Parameter: name, Step: 1}
	targets := []*float64{&sweep.From, &sweep.To, &sweep.Step}
	if len(parts) < 2 || len(parts) > 3 {
		return sweep, fmt.Errorf("--table: must be %s=from:to[:step], got %q", name, f.table)
	}
	for i, part := range parts {
		value, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return sweep, fmt.Errorf("--table: must be %s=from:to[:step] in numbers, got %q", name, f.table)
		}
		*targets[i] = value
	}
	if _, err := sweep.Values(); err != nil {
		return sweep, fmt.Errorf("--table: %w", err)
	}
	return sweep, nil
}

// show writes the table of a sweep, and draws it.
func (f *tableFlags) show(streams Streams, output *outputFormat, title string, at func(float64, string) ([]planner.Figure, error)) error {
	sweep, err := f.sweep()
	if err != nil {
		return usage(err)
	}
	table, err := sweep.Table(title, func(value float64) ([]planner.Figure, error) { return at(value, sweep.Parameter) })
	if err != nil {
		return usage(err)
	}
	if f.plot != "" {
		format, err := reports.CurveFormat(f.plot)
		if err != nil {
			return usagef("--plot: %w", err)
		}
		if err := writeFile(f.plot, func(w io.Writer) error { return reports.WriteCurve(w, table, format) }); err != nil {
			return err
		}
	}
	return output.show(streams, reports.FormulaTable(table), reports.NewFormulaTableObject(table))
}

// check refuses a drawing of nothing.
func (f *tableFlags) check() error {
	if f.plot != "" && f.table == "" {
		return usagef("--plot: needs --table: what the drawing is over")
	}
	return nil
}

// questionAt returns the figures of a question with one of its numbers set.
func questionAt(q planner.Question, value float64, name string) ([]planner.Figure, error) {
	given := planner.Given(value, "--"+name)
	switch name {
	case "servers":
		q.Servers = given
	case "traffic":
		q.Traffic = given
	case "blocking":
		q.Blocking = given
	}
	a, err := q.Answer()
	if err != nil {
		return nil, err
	}
	figures := []planner.Figure{{Name: "servers", Value: a.Servers}, {Name: "traffic_erlangs", Value: a.Traffic}, {Name: "blocking_ratio", Value: a.Blocking}}
	solved := slices.Index([]string{"servers", "traffic", "blocking"}, a.Solved)
	answer := figures[solved]
	rest := slices.DeleteFunc(figures, func(f planner.Figure) bool {
		return f.Name == answer.Name || strings.TrimSuffix(f.Name, "_erlangs") == name
	})
	return append(append([]planner.Figure{answer}, rest...), a.Figures...), nil
}
