package media

import (
	"fmt"
	"net/netip"
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

// The packet path allocates nothing, protected or not: one packet sent, one received and judged.
func TestVisitsDoNotAllocate(t *testing.T) {
	t.Run("RTP", func(t *testing.T) { visitWithoutAllocation(t, Keys{}, Keys{}) })
	for _, suite := range Suites() {
		t.Run(suite.String(), func(t *testing.T) { visitWithoutAllocation(t, mustKeys(t, suite), mustKeys(t, suite)) })
	}
}

func visitWithoutAllocation(t *testing.T, there, back Keys) {
	var late measure.Histogram
	m := newEngine(Config{Local: loopback4, Ports: testPorts, Start: time.Now(), SendLate: &late}, newNetwork(46, true))
	defer closed(t, m)
	a, b := mustOpen(t, m), mustOpen(t, m)
	a.Start(0, Stream{Remote: at(b.Port()), Send: there, Receive: back})
	b.Start(0, Stream{Remote: at(a.Port()), Source: Echo, Send: back, Receive: there})
	now := time.Duration(0)
	turn := func() {
		// Reports are by the clock of the machine, so the turns are too: they stay below a second.
		for _, l := range m.legs {
			l.control.nextReport, l.control.nextRead = time.Hour, time.Hour
		}
		now += 20 * time.Millisecond
		m.Sweep(now)
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n != 0 && !testbed.RaceDetector { // SRTP has its counters from a pool
		t.Errorf("%v allocations a turn, want none", n)
	}
	if s := a.Stop(now); s.Received < 50 || s.Lost != 0 || s.Unauthentic != 0 {
		t.Errorf("%+v", s)
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
