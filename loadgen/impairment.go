package loadgen

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"

	"github.com/sipplan/sipplan/planner/traffic"
)

// Impairment makes a network of the socket that it wraps: what is sent gets lost, arrives twice or is
// overtaken. It is for datagrams; a connection loses nothing.
type Impairment struct {
	Loss        float64 // share of messages that never leave
	Duplication float64 // share of those left that leave twice
	Reordering  float64 // share of those left that leave after what is sent in the next turn of the event loop
}

// Validate reports every share that is none.
func (i Impairment) Validate() error {
	for _, share := range []struct {
		name  string
		value float64
	}{{"loss", i.Loss}, {"duplication", i.Duplication}, {"reordering", i.Reordering}} {
		if !(share.value >= 0 && share.value <= 1) {
			return fmt.Errorf("%s: must be from 0 to 1, got %g", share.name, share.value)
		}
	}
	return nil
}

// Network returns what puts such a network behind a socket, for Config.Network. The seed repeats its decisions;
// each socket has its own.
func (i Impairment) Network(seed uint64) func(Socket) Socket {
	var sockets atomic.Uint64
	return func(s Socket) Socket {
		return &impaired{Socket: s, impairment: i, random: traffic.Stream(seed, sockets.Add(1))}
	}
}

// impaired is a socket behind a bad network.
type impaired struct {
	Socket
	impairment Impairment
	random     *rand.Rand
	copied     []byte
	held       [2][]delayed // in this turn, and in the turn before
}

// delayed is a message that others overtake.
type delayed struct {
	message []byte
	to      netip.AddrPort
	flow    uint32
}

// Queue decides what becomes of a message.
func (s *impaired) Queue(b []byte, to netip.AddrPort, flow uint32) {
	switch {
	case s.random.Float64() < s.impairment.Loss:
		return
	case s.random.Float64() < s.impairment.Reordering:
		s.held[0] = append(s.held[0], delayed{append([]byte(nil), b...), to, flow})
		return
	}
	twice := s.random.Float64() < s.impairment.Duplication
	if twice {
		s.copied = append(s.copied[:0], b...) // b is the socket's own buffer
	}
	s.Socket.Queue(b, to, flow)
	if twice {
		s.Socket.Queue(append(s.Socket.Buffer(), s.copied...), to, flow)
	}
}

// Flush sends what was queued, and behind it what was held back in the turn before.
func (s *impaired) Flush() {
	for _, d := range s.held[1] {
		s.Socket.Queue(append(s.Socket.Buffer(), d.message...), d.to, d.flow)
	}
	s.held[0], s.held[1] = s.held[1][:0], s.held[0]
	s.Socket.Flush()
}
