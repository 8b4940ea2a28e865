package sip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

// fakePoller gives its connections pipes that do as a test says, and tells what the test says.
type fakePoller struct {
	pipe     fakePipe
	owner    *connection
	writable bool // to be told once
}

// fakePipe has what a test wants to happen; nil reads nothing and writes all.
type fakePipe struct {
	onRead  func(p []byte) (int, error)
	onWrite func(p []byte) (int, error)
}

func (f *fakePoller) adopt(c *connection, nc net.Conn) (pipe, error) {
	f.owner = c
	_ = nc.Close()
	return &f.pipe, nil
}

func (f *fakePoller) poll(tell func(c *connection, readable, writable bool)) {
	if f.owner != nil && f.owner.state == up {
		tell(f.owner, f.pipe.onRead != nil, f.writable)
		f.writable = false
	}
}

func (f *fakePoller) wait(time.Duration) {}
func (f *fakePoller) nap(time.Duration)  {}
func (f *fakePoller) wake()              {}
func (f *fakePoller) close()             {}

func (p *fakePipe) read(b []byte) (int, error) {
	if p.onRead == nil {
		return 0, errWouldBlock
	}
	return p.onRead(b)
}

func (p *fakePipe) write(b []byte) (int, error) {
	if p.onWrite == nil {
		return len(b), nil
	}
	return p.onWrite(b)
}

func (p *fakePipe) close() {}

// fakeStreams returns Streams with a connection over a fake pipe, a clock to set, and the far end's address.
func fakeStreams(t *testing.T) (s *Streams, fake *fakePoller, now *time.Duration, to netip.AddrPort) {
	t.Helper()
	fake, now = &fakePoller{}, new(time.Duration)
	s = openTest(t, StreamConfig{}, func() (poller, error) { return fake, nil })
	s.clock = func() time.Duration { return *now }
	peer := newPlainPeer(t, "127.0.0.1:0")
	s.Queue(request(1, 0), peer.address())
	until(t, "connection", func() bool { s.Read(); return s.Stats().Sent == 1 }, s)
	return s, fake, now, peer.address()
}

func TestWriteThatFailsLosesTheConnectionThoughReadingWouldWait(t *testing.T) {
	s, fake, _, to := fakeStreams(t)
	fake.pipe.onWrite = func([]byte) (int, error) { return 0, syscall.EPERM }
	fake.pipe.onRead = func([]byte) (int, error) { return 0, errWouldBlock }
	s.Queue(request(2, 0), to)
	s.Flush()
	s.Read()
	if failed := s.TakeUnreachable(); len(failed) != 1 || !errors.Is(failed[0].Cause, syscall.EPERM) {
		t.Errorf("reported %v", failed)
	}
	if n := s.Connections(); n.Open != 0 || n.Undelivered != 1 {
		t.Errorf("%+v", n)
	}
}

// TestReadEndsThoughOctetsNeverDo: a peer may send keep-alives faster than they can be read.
func TestReadEndsThoughOctetsNeverDo(t *testing.T) {
	s, fake, _, _ := fakeStreams(t)
	reads := 0
	fake.pipe.onRead = func(p []byte) (int, error) {
		reads++
		return copy(p, bytes.Repeat([]byte("\r\n"), len(p)/2+1)), nil
	}
	if n := s.Read(); n != 0 || reads == 0 || reads > Batch {
		t.Errorf("%d messages after %d reads", n, reads)
	}
}

// TestBufferOfAPeerThatIsAlwaysBehindDoesNotGrow: one that never catches up, but keeps pace.
func TestBufferOfAPeerThatIsAlwaysBehindDoesNotGrow(t *testing.T) {
	s, fake, _, to := fakeStreams(t)
	fake.pipe.onWrite = func(p []byte) (int, error) {
		return max(0, len(p)-100), errWouldBlock
	}
	for range 1000 {
		s.Queue(request(2, 10_000), to)
		fake.writable = true
		s.Read()
		s.Flush()
	}
	if n := len(fake.owner.wire); n > 2*10_500 || s.Stats().SendErrors > 0 {
		t.Errorf("%d octets are held for %d that wait", n, fake.owner.backlog())
	}
	if sent := s.Stats().Sent; sent != 1000 {
		t.Errorf("%d counted as sent, want all but the last", sent)
	}
}

func TestPeerThatReadsALittleKeepsItsConnection(t *testing.T) {
	s, fake, now, to := fakeStreams(t)
	fake.pipe.onWrite = func([]byte) (int, error) { return 10, errWouldBlock }
	s.Queue(request(2, 1000), to)
	for range 10 {
		fake.writable = true
		s.Read()
		s.Flush()
		*now += stallLimit - 1
		s.Flush()
	}
	if n := s.Connections(); n.Stalls != 0 || n.Open != 1 {
		t.Errorf("%+v: the peer did read", n)
	}
}

func TestIdleConnectionHoldsNoBuffer(t *testing.T) {
	s, fake, _, to := fakeStreams(t)
	fake.pipe.onRead = func(p []byte) (int, error) { return copy(p, request(3, 0)), nil }
	if n := s.Read(); n != 1 {
		t.Fatalf("%d messages", n)
	}
	fake.pipe.onRead = func(p []byte) (int, error) { return copy(p, "OPTIONS sip:a"), nil }
	s.Read()
	fake.pipe.onRead = nil
	s.Read()
	if c := fake.owner; cap(c.in) > smallRest {
		t.Errorf("%d octets are held for %d", cap(c.in), c.to-c.from)
	}
	rest := string(request(4, 0)[len("OPTIONS sip:"):])
	fake.pipe.onRead = func(p []byte) (int, error) { return copy(p, rest[1:]), nil }
	s.Read()
	fake.pipe.onRead = nil
	s.Queue(request(5, 0), to)
	s.Flush()
	s.Read()
	if c := fake.owner; c.in != nil || c.wire != nil {
		t.Errorf("an idle connection holds buffers of %d and %d octets", cap(c.in), cap(c.wire))
	}
}

// TestWhatTLSSaysOfItsOwnAccordIsSent: the answer to a change of keys is written while reading.
func TestWhatTLSSaysOfItsOwnAccordIsSent(t *testing.T) {
	s, fake, _, _ := fakeStreams(t)
	var sent []byte
	fake.pipe.onWrite = func(p []byte) (int, error) {
		sent = append(sent, p...)
		return len(p), nil
	}
	w := &carrier{}
	w.hand(s, fake.owner)
	_, _ = w.Write([]byte("record"))
	s.Flush()
	if string(sent) != "record" {
		t.Errorf("sent %q", sent)
	}
}

// TestHandshakeThatEndsWithItsTimeIsLost: its connection has a deadline in the past.
func TestHandshakeThatEndsWithItsTimeIsLost(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	near, far := net.Pipe()
	defer far.Close()
	var a arrival
	a.shake(ctx, near, func(context.Context, *link, netip.AddrPort) error {
		cancel()
		_, _ = near.Read(make([]byte, 1)) // returns when the deadline was set
		return nil
	})
	if a.err == nil || a.link.conn != nil {
		t.Errorf("error %v", a.err)
	}
	if _, err := near.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the connection was left open: %v", err)
	}
}
