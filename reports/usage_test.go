package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/records"
)

// imported imports a text of call records.
func imported(t testing.TB, text string, config records.Config) records.Usage {
	t.Helper()
	u, err := records.Import(strings.NewReader(text), config)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// officeRecords are two weeks of an office: 8 calls an hour of some three minutes on weekdays, four times as many from
// 10 to 11, a tenth of them blocked then, and some bad rows.
func officeRecords() string {
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	text.WriteString("start,answer,end,trunk,direction,caller,callee,disposition\n")
	const clockFace = "2006-01-02 15:04:05"
	for hour := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC); hour.Day() < 15; hour = hour.Add(time.Hour) {
		calls := 8
		switch {
		case hour.Hour() < 8 || hour.Hour() > 17:
			continue
		case hour.Weekday() == time.Saturday || hour.Weekday() == time.Sunday:
			calls = 1
		case hour.Hour() == 10:
			calls = 30 + random.IntN(6)
		}
		for i := range calls {
			start := hour.Add(time.Duration(random.IntN(3600)) * time.Second)
			answer, disposition := start.Add(time.Duration(5+random.IntN(15))*time.Second), "ANSWERED"
			end := answer.Add(time.Duration(random.ExpFloat64()*180) * time.Second)
			answered := answer.Format(clockFace)
			switch {
			case i%9 == 7:
				answered, end, disposition = "", answer, "NO ANSWER"
			case i > 30:
				answered, end, disposition = "", start, "CONGESTION"
			}
			fmt.Fprintf(&text, "%s,%s,%s,carrier-%c,%s,%d,0205550%03d,%s\n", start.Format(clockFace), answered, end.Format(clockFace),
				'a'+rune(i%2), []string{"out", "in", "out"}[i%3], 100+random.IntN(40), random.IntN(900), disposition)
		}
	}
	text.WriteString("2026-03-13 10:00:00,,yesterday,carrier-a,in,,,\n\"2026-03-13 10:00:00\",\"\n")
	return text.String()
}

// hostileRecords name their trunks so that a spreadsheet, a terminal or a browser would run them.
const hostileRecords = "start,end,trunk\n2026-03-02 10:00:00,2026-03-02 10:30:00,\"=HYPERLINK(\"\"http://a|b\"\")\"\n" +
	"2026-03-02 10:00:00,2026-03-02 10:30:00,\x1b[31mred\n2026-03-02 10:00:00,2026-03-02 10:30:00,<script>alert(1)</script>\n" +
	"@SUM(1),2026-03-02 10:30:00,a\n\u202eevil,2026-03-02 10:30:00,a\n"

func usages(t testing.TB) map[string]records.Usage {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]records.Usage{
		"usage-office":  imported(t, officeRecords(), records.Config{Zone: berlin, MaxBad: 0.01}),
		"usage-hostile": imported(t, hostileRecords, records.Config{MaxBad: 0.01}),
		"usage-nothing": imported(t, "start,end\nsoon,later\n", records.Config{MaxBad: 0.01}),
		"usage-no-time": imported(t, "start,end\n2026-03-07 10:00:00,2026-03-07 10:00:00\n", records.Config{}),
	}
}

func TestUsageRendersAsInTheGoldenFile(t *testing.T) {
	for file, u := range usages(t) {
		for format, extension := range map[Format]string{Text: ".txt", Markdown: ".md", CSV: ".csv"} {
			t.Run(file+extension, func(t *testing.T) {
				var page bytes.Buffer
				if err := Usage(u).Write(&page, format); err != nil {
					t.Fatal(err)
				}
				golden(t, file+extension, page.Bytes())
			})
		}
		t.Run(file+".json", func(t *testing.T) {
			var page bytes.Buffer
			if err := WriteJSON(&page, NewUsageObject(u)); err != nil {
				t.Fatal(err)
			}
			golden(t, file+".json", page.Bytes())
		})
		t.Run(file+".svg", func(t *testing.T) {
			var page bytes.Buffer
			if err := WriteUsagePlot(&page, u); err != nil {
				t.Fatal(err)
			}
			golden(t, file+".svg", page.Bytes())
		})
	}
}

// TestTheFirstScreenAnswers what the busy-hour traffic is and how many ports it needs, in the first sentence.
func TestTheFirstScreenAnswers(t *testing.T) {
	for file, want := range map[string]string{
		"usage-office":  "The busy hour is 10:00 to 11:00 (Monday to Friday, mean of 10 days): 1.46 E offered in 31.9 attempts an hour; 1 % blocking needs 6 ports.",
		"usage-hostile": "The busy hour is 10:00 to 11:00 (Monday to Friday, mean of 1 day): 1.5 E offered in 3 attempts an hour; 1 % blocking needs 6 ports.",
		"usage-nothing": "Cannot tell: there is no call that counts in 1 row.",
		"usage-no-time": "Cannot tell: none of the 1 call lasted any time.",
	} {
		if answer := Usage(usages(t)[file]).Answer[0]; !strings.HasPrefix(answer, want) {
			t.Errorf("%s: %q, want %q", file, answer, want)
		}
	}
}

// TestNothingFromTheFileRuns in a terminal, a spreadsheet or a browser.
func TestNothingFromTheFileRuns(t *testing.T) {
	u := usages(t)["usage-hostile"]
	for _, format := range []Format{Text, Markdown, CSV} {
		var page bytes.Buffer
		if err := Usage(u).Write(&page, format); err != nil {
			t.Fatal(err)
		}
		for _, r := range page.String() {
			if r < ' ' && r != '\n' || r == 0x7f || r == '\u202e' {
				t.Errorf("%s has %U", format, r)
			}
		}
		if format == Markdown && strings.Contains(page.String(), "<script>") {
			t.Error("Markdown has a script")
		}
	}
	var page bytes.Buffer
	if err := Usage(u).Write(&page, CSV); err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(&page)
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range slices.Concat(rows...) {
		if len(cell) > 1 && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			t.Errorf("a spreadsheet would run %q", cell)
		}
	}
}

func TestPlotsAreWellFormed(t *testing.T) {
	for name, u := range usages(t) {
		var page bytes.Buffer
		if err := WriteUsagePlot(&page, u); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.String(), "NaN") || strings.Contains(page.String(), "Inf") {
			t.Errorf("%s has what is no number", name)
		}
		for decoder := xml.NewDecoder(&page); ; {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestTicksDivideTheScaleInFourToTen(t *testing.T) {
	for _, most := range []float64{0.01, 0.4, 1, 3, 7, 42, 99, 100, 101, 7050, 1e6} {
		if n := most / tick(most); n < 4-1e-9 || n > 10+1e-9 {
			t.Errorf("%g in %g steps of %g", most, n, tick(most))
		}
	}
	if tick(0) != 1 {
		t.Errorf("nothing in steps of %g", tick(0))
	}
}

// TestUsagesConformToTheirSchema, which has no other keys: it requires all that it knows.
func TestUsagesConformToTheirSchema(t *testing.T) {
	schema := publishedSchema(t, "usage-1")
	for name, u := range usages(t) {
		t.Run(name, func(t *testing.T) {
			value := asJSON(t, NewUsageObject(u))
			check := schemaCheck{root: schema}
			check.value("usage", schema, value)
			for _, problem := range check.problems {
				t.Error(problem)
			}
		})
	}
	var all func(path string, value any)
	all = func(path string, value any) {
		object, ok := value.(map[string]any)
		if properties, has := object["properties"].(map[string]any); ok && has {
			if required := object["required"].([]any); len(required) != len(properties) {
				t.Errorf("%s requires %d of %d keys", path, len(required), len(properties))
			}
		}
		for key, part := range object {
			all(path+"."+key, part)
		}
	}
	all("usage", schema)
}

// TestNotesSayWhatToDoubt, each where it applies.
func TestNotesSayWhatToDoubt(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	call := func(start, rest string) string {
		return fmt.Sprintf("2026-03-%s:00,2026-03-%s:50%s\n", start, start, rest)
	}
	var trunks strings.Builder
	trunks.WriteString("start,end,trunk\n")
	for i := range 70 {
		trunks.WriteString(call("02 10:00", fmt.Sprintf(",trunk-%d", i)))
	}
	for _, tt := range []struct{ name, text, want string }{
		{"another form of time", "start,end\n" + call("02 10:00", "") + "02.03.2026 10:00,x\n", "need --time-format"},
		{"an hour that was skipped", "start,end\n" + call("02 10:00", "") + call("29 02:30", ""), "see --timezone and --utc"},
		{"the hour that came twice", "start,end\n2026-10-25 02:30:00,2026-10-25 02:40:00\n", "1 call was in the hour that the clock showed twice"},
		{"a duration that disagrees", "start,end,duration\n" + call("02 10:00", ",7"), "1 call has another duration"},
		{"durations that disagree", "start,end,duration\n" + call("02 10:00", ",7") + call("02 10:00", ",9"), "2 calls have another duration"},
		{"no trunk", "start,end,trunk\n" + call("02 10:00", ",") + call("02 10:00", ",a"), "1 call names no trunk"},
		{"too many trunks", trunks.String(), "6 are in one row"},
		{"a busy Saturday", "start,end\n" + call("02 10:00", "") + strings.Repeat(call("07 10:00", ""), 5), "see --days"},
		{"bursts", "start,end\n" + strings.Repeat(call("02 10:00", ""), 30), "by Hayward this peakedness needs"},
		{"unequal days", "start,end\n" + strings.Repeat(call("02 10:00", ""), 20) + call("03 10:00", "") + call("04 10:00", ""), "The days differ so much"},
		{"less than an hour", "start,end\n" + call("02 10:00", "") + call("02 10:04", ""), "The records cover 290 s of an hour"},
		{"nothing blocked", "start,end\n" + call("02 10:00", ""), "what a full trunk refused may be missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			notes := strings.Join(Usage(imported(t, tt.text, records.Config{Zone: berlin})).Notes, "\n")
			if !strings.Contains(notes, tt.want) {
				t.Errorf("missing %q in\n%s", tt.want, notes)
			}
			plain := strings.Join(Usage(imported(t, "start,end,disposition\n"+call("02 10:00", ",503")+call("02 11:30", ",200"), records.Config{Zone: berlin})).Notes, "\n")
			if strings.Contains(plain, tt.want) {
				t.Errorf("says %q of a file that it does not apply to", tt.want)
			}
		})
	}
}

// FuzzUsage: what can be imported can be written in every format.
func FuzzUsage(f *testing.F) {
	f.Add("start,end\n2026-03-02 10:00:00,2026-03-02 10:00:00\n")
	f.Add(hostileRecords)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := records.Import(strings.NewReader(text), records.Config{})
		if err != nil {
			return
		}
		for _, format := range []Format{Text, Markdown, CSV} {
			if err := Usage(u).Write(io.Discard, format); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(WriteJSON(io.Discard, NewUsageObject(u)), WriteUsagePlot(io.Discard, u)); err != nil {
			t.Fatal(err)
		}
	})
}
