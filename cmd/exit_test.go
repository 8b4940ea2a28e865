package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestExitCodeIsTheOneThatTheErrorCarries(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want int
	}{
		{"no error passes", nil, 0},
		{"code 0 is no error", exitWith(codePass), 0},
		{"a plain error could not run", errors.New("connection refused"), 1},
		{"a usage mistake", usagef("--users: must be at least 1, got 0"), 2},
		{"a failed gate", exitWith(codeFailed), 99},
		{"an inconclusive run, wrapped", fmt.Errorf("verify: %w", exitWith(codeInconclusive)), 3},
		{"the outermost code wins", &exitError{codeInterrupted, usagef("too late")}, 130},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := exitCode(test.err); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

func TestComplainWritesOneLinePerProblem(t *testing.T) {
	command := &cobra.Command{Use: "sipplan"}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{
			"joined mistakes, and where to read more",
			usage(errors.Join(errors.New("--users: a"), errors.Join(errors.New("--gos: b"), errors.New("--aht: c")))),
			"sipplan: --users: a\nsipplan: --gos: b\nsipplan: --aht: c\nRun 'sipplan --help' for what it takes.\n",
		},
		{"a wrapped failure stays one line", fmt.Errorf("open\nplan: %w", errors.New("denied")), "sipplan: open plan: denied\n"},
		{"a code alone says nothing", exitWith(codeFailed), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			complain(&stderr, command, test.err)
			if stderr.String() != test.want {
				t.Errorf("wrote %q, want %q", stderr.String(), test.want)
			}
		})
	}
}

func TestHelpListsEveryExitCode(t *testing.T) {
	code, stdout, _ := commandLine("help", "exit-codes")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, line := range exitCodes {
		if want := fmt.Sprintf("%5d  %s\n", line.code, line.meaning); !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in:\n%s", want, stdout)
		}
	}
}
