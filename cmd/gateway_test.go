package cmd

import (
	"fmt"
	"testing"
)

// Two gateways in one process have circuits and counts of their own.
func TestEachListenIsAGatewayOfItsOwn(t *testing.T) {
	t.Parallel()
	gateways := startSession(t, "gateway", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--ports", "2,60", "--media", "none", "--output", "json")
	addresses := gateways.says(t, `gateway (\S+) answers on 2 circuits[^\n]*\n.*gateway (\S+) answers on 60 circuits`)[1:]
	blocked := make([]int, len(addresses))
	for i, address := range addresses {
		code, stdout, stderr := commandLine("blast", "sip:"+address, "--caps", "100", "--calls", "50", "--aht", "100ms", "--hold", "fixed",
			"--media", "none", "--output", "json")
		if code != codePass && code != codeInconclusive {
			t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
		}
		run := parseDocument(t, stdout)
		run.closes(t)
		blocked[i] = run.count(t, "totals.blocked")
	}
	if blocked[0] == 0 || blocked[1] != 0 {
		t.Errorf("%d of 50 calls at 10 erlangs were blocked on 2 circuits, %d on 60", blocked[0], blocked[1])
	}
	gateways.interrupt()
	gateways.leaves(t)
	report := parseDocument(t, gateways.stdout.String())
	for i, address := range addresses {
		if got := report.at(t, fmt.Sprintf("gateways.%d.address", i)); got != address {
			t.Errorf("gateway %d is %v, want %s", i, got, address)
		}
		report.counts(t, map[string]int{
			fmt.Sprintf("gateways.%d.offered", i): 50, fmt.Sprintf("gateways.%d.blocked", i): blocked[i],
		})
	}
}
