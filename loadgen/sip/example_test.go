package sip_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipplan/sipplan/loadgen/sip"
)

func ExampleScan() {
	datagram := []byte("SIP/2.0 503 Service Unavailable\r\n" +
		"v: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77\r\n" +
		"f: <sip:a@192.0.2.1>;tag=1\r\n" +
		"t: <sip:b@192.0.2.2>;tag=2\r\n" +
		"i: 7@192.0.2.1\r\n" +
		"CSeq: 1 INVITE\r\n" +
		"Reason: Q.850;cause=34;text=\"no circuit\"\r\n\r\n")
	var m sip.Message
	if err := sip.Scan(datagram, &m); err != nil {
		fmt.Println(err)
		return
	}
	cause, _ := sip.Q850Cause(m.Reason)
	fmt.Printf("%s: %d %s, cause %d, %s\n", m.CallID, m.Status, m.Phrase, cause, sip.Classify(m.Status, cause, sip.Profile{}))
	// Output: 7@192.0.2.1: 503 Service Unavailable, cause 34, blocked
}

func ExampleAppendAnswer() {
	var offer sip.Session
	err := sip.ScanSession([]byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"+
		"m=audio 6000 RTP/AVP 18 8\r\nm=image 6002 udptl t38\r\n"), &offer)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := sip.AppendAnswer(nil, &offer, &sip.Local{ID: 1, Version: 1, Addr: netip.MustParseAddr("192.0.2.2"), Port: 7000})
	fmt.Print(strings.ReplaceAll(string(answer), "\r", ""), err)
	// Output:
	// v=0
	// o=sipplan 1 1 IN IP4 192.0.2.2
	// s=-
	// c=IN IP4 192.0.2.2
	// t=0 0
	// m=audio 7000 RTP/AVP 8
	// a=rtpmap:8 PCMA/8000
	// a=sendrecv
	// m=image 0 udptl t38
	// <nil>
}

func ExampleParseTarget() {
	target, err := sip.ParseTarget("service@192.0.2.2;transport=udp")
	fmt.Println(target.URI, target.Addr, err)
	_, err = sip.ParseTarget("sip:")
	fmt.Println(err)
	// Output:
	// sip:service@192.0.2.2:5060 192.0.2.2:5060 <nil>
	// target "sip:": no host; want sip:[user@]host[:port]
}
