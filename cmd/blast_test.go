package cmd

import (
	"strings"
	"testing"
)

func TestGatesDecideTheExitCode(t *testing.T) {
	for _, test := range []struct {
		name    string
		ports   string
		gates   []string
		code    int
		verdict string
	}{
		{"no gate: a complete run passes", "100", nil, codePass, "pass"},
		{"every gate passes", "100", []string{"blocking <= 20%", "answered >= 200", "pdd p95 < 10s"}, codePass, "pass"},
		{"one of two gates fails", "1", []string{"offered == 200", "blocking <= 1%"}, codeFailed, "fail"},
		{"no samples: RTP loss without RTP", "100", []string{"answered >= 200", "rtp_loss < 1%"}, codeInconclusive, "inconclusive"},
		{"too few calls for a limit that is near", "100", []string{"blocking <= 0.01%"}, codeInconclusive, "inconclusive"},
		{"a failed gate weighs more than an open one", "1", []string{"rtp_loss < 1%", "blocking <= 1%"}, codeFailed, "fail"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, address := startGateway(t, "--ports", test.ports, "--media", "none")
			args := []string{"blast", "sip:" + address, "--caps", "200", "--calls", "200", "--aht", "50ms", "--media", "none", "--ports", test.ports}
			for _, gate := range test.gates {
				args = append(args, "--gate", gate)
			}
			code, run := undisturbed(t, args...)
			if code != test.code || run.at(t, "verdict") != test.verdict {
				t.Errorf("exit code %d and verdict %v, want %d and %s: %s", code, run.at(t, "verdict"), test.code, test.verdict, run.why(t))
			}
			if gates := run.at(t, "gates").([]any); len(gates) != len(test.gates) {
				t.Errorf("%d gates in the report, want %d", len(gates), len(test.gates))
			}
			run.closes(t)
			run.counts(t, map[string]int{"totals.offered": 200})
		})
	}
}

// Which calls are offered is a matter of the seed alone, whatever this machine makes of them.
func TestSeedRepeatsTheCallsThatAreOffered(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--ports", "1000", "--media", "none")
	offered := func(more ...string) int {
		args := []string{"blast", "sip:" + address, "--caps", "300", "--duration", "300ms", "--aht", "1ms", "--media", "none", "--output", "json"}
		_, stdout, _ := commandLine(append(args, more...)...)
		run := parseDocument(t, stdout)
		run.closes(t)
		return run.count(t, "totals.offered")
	}
	seen := map[int]bool{}
	for _, seed := range []string{"1", "2"} {
		first, second := offered("--seed", seed), offered("--seed", seed)
		if first != second {
			t.Errorf("seed %s offered %d calls, then %d", seed, first, second)
		}
		seen[first] = true
	}
	if len(seen) == 1 {
		t.Errorf("two seeds offered the same number of calls: %v", seen)
	}
	if n := offered("--arrivals", "constant"); n != 90 {
		t.Errorf("300 calls per second at even distances are %d in 300 ms, want 90", n)
	}
}

// A run that is given no seed says which one it drew, exactly enough to be repeated.
func TestDrawnSeedCanBeGivenBack(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--media", "none")
	args := []string{"blast", "sip:" + address, "--caps", "300", "--duration", "300ms", "--aht", "1ms", "--media", "none"}
	code, stdout, stderr := commandLine(append(args, "--output", "csv")...)
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	csv := readCSV(t, stdout)
	if !strings.Contains(stderr, "seed "+csv["seed"]+";") {
		t.Errorf("the report has seed %s, stderr another one:\n%s", csv["seed"], stderr)
	}
	_, again, _ := commandLine(append(args, "--output", "csv", "--seed", csv["seed"])...)
	if repeated := readCSV(t, again); repeated["totals.offered"] != csv["totals.offered"] {
		t.Errorf("seed %s offered %s calls, then %s", csv["seed"], csv["totals.offered"], repeated["totals.offered"])
	}
}
