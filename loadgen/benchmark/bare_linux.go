package main

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bareSlots is the number of slots that a packet time is cut into: of a millisecond, as the pacer of sipplan.
const bareSlots = 20

// sendBare is the least that can be done: streams of packets of 172 octets on the same schedule as sipplan's,
// nothing counted, nothing received, no statistics; one socket for all and one sendmmsg a slot, or one of each for
// each stream.
func sendBare(o options) error {
	address, err := netip.ParseAddrPort(o.bare)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b, err := newBare(address, o.media[0], o.each)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	start := time.Now()
	for tick := 0; time.Duration(tick) < o.length/time.Millisecond; tick++ {
		if wait := time.Duration(tick)*time.Millisecond - time.Since(start); wait > 0 {
			t := unix.NsecToTimespec(int64(wait))
			_ = unix.Nanosleep(&t, nil)
		}
		if err := b.slot(tick % bareSlots); err != nil {
			return err
		}
	}
	return nil
}

// bare is the packets of all streams, ready to be sent.
type bare struct {
	sockets []int // one, or one for each stream
	packets [][172]byte
	vectors []unix.Iovec
	headers []unixMmsghdr
	peer    unix.RawSockaddrInet4
}

func newBare(to netip.AddrPort, streams int, each bool) (*bare, error) {
	b := &bare{
		sockets: make([]int, 1), packets: make([][172]byte, streams),
		vectors: make([]unix.Iovec, streams), headers: make([]unixMmsghdr, streams),
	}
	if each {
		b.sockets = make([]int, streams)
	}
	for i := range b.sockets {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, os.NewSyscallError("socket", err)
		}
		b.sockets[i] = fd
	}
	port := to.Port()
	b.peer = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: port<<8 | port>>8, Addr: to.Addr().As4()}
	for i := range b.packets {
		p := &b.packets[i]
		p[0], p[10], p[11] = 0x80, byte(i>>8), byte(i)
		b.vectors[i].Base = &p[0]
		b.vectors[i].SetLen(len(p))
		h := &b.headers[i].header
		h.Iov, h.Name, h.Namelen = &b.vectors[i], (*byte)(unsafe.Pointer(&b.peer)), unix.SizeofSockaddrInet4
		h.SetIovlen(1)
	}
	return b, nil
}

// slot sends a packet of every stream of the slot: the streams of a slot lie together.
func (b *bare) slot(slot int) error {
	first, end := slot*len(b.packets)/bareSlots, (slot+1)*len(b.packets)/bareSlots
	for i := range b.packets[first:end] {
		p := &b.packets[first+i]
		number := uint16(p[2])<<8 | uint16(p[3]) + 1
		p[2], p[3] = byte(number>>8), byte(number)
	}
	for first < end {
		fd, last := b.sockets[first%len(b.sockets)], end
		if len(b.sockets) > 1 {
			last = first + 1
		}
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.headers[first])), uintptr(last-first), 0, 0, 0)
		if errno != 0 {
			return os.NewSyscallError("sendmmsg", errno)
		}
		first += int(n)
	}
	return nil
}
