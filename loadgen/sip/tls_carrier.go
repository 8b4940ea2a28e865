package sip

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// carrier is the connection below a tls.Conn. In the handshake it is the network's own, which waits and
// has deadlines. Once handed to the loop it never waits: it reads what is there, and what is written goes
// to the buffer of the connection, which Flush writes.
type carrier struct {
	net.Conn
	streams *Streams // nil in the handshake
	owner   *connection
	cipher  []byte // octets read and not yet asked for
	next    int
}

// encrypt does the TLS handshake on a link and returns the connection to go on with.
func (l *link) encrypt(ctx context.Context, cfg *tls.Config, side func(net.Conn, *tls.Config) *tls.Conn) (net.Conn, error) {
	l.carrier = &carrier{Conn: l.conn}
	l.secure = side(l.carrier, cfg)
	return l.secure, l.secure.HandshakeContext(ctx)
}

// hand gives the carrier to the loop.
func (w *carrier) hand(s *Streams, owner *connection) { w.streams, w.owner = s, owner }

// Read reads what is there. It reads ahead, so that one system call serves many small records.
func (w *carrier) Read(b []byte) (int, error) {
	if w.streams == nil {
		return w.Conn.Read(b)
	}
	if w.next == len(w.cipher) {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, w.cipher[w.next:])
	if w.next += n; w.next == len(w.cipher) {
		w.cipher, w.next = w.streams.giveBack(w.cipher), 0
	}
	return n, nil
}

func (w *carrier) fill() error {
	b := w.streams.buffer(nil)
	n, err := w.owner.pipe.read(b[:cap(b)])
	if n == 0 {
		w.streams.giveBack(b)
		return err
	}
	w.cipher, w.next = b[:n], 0
	return nil
}

// Write keeps records for the next Flush.
func (w *carrier) Write(b []byte) (int, error) {
	if w.streams == nil {
		return w.Conn.Write(b)
	}
	c := w.owner
	c.wire = append(w.streams.buffer(c.wire), b...)
	w.streams.soil(c)
	return len(b), nil
}

// Close leaves the closing to the loop, once it has the connection.
func (w *carrier) Close() error {
	if w.streams == nil {
		return w.Conn.Close()
	}
	return nil
}

// SetDeadline, SetReadDeadline and SetWriteDeadline have no meaning for what never waits.
func (w *carrier) SetDeadline(t time.Time) error {
	if w.streams == nil {
		return w.Conn.SetDeadline(t)
	}
	return nil
}

// SetReadDeadline is like SetDeadline.
func (w *carrier) SetReadDeadline(t time.Time) error {
	if w.streams == nil {
		return w.Conn.SetReadDeadline(t)
	}
	return nil
}

// SetWriteDeadline is like SetDeadline.
func (w *carrier) SetWriteDeadline(t time.Time) error {
	if w.streams == nil {
		return w.Conn.SetWriteDeadline(t)
	}
	return nil
}
