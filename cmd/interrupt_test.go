package cmd

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFirstInterruptEndsTheCallsAndReports(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		gateway []string
		class   string // that the calls end in
	}{
		{"calls that talk are hung up", nil, "answered"},
		{"calls that ring are withdrawn", []string{"--ring", "1h"}, "aborted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			gateway, address := startGateway(t, append([]string{"--ports", "300"}, test.gateway...)...)
			file := filepath.Join(t.TempDir(), "run.json")
			blast := startSession(t, "blast", "sip:"+address, "--caps", "50", "--aht", "1h", "--max-calls", "100",
				"--out", "json="+file)
			blast.says(t, `[1-9]\d* in progress`)
			blast.interrupt()
			if code := blast.leaves(t); code != codeInterrupted {
				t.Errorf("exit code %d, want %d", code, codeInterrupted)
			}
			if !strings.Contains(blast.stdout.String(), "The run was interrupted.") {
				t.Errorf("no word of the interrupt in the report:\n%s", blast.stdout)
			}
			run := readDocument(t, file)
			run.closes(t)
			if run.at(t, "interrupted") != true || run.at(t, "verdict") != "inconclusive" {
				t.Errorf("interrupted is %v, the verdict %v", run.at(t, "interrupted"), run.at(t, "verdict"))
			}
			answered, aborted := run.count(t, "totals.answered"), run.count(t, "totals.aborted")
			if run.count(t, "totals."+test.class) == 0 {
				t.Errorf("no call is %s: %d answered, %d aborted", test.class, answered, aborted)
			}
			run.counts(t, map[string]int{"totals.completed": answered, "totals.dropped": 0})

			gateway.says(t, fmt.Sprintf(`: %d calls [^,]*, 0 in progress`, answered+aborted)) // none is left there
			gateway.interrupt()
			if code := gateway.leaves(t); code != codePass {
				t.Errorf("exit code %d of the gateway, want %d", code, codePass)
			}
			parseDocument(t, gateway.stdout.String()).counts(t, map[string]int{
				"gateways.0.offered": run.count(t, "totals.started"), "gateways.0.answered": answered, "gateways.0.withdrawn": aborted,
			})
		})
	}
}

func TestInterruptedGatewayHangsUpItsCalls(t *testing.T) {
	t.Parallel()
	gateway, address := startGateway(t)
	blast := startSession(t, "blast", "sip:"+address, "--caps", "50", "--aht", "1h", "--max-calls", "100", "--output", "json")
	gateway.says(t, `[1-9]\d* in progress`)
	gateway.interrupt()
	if code := gateway.leaves(t); code != codePass {
		t.Errorf("exit code %d of the gateway, want %d", code, codePass)
	}
	blast.interrupt()
	blast.leaves(t)
	run := parseDocument(t, blast.stdout.String())
	run.closes(t)
	answered := run.count(t, "totals.answered")
	if answered == 0 {
		t.Error("no call was answered")
	}
	run.counts(t, map[string]int{"totals.dropped": answered}) // by the gateway, before their time
	parseDocument(t, gateway.stdout.String()).counts(t, map[string]int{"gateways.0.answered": answered})
}

// The far end never answers a BYE, so that hanging up takes 64 times T1: far longer than the test waits.
func TestSecondInterruptLeavesAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("blast, with its report", func(t *testing.T) {
		t.Parallel()
		peer := startMutePeer(t)
		file := filepath.Join(t.TempDir(), "run.json")
		blast := startSession(t, "blast", "sip:"+peer.conn.LocalAddr().String(), "--caps", "50", "--aht", "1h", "--media", "none",
			"--t1", "10s", "--out", "json="+file)
		await(t, peer.acknowledged, "ACK")
		blast.interrupt()
		await(t, peer.hungUp, "BYE")
		blast.interrupt()
		if code := blast.leaves(t); code != codeInterrupted {
			t.Errorf("exit code %d, want %d", code, codeInterrupted)
		}
		run := readDocument(t, file)
		run.closes(t)
		run.counts(t, map[string]int{"totals.completed": 0})
	})
	t.Run("gateway", func(t *testing.T) {
		t.Parallel()
		gateway, address := startGateway(t)
		peer := startMutePeer(t)
		peer.call(t, address)
		await(t, peer.answered, "200")
		gateway.interrupt()
		await(t, peer.hungUp, "BYE")
		gateway.interrupt()
		if code := gateway.leaves(t); code != codeInterrupted {
			t.Errorf("exit code %d, want %d", code, codeInterrupted)
		}
		parseDocument(t, gateway.stdout.String()).counts(t, map[string]int{"gateways.0.offered": 1, "gateways.0.answered": 1})
	})
}

// await waits for something that a peer must see.
func await(t *testing.T, signal <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(patience):
		t.Fatalf("no %s within %s", what, patience)
	}
}

func TestGatewayEndsInItsOwnWays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		args      []string
		interrupt bool
		want      int
	}{
		{"Ctrl-C is how a gateway without a duration ends", nil, true, codePass},
		{"Ctrl-C cuts a duration short", []string{"--duration", "1h"}, true, codeInterrupted},
		{"a duration ends by itself", []string{"--duration", "50ms"}, false, codePass},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			gateway, address := startGateway(t, append([]string{"--ports", "7"}, test.args...)...)
			if test.interrupt {
				gateway.interrupt()
			}
			if code := gateway.leaves(t); code != test.want {
				t.Errorf("exit code %d, want %d", code, test.want)
			}
			report := parseDocument(t, gateway.stdout.String())
			report.counts(t, map[string]int{"gateways.0.ports": 7, "gateways.0.offered": 0})
			if report.at(t, "gateways.0.address") != address {
				t.Errorf("address %v, want %s", report.at(t, "gateways.0.address"), address)
			}
		})
	}
}

// A verification that was interrupted while it warmed up had nothing to count, and used to end with a
// complaint about its window.
func TestInterruptDuringTheWarmUpReports(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "run.json")
	verify := startSession(t, "verify", "--users", "200", "--usage", "heavy", "--compress", "10", "--media", "none", "--out", "json="+file)
	verify.says(t, `[1-9]\d* in progress`)
	verify.interrupt()
	if code := verify.leaves(t); code != codeInterrupted {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, codeInterrupted, verify.stderr)
	}
	run := readDocument(t, file)
	run.closes(t)
	run.counts(t, map[string]int{"counted.offered": 0})
	if verdict := run.at(t, "acceptance.verdict"); verdict != "cannot tell" {
		t.Errorf("the verdict is %v", verdict)
	}
}

// The far end never answers a BYE, so that there is time to say why calls are hung up.
func TestDrainThatIsOverIsSaid(t *testing.T) {
	t.Parallel()
	peer := startMutePeer(t)
	blast := startSession(t, "blast", "sip:"+peer.conn.LocalAddr().String(), "--caps", "20", "--calls", "1", "--aht", "1h", "--hold", "fixed",
		"--media", "none", "--drain", "300ms", "--t1", "100ms")
	blast.says(t, "calls that are up 300ms after the last arrival are hung up")
	await(t, peer.hungUp, "BYE")
	blast.says(t, "1 in progress, .*1 hung up because the drain is over")
}
