package cmd

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestUnreachableTargetIsReportedAndCouldNotRun(t *testing.T) {
	t.Parallel()
	silent := listenUDP(t).LocalAddr().String() // nobody reads what it receives
	for _, test := range []struct {
		name   string
		target string
		args   []string
		cause  string
	}{
		{"nothing listens: the ICMP message is the cause", closedPort(t), nil, "connection refused"},
		{"nothing answers: silence for 64 times T1", silent, []string{"--t1", "5ms"}, "no response to any INVITE within 320ms"},
	} {
		commands := map[string][]string{
			"blast":  {"blast", "sip:" + test.target, "--caps", "50"},
			"verify": {"verify", "--users", "20", "--usage", "heavy", "--target", "sip:" + test.target, "--max-caps", "50"},
		}
		for command, args := range commands {
			t.Run(command+": "+test.name, func(t *testing.T) {
				t.Parallel()
				folder := t.TempDir()
				args = append(args, "--media", "none", "--out", "json="+filepath.Join(folder, "run.json"), "--out", "junit="+filepath.Join(folder, "run.xml"))
				code, stdout, stderr := commandLine(append(args, test.args...)...)
				if code != codeCouldNotRun {
					t.Errorf("exit code %d, want %d", code, codeCouldNotRun)
				}
				if !strings.Contains(strings.ReplaceAll(stdout, "\n", " "), "is unreachable") {
					t.Errorf("stdout has %q", stdout)
				}
				complaint := regexp.MustCompile(`(?m)^sipplan: .*$`).FindAllString(stderr, -1)
				want := "sipplan: target sip:" + test.target + " is unreachable: " + test.cause
				if len(complaint) != 1 || complaint[0] != want || !strings.HasSuffix(stderr, want+"\n") {
					t.Errorf("stderr ends with %q, want %q", complaint, want)
				}
				var run struct {
					Verdict string
					Why     []string
				}
				if text, err := os.ReadFile(filepath.Join(folder, "run.json")); err != nil || json.Unmarshal(text, &run) != nil {
					t.Fatalf("no report: %v", err)
				}
				if run.Verdict != "inconclusive" || strings.Count(strings.Join(run.Why, " "), "is unreachable: "+test.cause) != 1 {
					t.Errorf("verdict %s because %q", run.Verdict, run.Why)
				}
				if text, err := os.ReadFile(filepath.Join(folder, "run.xml")); err != nil || !strings.Contains(string(text), "is unreachable: "+test.cause) || !strings.Contains(string(text), "<error ") {
					t.Errorf("JUnit says %s, %v", text, err)
				}
			})
		}
	}
}

// closedPort returns an address on loopback where nothing listens until the test ends: it belongs to a
// socket that hears another port only.
func closedPort(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}

// find has no report when nobody answers: its one line says what to check.
func TestFindSaysWhatToCheckWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := commandLine("find", "ports", "--target", "sip:"+closedPort(t), "--to", "2", "--ceiling", "off")
	if code != codeCouldNotRun || stdout != "" || !strings.Contains(stderr, "connection refused. Nothing listens there: check the address, the port and the transport") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// Twenty erlangs of calls of three minutes used to be offered to a trunk for ten seconds without a word.
func TestARunThatEndsBeforeTheTrunkFillsIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		load   string
		warned bool
	}{
		{"--erlangs 20 --duration 10s", true},
		{"--erlangs 20 --duration 10s --aht 2s", false},
		{"--erlangs 20 --calls 5", false},
		{"--caps 20 --duration 10s", false},
	} {
		_, _, stderr := commandLine(append([]string{"blast", "sip:" + closedPort(t), "--media", "none"}, strings.Fields(tt.load)...)...)
		if warned := strings.Contains(stderr, "warning: calls of 3m0s on average fill a trunk to the 20 erlangs in about 9m0s, and this run ends after 10s"); warned != tt.warned {
			t.Errorf("%s: stderr %q", tt.load, stderr)
		}
	}
}
