package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// newPlanCommand returns `plan` with its subcommands.
func newPlanCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:   "plan",
		Short: "Plan a whole enterprise from a file: what to buy, why, and what happens when it breaks",
		Long: `Works out a plan file: sites, users, trunks and promises in, and out come topologies side by side, gateways
and Mediation Servers, bandwidth, every single failure, and what it costs.`,
		Example: `  sipplan plan init > plan.yaml
  sipplan plan check plan.yaml
  sipplan plan size plan.yaml --html report.html
  sipplan plan diff old.yaml new.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: helpOrUnknown,
	}
	command.AddCommand(newPlanInitCommand(streams), newPlanCheckCommand(streams), newPlanSizeCommand(streams),
		newPlanShowCommand(streams), newPlanDiffCommand(streams), newPlanSchemaCommand(streams), newPlanCatalogCommand(streams))
	return command
}

func newPlanInitCommand(streams Streams) *cobra.Command {
	return textCommand(streams, "init", "Write a commented example of a plan file", "  sipplan plan init > plan.yaml",
		func() ([]byte, error) { return plan.Example(), nil })
}

func newPlanSchemaCommand(streams Streams) *cobra.Command {
	return textCommand(streams, "schema", "Write the JSON Schema of plan files, for editors", "  sipplan plan schema > plan.schema.json",
		plan.Schema)
}

// textCommand returns a command that takes nothing and writes a text.
func textCommand(streams Streams, name, short, example string, text func() ([]byte, error)) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Example: example, Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			written, err := text()
			if err == nil {
				_, err = streams.Out.Write(written)
			}
			return err
		},
	}
}

func newPlanCheckCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:     "check plan.yaml",
		Short:   "Say whether a plan file is sound, and list what it leaves open",
		Example: "  sipplan plan check plan.yaml",
	}
	return workedCommand(streams, command, 1, func(names []string, worked []*design.Design) (reports.Document, any) {
		return reports.PlanCheck(names[0], worked[0])
	})
}

func newPlanShowCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:     "show plan.yaml",
		Short:   "Show the sites with their users and the traffic that they offer",
		Example: "  sipplan plan show plan.yaml",
	}
	return workedCommand(streams, command, 1, func(_ []string, worked []*design.Design) (reports.Document, any) {
		return reports.PlanSites(worked[0])
	})
}

func newPlanDiffCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:     "diff old.yaml new.yaml",
		Short:   "Say what changed in ports, blocking and cost",
		Example: "  sipplan plan diff old.yaml new.yaml",
	}
	return workedCommand(streams, command, 2, func(_ []string, worked []*design.Design) (reports.Document, any) {
		return reports.PlanDiff(worked[0], worked[1])
	})
}

// workedCommand makes of a command one that works plan files out and shows what follows from them.
func workedCommand(streams Streams, command *cobra.Command, files int, result func([]string, []*design.Design) (reports.Document, any)) *cobra.Command {
	command.Args = planFiles(files)
	output := addOutput(command)
	command.RunE = func(_ *cobra.Command, args []string) error {
		var all []*design.Design
		for _, name := range args {
			worked, err := workPlan(streams, name)
			if err != nil {
				return err
			}
			all = append(all, worked)
		}
		document, object := result(args, all)
		return output.show(streams, document, object)
	}
	return command
}

func newPlanSizeCommand(streams Streams) *cobra.Command {
	var page string
	command := &cobra.Command{
		Use:   "size plan.yaml",
		Short: "What to buy, why, and what happens when it breaks",
		Example: `  sipplan plan size plan.yaml
  sipplan plan size plan.yaml --html report.html
  sipplan plan size plan.yaml --output json`,
		Args: planFiles(1),
	}
	command.Flags().StringVar(&page, "html", "", "also write a report with drawings to this `file`; it needs no network and no scripts")
	output := addOutput(command)
	command.RunE = func(_ *cobra.Command, args []string) error {
		if page == "-" {
			return usagef("--html: must be the name of a file, got %q", page)
		}
		worked, err := workPlan(streams, args[0])
		if err != nil {
			return err
		}
		if page != "" {
			if err := writeFile(page, func(w io.Writer) error { return reports.WritePlanHTML(w, worked) }); err != nil {
				return err
			}
		}
		all := output.Format == reports.CSV
		return output.show(streams, reports.Plan(worked, all), reports.NewPlanObject(worked))
	}
	return command
}

// writeFile creates a file and lets write fill it.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

func newPlanCatalogCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:     "catalog",
		Short:   "List the gateways and session border controllers that plans may name, with what is documented",
		Example: "  sipplan plan catalog",
		Args:    noArguments,
	}
	output := addOutput(command)
	command.RunE = func(*cobra.Command, []string) error {
		document, object := reports.Catalog()
		return output.show(streams, document, object)
	}
	return command
}

// planFiles requires so many names of files.
func planFiles(n int) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) != n {
			files := []string{"one plan file", "two plan files"}[n-1]
			return fmt.Errorf("'%s' takes %s, got %d; - reads stdin", command.CommandPath(), files, len(args))
		}
		return nil
	}
}

// workPlan reads a plan file and works it out. What is wrong with the file is the user's.
func workPlan(streams Streams, name string) (*design.Design, error) {
	var text []byte
	var err error
	if name == "-" {
		name = "stdin"
		text, err = io.ReadAll(io.LimitReader(streams.In, 32<<20))
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	read, err := plan.Read(name, text)
	if err != nil {
		return nil, usage(err)
	}
	worked, err := design.Work(read)
	if err != nil {
		return nil, usagef("%s: cannot be worked out: %w", name, err)
	}
	return worked, nil
}
