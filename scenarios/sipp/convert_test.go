package sipp

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
)

// converted returns the steps that a file becomes, and how many things were lost.
func converted(t *testing.T, elements string) (steps string, lost []string, c Conversion) {
	t.Helper()
	f := Parse("test.xml", []byte("<scenario>"+elements+"</scenario>"), Options{Checking: true})
	if !f.Supported() {
		t.Fatal(f.Err())
	}
	c = Convert(f)
	_, steps, _ = strings.Cut(string(c.Text), "steps:\n")
	for _, n := range c.Notes {
		if n.Severity == Error {
			lost = append(lost, n.Message)
		}
	}
	return steps, lost, c
}

func sends(start string, more ...string) string {
	return "<send><![CDATA[" + start + "\nVia: x\nContent-Length: [len]\n" + strings.Join(more, "\n") + "\n]]></send>"
}

const offer = "\n\nv=0\nm=audio 6000 RTP/AVP 0"

func invites(headers ...string) string {
	return "<send><![CDATA[INVITE sip:x SIP/2.0\nVia: x\n" + strings.Join(append(headers, "Max-Forwards: 70"), "\n") + offer + "]]></send>"
}

func TestConvert(t *testing.T) {
	const answered = `<recv response="100" optional="true"/><recv response="200"/>`
	ack, ok := sends("ACK sip:x SIP/2.0"), sends("SIP/2.0 200 OK")
	for _, tt := range []struct{ name, elements, want string }{
		{"a plain call", invites("Subject: a \"b\"") + answered + ack + `<pause milliseconds="1500"/>` + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`,
			"  - invite:\n      Subject: \"a \\\"b\\\"\"\n  - wait 1.5s\n  - bye\n"},
		{"credentials", invites() + `<recv response="407" auth="true"/>` + ack + invites("[authentication]") + answered + ack + `<pause/>` + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`, "  - invite\n  - wait holding\n  - bye\n"},
		{"an answerer", `<recv request="INVITE"/>` + sends("SIP/2.0 180 Ringing") + "<send><![CDATA[SIP/2.0 200 OK\nVia: x" + offer + `]]></send><recv request="ACK"/><recv request="BYE"/>` + ok + `<timewait milliseconds="4000"/>`, "  - respond 180 Ringing\n  - answer\n  - expect BYE\n"},
		{"a refusal", `<recv request="INVITE"/>` + sends("SIP/2.0 486 Busy Here") + `<recv request="ACK"/>`, "  - respond 486 Busy Here\n"},
		{"a registration", sends("REGISTER sip:x SIP/2.0", "Expires: 60") + `<recv response="401" auth="true"/>` + sends("REGISTER sip:x SIP/2.0", "[authentication]") + `<recv response="200"/><pause/>` + sends("REGISTER sip:x SIP/2.0", "Expires: 0") + `<recv response="200"/>`, "  - register for 60s\n  - wait holding\n  - unregister\n"},
		{"a withdrawn call", invites() + `<recv response="180"/>` + sends("CANCEL sip:x SIP/2.0") + `<recv response="200"/><recv response="487"/>` + ack, "  - invite\n  - expect 180\n  - cancel\n"},
		{"what a response says", invites() + `<recv response="200"><action><ereg regexp="x([0-9]+)" search_in="hdr" header="X-Id:" check_it="true" assign_to="id"/></action></recv>` + ack + `<pause/>` + sends("BYE sip:x SIP/2.0", "X-Id: [$id]") + `<recv response="200"/>`,
			"  - invite:\n      check:\n        - \"header X-Id matches x([0-9]+)\"\n      set:\n        id: \"header X-Id matches x([0-9]+)\"\n  - wait holding\n  - bye:\n      X-Id: \"{{ id }}\"\n"},
		{"a call withdrawn after a time", invites() + `<recv response="100" optional="true"/><recv response="180"/><pause milliseconds="300"/>` + sends("CANCEL sip:x SIP/2.0") + `<recv response="200"/><recv response="487"/>` + ack, "  - invite\n  - expect 180\n  - wait 300ms\n  - cancel\n"},
		{"ringing that has to come", invites() + `<recv response="180"/><recv response="200"/>` + ack + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`, "  - invite\n  - expect 180\n  - expect 200\n  - bye\n"},
		{"hold and resume", invites() + answered + ack + strings.Replace(invites(), "RTP/AVP 0", "RTP/AVP 0\na=sendonly", 1) + answered + ack + strings.Replace(invites(), "RTP/AVP 0", "RTP/AVP 0\na=sendrecv", 1) + answered + ack + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`,
			"  - invite\n  - hold\n  - resume\n  - bye\n"},
		{"a body of a type of its own", invites() + answered + ack + sends("INFO sip:x SIP/2.0", "Content-Type: application/dtmf-relay\n\nSignal=5\nDuration=160") + `<recv response="200"/>` + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`,
			"  - invite\n  - info:\n      Content-Type: \"application/dtmf-relay\"\n      body: |\n        Signal=5\n        Duration=160\n  - bye\n"},
		{"a subscription that ends", sends("SUBSCRIBE sip:x SIP/2.0", "Event: presence", "Expires: 60") + `<recv response="200"/><recv request="NOTIFY"/>` + ok + sends("SUBSCRIBE sip:x SIP/2.0", "Event: presence", "Expires: 0") + `<recv response="200"/>`,
			"  - subscribe presence for 60s\n  - expect NOTIFY\n  - respond 200 OK\n  - unsubscribe presence\n"},
		{"a registrar", `<recv request="REGISTER"/>` + sends("SIP/2.0 200 OK", "Expires: 600"), "  - expect REGISTER\n  - bind for 600s\n"},
		{"ringing with a receipt", `<recv request="INVITE"/>` + "<send><![CDATA[SIP/2.0 183 Session Progress\nVia: x\nRequire: 100rel\nRSeq: 1" + offer + `]]></send><recv request="PRACK"/>` + ok + "<send><![CDATA[SIP/2.0 200 OK\nVia: x]]></send><recv request=\"ACK\"/><recv request=\"BYE\"/>" + ok,
			"  - respond 183 Session Progress with sdp reliably\n  - answer\n  - expect BYE\n"},
		{"an address in a header", invites("P-Asserted-Identity: <sip:x@[local_ip]>") + answered + ack + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`, "  - invite:\n      P-Asserted-Identity: \"<sip:x@[local_ip]>\"\n  - bye\n"},
		{"a file that is played", invites() + answered + ack + `<nop><action><exec rtp_stream="audio/hello.wav"/></action></nop>` + sends("BYE sip:x SIP/2.0") + `<recv response="200"/>`, "  - invite\n  - play audio/hello.wav\n  - bye\n"},
		{"a text with a colon", sends("MESSAGE sip:x SIP/2.0", "\nnote: call # 5") + `<recv response="200"/>`, "  - \"message note: call # 5\"\n"},
		{"a question", sends("OPTIONS sip:x SIP/2.0") + `<recv response="200"/>`, "  - options\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, lost, c := converted(t, tt.elements)
			if got != tt.want || len(lost) > 0 {
				t.Errorf("got\n%swant\n%slost %q", got, tt.want, lost)
			}
			if _, err := scenarios.Parse("converted.yaml", c.Text); err != nil {
				t.Errorf("the result does not run: %v", err)
			}
		})
	}
}

func TestConvertSaysWhatIsLost(t *testing.T) {
	for _, tt := range []struct{ name, elements, want string }{
		{"a loop", `<label id="1"/>` + sends("OPTIONS sip:x SIP/2.0") + `<recv response="200"/><nop next="1"/>`, "a branch or a loop"},
		{"a branch upon a response", sends("OPTIONS sip:x SIP/2.0") + `<recv response="404" optional="true" next="1"/><recv response="200"/><label id="1"/><nop/>`, "a branch upon a 404"},
		{"a command", sends("OPTIONS sip:x SIP/2.0") + `<recv response="200"/><sendCmd><![CDATA[Call-ID: [call_id]]]></sendCmd>`, "a command to another scenario"},
		{"an action upon a request", `<recv request="INVITE"><action><ereg regexp="x" search_in="msg" assign_to="x"/><log message="[$x]"/></action></recv>` + sends("SIP/2.0 486 Busy Here") + `<recv request="ACK"/>`, "an action upon a message"},
		{"an action upon a provisional response", invites() + `<recv response="180" optional="true"><action><ereg regexp="x" search_in="msg" assign_to="x"/><log message="[$x]"/></action></recv><recv response="200"/>` + sends("ACK sip:x SIP/2.0"), "an action upon a message"},
		{"an action of a request without headers of its own", strings.Replace(sends("OPTIONS sip:x SIP/2.0"), "</send>", `<action><exec int_cmd="stop_call"/></action></send>`, 1) + `<recv response="200"/>`, "an action"},
		{"a distribution", sends("OPTIONS sip:x SIP/2.0") + `<recv response="200"/><pause distribution="uniform" min="1" max="2"/>`, "a pause of this distribution"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, lost, _ := converted(t, tt.elements)
			if len(lost) == 0 || !strings.Contains(strings.Join(lost, "\n"), tt.want) {
				t.Errorf("lost %q, want %q", lost, tt.want)
			}
		})
	}
}

func FuzzConvert(f *testing.F) {
	f.Add([]byte("<scenario>" + invites() + `<recv response="200"/>` + sends("ACK sip:x SIP/2.0") + "<pause/></scenario>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if file := Parse("fuzz.xml", text, Options{Checking: true}); file.Supported() {
			Convert(file)
		}
	})
}
