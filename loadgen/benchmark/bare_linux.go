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
// one socket for all and one sendmmsg a slot, nothing counted, nothing received, no statistics.
func sendBare(to string, streams int, length time.Duration) error {
	address, err := netip.ParseAddrPort(to)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b, err := newBare(address, streams)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	start := time.Now()
	for tick := 0; time.Duration(tick) < length/time.Millisecond; tick++ {
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
	fd      int
	packets [][172]byte
	vectors []unix.Iovec
	headers []unixMmsghdr
	peer    unix.RawSockaddrInet4
}

func newBare(to netip.AddrPort, streams int) (*bare, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	b := &bare{
		fd: fd, packets: make([][172]byte, streams),
		vectors: make([]unix.Iovec, streams), headers: make([]unixMmsghdr, streams),
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
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(b.fd), uintptr(unsafe.Pointer(&b.headers[first])), uintptr(end-first), 0, 0, 0)
		if errno != 0 {
			return os.NewSyscallError("sendmmsg", errno)
		}
		first += int(n)
	}
	return nil
}
