package media

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"golang.org/x/sys/unix"
)

// peers returns a socket on which a peer was named, with two more: the peer's and a stranger's.
func peers(t *testing.T, local netip.Addr) (ours, peer, stranger bound) {
	t.Helper()
	n := newNetwork(0, true)
	for _, s := range []*bound{&ours, &peer, &stranger} {
		s.socket, s.at = listenSomewhere(t, n, local)
		t.Cleanup(func() { _ = s.close() })
	}
	ours.connect(peer.at)
	if ours.socket.(*rawSocket).direct == noSocket {
		t.Fatal("no socket of its own for the peer")
	}
	return ours, peer, stranger
}

func mustSend(t *testing.T, from bound, to netip.AddrPort, octet byte) {
	t.Helper()
	if err := from.send([]byte{octet}, to); err != nil {
		t.Fatal(err)
	}
}

func TestThePeerAndStrangersAreHeardApart(t *testing.T) {
	for _, local := range []netip.Addr{loopback4, netip.IPv6Loopback()} {
		ours, peer, stranger := peers(t, local)
		mustSend(t, stranger, ours.at, 1)
		mustSend(t, peer, ours.at, 2)
		if d := await(t, ours); d.data[0] != 2 || d.from != peer.at {
			t.Errorf("heard % x from %v, want 2 from the peer, %v", d.data, d.from, peer.at)
		}
		if got := ours.strays(); len(got) != 1 || got[0].data[0] != 1 || got[0].from != stranger.at {
			t.Errorf("strays %v, want 1 from %v", got, stranger.at)
		}
		if err := ours.sendPeer([]byte{3}); err != nil {
			t.Fatal(err)
		}
		if d := await(t, peer); d.data[0] != 3 || d.from != ours.at {
			t.Errorf("the peer hears % x from %v, want 3 from the port that was announced, %v", d.data, d.from, ours.at)
		}

		ours.connect(stranger.at) // they change their parts
		mustSend(t, peer, ours.at, 4)
		mustSend(t, stranger, ours.at, 5)
		if d := await(t, ours); d.data[0] != 5 {
			t.Errorf("heard % x, want 5 from the new peer", d.data)
		}
		if got := ours.strays(); len(got) != 1 || got[0].data[0] != 4 {
			t.Errorf("strays %v, want 4 from the old peer", got)
		}
	}
}

func TestAPortWithTwoSocketsIsStillTaken(t *testing.T) {
	ours, _, _ := peers(t, loopback4)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := share(fd, 1); err != nil {
		t.Fatal(err)
	}
	err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(ours.at.Port()), Addr: loopback4.As4()})
	if !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("another program that shares its ports could bind it: %v", err)
	}
	if err := ours.close(); err != nil {
		t.Fatal(err)
	}
	again, err := newNetwork(0, true).listen(ours.at)
	if err != nil {
		t.Fatalf("the port is still taken when its sockets are closed: %v", err)
	}
	_ = again.close()
}

func TestAPeerThatIsNotThereCostsNoPacket(t *testing.T) {
	ours, peer, _ := peers(t, loopback4)
	if err := peer.close(); err != nil {
		t.Fatal(err)
	}
	for range 10 { // each is answered by ICMP, which the next call of the system reports
		if err := ours.sendPeer([]byte{0}); err != nil {
			t.Fatalf("a packet was not sent: %v", err)
		}
	}
	again, err := newNetwork(0, true).listen(peer.at)
	if err != nil {
		t.Fatal(err)
	}
	peer.socket = again // closed when the test ends
	mustSend(t, peer, ours.at, 1)
	for range 10 {
		if err := ours.sendPeer([]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	if d := await(t, ours); d.data[0] != 1 {
		t.Errorf("heard % x, want 1", d.data)
	}
	for i := range 10 {
		if d := await(t, peer); d.data[0] != 1 {
			t.Errorf("packet %d: % x, want 1", i, d.data)
		}
	}
}

// What ICMP says of a packet is told by the next call of the system, whichever that is, which does its work nevertheless.
// Other errors say nothing of the peer.
func TestARefusalIsNotedByWhateverComesNext(t *testing.T) {
	for name, next := range map[string]func(ours bound) error{
		"sending": func(ours bound) error { return ours.sendPeer([]byte{2}) },
		"receiving": func(ours bound) error {
			if got := ours.receive(); len(got) != 1 || got[0].data[0] != 1 {
				return fmt.Errorf("heard %v, want 1, which waited", got)
			}
			return nil
		},
	} {
		ours, peer, _ := peers(t, loopback4)
		mustSend(t, peer, ours.at, 1)
		if err := ours.sendPeer(make([]byte, 70_000)); !errors.Is(err, unix.EMSGSIZE) || ours.takeRefusal() {
			t.Errorf("a packet that is too long: %v, and it counts as refused", err)
		}
		if err := errors.Join(peer.close(), ours.sendPeer([]byte{1})); err != nil {
			t.Fatal(err)
		}
		if err := next(ours); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !ours.takeRefusal() || ours.takeRefusal() {
			t.Errorf("%s: the refusal is not told once", name)
		}
	}
}

// A peer that cannot be sent to from here gets nothing, and neither does the one before it.
func TestAPeerOutOfReachHearsNothing(t *testing.T) {
	ours, peer, stranger := peers(t, loopback4)
	elsewhere := netip.MustParseAddrPort("192.0.2.1:9") // from an address of the loopback alone
	ours.connect(elsewhere)
	if err := ours.send([]byte{1}, elsewhere); err == nil {
		t.Error("a packet to a peer that is out of reach was sent")
	}
	if got := peer.receive(); len(got) > 0 {
		t.Errorf("the peer before hears % x", got[0].data)
	}
	ours.connect(stranger.at)
	mustSend(t, ours, stranger.at, 2)
	if d := await(t, stranger); d.data[0] != 2 {
		t.Errorf("the next peer hears % x, want 2", d.data)
	}
}

func TestWithoutAFileToSpareOneSocketDoesEverything(t *testing.T) {
	n := newNetwork(0, true)
	ours, oursAt := listenSomewhere(t, n, loopback4)
	peer, peerAt := listenSomewhere(t, n, loopback4)
	defer ours.close()
	defer peer.close()
	withoutFiles(t, func() { ours.connect(peerAt) })
	if ours.(*rawSocket).direct != noSocket {
		t.Fatal("there was a file left")
	}
	if err := errors.Join(ours.sendPeer([]byte{1}), peer.send([]byte{2}, oursAt)); err != nil {
		t.Fatal(err)
	}
	if d := await(t, peer); d.data[0] != 1 || d.from != oursAt {
		t.Errorf("the peer hears % x from %v", d.data, d.from)
	}
	if d := await(t, ours); d.data[0] != 2 || d.from != peerAt {
		t.Errorf("heard % x from %v", d.data, d.from)
	}
}

// withoutFiles calls f while no file can be opened.
func withoutFiles(t *testing.T, f func()) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	f()
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
}

// Strangers on real sockets are counted, those too that the kernel has to throw away, and disturb nothing.
func TestStrangersAreCountedOverTheLoopback(t *testing.T) {
	m := newEngine(Config{Local: loopback4, Ports: testPorts}, newNetwork(0, true))
	defer closed(t, m)
	a, b := mustOpen(t, m), mustOpen(t, m)
	stranger, _ := listenSomewhere(t, m.network, loopback4)
	defer stranger.close()
	a.Start(0, Stream{Remote: at(b.Port())})
	b.Start(0, Stream{Remote: at(a.Port())})
	const flood = 3000 // more than the port's buffer holds
	for now := time.Duration(0); now < 6*second; now += tick {
		packets := 0
		switch {
		case now == second: // its first one is read before the flood comes: what the kernel drops counts from there
			packets = 1
		case now >= 3*second && now < 3*second+flood*tick/20:
			packets = 20
		case now == 5*second: // the kernel tells with a packet what it has dropped before
			packets = 1
		}
		for range packets {
			if err := stranger.send(packet(0, 30, 4800, 7), at(a.Port())); err != nil {
				t.Fatal(err)
			}
		}
		m.Sweep(now)
	}
	s := a.Stop(6 * second)
	if s.Foreign != flood+2 {
		t.Errorf("%d packets of a stranger counted, want %d", s.Foreign, flood+2)
	}
	if s.Received < 290 || s.Lost != 0 || s.KernelDrops != 0 {
		t.Errorf("disturbed the call: %+v", s)
	}
}

// A port that nobody listens at used to show as silence only.
func TestARefusedPortIsNamedOverTheLoopback(t *testing.T) {
	for _, row := range []struct {
		name  string
		lasts time.Duration
		want  bool
	}{{"all the time", 3 * second, true}, {"until the far end listens", 300 * time.Millisecond, false}} {
		m := newEngine(Config{Local: loopback4, Ports: testPorts}, newNetwork(0, true))
		l := mustOpen(t, m) // first, so that it does not get the port that the peer gives back
		peer, peerAt := listenSomewhere(t, m.network, loopback4)
		if err := peer.close(); err != nil {
			t.Fatal(err)
		}
		l.Start(0, Stream{Remote: peerAt})
		opened := false
		for now := time.Duration(0); now < 3*second; now += tick {
			if now >= row.lasts && !opened {
				again, err := m.network.listen(peerAt)
				if err != nil {
					t.Fatal(err)
				}
				defer again.close()
				opened = true
			}
			m.Sweep(now)
		}
		s := l.Stop(3 * second)
		if !s.Faults.Has(measure.HeardNothing) || s.Faults.Has(measure.PortRefused) != row.want {
			t.Errorf("refused %s: faults %v, want heard_nothing and port_refused %t", row.name, s.Faults.Names(), row.want)
		}
		closed(t, m)
	}
}
