package cmd

import (
	"testing"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/loadgen/testbed"
)

// TestBlastMeetsErlangAtTheGateway is the closed loop of two command lines: what `blast` reports as blocked
// is what `gateway` blocked, and lies in the 99 % interval around Erlang B at the erlangs really offered.
// The seeds make the calls the same in each run, so that chance has no say in it.
func TestBlastMeetsErlangAtTheGateway(t *testing.T) {
	const circuits = 30
	for _, test := range []struct {
		name, erlangs, seed string
	}{
		{"20 erlangs on 30 ports: 0.85 % are blocked", "20", "3"},
		{"30 erlangs on 30 ports: 13.2 % are blocked", "30", "3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			run := closedLoop(t, "--erlangs", test.erlangs, "--seed", test.seed)
			offered := run.at(t, "traffic.offered_erlangs").(float64)
			calls, blocked := run.count(t, "counted.started"), run.count(t, "counted.blocked")
			inflation, err := erlang.CallCongestionVariance(circuits, offered)
			if err != nil {
				t.Fatal(err)
			}
			low, high, err := erlang.Wilson(float64(blocked)/inflation, float64(calls)/inflation, 0.99)
			if err != nil {
				t.Fatal(err)
			}
			promised, fewer := mustB(t, circuits, offered), mustB(t, circuits-6, offered)
			t.Logf("%.2f E in %d calls, %d blocked: %.4f to %.4f, Erlang B %.4f", offered, calls, blocked, low, high, promised)
			if promised < low || promised > high {
				t.Errorf("Erlang B says %.4f, outside the measured %.4f to %.4f", promised, low, high)
			}
			if fewer <= high {
				t.Errorf("%d calls do not even tell 30 circuits from 24: %.4f to %.4f", calls, low, high)
			}
		})
	}
}

func mustB(t *testing.T, circuits, offered float64) float64 {
	t.Helper()
	b, err := erlang.B(circuits, offered)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// closedLoop drives calls of 40 ms at a gateway of 30 circuits, requires that both ends count the same,
// and returns the caller's report. It tries again when this machine was too busy to keep the schedule.
func closedLoop(t *testing.T, load ...string) (run document) {
	t.Helper()
	testbed.Undisturbed(t, func() string {
		gateway, address := startGateway(t, "--ports", "30", "--media", "none")
		args := []string{"blast", "sip:" + address, "--aht", "40ms", "--warm-up", "400ms", "--duration", "6s", "--media", "none", "--output", "json"}
		code, stdout, stderr := commandLine(append(args, load...)...)
		if code != codePass && code != codeInconclusive {
			t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
		}
		run = parseDocument(t, stdout)
		run.closes(t)
		gateway.interrupt()
		gateway.leaves(t)
		far := parseDocument(t, gateway.stdout.String())
		run.counts(t, map[string]int{
			"totals.started":   far.count(t, "gateways.0.offered"),
			"totals.answered":  far.count(t, "gateways.0.answered"),
			"totals.completed": far.count(t, "gateways.0.answered"),
			"totals.blocked":   far.count(t, "gateways.0.blocked"),
		})
		far.counts(t, map[string]int{"gateways.0.busiest_ports": 30})
		return run.disturbance(t)
	})
	return run
}
