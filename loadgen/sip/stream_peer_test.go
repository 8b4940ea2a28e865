package sip

import (
	"bytes"
	"io"
	"net"
	"net/netip"
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
