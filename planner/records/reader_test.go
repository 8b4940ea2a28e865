package records

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// row is what a Reader says about one row.
type row struct {
	Line   int
	Fields []string
	Fault  Reason
}

func readRows(source io.Reader, comma byte) ([]row, error) {
	var rows []row
	r := NewReader(source, comma)
	for r.Next() {
		got := row{Line: r.Line(), Fault: r.Fault()}
		for _, field := range r.Fields() {
			got.Fields = append(got.Fields, string(field))
		}
		rows = append(rows, got)
	}
	return rows, r.Err()
}

func TestRowsAreSplitIntoFields(t *testing.T) {
	long := strings.Repeat("x", maxLine+10)
	for _, tt := range []struct {
		name, text string
		want       []row
	}{
		{"plain", "a,b\nc,d\n", []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"no line break at the end", "a,b", []row{{1, []string{"a", "b"}, ""}}},
		{"line breaks of Windows", "a,b\r\n\"c\",d\r\n", []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"empty fields", ",,\n\"\",\n", []row{{1, []string{"", "", ""}, ""}, {2, []string{"", ""}, ""}}},
		{"blank lines are no rows, and count as lines", "\n \r\na\n", []row{{3, []string{"a"}, ""}}},
		{"comma and doubled quote inside quotes", `"a,b","say ""hi""",c`, []row{{1, []string{"a,b", `say "hi"`, "c"}, ""}}},
		{"FreeSWITCH does not double a quote in a name", `"Bob "the" Man","100"`, []row{{1, []string{`Bob "the" Man`, "100"}, ""}}},
		{"blank before an opening quote, as in FreeSWITCH's own template", `"a", "b"`, []row{{1, []string{"a", "b"}, ""}}},
		{"blanks around plain fields", " a , b c ", []row{{1, []string{"a", "b c"}, ""}}},
		{"quote inside a plain field", `5" pipe,b`, []row{{1, []string{`5" pipe`, "b"}, ""}}},
		{"line break inside quotes", "\"a\nb\",c\nd,e\n", []row{{1, []string{"a\nb", "c"}, ""}, {3, []string{"d", "e"}, ""}}},
		{"a mark before UTF-8", "\xef\xbb\xbfstart,end\n", []row{{1, []string{"start", "end"}, ""}}},
		{"an unclosed quote costs its own line only", "a,\"b\nc,d\ne,f\n",
			[]row{{1, nil, faultQuote}, {2, []string{"c", "d"}, ""}, {3, []string{"e", "f"}, ""}}},
		{"a line that is too long costs itself only", long + ",b\nc,d\n", []row{{1, nil, faultLong}, {2, []string{"c", "d"}, ""}}},
		{"too long without an end", "a\n" + long, []row{{1, []string{"a"}, ""}, {2, nil, faultLong}}},
		{"too many columns", strings.Repeat(",", maxColumns) + "\na\n", []row{{1, nil, faultColumns}, {2, []string{"a"}, ""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for source, reader := range map[string]io.Reader{
				"at once": strings.NewReader(tt.text), "octet by octet": iotest.OneByteReader(strings.NewReader(tt.text)),
			} {
				got, err := readRows(reader, ',')
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", source, diff)
				}
			}
		})
	}
}

func TestOtherDelimiters(t *testing.T) {
	for _, comma := range []byte{';', '\t', '|'} {
		got, _ := readRows(strings.NewReader(fmt.Sprintf("a,b%c\"c%cd\"\n", comma, comma)), comma)
		if want := []row{{1, []string{"a,b", fmt.Sprintf("c%cd", comma)}, ""}}; !cmp.Equal(want, got) {
			t.Errorf("%q: got %v", comma, got)
		}
	}
}

// TestRereadReturnsToTheSecondLine: without it a stray quote that happens to be closed by a later row hides the
// good rows in between.
func TestRereadReturnsToTheSecondLine(t *testing.T) {
	r := NewReader(strings.NewReader("1,\"stray\n2,b\n3,\"c\"\n4,d\n"), ',')
	var lines []string
	for r.Next() {
		lines = append(lines, fmt.Sprint(r.Line(), len(r.Fields())))
		if len(r.Fields()) != 2 {
			r.Reread()
		}
	}
	// The stray quote ends before c, which makes one row of two fields out of three lines.
	if want := []string{"1 2", "4 2"}; !cmp.Equal(want, lines) {
		t.Errorf("got %q, want %q", lines, want)
	}
	r = NewReader(strings.NewReader("1,\"stray\n\"2\",\"b\"\n"), ',')
	r.Next()
	r.Reread()
	if !r.Next() || r.Line() != 2 || string(r.Fields()[1]) != "b" {
		t.Errorf("line %d: %q, want line 2 with b", r.Line(), r.Fields())
	}
}

func TestTextInUTF16IsRefused(t *testing.T) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if _, err := readRows(strings.NewReader(mark+"a\x00,\x00"), ','); !errors.Is(err, ErrUTF16) {
			t.Errorf("%q: got %v", mark, err)
		}
	}
}

func TestAFailingSourceIsReported(t *testing.T) {
	broken := errors.New("broken")
	rows, err := readRows(io.MultiReader(strings.NewReader("a,b\nc,"), iotest.ErrReader(broken)), ',')
	if !errors.Is(err, broken) || len(rows) != 2 {
		t.Errorf("got %v and %v", rows, err)
	}
	if _, err := readRows(stalled{}, ','); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a source that gives nothing: got %v", err)
	}
}

type stalled struct{}

func (stalled) Read([]byte) (int, error) { return 0, nil }

// FuzzReader: whatever the text, every line is in one row at most, reading ends, and text that the strict reader of
// the standard library accepts is split as it splits it.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"a,b\n", "\"a\"\"b\", c\r\n\n", "\"a\nb\",\"c", "\xef\xbb\xbfx", "\"\",\"\"\n\"", " \"x\" ,y", ",\n,"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := NewReader(bytes.NewReader(text), ',')
		last, lines := 0, bytes.Count(text, []byte("\n"))+1
		var fields [][]string
		for r.Next() {
			if r.Line() <= last || r.Line() > lines {
				t.Fatalf("row at line %d after line %d of %d", r.Line(), last, lines)
			}
			last = r.Line()
			var row []string
			for _, field := range r.Fields() {
				row = append(row, string(field))
			}
			fields = append(fields, row)
		}
		if want, ok := strict(text); ok && !cmp.Equal(want, fields) {
			t.Fatalf("got %q, encoding/csv has %q", fields, want)
		}
	})
}

// strict reads text without marks, lone carriage returns and outer blanks as the standard library does.
func strict(text []byte) ([][]string, bool) {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return nil, false
		}
	}
	if bytes.ContainsAny(text, " \t\r") || bytes.Count(text, []byte("\n")) >= maxLines {
		return nil, false
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	return rows, err == nil
}

func BenchmarkReader(b *testing.B) {
	line := []byte(`"","1001","2002","from-internal","""Alice"" <1001>","SIP/1001-0000001a","SIP/carrier-0000001b","Dial","SIP/carrier/2002",` +
		`"2026-03-02 09:15:01","2026-03-02 09:15:09","2026-03-02 09:18:11",190,182,"ANSWERED","DOCUMENTATION","1772442901.26",""` + "\n")
	text := bytes.Repeat(line, 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for r := NewReader(bytes.NewReader(text), ','); r.Next(); {
		}
	}
}
