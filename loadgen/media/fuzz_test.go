package media

import (
	"testing"
	"time"
)

// FuzzRTP lets a leg hear any datagram in the middle of a call: it may count, it may not disturb.
func FuzzRTP(f *testing.F) {
	f.Add(packet(0, 30, 4800, 7), true)
	f.Add(packet(101, 3, 4800, 7), true)
	f.Add(packet(0, 40000, 4800, 9), true)
	f.Add(unhex(f, "b1 00 001e 00000000 00000007 00000009 bede0001 10aa0000 d5d6d7 000003"), true)
	f.Add(unhex(f, "90 00 001e 00000000 00000007 10000002 0102aabb 03000000"), true)
	f.Add([]byte("INVITE sip:911 SIP/2.0\r\n"), false)
	f.Fuzz(func(t *testing.T, b []byte, expected bool) {
		if len(b) > maxDatagramSize {
			return
		}
		l, m, hear := hearing(t, Stream{Source: Echo})
		for k := range 10 {
			hear(5000, ms(k), packet(0, uint16(k), uint32(k)*160, 7))
		}
		from := uint16(5000)
		if !expected {
			from = 5002
		}
		for k := 10; k < 20; k++ {
			hear(from, ms(k), b)
		}
		m.network.(*ether).run(second, m)
		s := l.Stop(second)
		counted := s.Received + s.Foreign + s.Malformed + s.Stale
		if counted != 20 {
			t.Errorf("%d of 20 datagrams are counted: %+v", counted, s)
		}
		if s.Sent+s.NotEchoed != s.Received {
			t.Errorf("%d received, %d echoed and %d not", s.Received, s.Sent, s.NotEchoed)
		}
		if !expected && (s.Foreign != 10 || s.Received != 10 || s.Jitter != 0 || s.Lost != 0) {
			t.Errorf("a stranger disturbed the statistics: %+v", s)
		}
		if s.Jitter < 0 || s.Jitter > timestampRestart || s.Expected == 0 || s.Lost > int64(s.Expected) {
			t.Errorf("impossible figures: %+v", s)
		}
	})
}

// FuzzRTCP lets a leg hear any datagram on its RTCP port.
func FuzzRTCP(f *testing.F) {
	f.Add(unhex(f, "80c9 0001 00000007"))
	f.Add(unhex(f, "81c8000c decafbad 83aa7e8100000000 00002328 00000005 00000320 01020304 cc000008 00010003 00000009 aabbccdd 00008000"))
	f.Add(unhex(f, "80c9000100000007 80cf000a00000007 0700000801020304 cc00ff0000a00014 00000050 7f7f7f10 157f0d0d e000003c 003c003c"))
	f.Add(unhex(f, "80c9000100000007 80cf000500000007 05000003 00000007 00010000 00000100"))
	f.Add(unhex(f, "80c9000100000007 81ca0003decafbad010363406e000000 81cb0001decafbad"))
	f.Add(unhex(f, "80c9000100000007 80cf000400000007 040000027fffffff00000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxDatagramSize {
			return
		}
		l, m, _ := hearing(t, Stream{})
		x := m.network.(*ether)
		x.now = 10 * time.Millisecond
		x.deliver(at(5001), at(4001), b)
		x.run(8*second, m)
		s := l.Stop(8 * second)
		if s.ReportsReceived+s.Malformed != 1 || s.Foreign+s.Received != 0 || s.Sent != 400 {
			t.Errorf("%+v", s)
		}
		if s.RTT < 0 || s.ReportsSent == 0 {
			t.Errorf("%d reports sent, round trip %v", s.ReportsSent, s.RTT)
		}
	})
}
