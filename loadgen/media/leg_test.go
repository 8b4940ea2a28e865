package media

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/sipplan/sipplan/planner/measure"
)

const second = time.Second

// tape records the RTP packets that one port sends.
type tape struct {
	packets []rtp.Header
	times   []time.Duration
}

// record tapes what the ether carries from a port.
func record(x *ether, port uint16) *tape {
	t := &tape{}
	before := x.seen
	x.seen = func(from, to netip.AddrPort, b []byte) {
		if before != nil {
			before(from, to, b)
		}
		var p rtp.Packet
		if from.Port() == port && p.Unmarshal(b) == nil {
			t.packets = append(t.packets, p.Header)
			t.times = append(t.times, x.now)
		}
	}
	return t
}

// check asserts a well-formed stream: one SSRC, no sequence gap, timestamps that step by a packet, a
// marker on the first one only.
func (r *tape) check(t *testing.T, n int, samples uint32) {
	t.Helper()
	if len(r.packets) != n {
		t.Fatalf("%d packets, want %d", len(r.packets), n)
	}
	for i, h := range r.packets[1:] {
		p := r.packets[i]
		if h.SSRC != p.SSRC || h.SequenceNumber != p.SequenceNumber+1 || h.Timestamp != p.Timestamp+samples || h.Marker {
			t.Fatalf("packet %d: %d after %d, timestamp %d after %d, marker %v",
				i+1, h.SequenceNumber, p.SequenceNumber, h.Timestamp, p.Timestamp, h.Marker)
		}
	}
	if !r.packets[0].Marker {
		t.Error("the first packet has no marker")
	}
}

func TestSixtyMinutesWithoutDrift(t *testing.T) {
	x := newEther()
	var late measure.Histogram
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}, SendLate: &late})
	legs := []*Leg{mustOpen(t, m), mustOpen(t, m)}
	sent := []*tape{record(x, 4000), record(x, 4002)}
	for i, l := range legs {
		l.Start(time.Duration(i)*7*time.Millisecond, Stream{Remote: at(5000)})
	}
	x.run(3600*second, m)
	for i, l := range legs {
		packets := 180000 - i // the second leg begins with the next packet of the first
		sent[i].check(t, packets, 160)
		first, last := sent[i].times[0], sent[i].times[packets-1]
		if off := last - first - time.Duration(packets-1)*20*time.Millisecond; off != 0 {
			t.Errorf("leg %d: the last packet is %v off", i, off)
		}
		if s := l.Stop(3600 * second); s.Sent != uint64(packets) || s.CaughtUp != 0 || s.Skipped != 0 {
			t.Errorf("leg %d: %+v", i, s)
		}
	}
	if sent[0].packets[0].SSRC == sent[1].packets[0].SSRC {
		t.Error("two legs share an SSRC")
	}
}

func TestALateLoopSendsEverythingOnScheduleNumbersAndSaysSo(t *testing.T) {
	x := newEther()
	var late measure.Histogram
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}, SendLate: &late})
	sent := record(x, 4000)
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000)})
	x.run(second, m)
	x.now += 210 * time.Millisecond // the loop stalls for ten packet times
	m.Sweep(x.now)
	if got := len(sent.packets); got != 50+burst {
		t.Errorf("%d packets after the stall, want a burst of %d", got-50, burst)
	}
	x.run(3*second, m)
	sent.check(t, 150, 160)
	s := l.Stop(3 * second)
	if s.Sent != 150 || s.Skipped != 0 || s.CaughtUp < 8 {
		t.Errorf("sent %d, skipped %d, caught up %d; want 150, none, at least 8", s.Sent, s.Skipped, s.CaughtUp)
	}
	if late.Count() != 150 || late.Max() != 210*time.Millisecond || late.Quantile(0.5) > tick {
		t.Errorf("lateness of %d packets, at most %v, median %v; want 150, 210ms, none", late.Count(), late.Max(), late.Quantile(0.5))
	}
	if last := sent.times[149]; last < 2980*time.Millisecond {
		t.Errorf("the last packet went out at %v, ahead of its schedule", last)
	}
}

func TestAStallOfMoreThanASecondSkipsAndCounts(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	sent := record(x, 4000)
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000)})
	x.run(second, m)
	x.now += 10 * second
	x.run(20*second, m)
	s := l.Stop(20 * second)
	if s.Sent+s.Skipped != 1000 || s.Skipped < 490 {
		t.Errorf("sent %d and skipped %d of 1000, want some 500 skipped", s.Sent, s.Skipped)
	}
	for i, h := range sent.packets {
		want := sent.packets[0].Timestamp + uint32(i)*160
		if i >= 50 {
			want += uint32(s.Skipped) * 160
		}
		if h.Timestamp != want || h.SequenceNumber != sent.packets[0].SequenceNumber+uint16(i) || h.Marker != (i == 0 || i == 50) {
			t.Fatalf("packet %d: %+v; want timestamp %d, no sequence gap, a marker after the pause", i, h, want)
		}
	}
}

func TestARefusedPacketIsCountedAndItsNumberUsed(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	sent := record(x, 4000)
	l.Start(0, Stream{Remote: at(5000)})
	x.run(50*time.Millisecond, m)
	x.bound[at(4000)].refuse = syscall.ENOBUFS
	x.run(90*time.Millisecond, m)
	x.bound[at(4000)].refuse = nil
	x.run(130*time.Millisecond, m)
	s := l.Stop(130 * time.Millisecond)
	if s.Sent != 5 || s.SendErrors != 2 {
		t.Errorf("sent %d, refused %d; want 5 and 2", s.Sent, s.SendErrors)
	}
	if got := sent.packets[3].SequenceNumber - sent.packets[2].SequenceNumber; got != 3 {
		t.Errorf("the sequence steps by %d over two refused packets, want 3", got)
	}
}

func TestNothingIsSentToAnAddressThatIsNoHost(t *testing.T) {
	for _, row := range []struct{ name, remote string }{
		{"unspecified: on hold", "0.0.0.0:5000"},
		{"unspecified IPv6", "[::]:5000"},
		{"multicast", "224.0.0.1:5000"},
		{"multicast IPv6", "[ff02::1]:5000"},
		{"broadcast", "255.255.255.255:5000"},
		{"multicast mapped into IPv6", "[::ffff:224.0.0.1]:5000"},
		{"port 0: refused media", "127.0.0.1:0"},
	} {
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
		x.seen = func(_, to netip.AddrPort, _ []byte) { t.Errorf("%s: sent to %v", row.name, to) }
		l := mustOpen(t, m)
		l.Start(0, Stream{Remote: netip.MustParseAddrPort(row.remote)})
		x.run(10*second, m)
		if s := l.Stop(10 * second); s.Sent != 0 || s.SendErrors != 0 || s.ReportsSent != 0 {
			t.Errorf("%s: %+v", row.name, s)
		}
	}
}

func TestRedirectKeepsTheStreamAlive(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	sent := record(x, 4000)
	l.Start(0, Stream{Remote: at(5000)})
	x.run(990*time.Millisecond, m)
	l.Start(x.now, Stream{Remote: netip.MustParseAddrPort("0.0.0.0:5000")}) // hold
	x.run(3*second, m)
	l.Start(3*second, Stream{Remote: at(6000), Codec: PCMA, PayloadType: 8, PacketTime: 30 * time.Millisecond})
	x.run(6*second, m)
	s := l.Stop(6 * second)
	if s.Sent != 150 || s.Skipped != 0 {
		t.Fatalf("sent %d, skipped %d; want 50 and 100, none skipped", s.Sent, s.Skipped)
	}
	for i, h := range sent.packets[1:] {
		p := sent.packets[i]
		media := time.Duration(h.Timestamp-p.Timestamp) * sampleTime
		if h.SSRC != p.SSRC || h.SequenceNumber != p.SequenceNumber+1 || media != sent.times[i+1]-sent.times[i] {
			t.Fatalf("packet %d: %+v after %+v, %v later", i+1, h, p, sent.times[i+1]-sent.times[i])
		}
		if h.Marker != (i+1 == 50) {
			t.Errorf("packet %d: marker %v", i+1, h.Marker)
		}
	}
	if first, last := sent.packets[49], sent.packets[50]; first.PayloadType != 0 || last.PayloadType != 8 {
		t.Errorf("payload types %d and %d, want 0 and 8", first.PayloadType, last.PayloadType)
	}
}

func TestTwoLegsHearEachOther(t *testing.T) {
	x := newEther()
	x.delay = 3 * time.Millisecond
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	a, b := mustOpen(t, m), mustOpen(t, m)
	a.Start(0, Stream{Remote: at(b.Port())})
	b.Start(0, Stream{Remote: at(a.Port()), Source: Speech})
	x.run(60*second, m)
	for _, l := range []*Leg{a, b} {
		s := l.Stop(60 * second)
		if s.Sent != 3000 || s.Received < 2999 || s.Lost != 0 || s.Expected != s.Received || s.Jitter != 0 {
			t.Errorf("%+v", s)
		}
		if s.Foreign+s.Malformed+s.Stale+s.WrongPayload+s.SSRCChanges != 0 {
			t.Errorf("strangers: %+v", s)
		}
		if s.FirstPacket < x.delay || s.FirstPacket > 23*time.Millisecond || s.LongestGap > 23*time.Millisecond {
			t.Errorf("first packet after %v, longest gap %v", s.FirstPacket, s.LongestGap)
		}
		if s.RTTs == 0 || (s.RTT-6*time.Millisecond).Abs() > 50*time.Microsecond {
			t.Errorf("%d round trips, the last of %v, want 6ms", s.RTTs, s.RTT)
		}
		var total measure.Media
		s.AddTo(&total)
		if total.Legs != 1 || total.Silent != 0 || total.Received != s.Received || total.Expected != s.Expected {
			t.Errorf("added up to %+v", total)
		}
	}
}

func TestSilentLegs(t *testing.T) {
	for _, row := range []struct {
		name   string
		stream Stream
		lasted time.Duration
		silent bool
	}{
		{"nothing came in two seconds", Stream{Remote: at(5000)}, 2 * second, true},
		{"nothing was to come", Stream{Remote: at(5000), SendOnly: true}, 2 * second, false},
		{"too short to tell", Stream{Remote: at(5000)}, 900 * time.Millisecond, false},
	} {
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
		l := mustOpen(t, m)
		l.Start(0, row.stream)
		x.run(row.lasted, m)
		s := l.Stop(row.lasted)
		if s.Silent() != row.silent || s.Lasted != row.lasted {
			t.Errorf("%s: silent %v after %v", row.name, s.Silent(), s.Lasted)
		}
	}
	var unused Stats
	var total measure.Media
	if unused.AddTo(&total); total.Legs != 0 {
		t.Error("a leg that never started counts")
	}
}

func TestJitterIsOfTheWireAndNotOfTheLoop(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000), Source: None})
	for k := range uint16(500) {
		x.now = time.Duration(k)*20*time.Millisecond + time.Millisecond
		x.deliver(at(5000), at(4000), packet(0, k, uint32(k)*160, 7))
		if k%5 == 0 { // the loop gets round to it every 100 ms
			m.Sweep(x.now + 15*time.Millisecond)
		}
	}
	if s := l.Stop(10 * second); s.Jitter != 0 || s.Received != 500 || s.LongestGap > 25*time.Millisecond {
		t.Errorf("received %d, jitter %v, longest gap %v; want 500, none, 20ms", s.Received, s.Jitter, s.LongestGap)
	}
}

func TestStopReadsWhatHasArrived(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000), Source: Echo})
	x.now = time.Millisecond
	x.deliver(at(5000), at(4000), packet(0, 1, 160, 7))
	if s := l.Stop(time.Millisecond); s.Received != 1 || s.Sent != 0 {
		t.Errorf("received %d, sent %d; want the packet counted and no echo after the end", s.Received, s.Sent)
	}
}

func TestLegsOutsideACallDoNothing(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	if s := l.Stop(0); s != (Stats{}) {
		t.Errorf("never started: %+v", s)
	}
	if s := l.Stop(0); s != (Stats{}) {
		t.Errorf("stopped twice: %+v", s)
	}
	l.Start(0, Stream{Remote: at(5000)})
	if _, running := m.Next(); running {
		t.Error("a leg that was returned runs")
	}
	if _, err := m.Open(); err != nil {
		t.Error(err)
	}
	if _, err := m.Open(); !errors.Is(err, ErrNoPort) {
		t.Errorf("stopping twice made two pairs of one: %v", err)
	}
}

// packet returns an RTP packet of 20 ms of silence.
func packet(payloadType uint8, number uint16, timestamp, ssrc uint32) []byte {
	p := rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: payloadType, SequenceNumber: number, Timestamp: timestamp, SSRC: ssrc,
	}, Payload: make([]byte, 160)}
	b, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	return b
}
