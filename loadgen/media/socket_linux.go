package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is the network of Linux: raw non-blocking sockets that share one set of buffers for receiving.
//
// Its system calls are raw: they never block, last about as long as the scheduler would take to notice
// them, and so skip the hand-over of the processor that Go prepares for calls that might.
type kernel struct {
	dscp    int
	stamped bool // ask for kernel receive times

	headers   [receiveBatch]unix.Mmsghdr
	vectors   [receiveBatch]unix.Iovec
	names     [receiveBatch]unix.RawSockaddrInet6 // also large enough for IPv4
	controls  [receiveBatch][controlWords]uint64
	buffers   [receiveBatch][maxDatagramSize]byte
	datagrams [receiveBatch]datagram
}

// controlWords is the room for a timestamp and a drop counter, aligned as the kernel wants it.
const controlWords = 8

func newNetwork(dscp int, stamped bool) network {
	k := &kernel{dscp: dscp, stamped: stamped}
	for i := range k.headers {
		h := &k.headers[i].Hdr
		k.vectors[i].Base = &k.buffers[i][0]
		k.vectors[i].SetLen(maxDatagramSize)
		h.Iov = &k.vectors[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&k.names[i]))
		h.Control = (*byte)(unsafe.Pointer(&k.controls[i]))
		k.rearm(i)
	}
	return k
}

// rearm restores the lengths of a header that the kernel overwrote.
func (k *kernel) rearm(i int) {
	h := &k.headers[i].Hdr
	h.Namelen = unix.SizeofSockaddrInet6
	h.SetControllen(controlWords * 8)
}

// rawSocket is one socket of Linux, and a second one on the same port once it is told its peer.
type rawSocket struct {
	direct uintptr // connected to the peer; noSocket: there is none
	length uintptr // of peer in use; 0: to is of the other family
	kernel *kernel
	fd     uintptr

	six     bool
	refused bool // ICMP has said that nobody listens at the peer's port
	peer    unix.RawSockaddrInet6
	to      netip.AddrPort // what peer was made from
}

func (k *kernel) listen(local netip.AddrPort) (socket, error) {
	bind := unix.Sockaddr(&unix.SockaddrInet4{Port: int(local.Port()), Addr: four(local.Addr())})
	if local.Addr().Is6() {
		zone, err := zoneOf(local.Addr())
		if err != nil {
			return nil, err
		}
		bind = &unix.SockaddrInet6{Port: int(local.Port()), Addr: local.Addr().As16(), ZoneId: zone}
	}
	s := &rawSocket{direct: noSocket, kernel: k, six: local.Addr().Is6()}
	fd, err := s.open()
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, bind); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	s.fd = uintptr(fd)
	return s, nil
}

// open returns a socket that is not bound yet.
func (s *rawSocket) open() (fd int, err error) {
	family := unix.AF_INET
	if s.six {
		family = unix.AF_INET6
	}
	fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_UDP)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	if err := s.configure(fd); err != nil {
		unix.Close(fd)
		return 0, err
	}
	return fd, nil
}

// configure marks the packets and asks for receive times and drop counts.
func (s *rawSocket) configure(fd int) error {
	level, mark := unix.IPPROTO_IP, unix.IP_TOS
	if s.six {
		level, mark = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	options := []struct {
		name                 string
		level, option, value int
		wanted               bool
	}{
		{"IPV6_V6ONLY", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1, s.six},
		{"DSCP", level, mark, s.kernel.dscp << 2, s.kernel.dscp > 0}, // RFC 2474: the upper six bits
		{"SO_TIMESTAMPNS", unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1, s.kernel.stamped},
		{"SO_RXQ_OVFL", unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1, true},
	}
	for _, o := range options {
		if !o.wanted {
			continue
		}
		if err := unix.SetsockoptInt(fd, o.level, o.option, o.value); err != nil {
			return fmt.Errorf("setsockopt %s: %w", o.name, err)
		}
	}
	return nil
}

func (s *rawSocket) send(b []byte, to netip.AddrPort) error {
	switch {
	case to == s.to:
	case s.direct != noSocket:
		s.connect(to)
	default:
		s.aim(to)
	}
	return s.sendPeer(b)
}

func (s *rawSocket) sendPeer(b []byte) error {
	errno := unix.EAFNOSUPPORT
	switch {
	case s.length == 0:
	case s.direct != noSocket:
		errno = s.sendDirect(b)
	default:
		errno = sendTo(s.fd, b, &s.peer, s.length)
	}
	if errno != 0 {
		return errno
	}
	return nil
}

// sendTo is sendto(2), without waiting.
func sendTo(fd uintptr, b []byte, to *unix.RawSockaddrInet6, length uintptr) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(to)), length)
	return errno
}

// aim writes the address of the peer as the kernel reads it.
func (s *rawSocket) aim(to netip.AddrPort) {
	s.to, s.length = to, 0
	a := to.Addr().Unmap()
	switch {
	case a.Is4() && !s.six:
		p := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.peer))
		p.Family, p.Port, p.Addr, s.length = unix.AF_INET, swap(to.Port()), a.As4(), unix.SizeofSockaddrInet4
	case a.Is6() && s.six:
		zone, err := zoneOf(a)
		if err != nil {
			return
		}
		s.peer = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: swap(to.Port()), Addr: a.As16(), Scope_id: zone}
		s.length = unix.SizeofSockaddrInet6
	}
}

func (s *rawSocket) receive() []datagram { return s.receiveUpTo(receiveBatch) }

func (s *rawSocket) receiveOne() []datagram { return s.receiveUpTo(1) }

// receiveUpTo reads so many datagrams at most.
func (s *rawSocket) receiveUpTo(most int) []datagram {
	if s.direct != noSocket {
		return s.receiveDirect(most)
	}
	batch, _ := s.receiveFrom(s.fd, most) // EAGAIN; an unconnected socket has no errors of its own to report
	return batch
}

// receiveFrom is recvmmsg(2), without waiting.
func (s *rawSocket) receiveFrom(fd uintptr, most int) ([]datagram, unix.Errno) {
	k := s.kernel
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd,
		uintptr(unsafe.Pointer(&k.headers)), uintptr(most), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	for i := range k.datagrams[:n] {
		k.read(i, s.six)
		k.rearm(i)
	}
	return k.datagrams[:n], 0
}

// read turns what the kernel wrote into a datagram.
func (k *kernel) read(i int, six bool) {
	m, d := &k.headers[i], &k.datagrams[i]
	d.data = k.buffers[i][:m.Len]
	d.cut = m.Hdr.Flags&unix.MSG_TRUNC != 0
	d.stamp, d.dropped = 0, 0
	if six {
		d.from = netip.AddrPortFrom(netip.AddrFrom16(k.names[i].Addr), swap(k.names[i].Port))
	} else {
		p := (*unix.RawSockaddrInet4)(unsafe.Pointer(&k.names[i]))
		d.from = netip.AddrPortFrom(netip.AddrFrom4(p.Addr), swap(p.Port))
	}
	control := unsafe.Slice(m.Hdr.Control, m.Hdr.Controllen)
	for len(control) >= unix.SizeofCmsghdr {
		h, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			return
		}
		d.note(h, data)
		control = rest
	}
}

// note takes one control message.
func (d *datagram) note(h unix.Cmsghdr, data []byte) {
	if h.Level != unix.SOL_SOCKET {
		return
	}
	switch {
	case h.Type == unix.SO_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
		d.stamp = time.Duration((*unix.Timespec)(unsafe.Pointer(&data[0])).Nano())
	case h.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
		d.dropped = *(*uint32)(unsafe.Pointer(&data[0]))
	}
}

func (s *rawSocket) close() error {
	fd := int(s.fd)
	s.fd = noSocket // the number may soon be somebody else's file
	return errors.Join(os.NewSyscallError("close", unix.Close(fd)), s.closeDirect())
}

func four(a netip.Addr) (b [4]byte) {
	if a.Is4() {
		b = a.As4()
	}
	return b
}

// zoneOf returns the number of the interface that a link-local address names, 0 when it names none.
func zoneOf(a netip.Addr) (uint32, error) {
	if a.Zone() == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(a.Zone(), 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(a.Zone())
	if err != nil {
		return 0, fmt.Errorf("zone of %s: %w", a, err)
	}
	return uint32(i.Index), nil
}

// swap converts a port between the machine's order and the network's, as it lies in memory.
func swap(port uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&port))
	return uint16(b[0])<<8 | uint16(b[1])
}
