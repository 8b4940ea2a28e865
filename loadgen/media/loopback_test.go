package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// testPorts lies below the ports that systems give out by themselves. Pairs in use are skipped.
var testPorts = PortRange{21000, 24999}

// patience bounds how long a test looks for what must come.
const patience = 20 * time.Second

// networks are the real ones, each with an address of the loopback.
func networks(t *testing.T, test func(t *testing.T, local netip.Addr, n func() network)) {
	for _, local := range []string{"127.0.0.1", "::1"} {
		for name, make := range map[string]func() network{
			"system":   func() network { return newNetwork(expeditedForwarding, true) },
			"portable": func() network { return &portable{} },
		} {
			t.Run(name+" "+local, func(t *testing.T) {
				testbed.Loopback(t, local)
				test(t, netip.MustParseAddr(local), make)
			})
		}
	}
}

// Two engines, the clock turned by hand: what one sends the other echoes. Nothing is lost, nothing is
// out of order, and the figures of both ends agree.
func TestEchoOverTheLoopback(t *testing.T) {
	networks(t, func(t *testing.T, local netip.Addr, n func() network) {
		const packets = 40
		halves := testPorts.Split(2)
		caller := newEngine(Config{Local: local, Ports: halves[0]}, n())
		answerer := newEngine(Config{Local: local, Ports: halves[1]}, n())
		defer closed(t, caller)
		defer closed(t, answerer)
		var now time.Duration
		var calls, echoes []*Leg
		for range 5 {
			c, a := mustOpen(t, caller), mustOpen(t, answerer)
			c.Start(now, Stream{Remote: netip.AddrPortFrom(local, a.Port())})
			a.Start(now, Stream{Remote: netip.AddrPortFrom(local, c.Port()), Source: Echo})
			calls, echoes = append(calls, c), append(echoes, a)
		}
		heard := func() bool {
			for _, c := range calls {
				if c.receiver.source.sequence.received < packets {
					return false
				}
			}
			return true
		}
		for began := time.Now(); !heard(); now += tick {
			if time.Since(began) > patience {
				t.Fatal("the echo does not come")
			}
			caller.Sweep(now)
			answerer.Sweep(now)
		}
		for i := range calls {
			s, e := calls[i].Stop(now), echoes[i].Stop(now)
			if s.Lost != 0 || e.Lost != 0 || s.Received < packets || e.Received > s.Sent || s.Received > e.Sent {
				t.Errorf("caller %+v\nanswerer %+v", s, e)
			}
			if s.Foreign+s.Malformed+s.Duplicated+s.Reordered+s.SendErrors+e.SendErrors+e.NotEchoed != 0 {
				t.Errorf("caller %+v\nanswerer %+v", s, e)
			}
		}
	})
}

func TestSocketsCarryDatagrams(t *testing.T) {
	networks(t, func(t *testing.T, local netip.Addr, n func() network) {
		network := n()
		a, at := listenSomewhere(t, network, local)
		b, bt := listenSomewhere(t, network, local)
		if got := a.receive(); len(got) != 0 {
			t.Fatalf("%d datagrams out of nothing", len(got))
		}
		for i := range 3 * receiveBatch {
			if err := a.send([]byte{1, 2, byte(i)}, bt); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 3 * receiveBatch {
			d := await(t, b)
			if string(d.data) != string([]byte{1, 2, byte(i)}) || d.from != at || d.cut {
				t.Fatalf("datagram %d: % x from %v, cut %v; want 1 2 %d from %v", i, d.data, d.from, d.cut, i, at)
			}
		}
		if err := b.send(make([]byte, maxDatagramSize), at); err != nil {
			t.Fatal(err)
		}
		if d := await(t, a); len(d.data) != maxDatagramSize || d.cut || d.from != bt {
			t.Errorf("the largest: %d octets, cut %v, from %v", len(d.data), d.cut, d.from)
		}
		if err := b.send(make([]byte, maxDatagramSize+1), at); err != nil {
			t.Fatal(err)
		}
		if d := await(t, a); !d.cut {
			t.Error("a larger one does not say that it was cut")
		}
		other := netip.MustParseAddrPort("[::1]:9")
		if local.Is6() {
			other = netip.MustParseAddrPort("127.0.0.1:9")
		}
		if err := a.send([]byte{1}, other); err == nil {
			t.Error("a datagram to the other family was sent")
		}
		if _, err := network.listen(at); !addressInUse(err) {
			t.Errorf("the same port twice: %v, want address in use", err)
		}
		for _, s := range []socket{a, b} {
			if err := s.close(); err != nil {
				t.Error(err)
			}
			if got := s.receive(); len(got) != 0 {
				t.Errorf("%d datagrams from a closed socket", len(got))
			}
		}
	})
}

// pending holds what a batch brought beyond the datagram that a test has asked for.
var pending = map[socket][]datagram{}

// await returns the next datagram.
func await(t *testing.T, s socket) datagram {
	t.Helper()
	for began := time.Now(); len(pending[s]) == 0; {
		if time.Since(began) > patience {
			t.Fatal("nothing arrives")
		}
		pending[s] = append([]datagram(nil), s.receive()...)
	}
	d := pending[s][0]
	pending[s] = pending[s][1:]
	return d
}

// listenSomewhere binds a socket to the first free test port.
func listenSomewhere(t *testing.T, n network, local netip.Addr) (socket, netip.AddrPort) {
	t.Helper()
	for port := testPorts.First; port < testPorts.Last; port++ {
		s, err := n.listen(netip.AddrPortFrom(local, port))
		if err == nil {
			return s, netip.AddrPortFrom(local, port)
		}
		if !addressInUse(err) {
			t.Fatal(err)
		}
	}
	t.Fatal("no free port")
	return nil, netip.AddrPort{}
}

func closed(t testing.TB, m *Engine) {
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
