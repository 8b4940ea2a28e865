package sip

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// plainPeer is a peer that does with its connections what a test wants.
type plainPeer struct {
	t        testing.TB
	listener net.Listener
}

func newPlainPeer(t testing.TB, address string) *plainPeer {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &plainPeer{t, l}
}

func (p *plainPeer) address() netip.AddrPort { return addressOf(p.listener.Addr()) }

// accept returns the next connection that comes in.
func (p *plainPeer) accept() *net.TCPConn {
	p.t.Helper()
	conn, err := p.listener.Accept()
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(testPatience))
	return conn.(*net.TCPConn)
}

// dialPlain opens a connection to Streams that listen.
func dialPlain(t testing.TB, s *Streams) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Local().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(testPatience))
	return conn.(*net.TCPConn)
}

func write(t testing.TB, conn net.Conn, b []byte) {
	t.Helper()
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
}

// readExactly reads n octets from a connection.
func readExactly(t testing.TB, conn net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(conn, b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// reported waits until an address is reported and returns the cause.
func reported(t testing.TB, s *Streams, address netip.AddrPort) (cause error) {
	t.Helper()
	until(t, "report", func() bool {
		s.Read()
		for _, u := range s.TakeUnreachable() {
			if u.Address == address {
				cause = u.Cause
			}
		}
		return cause != nil
	}, s)
	return cause
}

func TestMessageThatComesOctetByOctet(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		conn := dialPlain(t, s)
		stream := append(request(1, 20), request(2, 0)...)
		go func() {
			for _, b := range oneByOne(stream) {
				if _, err := conn.Write(b); err != nil {
					return
				}
			}
		}()
		got := collect(t, 2, s)
		if !bytes.Equal(got[0].Data, request(1, 20)) || !bytes.Equal(got[1].Data, request(2, 0)) {
			t.Errorf("got %q and %q", got[0].Data, got[1].Data)
		}
		if from := addressOf(conn.LocalAddr()); got[0].From != from {
			t.Errorf("from %s, want %s", got[0].From, from)
		}
	})
}

func TestMessagesOfAllSizesPassWhole(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		conn := dialPlain(t, s)
		// Around the sizes of the buffers, and the longest message.
		sizes := []int{0, 1, smallRest - 300, smallRest, streamChunk - 300, streamChunk - 1, streamChunk, streamChunk + 1,
			2 * streamChunk, MaxStreamMessage - 1000, 3, 70_000, 5}
		var want [][]byte
		for i := range 4 * len(sizes) {
			want = append(want, request(i, sizes[(i*5)%len(sizes)]))
		}
		go func() { _, _ = conn.Write(bytes.Join(want, nil)) }()
		for i, d := range collect(t, len(want), s) {
			if !bytes.Equal(d.Data, want[i]) {
				t.Fatalf("message %d of %d octets came as %d octets", i, len(want[i]), len(d.Data))
			}
		}
	})
}

func TestPingIsAnswered(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		conn := dialPlain(t, s)
		write(t, conn, []byte("\r\n\r\n"))
		done := make(chan string)
		go func() { done <- readExactly(t, conn, 2) }()
		until(t, "pong", func() bool {
			s.Read()
			select {
			case pong := <-done:
				if pong != "\r\n" {
					t.Errorf("pong is %q", pong)
				}
				return true
			default:
				return false
			}
		}, s)
		if n := s.Stats(); n.Received != 0 || n.Sent != 0 {
			t.Errorf("%+v: a keep-alive is no message", n)
		}
	})
}

func TestGarbageEndsItsConnectionAndNoOther(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		good, bad := dialPlain(t, s), dialPlain(t, s)
		write(t, bad, append(request(1, 0), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"...))
		if got := collect(t, 1, s); !bytes.Equal(got[0].Data, request(1, 0)) {
			t.Errorf("before the garbage came %q", got[0].Data)
		}
		until(t, "end of the connection", func() bool { s.Read(); return s.Connections().FramingErrors == 1 }, s)
		if _, err := bad.Read(make([]byte, 1)); err == nil {
			t.Error("the connection with the garbage is still there")
		}
		write(t, good, request(2, 0))
		if got := collect(t, 1, s); !bytes.Equal(got[0].Data, request(2, 0)) {
			t.Errorf("after the garbage came %q", got[0].Data)
		}
	})
}

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

func TestPeerThatDoesNotReadLosesItsConnection(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s, peer := open(StreamConfig{Buffer: 1 << 16}), newPlainPeer(t, "127.0.0.1:0")
		var now time.Duration
		s.clock = func() time.Duration { return now }
		message := request(1, 30_000)
		queued := uint64(0)
		for s.Connections().Overflows == 0 {
			s.Queue(message, peer.address())
			queued++
			s.Flush()
			s.Read()
		}
		until(t, "connection that is stuck", func() bool { s.Read(); return len(s.stuck) == 1 }, s)
		if n := s.Stats(); n.SendErrors != 1 {
			t.Errorf("%+v: want what overflowed counted", n)
		}
		now = stallLimit
		s.Flush()
		if n := s.Connections(); n.Stalls != 0 {
			t.Fatalf("%+v: too early", n)
		}
		now++
		s.Flush()
		failed := s.TakeUnreachable()
		if len(failed) != 1 || !errors.Is(failed[0].Cause, errNotReading) {
			t.Errorf("reported %v", failed)
		}
		n := s.Connections()
		if n.Stalls != 1 || s.Stats().Sent+s.Stats().SendErrors+n.Undelivered != queued {
			t.Errorf("%+v, %+v: want each of %d messages in one class", n, s.Stats(), queued)
		}
	})
}

func TestPeerThatReadsLateGetsAllMessagesInOrder(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s, peer := open(StreamConfig{Buffer: 1 << 16}), newPlainPeer(t, "127.0.0.1:0")
		const n = 200
		var want []byte
		for i := range n {
			want = append(want, request(i, 30_000)...)
			s.Queue(request(i, 30_000), peer.address())
		}
		until(t, "connection that is stuck", func() bool { s.Read(); return len(s.stuck) == 1 }, s)
		conn := peer.accept()
		done := make(chan string)
		go func() { done <- readExactly(t, conn, len(want)) }()
		until(t, "messages sent", func() bool { s.Read(); return s.Stats().Sent == n }, s)
		if got := <-done; got != string(want) {
			t.Error("the messages came changed")
		}
	})
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

func TestLanesHaveConnectionsOfTheirOwn(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		caller, answerer := open(StreamConfig{}), open(StreamConfig{Listen: true})
		const lanes = 10
		for lane := range uint32(lanes) {
			caller.QueueLane(request(int(lane), 0), answerer.Local(), lane)
		}
		got := collect(t, lanes, answerer, caller)
		from := map[netip.AddrPort]bool{}
		for _, d := range got {
			from[d.From] = true
			answerer.Queue(d.Data, d.From)
		}
		if len(from) != lanes {
			t.Errorf("%d lanes used %d connections", lanes, len(from))
		}
		collect(t, lanes, caller, answerer)
		for lane := range uint32(lanes) {
			caller.QueueLane(request(100, 0), answerer.Local(), lane)
			caller.Release(answerer.Local(), lane)
		}
		caller.Release(answerer.Local(), 99) // never used
		collect(t, lanes, answerer, caller)
		until(t, "end of all connections", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == lanes }, answerer)
		if n := caller.Connections(); n.Open != 0 || n.Undelivered != 0 || len(caller.routes) != 0 {
			t.Errorf("%+v, %d routes: want all released", n, len(caller.routes))
		}
	})
}

func TestReleaseBeforeTheConnectionIsUpStillSends(t *testing.T) {
	caller, answerer := openTest(t, StreamConfig{}, newPoller), openTest(t, StreamConfig{Listen: true}, newPoller)
	caller.QueueLane(request(1, 0), answerer.Local(), 1)
	caller.Release(answerer.Local(), 1)
	collect(t, 1, answerer, caller)
	until(t, "end of the connection", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == 1 }, answerer)
}

func TestLimitOfConnectionsHoldsOnBothSides(t *testing.T) {
	caller, answerer := openTest(t, StreamConfig{MaxConnections: 3}, newPoller), openTest(t, StreamConfig{Listen: true, MaxConnections: 2}, newPoller)
	for lane := range uint32(4) {
		caller.QueueLane(request(1, 0), answerer.Local(), lane)
	}
	if n := caller.Connections(); n.Undelivered != 1 || n.DialFailures != 1 {
		t.Errorf("%+v: want the fourth refused here", n)
	}
	if failed := caller.TakeUnreachable(); len(failed) != 1 || !errors.Is(failed[0].Cause, errTooMany) {
		t.Errorf("reported %v", failed)
	}
	collect(t, 2, answerer, caller)
	until(t, "refusal", func() bool { answerer.Read(); caller.Read(); return answerer.Connections().Refused == 1 }, answerer, caller)
	if n := answerer.Connections(); n.Accepted != 2 || n.Open != 2 {
		t.Errorf("%+v: want two taken", n)
	}
}

func TestMessageTooLongToSendIsRefused(t *testing.T) {
	s := openTest(t, StreamConfig{}, newPoller)
	s.Queue(make([]byte, maxOutgoing+1), netip.MustParseAddrPort("127.0.0.1:9"))
	if n := s.Stats(); n.SendErrors != 1 || n.Sent != 0 {
		t.Errorf("%+v", n)
	}
}

func TestSourceAddressIsTheConfiguredOne(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has all of 127.0.0.0/8 on loopback")
	}
	peer := newPlainPeer(t, "127.0.0.1:0")
	s := openTest(t, StreamConfig{Local: netip.MustParseAddrPort("127.0.0.2:0")}, newPoller)
	s.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	if from := addressOf(conn.RemoteAddr()).Addr().String(); from != "127.0.0.2" {
		t.Errorf("connected from %s", from)
	}
	if s.Local().Port() != DefaultPort {
		t.Errorf("local address %s; want the port of the transport where nobody listens", s.Local())
	}
}

func TestConfigurationThatCannotWorkIsRefused(t *testing.T) {
	taken := newPlainPeer(t, "127.0.0.1:0")
	for name, tt := range map[string]struct {
		cfg  StreamConfig
		want string
	}{
		"a datagram transport":       {StreamConfig{}, "UDP is no stream"},
		"an address in use":          {StreamConfig{Transport: TCP, Local: taken.address(), Listen: true}, "address already in use"},
		"a path with a line end":     {StreamConfig{Transport: WS, Path: "/a\r\nX: 1"}, "path"},
		"a path without a slash":     {StreamConfig{Transport: WS, Path: "a"}, "path"},
		"a name with a line end":     {StreamConfig{Transport: WS, Names: map[netip.AddrPort]string{taken.address(): "a\r\nX: 1"}}, "name"},
		"listening without identity": {StreamConfig{Transport: TLS, Local: netip.MustParseAddrPort("127.0.0.1:0"), Listen: true}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := OpenStreams(tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
			if err == nil {
				_ = s.Close()
			}
		})
	}
}

func TestArrivalIsBetweenSendingAndReading(t *testing.T) {
	start := time.Now()
	s := openTest(t, StreamConfig{Listen: true, Start: start}, newPoller)
	conn := dialPlain(t, s)
	before := time.Since(start)
	write(t, conn, request(1, 0))
	d := collect(t, 1, s)[0]
	if after := time.Since(start); d.At < before || d.At > after {
		t.Errorf("arrived at %v, want between %v and %v", d.At, before, after)
	}
}

func TestTransportsHaveTheirTokens(t *testing.T) {
	for _, tt := range []struct {
		transport                   Transport
		token                       string
		port                        uint16
		reliable, secure, webSocket bool
	}{
		{UDP, "UDP", 5060, false, false, false},
		{TCP, "TCP", 5060, true, false, false},
		{TLS, "TLS", 5061, true, true, false},
		{WS, "WS", 80, true, false, true},
		{WSS, "WSS", 443, true, true, true},
	} {
		got, err := ParseTransport(strings.ToLower(tt.token))
		if err != nil || got != tt.transport || got.String() != tt.token {
			t.Errorf("%s is read as %s, %v", tt.token, got, err)
		}
		if got.DefaultPort() != tt.port || got.Reliable() != tt.reliable || got.Secure() != tt.secure || got.WebSocket() != tt.webSocket {
			t.Errorf("%s: port %d, reliable %v, secure %v, WebSocket %v", got, got.DefaultPort(), got.Reliable(), got.Secure(), got.WebSocket())
		}
	}
	if _, err := ParseTransport("sctp"); err == nil || !strings.Contains(err.Error(), "want udp, tcp, tls, ws or wss") {
		t.Errorf("sctp gives %v", err)
	}
	if got := Transport(9).String(); got != "Transport(9)" {
		t.Errorf("an unknown transport is called %s", got)
	}
}

// TestFloodOfKeepAlivesHoldsNobody: octets that make no message must not keep the loop in one Read.
func TestFloodOfKeepAlivesHoldsNobody(t *testing.T) {
	s := openTest(t, StreamConfig{Listen: true}, newPoller)
	flood, good := dialPlain(t, s), dialPlain(t, s)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		lineEnds := bytes.Repeat([]byte("\r\n"), 1<<19)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := flood.Write(lineEnds); err != nil {
				return
			}
		}
	}()
	go func() { _, _ = io.Copy(io.Discard, flood) }() // the pongs
	for i := range 20 {
		write(t, good, request(i, 0))
		if got := collect(t, 1, s); !bytes.Equal(got[0].Data, request(i, 0)) {
			t.Fatalf("got %q", got[0].Data)
		}
	}
	close(stop)
	_ = flood.Close()
	<-done
}

func TestAllThatCameBeforeACloseIsRead(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{Listen: true})
		conn := dialPlain(t, s)
		const n = 5*Batch + 3
		write(t, conn, bytes.Repeat(request(1, 20), n))
		_ = conn.Close()
		until(t, "connection", func() bool { return s.Read() > 0 }, s)
		got := int(s.Stats().Received)
		collect(t, n-got, s)
		until(t, "end of the connection", func() bool { s.Read(); return s.Connections().ClosedByPeer == 1 }, s)
		if s.Stats().Received != n {
			t.Errorf("%d messages read, want %d", s.Stats().Received, n)
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

// failingListener fails some times before it is closed.
type failingListener struct {
	net.Listener
	failures int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.failures == 0 {
		return nil, net.ErrClosed
	}
	l.failures--
	return nil, syscall.EMFILE
}

func TestLackOfFilesDoesNotEndListening(t *testing.T) {
	s := openTest(t, StreamConfig{}, newPoller)
	s.listener = &failingListener{Listener: newPlainPeer(t, "127.0.0.1:0").listener, failures: 3}
	s.accept()
	if n := s.Connections(); n.Refused != 3 {
		t.Errorf("%+v: want each failure counted", n)
	}
	s.listener = nil
}
