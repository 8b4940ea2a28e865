package sip

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func listen(t testing.TB, address string) *Socket {
	t.Helper()
	s, err := Listen(SocketConfig{Local: netip.MustParseAddrPort(address), Start: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// receive reads until n datagrams are in, or fails after a generous time.
func receive(t testing.TB, s *Socket, n int) (texts []string, from netip.AddrPort) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for len(texts) < n && time.Now().Before(deadline) {
		for i := range s.Read() {
			d := s.Datagram(i)
			texts, from = append(texts, string(d.Data)), d.From
		}
		s.Wait(10 * time.Millisecond)
	}
	if len(texts) < n {
		t.Fatalf("%d of %d datagrams came in", len(texts), n)
	}
	return texts, from
}

func TestBatchesArriveWholeAndInOrder(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			a, b := listen(t, address), listen(t, address)
			const n = 2*Batch + 5
			for i := range n {
				a.Queue(fmt.Appendf(a.Buffer(), "message %d", i), b.Local(), 0)
			}
			a.Flush()
			texts, from := receive(t, b, n)
			for i, text := range texts {
				if text != fmt.Sprintf("message %d", i) {
					t.Fatalf("datagram %d says %q", i, text)
				}
			}
			if from != a.Local() {
				t.Errorf("from %s, want %s", from, a.Local())
			}
			if sent := a.Stats().Sent; sent != n {
				t.Errorf("%d sent, want %d", sent, n)
			}
		})
	}
}

func TestBufferOfAnotherIsCopied(t *testing.T) {
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	own := []byte("first")
	a.Queue(own, b.Local(), 0)
	copy(own, "other")
	a.Flush()
	if texts, _ := receive(t, b, 1); texts[0] != "first" {
		t.Errorf("received %q: the caller's buffer was not copied", texts[0])
	}
}

func TestOverlongDatagramIsMarkedOrRefused(t *testing.T) {
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	a.Queue(make([]byte, MaxDatagram+1), b.Local(), 0)
	if a.Stats().SendErrors != 1 {
		t.Error("a datagram that fits no buffer was not counted as refused")
	}
	conn, err := net.Dial("udp", b.Local().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(bytes.Repeat([]byte("x"), MaxDatagram+1)); err != nil {
		t.Fatal(err)
	}
	for b.Read() == 0 {
		b.Wait(time.Second)
	}
	if d := b.Datagram(0); !d.Truncated || len(d.Data) != MaxDatagram {
		t.Errorf("%d octets, truncated %v, want %d and marked", len(d.Data), d.Truncated, MaxDatagram)
	}
}

// TestArrivalIsWhenTheKernelHadIt lets a datagram lie in the receive buffer: its instant must not move.
func TestArrivalIsWhenTheKernelHadIt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux stamps datagrams on arrival")
	}
	start := time.Now()
	b, err := Listen(SocketConfig{Local: netip.MustParseAddrPort("127.0.0.1:0"), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a := listen(t, "127.0.0.1:0")
	before := time.Since(start)
	a.Queue([]byte("x"), b.Local(), 0)
	a.Flush()
	after := time.Since(start)
	b.Nap(30 * time.Millisecond)
	for b.Read() == 0 {
		b.Wait(time.Second)
	}
	const slack = time.Millisecond // the wall clock may be slewed
	if at := b.Datagram(0).At; at < before-slack || at > after+slack {
		t.Errorf("arrived at %v, want between %v and %v, when it was sent", at, before, after)
	}
}

func TestRefusedPortIsReportedWithItsAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells which address an ICMP message is about")
	}
	nobody := listen(t, "127.0.0.1:0")
	address := nobody.Local()
	nobody.Close()
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	a.Queue([]byte("to nobody"), address, 0)
	a.Queue([]byte("to somebody"), b.Local(), 0)
	a.Flush()
	var failed []Unreachable
	for deadline := time.Now().Add(10 * time.Second); len(failed) == 0 && time.Now().Before(deadline); {
		a.Wait(10 * time.Millisecond)
		a.Read()
		failed = a.TakeUnreachable()
	}
	if len(failed) != 1 || failed[0].Address != address || !errors.Is(failed[0].Cause, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want %s refused", failed, address)
	}
	if texts, _ := receive(t, b, 1); texts[0] != "to somebody" {
		t.Errorf("received %q: the refusal of one address kept another from its datagram", texts[0])
	}
}

func TestWakeEndsAWait(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Wait(time.Hour)
	}()
	s.Wake()
	<-done
}

// After a Wake that came in a busy time, naps used to end at once until the loop waited again: it spun.
func TestWakeEndsOneNapAndNotAllToCome(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	s.Wake()
	s.Nap(time.Hour)
	naps := 0
	for begun := time.Now(); time.Since(begun) < 20*time.Millisecond; naps++ {
		s.Nap(20 * time.Millisecond) // Go's own signals may cut a few short
	}
	if naps > 100 {
		t.Errorf("20 ms took %d naps of 20 ms", naps)
	}
}

// A Wake that met Close used to write its eight octets to a descriptor that was closed and, once its number
// was given away again, to somebody's file. Without the lock the race detector sees it.
func TestWakeMeetsCloseWithoutARace(t *testing.T) {
	for range 200 {
		s := listen(t, "127.0.0.1:0")
		begun, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			close(begun)
			for range 20 {
				s.Wake()
			}
		}()
		<-begun
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		<-done
		s.Wake() // after Close: nobody is there
	}
}

func TestAddressInUseIsNamed(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	_, err := Listen(SocketConfig{Local: s.Local()})
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte(s.Local().String())) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want the address and the cause", err)
	}
}

func BenchmarkSendAndReceive(b *testing.B) {
	from, to := listen(b, "127.0.0.1:0"), listen(b, "127.0.0.1:0")
	message := bytes.Repeat([]byte("x"), 500)
	b.ReportAllocs()
	for sent := 0; sent < b.N; {
		for range Batch {
			from.Queue(append(from.Buffer(), message...), to.Local(), 0)
			sent++
		}
		from.Flush()
		for got := 0; got < Batch; {
			n := to.Read()
			for i := range n {
				_ = to.Datagram(i)
			}
			got += n
		}
	}
}
