package cmd

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scriptRun calls one scenario of SIPp's form with another and returns the exit code and both outputs.
func scriptRun(t *testing.T, caller, answerer string, files map[string]string, flags ...string) (code int, stdout, stderr, folder string) {
	t.Helper()
	texts := map[string]string{"caller.xml": caller, "answerer.xml": answerer}
	for name, text := range files {
		texts[name] = text
	}
	folder = writeScenarios(t, texts)
	far := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0")
	address := far.says(t, `answers on (\S+);`)[1]
	args := []string{"blast", "sip:" + address, "--sipp", filepath.Join(folder, "caller.xml"), "-m", "3", "-r", "50", "-d", "10"}
	code, stdout, stderr = commandLine(append(args, flags...)...)
	far.interrupt()
	far.leaves(t)
	return code, stdout, stderr, folder
}

func TestScriptWritesStatisticsAndMessages(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	stats, messages, logs := filepath.Join(out, "stats.csv"), filepath.Join(out, "messages.txt"), filepath.Join(out, "log.txt")
	code, stdout, stderr, _ := scriptRun(t, sequence(talk(`<log message="call [call_number]"/>`), hangUp()), answered(nil, nil), nil, "--stats", stats, "--trace-msg", messages, "--trace-log", logs)
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if !strings.Contains(stdout, "3 of the scenario's 3 calls succeeded.") || !strings.Contains(stdout, "send INVITE") {
		t.Errorf("stdout:\n%s", stdout)
	}
	file, err := os.Open(stats)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) { // shorter than a period
		t.Fatalf("%d lines, %v", len(rows), err)
	}
	values := map[string]string{}
	for i, name := range rows[0] {
		values[name] = rows[1][i]
	}
	if values["OutgoingCall(C)"] != "3" || values["SuccessfulCall(C)"] != "3" || values["FailedCall(C)"] != "0" || values["TotalCallCreated"] != "3" {
		t.Errorf("statistics %v", values)
	}
	text, _ := os.ReadFile(messages)
	if strings.Count(string(text), "\nINVITE sip:") != 3 || strings.Count(string(text), " from 127.0.0.1:") < 9 {
		t.Errorf("messages:\n%.2000s", text)
	}
	if lines, _ := os.ReadFile(logs); string(lines) != "call 1\ncall 2\ncall 3\n" {
		t.Errorf("log %q", lines)
	}
}

func TestScriptsStayInTheirFolderAndRunNoCommand(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("top secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "ran")
	caller := sequence(talk(`<exec command="touch `+token+`"/>`), hangUp(`X-File: [file name="`+outside+`"]`, `X-Near: [file name="near.txt"]`, `X-Up: [file name="../secret.txt"]`))
	answerer := answered(nil, []string{`<ereg regexp="top secret" search_in="msg" check_it_inverse="true" assign_to="s"/><ereg regexp="near by" search_in="hdr" header="X-Near:" check_it="true" assign_to="n"/><log message="[$s][$n]"/>`})
	near := map[string]string{"near.txt": "near by"}
	code, stdout, stderr, _ := scriptRun(t, caller, answerer, near)
	if _, err := os.Stat(token); err == nil {
		t.Error("a command was run without --allow-exec")
	}
	if code != codePass && code != codeInconclusive || !strings.Contains(stderr, "--allow-exec") || !strings.Contains(stderr, "--allow-files") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	_, _, _, _ = scriptRun(t, caller, answered(nil, []string{`<ereg regexp="top secret" search_in="hdr" header="X-File:" check_it="true" assign_to="s"/><log message="[$s]"/>`}), near, "--allow-exec", "--allow-files")
	if _, err := os.Stat(token); err != nil {
		t.Errorf("the command was not run: %v", err)
	}
}

func TestScriptThatFailsEndsWith99(t *testing.T) {
	t.Parallel()
	code, stdout, _, _ := scriptRun(t, sequence(talk(`<ereg regexp="G729" search_in="body" check_it="true" assign_to="x"/><log message="[$x]"/>`), hangUp()), answered(nil, nil), nil)
	if code != codeFailed && code != codeInconclusive || !strings.Contains(stdout, "Failed: 3 FailedRegexpDoesntMatch.") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if code == codeFailed && !strings.HasPrefix(stdout, "Fail.\n") {
		t.Errorf("the report does not say first that the run failed:\n%s", stdout)
	}
}

func TestScriptsNeverCallAnEmergencyNumber(t *testing.T) {
	t.Parallel()
	caller := strings.ReplaceAll(sequence(talk(), hangUp()), "INVITE sip:[service]@", "INVITE sip:[field0]@")
	folder := writeScenarios(t, map[string]string{"caller.xml": caller, "data.csv": "SEQUENTIAL\n112\n+15550100\n911\n"})
	far := startSession(t, "answer", "--scenario", "phone", "--listen", "127.0.0.1:0", "--output", "json")
	address := far.says(t, `answers on (\S+);`)[1]
	_, stdout, stderr := commandLine("blast", "sip:"+address, "--sipp", filepath.Join(folder, "caller.xml"), "--inf", filepath.Join(folder, "data.csv"), "-m", "3", "-r", "50", "--media", "none", "--output", "json")
	parseDocument(t, stdout).counts(t, map[string]int{"script.failures.FailedNumberRefused": 2, "script.successful_calls": 1, "totals.offered": 3})
	if !strings.Contains(stderr, "INVITE is not sent") {
		t.Errorf("stderr:\n%s", stderr)
	}
	far.interrupt()
	far.leaves(t)
	parseDocument(t, far.stdout.String()).counts(t, map[string]int{"gateways.0.offered": 1})
}

func TestScriptFlagsThatMakeNoSense(t *testing.T) {
	good := filepath.Join(writeScenarios(t, map[string]string{"a.xml": sequence(talk(), hangUp()), "b.xml": answered(nil, nil), "c.xml": errorScenario, "evil.csv": "SEQUENTIAL\na\rX: 1\n"}), "a.xml")
	folder := filepath.Dir(good)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"blast", "sip:127.0.0.1:1", "--inf", "x.csv", "--caps", "1"}, "--inf: is about a SIPp scenario, so it needs --sipp"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--scenario", "caller"}, "--sipp, --scenario: calls run one of them"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", filepath.Join(folder, "b.xml")}, "sipplan answer runs it"},
		{[]string{"answer", "--sipp", good}, "sipplan blast runs it"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", filepath.Join(folder, "c.xml")}, "c.xml: line 3: <dance> is no element of a scenario"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", filepath.Join(folder, "none.xml")}, "--sipp: "},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--inf", filepath.Join(folder, "evil.csv")}, "line breaks and NUL are not allowed"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--key", "color"}, "--key: must be name=value"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--key", "color=a\r\nX: 1"}, "--key: must be name=value in one line"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "-d", "soon"}, "--pause: must be a time"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--default-behaviors", "some"}, "--default-behaviors: must be"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--inf-index", "a.csv,0"}, "--inf-index: must be a file of --inf"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--3pcc", "here"}, "--3pcc: must be an IP address and a port"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--media-ip", "203.0.113.9"}, "--media-ip: refused by the target guard: 203.0.113.9 is not"},
		{[]string{"blast", "sip:127.0.0.1:1", "--sipp", good, "--media-ip", "224.0.0.9"}, "--media-ip: refused by the target guard: 224.0.0.9 is a multicast"},
		{[]string{"answer", "--sipp", filepath.Join(folder, "b.xml"), "--media-ip", "203.0.113.9"}, "--media-ip: refused by the target guard"},
	} {
		code, _, stderr := commandLine(tt.args...)
		if code != codeUsage || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: exit code %d, %q, want %q", tt.args, code, stderr, tt.want)
		}
	}
}

// While a run goes on, each period gets a line: what was counted in it, (P), and since the start, (C). The counts and
// the order of the columns are those of SIPp's own file.
func TestScriptStatisticsHaveALineForEachPeriod(t *testing.T) {
	t.Parallel()
	stats := filepath.Join(t.TempDir(), "stats.csv")
	_, stdout, stderr, _ := scriptRun(t, sequence(talk(), hangUp()), answered(nil, nil), nil, "-m", "30", "-r", "50", "--stats", stats, "--stats-period", "200ms")
	text, err := os.ReadFile(stats)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stdout, stderr)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) < 4 {
		t.Fatalf("%d lines in more than half a second:\n%s", len(lines), text)
	}
	names := strings.Split(lines[0], ";")
	want := []string{"StartTime", "LastResetTime", "CurrentTime", "ElapsedTime(P)", "ElapsedTime(C)", "TargetRate", "CallRate(P)", "CallRate(C)", "IncomingCall(P)", "IncomingCall(C)",
		"OutgoingCall(P)", "OutgoingCall(C)", "TotalCallCreated", "CurrentCall", "SuccessfulCall(P)", "SuccessfulCall(C)", "FailedCall(P)", "FailedCall(C)"}
	if !slices.Equal(names[:len(want)], want) {
		t.Errorf("columns %q", names[:len(want)])
	}
	sum, last := map[string]int{}, map[string]string{}
	for i, line := range lines[1:] {
		cells := strings.Split(line, ";")
		if len(cells) != len(names) {
			t.Fatalf("line %d has %d cells, the names are %d", i+2, len(cells), len(names))
		}
		if begins := cells[1]; i > 0 && begins != last["CurrentTime"] {
			t.Errorf("line %d begins at %q, the one before ended at %q", i+2, begins, last["CurrentTime"])
		}
		for j, name := range names {
			last[name] = cells[j]
			if period, isPeriod := strings.CutSuffix(name, "(P)"); isPeriod {
				n, _ := strconv.Atoi(cells[j])
				sum[period] += n
			}
		}
		for _, name := range []string{"OutgoingCall", "SuccessfulCall"} {
			if last[name+"(C)"] != strconv.Itoa(sum[name]) {
				t.Errorf("line %d: %s(C) is %s, the periods add up to %d", i+2, name, last[name+"(C)"], sum[name])
			}
		}
	}
	if last["SuccessfulCall(C)"] != "30" || last["TotalCallCreated"] != "30" || last["CurrentCall"] != "0" {
		t.Errorf("the last line: %v", last)
	}
}
