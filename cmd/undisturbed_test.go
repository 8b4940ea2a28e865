package cmd

import "testing"

// attempts bounds how often a run is repeated because this machine was too busy for it.
const attempts = 5

// undisturbed runs a command line until the generator kept its schedule, and returns the exit code and
// the report. A run that it did not keep up with has no verdict by design: every such run must say so, and
// a machine that is never quiet proves nothing.
func undisturbed(t *testing.T, args ...string) (code int, run document) {
	t.Helper()
	args = append(args, "--output", "json")
	for range attempts {
		code, stdout, stderr := commandLine(args...)
		if code == codeCouldNotRun || code == codeUsage {
			t.Fatalf("%q: exit code %d; stderr:\n%s", args, code, stderr)
		}
		if run = parseDocument(t, stdout); !run.limited(t) {
			return code, run
		}
		if code != codeInconclusive || run.at(t, "verdict") != "inconclusive" {
			t.Errorf("exit code %d and verdict %v of a run that this machine spoilt", code, run.at(t, "verdict"))
		}
		t.Logf("once more: %s", run.why(t))
	}
	t.Skipf("this machine was too busy %d times to tell", attempts)
	return 0, nil
}
