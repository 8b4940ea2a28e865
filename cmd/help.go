package cmd

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/reports/gate"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// usageTemplate shows examples first, then commands by group, then flags.
const usageTemplate = `{{if .HasExample}}Examples:
{{.Example}}

{{end}}Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} <command> [flags]{{else}}{{.UseLine}}{{end}}{{$all := .Commands}}{{if .HasAvailableSubCommands}}{{if .Groups}}{{range $group := .Groups}}

{{$group.Title}}{{range $all}}{{if (and (eq .GroupID $group.ID) .IsAvailableCommand)}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{else}}

Commands:{{range $all}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{if .HasHelpSubCommands}}

Topics:{{range $all}}{{if .IsAdditionalHelpTopicCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsagesWrapped 110 | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

'{{.Root.Name}} help <command or topic>' says more about it.{{end}}
`

// helpOrUnknown is what a command with subcommands does by itself: its help, or a complaint about a
// subcommand that does not exist.
func helpOrUnknown(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return command.Help()
	}
	return unknownCommand(command, args[0])
}

// newHelpCommand returns `help`, which unlike cobra's fails for what does not exist.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [command or topic]",
		Short:   "Say more about a command or a topic",
		GroupID: groupMore,
		RunE: func(command *cobra.Command, args []string) error {
			subject := command.Root()
			for _, name := range args {
				sub := subcommand(subject, name)
				if sub == nil {
					return unknownCommand(subject, name)
				}
				subject = sub
			}
			subject.InitDefaultHelpFlag()
			return subject.Help()
		},
	}
}

// newGatesTopic returns the help topic on gates: how one is written, and what it can ask about.
func newGatesTopic() *cobra.Command {
	var text strings.Builder
	text.WriteString(`A gate is a rule that a run must keep: a metric, a statistic where the metric has several, a comparison
(<, <=, >, >=; == and != for what is counted exactly) and a limit with its unit.

  --gate "blocking <= 1%" --gate "pdd p95 < 250ms"

or, with --gates-file, a YAML file:

  gates:
    - blocking <= 1%
    - pdd p95 < 250ms
    - not_started == 0

Ratios, means and percentiles are held at the worse end of their 95 % interval: a gate passes or fails when the
calls suffice to tell, and else is inconclusive. Counts, min and max are exact. A metric without samples never passes.
Gates are about the calls after the warm-up.

`)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "metric\tlimit in\tstatistic\tmeaning")
	for _, m := range gate.Metrics() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Name, m.Unit, cmp.Or(m.Stats, "-"), m.About)
	}
	_ = table.Flush() // into memory
	return &cobra.Command{Use: "gates", Short: "What a gate can ask about, and how it is written", Long: strings.TrimSpace(text.String())}
}

// scenariosHelp is what the topic about scenarios says before its table of steps.
const scenariosHelp = `A scenario says what one side of a call does, a step a line; blast --scenario and answer --scenario run it.

  scenario: mine
  role: caller                  # or answerer
  steps:
    - invite:                   # the step, with headers of its own
        Subject: load test
        on: {486: busy}         # branches by status: 486, or 4xx for a hundred
        check:                  # of the 200: header, body or sdp; matches, is, lacks, present, missing
          - header Contact matches ^<sip:.*@
        set:                    # a variable that later steps show as {{ id }}
          id: header X-Session matches id=([0-9]+)
    - play                      # or play hello.wav, a file that stands beside this one
    - expect audio within 2s    # else the call counts as unexpected
    - wait holding              # what --aht and --hold say
    - bye
  branches:
    busy:
      - wait 5s
      - message call me back, {{ caller }}   # a column of --data

{{ name }} shows a variable or a column of --data, a CSV file with a row for each call; the columns caller, callee,
user and password are the addresses and the account of the call. Several flows stand in one file under flows:, each
with a role; callers share the calls by weight:, each counted by itself in the report, answerers by the request that their first step expects (expect REGISTER).
A call that goes otherwise than its steps allow ends in the class unexpected, hung up. Where the machine must act it
does so unasked: ACK, PRACK, repeats, refreshes of bindings, subscriptions and sessions, 200 to BYE, and another try
of what met the far end's own (491). invite in a branch of a refusal calls again: the last answer decides the class.
A URI may show columns, {{ number }}, not variables of set: who is called is checked before the first call, and every
call goes by way of the target. register, options and the like may stand before invite: the call is judged by its INVITE.
Behind bye a flow can register, unregister and wait. [local_ip], [local_port], [local_uri], [transport] and [call_id]
show what is the call's own.

`

// newScenariosTopic returns the topic that teaches how scenarios are written.
func newScenariosTopic() *cobra.Command {
	var text strings.Builder
	text.WriteString(scenariosHelp)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "step\tmeaning")
	for _, w := range scenarios.Words() {
		fmt.Fprintf(table, "%s\t%s\n", w.Form, w.About)
	}
	_ = table.Flush() // into memory
	return &cobra.Command{Use: "scenarios", Short: "How call scenarios are written", Long: strings.TrimSpace(text.String())}
}

// unknownCommand complains about a subcommand or topic that does not exist and names the nearest one.
func unknownCommand(parent *cobra.Command, name string) error {
	var known []string
	for _, sub := range parent.Commands() {
		if !sub.Hidden {
			known = append(known, sub.Name())
		}
	}
	path := parent.CommandPath()
	if near := planner.Nearest(name, known); near != "" {
		return usagef("'%s %s' is no command; did you mean '%s %s'?", path, name, path, near)
	}
	if len(known) == 0 {
		return usagef("'%s' has no subcommand, got %q", path, name)
	}
	return usagef("'%s %s' is no command; there are %s", path, name, strings.Join(known, ", "))
}

// subcommand returns the subcommand of that name or alias, nil when there is none.
func subcommand(parent *cobra.Command, name string) *cobra.Command {
	for _, sub := range parent.Commands() {
		if sub.Name() == name || sub.HasAlias(name) {
			return sub
		}
	}
	return nil
}

// noArguments refuses arguments that belong to no flag.
func noArguments(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("'%s' takes flags only, got %q", command.CommandPath(), args[0])
}
