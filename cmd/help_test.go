package cmd

import (
	"io"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// The scenario that the help shows is one that runs.
func TestHelpShowsAScenarioThatIsRead(t *testing.T) {
	_, text, found := strings.Cut(newScenariosTopic().Long, "\n\n")
	text, _, ended := strings.Cut(text, "\n\n")
	if !found || !ended {
		t.Fatal("the help shows no scenario")
	}
	text = strings.ReplaceAll("\n"+text, "\n  ", "\n")
	programs, err := scenarios.Parse("help.yaml", []byte(text))
	if err != nil || len(programs) != 1 || len(programs[0].Variables) != 1 {
		t.Errorf("%d programs, %v:\n%s", len(programs), err, text)
	}
}

// Whoever reads the help of a command wants to see how it is used. Those of `erlang` need nothing but themselves.
func TestEveryCommandHasExamplesThatRun(t *testing.T) {
	t.Chdir(t.TempDir()) // some draw
	examples := 0
	var visit func(*cobra.Command)
	visit = func(command *cobra.Command) {
		for _, sub := range command.Commands() {
			visit(sub)
		}
		if !command.IsAvailableCommand() || command.Name() == "help" || strings.Contains(command.CommandPath(), " completion") {
			return
		}
		if command.Example == "" {
			t.Errorf("%s has no example", command.CommandPath())
		}
		for line := range strings.Lines(command.Example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			words, ours := strings.CutPrefix(line, "sipplan erlang ")
			if !ours {
				continue
			}
			examples++
			if code, stdout, stderr := commandLine(append([]string{"erlang"}, strings.Fields(words)...)...); code != codePass || stdout == "" || stderr != "" {
				t.Errorf("%s: exit code %d: %s", line, code, stderr)
			}
		}
	}
	visit(newRootCommand(Streams{Out: io.Discard, Err: io.Discard}))
	if examples < len(erlangExamples) {
		t.Errorf("%d examples were run, there are %d models", examples, len(erlangExamples))
	}
}
