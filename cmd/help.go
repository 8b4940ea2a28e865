package cmd

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner"
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
