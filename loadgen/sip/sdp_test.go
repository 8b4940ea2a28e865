package sip

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// body joins the lines of a session description.
func body(all ...string) []byte { return []byte(strings.Join(all, "\r\n") + "\r\n") }

// summary says in words what was read.
func summary(s *Session) string {
	var b strings.Builder
	for i, m := range s.Media[:s.NumMedia] {
		fmt.Fprintf(&b, " | %s %d %s [%s]", m.Kind, m.Port, m.Protocol, m.Formats)
		if i != s.Audio {
			continue
		}
		fmt.Fprintf(&b, " to %v", s.Addr)
		for _, f := range s.Formats[:s.NumFormats] {
			fmt.Fprintf(&b, ", %d %s %q/%d", f.PayloadType, f.Codec, f.Name, f.Clock)
		}
		fmt.Fprintf(&b, ", %v %v", s.Ptime, s.Direction)
	}
	return b.String()
}

const sdpHead = "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

func TestScanSession(t *testing.T) {
	const plain = " | audio 6000 RTP/AVP [0] to 192.0.2.1, 0 PCMU \"\"/8000, "
	tests := []struct{ name, text, want string }{
		{"the least", sdpHead + "m=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"line ends without CR", strings.ReplaceAll(sdpHead+"m=audio 6000 RTP/AVP 0\r\n", "\r\n", "\n"), plain + "0s sendrecv"},
		{"no s= line and no t= line", "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"spaces in the user of o=", "v=0\r\no=Cisco System 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"c= before o=", "v=0\r\nc=IN IP4 192.0.2.1\r\no=a 1 2 IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"unknown lines and lines without =", sdpHead + "z=0\r\nnonsense\r\n\r\nx\r\nm=audio 6000 RTP/AVP 0\r\nq=1", plain + "0s sendrecv"},
		{"spaces at the ends of lines", "v=0 \r\no=a 1 2 IN IP4 192.0.2.1 \r\nc=IN IP4 192.0.2.1  \r\nm=audio 6000 RTP/AVP 0 ", plain + "0s sendrecv"},
		{"a number that is none in o=", "v=0\r\no=a x 99999999999999999999 IN IP4 h\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"no o= line", "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},

		{"rtpmap, events and ptime", sdpHead + "m=audio 6000 RTP/AVP 8 0 101 18\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 Telephone-Event/8000\r\na=rtpmap:18 G729/8000/1\r\na=fmtp:101 0-15\r\na=ptime:20",
			` | audio 6000 RTP/AVP [8 0 101 18] to 192.0.2.1, 8 PCMA "PCMA"/8000, 0 PCMU ""/8000, 101 telephone-event "Telephone-Event"/8000, 18 G729 "G729"/8000, 20ms sendrecv`},
		{"G.711 on a dynamic payload type", sdpHead + "m=audio 6000 RTP/AVP 97\r\na=rtpmap:97 pcmu/8000/1",
			` | audio 6000 RTP/AVP [97] to 192.0.2.1, 97 PCMU "pcmu"/8000, 0s sendrecv`},
		{"G.711 at a clock that is not ours", sdpHead + "m=audio 6000 RTP/AVP 97\r\na=rtpmap:97 PCMU/16000",
			` | audio 6000 RTP/AVP [97] to 192.0.2.1, 97 other "PCMU"/16000, 0s sendrecv`},
		{"two channels are not ours", sdpHead + "m=audio 6000 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000/2",
			` | audio 6000 RTP/AVP [97] to 192.0.2.1, 97 other "PCMU"/8000, 0s sendrecv`},
		{"a static type that is mapped otherwise", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 L16/8000",
			` | audio 6000 RTP/AVP [0] to 192.0.2.1, 0 other "L16"/8000, 0s sendrecv`},
		{"rtpmap for a type that is not offered", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=rtpmap:96 opus/48000/2", plain + "0s sendrecv"},
		{"number of ports", sdpHead + "m=audio 6000/2 RTP/AVP 0", plain + "0s sendrecv"},

		{"address of the stream goes before the session's", sdpHead + "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 192.0.2.9", strings.Replace(plain, "to 192.0.2.1", "to 192.0.2.9", 1) + "0s sendrecv"},
		{"address of another stream is not the audio's", sdpHead + "m=audio 6000 RTP/AVP 0\r\nm=video 7000 RTP/AVP 31\r\nc=IN IP4 192.0.2.9",
			plain + "0s sendrecv | video 7000 RTP/AVP [31]"},
		{"no address of the session", "v=0\r\nm=video 7000 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\nm=audio 6000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1",
			" | video 7000 RTP/AVP [31]" + plain + "0s sendrecv"},
		{"IPv6", "v=0\r\nc=IN IP6 2001:db8::20\r\nm=audio 6000 RTP/AVP 0", strings.Replace(plain, "192.0.2.1", "2001:db8::20", 1) + "0s sendrecv"},
		{"IPv4-mapped IPv6 is IPv4", "v=0\r\nc=IN IP6 ::ffff:192.0.2.1\r\nm=audio 6000 RTP/AVP 0", plain + "0s sendrecv"},
		{"multicast with a time to live", "v=0\r\nc=IN IP4 233.252.0.1/127\r\nm=audio 6000 RTP/AVP 0", strings.Replace(plain, "192.0.2.1", "233.252.0.1", 1) + "0s sendrecv"},
		{"host name for an address", "v=0\r\nc=IN IP4 media.example.com\r\nm=audio 6000 RTP/AVP 0", strings.Replace(plain, "192.0.2.1", "invalid IP", 1) + "0s sendrecv"},
		{"refused stream without an address", "v=0\r\nm=audio 0 RTP/AVP 0", strings.Replace(strings.Replace(plain, "192.0.2.1", "invalid IP", 1), "6000", "0", 1) + "0s sendrecv"},

		{"sendonly of the stream", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=sendonly", plain + "0s sendonly"},
		{"recvonly of the session", sdpHead + "a=recvonly\r\nm=audio 6000 RTP/AVP 0", plain + "0s recvonly"},
		{"the stream goes before the session", sdpHead + "a=inactive\r\nm=audio 6000 RTP/AVP 0\r\na=sendrecv", plain + "0s sendrecv"},
		{"direction of another stream", sdpHead + "m=audio 6000 RTP/AVP 0\r\nm=video 7000 RTP/AVP 31\r\na=inactive", plain + "0s sendrecv | video 7000 RTP/AVP [31]"},
		{"hold of RFC 2543", "v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 6000 RTP/AVP 0", strings.Replace(plain, "192.0.2.1", "0.0.0.0", 1) + "0s sendonly"},
		{"hold of RFC 2543 by one who does not send", "v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 6000 RTP/AVP 0\r\na=recvonly", strings.Replace(plain, "192.0.2.1", "0.0.0.0", 1) + "0s inactive"},
		{"ptime that is none", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=ptime:20.5\r\na=ptime:x", plain + "0s sendrecv"},
		{"ptime of another stream", sdpHead + "m=audio 6000 RTP/AVP 0\r\nm=audio 6002 RTP/AVP 0\r\na=ptime:30", plain + "0s sendrecv | audio 6002 RTP/AVP [0]"},

		{"T.38 alone", sdpHead + "m=image 4000 udptl t38\r\na=T38FaxVersion:0", " | image 4000 udptl [t38]"},
		{"audio, T.38 and a data channel", sdpHead + "m=image 4000 udptl t38\r\nm=audio 6000 RTP/AVP 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel",
			" | image 4000 udptl [t38]" + plain + "0s sendrecv | application 9 UDP/DTLS/SCTP [webrtc-datachannel]"},
		{"SRTP first, RTP second: the second can be spoken", sdpHead + "m=audio 6002 RTP/SAVP 8\r\na=ptime:30\r\na=sendonly\r\nm=audio 6000 RTP/AVP 0",
			" | audio 6002 RTP/SAVP [8]" + plain + "0s sendrecv"},
		{"a refused stream before an open one", sdpHead + "m=audio 0 RTP/AVP 8\r\nc=IN IP4 192.0.2.8\r\nm=audio 6000 RTP/AVP 0", " | audio 0 RTP/AVP [8]" + plain + "0s sendrecv"},
		{"SRTP alone is the audio stream", sdpHead + "m=audio 6000 RTP/SAVP 0", strings.Replace(plain, "RTP/AVP", "RTP/SAVP", 1) + "0s sendrecv"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s Session
			if err := ScanSession([]byte(test.text), &s); err != nil {
				t.Fatal(err)
			}
			if got := summary(&s); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestScanSessionRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", errSDPEmpty},
		{"line ends", "\r\n\r\n", errSDPEmpty},
		{"not a description", "<xml/>", errSDPStart},
		{"another version", "v=1\r\nm=audio 6000 RTP/AVP 0", errSDPStart},
		{"more octets than allowed", sdpHead + "m=audio 6000 RTP/AVP 0\r\n" + strings.Repeat("a=x\r\n", MaxSDP/5), errSDPSize},
		{"no streams", sdpHead, errSDPNoMedia},
		{"no address", "v=0\r\nm=audio 6000 RTP/AVP 0", errSDPNoAddress},
		{"address for another stream only", "v=0\r\nm=video 6000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", errSDPNoAddress},
		{"address for a refused audio stream only", "v=0\r\nm=audio 0 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\nm=audio 6000 RTP/AVP 0", errSDPNoAddress},
		{"port beyond 65535", sdpHead + "m=audio 65536 RTP/AVP 0", errSDPMedia},
		{"negative port", sdpHead + "m=audio -1 RTP/AVP 0", errSDPMedia},
		{"no formats", sdpHead + "m=audio 6000 RTP/AVP", errSDPMedia},
		{"no kind", sdpHead + "m=", errSDPMedia},
		{"carriage return in a media line", sdpHead + "m=video 6000 RTP/AVP 31\ra=x\r\n", errSDPMedia},
		{"payload type beyond 127", sdpHead + "m=audio 6000 RTP/AVP 128", errSDPPayload},
		{"payload type that is no number", sdpHead + "m=audio 6000 RTP/AVP zero", errSDPPayload},
		{"one stream too many", sdpHead + strings.Repeat("m=video 1 RTP/AVP 31\r\n", MaxMedia+1), errSDPTooMany},
		{"one payload type too many", sdpHead + "m=audio 6000 RTP/AVP" + strings.Repeat(" 0", MaxFormats+1), errSDPFormats},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s Session
			if err := ScanSession([]byte(test.text), &s); err != test.want {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestScanSessionAtItsBounds(t *testing.T) {
	var s Session
	text := sdpHead + "m=audio 6000 RTP/AVP" + strings.Repeat(" 0", MaxFormats) + strings.Repeat("\r\nm=video 1 RTP/AVP 31", MaxMedia-1)
	if err := ScanSession([]byte(text), &s); err != nil || s.NumMedia != MaxMedia || s.NumFormats != MaxFormats {
		t.Errorf("%d streams, %d payload types, error %v", s.NumMedia, s.NumFormats, err)
	}
}

func TestSessionDestination(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"open", sdpHead + "m=audio 6000 RTP/AVP 0", "192.0.2.1:6000"},
		{"IPv6", "v=0\nc=IN IP6 2001:db8::1\nm=audio 6000 RTP/AVP 0", "[2001:db8::1]:6000"},
		{"wants to receive only", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=recvonly", "192.0.2.1:6000"},
		{"holds", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=sendonly", ""},
		{"inactive", sdpHead + "m=audio 6000 RTP/AVP 0\r\na=inactive", ""},
		{"holds by address", "v=0\nc=IN IP4 0.0.0.0\nm=audio 6000 RTP/AVP 0", ""},
		{"refused", sdpHead + "m=audio 0 RTP/AVP 0", ""},
		{"host name", "v=0\nc=IN IP4 h.example\nm=audio 6000 RTP/AVP 0", ""},
		{"no audio", sdpHead + "m=image 6000 udptl t38", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s Session
			if err := ScanSession([]byte(test.text), &s); err != nil {
				t.Fatal(err)
			}
			got, ok := s.Destination()
			if ok != (test.want != "") || ok && got.String() != test.want {
				t.Errorf("got %v, %t, want %q", got, ok, test.want)
			}
		})
	}
	if _, ok := new(Session).Destination(); ok {
		t.Error("the zero Session has a destination")
	}
}

func TestAppendOffer(t *testing.T) {
	tests := []struct {
		name  string
		local Local
		want  []byte
	}{
		{"the default codecs", Local{ID: 7, Version: 1, Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000},
			body("v=0", "o=sipplan 7 1 IN IP4 192.0.2.5", "s=-", "c=IN IP4 192.0.2.5", "t=0 0", "m=audio 6000 RTP/AVP 0 8",
				"a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=sendrecv")},
		{"A-law first, events, packet time, IPv6", Local{ID: 7, Version: 2, Addr: netip.MustParseAddr("2001:db8::5"), Port: 6002,
			Codecs: []Codec{PCMA, PCMU}, Events: true, Ptime: 20 * time.Millisecond, Direction: SendOnly},
			body("v=0", "o=sipplan 7 2 IN IP6 2001:db8::5", "s=-", "c=IN IP6 2001:db8::5", "t=0 0", "m=audio 6002 RTP/AVP 8 0 101",
				"a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendonly")},
		{"an IPv4-mapped address is IPv4, a zone stays at home", Local{Addr: netip.MustParseAddr("::ffff:192.0.2.5"), Port: 1, Codecs: []Codec{PCMU}},
			body("v=0", "o=sipplan 0 0 IN IP4 192.0.2.5", "s=-", "c=IN IP4 192.0.2.5", "t=0 0", "m=audio 1 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := AppendOffer([]byte("before"), &test.local)
			if want := append([]byte("before"), test.want...); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAppendAnswer(t *testing.T) {
	local := Local{ID: 7, Version: 1, Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000, Events: true}
	head := []string{"v=0", "o=sipplan 7 1 IN IP4 192.0.2.5", "s=-", "c=IN IP4 192.0.2.5", "t=0 0"}
	tests := []struct {
		name  string
		offer string
		local func(*Local)
		want  []string
	}{
		{"one codec of two", "m=audio 5000 RTP/AVP 8 0", nil, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv"}},
		{"our order decides", "m=audio 5000 RTP/AVP 0 8", func(l *Local) { l.Codecs = []Codec{PCMA, PCMU} }, []string{"m=audio 6000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=sendrecv"}},
		{"the only one in common", "m=audio 5000 RTP/AVP 18 8", nil, []string{"m=audio 6000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=sendrecv"}},
		{"payload types of the offer", "m=audio 5000 RTP/AVP 111 96\r\na=rtpmap:111 telephone-event/8000\r\na=rtpmap:96 PCMU/8000", nil,
			[]string{"m=audio 6000 RTP/AVP 96 111", "a=rtpmap:96 PCMU/8000", "a=rtpmap:111 telephone-event/8000", "a=fmtp:111 0-15", "a=sendrecv"}},
		{"events that we do not want", "m=audio 5000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000", func(l *Local) { l.Events = false },
			[]string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv"}},
		{"other streams refused in order", "m=video 7000 RTP/AVP 31 34\r\nm=audio 5000 RTP/AVP 0\r\nm=image 4000 udptl t38\r\nm=audio 5002 RTP/SAVP 0 8", nil,
			[]string{"m=video 0 RTP/AVP 31 34", "m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv", "m=image 0 udptl t38", "m=audio 0 RTP/SAVP 0 8"}},
		{"protocol of the offer", "m=audio 5000 RTP/AVPF 0", nil, []string{"m=audio 6000 RTP/AVPF 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv"}},
		{"hold is answered by recvonly", "m=audio 5000 RTP/AVP 0\r\na=sendonly", nil, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=recvonly"}},
		{"hold of RFC 2543 is answered by recvonly", "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0", nil, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=recvonly"}},
		{"a listener is answered by sendonly", "m=audio 5000 RTP/AVP 0\r\na=recvonly", nil, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendonly"}},
		{"inactive stays inactive", "m=audio 5000 RTP/AVP 0\r\na=inactive", nil, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=inactive"}},
		{"two who only send", "m=audio 5000 RTP/AVP 0\r\na=sendonly", func(l *Local) { l.Direction = SendOnly }, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=inactive"}},
		{"we only receive", "m=audio 5000 RTP/AVP 0", func(l *Local) { l.Direction = RecvOnly }, []string{"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=recvonly"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var offer Session
			if err := ScanSession([]byte(sdpHead+test.offer), &offer); err != nil {
				t.Fatal(err)
			}
			local := local
			if test.local != nil {
				test.local(&local)
			}
			got, err := AppendAnswer(nil, &offer, &local)
			if want := body(append(head[:len(head):len(head)], test.want...)...); err != nil || !bytes.Equal(got, want) {
				t.Errorf("error %v\ngot\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestAppendAnswerWithoutACommonCodec(t *testing.T) {
	for _, offered := range []string{"m=audio 5000 RTP/AVP 18", "m=audio 5000 RTP/SAVP 0", "m=audio 0 RTP/AVP 0", "m=image 5000 udptl t38",
		"m=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000"} {
		var offer Session
		if err := ScanSession([]byte(sdpHead+offered), &offer); err != nil {
			t.Fatal(err)
		}
		got, err := AppendAnswer([]byte("before"), &offer, &Local{Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000})
		if !errors.Is(err, ErrNoCommonCodec) || string(got) != "before" {
			t.Errorf("%s: got %q, error %v", offered, got, err)
		}
	}
	if _, err := AppendAnswer(nil, new(Session), &Local{}); !errors.Is(err, ErrNoCommonCodec) {
		t.Errorf("zero offer: error %v", err)
	}
}

// What one side writes, the other reads: offer, answer, and what both then send.
func TestOfferAndAnswerAgree(t *testing.T) {
	var offer, answer Session
	caller := Local{ID: 1, Version: 1, Addr: netip.MustParseAddr("192.0.2.1"), Port: 6000, Codecs: []Codec{PCMA, PCMU}, Events: true, Ptime: 30 * time.Millisecond}
	callee := Local{ID: 2, Version: 1, Addr: netip.MustParseAddr("2001:db8::2"), Port: 7000, Events: true}
	if err := ScanSession(AppendOffer(nil, &caller), &offer); err != nil {
		t.Fatal(err)
	}
	text, err := AppendAnswer(nil, &offer, &callee)
	if err != nil {
		t.Fatal(err)
	}
	if err := ScanSession(text, &answer); err != nil {
		t.Fatal(err)
	}
	toCallee, _ := answer.Destination()
	toCaller, _ := offer.Destination()
	codec, _ := answer.Choose(caller.Codecs...)
	event, hasEvent := answer.Choose(TelephoneEvent)
	if toCallee.String() != "[2001:db8::2]:7000" || toCaller.String() != "192.0.2.1:6000" || codec.Codec != PCMU || !hasEvent || event.PayloadType != 101 || offer.Ptime != 30*time.Millisecond {
		t.Errorf("media to %v and %v, %+v, %+v, ptime %v", toCallee, toCaller, codec, event, offer.Ptime)
	}
}

func TestSessionsAllocateNothing(t *testing.T) {
	text := body("v=0", "o=a 1 2 IN IP6 2001:db8::1", "c=IN IP6 2001:db8::1", "m=audio 6000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", "a=ptime:20", "m=video 1 x y")
	local := Local{Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000, Events: true}
	var s Session
	dst := make([]byte, 0, 1024)
	allocs := testing.AllocsPerRun(100, func() {
		_ = ScanSession(text, &s)
		dst = AppendOffer(dst[:0], &local)
		dst, _ = AppendAnswer(dst[:0], &s, &local)
	})
	if allocs != 0 {
		t.Errorf("%.0f allocations", allocs)
	}
}

func FuzzScanSession(f *testing.F) {
	f.Add([]byte(benchBody))
	f.Add([]byte(sdpHead + "m=image 4000 udptl t38\nm=audio 6000/2 RTP/AVP 0 97\na=rtpmap:97 PCMU/8000/1\na=sendonly\na=ptime:20\nc=IN IP6 ::1"))
	f.Add([]byte("v=0\nm=audio 0 RTP/SAVP x\nm=audio 1 RTP/AVP 0\nc=IN IP4 0.0.0.0"))
	local := Local{Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000, Events: true}
	f.Fuzz(func(t *testing.T, text []byte) {
		original := bytes.Clone(text)
		var offer, answer Session
		err := ScanSession(text, &offer)
		if !bytes.Equal(text, original) {
			t.Fatal("the body changed")
		}
		if offer.NumMedia > MaxMedia || offer.NumFormats > MaxFormats || offer.Audio >= offer.NumMedia {
			t.Fatalf("out of bounds: %+v", offer)
		}
		if err != nil {
			return
		}
		written, err := AppendAnswer(nil, &offer, &local)
		if err != nil {
			return
		}
		if err := ScanSession(written, &answer); err != nil {
			t.Fatalf("the answer cannot be read: %v\n%s", err, written)
		}
		if answer.NumMedia != offer.NumMedia || answer.Audio != offer.Audio {
			t.Fatalf("offer of %d streams, audio %d, answered with %d and %d", offer.NumMedia, offer.Audio, answer.NumMedia, answer.Audio)
		}
		for i := range answer.NumMedia {
			if i != answer.Audio && (answer.Media[i].Port != 0 || !bytes.Equal(answer.Media[i].Kind, offer.Media[i].Kind)) {
				t.Fatalf("stream %d answered with %+v", i, answer.Media[i])
			}
		}
	})
}

// An offer is answered by our order, an answer is followed in its own.
func TestChoiceByOurOrderAndByTheirs(t *testing.T) {
	for _, tt := range []struct{ formats, ours, theirs, another string }{
		{"0 8", "PCMU", "PCMU", "PCMA"}, {"101 8 0", "PCMU", "PCMA", "PCMU"}, {"18 8", "PCMA", "PCMA", "other"}, {"18", "other", "other", "other"},
	} {
		var s Session
		if err := ScanSession(body("v=0", "c=IN IP4 192.0.2.1", "m=audio 6000 RTP/AVP "+tt.formats, "a=rtpmap:101 telephone-event/8000"), &s); err != nil {
			t.Fatal(err)
		}
		ours, _ := s.Choose(PCMU, PCMA)
		theirs, _ := s.ChooseTheirs(PCMU, PCMA)
		another, _ := s.Another(theirs, PCMU, PCMA)
		if ours.Codec.String() != tt.ours || theirs.Codec.String() != tt.theirs || theirs.Codec != OtherCodec && another.Codec.String() != tt.another {
			t.Errorf("%s: ours %s, theirs %s, another %s; want %s, %s, %s", tt.formats, ours.Codec, theirs.Codec, another.Codec, tt.ours, tt.theirs, tt.another)
		}
	}
	var refused Session
	_ = ScanSession(body("v=0", "c=IN IP4 192.0.2.1", "m=audio 0 RTP/AVP 0"), &refused)
	if _, ok := refused.Choose(PCMU); ok {
		t.Error("a codec is chosen of a refused stream")
	}
	if _, ok := refused.ChooseTheirs(PCMU); ok {
		t.Error("a codec is followed of a refused stream")
	}
}
