package cmd

import (
	"fmt"

	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// newScenarioCommand returns `scenario` with what can be done with call scenarios.
func newScenarioCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:   "scenario",
		Short: "List, show and check call scenarios, SIPp's files included",
		Long: `scenario works on call flows: those of the built-in library, your own in YAML, and the XML files of
SIPp. A scenario says what a call sends, waits for, plays and checks; blast --scenario or --sipp and
answer --scenario or --sipp run it.`,
		Example: `  sipplan scenario list
  sipplan scenario show caller
  sipplan scenario lint uac.xml flows/`,
		Args: cobra.ArbitraryArgs,
		RunE: helpOrUnknown,
	}
	command.AddCommand(newScenarioListCommand(streams), newScenarioShowCommand(streams), newScenarioSchemaCommand(streams), newScenarioLintCommand(streams), newScenarioConvertCommand(streams))
	return command
}

// scenarioEntry is one scenario of the library in JSON.
type scenarioEntry struct {
	Name  string `json:"name"`
	Role  string `json:"role"`
	About string `json:"about"`
}

// newScenarioListCommand returns `scenario list`.
func newScenarioListCommand(streams Streams) *cobra.Command {
	var output *outputFormat
	command := &cobra.Command{
		Use:     "list",
		Short:   "List the built-in scenarios",
		Example: "  sipplan scenario list",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			entries, err := scenarioEntries()
			if err != nil {
				return err
			}
			table := reports.Table{Columns: []reports.Column{{Name: "Name"}, {Name: "Role"}, {Name: "What it does"}}}
			for _, e := range entries {
				table.Rows = append(table.Rows, []string{e.Name, e.Role, e.About})
			}
			document := reports.Document{
				Answer: []string{fmt.Sprintf("%d scenarios are built in; sipplan scenario show NAME prints one.", len(scenarios.Names()))},
				Tables: []reports.Table{table},
			}
			return output.show(streams, document, map[string]any{"scenarios": entries})
		},
	}
	output = addOutput(command)
	return command
}

// scenarioEntries describes the scenarios of the library.
func scenarioEntries() ([]scenarioEntry, error) {
	var entries []scenarioEntry
	for _, name := range scenarios.Names() {
		programs, err := scenarios.Load(name)
		if err != nil {
			return nil, err
		}
		for _, p := range programs {
			entries = append(entries, scenarioEntry{Name: name, Role: roleName(p.Role), About: p.About})
		}
	}
	return entries, nil
}

// roleName writes a role as files do.
func roleName(role scenarios.Role) string {
	if role == scenarios.Answerer {
		return "answerer"
	}
	return "caller"
}

func newScenarioSchemaCommand(streams Streams) *cobra.Command {
	return textCommand(streams, "schema", "Write the JSON Schema of scenario files, for editors", "  sipplan scenario schema > scenario.schema.json",
		scenarios.Schema)
}

// newScenarioShowCommand returns `scenario show`.
func newScenarioShowCommand(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME",
		Short:             "Print a built-in scenario, to read it or to begin your own with it",
		Example:           "  sipplan scenario show caller > mine.yaml",
		ValidArgsFunction: cobra.FixedCompletions(scenarios.Names(), cobra.ShellCompDirectiveNoFileComp),
		Args:              cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("NAME: needs one scenario of the library, got %d arguments", len(args))
			}
			text, err := scenarios.Source(args[0])
			if err != nil {
				return usage(err)
			}
			_, err = streams.Out.Write(text)
			return err
		},
	}
}
