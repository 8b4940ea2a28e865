package media

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"
)

var loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// ether is a network in memory for simulated time. What is sent to a bound address arrives there after
// the delay; everything that is sent can be looked at.
type ether struct {
	now   time.Duration
	delay time.Duration
	bound map[netip.AddrPort]*fakeSocket
	busy  map[uint16]error // ports that refuse to be bound
	seen  func(from, to netip.AddrPort, b []byte)
	reads int // of sockets, as far as they looked for more than one packet
}

// fakeSocket is a socket of an ether.
type fakeSocket struct {
	ether   *ether
	local   netip.AddrPort
	peer    netip.AddrPort
	waiting []datagram
	refuse  error // what send returns
	closed  bool
}

func newEther() *ether {
	return &ether{bound: map[netip.AddrPort]*fakeSocket{}, busy: map[uint16]error{}}
}

func (e *ether) listen(local netip.AddrPort) (socket, error) {
	if err := e.busy[local.Port()]; err != nil {
		return nil, err
	}
	if e.bound[local] != nil {
		return nil, syscall.EADDRINUSE
	}
	e.bound[local] = &fakeSocket{ether: e, local: local}
	return e.bound[local], nil
}

// deliver puts a datagram into the socket bound to an address. Its time of arrival is now.
func (e *ether) deliver(from, to netip.AddrPort, b []byte) {
	if s := e.bound[to]; s != nil {
		s.waiting = append(s.waiting, datagram{data: slices.Clone(b), from: from, stamp: e.now + e.delay})
	}
}

func (s *fakeSocket) send(b []byte, to netip.AddrPort) error {
	if s.refuse != nil {
		return s.refuse
	}
	if s.ether.seen != nil {
		s.ether.seen(s.local, to, b)
	}
	s.ether.deliver(s.local, to, b)
	return nil
}

func (s *fakeSocket) connect(to netip.AddrPort) { s.peer = to }

func (s *fakeSocket) sendPeer(b []byte) error { return s.send(b, s.peer) }

func (s *fakeSocket) strays() []datagram { return nil }

func (s *fakeSocket) takeRefusal() bool { return false }

func (s *fakeSocket) receive() []datagram {
	s.ether.reads++
	return s.receiveUpTo(receiveBatch)
}

func (s *fakeSocket) receiveOne() []datagram { return s.receiveUpTo(1) }

func (s *fakeSocket) receiveUpTo(most int) []datagram {
	n := 0
	for n < min(len(s.waiting), most) && s.waiting[n].stamp <= s.ether.now {
		n++
	}
	batch := s.waiting[:n]
	s.waiting = s.waiting[n:]
	return batch
}

func (s *fakeSocket) close() error {
	if s.closed {
		return errors.New("closed twice")
	}
	s.closed = true
	delete(s.ether.bound, s.local)
	return nil
}

// engine returns an engine on the ether.
func (e *ether) engine(t testing.TB, c Config) *Engine {
	t.Helper()
	if !c.Local.IsValid() {
		c.Local = loopback4
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	return newEngine(c, e)
}

// run drives engines through simulated time as a punctual loop does, up to but without the given instant.
func (e *ether) run(until time.Duration, engines ...*Engine) {
	for {
		next, running := until, false
		for _, m := range engines {
			if t, ok := m.Next(); ok && t < next {
				next, running = t, true
			}
		}
		e.now = max(e.now, next)
		if !running {
			return
		}
		for _, m := range engines {
			m.Sweep(e.now)
		}
	}
}

func mustOpen(t testing.TB, e *Engine) *Leg {
	t.Helper()
	l, err := e.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// at returns the address of a port on the loopback.
func at(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(loopback4, port)
}
