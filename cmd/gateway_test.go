package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

func TestAnAddressInUseIsNamedByItsFlag(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--media", "none")
	for _, command := range []string{"gateway", "answer"} {
		code, stdout, stderr := commandLine(command, "--listen", address, "--media", "none")
		if want := "sipplan: --listen: listen on udp " + address + ": "; code != codeCouldNotRun || stdout != "" || !strings.HasPrefix(stderr, want) || !strings.Contains(stderr, "another program listens there") {
			t.Errorf("%s: exit code %d, stderr %q, want %q", command, code, stderr, want)
		}
	}
}

func TestASourcePortInUseIsNamedByItsFlag(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--media", "none")
	code, stdout, stderr := commandLine("blast", "sip:"+address, "--caps", "5", "--calls", "1", "--media", "none", "--local", address)
	if want := "sipplan: --local: listen on udp " + address + ": "; code != codeCouldNotRun || stdout != "" || !strings.Contains(stderr, want) || !strings.Contains(stderr, "another program has that port") {
		t.Errorf("exit code %d, stderr %q, want %q", code, stderr, want)
	}
}

// Whoever writes "number" for "callee" believes that the numbers are called.
func TestDataWithoutAUseIsWarnedOf(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--media", "none")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		columns string
		code    int
		want    string
	}{
		{"number", codePass, "warning: --data: the calls use none of the columns of "},
		{"callee", codePass, ""},
		{"department,number", codeUsage, "sipplan: --data: scenario \"x\": line 4: {{ city }}: "},
	} {
		folder := t.TempDir()
		data, scenario := filepath.Join(folder, "data.csv"), "caller"
		write(data, tt.columns+"\n+15550101"+strings.Repeat(",x", strings.Count(tt.columns, ","))+"\n")
		if tt.code == codeUsage {
			scenario = filepath.Join(folder, "x.yaml")
			write(scenario, "scenario: x\nrole: caller\nsteps:\n  - invite: {Subject: \"{{ city }}\"}\n  - bye\n")
		}
		code, _, stderr := commandLine("blast", "sip:"+address, "--caps", "50", "--calls", "2", "--aht", "10ms", "--media", "none", "--data", data, "--scenario", scenario)
		if code == codeInconclusive {
			code = codePass // this machine was busy
		}
		if code != tt.code || strings.Contains(stderr, "--data") != (tt.want != "") || !strings.Contains(stderr, tt.want) {
			t.Errorf("columns %s: exit code %d, want %d; stderr:\n%s", tt.columns, code, tt.code, stderr)
		}
	}
}
