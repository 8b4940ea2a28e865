//go:build !portablesocket

package sip

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// Two callers and two gateways in one process on two processors used to keep each other waiting for 18 ms
// in 1 % of the calls, and to block a third more of them than Erlang B: a nap kept its processor.
func TestNapKeepsTheProcessorOnlyWhereOneIsLeft(t *testing.T) {
	for _, test := range []struct {
		name              string
		loops, processors int
		want              bool
	}{
		{"one loop on a single processor, which nobody else wants for long", 1, 1, true},
		{"one loop, and one processor for the rest", 1, 2, true},
		{"caller and gateway on two processors", 2, 2, false},
		{"two callers and two gateways on two processors", 4, 2, false},
	} {
		if got := mayKeepProcessor(test.loops, test.processors); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestOpenSocketsAreCounted(t *testing.T) {
	before := openSockets.Load()
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	if n := openSockets.Load() - before; n != 2 {
		t.Errorf("%d of 2 sockets are counted", n)
	}
	for range 2 { // closing twice is harmless
		_, _ = a.Close(), b.Close()
	}
	if n := openSockets.Load() - before; n != 0 {
		t.Errorf("%d closed sockets are counted", n)
	}
}

// What overran the buffer at the end of a run used to go unnoticed: the kernel tells of it with the next datagram
// only, and there was none.
func TestDropsThatNoDatagramTellsOfAreCounted(t *testing.T) {
	s, err := Listen(SocketConfig{Local: netip.MustParseAddrPort("127.0.0.1:0"), Buffer: 4096, Start: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sender, err := net.Dial("udp", s.Local().String())
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	const sent = 200
	for range sent {
		if _, err := sender.Write(make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
	}
	received := 0
	for n := s.Read(); n > 0; n = s.Read() {
		for i := range n {
			_ = s.Datagram(i)
		}
		received += n
	}
	s.CountDrops()
	if got := s.Stats().Drops; received == sent || got != uint64(sent-received) {
		t.Errorf("%d of %d datagrams came in, and %d drops are counted", received, sent, got)
	}
}
