package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnInterruptedSimulationReports interrupts when some replications are complete, of one plan and of the first of two.
func TestAnInterruptedSimulationReports(t *testing.T) {
	t.Parallel()
	plan := filepath.Join(t.TempDir(), "plan.yaml")
	text := "sites: [{name: Hannover, country: DE, users: {moderate: 400}}]\ntopology: central-gateways\npromise: {gos: 1%}\n" +
		"gateways: [{model: own, kind: e1, ports: 28}]\nsimulation: {holding: \"lognormal,1.2\"}\n"
	if err := os.WriteFile(plan, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		says string
	}{
		{"one plan", []string{plan}, ""},
		{"the first of two", []string{plan, plan}, "Interrupted before " + plan + " was simulated: this is " + plan + " alone."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			simulation := startSession(t, append([]string{"simulate", "--replications", "10000000"}, test.args...)...)
			simulation.says(t, `lost so far`)
			simulation.interrupt()
			if code := simulation.leaves(t); code != codeInterrupted {
				t.Errorf("exit code %d, want %d", code, codeInterrupted)
			}
			out := simulation.stdout.String()
			if !strings.HasPrefix(out, "Interrupted: ") || !strings.Contains(out, "Hannover") {
				t.Errorf("no report:\n%s", out)
			}
			if !strings.Contains(simulation.stderr.String(), test.says) {
				t.Errorf("stderr does not say %q:\n%s", test.says, simulation.stderr)
			}
		})
	}
}
