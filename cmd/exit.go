package cmd

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes of every command. The table exitCodes says what they mean; `sipplan help exit-codes`
// prints it.
const (
	codePass         = 0
	codeCouldNotRun  = 1
	codeUsage        = 2
	codeInconclusive = 3
	codeFailed       = 99
	codeInterrupted  = 130
)

var exitCodes = []struct {
	code    int
	meaning string
}{
	{codePass, "The command ran; every gate passed and the promise holds."},
	{codeCouldNotRun, "It could not run: target unreachable, plan or call records not readable, out of sockets."},
	{codeUsage, "The command line or a file is wrong, or a file that a flag names is missing; nothing was started."},
	{codeInconclusive, "It ran, but cannot tell: too few calls, no samples, or the generator was the limit."},
	{codeFailed, "A gate failed, or the promise is not held."},
	{codeInterrupted, "Interrupted; what was measured until then has been reported."},
}

// exitError is an error that ends the process with a code. Without an err it has nothing to say beyond
// the report that was written.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitWith ends the process with the code and says nothing more: the report has said it. Code 0 is no
// error.
func exitWith(code int) error {
	if code == codePass {
		return nil
	}
	return &exitError{code: code}
}

// interruptedBefore ends the process that was interrupted before there was anything to report.
func interruptedBefore(what string) error {
	return &exitError{code: codeInterrupted, err: fmt.Errorf("interrupted before %s; there is nothing to report", what)}
}

// usage marks err, and each of the errors joined in it, as a mistake of the user. Nil stays nil.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: codeUsage, err: err}
}

// usagef is usage with a formatted message: the flag or field, what is allowed, what was given.
func usagef(format string, args ...any) error {
	return usage(fmt.Errorf(format, args...))
}

// exitCode returns the code that err ends the process with: the outermost one that it carries, else 1.
func exitCode(err error) int {
	if err == nil {
		return codePass
	}
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return codeCouldNotRun
}

// complain writes one line for each problem in err, and where to read more when the user was wrong.
func complain(w io.Writer, command *cobra.Command, err error) {
	lines := problems(err)
	for _, line := range lines {
		fmt.Fprintf(w, "sipplan: %s\n", line)
	}
	if len(lines) == 0 || exitCode(err) != codeUsage {
		return
	}
	if command.Name() == "help" {
		command = command.Root()
	}
	fmt.Fprintf(w, "Run '%s --help' for what it takes.\n", command.CommandPath())
}

// problems flattens joined errors to a line each.
func problems(err error) []string {
	if exit, ok := err.(*exitError); ok {
		if exit.err == nil {
			return nil
		}
		return problems(exit.err)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && strings.Contains(err.Error(), "\n") {
		var lines []string
		for _, err := range joined.Unwrap() {
			lines = append(lines, problems(err)...)
		}
		return lines
	}
	return []string{strings.Join(strings.Fields(err.Error()), " ")}
}

// newExitCodesTopic returns the help topic that prints the table.
func newExitCodesTopic() *cobra.Command {
	var text strings.Builder
	text.WriteString("Every command ends with one of these exit codes:\n\n")
	for _, exit := range exitCodes {
		fmt.Fprintf(&text, "  %3d  %s\n", exit.code, exit.meaning)
	}
	text.WriteString("\nA metric without samples is never a pass, and neither is a run whose generator was late.")
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: text.String()}
}
