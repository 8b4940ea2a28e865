package sip

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	sipgo "github.com/emiago/sipgo/sip"
	"github.com/sipplan/sipplan/loadgen/testbed"
)

// routing is what both readers say about a message, in words.
type routing struct{ start, callID, cseq, fromTag, toTag, branch, contact, body string }

func scannedRouting(m *Message) routing {
	r := routing{
		start: fmt.Sprintf("%s %s", m.MethodName, m.RequestURI), callID: string(m.CallID),
		cseq: fmt.Sprintf("%d %s", m.CSeq, m.MethodName), fromTag: string(m.FromTag), toTag: string(m.ToTag),
		branch: string(m.Branch), body: string(m.Body),
	}
	if !m.Request {
		r.start = fmt.Sprintf("%d %s", m.Status, m.Phrase)
	}
	var contact sipgo.Uri
	if len(m.Target) > 0 && sipgo.ParseUri(string(m.Target), &contact) == nil {
		r.contact = contact.String()
	}
	return r
}

// sipgoRouting reads the same with sipgo's parser. It returns false when sipgo refuses the message.
func sipgoRouting(text []byte) (routing, bool) {
	msg, err := sipgo.ParseMessage(bytes.Clone(text))
	if err != nil || msg.CallID() == nil || msg.CSeq() == nil || msg.From() == nil || msg.To() == nil || msg.Via() == nil {
		return routing{}, false
	}
	r := routing{callID: msg.CallID().Value(), cseq: fmt.Sprintf("%d %s", msg.CSeq().SeqNo, msg.CSeq().MethodName), body: string(msg.Body())}
	r.fromTag, _ = msg.From().Params.Get("tag")
	r.toTag, _ = msg.To().Params.Get("tag")
	r.branch, _ = msg.Via().Params.Get("branch")
	switch msg := msg.(type) {
	case *sipgo.Request:
		r.start = fmt.Sprintf("%s %s", msg.Method, msg.Recipient.String())
		if msg.Contact() != nil {
			r.contact = msg.Contact().Address.String()
		}
	case *sipgo.Response:
		r.start = fmt.Sprintf("%d %s", msg.StatusCode, msg.Reason)
		if msg.Contact() != nil {
			r.contact = msg.Contact().Address.String()
		}
	}
	return r, true
}

// TestScanAgreesWithSipgo reads messages of ordinary shapes with an independent parser too.
func TestScanAgreesWithSipgo(t *testing.T) {
	corpus := map[string]string{
		"compact forms": lines("OPTIONS sip:a@b SIP/2.0", "v: SIP/2.0/UDP h;branch=z9hG4bKc", "f: <sip:a@b>;tag=x", "t: <sip:c@d>",
			"i: compact@h", "CSeq: 63104 OPTIONS", "m: <sip:a@192.0.2.1:5070;transport=udp>", "l: 0", "", ""),
		"several Vias": lines("SIP/2.0 200 OK", "Via: SIP/2.0/UDP p1.example.com;branch=z9hG4bKa;received=192.0.2.1", "Via: SIP/2.0/UDP h;branch=z9hG4bKb",
			"From: \"Alice, A.\" <sip:alice@example.com>;tag=1928301774", "To: Bob <sip:bob@example.com>;tag=a6c85cf",
			"Call-ID: a84b4c76e66710", "CSeq: 314159 INVITE", "Contact: \"Bob\" <sip:bob@192.0.2.4>;expires=60", "Content-Length: 0", "", ""),
		"addr-spec": lines("REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP h:5060;branch=z9hG4bKr;rport", "From: sip:a@b;tag=9", "To: sip:a@b",
			"Call-ID: r1", "CSeq: 1 REGISTER", "Contact: sip:a@192.0.2.9", "Content-Length: 0", "", ""),
		"IPv6": lines("INVITE sip:u@[2001:db8::10]:5070 SIP/2.0", "Via: SIP/2.0/UDP [2001:db8::9:1]:5061;branch=z9hG4bK6", "From: <sip:u@[::1]>;tag=6",
			"To: <sip:u@[2001:db8::10]>", "Call-ID: six", "CSeq: 6 INVITE", "Contact: <sip:u@[2001:db8::9:1]:5061>", "Content-Length: 2", "", "ab"),
	}
	for _, message := range benchMessages {
		corpus[message.name] = message.text
	}
	for name, text := range corpus {
		t.Run(name, func(t *testing.T) {
			want, ok := sipgoRouting([]byte(text))
			if !ok {
				t.Fatal("sipgo refuses the message")
			}
			var m Message
			if err := Scan([]byte(text), &m); err != nil {
				t.Fatal(err)
			}
			if got := scannedRouting(&m); got != want {
				t.Errorf("got   %+v\nsipgo %+v", got, want)
			}
		})
	}
}

// TestScanTorture reads the messages of RFC 4475 and RFC 5118; their INDEX.csv says what a parser must do with each.
func TestScanTorture(t *testing.T) {
	folder := testbed.Torture(t)
	index, err := os.Open(filepath.Join(folder, "INDEX.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]bool{ // beyond must_accept: what no endpoint processes, the scanner refuses
		"rfc4475/badinv01.sip": true, "rfc4475/clerr.sip": true, "rfc4475/ncl.sip": true, "rfc4475/scalar02.sip": true,
		"rfc4475/scalarlg.sip": true, "rfc4475/quotbal.sip": true, "rfc4475/ltgtruri.sip": true, "rfc4475/lwsruri.sip": true,
		"rfc4475/badvers.sip": true, "rfc4475/mismatch01.sip": true, "rfc4475/mismatch02.sip": true, "rfc4475/bigcode.sip": true,
		"rfc4475/insuf.sip": true, "rfc4475/multi01.sip": true, "rfc4475/mcl01.sip": true,
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		file, parser, endpoint := row[column["file"]], row[column["parser"]], row[column["endpoint"]]
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			scanTortured(t, text)
			var m Message
			err = Scan(bytes.Clone(text), &m)
			archived := filepath.Ext(file) == ".dat" // Content-Length counts CRLF, the archive has LF
			switch {
			case parser == "must_accept" && err != nil && !(archived && (err == errShortBody || err == errNoEmptyLine)):
				t.Errorf("refused: %v", err)
			case refused[file] && err == nil:
				t.Error("accepted")
			case endpoint == "400" && refused[file] && file != "rfc4475/insuf.sip" && !m.Answerable():
				t.Error("a 400 cannot be answered")
			}
			var session Session
			if err == nil && string(m.ContentType) == "application/sdp" {
				if err := ScanSession(m.Body, &session); err != nil || session.Audio < 0 {
					t.Errorf("session description refused: %v", err)
				}
			}
			if want, ok := sipgoRouting(text); ok && parser == "must_accept" && err == nil {
				compareTortured(t, file, scannedRouting(&m), want)
			}
		})
	}
}

// sipgoDiffers says where sipgo v1.7.2 reads a valid message of the RFC otherwise than the RFC.
var sipgoDiffers = map[string]string{
	"rfc4475/wsinv.sip":   "no tag where spaces stand around it",
	"rfc4475/intmeth.sip": "the method in upper case",
	"rfc4475/escnull.sip": "the last Contact of several",
	"rfc4475/esc02.sip":   "the last Contact of several",
	"rfc4475/unkscm.sip":  "the scheme in lower case",
}

// compareTortured compares what both readers made of a valid message.
func compareTortured(t *testing.T, file string, got, want routing) {
	t.Helper()
	if reason, differs := sipgoDiffers[file]; differs != (got != want) {
		t.Errorf("got   %+v\nsipgo %+v\nknown to differ: %t %s", got, want, differs, reason)
	}
}

// scanTortured scans every beginning of text: none may panic, and none may pass for the whole.
func scanTortured(t *testing.T, text []byte) {
	var m Message
	for end := range text {
		_ = Scan(bytes.Clone(text[:end]), &m)
		checkInvariants(t, &m)
	}
}
