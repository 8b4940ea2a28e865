package reports

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func wide() Document {
	return Document{
		Answer: []string{strings.Repeat("word ", 60)},
		Tables: []Table{{
			Title:   strings.Repeat("title ", 40),
			Columns: []Column{{Name: "place"}, {Name: "ports", Right: true}, {Name: "reason"}},
			Rows: [][]string{
				{"Hannover", "9,400", strings.Repeat("because it is so ", 20)},
				{"Boston", "12", "short"},
				{strings.Repeat("x", 20), "1,234", "a share of < 0.0001 % is held together at every width that there is, as is 1 %"},
			},
		}},
	}
}

func TestTextKeepsToTheWidthAndLosesNoWord(t *testing.T) {
	for given, want := range map[int]int{0: 144, 80: 80, 100: 100, 20: 60, 1000: 240} {
		document := wide()
		document.Width = given
		var page bytes.Buffer
		if err := document.Write(&page, Text); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(page.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > want {
				t.Errorf("width %d: a line of %d characters: %q", given, n, line)
			}
		}
		if got := strings.Count(page.String(), "because"); got != 20 {
			t.Errorf("width %d: %d of 20 words are left", given, got)
		}
		if strings.Contains(page.String(), "<\n") || strings.Contains(page.String(), "\n%") {
			t.Errorf("width %d: a number is apart from its sign:\n%s", given, page.String())
		}
	}
}

func TestATableThatFitsIsLeftAlone(t *testing.T) {
	document := sample()
	document.Width = 60
	var narrow, usual bytes.Buffer
	if err := document.Write(&narrow, Text); err != nil {
		t.Fatal(err)
	}
	if err := sample().Write(&usual, Text); err != nil {
		t.Fatal(err)
	}
	if narrow.String() != usual.String() {
		t.Errorf("got\n%s\nwant\n%s", narrow.String(), usual.String())
	}
}

func TestMarkdownAndCSVKeepACellInOneLine(t *testing.T) {
	for _, format := range []Format{Markdown, CSV} {
		var page bytes.Buffer
		if err := wide().Write(&page, format); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), strings.TrimSpace(strings.Repeat("because it is so ", 20))) {
			t.Errorf("%s breaks a cell:\n%s", format, page.String())
		}
	}
}

func TestProseStandsBelowItsRowWhereItsColumnWouldBeThin(t *testing.T) {
	document := wide()
	document.Answer, document.Tables[0].Title, document.Width = nil, "", 64
	document.Tables[0].Rows[1][0] = strings.Repeat("a long name ", 8)
	var page bytes.Buffer
	if err := document.Write(&page, Text); err != nil {
		t.Fatal(err)
	}
	const want = `place                                                   ports
---------------------------------------------------------------
Hannover                                                9,400
    because it is so because it is so because it is so because
    it is so because it is so because it is so because it is so
    because it is so because it is so because it is so because
    it is so because it is so because it is so because it is so
    because it is so because it is so because it is so because
    it is so because it is so because it is so
a long name a long name a long name a long name a long     12
name a long name a long name a long name
    short
xxxxxxxxxxxxxxxxxxxx                                    1,234
    a share of < 0.0001 % is held together at every width that
    there is, as is 1 %
`
	if got := page.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOneRowOfNumbersThatIsTooLongStandsUpright(t *testing.T) {
	document := Document{Tables: []Table{{
		Columns: []Column{{Name: "model"}, {Name: "mean wait in holding times", Right: true}, {Name: "mean waiting calls", Right: true}, {Name: "servers", Right: true}},
		Rows:    [][]string{{"Erlang C", "0.0436", "0.436", "14"}},
	}}}
	for width, want := range map[int]string{
		60: "model                       Erlang C\n" +
			"--------------------------------------\n" +
			"mean wait in holding times    0.0436\n" +
			"mean waiting calls             0.436\n" +
			"servers                           14\n",
		100: "model     mean wait in holding times  mean waiting calls  servers\n" +
			"-------------------------------------------------------------------\n" +
			"Erlang C                      0.0436               0.436       14\n",
	} {
		document.Width = width
		var page bytes.Buffer
		if err := document.Write(&page, Text); err != nil {
			t.Fatal(err)
		}
		if page.String() != want {
			t.Errorf("width %d: got\n%s\nwant\n%s", width, page.String(), want)
		}
	}
}
