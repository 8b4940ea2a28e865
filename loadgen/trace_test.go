package loadgen

import (
	"net/netip"
	"strings"
	"testing"
)

func TestTraceHidesKeysOfMedia(t *testing.T) {
	var out strings.Builder
	trace := NewTrace(&out)
	message := "SIP/2.0 200 OK\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d2hhdCBub2JvZHkgbWF5IHNlZQ==|2^20\r\na=sendrecv\r\n"
	trace.note("to", netip.MustParseAddrPort("192.0.2.1:5060"), []byte(message))
	if err := trace.Flush(); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "d2hh") || !strings.Contains(text, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:hidden\r\na=sendrecv") {
		t.Errorf("the trace says\n%s", text)
	}
}

func TestTraceHidesProofsOfPasswords(t *testing.T) {
	var out strings.Builder
	trace := NewTrace(&out)
	message := "REGISTER sip:192.0.2.1 SIP/2.0\r\nAuthorization: Digest username=\"alice\", nonce=\"n1\", response=\"0123456789abcdef\", nc=00000001\r\n" +
		"Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\nCall-ID: c1\r\n\r\n"
	sent := []byte(message)
	trace.note("to", netip.MustParseAddrPort("192.0.2.1:5060"), sent)
	if err := trace.Flush(); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if strings.Contains(text, "0123456789abcdef") || strings.Contains(text, "YWxpY2U6") {
		t.Errorf("the trace shows a proof:\n%s", text)
	}
	for _, shown := range []string{`username="alice", nonce="n1", response="xxxxxxxxxxxxxxxx", nc=00000001`, "Proxy-Authorization: Basic xxxx", "Call-ID: c1"} {
		if !strings.Contains(text, shown) {
			t.Errorf("the trace lacks %s:\n%s", shown, text)
		}
	}
	if string(sent) != message {
		t.Error("the message itself was changed")
	}
}
