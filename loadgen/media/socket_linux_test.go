package media

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
	"golang.org/x/sys/unix"
)

func TestKernelTellsWhenADatagramCame(t *testing.T) {
	a, b := pairOfSockets(t, newNetwork(0, true))
	if err := a.send([]byte{1}, b.at); err != nil { // the first one may be stamped when it is read
		t.Fatal(err)
	}
	await(t, b)
	before := time.Duration(time.Now().UnixNano())
	if err := a.send([]byte{2}, b.at); err != nil {
		t.Fatal(err)
	}
	d := await(t, b)
	after := time.Duration(time.Now().UnixNano())
	if d.stamp < before-time.Millisecond || d.stamp > after+time.Millisecond {
		t.Errorf("stamped %v, sent and read between %v and %v", d.stamp, before, after)
	}
}

func TestKernelTellsWhatItDropped(t *testing.T) {
	a, b := pairOfSockets(t, newNetwork(0, true))
	if err := unix.SetsockoptInt(int(b.socket.(*rawSocket).fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096); err != nil {
		t.Fatal(err)
	}
	const sent = 100
	for range sent {
		if err := a.send(make([]byte, 172), b.at); err != nil {
			t.Fatal(err)
		}
	}
	received := uint32(0)
	for n := len(b.receive()); n > 0; n = len(b.receive()) {
		received += uint32(n)
	}
	if err := a.send([]byte{1}, b.at); err != nil {
		t.Fatal(err)
	}
	if d := await(t, b); d.dropped == 0 || d.dropped+received != sent {
		t.Errorf("received %d and dropped %d of %d", received, d.dropped, sent)
	}
}

func TestPacketsAreMarked(t *testing.T) {
	for _, row := range []struct {
		local          string
		level, option  int
		dscp, expected int
	}{
		{"127.0.0.1", unix.IPPROTO_IP, unix.IP_TOS, 46, 184},
		{"::1", unix.IPPROTO_IPV6, unix.IPV6_TCLASS, 46, 184},
		{"127.0.0.1", unix.IPPROTO_IP, unix.IP_TOS, 0, 0},
	} {
		t.Run(fmt.Sprintf("%s DSCP %d", row.local, row.dscp), func(t *testing.T) {
			testbed.Loopback(t, row.local)
			s, err := newNetwork(row.dscp, true).listen(netip.AddrPortFrom(netip.MustParseAddr(row.local), 0))
			if err != nil {
				t.Fatal(err)
			}
			got, err := unix.GetsockoptInt(int(s.(*rawSocket).fd), row.level, row.option)
			if err != nil || got != row.expected {
				t.Errorf("%s: DSCP %d is marked %d (%v), want %d", row.local, row.dscp, got, err, row.expected)
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestZones(t *testing.T) {
	if n, err := zoneOf(netip.MustParseAddr("fe80::1%7")); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := zoneOf(netip.MustParseAddr("fe80::1%lo")); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := zoneOf(netip.MustParseAddr("fe80::1%nowhere")); err == nil {
		t.Error("an interface that is not there")
	}
}

// visit is what a turn of the packet path can be about.
type visit struct {
	name   string
	stream Stream                    // of both ends; the second one echoes
	before func(a, b, stranger *Leg) // a turn
	taken  func(echoing *Stats) uint64
	most   float64 // allocations in a turn
}

// The packet path allocates nothing, protected or not: a packet sent, one received and judged, and what goes with them.
func TestVisitsDoNotAllocate(t *testing.T) {
	plain, foreign := Stream{EventType: 101}, packet(0, 1, 2, 3)
	nothing := func(_, _, _ *Leg) {}
	received, reported := func(s *Stats) uint64 { return s.Received }, func(s *Stats) uint64 { return s.ReportsReceived }
	visits := []visit{
		{"RTP", plain, nothing, received, 0},
		{"digits", plain, func(a, _, _ *Leg) {
			if !a.Dialing() {
				_ = a.Dial(a.engine.now, "1", Dialing{Tone: minTone, Pause: minTone})
			}
		}, func(s *Stats) uint64 { return s.NotEchoed }, 0},
		{"reports", plain, reportNow, reported, 0},
		{"reports beside the audio", Stream{Mux: true}, reportNow, reported, 0},
		{"strangers at the port", plain, func(_, b, stranger *Leg) {
			b.control.nextRead = 0
			_ = stranger.rtp.send(foreign, at(b.port))
		}, func(s *Stats) uint64 { return s.Foreign }, 0},
	}
	for _, suite := range Suites() {
		protected := Stream{Send: mustKeys(t, suite), Receive: mustKeys(t, suite)}
		most := 0.0
		if strings.HasPrefix(suite.String(), "AEAD") {
			most = 4 // pion/srtp, for each of the two reports sent and of the two received
		}
		visits = append(visits, visit{suite.String(), protected, nothing, received, 0}, visit{suite.String() + " reports", protected, reportNow, reported, most})
	}
	for _, v := range visits {
		t.Run(v.name, func(t *testing.T) { v.count(t) })
	}
}

// reportNow lets both ends of a stream report, and read reports, at their next visits.
func reportNow(a, b, _ *Leg) {
	for _, l := range []*Leg{a, b} {
		l.control.nextReport, l.control.nextRead, l.attention = 0, 0, 0
	}
}

// count lets two legs talk, and counts what a turn allocates once they do.
func (v *visit) count(t *testing.T) {
	var late measure.Histogram
	m := newEngine(Config{Local: loopback4, Ports: testPorts, Start: time.Now(), SendLate: &late}, newNetwork(46, true))
	defer closed(t, m)
	a, b, stranger := mustOpen(t, m), mustOpen(t, m), mustOpen(t, m)
	there, back := v.stream, v.stream
	there.Remote, back.Remote = at(b.Port()), at(a.Port())
	back.Send, back.Receive, back.Source = there.Receive, there.Send, Echo
	a.Start(0, there)
	b.Start(0, back)
	now := time.Duration(0)
	turn := func() {
		// Reports are by the clock of the machine, so the turns are too: they stay below a second.
		for _, l := range m.legs {
			l.control.nextReport, l.control.nextRead = time.Hour, time.Hour
		}
		v.before(a, b, stranger)
		now += 20 * time.Millisecond
		m.Sweep(now)
	}
	turn()
	pooled := testbed.RaceDetector && v.stream.Send.Suite() != Plain // SRTP has its counters from a pool, which forgets then
	if n := testing.AllocsPerRun(100, turn); n > v.most && !pooled {
		t.Errorf("%v allocations a turn, want at most %v", n, v.most)
	}
	near, far := a.Stop(now), b.Stop(now)
	if v.taken(&far) < 50 || far.Received < 50 || far.Unauthentic != 0 || near.Unauthentic != 0 || near.Lost != 0 || far.Lost != 0 {
		t.Errorf("the two ends counted %+v and %+v", near, far)
	}
}

// bound is a socket and its address.
type bound struct {
	socket
	at netip.AddrPort
}

func pairOfSockets(t *testing.T, n network) (a, b bound) {
	t.Helper()
	for _, s := range []*bound{&a, &b} {
		s.socket, s.at = listenSomewhere(t, n, loopback4)
		t.Cleanup(func() {
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
	}
	return a, b
}
