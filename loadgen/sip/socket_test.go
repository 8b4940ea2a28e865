package sip

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

// udpSocket is what both implementations of Socket do.
type udpSocket interface {
	Local() netip.AddrPort
	Stats() SocketStats
	Buffer() []byte
	Queue(b []byte, to netip.AddrPort, flow uint32)
	Flush()
	Read() int
	Datagram(i int) Datagram
	Wait(d time.Duration)
	Nap(d time.Duration)
	Wake()
	TakeUnreachable() []Unreachable
	Close() error
}

// sockets are the implementations: that of this system, and that of systems without batches.
var sockets = map[string]func(SocketConfig) (udpSocket, error){
	"system":   func(cfg SocketConfig) (udpSocket, error) { return Listen(cfg) },
	"portable": func(cfg SocketConfig) (udpSocket, error) { return openPortable(cfg) },
}

// runStart is the origin of the run clock of sockets in tests.
var runStart = time.Now()

// eachSocket runs a test with every implementation.
func eachSocket(t *testing.T, test func(t *testing.T, listen func(address string) udpSocket)) {
	for name, open := range sockets {
		t.Run(name, func(t *testing.T) {
			test(t, func(address string) udpSocket {
				s, err := open(SocketConfig{Local: netip.MustParseAddrPort(address), Start: runStart})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				return s
			})
		})
	}
}

// batching tells whether sockets are those of Linux, which know what the kernel knows.
func batching(s udpSocket) bool { return s.Stats().DropsKnown }

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
func receive(t testing.TB, s udpSocket, n int) (texts []string, from netip.AddrPort) {
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
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
			t.Run(address, func(t *testing.T) {
				a, b := listen(address), listen(address)
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
	})
}

func TestBufferOfAnotherIsCopied(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		a, b := listen("127.0.0.1:0"), listen("127.0.0.1:0")
		own := []byte("first")
		a.Queue(own, b.Local(), 0)
		copy(own, "other")
		a.Flush()
		if texts, _ := receive(t, b, 1); texts[0] != "first" {
			t.Errorf("received %q: the caller's buffer was not copied", texts[0])
		}
	})
}

func TestOverlongDatagramIsMarkedOrRefused(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		a, b := listen("127.0.0.1:0"), listen("127.0.0.1:0")
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
	})
}

// TestArrivalIsWhenTheHostHadIt lets a datagram lie while the loop sleeps: its instant must not move.
func TestArrivalIsWhenTheHostHadIt(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		a, b := listen("127.0.0.1:0"), listen("127.0.0.1:0")
		nap, slack := 30*time.Millisecond, time.Millisecond // the wall clock may be slewed
		if !batching(b) {
			nap, slack = 300*time.Millisecond, 100*time.Millisecond // the goroutine that stamps must get a processor
		}
		time.Sleep(20 * time.Millisecond) // the kernel begins to stamp a moment after the first socket has asked for it
		before := time.Since(runStart)
		a.Queue([]byte("x"), b.Local(), 0)
		a.Flush()
		after := time.Since(runStart)
		b.Nap(nap)
		for b.Read() == 0 {
			b.Wait(time.Second)
		}
		if at := b.Datagram(0).At; at < before-slack || at > after+slack {
			t.Errorf("arrived at %v, want between %v and %v, when it was sent", at, before, after)
		}
	})
}

func TestRefusedPortIsReportedWithItsAddress(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		nobody := listen("127.0.0.1:0")
		if !batching(nobody) {
			t.Skip("only Linux tells which address an ICMP message is about")
		}
		address := nobody.Local()
		nobody.Close()
		a, b := listen("127.0.0.1:0"), listen("127.0.0.1:0")
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
	})
}

func TestWakeEndsAWait(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		s := listen("127.0.0.1:0")
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.Wait(time.Hour)
		}()
		s.Wake()
		<-done
	})
}

// After a Wake that came in a busy time, naps used to end at once until the loop waited again: it spun.
func TestWakeEndsOneNapAndNotAllToCome(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		s := listen("127.0.0.1:0")
		s.Wake()
		s.Nap(time.Hour)
		naps := 0
		for begun := time.Now(); time.Since(begun) < 20*time.Millisecond; naps++ {
			s.Nap(20 * time.Millisecond) // Go's own signals may cut a few short
		}
		if naps > 100 {
			t.Errorf("20 ms took %d naps of 20 ms", naps)
		}
	})
}

// A Wake that met Close used to write its eight octets to a descriptor that was closed and, once its number
// was given away again, to somebody's file. Without the lock the race detector sees it.
func TestWakeMeetsCloseWithoutARace(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		for range 200 {
			s := listen("127.0.0.1:0")
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
	})
}

func TestAddressInUseIsNamed(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	for name, open := range sockets {
		_, err := open(SocketConfig{Local: s.Local()})
		if err == nil || !bytes.Contains([]byte(err.Error()), []byte(s.Local().String())) || !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s: got %v, want the address and the cause", name, err)
		}
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
