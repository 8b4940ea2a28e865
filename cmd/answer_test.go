package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scenarioRun runs blast with a scenario against answer with another and returns both reports.
func scenarioRun(t *testing.T, answerFlags, blastFlags []string) (run, far document) {
	t.Helper()
	answerer := startSession(t, append([]string{"answer", "--listen", "127.0.0.1:0", "--output", "json"}, answerFlags...)...)
	address := answerer.says(t, `answers on (\S+);`)[1]
	code, stdout, stderr := commandLine(append([]string{"blast", "sip:" + address, "--output", "json"}, blastFlags...)...)
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	answerer.interrupt()
	answerer.leaves(t)
	run, far = parseDocument(t, stdout), parseDocument(t, answerer.stdout.String())
	run.closes(t)
	return run, far
}

// 200 users with passwords of their own register, are challenged once each, and leave no binding behind.
func TestAnswerChallengesAndBinds(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	rows.WriteString("caller,user,password\n")
	for i := range 200 {
		fmt.Fprintf(&rows, "phone%d,phone%d,secret-%d\n", i, i, i)
	}
	people := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(people, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run, far := scenarioRun(t,
		[]string{"--scenario", "registrar-auth", "--data", people, "--media", "none"},
		[]string{"--scenario", "register", "--data", people, "--caps", "200", "--calls", "200", "--aht", "300ms", "--hold", "fixed", "--media", "none"})
	run.counts(t, map[string]int{"totals.answered": 200, "delays_ms.rrd.count": 200})
	if method := run.at(t, "load.opened_by"); method != "REGISTER" {
		t.Errorf("the calls are begun by %v, want REGISTER", method)
	}
	far.counts(t, map[string]int{
		"gateways.0.challenged": 200, "gateways.0.answered": 400, "gateways.0.offered": 400, "gateways.0.bound": 0, "gateways.0.lapsed": 0,
	})
}

// Digits that one end dials inside its audio are heard at the other, which hangs up because of them.
func TestDigitsAreDialledAndHeard(t *testing.T) {
	t.Parallel()
	run, far := scenarioRun(t, []string{"--scenario", "ivr", "--rtp-ports", "40000-40099"},
		[]string{"--scenario", "dtmf", "--caps", "10", "--calls", "5", "--aht", "10s", "--hold", "fixed", "--rtp-ports", "40100-40199"})
	run.counts(t, map[string]int{"totals.answered": 5, "totals.dropped": 5}) // the far end hangs up before the 10 s are over
	far.counts(t, map[string]int{"gateways.0.answered": 5, "gateways.0.offered": 5})
}
