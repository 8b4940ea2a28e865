package sip

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
)

// pollers are the ways to wait for connections: that of the system and that of systems without one of
// their own, which must behave alike.
var pollers = map[string]func() (poller, error){
	"system": newPoller,
	"pumps":  func() (poller, error) { return newPumps(), nil },
}

// eachPoller runs a test with every poller.
func eachPoller(t *testing.T, test func(t *testing.T, open func(StreamConfig) *Streams)) {
	for name, newPoller := range pollers {
		t.Run(name, func(t *testing.T) {
			test(t, func(cfg StreamConfig) *Streams { return openTest(t, cfg, newPoller) })
		})
	}
}

// openTest opens Streams on the loopback interface that the test closes.
func openTest(t testing.TB, cfg StreamConfig, newPoller func() (poller, error)) *Streams {
	t.Helper()
	if !cfg.Local.IsValid() {
		cfg.Local = netip.MustParseAddrPort("127.0.0.1:0")
	}
	if cfg.Transport == UDP {
		cfg.Transport = TCP
	}
	if cfg.Start.IsZero() {
		cfg.Start = time.Now()
	}
	s, err := openStreams(cfg, newPoller)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// testPatience is how long a test waits for what should come at once.
const testPatience = 20 * time.Second

// until turns the loops of the given Streams until done, which sees what each has read.
func until(t testing.TB, what string, done func() bool, all ...*Streams) {
	t.Helper()
	for deadline := time.Now().Add(testPatience); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, testPatience)
		}
		for _, s := range all {
			s.Flush()
			s.Wait(time.Millisecond)
		}
	}
}

// collect reads n messages from a Streams while the others turn, too.
func collect(t testing.TB, n int, s *Streams, others ...*Streams) (messages []Datagram) {
	t.Helper()
	until(t, fmt.Sprintf("%d messages", n), func() bool {
		for _, other := range others {
			other.Read()
		}
		for i := range s.Read() {
			d := s.Datagram(i)
			d.Data = bytes.Clone(d.Data)
			messages = append(messages, d)
		}
		return len(messages) >= n
	}, append(others, s)...)
	return messages
}

// request returns a SIP message with a body of some octets.
func request(number, body int) []byte {
	return fmt.Appendf(nil, "OPTIONS sip:%d@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK%d\r\n"+
		"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: %d\r\nCSeq: %d OPTIONS\r\n"+
		"Content-Length: %d\r\n\r\n%s", number, number, number, number+1, body, strings.Repeat("x", body))
}

func TestMessagesGoAndComeBackOnOneConnection(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		for _, local := range []string{"127.0.0.1:0", "[::1]:0"} {
			address := netip.MustParseAddrPort(local)
			caller := open(StreamConfig{Local: address})
			answerer := open(StreamConfig{Local: address, Listen: true})
			const n = 3*Batch + 7
			for i := range n {
				caller.Queue(append(caller.Buffer(), request(i, i)...), answerer.Local())
			}
			got := collect(t, n, answerer, caller)
			for i, d := range got {
				if !bytes.Equal(d.Data, request(i, i)) {
					t.Fatalf("message %d is %q", i, d.Data)
				}
				answerer.Queue(d.Data, d.From)
			}
			back := collect(t, n, caller, answerer)
			if from := back[n-1].From; from != answerer.Local() || !bytes.Equal(back[n-1].Data, request(n-1, n-1)) {
				t.Errorf("last message back is %q from %s, want it from %s", back[n-1].Data, from, answerer.Local())
			}
			if a, b := caller.Connections(), answerer.Connections(); a.Dialed != 1 || b.Accepted != 1 || b.Dialed != 0 {
				t.Errorf("caller %+v, answerer %+v: want one connection", a, b)
			}
			if a, b := caller.Stats(), answerer.Stats(); a.Sent != n || b.Received != n || b.Sent != n || a.Received != n {
				t.Errorf("caller %+v, answerer %+v: want %d each way", a, b, n)
			}
			_ = caller.Close()
			_ = answerer.Close()
		}
	})
}

func TestWakeEndsAWaitAndANap(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s := open(StreamConfig{})
		for _, sleep := range []func(time.Duration){s.Wait, s.Nap} {
			done := make(chan struct{})
			go func() {
				defer close(done)
				sleep(time.Hour)
			}()
			s.Wake()
			<-done
		}
	})
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		before := runtime.NumGoroutine()
		caller, answerer := open(StreamConfig{}), open(StreamConfig{Listen: true})
		caller.Queue(request(1, 0), answerer.Local())
		caller.Queue(request(1, 0), netip.MustParseAddrPort("192.0.2.1:5060")) // hangs in the dial
		collect(t, 1, answerer, caller)
		for _, s := range []*Streams{caller, answerer} {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("closed twice: %v", err)
			}
		}
		for deadline := time.Now().Add(testPatience); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<16)
				t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
}
