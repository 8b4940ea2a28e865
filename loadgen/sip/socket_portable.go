//go:build !linux

package sip

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Socket is a UDP socket with the interface of the batching one on Linux, one datagram per system call.
// It belongs to one goroutine; only Wake may be called from another.
type Socket struct {
	conn   *net.UDPConn
	start  time.Time
	stats  SocketStats
	in     [MaxDatagram + 1]byte
	last   Datagram
	have   bool
	out    [MaxDatagram]byte
	failed []Unreachable
}

// Listen opens a socket. The error names the address.
func Listen(cfg SocketConfig) (*Socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(cfg.Local))
	if err != nil {
		return nil, fmt.Errorf("listen on udp %s: %w", cfg.Local, err)
	}
	size := cfg.Buffer
	if size == 0 {
		size = DefaultSocketBuffer
	}
	_ = conn.SetReadBuffer(size) // a smaller buffer is reported by its drops
	_ = conn.SetWriteBuffer(size)
	return &Socket{conn: conn, start: cfg.Start}, nil
}

// Local returns the address that the socket is bound to.
func (s *Socket) Local() netip.AddrPort {
	a := s.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Stats returns the counters so far.
func (s *Socket) Stats() SocketStats { return s.stats }

// Buffer returns the empty buffer of the next datagram.
func (s *Socket) Buffer() []byte { return s.out[:0] }

// Queue sends b at once.
func (s *Socket) Queue(b []byte, to netip.AddrPort, _ uint32) {
	if _, err := s.conn.WriteToUDPAddrPort(b, to); err != nil {
		s.failed = append(s.failed, Unreachable{to, err})
		s.stats.SendErrors++
		return
	}
	s.stats.Sent++
}

// Flush has nothing to do: Queue sends at once.
func (s *Socket) Flush() {}

// Read receives a datagram if one is there.
func (s *Socket) Read() int {
	if !s.have {
		s.receive(time.Now())
	}
	if !s.have {
		return 0
	}
	s.have = false
	s.stats.Received++
	return 1
}

// Datagram returns the datagram of the last Read.
func (s *Socket) Datagram(int) Datagram { return s.last }

// Wait returns when a datagram was received, Wake was called, or d is over.
func (s *Socket) Wait(d time.Duration) {
	if !s.have {
		s.receive(time.Now().Add(d))
	}
}

func (s *Socket) receive(until time.Time) {
	_ = s.conn.SetReadDeadline(until)
	n, from, err := s.conn.ReadFromUDPAddrPort(s.in[:])
	if err != nil {
		return
	}
	s.have = true
	s.last = Datagram{
		Data:      s.in[:min(n, MaxDatagram)],
		From:      netip.AddrPortFrom(from.Addr().Unmap(), from.Port()),
		At:        time.Since(s.start),
		Truncated: n > MaxDatagram,
	}
}

// Nap returns when d is over.
func (s *Socket) Nap(d time.Duration) { time.Sleep(d) }

// Wake makes a Wait in another goroutine return.
func (s *Socket) Wake() { _ = s.conn.SetReadDeadline(time.Now()) }

// TakeUnreachable returns the destinations reported as unreachable since the last call.
func (s *Socket) TakeUnreachable() []Unreachable {
	failed := s.failed
	s.failed = nil
	return failed
}

// Close closes the socket.
func (s *Socket) Close() error { return s.conn.Close() }
