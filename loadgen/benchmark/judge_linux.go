package main

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// judge is the receiver that all senders are held against. It knows nothing of them: it takes every packet on
// one socket with the kernel's receive time (SO_TIMESTAMPNS), and tells the streams apart by the port that
// they come from and their SSRC.
type judge struct {
	fd      int
	port    int
	running atomic.Bool
	done    chan struct{}

	streams map[streamKey]*listened
	errors  [errorBins]uint32 // |gap - packet time|, in units of errorBin
	gaps    uint64

	opened, shutAt atomic.Int64 // kernel times, ns: what comes between them counts; 0: not yet
}

// streamKey is where a stream comes from, and its SSRC.
type streamKey struct {
	port uint16
	ssrc uint32
}

// listened is one stream as the judge hears it in the window.
type listened struct {
	first, last int64  // kernel times of packets, ns
	number      uint16 // of the last one
	packets     uint32
	lost        uint32
}

// due returns how many packets a stream owes for a window that ends at an instant: those of the time that it was
// heard, and if it fell silent before the end, those of the rest.
func (l *listened) due(shut int64) uint64 {
	until := l.last
	if shut-until > int64(5*spacing) {
		until = shut
	}
	return uint64((until-l.first+int64(spacing)/2)/int64(spacing)) + 1
}

const (
	errorBin  = 10 * time.Microsecond
	errorBins = 20_000 // 200 ms
	judgeRead = 256    // packets a system call
	judgeSize = 256    // octets kept of a packet

	// judgeNap is how long the judge sleeps when it has read everything. A judge that waited for each packet would let
	// the sender pay for waking it, as often as the two happen to miss one another; the times are the kernel's anyway.
	judgeNap = time.Millisecond
)

// listen opens the judge's socket and reads until close.
func listen() (*judge, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	j := &judge{fd: fd, done: make(chan struct{}), streams: map[streamKey]*listened{}}
	j.running.Store(true)
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 16<<20) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 16<<20) // what the system allows
	}
	name, nameErr := unix.Getsockname(fd)
	if err = errors.Join(err, nameErr); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	j.port = name.(*unix.SockaddrInet4).Port
	go j.listen()
	return j, nil
}

// close ends the reading.
func (j *judge) close() {
	j.running.Store(false)
	<-j.done
	_ = unix.Close(j.fd)
}

// mailbox is where one system call puts packets.
type mailbox struct {
	headers  [judgeRead]unixMmsghdr
	vectors  [judgeRead]unix.Iovec
	names    [judgeRead]unix.RawSockaddrInet4
	controls [judgeRead][8]uint64
	data     [judgeRead][judgeSize]byte
}

// unixMmsghdr is struct mmsghdr of recvmmsg(2).
type unixMmsghdr struct {
	header unix.Msghdr
	length uint32
	_      [4]byte
}

// listen is the judge's loop, on a thread of its own on the second processor.
func (j *judge) listen() {
	defer close(j.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var cpus unix.CPUSet
	cpus.Set(1)
	_ = unix.SchedSetaffinity(0, &cpus) // with one processor it stays where it is
	box := &mailbox{}
	for j.running.Load() {
		for i := range box.headers {
			h := &box.headers[i].header
			box.vectors[i] = unix.Iovec{Base: &box.data[i][0]}
			box.vectors[i].SetLen(judgeSize)
			h.Iov, h.Name, h.Namelen = &box.vectors[i], (*byte)(unsafe.Pointer(&box.names[i])), unix.SizeofSockaddrInet4
			h.SetIovlen(1)
			h.Control = (*byte)(unsafe.Pointer(&box.controls[i]))
			h.SetControllen(len(box.controls[i]) * 8)
		}
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(j.fd), uintptr(unsafe.Pointer(&box.headers)), judgeRead, unix.MSG_DONTWAIT, 0, 0)
		if errno != 0 {
			time.Sleep(judgeNap)
			continue
		}
		for i := range int(n) {
			j.hear(box, i)
		}
	}
}

// hear takes one packet.
func (j *judge) hear(box *mailbox, i int) {
	h := &box.headers[i]
	packet := box.data[i][:h.length]
	if len(packet) < 12 || packet[0]>>6 != 2 || packet[1] >= 192 && packet[1] <= 223 {
		return // RTCP
	}
	messages, err := unix.ParseSocketControlMessage(unsafe.Slice(h.header.Control, h.header.Controllen))
	if err != nil || len(messages) == 0 || len(messages[0].Data) < int(unsafe.Sizeof(unix.Timespec{})) {
		return
	}
	at := (*unix.Timespec)(unsafe.Pointer(&messages[0].Data[0])).Nano()
	if opened, shut := j.opened.Load(), j.shutAt.Load(); opened == 0 || at < opened || shut != 0 && at >= shut {
		return
	}
	key := streamKey{box.names[i].Port, binary.BigEndian.Uint32(packet[8:])}
	s := j.streams[key]
	if s == nil {
		s = &listened{}
		j.streams[key] = s
	}
	number := uint16(packet[2])<<8 | uint16(packet[3])
	if s.packets++; s.packets == 1 {
		s.first, s.last, s.number = at, at, number
		return
	}
	if step := number - s.number; step > 1 && step < 1<<15 {
		s.lost += uint32(step - 1)
	}
	off := (time.Duration(at-s.last) - spacing).Abs() / errorBin
	j.errors[min(int(off), errorBins-1)]++
	j.gaps++
	s.last, s.number = at, number
}

// open begins a window.
func (j *judge) open() { j.opened.Store(time.Now().UnixNano()) }

// shut ends the window and tells what was heard in it of so many streams; to be called once.
func (j *judge) shut(streams int) heard {
	shut := time.Now().UnixNano()
	j.shutAt.Store(shut)
	time.Sleep(5 * judgeNap) // for what waits in the socket
	j.close()
	h := heard{streams: uint64(len(j.streams))}
	for _, s := range j.streams {
		h.packets += uint64(s.packets)
		h.lost += uint64(s.lost)
		h.due += s.due(shut)
	}
	if missing := streams - len(j.streams); missing > 0 {
		h.due += uint64(missing) * uint64((shut-j.opened.Load())/int64(spacing))
	}
	h.p50, h.p90, h.p99 = j.quantile(0.5), j.quantile(0.9), j.quantile(0.99)
	var off uint64
	for _, n := range j.errors[5*time.Millisecond/errorBin:] {
		off += uint64(n)
	}
	h.over5 = float64(off) / float64(max(1, j.gaps))
	return h
}

// quantile returns the spacing error that a share of the gaps does not exceed.
func (j *judge) quantile(share float64) time.Duration {
	left := uint64(share * float64(j.gaps))
	for i, n := range j.errors {
		if uint64(n) > left {
			return time.Duration(i) * errorBin
		}
		left -= uint64(n)
	}
	return errorBins * errorBin
}
