package sip

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// peerProcess names the environment variable that makes TestPeerProcess the peer of a benchmark.
const peerProcess = "SIPPLAN_TEST_PEER"

// BenchmarkStreamsPeerWritesEach has a peer as SIPp is, which writes each message by itself, 24,000 a second,
// and a loop that naps for a millisecond, on each poller. What counts is the processor time of this process
// for a message. With the goroutines of pumps each segment wakes one, however long the loop naps.
//
//	go test -run '^$' -bench StreamsPeerWritesEach ./loadgen/sip
func BenchmarkStreamsPeerWritesEach(b *testing.B) {
	for name, newPoller := range pollers {
		b.Run(name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			s := openTest(b, StreamConfig{Listen: true}, newPoller)
			peer := exec.Command(os.Args[0], "-test.run=^TestPeerProcess$")
			peer.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", peerProcess, s.Local(), b.N))
			if err := peer.Start(); err != nil {
				b.Fatal(err)
			}
			got := s.Read()
			for got == 0 {
				s.Wait(longWait)
				got = s.Read()
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
			for got < b.N {
				s.Nap(time.Millisecond)
				for n := Batch; n == Batch; {
					n = s.Read()
					got += n
				}
			}
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
			_ = s.Close()
			if err := peer.Wait(); err != nil {
				b.Error(err)
			}
		})
	}
}

// TestPeerProcess is no test but the peer of BenchmarkStreamsPeerWritesEach.
func TestPeerProcess(t *testing.T) {
	var address string
	var messages int
	if _, err := fmt.Sscan(os.Getenv(peerProcess), &address, &messages); err != nil {
		t.Skip("only a benchmark runs this")
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for i := range messages {
		for time.Since(start) < time.Duration(i)*time.Second/24_000 {
		}
		write(t, conn, streamMessage)
	}
	_, _ = conn.Read(make([]byte, 1)) // until the other side closes
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestCodePointMarksBothSides reads the option back from the sockets, as accepted ones inherit it.
func TestCodePointMarksBothSides(t *testing.T) {
	for _, tt := range []struct {
		local         string
		level, option int
	}{{"127.0.0.1:0", unix.IPPROTO_IP, unix.IP_TOS}, {"[::1]:0", unix.IPPROTO_IPV6, unix.IPV6_TCLASS}} {
		t.Run(tt.local, func(t *testing.T) {
			cfg := StreamConfig{DSCP: 24, Listen: true}
			cfg.Local = netip.MustParseAddrPort(tt.local)
			answerer, caller := openTest(t, cfg, newPoller), openTest(t, cfg, newPoller)
			caller.Queue(request(1, 0), answerer.Local())
			collect(t, 1, answerer, caller)
			for _, s := range []*Streams{answerer, caller} {
				for c := range s.open {
					fd := c.pipe.(*fdPipe).fd
					value, err := unix.GetsockoptInt(fd, tt.level, tt.option)
					if err != nil || value != 24<<2 {
						t.Errorf("marked %d, %v; want %d", value, err, 24<<2)
					}
					if value, err = unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || value != 1 {
						t.Errorf("TCP_NODELAY is %d, %v", value, err)
					}
				}
			}
		})
	}
}

// TestClosedSocketsAreGivenBack: a connection that came and went must leave no file open.
func TestClosedSocketsAreGivenBack(t *testing.T) {
	before := openFiles(t)
	answerer := openTest(t, StreamConfig{Listen: true}, newPoller)
	caller := openTest(t, StreamConfig{}, newPoller)
	for lane := range uint32(20) {
		caller.QueueLane(request(1, 0), answerer.Local(), lane)
		caller.Release(answerer.Local(), lane)
	}
	collect(t, 20, answerer, caller)
	_ = caller.Close()
	_ = answerer.Close()
	if after := openFiles(t); after > before {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func openFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
