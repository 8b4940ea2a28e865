package reports

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with the file of that name under testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); -update writes it anew:\n%s", path, diff)
	}
}

func sample() Document {
	return Document{
		Answer: []string{"30 circuits carry 20 E.", "1 % of the calls is blocked."},
		Tables: []Table{
			{
				Title:   "Trunk groups",
				Columns: []Column{{Name: "group"}, {Name: "GoS", Right: true}, {Name: "gained_ports", Right: true}},
				Rows: [][]string{
					{"carrier-a", "1 %", "+2,356"},
					{"=HYPERLINK(\"http://a|b\")", "0.85 %", "-13"},
					{"esc\x1b[31m red\nline", "<b>5 %</b>", "-"},
				},
			},
			{
				Columns: []Column{{Name: "outcome"}, {Name: "calls", Right: true}},
				Rows:    [][]string{{"answered", "4,957"}, {"blocked", "43"}},
			},
		},
		Notes: []string{"GoS by Erlang B.", "*ports* count B channels."},
	}
}

func TestDocumentRendersAsInTheGoldenFile(t *testing.T) {
	for format, file := range map[Format]string{Text: "document.txt", Markdown: "document.md", CSV: "document.csv"} {
		t.Run(string(format), func(t *testing.T) {
			var page bytes.Buffer
			if err := sample().Write(&page, format); err != nil {
				t.Fatal(err)
			}
			golden(t, file, page.Bytes())
		})
	}
}

func TestJSONIsNoRenderingOfADocument(t *testing.T) {
	var page bytes.Buffer
	if err := sample().Write(&page, JSON); err == nil {
		t.Errorf("no error, wrote %q", page.String())
	}
}

func TestTextHasNoTrailingSpaceAndNoControlCharacters(t *testing.T) {
	var page bytes.Buffer
	if err := sample().Write(&page, Text); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimRight(line, " ") != line {
			t.Errorf("trailing space: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("control character: %q", line)
		}
	}
}

func TestCSVReadsBackAndRunsNoFormula(t *testing.T) {
	var page bytes.Buffer
	if err := sample().Write(&page, CSV); err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(&page)
	reader.FieldsPerRecord = -1
	records, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := records[3][0], `'=HYPERLINK("http://a|b")`; got != want {
		t.Errorf("formula cell reads back as %q, want %q", got, want)
	}
}

func TestSpreadsheetTextLeavesNumbersAndMarksFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"":            "",
		"-":           "-",
		"-13":         "-13",
		"+2,356":      "+2356",
		"a, b":        "a, b",
		"-1.5e-157":   "-1.5e-157",
		"+20 %":       "+20 %",
		"answered":    "answered",
		"=1+1":        "'=1+1",
		"+1+cmd|'a'!": "'+1+cmd|'a'!",
		"-2+3":        "'-2+3",
		"@SUM(A1)":    "'@SUM(A1)",
		"\t=1":        "'=1",
		"\r=1":        "'=1",
	} {
		if got := spreadsheetText(cell); got != want {
			t.Errorf("spreadsheetText(%q) = %q, want %q", cell, got, want)
		}
	}
}

func TestParseFormatNamesWhatIsAllowed(t *testing.T) {
	for _, name := range []string{"table", "json", "csv", "markdown"} {
		if f, err := ParseFormat(name); err != nil || string(f) != name {
			t.Errorf("ParseFormat(%q) = %q, %v", name, f, err)
		}
	}
	_, err := ParseFormat("xml")
	if want := `unknown format "xml", want table, json, csv or markdown`; err == nil || err.Error() != want {
		t.Errorf("ParseFormat(xml) fails with %v, want %s", err, want)
	}
}

func TestWriteJSONKeepsComparisonSignsReadable(t *testing.T) {
	var page bytes.Buffer
	if err := WriteJSON(&page, map[string]string{"gate": "pdd p95 < 250ms"}); err != nil {
		t.Fatal(err)
	}
	if got, want := page.String(), "{\n  \"gate\": \"pdd p95 < 250ms\"\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
