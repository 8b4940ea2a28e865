package sip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// portableSocket is a UDP socket with the methods of the batching one on Linux, for every other system; it
// is compiled everywhere, so that one set of tests holds for both. Datagrams leave one by one, at Queue. A
// goroutine reads what comes in, stamps it and keeps it for Read, whatever the loop does meanwhile.
type portableSocket struct {
	conn  *net.UDPConn
	local netip.AddrPort
	start time.Time
	limit int // what waits for Read at most, in octets
	timer *time.Timer

	stats  SocketStats
	failed []Unreachable
	out    [MaxDatagram]byte
	taken  inbound // what Read hands out
	from   int     // the next of taken
	batch  []kept

	wakeup, event, closing chan struct{}
	running                sync.WaitGroup

	mu      sync.Mutex // guards what follows
	waiting inbound
	drops   uint64 // datagrams that found no room in waiting
	closed  bool
}

// inbound are datagrams that came in, one behind the other.
type inbound struct {
	octets []byte
	each   []kept
}

// kept is one of these, with where its octets begin and end.
type kept struct {
	begin, end int
	from       netip.AddrPort
	at         time.Duration
	truncated  bool
}

// longestUDP is the longest datagram there is, in octets: no system then refuses to hand over a long one.
const longestUDP = 65535

// openPortable opens a socket. The error names the address.
func openPortable(cfg SocketConfig) (*portableSocket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(cfg.Local))
	if err != nil {
		return nil, fmt.Errorf("listen on udp %s: %w", cfg.Local, err)
	}
	size := cfg.Buffer
	if size == 0 {
		size = DefaultSocketBuffer
	}
	_ = conn.SetReadBuffer(size) // what the system grants is not known here
	_ = conn.SetWriteBuffer(size)
	s := &portableSocket{
		conn: conn, local: unmapped(conn.LocalAddr().(*net.UDPAddr).AddrPort()), start: cfg.Start, limit: size, timer: time.NewTimer(0),
		wakeup: make(chan struct{}, 1), event: make(chan struct{}, 1), closing: make(chan struct{}),
	}
	s.running.Go(s.reading)
	return s, nil
}

// unmapped returns an address without the IPv6 form of an IPv4 one.
func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// readPause is how long the reading goroutine lets an error be before it reads again.
const readPause = 10 * time.Millisecond

// reading receives until the socket is closed.
func (s *portableSocket) reading() {
	var b [longestUDP]byte
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(b[:])
		at := time.Since(s.start)
		switch {
		case err == nil:
			s.keep(b[:min(n, MaxDatagram)], kept{from: unmapped(from), at: at, truncated: n > MaxDatagram})
		case errors.Is(err, net.ErrClosed):
			return
		default:
			select {
			case <-s.closing:
				return
			case <-time.After(readPause):
			}
		}
	}
}

// keptCost is what a datagram counts for beside its octets, so that empty ones are bounded, too.
const keptCost = 64

// keep holds a datagram for Read, or counts it where there is no room.
func (s *portableSocket) keep(b []byte, a kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.waiting
	if len(w.octets)+len(b)+keptCost*(len(w.each)+1) > s.limit {
		s.drops++
		return
	}
	a.begin = len(w.octets)
	w.octets = append(w.octets, b...)
	a.end = len(w.octets)
	w.each = append(w.each, a)
	if len(w.each) == 1 {
		nudge(s.event)
	}
}

// Local returns the address that the socket is bound to.
func (s *portableSocket) Local() netip.AddrPort { return s.local }

// Stats returns the counters so far. Drops are those of this process; the system may have lost others.
func (s *portableSocket) Stats() SocketStats {
	s.mu.Lock()
	s.stats.Drops = s.drops
	s.mu.Unlock()
	return s.stats
}

// Buffer returns the empty buffer of the next datagram.
func (s *portableSocket) Buffer() []byte { return s.out[:0] }

// Queue sends b at once.
func (s *portableSocket) Queue(b []byte, to netip.AddrPort, _ uint32) {
	if len(b) > MaxDatagram {
		s.stats.SendErrors++
		return
	}
	if _, err := s.conn.WriteToUDPAddrPort(b, to); err != nil {
		s.failed = append(s.failed, Unreachable{Address: to, Cause: err})
		s.stats.SendErrors++
		return
	}
	s.stats.Sent++
}

// Flush has nothing to do: Queue sends at once.
func (s *portableSocket) Flush() {}

// Read takes up to Batch datagrams without waiting and returns how many; 0 when none is there.
func (s *portableSocket) Read() int {
	if s.from == len(s.taken.each) {
		s.taken.octets, s.taken.each, s.from = s.taken.octets[:0], s.taken.each[:0], 0
		s.mu.Lock()
		s.taken, s.waiting = s.waiting, s.taken
		s.mu.Unlock()
	}
	n := min(Batch, len(s.taken.each)-s.from)
	s.batch = s.taken.each[s.from : s.from+n]
	s.from += n
	s.stats.Received += uint64(n)
	return n
}

// Datagram returns datagram i of the last Read.
func (s *portableSocket) Datagram(i int) Datagram {
	a := &s.batch[i]
	return Datagram{Data: s.taken.octets[a.begin:a.end:a.end], From: a.from, At: a.at, Truncated: a.truncated}
}

// Wait returns when a datagram can be read, Wake was called, or d is over.
func (s *portableSocket) Wait(d time.Duration) {
	for s.timer.Reset(max(d, 0)); !s.pending(); {
		select {
		case <-s.event: // or an old one, of datagrams that were read since
			continue
		case <-s.wakeup:
		case <-s.timer.C:
		}
		return
	}
}

// pending tells whether Read would find something.
func (s *portableSocket) pending() bool {
	if s.from < len(s.taken.each) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting.each) > 0
}

// Nap returns when d is over or Wake was called, whatever comes in meanwhile.
func (s *portableSocket) Nap(d time.Duration) {
	s.timer.Reset(max(d, 0))
	select {
	case <-s.wakeup:
	case <-s.timer.C:
	}
}

// Wake makes the Wait or Nap in another goroutine return, or the next one if there is none. After Close it
// does nothing.
func (s *portableSocket) Wake() { nudge(s.wakeup) }

// TakeUnreachable returns the destinations reported as unreachable since the last call.
func (s *portableSocket) TakeUnreachable() []Unreachable {
	failed := s.failed
	s.failed = nil
	return failed
}

// Close closes the socket and waits for the goroutine that reads it. Closing twice is harmless.
func (s *portableSocket) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	close(s.closing)
	err := s.conn.Close()
	s.running.Wait()
	return err
}
