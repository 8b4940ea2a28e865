package sip

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"
)

func TestConnectionThatBreaksIsReportedWithItsCause(t *testing.T) {
	half := request(1, 100)[:150]
	for name, tt := range map[string]struct {
		sends []byte
		reset bool
		cause error
		count func(ConnectionStats) uint64
	}{
		"reset in the middle of a message":  {half, true, syscall.ECONNRESET, func(n ConnectionStats) uint64 { return n.Resets }},
		"reset between messages":            {nil, true, syscall.ECONNRESET, func(n ConnectionStats) uint64 { return n.Resets }},
		"closed in the middle of a message": {half, false, io.ErrUnexpectedEOF, func(n ConnectionStats) uint64 { return n.Resets }},
		"closed between messages":           {nil, false, io.EOF, func(n ConnectionStats) uint64 { return n.ClosedByPeer }},
		"garbage":                           {[]byte("\x16\x03\x01\n\n"), false, errNotSIP, func(n ConnectionStats) uint64 { return n.FramingErrors }},
	} {
		t.Run(name, func(t *testing.T) {
			eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
				s, peer := open(StreamConfig{}), newPlainPeer(t, "127.0.0.1:0")
				s.Queue(request(1, 0), peer.address())
				conn := peer.accept()
				until(t, "connection", func() bool { s.Read(); return s.Stats().Sent == 1 }, s)
				readExactly(t, conn, len(request(1, 0)))
				write(t, conn, tt.sends)
				if tt.reset {
					_ = conn.SetLinger(0)
				}
				_ = conn.Close()
				if cause := reported(t, s, peer.address()); !errors.Is(cause, tt.cause) {
					t.Errorf("cause is %v, want %v", cause, tt.cause)
				}
				if n := s.Connections(); tt.count(n) != 1 || n.Open != 0 || n.Undelivered != 0 || s.Stats().Received != 0 {
					t.Errorf("%+v, %+v", n, s.Stats())
				}
			})
		})
	}
}

func TestMessageBeforeACloseIsReadAlthoughWritingFails(t *testing.T) {
	s, peer := openTest(t, StreamConfig{}, newPoller), newPlainPeer(t, "127.0.0.1:0")
	s.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	until(t, "connection", func() bool { s.Read(); return s.Stats().Sent == 1 }, s)
	write(t, conn, request(2, 0))
	_ = conn.Close() // with our message unread, this resets
	for s.broken() == nil {
		s.Queue(request(3, 0), peer.address())
		s.Flush()
	}
	if got := collect(t, 1, s); !bytes.Equal(got[0].Data, request(2, 0)) {
		t.Errorf("got %q", got[0].Data)
	}
	reported(t, s, peer.address())
}

// broken returns why the only connection cannot be written to.
func (s *Streams) broken() error {
	for c := range s.open {
		return c.broken
	}
	return errors.New("no connection")
}

func TestNobodyListeningIsReportedAndTriedAgainWithBackoff(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		peer := newPlainPeer(t, "127.0.0.1:0")
		address := peer.address()
		_ = peer.listener.Close()
		s := open(StreamConfig{})
		var now time.Duration
		s.clock = func() time.Duration { return now }
		last := time.Duration(0)
		for attempt := range uint64(12) {
			s.Queue(request(1, 0), address)
			if cause := reported(t, s, address); !errors.Is(cause, syscall.ECONNREFUSED) {
				t.Fatalf("cause is %v, want a refusal", cause)
			}
			wait := s.routes[route{address: address}].retryAt - now
			most := min(firstRetry<<attempt, longestRetry)
			if wait < most/2 || wait > most {
				t.Fatalf("attempt %d waits for %v, want %v to %v", attempt+1, wait, most/2, most)
			}
			now += wait - 1
			s.Queue(request(1, 0), address)
			if n := s.Connections(); n.DialFailures != attempt+1 || n.Undelivered != 2*(attempt+1) {
				t.Fatalf("%+v: a message in the time of back-off must fail without a dial", n)
			}
			if failed := s.TakeUnreachable(); len(failed) != 1 || failed[0].Address != address {
				t.Fatalf("in the time of back-off %v is reported", failed)
			}
			now, last = now+1, wait
		}
		if last < longestRetry/2 {
			t.Errorf("the last wait was %v", last)
		}
		again := newPlainPeer(t, address.String())
		s.Queue(request(7, 0), address)
		conn := again.accept()
		until(t, "connection", func() bool { s.Read(); return s.Stats().Sent == 1 }, s)
		if got := readExactly(t, conn, len(request(7, 0))); got != string(request(7, 0)) {
			t.Errorf("got %q", got)
		}
	})
}

// TestPeerThatClosesGetsTheNextMessageAtOnce: an idle connection that the peer closes is no trouble.
func TestPeerThatClosesGetsTheNextMessageAtOnce(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s, peer := open(StreamConfig{}), newPlainPeer(t, "127.0.0.1:0")
		s.clock = func() time.Duration { return 0 } // back-off would never end
		for i := range 3 {
			s.Queue(request(i, 0), peer.address())
			conn := peer.accept()
			until(t, "message", func() bool { s.Read(); return s.Stats().Sent == uint64(i+1) }, s)
			if got := readExactly(t, conn, len(request(i, 0))); got != string(request(i, 0)) {
				t.Fatalf("got %q", got)
			}
			write(t, conn, request(i, 0))
			collect(t, 1, s)
			_ = conn.Close()
			if cause := reported(t, s, peer.address()); !errors.Is(cause, io.EOF) {
				t.Fatalf("cause is %v", cause)
			}
		}
		if n := s.Connections(); n.Dialed != 3 || n.Reconnects != 2 || n.ClosedByPeer != 3 {
			t.Errorf("%+v", n)
		}
	})
}

// TestPeerThatStopsListeningIsTriedWithBackoffAgain: that it was there before must not count.
func TestPeerThatStopsListeningIsTriedWithBackoffAgain(t *testing.T) {
	s, peer := openTest(t, StreamConfig{}, newPoller), newPlainPeer(t, "127.0.0.1:0")
	s.clock = func() time.Duration { return 0 }
	s.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	write(t, conn, request(2, 0))
	collect(t, 1, s)
	_ = peer.listener.Close()
	_ = conn.Close()
	reported(t, s, peer.address())
	for range 3 {
		s.Queue(request(3, 0), peer.address())
		reported(t, s, peer.address())
	}
	if n := s.Connections(); n.DialFailures != 1 || n.Undelivered != 3 {
		t.Errorf("%+v: want one attempt", n)
	}
}

// TestPeerThatClosesWithoutAWordIsNotCalledAllTheTime: one that accepts and closes, as a proxy without a
// backend does, is tried again with back-off.
func TestPeerThatClosesWithoutAWordIsNotCalledAllTheTime(t *testing.T) {
	s, peer := openTest(t, StreamConfig{}, newPoller), newPlainPeer(t, "127.0.0.1:0")
	s.clock = func() time.Duration { return 0 }
	s.Queue(request(1, 0), peer.address())
	_ = peer.accept().Close()
	reported(t, s, peer.address())
	s.Queue(request(2, 0), peer.address())
	reported(t, s, peer.address())
	if n := s.Connections(); n.Dialed != 1 || n.Undelivered != 1 {
		t.Errorf("%+v: want no second connection", n)
	}
}

// TestPeerThatCalledAndLeftIsNotCalledBack: nobody listens at the port that it called from.
func TestPeerThatCalledAndLeftIsNotCalledBack(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		var now time.Duration
		s.clock = func() time.Duration { return now }
		conn := dialPlain(t, s)
		write(t, conn, request(1, 0))
		from := collect(t, 1, s)[0].From
		_ = conn.Close()
		until(t, "end of the connection", func() bool { s.Read(); return s.Connections().ClosedByPeer == 1 }, s)
		if failed := s.TakeUnreachable(); len(failed) != 0 {
			t.Errorf("%v is reported: a caller that leaves is no failure", failed)
		}
		s.Queue(request(1, 0), from)
		if failed := s.TakeUnreachable(); len(failed) != 1 || failed[0].Address != from || !errors.Is(failed[0].Cause, io.EOF) {
			t.Errorf("%v is reported for a message to a caller that has left", failed)
		}
		if n := s.Connections(); n.Undelivered != 1 || n.DialFailures != 0 {
			t.Errorf("%+v", n)
		}
		now = lossMemory
		s.forgetDeparted(now)
		if len(s.routes) != 0 || len(s.gone) != 0 {
			t.Errorf("%d connections and %d losses are remembered for ever", len(s.routes), len(s.gone))
		}
	})
}

// TestMessageForAConnectionThatJustBrokeGoesOnTheNext: the loop may queue before it reads the end.
func TestMessageForAConnectionThatJustBrokeGoesOnTheNext(t *testing.T) {
	s, peer := openTest(t, StreamConfig{}, newPoller), newPlainPeer(t, "127.0.0.1:0")
	s.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	write(t, conn, request(2, 0))
	collect(t, 1, s) // proves the connection, so that there is no back-off
	_ = conn.Close()
	for s.broken() == nil {
		s.Queue(request(3, 0), peer.address())
		s.Flush()
	}
	s.Queue(request(4, 0), peer.address())
	next := peer.accept()
	until(t, "connection", func() bool { s.Read(); return s.Connections().Dialed == 2 }, s)
	s.Flush()
	if got := readExactly(t, next, len(request(4, 0))); got != string(request(4, 0)) {
		t.Errorf("got %q", got)
	}
}
