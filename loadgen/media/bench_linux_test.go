package media

import (
	"testing"
	"time"
	"unsafe"

	"github.com/sipplan/sipplan/planner/measure"
	"golang.org/x/sys/unix"
)

// Each benchmark has the bare system calls on as many plain sockets beside it, so that the ratio can be
// read from one run. An operation is one packet.
//
//	go test -run '^$' -bench 'Packet' -count 6 ./loadgen/media

const benchmarkPairs = 32

// BenchmarkPacketSent is a packet of a running leg: due, numbered, written, sent, its lateness recorded.
func BenchmarkPacketSent(b *testing.B) {
	s := newStage(b, true)
	s.start(Stream{SendOnly: true})
	turn := 0
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if i%len(s.legs) == 0 {
			turn++
			s.drain(b)
		}
		l := s.legs[i%len(s.legs)]
		l.sendDue(time.Duration(turn) * DefaultPacketTime)
	}
}

func BenchmarkPacketSentBare(b *testing.B) {
	s := newStage(b, false)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if i%len(s.legs) == 0 {
			s.drain(b)
		}
		s.send(b, i%len(s.legs))
	}
}

// BenchmarkPacketReceived is a packet of a leg that is visited each packet time: read with its kernel time, with those
// that wait beside it, checked, counted.
func BenchmarkPacketReceived(b *testing.B) {
	s := newStage(b, true)
	s.start(Stream{Source: None})
	turn := 0
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if i%len(s.legs) == 0 {
			turn++
			s.fill(b)
		}
		s.legs[i%len(s.legs)].attend(time.Duration(turn) * DefaultPacketTime)
	}
	b.StopTimer()
	for _, l := range s.legs {
		if l.receiver.heard && l.receiver.source.sequence.lost() != 0 {
			b.Fatalf("%d lost", l.receiver.source.sequence.lost())
		}
	}
}

func BenchmarkPacketReceivedBare(b *testing.B) {
	s := newStage(b, false)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if i%len(s.legs) == 0 {
			s.fill(b)
		}
		s.receive(b, i%len(s.legs))
	}
}

// BenchmarkPacketReceivedEpoll is the usual way: wait for sockets that have something, then read them. It is what
// BenchmarkPacketReceived is to be held against.
func BenchmarkPacketReceivedEpoll(b *testing.B) {
	s := newStage(b, false)
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(epoll)
	for i, l := range s.legs {
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, int(l.rtp.(*rawSocket).fd), &event); err != nil {
			b.Fatal(err)
		}
	}
	events := make([]unix.EpollEvent, 64)
	b.ReportAllocs()
	for received := 0; received < b.N; {
		if received%len(s.legs) == 0 {
			s.fill(b)
		}
		n, err := unix.EpollWait(epoll, events, -1)
		if err != nil && err != unix.EINTR {
			b.Fatal(err)
		}
		for _, event := range events[:max(0, n)] {
			s.receive(b, int(event.Fd))
			received++
		}
	}
}

// BenchmarkPacketBothWays is the steady state of two-way calls: each visit of a sweep sends a packet and
// takes, every few visits, what the other end has sent.
func BenchmarkPacketBothWays(b *testing.B) {
	s := newStage(b, true)
	s.start(Stream{})
	b.ReportAllocs()
	now := time.Duration(0)
	for i := 0; i < b.N; i += len(s.legs) {
		now += DefaultPacketTime
		s.engine.Sweep(now)
	}
}

// BenchmarkPacketBothWaysProtected is the same as SRTP, which may cost 2.5 times as much.
func BenchmarkPacketBothWaysProtected(b *testing.B) {
	for _, suite := range Suites() {
		b.Run(suite.String(), func(b *testing.B) {
			s := newStage(b, true)
			keys := make([]Keys, len(s.legs))
			for i := range keys {
				keys[i] = mustKeys(b, suite)
			}
			s.start(Stream{})
			for i, l := range s.legs {
				l.shield.set(keys[i], keys[i^1])
			}
			b.ReportAllocs()
			now := time.Duration(0)
			for i := 0; i < b.N; i += len(s.legs) {
				now += DefaultPacketTime
				s.engine.Sweep(now)
			}
		})
	}
}

func BenchmarkPacketBothWaysBare(b *testing.B) {
	s := newStage(b, false)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		s.send(b, i%len(s.legs))
		s.receive(b, i%len(s.legs)^1)
	}
}

// stage is an engine with legs in pairs that send to each other, 0 and 1, 2 and 3 ...
type stage struct {
	engine *Engine
	legs   []*Leg
	packet []byte
	number uint16
}

func newStage(b *testing.B, stamped bool) *stage {
	b.Helper()
	config := Config{Local: loopback4, Ports: testPorts, Start: time.Now(), SendLate: &measure.Histogram{}}
	s := &stage{engine: newEngine(config, newNetwork(expeditedForwarding, stamped)), packet: packet(0, 0, 0, 7)}
	b.Cleanup(func() { closed(b, s.engine) })
	for range 2 * benchmarkPairs {
		s.legs = append(s.legs, mustOpen(b, s.engine))
	}
	for i, l := range s.legs {
		l.rtp.(*rawSocket).aim(at(s.legs[i^1].Port()))
	}
	return s
}

// start runs all legs, without reports: they are rare, and not part of a packet.
func (s *stage) start(stream Stream) {
	for i, l := range s.legs {
		stream.Remote = at(s.legs[i^1].Port())
		l.Start(0, stream)
		l.control.nextRead, l.control.nextReport = 1<<62, 1<<62
	}
}

// fill sends one packet to each leg, outside the measured time.
func (s *stage) fill(b *testing.B) {
	b.StopTimer()
	s.number++
	s.packet[2], s.packet[3] = byte(s.number>>8), byte(s.number)
	for i := range s.legs {
		s.send(b, i)
	}
	b.StartTimer()
}

// drain empties the sockets, outside the measured time.
func (s *stage) drain(b *testing.B) {
	b.StopTimer()
	for _, l := range s.legs {
		drain(l.rtp.receive)
	}
	b.StartTimer()
}

// send is the bare system call.
func (s *stage) send(b *testing.B, i int) {
	r := s.legs[i].rtp.(*rawSocket)
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, r.fd,
		uintptr(unsafe.Pointer(&s.packet[0])), uintptr(len(s.packet)), unix.MSG_DONTWAIT,
		uintptr(unsafe.Pointer(&r.peer)), r.length)
	if errno != 0 {
		b.Fatal(errno)
	}
}

// receive is the bare system call. It finds one packet.
func (s *stage) receive(b *testing.B, i int) {
	r := s.legs[i].rtp.(*rawSocket)
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, r.fd,
		uintptr(unsafe.Pointer(&r.kernel.headers)), receiveBatch, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 || n != 1 {
		b.Fatalf("%d packets: %v", n, errno)
	}
	r.kernel.rearm(0)
}
