package sip

import (
	"testing"
)

const ringing = "SIP/2.0 180 Ringing\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport=5061\r\n" +
	"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001\r\n" +
	"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011\r\n" +
	"Call-ID: 1-12345@127.0.0.1\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Contact: <sip:127.0.0.1:5060;transport=UDP>\r\n" +
	"Content-Length: 0\r\n\r\n"

const offerBody = "v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"

const okWithSDP = "SIP/2.0 200 OK\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport=5061\r\n" +
	"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001\r\n" +
	"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011\r\n" +
	"Call-ID: 1-12345@127.0.0.1\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Contact: <sip:127.0.0.1:5060;transport=UDP>\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 127\r\n\r\n" + offerBody

const invite = "INVITE sip:service@127.0.0.1:5060 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001\r\n" +
	"To: service <sip:service@127.0.0.1:5060>\r\n" +
	"Call-ID: 1-12345@127.0.0.1\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Contact: <sip:sipp@127.0.0.1:5061>\r\n" +
	"Subject: Performance Test\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 127\r\n\r\n" + offerBody

const bye = "BYE sip:127.0.0.1:5060;transport=UDP SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-7;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001\r\n" +
	"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011\r\n" +
	"Call-ID: 1-12345@127.0.0.1\r\n" +
	"CSeq: 2 BYE\r\n" +
	"Content-Length: 0\r\n\r\n"

func BenchmarkScan(b *testing.B) {
	for name, text := range map[string]string{"180": ringing, "200 with SDP": okWithSDP, "INVITE": invite, "BYE": bye} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			datagram := []byte(text)
			var m Message
			for b.Loop() {
				if err := Scan(datagram, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScanSession(b *testing.B) {
	b.ReportAllocs()
	body := []byte(offerBody)
	var s Session
	for b.Loop() {
		if err := ScanSession(body, &s); err != nil {
			b.Fatal(err)
		}
	}
}
