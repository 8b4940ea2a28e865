package sip

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// maxHandshakes bounds the handshakes with peers that go on at a time.
const maxHandshakes = 256

// listen accepts connections from now on.
func (s *Streams) listen() error {
	cfg := net.ListenConfig{Control: socketOptions(s.cfg, true)}
	network := "tcp4"
	if s.cfg.Local.Addr().Is6() {
		network = "tcp6"
	}
	var err error
	if s.listener, err = cfg.Listen(s.ctx, network, s.cfg.Local.String()); err != nil {
		return err
	}
	s.local = addressOf(s.listener.Addr())
	s.running.Go(s.accept)
	return nil
}

// addressOf returns a TCP address as the rest of the package writes it.
func addressOf(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}

// accept takes connections until the listener is closed. An error such as a lack of files passes, so it
// tries again, after a pause.
func (s *Streams) accept() {
	hands := make(chan struct{}, maxHandshakes)
	pause := firstPause
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.refuse()
			pause = s.rest(pause)
			continue
		}
		pause = firstPause
		select {
		case hands <- struct{}{}:
			s.running.Go(func() {
				defer func() { <-hands }()
				s.welcome(conn)
			})
		default:
			_ = conn.Close()
			s.refuse()
		}
	}
}

// firstPause and longestPause bound how long accept rests after an error.
const (
	firstPause   = 5 * time.Millisecond
	longestPause = time.Second
)

// rest waits for a pause or the end, and returns the next pause.
func (s *Streams) rest(pause time.Duration) time.Duration {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
	return min(2*pause, longestPause)
}

// refuse counts a connection that came in for nothing.
func (s *Streams) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused++
}

// welcome shakes hands with a peer and hands the connection to the loop.
func (s *Streams) welcome(conn net.Conn) {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.DialTimeout)
	defer cancel()
	a := arrival{peer: addressOf(conn.RemoteAddr())}
	a.shake(ctx, conn, s.shakeAsServer)
	if a.err != nil {
		s.refuse()
		return
	}
	s.deliver(a)
}

// adoptAccepted makes a connection that a peer opened one of the loop.
func (s *Streams) adoptAccepted(a arrival) {
	if s.opening+len(s.open) >= s.cfg.MaxConnections {
		a.link.close()
		s.refuse()
		return
	}
	c := &connection{route: route{address: a.peer}, accepted: true, secured: s.cfg.Transport.Secure()}
	c.framing = s.newFraming(false)
	s.adopt(c, a)
}
