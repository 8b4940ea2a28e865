package sip

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"
)

// arrival is what the background tells the loop: a connection that was opened, by whichever side, or
// could not be.
type arrival struct {
	dialed    *connection // nil for one that the peer opened
	peer      netip.AddrPort
	link      link
	err       error
	connected time.Duration // time that connecting took
	shook     time.Duration // time that the handshakes took
}

// link is a connection whose handshakes are done.
type link struct {
	conn    net.Conn // the network's
	secure  *tls.Conn
	carrier *carrier // below secure
	rest    []byte   // octets that came behind the handshake
}

func (l link) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// deliver hands an arrival to the loop, or closes it if there is none any more.
func (s *Streams) deliver(a arrival) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.arrivals = append(s.arrivals, a)
	}
	s.mu.Unlock()
	if closed {
		a.link.close()
		return
	}
	s.poller.wake()
}

// connectionTo returns the connection on which a message goes, opened now if there is none. In the time of
// back-off it is down.
func (s *Streams) connectionTo(r route) *connection {
	c := s.last
	if c == nil || c.route != r {
		if c = s.routes[r]; c == nil {
			c = &connection{route: r, secured: s.cfg.Transport.Secure()}
			s.routes[r] = c
		}
		s.last = c
	}
	if c.broken != nil {
		s.lose(c, c.broken)
	}
	if c.state == down && !c.accepted && s.clock() >= c.retryAt {
		s.dial(c)
	}
	return c
}

// dial opens a connection in the background.
func (s *Streams) dial(c *connection) {
	if s.opening+len(s.open) >= s.cfg.MaxConnections {
		s.failDial(c, errTooMany)
		return
	}
	s.opening++
	c.state, c.framing, c.proven = opening, s.newFraming(true), false
	s.running.Go(func() { s.deliver(s.connect(c)) })
}

// connect opens a connection and shakes hands.
func (s *Streams) connect(c *connection) arrival {
	a := arrival{dialed: c, peer: c.route.address}
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.DialTimeout)
	defer cancel()
	dialer := net.Dialer{Control: socketOptions(s.cfg, false)}
	if local := s.cfg.Local.Addr(); local.IsValid() && !local.IsUnspecified() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
	}
	start := time.Now()
	conn, err := dialer.DialContext(ctx, "tcp", c.route.address.String())
	a.connected = time.Since(start)
	if err != nil {
		a.err = err
		return a
	}
	a.shake(ctx, conn, s.shakeAsClient)
	return a
}

// shake does the handshakes on a connection that was just opened, within the time of the context.
func (a *arrival) shake(ctx context.Context, conn net.Conn, hands func(context.Context, *link, netip.AddrPort) error) {
	start := time.Now()
	a.link.conn = conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	a.err = hands(ctx, &a.link, a.peer)
	if !stop() {
		a.err = context.Cause(ctx)
	}
	if a.err != nil {
		a.link.close()
		a.link = link{}
		return
	}
	a.shook = time.Since(start)
}

// shakeAsClient does the handshakes of the side that opened the connection.
func (s *Streams) shakeAsClient(ctx context.Context, l *link, peer netip.AddrPort) (err error) {
	name, ok := s.cfg.Names[peer]
	if !ok {
		name = peer.Addr().String()
	}
	conn := l.conn
	if s.client != nil {
		cfg := s.client.Clone()
		cfg.ServerName = name
		if conn, err = l.encrypt(ctx, cfg, tls.Client); err != nil {
			return err
		}
	}
	if s.cfg.Transport.WebSocket() {
		l.rest, err = requestWebSocket(conn, hostHeader(name, peer, s.cfg.Transport), s.cfg.Path)
	}
	return err
}

// shakeAsServer does the handshakes of the side that accepted the connection.
func (s *Streams) shakeAsServer(ctx context.Context, l *link, _ netip.AddrPort) (err error) {
	conn := l.conn
	if s.server != nil {
		if conn, err = l.encrypt(ctx, s.server, tls.Server); err != nil {
			return err
		}
	}
	if s.cfg.Transport.WebSocket() {
		l.rest, err = acceptWebSocket(conn)
	}
	return err
}

// newFraming returns the framing of a connection, of the side that opened it or of the other.
func (s *Streams) newFraming(client bool) framing {
	if s.cfg.Transport.WebSocket() {
		return &webSocketFraming{client: client}
	}
	return &sipFraming{}
}

// adoptArrivals takes over what the background has opened since the last call.
func (s *Streams) adoptArrivals() {
	s.mu.Lock()
	arrivals := s.arrivals
	s.arrivals = nil
	s.mu.Unlock()
	for _, a := range arrivals {
		switch c := a.dialed; {
		case c == nil:
			s.adoptAccepted(a)
		case a.err != nil:
			s.opening--
			s.failDial(c, a.err)
		default:
			s.opening--
			s.adopt(c, a)
		}
	}
}

// adopt makes a connection one of the loop.
func (s *Streams) adopt(c *connection, a arrival) {
	pipe, err := s.poller.adopt(c, a.link.conn)
	if err != nil {
		s.failDial(c, err)
		return
	}
	c.pipe, c.secure, c.state, c.proven, c.broken = pipe, a.link.secure, up, false, nil
	if c.secure != nil {
		a.link.carrier.hand(s, c)
	}
	if a.shook > 0 && (c.secured || s.cfg.Transport.WebSocket()) {
		s.connections.addHandshake(a.shook)
	}
	if c.accepted {
		s.connections.Accepted++
	} else {
		s.connections.Dialed++
		s.connections.ConnectTime += a.connected
		if c.lost {
			s.connections.Reconnects++
		}
	}
	c.at = s.clock()
	c.in, c.from, c.to = append(c.in[:0], a.link.rest...), 0, len(a.link.rest)
	s.open[c] = struct{}{}
	if !c.released {
		s.routes[c.route] = c
		s.last = nil
	}
	s.enlist(c) // TLS may have read ahead
	s.soil(c)
	if c.released {
		s.leave(c)
	}
}
