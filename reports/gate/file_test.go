package gate_test

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/reports/gate"
)

func TestParseFile(t *testing.T) {
	rules, err := gate.ParseFile([]byte("# what the carrier promised\ngates:\n  - blocking <= 1%\n  - \"pdd p95 < 250ms\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) != 2 || rules[0].Text != "blocking <= 1%" || rules[1].Text != "pdd p95 < 250ms" {
		t.Errorf("got %v", rules)
	}
}

func TestParseFileTakesTheMarksAroundItsOneDocument(t *testing.T) {
	rules, err := gate.ParseFile([]byte("---\ngates: [answered > 1]\n...\n# nothing more\n"))
	if err != nil || len(rules) != 1 {
		t.Errorf("got %v, %v", rules, err)
	}
}

func TestParseFileNamesTheLine(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{`line 1: the file is empty; it needs a list "gates:"`}},
		{"all wrong rules at once", "gates:\n  - blocking <= 1%\n  - pdd < 2s\n\n  - asr >= x\n", []string{
			`line 3: gate "pdd < 2s", column 5: pdd needs a statistic`, `line 5: gate "asr >= x", column 8: "x" is no share`}},
		{"an unknown key", "gates: [answered > 1]\ngate: []\n", []string{`line 2: unknown key "gate"; the only key is "gates"`}},
		{"the key twice", "gates: [answered > 1]\ngates: [answered > 1]\n", []string{"gates"}},
		{"a list without the key", "- blocking <= 1%\n", []string{`line 1: a gate file is a map with the key "gates"`}},
		{"an empty list", "gates: []\n", []string{`line 1: "gates" must be a list of at least one rule`}},
		{"one rule and no list", "gates: blocking <= 1%\n", []string{`"gates" must be a list`}},
		{"a map in the list", "gates:\n  - rule: blocking <= 1%\n", []string{"line 2: a gate is one line of text"}},
		{"no YAML", "gates: [\n", []string{"line"}},
		{"a second document, whose rules were once dropped", "gates: [answered > 1]\n---\ngates: [blocking <= 1%]\n", []string{"line 2: a second document begins here; a gate file is one"}},
		{"a second document that is empty", "gates: [answered > 1]\n---\n", []string{"a second document"}},
		{"a second document that is no YAML", "gates: [answered > 1]\n--- [\n", []string{"line"}},
		{"an alias", "gates: [&a answered > 1, *a]\n", []string{"line 1: a gate is one line of text"}},
		{"too long", "#" + strings.Repeat("x", gate.MaxFileSize), []string{"octets, at most 1048576 are read"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules, err := gate.ParseFile([]byte(tt.text))
			if err == nil || rules != nil {
				t.Fatalf("got %v, %v", rules, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		})
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte("gates:\n  - blocking <= 1%\n"))
	f.Add([]byte("gates: [answered > 1, \"pdd p95 < 2s\"]"))
	f.Add([]byte("{gates: [a, &b c, *b], ? : }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rules, err := gate.ParseFile(data); (err == nil) != (len(rules) > 0) {
			t.Fatalf("%q: %v, %v", data, rules, err)
		}
	})
}
