//go:build !portablesocket

package sip

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockaddr returns the address family of an address and the address as bind wants it.
func sockaddr(a netip.AddrPort) (int, unix.Sockaddr) {
	if a.Addr().Unmap().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().Unmap().As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

func addrPort(a unix.Sockaddr) netip.AddrPort {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

// putSockaddr writes an address as the kernel wants it into room for either family and returns its length.
func putSockaddr(room *unix.RawSockaddrInet6, a netip.AddrPort) uint32 {
	if a.Addr().Is4() {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(room))
		v4.Family = unix.AF_INET
		putPort(&v4.Port, a.Port())
		v4.Addr = a.Addr().As4()
		return unix.SizeofSockaddrInet4
	}
	room.Family = unix.AF_INET6
	putPort(&room.Port, a.Port())
	room.Addr = a.Addr().As16()
	return unix.SizeofSockaddrInet6
}

func fromSockaddr(room *unix.RawSockaddrInet6) netip.AddrPort {
	if room.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(room))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port(v4.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(room.Addr), port(room.Port))
}

// putPort writes a port. Ports are in network order in memory whatever the machine's own.
func putPort(field *uint16, port uint16) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(field))[:], port)
}

func port(field uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&field))[:])
}
