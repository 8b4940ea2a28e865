package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
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
		s.failDial(c, errBacklog)
		return
	}
	s.opening++
	c.state, c.framing = opening, s.newFraming(true)
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
	s.routes[c.route] = c
	s.last = nil
	s.enlist(c) // TLS may have read ahead
	s.soil(c)
}

// firstRetry and longestRetry bound the time after which an address is tried again.
const (
	firstRetry   = 100 * time.Millisecond
	longestRetry = 5 * time.Second
)

// failDial notes that a connection could not be opened.
func (s *Streams) failDial(c *connection, cause error) {
	s.connections.DialFailures++
	s.drop(c)
	s.retire(c, cause)
	s.report(c)
}

// retire makes a connection one that is down. One that never carried a message waits twice as long as the
// last time, but for a random part, so that not all come back at once.
func (s *Streams) retire(c *connection, cause error) {
	now := s.clock()
	c.state, c.cause, c.retryAt = down, cause, now
	if !c.proven {
		wait := min(firstRetry<<min(c.failures, 10), longestRetry)
		c.failures++
		c.retryAt += wait/2 + rand.N(wait/2+1)
	}
	s.forgetDeparted(now)
	if s.routes[c.route] == c {
		c.forgetAt = now + memory
		s.gone = append(s.gone, departed{c, c.forgetAt})
	}
}

// memory is how long a lost connection is remembered: a message for a peer that was called from here
// waits for its back-off, and one for a peer that had called fails at once, because nobody listens at the
// port that it called from.
const memory = 32 * time.Second

// departed is a lost connection and when it is to be forgotten, unless it was lost once more meanwhile.
type departed struct {
	connection *connection
	forgetAt   time.Duration
}

// forgetDeparted forgets what was lost long ago, and more where there is too much of it.
func (s *Streams) forgetDeparted(now time.Duration) {
	n := 0
	for n < len(s.gone) && (s.gone[n].forgetAt <= now || len(s.gone)-n > s.cfg.MaxConnections) {
		c := s.gone[n].connection
		if c.state == down && c.forgetAt == s.gone[n].forgetAt && s.routes[c.route] == c {
			delete(s.routes, c.route)
			s.last = nil
		}
		n++
	}
	s.gone = s.gone[:copy(s.gone, s.gone[n:])]
}

// lose ends a connection and reports it if it was opened from here or messages were lost with it.
func (s *Streams) lose(c *connection, cause error) {
	if c.state != up {
		return
	}
	waiting := s.connections.Undelivered
	s.sayGoodbye(c, cause)
	s.drop(c)
	c.pipe.close()
	delete(s.open, c)
	s.use(c) // to give back its buffer
	s.countLoss(cause)
	c.pipe, c.secure, c.broken, c.blocked, c.lost = nil, nil, nil, false, true
	s.retire(c, cause)
	if !errors.Is(cause, errClosing) && (!c.accepted || s.connections.Undelivered > waiting) {
		s.report(c)
	}
}

// sayGoodbye tells the peer why the connection ends, as far as there are words for it and it can be
// written to at once.
func (s *Streams) sayGoodbye(c *connection, cause error) {
	if c.broken != nil || c.blocked {
		return
	}
	if c.secured {
		c.plain = c.framing.appendFarewell(s.buffer(c.plain), cause)
	} else {
		c.wire = c.framing.appendFarewell(s.buffer(c.wire), cause)
	}
	if c.seal(s) != nil {
		return
	}
	if c.secure != nil {
		_ = c.secure.Close()
	}
	n, _ := c.pipe.write(c.wire[c.sent:])
	c.sent += n
	s.settle(c)
}

func (s *Streams) countLoss(cause error) {
	var framing *FramingError
	switch n := &s.connections; {
	case errors.Is(cause, errClosing):
	case errors.As(cause, &framing):
		n.FramingErrors++
	case errors.Is(cause, errNotReading):
		n.Stalls++
	case errors.Is(cause, io.EOF):
		n.ClosedByPeer++
	default:
		n.Resets++
	}
}

// report notes that an address cannot be reached, once until TakeUnreachable.
func (s *Streams) report(c *connection) {
	for _, u := range s.failed {
		if u.Address == c.route.address {
			return
		}
	}
	s.failed = append(s.failed, Unreachable{c.route.address, c.cause})
}
