package cmd

import (
	"fmt"

	"github.com/sipplan/sipplan/scenarios/sipp"
	"github.com/spf13/cobra"
)

// newScenarioConvertCommand returns `scenario convert`.
func newScenarioConvertCommand(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "convert FILE",
		Short: "Write a SIPp scenario in sipplan's own form, and say what it cannot express",
		Long: `convert writes a scenario file of SIPp in sipplan's YAML: what takes a message and its responses there is
a word here, and what the machine does unasked is left out. What cannot be expressed stands in the result as a
comment with its line, and on stderr.

Exit code 0: all of it was expressed. 99: something was lost. 2: the file does not run.`,
		Example: "  sipplan scenario convert uac.xml > uac.yaml",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("FILE: needs one scenario file of SIPp, got %d arguments", len(args))
			}
			text, err := readInput(args[0], sipp.MaxFileSize)
			if err != nil {
				return usage(err)
			}
			file := sipp.Parse(args[0], text, sipp.Options{Checking: true})
			if err := file.Err(); err != nil {
				return usage(err)
			}
			conversion := sipp.Convert(file)
			if _, err := streams.Out.Write(conversion.Text); err != nil {
				return err
			}
			return reportLosses(streams, args[0], conversion.Notes)
		},
	}
}

// reportLosses says what a conversion left out and what it lost.
func reportLosses(streams Streams, name string, notes []sipp.Finding) error {
	code := codePass
	for _, n := range notes {
		fmt.Fprintf(streams.Err, "%s:%d: %s: %s\n", name, n.Line, n.Severity, n.Message)
		if n.Severity == sipp.Error {
			code = codeFailed
		}
	}
	return exitWith(code)
}
