package cmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// scenarioFlags are the flags about what calls do.
type scenarioFlags struct {
	scenario string
	data     string
}

func addScenario(command *cobra.Command, standard string) *scenarioFlags {
	f := &scenarioFlags{}
	flags := command.Flags()
	flags.StringVar(&f.scenario, "scenario", standard, "what a call does: a name of `sipplan scenario list` or a YAML file")
	flags.StringVar(&f.data, "data", "", "CSV file, a row for each call: columns caller, callee, user, password, play (a file of audio, as --play), and those that the scenario shows as {{ column }}")
	completeFlag(command, "scenario", scenarios.Names())
	return f
}

// programs loads the scenario: a file where the name looks like one, else one of the library.
func (f *scenarioFlags) programs() ([]*scenarios.Program, error) {
	if slices.Contains(scenarios.Names(), f.scenario) {
		return scenarios.Load(f.scenario)
	}
	extension := strings.ToLower(filepath.Ext(f.scenario))
	if extension == "" {
		return nil, fmt.Errorf("--scenario: %q is neither in the library (%s) nor a file that ends in .yaml%s", f.scenario, strings.Join(scenarios.Names(), ", "), planner.DidYouMean(f.scenario, scenarios.Names()))
	}
	if extension == ".xml" {
		return nil, fmt.Errorf("--scenario: %s: SIPp's files are run by --sipp", f.scenario)
	}
	text, err := readInput(f.scenario, scenarios.MaxFileSize)
	if err != nil {
		return nil, fmt.Errorf("--scenario: %w", err)
	}
	programs, err := scenarios.Parse(f.scenario, text)
	if err != nil {
		return nil, fmt.Errorf("--scenario: %w", err)
	}
	return programs, nil
}

// programsOf loads the scenario and refuses one that has no program for the side that the command plays.
func (f *scenarioFlags) programsOf(side scenarios.Role) ([]*scenarios.Program, error) {
	programs, err := f.programs()
	if err != nil || slices.ContainsFunc(programs, func(p *scenarios.Program) bool { return p.Role == side }) {
		return programs, err
	}
	if side == scenarios.Answerer {
		return nil, fmt.Errorf("--scenario: must have role: answerer here, got %s, which calls; sipplan blast runs it", f.scenario)
	}
	return nil, fmt.Errorf("--scenario: must have role: caller here, got %s, which answers; sipplan answer runs it", f.scenario)
}

// columnFlag says of a column that is missing which flag is about it, and that the user can mend it.
func columnFlag(err error) error {
	var missing *call.ColumnError
	if errors.As(err, &missing) {
		return usagef("--data: %w", err)
	}
	return err
}

// warnOfData warns of data of which the calls use nothing.
func warnOfData(streams Streams, table *scenarios.Table, programs []*scenarios.Program) {
	if table == nil {
		return
	}
	for _, column := range table.Columns {
		if slices.Contains(call.Columns, column) || slices.ContainsFunc(programs, func(p *scenarios.Program) bool { return p.Shows(column) }) {
			return
		}
	}
	fmt.Fprintf(streams.Err, "warning: --data: the calls use none of the columns of %s (%s); they use %s, and what the scenario shows as {{ column }}\n",
		table.Name, strings.Join(table.Columns, ", "), strings.Join(call.Columns, ", "))
}

// table loads the data of the calls, nil for none.
func (f *scenarioFlags) table() (*scenarios.Table, error) {
	if f.data == "" {
		return nil, nil
	}
	text, err := readInput(f.data, scenarios.MaxTableSize)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	table, err := scenarios.ParseTable(f.data, text)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return table, nil
}
