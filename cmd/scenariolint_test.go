package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeScenarios writes files into a folder of the test and returns the folder.
func writeScenarios(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const (
	goodScenario  = `<scenario name="waits"><recv request="OPTIONS"/></scenario>`
	warnScenario  = "<scenario>\n<recv request=\"OPTIONS\", crlf=\"true\"/>\n</scenario>"
	errorScenario = "<scenario>\n<recv request=\"OPTIONS\"/>\n<dance/>\n</scenario>"
)

func TestLintWritesExactlyTheDocumentedObject(t *testing.T) {
	folder := writeScenarios(t, map[string]string{"a.xml": goodScenario, "sub/b.xml": errorScenario, "c.txt": "no scenario"})
	code, stdout, stderr := commandLine("scenario", "lint", folder, "--output", "json")
	if code != codeFailed || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	var got struct{ Files []map[string]any }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Files) != 2 {
		t.Fatalf("%d files in\n%s", len(got.Files), stdout)
	}
	for _, f := range got.Files {
		for _, key := range []string{"file", "parsed", "supported", "findings"} {
			if _, there := f[key]; !there || len(f) != 4 {
				t.Errorf("keys of %v", f)
			}
		}
	}
	findings := got.Files[1]["findings"].([]any)
	finding := findings[0].(map[string]any)
	if got.Files[1]["supported"] != false || len(findings) != 1 || finding["line"] != 3.0 || finding["severity"] != "error" || !strings.Contains(finding["message"].(string), "<dance>") {
		t.Errorf("findings %v", findings)
	}
	if findings := got.Files[0]["findings"].([]any); len(findings) != 0 {
		t.Errorf("findings %v of a good file", findings)
	}
}

func TestLintEndsByTheWorstFinding(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		code       int
	}{
		{"good", goodScenario, codePass}, {"a warning", warnScenario, codePass}, {"an error", errorScenario, codeFailed}, {"no scenario", "{}", codeUsage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := writeScenarios(t, map[string]string{"a.xml": tt.text, "good.xml": goodScenario})
			if code, stdout, _ := commandLine("scenario", "lint", folder); code != tt.code {
				t.Errorf("exit code %d, want %d\n%s", code, tt.code, stdout)
			}
		})
	}
}

func TestLintReadsYAMLToo(t *testing.T) {
	_, source, _ := commandLine("scenario", "show", "caller")
	folder := writeScenarios(t, map[string]string{"a.yaml": source, "b.yml": strings.Replace(source, "bye", "bey", 1)})
	code, stdout, _ := commandLine("scenario", "lint", folder)
	if code != codeUsage || !strings.Contains(stdout, "1 of 2 files run") || !strings.Contains(stdout, "b.yml:") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

func TestLintRefuses(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "FILE: needs a scenario file or a folder"},
		{[]string{"/nonexistent.xml"}, "no such file"},
		{[]string{t.TempDir()}, "holds no .xml"},
	} {
		code, _, stderr := commandLine(append([]string{"scenario", "lint"}, tt.args...)...)
		if code != codeUsage || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: exit code %d, %q", tt.args, code, stderr)
		}
	}
}

func TestScenarioListAndShow(t *testing.T) {
	if code, stdout, _ := commandLine("scenario", "list"); code != codePass || !strings.Contains(stdout, "caller") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if code, stdout, _ := commandLine("scenario", "show", "gateway"); code != codePass || !strings.Contains(stdout, "seize else") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	if code, _, stderr := commandLine("scenario", "show", "nobody"); code != codeUsage || !strings.Contains(stderr, "not in the library") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// What convert writes of a plain SIPp call makes the same call.
func TestConvertedScenarioRuns(t *testing.T) {
	t.Parallel()
	folder := writeScenarios(t, map[string]string{"caller.xml": sequence(talk(), []string{"<pause/>"}, hangUp("X-From: SIPp"))})
	code, converted, stderr := commandLine("scenario", "convert", filepath.Join(folder, "caller.xml"))
	if code != codePass {
		t.Fatalf("exit code %d\n%s\n%s", code, converted, stderr)
	}
	native := filepath.Join(folder, "caller.yaml")
	if err := os.WriteFile(native, []byte(converted), 0o600); err != nil {
		t.Fatal(err)
	}
	far := startSession(t, "answer", "--sipp", filepath.Join(writeScenarios(t, map[string]string{"uas.xml": answered(nil, nil)}), "uas.xml"), "--listen", "127.0.0.1:0")
	address := far.says(t, `answers on (\S+);`)[1]
	_, stdout, stderr := commandLine("blast", "sip:"+address, "--scenario", native, "--calls", "5", "--caps", "20", "--aht", "50ms", "--media", "none", "--output", "json")
	parseDocument(t, stdout).counts(t, map[string]int{"totals.offered": 5, "totals.answered": 5, "totals.completed": 5})
	if t.Failed() {
		t.Log(converted, stderr)
	}
	far.interrupt()
	far.leaves(t)
}
