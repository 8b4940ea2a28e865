package cmd

import (
	"context"
	"os"

	"github.com/spf13/cobra"
)

// Main runs the command line of this process and returns its exit code.
func Main() int {
	return Run(context.Background(), os.Args[1:], processStreams())
}

// Run runs one command line on the given streams and returns its exit code.
func Run(ctx context.Context, args []string, streams Streams) int {
	root := newRootCommand(streams)
	root.SetArgs(args)
	started := watchStart(root)
	command, err := refuseSIPpOptions(root, args)
	if err == nil {
		command, err = root.ExecuteContextC(ctx)
	}
	if err != nil && !*started {
		err = usage(err)
	}
	if err != nil {
		complain(streams.Err, command, err)
	}
	return exitCode(err)
}

// The groups of commands in the help.
const (
	groupPlan = "plan"
	groupTest = "test"
	groupMore = "more"
)

// newRootCommand returns the whole command line.
func newRootCommand(streams Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "sipplan",
		Short: "Plan PSTN trunks in erlangs, and test by real calls whether they keep the plan",
		Long: `sipplan answers two questions about the trunks between a voice system and the PSTN.

Plan: how many ports do my users need? It works out the offered traffic, sets the usual rule
of thumb (one port for every 15, 10 or 5 users) beside what Erlang B says at a stated holding
time and grade of service, and lays the ports out on gateways of which one may fail.

Test: does the real trunk keep that promise? It drives real SIP calls with RTP at a gateway,
arriving as in the formula, and says with a stated confidence whether the blocking holds,
does not hold, or cannot be told: it never passes a run that its own machine spoilt.`,
		Example: `  sipplan size --users 47000 --usage heavy
  sipplan erlang b --traffic 20 --blocking 1%
  sipplan verify --users 200 --usage heavy
  sipplan blast sip:127.0.0.1:5060 --erlangs 20 --aht 6s --duration 2m`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          helpOrUnknown,
		Version:       version(),
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.SetFlagErrorFunc(explainFlag)
	root.SetUsageTemplate(usageTemplate)
	root.SetVersionTemplate(versionLine())
	root.AddGroup(
		&cobra.Group{ID: groupPlan, Title: "Plan:"},
		&cobra.Group{ID: groupTest, Title: "Test:"},
		&cobra.Group{ID: groupMore, Title: "More:"},
	)
	root.SetHelpCommand(newHelpCommand())
	addCommands(root, streams)
	addCompletion(root)
	return root
}

// addCompletion adds cobra's `completion` now rather than when it executes, so that it too fails for a
// shell that it does not know.
func addCompletion(root *cobra.Command) {
	root.SetCompletionCommandGroupID(groupMore)
	root.InitDefaultCompletionCmd()
	completion := subcommand(root, "completion")
	completion.Short = "Write a completion script for bash, zsh, fish or powershell"
	completion.Args, completion.RunE = cobra.ArbitraryArgs, helpOrUnknown
}

// addCommands adds every subcommand, in its group.
func addCommands(root *cobra.Command, streams Streams) {
	add := func(group string, commands ...*cobra.Command) {
		for _, command := range commands {
			command.GroupID = group
			root.AddCommand(command)
		}
	}
	add(groupPlan, newSizeCommand(streams), newPlanCommand(streams), newSimulateCommand(streams), newErlangCommand(streams), newUsageCommand(streams))
	add(groupTest, newVerifyCommand(streams), newFindCommand(streams), newBlastCommand(streams), newGatewayCommand(streams), newAnswerCommand(streams), newScenarioCommand(streams))
	add(groupMore, newVersionCommand(streams))
	root.AddCommand(newExitCodesTopic(), newGatesTopic(), newScenariosTopic(), newSIPpTopic())
}

// watchStart reports whether a command's own work began: an error before that is the user's, whatever
// part of the command line parser it came from.
func watchStart(command *cobra.Command) *bool {
	started := new(bool)
	var watch func(*cobra.Command)
	watch = func(c *cobra.Command) {
		if run := c.RunE; run != nil {
			c.RunE = func(c *cobra.Command, args []string) error {
				*started = true
				return run(c, args)
			}
		}
		for _, sub := range c.Commands() {
			watch(sub)
		}
	}
	watch(command)
	return started
}
