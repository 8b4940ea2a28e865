package sip

import "testing"

// The messages of the calls that are measured: SIPp's own, and the generator's are no longer.
var (
	benchBody = lines("v=0", "o=user1 53655765 2353687637 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
		"m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "")
	benchMessages = []struct{ name, text string }{
		{"180", lines("SIP/2.0 180 Ringing",
			"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport=5061",
			"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001",
			"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011",
			"Call-ID: 1-12345@127.0.0.1", "CSeq: 1 INVITE",
			"Contact: <sip:127.0.0.1:5060;transport=UDP>", "Content-Length: 0", "", "")},
		{"200 with SDP", lines("SIP/2.0 200 OK",
			"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport=5061",
			"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001",
			"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011",
			"Call-ID: 1-12345@127.0.0.1", "CSeq: 1 INVITE",
			"Contact: <sip:127.0.0.1:5060;transport=UDP>", "Content-Type: application/sdp", "Content-Length: 129", "", benchBody)},
		{"INVITE", lines("INVITE sip:service@127.0.0.1:5060 SIP/2.0",
			"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-0;rport",
			"Max-Forwards: 70",
			"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001",
			"To: service <sip:service@127.0.0.1:5060>",
			"Call-ID: 1-12345@127.0.0.1", "CSeq: 1 INVITE",
			"Contact: <sip:sipp@127.0.0.1:5061>", "Subject: Performance Test",
			"Content-Type: application/sdp", "Content-Length: 129", "", benchBody)},
		{"BYE", lines("BYE sip:127.0.0.1:5060;transport=UDP SIP/2.0",
			"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-12345-1-7;rport",
			"Max-Forwards: 70",
			"From: sipp <sip:sipp@127.0.0.1:5061>;tag=12345SIPpTag001",
			"To: service <sip:service@127.0.0.1:5060>;tag=12346SIPpTag011",
			"Call-ID: 1-12345@127.0.0.1", "CSeq: 2 BYE", "Content-Length: 0", "", "")},
	}
)

func BenchmarkScan(b *testing.B) {
	for _, message := range benchMessages {
		b.Run(message.name, func(b *testing.B) {
			b.ReportAllocs()
			datagram := []byte(message.text)
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
	body := []byte(benchBody)
	var s Session
	for b.Loop() {
		if err := ScanSession(body, &s); err != nil {
			b.Fatal(err)
		}
	}
}
