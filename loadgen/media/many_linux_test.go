package media

import (
	"testing"
	"time"
	"unsafe"

	"github.com/sipplan/sipplan/planner/measure"
	"golang.org/x/sys/unix"
)

// Packets of so many streams that no leg is in the processor's cache any more when its turn comes again: sweeps of the
// engine, beside one sendmmsg a slot from a single socket, and beside one for each packet from a socket for each
// stream, which is the least that streams with ports of their own can cost. An operation is one packet.
//
//	go test -run '^$' -bench 'OfMany' -count 6 ./loadgen/media

const manyStreams = 1000

func BenchmarkSentOfMany(b *testing.B) {
	sink := newSink(b)
	config := Config{Local: loopback4, Ports: testPorts, Start: time.Now(), SendLate: &measure.Histogram{}}
	e := newEngine(config, newNetwork(expeditedForwarding, true))
	defer closed(b, e)
	for range manyStreams {
		mustOpen(b, e).Start(0, Stream{Remote: at(sink.port), Source: Speech})
	}
	b.ReportAllocs()
	b.ResetTimer()
	for now, i := time.Duration(0), 0; i < b.N; now, i = now+tick, i+manyStreams/20 {
		sink.drain(b)
		e.Sweep(now)
	}
}

func BenchmarkSentOfManyBare(b *testing.B) {
	for name, sockets := range map[string]int{"a socket in all": 1, "a socket each": manyStreams} {
		b.Run(name, func(b *testing.B) {
			sink := newSink(b)
			var fds []int
			for range sockets {
				fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
				if err != nil {
					b.Fatal(err)
				}
				defer unix.Close(fd)
				fds = append(fds, fd)
			}
			packets, vectors, headers := make([][172]byte, manyStreams), make([]unix.Iovec, manyStreams), make([]unix.Mmsghdr, manyStreams)
			peer := unix.RawSockaddrInet4{Family: unix.AF_INET, Port: swap(sink.port), Addr: loopback4.As4()}
			for i := range headers {
				h := &headers[i].Hdr
				vectors[i].Base = &packets[i][0]
				vectors[i].SetLen(172)
				h.Iov, h.Name, h.Namelen = &vectors[i], (*byte)(unsafe.Pointer(&peer)), unix.SizeofSockaddrInet4
				h.SetIovlen(1)
			}
			const slot = manyStreams / 20
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += slot {
				sink.drain(b)
				first, size := i%manyStreams, slot
				if sockets > 1 {
					size = 1
				}
				for at := first; at < first+slot; at += size {
					_, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fds[at%sockets]), uintptr(unsafe.Pointer(&headers[at])), uintptr(size), 0, 0, 0)
					if errno != 0 {
						b.Fatal(errno)
					}
				}
			}
		})
	}
}

// sink is a socket that takes what all streams send.
type sink struct {
	fd   int
	port uint16
	data [2048]byte
}

func newSink(b *testing.B) *sink {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: loopback4.As4()})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { unix.Close(fd) })
	name, err := unix.Getsockname(fd)
	if err != nil {
		b.Fatal(err)
	}
	return &sink{fd: fd, port: uint16(name.(*unix.SockaddrInet4).Port)}
}

// drain empties the sink, outside the measured time.
func (s *sink) drain(b *testing.B) {
	b.StopTimer()
	for {
		if _, err := unix.Read(s.fd, s.data[:]); err != nil {
			break
		}
	}
	b.StartTimer()
}
