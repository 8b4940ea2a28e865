package sip

import "testing"

func TestSessionPart(t *testing.T) {
	const description = "v=0\r\nm=audio 9 RTP/AVP 0\r\n"
	isup := "--b\r\nContent-Type: application/isup;version=itu-t92+\r\n\r\n\x01\r\n"
	sdp := "--b\r\ncontent-type : ignored\r\nContent-Type: Application/SDP\r\nContent-Disposition: session\r\n\r\n" + description
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"a description", "application/sdp", description, description},
		{"in any case, with parameters", "APPLICATION/SDP; charset=utf-8", description, description},
		{"of no type", "", description, description},
		{"of another type", "text/plain", description, ""},
		{"nothing", "application/sdp", "", ""},
		{"before ISUP", "multipart/mixed; boundary=b", sdp + isup + "--b--\r\n", description},
		{"behind ISUP", "multipart/mixed;boundary=\"b\"", "preamble\r\n" + isup + sdp + "--b--\r\nepilogue", description},
		{"a boundary that is not there", "multipart/mixed;boundary=c", sdp + "--b--\r\n", ""},
		{"no boundary", "multipart/mixed", sdp + "--b--\r\n", ""},
		{"a part that never ends", "multipart/mixed;boundary=b", sdp, ""},
		{"no description in it", "multipart/mixed;boundary=b", isup + "--b--", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(sessionPart([]byte(tt.contentType), []byte(tt.body))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
