package cmd

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
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
