package records

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/sipplan/sipplan/planner/traffic"
)

// importText imports a text that is expected to be of some form.
func importText(t testing.TB, text string, config Config) Usage {
	t.Helper()
	u, err := Import(strings.NewReader(text), config)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

const masterCSV = `"","1001","0205550100","from-internal","""Alice"" <1001>","PJSIP/1001-0000001a","PJSIP/carrier-0000001b","Dial","PJSIP/0205550100@carrier,30","2026-03-02 10:00:00","2026-03-02 10:00:10","2026-03-02 10:30:00",1800,1790,"ANSWERED","DOCUMENTATION","1772445600.26",""
"","0205550111","1002","from-pstn","""Bob, Inc."" <0205550111>","PJSIP/carrier-0000001c","PJSIP/1002-0000001d","Dial","PJSIP/1002","2026-03-02 10:15:00",,"2026-03-02 10:15:30",30,0,"NO ANSWER","DOCUMENTATION","1772446500.27",""
"","1001","1002","from-internal","""Alice"" <1001>","PJSIP/1001-0000001e","PJSIP/1002-0000001f","Dial","PJSIP/1002","2026-03-02 10:20:00","2026-03-02 10:20:00","2026-03-02 10:50:00",1800,1800,"ANSWERED","DOCUMENTATION","1772446800.28",""
"","1003","0205550199","from-internal","""Eve"" <1003>","PJSIP/1003-00000020","","Dial","PJSIP/0205550199@carrier,30","2026-03-02 10:40:00",,"2026-03-02 10:40:00",0,0,"CONGESTION","DOCUMENTATION","1772448000.29",""
`

func TestAsterisk(t *testing.T) {
	u := importText(t, masterCSV, Config{})
	if u.Form.Profile != "asterisk" || !u.Form.Told || u.Calls != 4 || u.Rejects.Rows != 0 {
		t.Fatalf("got %+v, %d calls, %+v", u.Form, u.Calls, u.Rejects)
	}
	b := u.BusyHours[0].Traffic
	if !near(b.Carried, (1800+30+1800)/3600.) || !near(b.Talking, (1790+1800)/3600.) || b.Attempts != 4 || b.Answered != 2 || b.Blocked != 1 {
		t.Errorf("got %+v", b)
	}
	if !near(b.Offered, b.Carried+1210/3600.) { // the blocked call would have lasted as long as the mean of the other three
		t.Errorf("offered %g", b.Offered)
	}
	if u.Total.Peak != 2 || u.Callers != 3 || u.Callees != 3 {
		t.Errorf("peak %d, %d callers, %d callees", u.Total.Peak, u.Callers, u.Callees)
	}
	var trunks []string
	for _, trunk := range u.Trunks {
		trunks = append(trunks, fmt.Sprint(trunk.Name, " ", trunk.Attempts))
	}
	if want := []string{"PJSIP/1002 2", "PJSIP/carrier 1", "PJSIP/1003 1"}; !cmp.Equal(want, trunks) {
		t.Errorf("trunks %q, want %q", trunks, want)
	}
}

// TestCallsOnNoTrunkAreLeftOut, and the side on which a trunk stands is the direction.
func TestCallsOnNoTrunkAreLeftOut(t *testing.T) {
	u := importText(t, masterCSV, Config{Trunks: []string{"PJSIP/carr*", "DAHDI/i?"}})
	if u.Calls != 4 || u.Internal != 2 || u.Total.Attempts != 2 || u.Transit != 0 {
		t.Errorf("%d calls, %d internal, %d on trunks, %d in transit", u.Calls, u.Internal, u.Total.Attempts, u.Transit)
	}
	var directions []string
	for _, d := range u.Directions {
		directions = append(directions, fmt.Sprint(d.Name, " ", d.Attempts, " ", d.Held))
	}
	if want := []string{"in 1 30s", "out 1 30m0s"}; !cmp.Equal(want, directions) {
		t.Errorf("directions %q, want %q", directions, want)
	}
	u = importText(t, masterCSV, Config{Trunks: []string{"PJSIP/*"}})
	if u.Transit != 3 || u.Total.Attempts != 7 || u.Total.Peak != 4 {
		t.Errorf("when every channel is a trunk: %d in transit, %d seizures, %d at a time", u.Transit, u.Total.Attempts, u.Total.Peak)
	}
}

func TestProfiles(t *testing.T) {
	const types = `INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,VARCHAR(129),VARCHAR(129),INTEGER,INTEGER`
	for _, tt := range []struct {
		name, profile, text string
		headings            int
	}{
		{"Asterisk without unique identifier and user field", "asterisk",
			`"","1001","1002","c","x","SIP/1-1","SIP/2-2","Dial","y","2026-03-02 10:00:00","2026-03-02 10:10:00","2026-03-02 10:30:00",1800,1200,"ANSWERED","DOCUMENTATION"` + "\n" +
				`"","1001","1002","c","x","SIP/1-1","","Dial","y","2026-03-02 10:40:00",,"2026-03-02 10:41:00",60,0,"BUSY","DOCUMENTATION"` + "\n", 0},
		{"Asterisk with the new columns", "asterisk",
			`"","1001","1002","c","x","SIP/1-1","SIP/2-2","Dial","y","2026-03-02 10:00:00","2026-03-02 10:10:00","2026-03-02 10:30:00",1800,1200,"ANSWERED","DOCUMENTATION","1.1","","peer","1.1",7` + "\n" +
				`"","1001","1002","c","x","SIP/1-1","","Dial","y","2026-03-02 10:40:00",,"2026-03-02 10:41:00",60,0,"BUSY","DOCUMENTATION","1.2","","peer","1.2",8` + "\n", 0},
		{"Asterisk's custom file", "asterisk-custom",
			`"""A"" <1001>","1001","1002","c","SIP/1-1","SIP/2-2","Dial","y","2026-03-02 10:00:00","2026-03-02 10:10:00","2026-03-02 10:30:00","1800","1200","ANSWERED","DOCUMENTATION","","1.1",""` + "\n" +
				`"""A"" <1001>","1001","1002","c","SIP/1-1","","Dial","y","2026-03-02 10:40:00","","2026-03-02 10:41:00","60","0","NO ANSWER","DOCUMENTATION","","1.2",""` + "\n", 0},
		{"FreeSWITCH", "freeswitch",
			`"Alice","1001","1002","default","2026-03-02 10:00:00","2026-03-02 10:10:00","2026-03-02 10:30:00","1800","1200","NORMAL_CLEARING","a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7d","","","PCMU","PCMU"` + "\n" +
				`"Bob "B" Smith","1001","1002","public","2026-03-02 10:40:00","","2026-03-02 10:41:00","60","0","ORIGINATOR_CANCEL","a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7e","","","",""` + "\n", 0},
		{"FreeSWITCH's compiled-in template, with its blank", "freeswitch",
			`"Alice","1001","1002","default","2026-03-02 10:00:00","2026-03-02 10:10:00","2026-03-02 10:30:00","1800","1200","NORMAL_CLEARING","a5c9","", "acc"` + "\n" +
				`"Bob","1001","1002","public","2026-03-02 10:40:00","","2026-03-02 10:41:00","60","0","USER_BUSY","a5ca","", ""` + "\n", 0},
		{"CUCM, two files joined", "cucm",
			`"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","dateTimeOrigination","callingPartyNumber","finalCalledPartyNumber","dateTimeConnect","dateTimeDisconnect","origDeviceName","destDeviceName","duration","destCause_value"` + "\n" +
				types + "\n" + `1,1,17,1772445600,"1001","0205550100",1772446200,1772447400,"SEP001122334455","SIP_carrier",1200,16` + "\n" +
				`"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","dateTimeOrigination","callingPartyNumber","finalCalledPartyNumber","dateTimeConnect","dateTimeDisconnect","origDeviceName","destDeviceName","duration","destCause_value"` + "\n" +
				types + "\n" + `1,1,18,1772448000,"1001","0205550100",0,1772448060,"SEP001122334455","SIP_carrier",0,17` + "\n", 3},
		{"generic: start, end, party", "generic", "start,answer,end,party\n2026-03-02 10:00:00,2026-03-02 10:10:00,2026-03-02 10:30:00,100\n2026-03-02 10:40:00,,2026-03-02 10:41:00,101\n", 0},
		{"generic: seconds since 1970, semicolons and a duration", "generic",
			"Start Time;Duration;Bill-Sec\n1772445600;1800;1200\n1772448000.000;00:01:00;0\n", 0},
		{"generic: offsets, tabs and a disposition", "generic",
			"call_start\tend_time\ttalk_time\tStatus\n2026-03-02T11:00:00+01:00\t2026-03-02T10:30:00Z\t20:00\tcompleted\n2026-03-02T10:40:00Z\t2026-03-02T10:41:00Z\t\tno-answer\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := importText(t, tt.text, Config{})
			if u.Form.Profile != tt.profile || u.Rejects.Rows != 0 || u.Calls != 2 || u.Total.Answered != 1 {
				t.Fatalf("profile %s, %d calls, %d answered, rejects %+v", u.Form.Profile, u.Calls, u.Total.Answered, u.Rejects)
			}
			b := u.BusyHours[0]
			if b.From != 600 || !near(b.Traffic.Carried, 1860/3600.) || !near(b.Traffic.Talking, 1200/3600.) {
				t.Errorf("got %+v, want 0.517 E and 0.333 E from 10:00", b)
			}
			if again := importText(t, tt.text, Config{Profile: tt.profile}); again.Form.Told || again.Calls != 2 {
				t.Errorf("by name: %+v, %d calls", again.Form, again.Calls)
			}
		})
	}
}

func TestColumnsByFlag(t *testing.T) {
	want := importText(t, "start,end\n2026-03-02 10:00:00,2026-03-02 10:30:00\n", Config{}).BusyHours[0].Traffic
	american, err := ParseTimeFormat("%m/%d/%Y %I:%M:%S %p")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text string
		config     Config
	}{
		{"by heading, without regard to case", "x,Von,Bis\n1,2026-03-02 10:00:00,2026-03-02 10:30:00\n", Config{Columns: Columns{Start: "von", End: "bis"}}},
		{"by number", "x,Von,Bis\n1,2026-03-02 10:00:00,2026-03-02 10:30:00\n", Config{Columns: Columns{Start: "2", End: "3"}}},
		{"without a header line", "1,2026-03-02 10:00:00,1800\n", Config{NoHeader: true, Columns: Columns{Start: "2", Duration: "3"}}},
		{"another delimiter", "1~2026-03-02 10:00:00~1800\n", Config{NoHeader: true, Delimiter: '~', Columns: Columns{Start: "2", Duration: "3"}}},
		{"another form of the time", "a,b\n03/02/2026 10:00:00 AM,03/02/2026 10:30:00 AM\n", Config{TimeFormat: american, Columns: Columns{Start: "a", End: "b"}}},
		{"a column of a profile replaced", "start,end,really\n2026-03-02 10:00:00,never,2026-03-02 10:30:00\n", Config{Columns: Columns{End: "really"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := importText(t, tt.text, tt.config); got.Rejects.Rows != 0 || got.BusyHours[0].Traffic != want {
				t.Errorf("got %+v, rejects %+v", got.BusyHours, got.Rejects)
			}
		})
	}
}

func TestFormsThatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		config     Config
		want       string
	}{
		{"nothing", "", Config{}, "the file has no rows"},
		{"blank", " \n\n", Config{}, "the file has no rows"},
		{"nothing of a known form", "", Config{Profile: "cucm", Prefix: "--"}, "the file has no rows"},
		{"some other text", "Lorem ipsum, dolor\nsit\n", Config{}, "cannot tell the form of a file whose first line has 2 columns (Lorem ipsum, dolor): name a profile (asterisk,"},
		{"control characters in a heading", "\x1b[31m,b\n", Config{}, "(?[31m, b)"},
		{"no such heading", "start,end\n", Config{Columns: Columns{Start: "begin", End: "end"}, Prefix: "--"}, `--start: there is no column "begin"; there are start, end`},
		{"no such column", "start,end\n", Config{Columns: Columns{Start: "1", End: "3"}, Prefix: "--"}, "--end: must be a column from 1 to 2, got 3"},
		{"a heading without a header line", "1,2\n", Config{NoHeader: true, Columns: Columns{Start: "start", End: "2"}, Prefix: "--"}, `--start: must be the number of a column, as the file has no header line, got "start"`},
		{"no end", "start,end\n", Config{Columns: Columns{Start: "start"}, Prefix: "--"}, "--end: is needed"},
		{"CUCM without its header line", "1,2\n", Config{Profile: "cucm", NoHeader: true}, "the profile cucm needs the header line"},
		{"CUCM's name on another file", "a,b\n", Config{Profile: "cucm"}, "start: there is no column \"dateTimeOrigination\"; there are a, b"},
		{"generic's name on another file", "a,b\n", Config{Profile: "generic"}, "start: is needed"},
		{"no such profile", "", Config{Profile: "avaya", Prefix: "--"}, `--profile: there is no profile "avaya"; there are asterisk,`},
		{"everything wrong", "", Config{Longest: -1, Step: 7, TopDays: -1, GoS: 1, Delimiter: '"', Trunks: []string{""}, Prefix: "--"},
			"--delimiter: must be one character other than a quote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Import(strings.NewReader(tt.text), tt.config)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestEveryFieldOfTheConfigurationIsChecked(t *testing.T) {
	err := Config{Profile: "x", Longest: -1, Step: 7, TopDays: -1, GoS: 1, Delimiter: '"', Trunks: []string{""}, Prefix: "--"}.Validate()
	for _, field := range []string{"profile", "delimiter", "max-duration", "step", "top-days", "gos", "trunks"} {
		if err == nil || !strings.Contains(err.Error(), "--"+field+": ") {
			t.Errorf("no complaint about --%s in %v", field, err)
		}
	}
}

// TestBadRowsAreCountedAndListed, each with its line, its reason and what was wrong.
func TestBadRowsAreCountedAndListed(t *testing.T) {
	rows := []struct {
		text   string
		reason Reason
		value  string
	}{
		{"2026-03-02 10:00:00,2026-03-02 10:00:05,2026-03-02 10:30:00,1800,a", "", ""},
		{"2026-03-02 10:00:00,,2026-03-02 10:30:00", badColumns, "2026-03-02 10:00:00"},
		{"2026-03-02 10:00:00,,2026-03-02 10:30:00,1800,a,more", badColumns, "2026-03-02 10:00:00"},
		{"2026-03-02 10:00:00,,2026-03-02 10:30:00,1800,a,,", "", ""}, // empty columns too many do no harm
		{",,2026-03-02 10:30:00,1800,a", noStart, ""},
		{"02.03.2026 10:00,,2026-03-02 10:30:00,1800,a", NoTime, "02.03.2026 10:00"},
		{"2026-03-02 10:00:00,,soon,1800,a", badEnd, "soon"},
		{"2026-03-02 10:00:00,maybe,2026-03-02 10:30:00,1800,a", badAnswer, "maybe"},
		{"2026-03-02 10:00:00,,,half an hour,a", badDuration, "half an hour"},
		{"2026-03-02 10:00:00,,,-5,a", badDuration, "-5"},
		{"2026-03-02 10:00:00,,,,a", noEnd, ""},
		{"2026-03-02 10:00:00,,2026-03-02 09:30:00,1800,a", badOrder, "2026-03-02 09:30:00"},
		{"2026-03-02 10:00:00,2026-03-02 11:00:00,2026-03-02 10:30:00,1800,a", badBetween, "2026-03-02 11:00:00"},
		{"2026-03-02 10:00:00,,2026-03-12 10:30:00,,a", badLength, "240h30m0s"},
		{"2026-03-29 02:30:00,,2026-03-29 03:30:00,,a", SkippedTime, "2026-03-29 02:30:00"},
		{"1970-01-01 00:00:09,,2026-03-29 03:30:00,,a", badYear, "1970-01-01 00:00:09"},
		{`2026-03-02 10:00:00,,2026-03-02 10:30:00,1800,"a`, faultQuote, ""},
		{strings.Repeat("x", maxLine+1), faultLong, ""},
		{strings.Repeat(",", maxColumns), faultColumns, ""},
		{"\x1b[2J\u202e,,\xff,,a", NoTime, "?[2J?"},
		{strings.Repeat("long ", 50) + ",,,,a", NoTime, strings.Repeat("long ", 12) + "..."},
		{"2026-03-02 10:00:00,,2026-03-02 10:30:00,1800,a", "", ""},
	}
	text := "start,answer,end,duration,callee\n"
	var want []string
	for i, row := range rows {
		text += row.text + "\n"
		if row.reason != "" {
			want = append(want, fmt.Sprintf("%d %s %q", i+2, row.reason, row.value))
		}
	}
	u := importText(t, text, Config{Zone: location(t, "Europe/Berlin")})
	var got []string
	for _, f := range u.Rejects.Reasons {
		for _, reject := range f.First {
			got = append(got, fmt.Sprintf("%d %s %q", reject.Line, f.Reason, reject.Value))
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if u.Calls != 3 || u.Rows != len(rows) || u.Rejects.Rows != len(rows)-3 {
		t.Errorf("%d rows, %d calls, %d bad", u.Rows, u.Calls, u.Rejects.Rows)
	}
}

func TestTheFirstBadRowsOfAReasonAreListedAndAllAreCounted(t *testing.T) {
	text := "start,end\n2026-03-02 10:00:00,2026-03-02 10:30:00\n" + strings.Repeat("x,\n", 50) + strings.Repeat("2026-03-02 10:00:00,\n", 70)
	r := importText(t, text, Config{}).Rejects
	if r.Rows != 120 || len(r.Reasons) != 2 || r.Reasons[0].Reason != noEnd || r.Reasons[0].Rows != 70 || len(r.Reasons[0].First) != FirstRejects ||
		r.Reasons[1].Rows != 50 || r.Reasons[1].First[19].Line != 22 {
		t.Errorf("got %+v", r)
	}
}

// TestAStrayQuoteCostsOneRow, though it seems to be closed by a quote some rows on.
func TestAStrayQuoteCostsOneRow(t *testing.T) {
	good := `"2026-03-02 10:00:00","2026-03-02 10:30:00","x"` + "\n"
	u := importText(t, `"start","end","name"`+"\n"+good+`"2026-03-02 10:00:00","2026-03-02 10:30:00","x`+"\n"+strings.Repeat(good, 5), Config{})
	if u.Calls != 6 || u.Rejects.Rows != 1 || u.Rejects.Reasons[0].First[0].Line != 3 {
		t.Errorf("%d calls, rejects %+v", u.Calls, u.Rejects)
	}
}

func TestQuotedLineBreaks(t *testing.T) {
	u := importText(t, "start,end,name\n2026-03-02 10:00:00,2026-03-02 10:30:00,\"two\nlines\"\nx,,\n", Config{})
	if u.Calls != 1 || u.Rows != 2 || u.Rejects.Reasons[0].First[0].Line != 4 {
		t.Errorf("%d calls of %d rows, rejects %+v", u.Calls, u.Rows, u.Rejects)
	}
}

// zipped compresses in two members, as files that were joined have.
func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, part := range []string{text[:len(text)/2], text[len(text)/2:]} {
		w := gzip.NewWriter(&all)
		io.WriteString(w, part)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}

func TestCompressedRecordsAreTheSame(t *testing.T) {
	want := importText(t, masterCSV, Config{})
	for name, source := range map[string]io.Reader{
		"at once": bytes.NewReader(zipped(t, masterCSV)), "octet by octet": iotest.OneByteReader(bytes.NewReader(zipped(t, masterCSV))),
	} {
		got, err := Import(source, Config{})
		if err != nil || got.Total != want.Total || !cmp.Equal(got.BusyHours, want.BusyHours) {
			t.Errorf("%s: %+v and %v", name, got.Total, err)
		}
	}
}

// TestAFileThatBreaksOffGivesWhatWasRead and says so.
func TestAFileThatBreaksOffGivesWhatWasRead(t *testing.T) {
	s := synthetic{from: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), duration: 2 * time.Hour, most: 60, answered: 1,
		holding: traffic.Duration{Law: traffic.Exponential, Mean: time.Minute}}
	packed := zipped(t, string(s.asterisk()))
	u, err := Import(bytes.NewReader(packed[:len(packed)*3/4]), Config{})
	if err != nil || !errors.Is(u.Broken, io.ErrUnexpectedEOF) || u.Calls < 1000 || u.Rejects.Rows > 1 {
		t.Errorf("%d calls, broken %v, rejects %+v; %v", u.Calls, u.Broken, u.Rejects, err)
	}
	if _, err := Import(bytes.NewReader([]byte("\x1f\x8bnonsense")), Config{}); err == nil {
		t.Error("a broken head of gzip is no error")
	}
	broken := errors.New("broken")
	if _, err := Import(iotest.ErrReader(broken), Config{}); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	if _, err := Import(strings.NewReader("\xff\xfes\x00t\x00"), Config{}); !errors.Is(err, ErrUTF16) {
		t.Errorf("UTF-16: %v", err)
	}
}

// TestTheOrderOfTheRowsDoesNotMatter: newest first, as web interfaces export, or shuffled.
func TestTheOrderOfTheRowsDoesNotMatter(t *testing.T) {
	s := office(3, 4)
	s.answered = 0.7
	s.ring = traffic.Duration{Law: traffic.Exponential, Mean: 12 * time.Second}
	lines := strings.SplitAfter(strings.TrimSuffix(string(s.asterisk()), "\n"), "\n")
	want := importText(t, strings.Join(lines, ""), Config{})
	if want.Backward != 0 {
		t.Fatalf("%d rows are out of order from the beginning", want.Backward)
	}
	random := rand.New(rand.NewPCG(1, 1))
	random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\n") + "\n"
	}
	got := importText(t, strings.Join(lines, ""), Config{})
	if got.Backward < len(lines)/3 || got.Late != 0 {
		t.Errorf("%d rows out of order, %d late", got.Backward, got.Late)
	}
	if got.Total != want.Total || got.Peakedness != want.Peakedness || !cmp.Equal(got.BusyHours, want.BusyHours) {
		t.Errorf("got %+v, want %+v", got.Total, want.Total)
	}
}

// TestTheHourThatComesTwice: 02:00 to 03:00 on 2026-10-25 in Berlin. A record that says how long the call lasted tells
// which of the two it began in; otherwise the call was the shortest that it can have been.
func TestTheHourThatComesTwice(t *testing.T) {
	for _, tt := range []struct {
		name, row string
		start     string // UTC
		length    time.Duration
	}{
		{"within the hour", "2026-10-25 02:10:00,2026-10-25 02:20:00,600", "2026-10-25 00:10:00", 10 * time.Minute},
		{"from the first into the second", "2026-10-25 02:50:00,2026-10-25 02:10:00,1200", "2026-10-25 00:50:00", 20 * time.Minute},
		{"the same without a duration", "2026-10-25 02:50:00,2026-10-25 02:10:00,", "2026-10-25 00:50:00", 20 * time.Minute},
		{"from the second to after it", "2026-10-25 02:50:00,2026-10-25 03:10:00,1200", "2026-10-25 01:50:00", 20 * time.Minute},
		{"from the first to after it", "2026-10-25 02:50:00,2026-10-25 03:10:00,4800", "2026-10-25 00:50:00", 80 * time.Minute},
		{"from before into the first", "2026-10-25 01:50:00,2026-10-25 02:10:00,1200", "2026-10-24 23:50:00", 20 * time.Minute},
		{"from before into the second", "2026-10-25 01:50:00,2026-10-25 02:10:00,4800", "2026-10-24 23:50:00", 80 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := importText(t, "start,end,duration\n"+tt.row+"\n", Config{Zone: location(t, "Europe/Berlin")})
			if u.Calls != 1 || u.Doubtful != 1 || u.Unequal != 0 {
				t.Fatalf("%d calls, %d doubtful, %d unequal, %+v", u.Calls, u.Doubtful, u.Unequal, u.Rejects)
			}
			if u.First.UnixMicro() != at(t, tt.start) || u.Holding.Mean != tt.length {
				t.Errorf("from %s for %s, want %s for %s", u.First.UTC(), u.Holding.Mean, tt.start, tt.length)
			}
		})
	}
}

// TestRecordsInUTCAreMeasuredOnTheClockOfTheSite, as those of Asterisk with usegmtime=yes.
func TestRecordsInUTCAreMeasuredOnTheClockOfTheSite(t *testing.T) {
	text := "start,end\n2026-07-01 08:00:00,2026-07-01 08:30:00\n"
	if b := importText(t, text, Config{Zone: location(t, "Europe/Berlin"), UTC: true}).BusyHours[0]; b.From != 10*60 {
		t.Errorf("in UTC: from %d min, want 10:00", b.From)
	}
	if b := importText(t, text, Config{Zone: location(t, "Europe/Berlin")}).BusyHours[0]; b.From != 8*60 {
		t.Errorf("on the clock: from %d min, want 08:00", b.From)
	}
}

func TestDurationsThatDisagreeAreCounted(t *testing.T) {
	u := importText(t, "start,end,duration\n2026-03-02 10:00:00,2026-03-02 10:30:00,1800\n2026-03-02 10:00:00,2026-03-02 10:30:00,90\n", Config{})
	if u.Calls != 2 || u.Unequal != 1 || u.Holding.Mean != 30*time.Minute {
		t.Errorf("%d calls, %d unequal, mean %s", u.Calls, u.Unequal, u.Holding.Mean)
	}
}

func TestPeersOfChannels(t *testing.T) {
	for channel, want := range map[string]string{
		"PJSIP/carrier-0000002a": "PJSIP/carrier", "SIP/my-trunk-0821e3e0": "SIP/my-trunk", "Local/100@sales-00000001;2": "Local/100@sales",
		"DAHDI/i1/5550100-1a": "DAHDI/i1", "DAHDI/1-1": "DAHDI/1", "Zap/g2/5550100-1": "Zap/g2", "IAX2/peer-7": "IAX2/peer", "": "", "carrier": "carrier",
		"SIP/trunk-east": "SIP/trunk-east",
	} {
		if got := peer([]byte(channel)); string(got) != want {
			t.Errorf("%q is of %q, want %q", channel, got, want)
		}
	}
}

func TestPatternsOfTrunks(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"SIP/*", "SIP/a/b", true}, {"*", "", true}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"a*b*c", "axxbyyc", true},
		{"a*b", "abx", false}, {"abc", "abcd", false}, {"*carrier*", "SIP/carrier-a", true}, {"", "a", false}, {"**", "a", true},
	} {
		if got := glob([]byte(tt.pattern), []byte(tt.name)); got != tt.want {
			t.Errorf("%q of %q: %v", tt.name, tt.pattern, got)
		}
	}
}

// FuzzImport: whatever the file, every row is a call or a bad row, nothing panics and no figure is not a number.
func FuzzImport(f *testing.F) {
	f.Add([]byte(masterCSV))
	f.Add([]byte("start,end,trunk,direction\n2026-10-25 02:30:00,1772447400,\"a\",in\n"))
	f.Add([]byte("cdrRecordType,dateTimeOrigination,dateTimeDisconnect\nINTEGER,INTEGER,INTEGER\n1,1772445600,1772445660\n"))
	f.Add(zipped(f, masterCSV))
	berlin := location(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text []byte) {
		u, err := Import(bytes.NewReader(text), Config{Zone: berlin})
		if err != nil {
			return
		}
		if u.Calls+u.Rejects.Rows != u.Rows {
			t.Fatalf("%d calls and %d bad rows of %d", u.Calls, u.Rejects.Rows, u.Rows)
		}
		for _, b := range u.BusyHours {
			if !(b.Traffic.Offered >= 0 && b.Low <= b.High && b.Blocking <= 1) {
				t.Fatalf("%+v", b)
			}
		}
	})
}

func BenchmarkImport(b *testing.B) {
	const rows = 100_000
	text := new(bytes.Buffer)
	text.ReadFrom(bufio.NewReaderSize(&stream{rows: rows, perSecond: 4, at: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, 1<<20))
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		u, err := Import(bytes.NewReader(text.Bytes()), Config{})
		if err != nil || u.Calls != rows {
			b.Fatal(err, u.Calls)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// BenchmarkImportTenMillion imports a month of four trunks, 2.6 GB, and reports the memory that the process took from
// the system: go test -run xxx -bench TenMillion -benchtime 1x ./planner/records
func BenchmarkImportTenMillion(b *testing.B) {
	if testing.Short() {
		b.Skip("takes a quarter of a minute")
	}
	const rows = 10_000_000
	for b.Loop() {
		source := &stream{rows: rows, perSecond: 4, at: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
		if u, err := Import(source, Config{}); err != nil || u.Calls != rows {
			b.Fatal(err, u.Calls)
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.Sys)/1e6, "MB")
}

// TestARowAllocatesNextToNothing: twice as many rows of the same day take hardly more allocations.
func TestARowAllocatesNextToNothing(t *testing.T) {
	allocations := func(rows int) float64 {
		return testing.AllocsPerRun(1, func() {
			source := &stream{rows: rows, perSecond: 4, at: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
			if u, err := Import(source, Config{}); err != nil || u.Calls != rows {
				t.Fatal(err, u.Calls)
			}
		})
	}
	const rows = 20_000
	if more := allocations(2*rows) - allocations(rows); more > rows/50 {
		t.Errorf("%g more allocations for %d more rows", more, rows)
	}
}
