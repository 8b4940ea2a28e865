package sip

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// lines joins the lines of a message as they stand on the wire.
func lines(all ...string) string { return strings.Join(all, "\r\n") }

const (
	viaLine    = "Via: SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK77;rport"
	fromLine   = "From: sipp <sip:sipp@192.0.2.1:5061>;tag=f1"
	toLine     = "To: service <sip:service@192.0.2.2>;tag=t1"
	callIDLine = "Call-ID: 1-1@192.0.2.1"
	cseqLine   = "CSeq: 1 BYE"
)

// byeWith returns a BYE in which the lines take the place of those of the same header field.
func byeWith(replaced ...string) []byte {
	all := []string{"BYE sip:service@192.0.2.2 SIP/2.0"}
	for _, line := range []string{viaLine, fromLine, toLine, callIDLine, cseqLine} {
		name, _, _ := strings.Cut(line, ":")
		kept := true
		for _, other := range replaced {
			otherName, _, _ := strings.Cut(other, ":")
			kept = kept && headerOf([]byte(strings.TrimSpace(otherName))) != headerOf([]byte(name))
		}
		if kept {
			all = append(all, line)
		}
	}
	return []byte(lines(append(append(all, replaced...), "", "")...))
}

func TestScanRequest(t *testing.T) {
	text := []byte(lines("INVITE sip:service@127.0.0.1:5060 SIP/2.0",
		"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-1-0;rport",
		"Record-Route: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr>",
		"From: sipp <sip:sipp@127.0.0.1:5061>;tag=1",
		"To: service <sip:service@127.0.0.1:5060>",
		"Call-ID: 1-12345@127.0.0.1",
		"CSeq: 1 INVITE",
		"Contact: <sip:sipp@127.0.0.1:5061>;expires=60",
		"Max-Forwards: 70",
		"Require: 100rel",
		"Expires: 120",
		"Content-Type: application/sdp",
		"Content-Length: 5",
		"", "v=0\r\nbeyond Content-Length"))
	var m Message
	if err := Scan(text, &m); err != nil {
		t.Fatal(err)
	}
	want := Message{
		Raw: text, Request: true, Method: INVITE, MethodName: []byte("INVITE"), RequestURI: []byte("sip:service@127.0.0.1:5060"),
		NumVias: 1, Branch: []byte("z9hG4bK-1-0"), SentBy: []byte("127.0.0.1:5061"), CallID: []byte("1-12345@127.0.0.1"),
		From: []byte("sipp <sip:sipp@127.0.0.1:5061>;tag=1"), FromTag: []byte("1"), To: []byte("service <sip:service@127.0.0.1:5060>"),
		CSeq: 1, CSeqValue: []byte("1 INVITE"), Contact: []byte("<sip:sipp@127.0.0.1:5061>;expires=60"), Target: []byte("sip:sipp@127.0.0.1:5061"),
		Expires: []byte("120"), Require: []byte("100rel"), ContentType: []byte("application/sdp"), NumRecordRoutes: 2, Body: []byte("v=0\r\n"), Session: []byte("v=0\r\n"),
	}
	want.Vias[0] = []byte("SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-1-0;rport")
	want.RecordRoutes[0], want.RecordRoutes[1] = []byte("<sip:192.0.2.7;lr>"), []byte("<sip:192.0.2.8;lr>")
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	if !m.Answerable() {
		t.Error("not answerable")
	}
}

func TestScanResponse(t *testing.T) {
	text := []byte(lines("SIP/2.0 503 Service Unavailable",
		viaLine, fromLine, toLine, callIDLine, "CSeq: 102 INVITE",
		`Reason: SIP;cause=503;text="x, y", Q.850;cause=34`,
		"Retry-After: 5 (in a meeting)",
		"Proxy-Authenticate: Digest realm=\"a, b\", nonce=\"n\"",
		"WWW-Authenticate: Digest realm=\"second\"",
		"Contact: *",
		"", ""))
	var m Message
	if err := Scan(text, &m); err != nil {
		t.Fatal(err)
	}
	want := Message{
		Raw: text, Method: INVITE, MethodName: []byte("INVITE"), Status: 503, Phrase: []byte("Service Unavailable"),
		NumVias: 1, Branch: []byte("z9hG4bK77"), SentBy: []byte("192.0.2.1:5061"), CallID: []byte("1-1@192.0.2.1"),
		From: []byte("sipp <sip:sipp@192.0.2.1:5061>;tag=f1"), FromTag: []byte("f1"),
		To: []byte("service <sip:service@192.0.2.2>;tag=t1"), ToTag: []byte("t1"), CSeq: 102, CSeqValue: []byte("102 INVITE"),
		Contact: []byte("*"), Reason: []byte(`SIP;cause=503;text="x, y", Q.850;cause=34`), RetryAfter: []byte("5 (in a meeting)"),
		NumAuthentications: 2, Body: []byte{},
	}
	want.Authentications[0] = Authentication{Proxy: true, Value: []byte(`Digest realm="a, b", nonce="n"`)}
	want.Authentications[1] = Authentication{Value: []byte(`Digest realm="second"`)}
	want.Vias[0] = []byte("SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK77;rport")
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	if m.Answerable() {
		t.Error("a response is answerable")
	}
}

// headerForms are ways of writing a header field, with what must be read from them.
var headerForms = []struct {
	name string
	line string
	get  func(*Message) []byte
	want string
}{
	{"compact Via", "v: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx", branchOf, "z9hG4bKx"},
	{"compact Via in upper case", "V:SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx", branchOf, "z9hG4bKx"},
	{"compact From", "f: <sip:a@b>;tag=x", fromTagOf, "x"},
	{"compact To", "t:<sip:a@b>;tag=x", toTagOf, "x"},
	{"compact Call-ID", "i: x", callIDOf, "x"},
	{"compact Contact", "m: <sip:a@b>", targetOf, "sip:a@b"},
	{"compact Content-Length", "l: 0", bodyOf, ""},
	{"compact Content-Type", "c: application/sdp", contentTypeOf, "application/sdp"},
	{"letters in any case", "cALL-iD: x", callIDOf, "x"},
	{"white space around the colon", "From \t : \t <sip:a@b>;tag=x \t", fromTagOf, "x"},
	{"no white space after the colon", "CSeq:7 BYE", cseqOf, "7 BYE"},

	{"folded before the value", "To:\r\n <sip:a@b>;tag=x", toTagOf, "x"},
	{"folded between parameters, with a tab", "To: <sip:a@b>\r\n\t;\r\n  tag\r\n =\r\n x", toTagOf, "x"},
	{"folded CSeq", "CSeq: 9\r\n BYE", cseqOf, "9   BYE"},
	{"folded by a line of white space only", "Call-ID: x\r\n ", callIDOf, "x"},

	{"Via with spaces around the slashes", "Via: SIP / 2.0 / UDP  192.0.2.9:5070 ; branch = z9hG4bKx ", branchOf, "z9hG4bKx"},
	{"sender of that Via", "Via: SIP / 2.0 / UDP  192.0.2.9:5070 ; branch = z9hG4bKx", sentByOf, "192.0.2.9:5070"},
	{"sender with spaces around the colon", "Via: SIP/2.0/UDP first.example.com : 4000;x", sentByOf, "first.example.com : 4000"},
	{"sender is IPv6", "Via: SIP/2.0/UDP [2001:db8::9:1]:5061;branch=z9hG4bKx", sentByOf, "[2001:db8::9:1]:5061"},
	{"branch after received with colons", "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKx", branchOf, "z9hG4bKx"},
	{"branch in upper case", "Via: SIP/2.0/UDP h;BRANCH=z9hG4bKx", branchOf, "z9hG4bKx"},
	{"no branch", "Via: SIP/2.0/UDP h", branchOf, ""},
	{"branch without a value", "Via: SIP/2.0/UDP h;branch;x=y", branchOf, ""},
	{"parameter that begins like branch", "Via: SIP/2.0/UDP h;branches=no;branch=z9hG4bKx", branchOf, "z9hG4bKx"},
	{"branch only in a quoted parameter", `Via: SIP/2.0/UDP h;x=";branch=no"`, branchOf, ""},
	{"two Via values in one line", "Via: SIP/2.0/UDP h;branch=z9hG4bKx, SIP/2.0/TCP g;branch=z9hG4bKy", secondViaOf, "SIP/2.0/TCP g;branch=z9hG4bKy"},
	{"topmost of two Via values in one line", "Via: SIP/2.0/UDP h;branch=z9hG4bKx,SIP/2.0/TCP g;branch=z9hG4bKy", branchOf, "z9hG4bKx"},
	{"comma in a quoted Via parameter", `Via: SIP/2.0/UDP h;x="a, b";branch=z9hG4bKx`, branchOf, "z9hG4bKx"},
	{"two Via lines", "Via: SIP/2.0/UDP h\r\nv: SIP/2.0/TCP g", secondViaOf, "SIP/2.0/TCP g"},

	{"tag of an addr-spec", "From: sip:a@b;tag=x", fromTagOf, "x"},
	{"tag of a tel URI", "From: tel:+15550100;phone-context=x;tag=y", fromTagOf, "y"},
	{"tag within the URI is not the header's", "From: <sip:a@b;tag=no>", fromTagOf, ""},
	{"tag within the user is not the header's", "From: <sip:a;tag=no@b>;tag=yes", fromTagOf, "yes"},
	{"tag within a quoted name", `From: "x;tag=no" <sip:a@b>;tag=yes`, fromTagOf, "yes"},
	{"bracket within a quoted name", `From: "a <sip:c@d>;tag=no" <sip:a@b>;tag=yes`, fromTagOf, "yes"},
	{"escaped quote in a name", `From: "a \" <x>;tag=no" <sip:a@b>;tag=yes`, fromTagOf, "yes"},
	{"escaped backslash before the closing quote", `From: "a\\" <sip:a@b>;tag=yes`, fromTagOf, "yes"},
	{"name without a space before the bracket", "From: caller<sip:a@b>;tag=yes", fromTagOf, "yes"},
	{"tag within a quoted parameter", `From: <sip:a@b>;x=";tag=no";tag=yes`, fromTagOf, "yes"},
	{"tag with spaces around it", "From: <sip:a@b> ; tag = yes ; x", fromTagOf, "yes"},
	{"tag in upper case", "From: <sip:a@b>;TAG=yes", fromTagOf, "yes"},
	{"parameter that begins like tag", "From: <sip:a@b>;tagged=no;tag=yes", fromTagOf, "yes"},
	{"empty tag", "To: <sip:a@b>;tag=", toTagOf, ""},
	{"comma in the name", `To: "Bell, Alexander" <sip:a@b>;tag=x`, toTagOf, "x"},

	{"Contact with a name", `Contact: "A, B" <sip:a@b;transport=udp>;q=0.5`, targetOf, "sip:a@b;transport=udp"},
	{"Contact without brackets", "Contact: sip:a@b;expires=5", targetOf, "sip:a@b"},
	{"Contact with spaces in the brackets", "Contact: < sip:a@b >", targetOf, "sip:a@b"},
	{"first of two Contacts in a line", "Contact: <sip:a,x@b>, <sip:c@d>", contactOf, "<sip:a,x@b>"},
	{"first of two Contact lines", "Contact: <sip:a@b>\r\nContact: <sip:c@d>", targetOf, "sip:a@b"},
	{"Contact of everything", "Contact: *", targetOf, ""},

	{"Record-Route with a comma in the URI", "Record-Route: <sip:a,b@c;lr>,<sip:d;lr>", lastRouteOf, "<sip:d;lr>"},
	{"Record-Route with an empty value", "Record-Route: <sip:a;lr>,,<sip:d;lr>", lastRouteOf, "<sip:d;lr>"},
	{"Record-Route in two lines", "Record-Route: <sip:a;lr>\r\nrecord-route: <sip:d;lr>", lastRouteOf, "<sip:d;lr>"},

	{"Call-ID of unusual characters", `Call-ID: word%ZK-!.*_+'@word` + "`~)(><:\\/\"][?}{", callIDOf, `word%ZK-!.*_+'@word` + "`~)(><:\\/\"][?}{"},
	{"leading zeros in CSeq", "CSeq: 0009 BYE", cseqOf, "0009 BYE"},
	{"Reason of SIP before Reason of Q.850", "Reason: SIP;cause=503\r\nReason: Q.850;cause=34", reasonOf, "Q.850;cause=34"},
	{"Reason of Q.850 before Reason of SIP", "Reason: Q.850;cause=34\r\nReason: SIP;cause=503", reasonOf, "Q.850;cause=34"},
	{"leading zeros in Content-Length", "Content-Length: 000", bodyOf, ""},
	{"Content-Length twice, the same", "Content-Length: 0\r\nl: 0", bodyOf, ""},
	{"a header without a value", "Subject:", callIDOf, "1-1@192.0.2.1"},
	{"an unknown header of separators", "X: ;;,,;;,;", callIDOf, "1-1@192.0.2.1"},
	{"a name that differs in one letter", "Call-IE: x", callIDOf, "1-1@192.0.2.1"},
}

func branchOf(m *Message) []byte      { return m.Branch }
func sentByOf(m *Message) []byte      { return m.SentBy }
func fromTagOf(m *Message) []byte     { return m.FromTag }
func toTagOf(m *Message) []byte       { return m.ToTag }
func targetOf(m *Message) []byte      { return m.Target }
func contactOf(m *Message) []byte     { return m.Contact }
func callIDOf(m *Message) []byte      { return m.CallID }
func cseqOf(m *Message) []byte        { return m.CSeqValue }
func bodyOf(m *Message) []byte        { return m.Body }
func reasonOf(m *Message) []byte      { return m.Reason }
func secondViaOf(m *Message) []byte   { return m.Vias[1] }
func lastRouteOf(m *Message) []byte   { return m.RecordRoutes[m.NumRecordRoutes-1] }
func contentTypeOf(m *Message) []byte { return m.ContentType }

func TestScanHeaderForms(t *testing.T) {
	for _, test := range headerForms {
		t.Run(test.name, func(t *testing.T) {
			var m Message
			if err := Scan(byeWith(test.line), &m); err != nil {
				t.Fatal(err)
			}
			if got := string(test.get(&m)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestScanDatagramForms(t *testing.T) {
	bye := string(byeWith())
	tests := []struct {
		name, text string
		want       error
	}{
		{"line ends without CR", strings.ReplaceAll(bye, "\r\n", "\n"), nil},
		{"some line ends without CR", strings.Replace(bye, "\r\n", "\n", 3), nil},
		{"empty lines before the message", "\r\n\r\n" + bye, nil},
		{"several spaces in the request line", strings.Replace(bye, " ", "   ", 2), nil},
		{"spaces at the end of the request line", strings.Replace(bye, "SIP/2.0\r\n", "SIP/2.0  \r\n", 1), nil},
		{"version in lower case", strings.Replace(bye, "SIP/2.0\r\n", "sip/2.0\r\n", 1), nil},
		{"keep-alive of two line ends", "\r\n\r\n", ErrKeepAlive},
		{"keep-alive of one line end", "\r\n", ErrKeepAlive},
		{"empty datagram", "", ErrKeepAlive},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var m Message
			if err := Scan([]byte(test.text), &m); err != test.want {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if test.want == nil && (m.Method != BYE || string(m.FromTag) != "f1" || string(m.RequestURI) != "sip:service@192.0.2.2") {
				t.Errorf("got %+v", m)
			}
		})
	}
}

// byeHead is a BYE without the empty line at its end.
var byeHead = strings.TrimSuffix(string(byeWith()), "\r\n")

// byeReplaced is a BYE in which a text stands for another.
func byeReplaced(before, after string) string {
	return strings.Replace(string(byeWith()), before, after, 1)
}

// malformedMessages are messages that break a rule, with the rule, and whether they can be answered all the same.
var malformedMessages = []struct {
	name       string
	text       string
	want       *MalformedError
	answerable bool
}{
	{"not SIP at all", "\x80\x00\x01\x02 RTP\r\n\r\n", errRequestLine, false},
	{"an HTTP request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", errRequestLine, false},
	{"no version", byeReplaced(" SIP/2.0\r\n", "\r\n"), errRequestLine, false},
	{"one word", "BYE\r\n\r\n", errRequestLine, false},
	{"another version", byeReplaced("SIP/2.0\r\n", "SIP/7.0\r\n"), errVersion, true},
	{"a longer version", byeReplaced("SIP/2.0\r\n", "SIP/2.01\r\n"), errVersion, true},
	{"Request-URI in brackets", byeReplaced("sip:service@192.0.2.2 ", "<sip:service@192.0.2.2> "), errRequestURI, true},
	{"Request-URI with a space", byeReplaced("192.0.2.2 ", "192.0.2.2; lr "), errRequestURI, true},
	{"Request-URI with a tab", byeReplaced("192.0.2.2 ", "192.0.2.2\t;lr "), errRequestURI, true},
	{"no Request-URI", byeReplaced("sip:service@192.0.2.2 ", " "), errRequestURI, true},

	{"status of four digits", "SIP/2.0 2000 OK\r\n\r\n", errStatusLine, false},
	{"status that would wrap around 32 bits", "SIP/2.0 4294967496 OK\r\n\r\n", errStatusLine, false},
	{"status of two digits", "SIP/2.0 20 OK\r\n\r\n", errStatusLine, false},
	{"status below 100", "SIP/2.0 099 OK\r\n\r\n", errStatusLine, false},
	{"status above 699", "SIP/2.0 700 OK\r\n\r\n", errStatusLine, false},
	{"status with a sign", "SIP/2.0 +20 OK\r\n\r\n", errStatusLine, false},
	{"response of another version", "SIP/3.0 200 OK\r\n\r\n", errStatusLine, false},
	{"no status", "SIP/2.0\r\n\r\n", errStatusLine, false},

	{"no Via", byeReplaced(viaLine+"\r\n", ""), errNoVia, false},
	{"no From", byeReplaced(fromLine+"\r\n", ""), errNoFrom, false},
	{"no To", byeReplaced(toLine+"\r\n", ""), errNoTo, false},
	{"no Call-ID", byeReplaced(callIDLine+"\r\n", ""), errNoCallID, false},
	{"no CSeq", byeReplaced(cseqLine+"\r\n", ""), errNoCSeq, false},
	{"Call-ID without a value", byeReplaced(callIDLine, "Call-ID:"), errEmptyValue, false},
	{"From without a value", byeReplaced(fromLine, "From: "), errEmptyValue, false},

	{"From twice", byeHead + fromLine + "\r\n\r\n", errTwoFroms, true},
	{"To twice", byeHead + "t: <sip:x@y>\r\n\r\n", errTwoTos, true},
	{"Call-ID twice", byeHead + "i: other\r\n\r\n", errTwoCallIDs, true},
	{"CSeq twice", byeHead + "CSeq: 59 BYE\r\n\r\n", errTwoCSeqs, true},
	{"Content-Length twice, different", byeHead + "l: 0\r\nContent-Length: 1\r\n\r\nx", errTwoLengths, true},

	{"CSeq of 2^31", byeReplaced("CSeq: 1 ", "CSeq: 2147483648 "), errCSeq, true},
	{"CSeq that would wrap around 32 bits", byeReplaced("CSeq: 1 ", "CSeq: 4294967297 "), errCSeq, true},
	{"CSeq that would wrap around 64 bits", byeReplaced("CSeq: 1 ", "CSeq: 36893488147419103233 "), errCSeq, true},
	{"negative CSeq", byeReplaced("CSeq: 1 ", "CSeq: -1 "), errCSeq, true},
	{"CSeq without a method", byeReplaced("CSeq: 1 BYE", "CSeq: 1"), errCSeq, true},
	{"CSeq without a number", byeReplaced("CSeq: 1 BYE", "CSeq: BYE"), errCSeq, true},
	{"CSeq of another method", byeReplaced("CSeq: 1 BYE", "CSeq: 1 INVITE"), errMethodMismatch, true},
	{"CSeq of the method in lower case", byeReplaced("CSeq: 1 BYE", "CSeq: 1 bye"), errMethodMismatch, true},

	{"Content-Length beyond the datagram", byeHead + "Content-Length: 10\r\n\r\n123456789", errShortBody, true},
	{"negative Content-Length", byeHead + "Content-Length: -1\r\n\r\n", errContentLength, true},
	{"Content-Length that is no number", byeHead + "Content-Length: 0x0\r\n\r\n", errContentLength, true},
	{"huge Content-Length", byeHead + "Content-Length: 99999999999999999999999\r\n\r\n", errContentLength, true},
	{"empty Content-Length", byeHead + "Content-Length:\r\n\r\n", errContentLength, true},

	{"quoted name that does not end", byeReplaced("From: sipp <", `From: "sipp <`), errAddress, true},
	{"bracket that does not end", byeReplaced("192.0.2.2>;tag=t1", "192.0.2.2;tag=t1"), errAddress, true},
	{"nothing in the brackets", byeReplaced("<sip:sipp@192.0.2.1:5061>", "<>"), errAddress, true},
	{"Contact that does not end", byeHead + "Contact: <sip:a@b\r\n\r\n", errAddress, true},

	{"empty Via value", byeReplaced(";rport", ";rport,,"), errEmptyVia, true},
	{"Via without a sender", byeReplaced(viaLine, "Via: SIP/2.0/UDP"), errVia, false},
	{"Via without a transport", byeReplaced(viaLine, "Via: SIP/2.0 192.0.2.1"), errVia, false},
	{"Via of a word", byeReplaced(viaLine, "Via: x"), errVia, false},
	{"more Via values than are kept", byeReplaced(viaLine, strings.Repeat(viaLine+"\r\n", MaxVias)+viaLine), errTooManyVias, true},
	{"more Record-Route values than are kept", byeHead + "Record-Route: " + strings.Repeat("<sip:h;lr>,", MaxRecordRoutes) + "<sip:h;lr>\r\n\r\n", errTooManyRoutes, true},
	{"more header lines than allowed", byeHead + strings.Repeat("X: y\r\n", MaxHeaderLines) + "\r\n", errTooManyLines, true},

	{"header line without a colon", byeHead + "Foobar roobar\r\n\r\n", errNoColon, true},
	{"a folded line that does not end", byeHead + "Subject: x\r\n y", errNoEmptyLine, true},
	{"no empty line at the end", byeHead, errNoEmptyLine, true},
	{"carriage return within a value", byeReplaced("tag=f1", "tag=f1\rx"), errBareReturn, true},
	{"carriage return before the folding", byeReplaced("tag=f1", "tag=f1\r\r\n x"), errBareReturn, true},
}

func TestScanRefuses(t *testing.T) {
	for _, test := range malformedMessages {
		t.Run(test.name, func(t *testing.T) {
			var m Message
			err := Scan([]byte(test.text), &m)
			var malformed *MalformedError
			if !errors.As(err, &malformed) || malformed != test.want {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if m.Answerable() != test.answerable {
				t.Errorf("answerable %t, want %t", m.Answerable(), test.answerable)
			}
		})
	}
}

func TestScanKeepsWhatAnAnswerNeedsOfAMalformedRequest(t *testing.T) {
	text := string(byeWith("CSeq: 4294967296 BYE", "Content-Length: 99", "From: <sip:a@b>;tag=x", "From: <sip:c@d>;tag=y"))
	var m Message
	if err := Scan([]byte(text), &m); err == nil {
		t.Fatal("no error")
	}
	got := []string{string(m.Vias[0]), string(m.From), string(m.FromTag), string(m.To), string(m.CallID), string(m.CSeqValue)}
	want := []string{"SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK77;rport", "<sip:a@b>;tag=x", "x",
		"service <sip:service@192.0.2.2>;tag=t1", "1-1@192.0.2.1", "4294967296 BYE"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A body that starts with white space is no continuation of the empty line before it.
func TestScanBodyThatStartsWithSpace(t *testing.T) {
	for _, lineEnd := range []string{"\r\n", "\n"} {
		text := strings.ReplaceAll(string(byeWith()), "\r\n", lineEnd) + " body"
		var m Message
		if err := Scan([]byte(text), &m); err != nil || string(m.Body) != " body" {
			t.Errorf("line ends %q: body %q, error %v", lineEnd, m.Body, err)
		}
	}
}

func TestMalformedErrorSaysWhatAndHow(t *testing.T) {
	var m Message
	err := Scan(byeWith("CSeq: 1 INVITE"), &m)
	var malformed *MalformedError
	if !errors.As(err, &malformed) || malformed.Status != 400 || err.Error() != "malformed message: CSeq method differs from the request's" {
		t.Errorf("error %v", err)
	}
}

func TestScanDoesNotAnswerAnAck(t *testing.T) {
	var m Message
	text := strings.ReplaceAll(string(byeWith("Content-Length: 9")), "BYE", "ACK")
	if err := Scan([]byte(text), &m); err == nil || m.Method != ACK || m.Answerable() {
		t.Errorf("error %v, method %s, answerable %t", err, m.Method, m.Answerable())
	}
}

// A message that is read after another shows nothing of it.
func TestScanOverwritesEveryField(t *testing.T) {
	full := []byte(lines("INVITE sip:a@b SIP/2.0", viaLine, fromLine, toLine, callIDLine, "CSeq: 5 INVITE", "Contact: <sip:a@b>",
		"Expires: 1", "Reason: Q.850;cause=16", "Retry-After: 1", "WWW-Authenticate: Digest", "Require: x", "Supported: y", "Session-Expires: 90", "Min-SE: 90", "Min-Expires: 60", "RSeq: 1", "RAck: 1 1 INVITE", "Replaces: 7@h;to-tag=a;from-tag=b",
		"Content-Type: application/sdp",
		"Record-Route: <sip:h;lr>", "", "body"))
	fullResponse := append([]byte("SIP/2.0 200 OK\r\n"), full[len("INVITE sip:a@b SIP/2.0\r\n"):]...)
	var fresh, reused Message
	if err := Scan(full, &reused); err != nil {
		t.Fatal(err)
	}
	if err := Scan(fullResponse, &fresh); err != nil {
		t.Fatal(err)
	}
	// Between them the two set every field, so that the comparison below misses none.
	for i := range reflect.TypeFor[Message]().NumField() {
		if reflect.ValueOf(fresh).Field(i).IsZero() && reflect.ValueOf(reused).Field(i).IsZero() {
			t.Errorf("field %s is set by neither message", reflect.TypeFor[Message]().Field(i).Name)
		}
	}
	for _, text := range [][]byte{fullResponse, full, []byte("\r\n"), []byte("x"), byeWith()} {
		fresh = Message{}
		_ = Scan(text, &fresh)
		_ = Scan(text, &reused)
		reused.Vias, reused.RecordRoutes, reused.Authentications = fresh.Vias, fresh.RecordRoutes, fresh.Authentications // beyond the counts they keep the old
		if !reflect.DeepEqual(fresh, reused) {
			t.Errorf("%q: got %+v after another message, %+v before", text, reused, fresh)
		}
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	var m Message
	for _, text := range [][]byte{byeWith(), byeWith("CSeq: x"), []byte("\r\n\r\n"), []byte("garbage"), byeWith("Reason: SIP;cause=1", `From: "a" <sip:a@b>`)} {
		if allocs := testing.AllocsPerRun(100, func() { _ = Scan(text, &m) }); allocs != 0 {
			t.Errorf("%.0f allocations to scan %q", allocs, text)
		}
	}
}
