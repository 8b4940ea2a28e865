package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// percentage is a flag for a share: 1% or 0.01. Its range is the business of who uses it.
type percentage float64

// String writes the share as Set reads it; the zero value is how a flag without a default prints.
func (p *percentage) String() string {
	if *p == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*p)*100, 'g', 12, 64) + "%"
}

// Type names what the flag takes.
func (p *percentage) Type() string { return "percent" }

// Set reads "1%", "1 %" or "0.01".
func (p *percentage) Set(text string) error {
	number, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return fmt.Errorf("must be a share such as 1%% or 0.01, got %q", text)
	}
	if isPercent {
		value /= 100
	}
	*p = percentage(value)
	return nil
}

// outputFormat is the flag --output.
type outputFormat struct{ reports.Format }

// String is the name of the format.
func (o *outputFormat) String() string { return string(o.Format) }

// Type names what the flag takes.
func (o *outputFormat) Type() string { return "format" }

// Set takes the name of a format.
func (o *outputFormat) Set(name string) error {
	format, err := reports.ParseFormat(name)
	if err != nil {
		return err
	}
	o.Format = format
	return nil
}

// addOutput gives a command the flag --output and returns where its value will be.
func addOutput(command *cobra.Command) *outputFormat {
	format := &outputFormat{reports.Text}
	command.Flags().VarP(format, "output", "o", "write the result as "+reports.Formats())
	names := []string{string(reports.Text), string(reports.JSON), string(reports.CSV), string(reports.Markdown)}
	completeFlag(command, "output", names)
	return format
}

// show writes a result to stdout: its document, or its versioned object where the format is JSON.
func (o *outputFormat) show(streams Streams, document reports.Document, object any) error {
	if o.Format == reports.JSON {
		return reports.WriteJSON(streams.Out, object)
	}
	document.Width = streams.Width
	return document.Write(streams.Out, o.Format)
}

// oneOf refuses a value that is none of the names which a flag knows, and suggests the nearest of them.
func oneOf(flag, value string, names []string) error {
	if slices.Contains(names, value) {
		return nil
	}
	last := len(names) - 1
	return fmt.Errorf("--%s: must be %s or %s, got %q%s", flag, strings.Join(names[:last], ", "), names[last], value, planner.DidYouMean(value, names))
}

// completeFlag lets the shell complete the values of a flag that the command has.
func completeFlag(command *cobra.Command, name string, values []string) {
	complete := cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	if err := command.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // a flag that does not exist: a mistake in this package
	}
}

// explainFlag turns what the flag parser says into one line: the flag, what is allowed, what was given.
// A flag after a misspelt subcommand is unknown to its parent, but the subcommand is what is wrong.
func explainFlag(command *cobra.Command, err error) error {
	if words := command.Flags().Args(); command.HasSubCommands() && len(words) > 0 {
		return unknownCommand(command, words[0])
	}
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(command, unknown)
	case errors.As(err, &invalid):
		return usagef("--%s: %s", invalid.GetFlag().Name, invalidValue(invalid))
	case errors.As(err, &missing):
		flag := missing.GetFlag()
		return usagef("--%s: needs a value: %s", flag.Name, strings.ReplaceAll(flag.Usage, "`", ""))
	}
	return usage(err)
}

// unknownFlag names the flag as it was typed and the nearest one that exists.
func unknownFlag(command *cobra.Command, unknown *pflag.NotExistError) error {
	typed, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
	if short := unknown.GetSpecifiedShortnames(); short != "" {
		typed, name = "-"+short, short
	}
	name, _, _ = strings.Cut(name, "=")
	if name == "target" && strings.Contains(command.Use, "TARGET") {
		return usagef("%s: no such flag of %q: the target stands by itself, such as %s sip:10.1.2.3", typed, command.CommandPath(), command.CommandPath())
	}
	if near := nearFlag(command.Flags(), name); near != "" {
		return usagef("%s: no such flag of %q; did you mean --%s?", typed, command.CommandPath(), near)
	}
	return usagef("%s: no such flag of %q", typed, command.CommandPath())
}

// elsewhere is what other load generators, and other commands, call some flags.
var elsewhere = map[string]string{
	"for": "duration", "time": "duration", "length": "duration", "port": "listen", "bind": "listen",
	"ports": "servers", "circuits": "servers", "channels": "servers", "lines": "servers", "gos": "blocking",
	"hold-time": "aht", "holding-time": "aht", "acd": "aht", "calls-per-second": "caps",
	"rate": "caps", "cps": "caps", "concurrency": "max-calls", "limit": "max-calls", "connections": "max-calls", "count": "calls",
	"timeout": "recv-timeout", "password": "auth-password-file", "insecure": "tls-insecure", "report": "out", "threshold": "gate",
}

// nearFlag returns the flag that a name was probably meant for: by what others call it, by its spelling or by its
// beginning; empty for none.
func nearFlag(flags *pflag.FlagSet, name string) string {
	if other := elsewhere[name]; flags.Lookup(other) != nil {
		return other
	}
	var known []string
	flags.VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
	if near := planner.Nearest(name, known); near != "" {
		return near
	}
	if i := slices.IndexFunc(known, func(flag string) bool { return strings.HasPrefix(flag, name+"-") }); i >= 0 {
		return known[i]
	}
	return ""
}

// invalidValue says what the flag takes. Flags of own types say it themselves; for Go's types the
// parser would quote the function that failed.
func invalidValue(invalid *pflag.InvalidValueError) string {
	wanted := map[string]string{
		"int":      "a whole number",
		"int64":    "a whole number",
		"intSlice": "whole numbers with commas between them",
		"uint16":   "a whole number from 0 to 65535",
		"uint64":   "a whole number, 0 or more",
		"float64":  "a number",
		"duration": "a duration such as 180s or 3m",
		"bool":     "true or false",
	}
	want, ok := wanted[invalid.GetFlag().Value.Type()]
	if !ok {
		return invalid.Unwrap().Error()
	}
	if errors.Is(invalid.Unwrap(), strconv.ErrRange) {
		return fmt.Sprintf("must be %s, and %s is too large", want, invalid.GetValue())
	}
	return fmt.Sprintf("must be %s, got %q", want, invalid.GetValue())
}
