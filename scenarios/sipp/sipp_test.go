package sipp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
)

const options = `<send retrans="500"><![CDATA[
	OPTIONS sip:[service]@[remote_ip]:[remote_port] SIP/2.0
	Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
	From: <sip:a@[local_ip]>;tag=[call_number]
	To: <sip:b@[remote_ip]>
	Call-ID: [call_id]
	CSeq: 1 OPTIONS
	Content-Length: 0
]]></send>
`

// inScenario puts elements into a scenario that sends OPTIONS first. They begin in line 11.
func inScenario(elements string) string {
	return `<scenario name="test">` + "\n" + options + elements + "\n</scenario>\n"
}

// found returns the findings of a severity as "line message" texts.
func found(f *File, severity Severity) (list []string) {
	for _, finding := range f.Findings {
		if finding.Severity == severity {
			list = append(list, fmt.Sprintf("%d %s", finding.Line, finding.Message))
		}
	}
	return list
}

func TestMalformedFilesAreReadWithAWarning(t *testing.T) {
	for _, tt := range []struct{ name, text, warning string }{
		{"an attribute twice", inScenario(`<recv response="200" rtd="1" rtd="2"/>`), "11 attribute rtd of <recv> is given twice"},
		{"a bare < in a value", inScenario(`<recv response="200"><action><ereg regexp="<sip:.*>" search_in="hdr" header="To:" assign_to="1"/></action></recv>`), "11 the value of regexp has a <"},
		{"a bare & in a value", inScenario(`<recv response="200"><action><log message="a & b"/></action></recv>`), "11 a & that should be written as &amp;"},
		{"an entity that nobody declared", inScenario(`<recv response="200"><action><log message="&file;"/></action></recv>`), "11 a & that should be written as &amp;"},
		{"a comma between attributes", inScenario(`<recv response="200", rtd="true"/>`), "11 a ',' between attributes"},
		{"two dashes in a comment", inScenario("<recv response=\"200\"/>\n<!-- a -- b -->"), "12 two dashes within a comment"},
		{"no quotes", inScenario(`<recv response=200/>`), "11 the value of response has no quotes"},
		{"no closing quote", inScenario("<recv response=\"200/>\n<label id=\"1\"/>"), "11 a closing quote is missing"},
		{"no space between attributes", inScenario(`<recv response="200"rtd="true"/>`), "11 there is no space behind the value of response"},
		{"no end tag", inScenario(`<recv response="200">`), "12 </scenario> closes <recv> of line 11 too"},
		{"an end tag too many", inScenario(`<recv response="200"/></recv>`), "11 </recv> closes no element"},
		{"no end of the scenario", strings.Replace(inScenario(`<recv response="200"/>`), "</scenario>", "", 1), "13 <scenario> of line 1 is never closed"},
		{"text behind the end", inScenario(`<recv response="200"/>`) + "junk", "13 text outside of the scenario"},
		{"a comment without end", inScenario("<!-- <pause/>\n<recv response=\"200\"/>"), "11 a comment is never closed"},
		{"an attribute without value", inScenario(`<recv response="200" optional/>`), "11 attribute optional of <recv> has no value"},
		{"no > at the end of a tag", inScenario("<recv response=\"200\"\n</recv>"), "12 <recv> has no > before the next element"},
		{"an attribute that nobody knows", inScenario(`<recv response="200" rss="true"/>`), "11 attribute rss of <recv> is unknown and has no effect; did you mean \"rrs\"?"},
		{"not UTF-8", inScenario("<!-- caf\xe9 --><recv response=\"200\"/>"), "1 the text is not UTF-8"},
		{"declarations within DOCTYPE", `<!DOCTYPE scenario [<!ENTITY a "b">]>` + inScenario(`<recv response="200"/>`), "1 the declarations within DOCTYPE"},
		{"a Perl class in a regular expression", inScenario(`<recv response="200"><action><ereg regexp="\d+" assign_to="1"/></action></recv>`), `11 regular expression "\\d+": \d stands for the letter d`},
		{"a connection that calls share", inScenario(`<recv response="200"><action><closecon/></action></recv>`), "11 <closecon> has no effect"},
		{"an expression outside of its action", inScenario(`<recv response="200"><ereg regexp="a" assign_to="1"/></recv>`), "11 <ereg> within <recv> is passed over"},
		{"a second action", inScenario(`<recv response="200"><action/><action><ereg regexp="a" assign_to="1"/></action></recv>`), "11 <action> within <recv> is passed over"},
		{"a number that is empty", inScenario(`<recv response="200"><action><test assign_to="1" variable="1" compare="equal" value=""/></action></recv>`), "11 value of <test> is empty and taken for 0"},
		{"a time that is empty", inScenario(`<recv response="200" timeout=""/>`), "11 timeout of <recv> is empty and taken for 0"},
		{"a keyword of the user's own", inScenario(`<recv response="200"><action><log message="[my_key]"/></action></recv>`), "11 [my_key] is no keyword of its own: it needs --key my_key="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse("test.xml", []byte(tt.text), Options{Checking: true})
			if !f.Parsed || !f.Supported() {
				t.Fatalf("parsed %v, errors %q", f.Parsed, found(f, Error))
			}
			warnings := found(f, Warning)
			if len(warnings) == 0 || !strings.HasPrefix(warnings[0], tt.warning) {
				t.Errorf("warnings %q, want first %q", warnings, tt.warning)
			}
			steps := f.Program.Script.Steps
			if len(steps) != 2 || steps[1].Status != 200 {
				t.Errorf("%d steps, want OPTIONS and 200", len(steps))
			}
		})
	}
}

func TestQuotesBehindABackslashBelongToTheValue(t *testing.T) {
	for _, tt := range []struct{ name, attributes, regexp, assign string }{
		{"at the end", `regexp="type=\"away\"" assign_to="1"`, `type="away"`, "1"},
		{"before what looks like another attribute", `regexp="version=\"1.0\" encoding=\"UTF-8\"" assign_to="1"`, `version="1.0" encoding="UTF-8"`, "1"},
		{"a backslash before the end", `regexp="[a\" assign_to="1"`, `[a\`, "1"},
		{"over lines", "regexp=\"a=\\\"b\\\"\n\tc\" assign_to='x'", "a=\"b\"\n\tc", "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := parseDocument([]byte("<ereg " + tt.attributes + "/>"))
			regexp, _ := d.root.get("regexp")
			if assign, _ := d.root.get("assign_to"); regexp != tt.regexp || assign != tt.assign || len(d.findings) > 0 {
				t.Errorf("got %q and %q, %v", regexp, assign, d.findings)
			}
		})
	}
}

func TestWellFormedFilesHaveNoFindings(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"plain", inScenario(`<recv response="200" optional="true"/><recv response="486"/>`)},
		{"entities of XML", inScenario(`<recv response="200"><action><log message="&lt;&#65;&#x42;&quot;&apos;&amp;&gt;"/></action></recv>`)},
		{"a DOCTYPE that names a file", `<?xml version="1.0" encoding="ISO-8859-1" ?><!DOCTYPE scenario SYSTEM "sipp.dtd">` + inScenario(`<recv response="200"/>`)},
		{"keys of SRTP", inScenario(`<recv response="200"><action><log message="[cryptotag1audio] [cryptosuiteaescm128sha1801audio] [cryptokeyparams1audio-1] [ueaescm128sha1321video]"/></action></recv>`)},
		{"single quotes", inScenario(`<recv response='200'/>`)},
		{"every pause", inScenario(`<pause/><pause milliseconds="5"/><pause distribution="fixed" value="1"/><pause distribution="uniform" min="1" max="2"/>
			<pause distribution="normal" mean="1" stdev="2"/><pause distribution="lognormal" mean="1" stdev="2"/><pause distribution="exponential" mean="9"/>
			<pause distribution="weibull" lambda="1" k="2"/><pause distribution="pareto" k="1" x_m="2"/><pause distribution="gpareto" shape="1" scale="2" location="3"/>
			<pause distribution="gamma" k="1" theta="2"/><pause distribution="negbin" n="3" p="0.1"/><pause min="1" max="2"/><pause normal="true" mean="1" stdev="1"/>
			<timewait milliseconds="4000"/>`)},
		{"every action", inScenario(`<recv response="200"><action>
			<ereg regexp="a(b)" search_in="msg" assign_to="1,2"/><ereg regexp="." search_in="body" check_it="true" assign_to="3"/>
			<ereg regexp="." search_in="hdr" header="Via:" occurence="2" case_indep="true" start_line="true" check_it_inverse="true" assign_to="3"/>
			<ereg regexp="." search_in="var" variable="1" assign_to="3"/><assignstr assign_to="1" value="[$2]"/><assign assign_to="4" value="1"/>
			<add assign_to="4" value="1"/><subtract assign_to="4" variable="4"/><multiply assign_to="4" value="2"/><divide assign_to="4" value="2"/>
			<todouble assign_to="4" variable="1"/><test assign_to="5" variable="4" compare="equal" value="1"/><test check_it="true" variable="4" compare="less_than_equal" variable2="4"/>
			<strcmp assign_to="5" variable="1" value="x"/><strcmp check_it_inverse="true" variable="1" variable2="2"/><trim assign_to="1"/>
			<urlencode variable="1"/><urldecode variable="1"/><sample assign_to="4" distribution="uniform" min="1" max="2"/><gettimeofday assign_to="4,6"/>
			<index assign_to="4"/><jump value="1"/><pauserestore variable="4"/><lookup assign_to="4" file="a.csv" key="[$1]"/><insert file="a.csv" value="x;y"/>
			<replace file="a.csv" line="[$4]" value="x"/><verifyauth assign_to="5" username="u" password="p"/><setdest host="127.0.0.1" port="5060" protocol="UDP"/>
			<log message="m"/><warning message="m"/><error message="m"/><rtp_echo value="1"/>
			<exec command="true"/><exec int_cmd="stop_call"/><exec int_cmd="stop_now"/><exec int_cmd="stop_gracefully"/><exec play_pcap_audio="a.pcap"/>
			<exec play_pcap_video="a.pcap"/><exec play_pcap_image="a.pcap"/><exec play_dtmf="123"/><exec rtp_stream="a.wav,-1,8,PCMA/8000"/><exec rtp_stream="pause"/>
			<exec rtp_stream="resume"/><exec rtp_stream="apattern,1"/><exec rtp_stream="pausevpattern"/><exec rtp_stream="resumeapattern"/>
			<exec rtp_echo="startaudio,0,PCMU/8000"/><exec rtp_echo="stopvideo"/></action></recv>`)},
		{"branches and variables", `<scenario><Global variables="g"/><User variables="u"/><label id="1"/>` + options +
			`<recv response="200" next="1" test="g" chance="0.5" condexec="u" condexec_inverse="true" timeout="100" ontimeout="2"/>
			<label id="2"/><nop hide="true" display="x"><action><assignstr assign_to="r" value="a"/></action></nop><Reference variables="r,g,u"/>
			<init><nop><action><assign assign_to="g" value="1"/></action></nop></init>
			<ResponseTimeRepartition value="10, 20"/><CallLengthRepartition value="10, 20"/></scenario>`},
		{"third-party call control", inScenario(`<recv response="200"/><sendCmd dest="m"><![CDATA[ Call-ID: [call_id] ]]></sendCmd><recvCmd src="m"/>`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse("test.xml", []byte(tt.text), Options{Checking: true})
			if len(f.Findings) > 0 || !f.Supported() || f.Program == nil {
				t.Errorf("findings %v", f.Findings)
			}
		})
	}
}

func TestWhatCannotRunIsAnError(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no scenario", "<config/>", "1 the file is no scenario"},
		{"no element", "hello", "1 there is no element in the file"},
		{"nothing", "", "1 there is no element in the file"},
		{"an unknown element", inScenario(`<receive/>`), "11 <receive> is no element of a scenario"},
		{"an unknown action", inScenario(`<recv response="200"><action><erge/></action></recv>`), "11 <erge> is no action; did you mean \"ereg\"?"},
		{"a message without a method", inScenario("<send><![CDATA[ [field0] sip:x SIP/2.0 ]]></send>"), "11 a message must begin with a method"},
		{"a keyword that is not closed", inScenario("<send><![CDATA[ BYE sip:[service SIP/2.0\nVia: x ]]></send>"), "11 a [ is not closed"},
		{"a label that is not there", inScenario(`<recv response="200" next="7"/>`), `11 no label has the id "7"`},
		{"a label twice", inScenario(`<label id="7"/><label id="7"/>`), "11 <label> needs an id that no other has"},
		{"a back-reference", inScenario(`<recv response="200"><action><ereg regexp="(a)\1" assign_to="1"/></action></recv>`), "11 regular expression \"(a)\\\\1\": the back-reference \\1 is not supported"},
		{"a send behind an optional message", inScenario(`<recv response="200" optional="true"/><pause/>`), "11 <pause> follows an optional message"},
		{"something behind timewait", inScenario(`<timewait/><pause/>`), "11 <pause> stands behind <timewait>"},
		{"a transaction without response", strings.Replace(inScenario(`<recv response="200"/>`), "<send ", `<send start_txn="a" `, 1), `2 transaction "a" has no response`},
		{"a send without message", inScenario("<send/>"), "11 <send> has no message"},
		{"a response without status", inScenario("<send><![CDATA[ SIP/2.0 OK\nVia: x ]]></send>"), `11 a response needs a status from 100 to 699, got "OK"`},
		{"a map of circuits", inScenario(`<recv response="200"><action><log message="[tdmmap]"/></action></recv>`), "11 [tdmmap] is not supported"},
		{"AKA", inScenario(`<recv response="200"><action><log message="[authentication aka_K=1]"/></action></recv>`), "11 [authentication]: AKA"},
		{"SCTP", inScenario(`<nop><action><setdest host="a" port="1" protocol="SCTP"/></action></nop>`), "11 setdest: SCTP is not supported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := Parse("test.xml", []byte(tt.text), Options{Checking: true})
			errors := found(f, Error)
			if f.Supported() || f.Program != nil || len(errors) == 0 || !strings.HasPrefix(errors[0], tt.want) {
				t.Errorf("errors %q, want first %q", errors, tt.want)
			}
			if f.Err() == nil {
				t.Error("Err says that it runs")
			}
		})
	}
}

func TestHostileFilesEnd(t *testing.T) {
	for name, text := range map[string]string{
		"elements within elements": strings.Repeat("<a>", 1_000_000),
		"many attributes":          "<scenario " + strings.Repeat(`a="b" `, 100_000) + "/>",
		"entities of entities":     `<!DOCTYPE lolz [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><scenario name="&b;"/>`,
		"a file of another name":   `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><scenario name="&x;"/>`,
		"many small elements":      "<scenario>" + strings.Repeat("<a/>", 200_000),
		"NUL":                      "<scenario>\x00</scenario>",
		"quotes that never end":    strings.Repeat(`<a b="`, 50_000),
		"deep parentheses":         inScenario(`<recv response="200"><action><ereg regexp="` + strings.Repeat("(", 5000) + `" assign_to="1"/></action></recv>`),
	} {
		t.Run(name, func(t *testing.T) {
			f := Parse("test.xml", []byte(text), Options{Checking: true})
			if f.Supported() {
				t.Error("it runs")
			}
			if f.Program != nil && strings.Contains(f.Program.About, "root:") {
				t.Error("a file was read")
			}
			if n := len(f.Findings); n == 0 || n > 2*maxFindings+10 {
				t.Errorf("%d findings", n)
			}
		})
	}
}

func TestMessageText(t *testing.T) {
	text := `<scenario><send><![CDATA[

      INVITE sip:[service]@host SIP/2.0  
	  Via: x\x5By]
      [routes]
      Content-Length: [len+2]

        v=0
      m=audio [media_port+1] RTP
    ]]></send><recv response="200"/></scenario>`
	f := Parse("a.xml", []byte(text), Options{Keys: map[string]string{}})
	if !f.Supported() {
		t.Fatal(f.Err())
	}
	m := f.Program.Script.Steps[0].Message
	if m.Method != "INVITE" {
		t.Errorf("method %q", m.Method)
	}
	if got, want := written(m.Head), "INVITE sip:{Service}@host SIP/2.0\r\nVia: x[y]\r\n{Routes}\r\nContent-Length: {BodyLength+2}\r\n\r\n"; got != want {
		t.Errorf("head %q, want %q", got, want)
	}
	if got, want := written(m.Body), "v=0\r\nm=audio {MediaPort+1} RTP\r\n"; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
}

// written shows segments with the names of a few keywords.
func written(list []scenarios.Segment) string {
	names := map[scenarios.Keyword]string{scenarios.Service: "Service", scenarios.Routes: "Routes", scenarios.BodyLength: "BodyLength", scenarios.MediaPort: "MediaPort"}
	var out strings.Builder
	for _, s := range list {
		switch {
		case s.Keyword == scenarios.Literal:
			out.Write(s.Text)
		case s.Reference != nil:
			fmt.Fprintf(&out, "{%s%+d}", names[s.Keyword], s.Reference.Offset)
		default:
			fmt.Fprintf(&out, "{%s}", names[s.Keyword])
		}
	}
	return out.String()
}

func TestKeysAndTablesMustBeGivenToRun(t *testing.T) {
	text := inScenario(`<recv response="200"><action><log message="[who] [field1 file=&quot;b.csv&quot;] [field0]"/></action></recv>`)
	f := Parse("a.xml", []byte(text), Options{})
	if errors := found(f, Error); len(errors) != 3 || !strings.Contains(errors[0], "--key who=") || !strings.Contains(errors[1], "--inf") {
		t.Errorf("errors %q", errors)
	}
	f = Parse("a.xml", []byte(text), Options{Keys: map[string]string{"who": "me"}, Tables: []string{"a.csv", "b.csv"}})
	if !f.Supported() {
		t.Fatal(f.Err())
	}
	if got := f.Program.Script.Tables; len(got) != 2 || got[0] != "b.csv" || got[1] != "a.csv" {
		t.Errorf("tables %v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(inScenario(`<recv response="200", rtd="a" rtd="b"><action><ereg regexp="<a|[^b]*\.>" assign_to="1,2"/></action></recv>`)))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><scenario><send><![CDATA[ INVITE [field0 file="a" line="[$x]"] SIP/2.0 ]]></send><!-- -- -->`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := Parse("fuzz.xml", text, Options{Checking: true})
		if file.Supported() != (file.Program != nil) {
			t.Error("what runs and what has a program differ")
		}
		lines := strings.Count(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") + strings.Count(string(text), "\r") + 1
		for _, finding := range file.Findings {
			if finding.Line < 0 || finding.Line > lines {
				t.Errorf("line %d of %d", finding.Line, lines)
			}
		}
	})
}
