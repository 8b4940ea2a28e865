package media

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// compounds collects the RTCP datagrams that a port sends.
func compounds(x *ether, port uint16) *[][]byte {
	sent := &[][]byte{}
	x.seen = func(from, to netip.AddrPort, b []byte) {
		if from.Port() == port {
			*sent = append(*sent, bytes.Clone(b))
		}
	}
	return sent
}

func TestGoodbyeByteForByte(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	m.cname = "c@n"
	sent := compounds(x, 4001)
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000)})
	l.sender = sender{ssrc: 0xdecafbad, timestamp: 1000, marker: true}
	l.sender.play(l.stream, l.stream.track())
	l.control.nextReport = time.Hour
	l.receiver.heard = true
	l.receiver.source = source{ssrc: 0x01020304, jitter: jitter{estimate: float64(9 * sampleTime)}}
	l.receiver.source.sequence.begin(65530)
	l.receiver.source.sequence.place(3) // wrapped; 8 of 10 lost
	l.control.senderReport, l.control.arrived = 0xaabbccdd, 500*time.Millisecond
	x.run(100*time.Millisecond, m) // 5 packets
	l.Stop(time.Second)
	want := "81c8 000c decafbad" + // sender report of 13 words with one block
		"83aa7e81 00000000" + // one second after the Unix epoch, where simulated runs begin
		"00002328" + // 1000 + 8000: the media clock at the same instant
		"00000005 00000320" +
		"01020304 cc 000008 00010003 00000009 aabbccdd 00008000" +
		"81ca 0003 decafbad 01 03 63406e 000000" +
		"80cf 000a decafbad 0700 0008 01020304" + // VoIP metrics:
		"cc 00 ff 00 00a0 0014" + // 8 of 10 lost in one burst of 160 ms between two packets
		"0000 0050" + // no round trip, 60 ms of buffer and a packet
		"7f 7f 7f 10 15 7f 0d 0d" + // R 93.2 less 95·80/(80+25.1), MOS 1.3
		"e0 00 003c 003c 003c" +
		"81cb 0001 decafbad"
	if len(*sent) != 1 || !bytes.Equal((*sent)[0], unhex(t, want)) {
		t.Errorf("got  %x\nwant %s", *sent, want)
	}
}

func TestReportsOfAListenerAndOfNobody(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	listener := mustOpen(t, m)
	sent := compounds(x, 4001)
	listener.Start(0, Stream{Remote: at(5000), Source: None})
	x.run(30*second, m)
	s := listener.Stop(30 * second)
	if s.ReportsSent < 5 || len(*sent) != int(s.ReportsSent) {
		t.Errorf("a listener sent %d compounds in 30 s and counts %d", len(*sent), s.ReportsSent)
	}
	for i, b := range *sent {
		packets, err := rtcp.Unmarshal(b)
		if err != nil || len(packets) < 3 {
			t.Fatalf("%x: %v", b, err)
		}
		if r, ok := packets[0].(*rtcp.ReceiverReport); !ok || len(r.Reports) != 0 {
			t.Errorf("compound %d begins with %v, want a receiver report without blocks", i, packets[0])
		}
		if _, more := packets[2].(*rtcp.ExtendedReport); !more {
			t.Errorf("compound %d asks for no round trip (RFC 3611 section 4.4)", i)
		}
		if bye := len(packets) == 4; bye != (i == len(*sent)-1) {
			t.Errorf("compound %d of %d has %d packets: goodbye belongs to the last", i, len(*sent), len(packets))
		}
		if err := rtcp.CompoundPacket(packets).Validate(); err != nil && i < len(*sent)-1 {
			t.Errorf("compound %d: %v", i, err)
		}
	}
	nobody := mustOpen(t, m)
	quiet := compounds(x, 4003)
	nobody.Start(31*second, Stream{Remote: at(5000), Source: None})
	if s := nobody.Stop(31 * second); s.ReportsSent != 0 || len(*quiet) != 0 {
		t.Error("a leg that never said anything says goodbye (RFC 3550 section 6.3.7)")
	}
}

func TestReportsGoWhereTheDescriptionSays(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	var to []netip.AddrPort
	x.seen = func(from, dest netip.AddrPort, b []byte) {
		if from.Port() == 4001 {
			to = append(to, dest)
		}
	}
	for _, row := range []struct {
		stream Stream
		want   []netip.AddrPort
	}{
		{Stream{Remote: at(5000)}, []netip.AddrPort{at(5001)}},
		{Stream{Remote: at(5000), RemoteRTCP: at(7777)}, []netip.AddrPort{at(7777)}},
		{Stream{Remote: at(65535)}, nil},
	} {
		to = nil
		l := mustOpen(t, m)
		l.Start(x.now, row.stream)
		x.run(x.now+20*time.Millisecond, m)
		l.Stop(x.now)
		if len(to) != len(row.want) || len(to) == 1 && to[0] != row.want[0] {
			t.Errorf("reports for %v went to %v, want %v", row.stream.Remote, to, row.want)
		}
		x.now += 2 * second
		m.Sweep(x.now)
	}
}

func TestStrangersOnTheReportPort(t *testing.T) {
	good := unhex(t, "80c9 0001 00000007")
	for _, row := range []struct {
		name                         string
		from                         uint16
		b                            []byte
		received, foreign, malformed uint64
	}{
		{"an empty receiver report", 5001, good, 1, 0, 0},
		{"from another port", 5000, good, 0, 1, 0},
		{"nothing", 5001, nil, 0, 0, 1},
		{"goodbye without a report before it (A.2)", 5001, unhex(t, "81cb 0001 00000007"), 0, 0, 1},
		{"cut off", 5001, unhex(t, "81c9 0007 00000007 00000000"), 0, 0, 1},
		{"version 1", 5001, unhex(t, "40c9 0001 00000007"), 0, 0, 1},
		{"RTP", 5001, packet(0, 1, 2, 3), 0, 0, 1},
	} {
		l, m, _ := hearing(t, Stream{Source: None})
		x := m.network.(*ether)
		x.now = 10 * time.Millisecond
		x.deliver(at(row.from), at(4001), row.b)
		x.run(2*second, m)
		s := l.Stop(2 * second)
		if s.ReportsReceived != row.received || s.Foreign != row.foreign || s.Malformed != row.malformed || s.Received != 0 {
			t.Errorf("%s: %d reports, foreign %d, malformed %d; want %d, %d, %d", row.name,
				s.ReportsReceived, s.Foreign, s.Malformed, row.received, row.foreign, row.malformed)
		}
	}
}
