package cmd

import (
	"encoding/csv"
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestEveryReportOfARunSaysTheSame(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--ports", "5")
	folder := t.TempDir()
	args := []string{"blast", "sip:" + address, "--caps", "100", "--calls", "100", "--aht", "100ms", "--gate", "answered >= 1", "--output", "json"}
	path := map[string]string{}
	for _, format := range []string{"json", "csv", "junit", "markdown"} {
		path[format] = filepath.Join(folder, "run."+format)
		args = append(args, "--out", format+"="+path[format])
	}
	code, stdout, stderr := commandLine(args...)
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "blast sip:"+address) {
		t.Errorf("stderr has more than the announcement:\n%s", stderr)
	}

	run := parseDocument(t, stdout)
	run.closes(t)
	if verdict := run.at(t, "verdict"); (verdict == "pass") != (code == codePass) {
		t.Errorf("exit code %d and verdict %v", code, verdict)
	}
	if run.at(t, "schema") != "sipplan.run/1" || run.count(t, "seed") == 0 {
		t.Errorf("schema %v, seed %v", run.at(t, "schema"), run.at(t, "seed"))
	}
	if file := readFile(t, path["json"]); file != stdout {
		t.Error("the JSON file differs from stdout")
	}

	rows := readCSV(t, readFile(t, path["csv"]))
	for _, key := range []string{"offered", "started", "not_started", "answered", "blocked"} {
		if got, want := rows["totals."+key], strconv.Itoa(run.count(t, "totals."+key)); got != want {
			t.Errorf("totals.%s is %q in CSV, %s in JSON", key, got, want)
		}
	}

	var suites struct {
		Tests  int `xml:"tests,attr"`
		Suites []struct {
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(readFile(t, path["junit"])), &suites); err != nil {
		t.Error(err)
	} else if suites.Tests == 0 || len(suites.Suites) != 1 || len(suites.Suites[0].Cases) != suites.Tests {
		t.Errorf("JUnit has %+v", suites)
	}

	if markdown := readFile(t, path["markdown"]); !strings.Contains(markdown, "\n| answered ") {
		t.Errorf("no table of the calls in:\n%s", markdown)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != len(path) {
		t.Errorf("%d files in the folder, want %d: %v", len(left), len(path), err)
	}
}

// --output csv used to be several tables for people, one below the other, and --out csv= one for machines.
func TestStdoutIsWhatTheFileOfTheSameFormatHas(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--media", "none")
	for _, format := range []string{"json", "csv", "markdown"} {
		file := filepath.Join(t.TempDir(), "run")
		_, stdout, stderr := commandLine("blast", "sip:"+address, "--caps", "300", "--calls", "20", "--aht", "1ms", "--media", "none",
			"--output", format, "--out", format+"="+file)
		if text := readFile(t, file); text != stdout || text == "" {
			t.Errorf("--output %s wrote\n%s\n--out %s= wrote\n%s\nstderr:\n%s", format, stdout, format, text, stderr)
		}
	}
}

// readCSV returns the values of a report of metric, value and unit by their metric.
func readCSV(t *testing.T, text string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	values := map[string]string{}
	for _, row := range rows {
		values[row[0]] = row[1]
	}
	return values
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
