package sip

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestOfferOfEveryCodec(t *testing.T) {
	local := Local{
		ID: 7, Version: 1, Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000, Events: true, Noise: true, Mux: true,
		Codecs: []Codec{Opus, G722, PCMU, PCMA, G729, ILBC, AMR},
	}
	want := body("v=0", "o=sipplan 7 1 IN IP4 192.0.2.5", "s=-", "c=IN IP4 192.0.2.5", "t=0 0",
		"m=audio 6000 RTP/AVP 107 9 0 8 18 97 96 99 101 110 13",
		"a=rtpmap:107 opus/48000/2", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
		"a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no", "a=rtpmap:97 iLBC/8000", "a=fmtp:97 mode=20", "a=rtpmap:96 AMR/8000", "a=rtpmap:99 AMR/8000", "a=fmtp:99 octet-align=1",
		"a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=rtpmap:110 telephone-event/48000", "a=fmtp:110 0-15",
		"a=rtpmap:13 CN/8000", "a=rtcp-mux", "a=sendrecv")
	got := AppendOffer(nil, &local)
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var s Session
	if err := ScanSession(got, &s); err != nil || s.NumFormats != 11 || !s.Mux {
		t.Fatalf("%d formats, mux %v, error %v", s.NumFormats, s.Mux, err)
	}
	for _, codec := range local.Codecs {
		if f, ok := s.Choose(codec); !ok || f.PayloadType != codec.PayloadType() {
			t.Errorf("%s is not read back: %+v", codec, f)
		}
	}
}

// The answer accepts the format as it was offered: its number, its frames, and events of its clock.
func TestAnswersInTheOfferedFormat(t *testing.T) {
	for _, row := range []struct {
		name, offer string
		codec       Codec
		want        []string
	}{
		{"iLBC in its default of 30 ms", "m=audio 5000 RTP/AVP 120\r\na=rtpmap:120 iLBC/8000", ILBC, []string{"120", "a=rtpmap:120 iLBC/8000", "a=fmtp:120 mode=30"}},
		{"iLBC in frames of 20 ms", "m=audio 5000 RTP/AVP 120\r\na=fmtp:120 mode=20\r\na=rtpmap:120 ilbc/8000", ILBC, []string{"120", "a=rtpmap:120 iLBC/8000", "a=fmtp:120 mode=20"}},
		{"AMR octet-aligned", "m=audio 5000 RTP/AVP 98\r\na=rtpmap:98 AMR/8000\r\na=fmtp:98 mode-set=7; octet-align=1", AMR, []string{"98", "a=rtpmap:98 AMR/8000", "a=fmtp:98 octet-align=1"}},
		{"AMR bandwidth-efficient", "m=audio 5000 RTP/AVP 98\r\na=rtpmap:98 AMR/8000/1", AMR, []string{"98", "a=rtpmap:98 AMR/8000"}},
		{"G.729 without its rtpmap", "m=audio 5000 RTP/AVP 18", G729, []string{"18", "a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=no"}},
		{"Opus takes the events of its clock", "m=audio 5000 RTP/AVP 111 101 126\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:126 telephone-event/48000",
			Opus, []string{"111 126", "a=rtpmap:111 opus/48000/2", "a=rtpmap:126 telephone-event/48000", "a=fmtp:126 0-15"}},
		{"Opus of one channel is none", "m=audio 5000 RTP/AVP 111\r\na=rtpmap:111 opus/48000", Opus, nil},
	} {
		var offer Session
		if err := ScanSession([]byte(sdpHead+row.offer), &offer); err != nil {
			t.Fatal(err)
		}
		local := Local{ID: 7, Version: 1, Addr: netip.MustParseAddr("192.0.2.5"), Port: 6000, Events: true, Codecs: []Codec{row.codec}}
		got, err := AppendAnswer(nil, &offer, &local)
		if row.want == nil {
			if err == nil {
				t.Errorf("%s: answered with\n%s", row.name, got)
			}
			continue
		}
		want := "m=audio 6000 RTP/AVP " + strings.Join(append(row.want, "a=sendrecv"), "\r\n") + "\r\n"
		if err != nil || !strings.HasSuffix(string(got), want) {
			t.Errorf("%s: error %v\ngot\n%s\nwant it to end in\n%s", row.name, err, got, want)
		}
	}
}

func TestWhereRTCPGoes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "invalid AddrPort",
		"a=rtcp:7001":                       "invalid AddrPort",
		"a=rtcp:7001 IN IP4 192.0.2.7":      "192.0.2.7:7001",
		"a=rtcp:x":                          "invalid AddrPort",
		"m=video 1 RTP/AVP 31\r\na=rtcp:99": "invalid AddrPort",
	} {
		var s Session
		if err := ScanSession([]byte(sdpHead+"m=audio 6000 RTP/AVP 0\r\n"+text), &s); err != nil {
			t.Fatal(err)
		}
		if got := s.RTCP; got.String() != want || (text == "a=rtcp:7001") != (got.Port() == 7001 && !got.Addr().IsValid()) {
			t.Errorf("%q: RTCP to %v, want %s", text, got, want)
		}
	}
}

// The examples of RFC 4568, 6.1 and 9.1, and lines that we cannot honour.
func TestScanCrypto(t *testing.T) {
	const key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
	lines := []string{
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 " + key + "|2^20",
		"a=crypto:2 AES_CM_128_HMAC_SHA1_32 " + key,
		"a=crypto:3 AES_CM_128_HMAC_SHA1_80 " + key + "|2^20|1:4", // with an MKI
		"a=crypto:4 F8_128_HMAC_SHA1_80 " + key + " UNENCRYPTED_SRTP",
		"a=crypto:x AES_CM_128_HMAC_SHA1_80 " + key,
		"a=crypto:5 AES_CM_128_HMAC_SHA1_80 uri:abc",
	}
	text := sdpHead + "m=audio 5000 RTP/AVP 0\r\na=crypto:9 X inline:x\r\nm=audio 6000 RTP/SAVP 0\r\n" + strings.Join(lines, "\r\n")
	s := Session{Secure: true}
	if err := ScanSession([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	if s.Audio != 1 || s.NumCrypto != 2 || s.Crypto[0].Tag != 1 || string(s.Crypto[1].Suite) != "AES_CM_128_HMAC_SHA1_32" || "inline:"+string(s.Crypto[1].Key) != key {
		t.Errorf("stream %d, %d lines: %v", s.Audio, s.NumCrypto, s.Crypto[:s.NumCrypto])
	}
	if shown := fmt.Sprint(s.Crypto[0], &s.Crypto[0]); strings.Contains(shown, "WVNf") {
		t.Errorf("a printed line shows its key: %s", shown)
	}
	answer, err := AppendAnswer(nil, &s, &Local{Addr: netip.MustParseAddr("192.0.2.5"), Port: 7000, Crypto: []Crypto{{Tag: 2, Suite: s.Crypto[1].Suite, Key: []byte("abc=")}}})
	if err != nil || !strings.Contains(string(answer), "m=audio 7000 RTP/SAVP 0\r\n") || !strings.Contains(string(answer), "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:abc=\r\n") {
		t.Errorf("%v\n%s", err, answer)
	}
}

// A relay offers every suite that it knows, perhaps ours as the last, and says where RTCP goes.
func TestScanTheSuitesOfARelay(t *testing.T) {
	var text strings.Builder
	text.WriteString(sdpHead + "m=audio 6000 RTP/SAVP 0\r\na=rtcp:6001\r\n")
	for tag := 1; tag <= 12; tag++ {
		fmt.Fprintf(&text, "a=crypto:%d SUITE_%d inline:abc\r\n", tag, tag)
	}
	text.WriteString("a=ptime:20\r\n")
	s := Session{Secure: true}
	if err := ScanSession([]byte(text.String()), &s); err != nil {
		t.Fatal(err)
	}
	if s.NumCrypto != 12 || s.Crypto[11].Tag != 12 || string(s.Crypto[11].Suite) != "SUITE_12" || s.RTCP.Port() != 6001 || s.Ptime != 20*time.Millisecond {
		t.Errorf("%d lines, RTCP to %v, %v a packet: %v", s.NumCrypto, s.RTCP, s.Ptime, s.Crypto[:s.NumCrypto])
	}
}

func TestKeysAreHidden(t *testing.T) {
	text := "INVITE sip:x SIP/2.0\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20\r\na=crypto:2 X inline:SECRET2"
	want := "INVITE sip:x SIP/2.0\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:hidden\r\na=crypto:2 X inline:hidden"
	if got := HideKeys([]byte(text)); string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	plain := []byte("v=0\r\n")
	if got := HideKeys(plain); &got[0] != &plain[0] {
		t.Error("a text without keys was copied")
	}
}
