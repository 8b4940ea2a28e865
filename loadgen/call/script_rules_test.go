package call

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// dataFile reads a data file of the tests.
func dataFile(t testing.TB, text string) map[string]*scenarios.Table {
	t.Helper()
	data, err := scenarios.ParseTable("data.csv", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*scenarios.Table{"data.csv": data}
}

var errRefusedNumber = errors.New("an emergency number")

// noEmergencies refuses what ends in 112.
func noEmergencies(uri string) error {
	user, _, _ := strings.Cut(strings.TrimPrefix(uri, "sip:"), "@")
	if strings.HasSuffix(user, "112") {
		return errRefusedNumber
	}
	return nil
}

func TestNoScriptCallsAnEmergencyNumber(t *testing.T) {
	calling := func(target, to string) string {
		text := scriptFile(t, "caller.xml")
		text = strings.Replace(text, "INVITE sip:[service]@", "INVITE sip:"+target+"@", 1)
		return strings.Replace(text, "To: [service] <sip:[service]@", "To: <sip:"+to+"@", 1)
	}
	for _, tt := range []struct{ name, text, data string }{
		{"in a cell", calling("[field0]", "[field1]"), "SEQUENTIAL\n112;100\n"},
		{"in the To", calling("[field0]", "[field1]"), "SEQUENTIAL\n100;112\n"},
		{"put together of two cells", calling("[field0][field1]", "100"), "SEQUENTIAL\n11;2\n"},
		{"in a variable", strings.Replace(calling("[$n]", "100"), `<send retrans="500" start_rtd`, `<nop><action><assignstr assign_to="n" value="112"/></action></nop><send retrans="500" start_rtd`, 1), "SEQUENTIAL\nx\n"},
		{"as the service", calling("[service]", "100"), "SEQUENTIAL\nx\n"},
		{"by PRINTF", calling("[field0]", "100"), "SEQUENTIAL,PRINTF=10,PRINTFOFFSET=112\n%d\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, func(c, _ *Config) {
				c.Programs, c.CheckNumber = []*scenarios.Program{script(t, tt.text)}, noEmergencies
				c.Script = &ScriptConfig{Service: "112", Tables: dataFile(t, tt.data)}
			})
			l.place(time.Second)
			l.runUntil(time.Minute)
			l.closed()
			counts := l.caller.ScriptCounts()
			if len(l.log) != 0 || counts.Failures[measure.FailedNumberRefused] != 1 || counts.Refused == "" || l.calls.Outcomes[measure.NotStarted] != 1 {
				t.Errorf("messages %q, refused %q, outcomes %v", l.log, counts.Refused, l.calls.Outcomes)
			}
		})
	}
}

// headersSent returns the header lines of a name in what the caller sends next.
func headersSent(t *testing.T, l *lab, name string) []string {
	t.Helper()
	var sent packet
	l.catchNext("-> BYE", &sent)
	l.place(time.Second)
	l.runUntil(20 * time.Second)
	var found []string
	for _, line := range strings.Split(string(sent.data), "\r\n") {
		if strings.HasPrefix(line, name) {
			found = append(found, line)
		}
	}
	return found
}

func TestNothingThatAPeerSaysAddsAHeader(t *testing.T) {
	text := strings.Replace(inCaller("<pause/>"), `<recv response="200" rtd="answer" rrs="true"/>`,
		`<recv response="200" rtd="answer" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="Server:" assign_to="s"/></action></recv>`, 1)
	text = strings.Replace(text, "CSeq: 2 BYE", "CSeq: 2 BYE\n      X-Server: [$s]", 1)
	l := newScriptLab(t, text, "", nil)
	if got := headersSent(t, l, "X-Server"); len(got) != 1 || !strings.HasPrefix(got[0], "X-Server:  sipplan/test") {
		t.Errorf("headers %q", got)
	}
}

func TestScriptVariablesBranchesAndTests(t *testing.T) {
	extract := func(actions string) string {
		return strings.Replace(inCaller("<pause/>"), `<recv response="200" rtd="answer" rrs="true"/>`, `<recv response="200" rtd="answer" rrs="true"><action>`+actions+`</action></recv>`, 1)
	}
	for _, tt := range []struct {
		name, actions string
		failure       measure.Failure
	}{
		{"a check that holds", `<ereg regexp="PCMU/8000" search_in="body" check_it="true" assign_to="x"/>`, measure.NoFailure},
		{"a check that does not hold", `<ereg regexp="G729" search_in="body" check_it="true" assign_to="x"/>`, measure.FailedRegexpDoesntMatch},
		{"an inverse check that does not hold", `<ereg regexp="PCMU" search_in="body" check_it_inverse="true" assign_to="x"/>`, measure.FailedRegexpShouldntMatch},
		{"a header that is not there", `<ereg regexp=".*" search_in="hdr" header="X-Nothing:" check_it="true" assign_to="x"/>`, measure.FailedRegexpHdrNotFound},
		{"a number that is as it should be", `<assign assign_to="n" value="3"/><add assign_to="n" value="4"/><multiply assign_to="n" variable="n"/><test variable="n" compare="equal" value="49" check_it="true"/>`, measure.NoFailure},
		{"a number that is not", `<assign assign_to="n" value="1"/><divide assign_to="n" value="4"/><test variable="n" compare="greater_than" value="0.25" check_it="true"/>`, measure.FailedTestDoesntMatch},
		{"a number that should not be", `<assign assign_to="n" value="1"/><test variable="n" compare="less_than_equal" value="1" check_it_inverse="true"/>`, measure.FailedTestShouldntMatch},
		{"a text", `<assignstr assign_to="a" value=" x%20y "/><trim assign_to="a"/><urldecode variable="a"/><strcmp variable="a" value="x y" check_it="true"/>`, measure.NoFailure},
		{"a text that differs", `<assignstr assign_to="a" value="x"/><strcmp variable="a" value="y" check_it="true"/>`, measure.FailedStrcmpDoesntMatch},
		{"a text that is the same", `<assignstr assign_to="a" value="x"/><strcmp variable="a" value="x" check_it_inverse="true"/>`, measure.FailedStrcmpShouldntMatch},
		{"a text made a number", `<assignstr assign_to="a" value=" 17"/><todouble assign_to="n" variable="a"/><subtract assign_to="n" value="17"/><test variable="n" compare="not_equal" value="0" check_it_inverse="true"/>`, measure.NoFailure},
		{"a number drawn in a nop", `<sample assign_to="n" distribution="uniform" min="3" max="4"/><test variable="n" compare="greater_than_equal" value="3" check_it="true"/><test variable="n" compare="less_than_equal" value="4" check_it="true"/>`, measure.NoFailure},
		{"a number drawn of a fixed law", `<sample assign_to="n" distribution="fixed" value="7"/><test variable="n" compare="equal" value="7" check_it="true"/>`, measure.NoFailure},
		{"an order to end the call", `<exec int_cmd="stop_call"/>`, measure.FailedCallRejected},
		{"a destination that was not allowed", `<setdest host="198.51.100.7" port="5060" protocol="UDP"/>`, measure.FailedTCPConnect},
		{"a destination at the target itself", `<setdest host="192.0.2.2" port="5060" protocol="UDP"/>`, measure.NoFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newScriptLab(t, extract(tt.actions), "", nil)
			l.place(time.Second)
			l.runUntil(60 * time.Second)
			counts := l.caller.ScriptCounts()
			want := uint64(1)
			if tt.failure == measure.NoFailure {
				want = 0
			}
			if counts.Failed != want || tt.failure != measure.NoFailure && counts.Failures[tt.failure] != 1 {
				t.Errorf("%d calls failed: %v, want %s", counts.Failed, counts.Failures, tt.failure)
			}
		})
	}
}

// fakeHost notes what a script asks of its host.
type fakeHost struct {
	ran, notes []string
	refuse     error
}

func (h *fakeHost) Run(command string) error         { h.ran = append(h.ran, command); return h.refuse }
func (h *fakeHost) Text(name string) ([]byte, error) { return []byte("text of " + name), nil }
func (h *fakeHost) Note(kind string, line []byte)    { h.notes = append(h.notes, kind+": "+string(line)) }

func TestScriptOrders(t *testing.T) {
	host := &fakeHost{}
	l := newScriptLab(t, inCaller(`<nop><action><log message="call [call_number]: [file name=&quot;a.txt&quot;]"/><warning message="careful"/><exec command="echo [call_number]"/><exec int_cmd="stop_gracefully"/></action></nop>`), "",
		func(c, _ *ScriptConfig) { c.Host = host })
	l.place(time.Second)
	l.runUntil(60 * time.Second)
	if want := []string{"log: call 1: text of a.txt", "warning: careful"}; !slices.Equal(host.notes, want) || !slices.Equal(host.ran, []string{"echo 1"}) {
		t.Errorf("notes %q, commands %q", host.notes, host.ran)
	}
	if gracefully, now, cause := l.caller.WantsStop(); !gracefully || now || cause != nil {
		t.Errorf("stop: %v %v %v", gracefully, now, cause)
	}
	l = newScriptLab(t, inCaller(`<nop><action><error message="no good"/></action></nop>`), "", nil)
	l.place(time.Second)
	l.runUntil(60 * time.Second)
	if _, now, cause := l.caller.WantsStop(); !now || cause == nil || !strings.Contains(cause.Error(), "no good") {
		t.Errorf("stop: %v %v", now, cause)
	}
}

func TestScriptThatGoesRoundFails(t *testing.T) {
	l := newScriptLab(t, inCaller(`<label id="1"/><nop next="1"/><pause/>`), "", nil)
	l.place(time.Second)
	l.runUntil(60 * time.Second)
	if counts := l.caller.ScriptCounts(); counts.Failures[measure.FailedEndlessLoop] != 1 {
		t.Errorf("failures %v", counts.Failures)
	}
}

func TestUnexpectedMessages(t *testing.T) {
	answerer := func(steps string) string {
		return strings.Replace(scriptFile(t, "answerer.xml"), `<recv request="BYE"/>`, steps+`<recv request="BYE"/>`, 1)
	}
	send := func(method string) string {
		return `<send retrans="500"><![CDATA[
			` + method + ` sip:caller@192.0.2.1:5060 SIP/2.0
			Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
			[last_From:]
			[last_To:]
			[last_Call-ID:]
			CSeq: 7 ` + method + `
			Content-Length: 0
		]]></send><recv response="200"/>`
	}
	mandatory := strings.Replace(answerer(send("OPTIONS")), `<recv request="ACK" optional="true" rtd="true"/>`, `<recv request="ACK"/>`, 1)
	for _, tt := range []struct {
		name     string
		answerer string
		config   ScriptConfig
		failed   uint64
		last     string
	}{
		{"OPTIONS ends the call with a BYE", mandatory, ScriptConfig{}, 1, "-> BYE"},
		{"OPTIONS is answered with -aa", mandatory, ScriptConfig{AnswerAll: true}, 0, "<- 200 OK (2 BYE)"},
		{"OPTIONS is passed over", mandatory, ScriptConfig{Patient: true}, 0, "<- 200 OK (2 BYE)"},
		{"OPTIONS ends the call in silence", mandatory, ScriptConfig{Silent: true}, 1, "-> OPTIONS"},
		{"a BYE is answered", strings.ReplaceAll(mandatory, "OPTIONS", "BYE"), ScriptConfig{}, 1, "-> 200 OK (7 BYE)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newScriptLab(t, inCaller(`<recv request="NEVER" timeout="400" ontimeout="over"/><label id="over"/>`), tt.answerer, func(c, _ *ScriptConfig) {
				service := c.Service
				*c = tt.config
				c.Service = service
			})
			l.place(time.Second)
			l.runUntil(300 * time.Millisecond)
			if tt.failed == 0 {
				l.runUntil(5 * time.Second)
			}
			counts := l.caller.ScriptCounts()
			if counts.Failed != tt.failed || tt.config.AnswerAll && counts.AutoAnswered != 1 {
				t.Errorf("%d failed, %d answered; messages:\n%s", counts.Failed, counts.AutoAnswered, strings.Join(l.log, "\n"))
			}
			if !tt.config.Silent && !strings.Contains(strings.Join(l.log, "\n"), tt.last) {
				t.Errorf("no %q in:\n%s", tt.last, strings.Join(l.log, "\n"))
			}
			if tt.config.Silent && strings.Contains(strings.Join(l.log, "\n"), "-> BYE") {
				t.Errorf("a silent script said BYE:\n%s", strings.Join(l.log, "\n"))
			}
		})
	}
}

func TestLabelForTheUnexpected(t *testing.T) {
	text := inCaller(`<pause milliseconds="100"/><nop next="bye"/><label id="_unexp.main"/><recv request="OPTIONS"/>
		<send><![CDATA[
			SIP/2.0 200 OK
			[last_Via:]
			[last_From:]
			[last_To:]
			[last_Call-ID:]
			[last_CSeq:]
			Content-Length: 0
		]]></send><label id="bye"/>`)
	answerer := strings.Replace(scriptFile(t, "answerer.xml"), `<recv request="ACK" optional="true" rtd="true"/>`, `<recv request="ACK"/><send><![CDATA[
			OPTIONS sip:caller@192.0.2.1:5060 SIP/2.0
			Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
			[last_From:]
			[last_To:]
			[last_Call-ID:]
			CSeq: 7 OPTIONS
			Content-Length: 0
		]]></send><recv response="200"/>`, 1)
	l := newScriptLab(t, text, answerer, nil)
	l.place(time.Second)
	l.runUntil(10 * time.Second)
	l.closed()
	if c, a := l.caller.ScriptCounts(), l.answerer.ScriptCounts(); c.Successful != 1 || a.Successful != 1 {
		t.Errorf("caller %v, answerer %v; messages:\n%s", c.Failures, a.Failures, strings.Join(l.log, "\n"))
	}
}

func TestAbandonedScriptsCloseTheirAccounts(t *testing.T) {
	l := newScriptLab(t, scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml"), nil)
	for range 5 {
		l.place(time.Hour)
	}
	l.runUntil(time.Second)
	l.caller.Stop(l.now)
	l.runUntil(2 * time.Second)
	l.answerer.Abandon(l.now)
	l.closed()
	if n := l.caller.ScriptCounts().Failures[measure.FailedStopped]; n != 5 {
		t.Errorf("%d calls were stopped, want 5", n)
	}
}

// Rows that a script adds or changes are there for the lookups and cells behind.
func TestScriptsAddAndReplaceRows(t *testing.T) {
	for _, tt := range []struct{ name, actions, want string }{
		{"a row that is added", `<insert file="data.csv" value="cid;third"/><lookup assign_to="row" file="data.csv" key="cid"/>`, "X-Row: third"},
		{"a row that is replaced", `<lookup assign_to="row" file="data.csv" key="bob"/><replace file="data.csv" line="[$row]" value="bob;other"/>`, "X-Row: other"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(inCaller(`<nop><action>`+tt.actions+`</action></nop>`), "CSeq: 2 BYE", "CSeq: 2 BYE\n      X-Row: [field1 file=\"data.csv\" line=\"[$row]\"]", 1)
			tables := dataFile(t, "SEQUENTIAL\nann;first\nbob;second\n")
			tables["data.csv"].Index(0)
			l := newScriptLab(t, text, "", func(c, _ *ScriptConfig) { c.Tables = tables })
			if got := headersSent(t, l, "X-Row"); !slices.Equal(got, []string{tt.want}) {
				t.Errorf("headers %q, want %q", got, tt.want)
			}
		})
	}
}

// [auto_media_port] is the media port and four ports on for each call, as in SIPp; [media_port] stays.
func TestScriptsNameAMediaPortForEachCall(t *testing.T) {
	text, host := inCaller(`<nop><action><log message="[auto_media_port] [auto_media_port+1] [media_port+2]"/></action></nop>`), &fakeHost{}
	l := newScriptLab(t, text, "", func(c, _ *ScriptConfig) { c.Host, c.Media.Port = host, 7000 })
	for range 3 {
		l.place(time.Second)
	}
	l.runUntil(20 * time.Second)
	if want := []string{"log: 7000 7001 7002", "log: 7004 7005 7002", "log: 7008 7009 7002"}; !slices.Equal(host.notes, want) {
		t.Errorf("logged %q, want %q", host.notes, want)
	}
}

// The form of SIPp 3.6.1: "2026-11-21\t15:30:59.877535\t1795275059.877535".
func TestTimestampIsThatOfSIPp(t *testing.T) {
	at := time.Date(2026, 11, 21, 15, 30, 59, 7_535_999, time.UTC)
	if got, want := string(appendTimestamp(nil, at)), "2026-11-21\t15:30:59.007535\t1795275059.007535"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What SIPp 3.6.1 sends: -1 where calls belong to no users, and a number of the call that takes no offset.
func TestScriptsNameUsersAndCalls(t *testing.T) {
	for users, want := range map[int][]string{
		0: {"log: -1 0 1 1 1", "log: -1 0 2 2 2", "log: -1 0 3 3 3"},
		2: {"log: 2 1 1 1 1", "log: 2 2 2 2 2", "log: 2 1 3 3 3"},
	} {
		text, host := inCaller(`<nop><action><log message="[users] [userid] [call_number] [call_number+7] [call_number-1]"/></action></nop>`), &fakeHost{}
		l := newScriptLab(t, text, "", func(c, _ *ScriptConfig) { c.Host, c.Users = host, users })
		for i := range 3 {
			l.place(time.Second)
			if i == 1 {
				l.runUntil(20 * time.Second) // users have one call at a time
			}
		}
		l.runUntil(40 * time.Second)
		if !slices.Equal(host.notes, want) {
			t.Errorf("%d users: logged %q, want %q", users, host.notes, want)
		}
	}
}

// Behind a value that ends a line, SIPp 3.6.1 leaves out white space; without a value for a whole line, that line. The empty
// line that ends the headers stays, where SIPp runs them into the body.
func TestValuesThatEndALineTakeNoOther(t *testing.T) {
	const set = `<recv response="200" rtd="answer" rrs="true"><action><ereg regexp="a=rtpmap:.*" search_in="body" assign_to="line"/><ereg regexp="(never)?" search_in="msg" assign_to="matched,none"/><log message="[$matched][$line]"/></action></recv>`
	for _, tt := range []struct{ name, head, body, wantHead, wantBody string }{
		{"between lines", "", "first\n[$none]\n\nlast", "", "first\r\nlast\r\n"},
		{"at the beginning of a body", "", "[$none]\n\n  last\n\nend", "", "last\r\n\r\nend\r\n"},
		{"within a line", "", "a [$none] b\n[$none] c", "", "a  b\r\nc\r\n"},
		{"a text that ends in a line end", "", "first\n[$line]\n\nlast", "", "first\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=inactive\r\nlast\r\n"},
		{"two in a row", "", "a\n[$none][$none]\nb", "", "a\r\nb\r\n"},
		{"at the end of the headers", "\nX: 1\n[$none]", "body", "\r\nX: 1", "body\r\n"},
		{"in the headers", "\n[$none]\nX: 1", "body", "\r\nX: 1", "body\r\n"},
		{"nothing behind a name", "\nX: [$none]\nY: 2", "body", "\r\nX: \r\nY: 2", "body\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(inCaller("<pause/>"), `<recv response="200" rtd="answer" rrs="true"/>`, set, 1)
			at := strings.Index(text, "CSeq: 2 BYE")
			text = text[:at] + strings.Replace(text[at:], "Max-Forwards: 70\n      Content-Length: 0\n", "Content-Length: [len]"+tt.head+"\n\n"+tt.body+"\n", 1)
			l := newScriptLab(t, text, "", nil)
			var sent packet
			l.catchNext("-> BYE", &sent)
			l.place(time.Second)
			l.runUntil(20 * time.Second)
			_, rest, _ := strings.Cut(string(sent.data), "CSeq: 2 BYE\r\n")
			want := "Content-Length: " + strconv.Itoa(len(tt.wantBody)) + tt.wantHead + "\r\n\r\n" + tt.wantBody
			if rest != want {
				t.Errorf("%q, want %q", rest, want)
			}
		})
	}
}

// SIPp's head writes these; its 3.6.1 knows neither action.
func TestTextsAreEncodedAsInSIPp(t *testing.T) {
	for plain, want := range map[string]string{"hello world": "hello%20world", "a+b": "a%2Bb", "sip:a@b;x=1": "sip%3Aa%40b%3Bx%3D1", "~-_.!*'()": "~-_.%21%2A%27%28%29", "%41": "%2541", "\xe4/?&#": "%E4%2F%3F%26%23"} {
		if got := string(appendEncoded(nil, []byte(plain))); got != want || string(decoded([]byte(got))) != plain {
			t.Errorf("%q is encoded as %q, want %q; decoded again %q", plain, got, want, decoded([]byte(got)))
		}
	}
	for text, want := range map[string]string{"a+b%20c": "a b c", "%41%42": "AB", "a%00b": "a", "100%": "100%", "%zz": "%zz", "%4": "%4"} {
		if got := string(decoded([]byte(text))); got != want {
			t.Errorf("%q is decoded as %q, want %q", text, got, want)
		}
	}
}

// In SIPp 3.6.1 the remote address is that of the command line, wherever setdest leads.
func TestScriptsNameTheTargetBehindSetdest(t *testing.T) {
	text, host := inCaller(`<nop><action><setdest host="192.0.2.2" port="5061" protocol="UDP"/><log message="[remote_ip]:[remote_port] [remote_port+1]"/><setdest host="192.0.2.2" port="5060" protocol="UDP"/></action></nop>`), &fakeHost{}
	l := newScriptLab(t, text, "", func(c, _ *ScriptConfig) { c.Host = host })
	l.place(time.Second)
	l.runUntil(20 * time.Second)
	if want := []string{"log: 192.0.2.2:5060 5061"}; !slices.Equal(host.notes, want) {
		t.Errorf("logged %q, want %q", host.notes, want)
	}
}
