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
