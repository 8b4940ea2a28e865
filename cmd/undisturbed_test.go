package cmd

import (
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// undisturbed runs a command line until the generator kept its schedule, and returns the exit code and
// the report. A run that it did not keep up with has no verdict by design: every such run must say so.
func undisturbed(t *testing.T, args ...string) (code int, run document) {
	t.Helper()
	args = append(args, "--output", "json")
	testbed.Undisturbed(t, func() string {
		var stdout, stderr string
		code, stdout, stderr = commandLine(args...)
		if code == codeCouldNotRun || code == codeUsage {
			t.Fatalf("%q: exit code %d; stderr:\n%s", args, code, stderr)
		}
		run = parseDocument(t, stdout)
		if run.limited(t) && (code != codeInconclusive || run.at(t, "verdict") != "inconclusive") {
			t.Errorf("exit code %d and verdict %v of a run that this machine spoilt", code, run.at(t, "verdict"))
		}
		return run.disturbance(t)
	})
	return code, run
}
