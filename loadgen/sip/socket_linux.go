//go:build !portablesocket

package sip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Socket is a UDP socket that sends and receives in batches. It belongs to one goroutine; only Wake may
// be called from another.
//
// Messages are built in the socket's own buffers (Buffer, then Queue) and leave at Flush or when a batch
// is full: one system call for up to Batch datagrams, and no allocation.
type Socket struct {
	fd         int
	local      netip.AddrPort
	start      time.Time
	stats      SocketStats
	in         inbox
	out        outbox
	failed     []Unreachable
	counted    bool // in openSockets
	processors int  // that Go runs on

	mu     sync.Mutex // guards wakeFD against a Wake that meets Close
	wakeFD int
}

// openSockets counts the UDP sockets of this process, each of which has an event loop.
var openSockets atomic.Int32

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

const controlSize = 128

// room is where a datagram is read or written. One is a little longer than a datagram: if they all began at the same
// place of a page, they would drive one another out of the processor's cache.
type room [MaxDatagram + 7*64]byte

type inbox struct {
	headers   [Batch]mmsghdr
	vectors   [Batch]unix.Iovec
	names     [Batch]unix.RawSockaddrInet6
	control   [Batch][controlSize]byte
	data      [Batch]room
	wallToRun time.Duration // what to add to a wall-clock instant to get run time
}

// Listen opens a socket. The error names the address.
func Listen(cfg SocketConfig) (*Socket, error) {
	s := &Socket{fd: -1, wakeFD: -1, start: cfg.Start, processors: runtime.GOMAXPROCS(0)}
	if err := s.open(cfg); err != nil {
		s.Close()
		return nil, fmt.Errorf("listen on udp %s: %w", cfg.Local, err)
	}
	for i := range Batch {
		s.in.vectors[i].Base = &s.in.data[i][0]
		s.in.vectors[i].SetLen(MaxDatagram)
		s.in.headers[i].header.Iov = &s.in.vectors[i]
		s.in.headers[i].header.SetIovlen(1)
		s.in.headers[i].header.Name = (*byte)(unsafe.Pointer(&s.in.names[i]))
		s.in.headers[i].header.Control = &s.in.control[i][0]
		s.out.vectors[i].Base = &s.out.data[i][0]
	}
	return s, nil
}

func (s *Socket) open(cfg SocketConfig) error {
	family, address := sockaddr(cfg.Local)
	var err error
	if s.fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		return os.NewSyscallError("socket", err)
	}
	if s.wakeFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	if err := s.setOptions(cfg, family); err != nil {
		return err
	}
	if err := unix.Bind(s.fd, address); err != nil {
		return os.NewSyscallError("bind", err)
	}
	bound, err := unix.Getsockname(s.fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	s.local = addrPort(bound)
	s.counted = true
	openSockets.Add(1)
	return nil
}

func (s *Socket) setOptions(cfg SocketConfig, family int) error {
	size := cfg.Buffer
	if size == 0 {
		size = DefaultSocketBuffer
	}
	set := func(level, option, value int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(s.fd, level, option, value))
	}
	level, tos, recverr := unix.IPPROTO_IP, unix.IP_TOS, unix.IP_RECVERR
	if family == unix.AF_INET6 {
		level, tos, recverr = unix.IPPROTO_IPV6, unix.IPV6_TCLASS, unix.IPV6_RECVERR
	}
	// Whoever may administer the network is not held to net.core.rmem_max and wmem_max (socket(7)).
	setBuffer := func(forced, option int) error {
		if set(unix.SOL_SOCKET, forced, size) == nil {
			return nil
		}
		return set(unix.SOL_SOCKET, option, size)
	}
	err := errors.Join(
		setBuffer(unix.SO_RCVBUFFORCE, unix.SO_RCVBUF), setBuffer(unix.SO_SNDBUFFORCE, unix.SO_SNDBUF),
		set(unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1), set(unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1),
		set(level, recverr, 1), set(level, tos, cfg.DSCP<<2))
	// The kernel doubles what it grants, for its own bookkeeping (socket(7)).
	granted := func(option int) int {
		value, _ := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, option)
		return value / 2
	}
	s.stats = SocketStats{DropsKnown: true, ReceiveBuffer: granted(unix.SO_RCVBUF), SendBuffer: granted(unix.SO_SNDBUF)}
	return err
}

// Local returns the address that the socket is bound to.
func (s *Socket) Local() netip.AddrPort { return s.local }

// Stats returns the counters so far.
func (s *Socket) Stats() SocketStats { return s.stats }

// CountDrops asks the kernel how many datagrams overran the receive buffer. Without it, those that no later
// datagram told of are missing from Stats.
func (s *Socket) CountDrops() {
	var info [unix.SK_MEMINFO_DROPS + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno == 0 && uintptr(size) == unsafe.Sizeof(info) { // Linux 4.12
		s.stats.Drops = max(s.stats.Drops, uint64(info[unix.SK_MEMINFO_DROPS]))
	}
}

// Buffer returns the empty buffer of the next datagram. What is appended to it must be handed to Queue
// before Buffer is called again, and must not exceed its capacity.
func (s *Socket) Buffer() []byte { return s.out.data[s.out.queued][:0:MaxDatagram] }

// Queue sends b, which came from Buffer or is copied, to an address: at once when the batch is full,
// otherwise at the next Flush. Datagrams of one flow leave in the order in which they were queued; one of
// another flow may overtake them.
func (s *Socket) Queue(b []byte, to netip.AddrPort, flow uint32) {
	i := s.out.queued
	if len(b) > MaxDatagram {
		s.stats.SendErrors++
		return
	}
	if len(b) > 0 && &b[0] != &s.out.data[i][0] {
		copy(s.out.data[i][:], b)
	}
	if s.out.add(len(b), to, flow); s.out.queued == Batch {
		s.Flush()
	}
}

// Flush sends what is queued. What the kernel refuses is counted and skipped; a refusal that belongs to an
// earlier datagram (ICMP) is noted and the datagrams sent again.
func (s *Socket) Flush() {
	s.out.seal()
	retried := false
	for first := 0; first < s.out.numGroups; {
		n, errno := s.send(&s.out.headers[first], s.out.numGroups-first)
		switch {
		case errno == 0:
			for range n {
				s.stats.Sent += uint64(s.out.groups[first].count)
				first++
			}
			retried = false
		case errno == unix.EINTR:
		case !retried && s.noteErrors():
			retried = true
		default:
			s.refused(first, errno)
			first++
			retried = false
		}
	}
	s.out.reset()
}

// send hands messages to the kernel and returns how many it took.
func (s *Socket) send(first *mmsghdr, count int) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(first)), uintptr(count), unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

// refused deals with a group that the kernel did not take: where it cannot cut a group into datagrams, each
// is sent by itself, now and from now on.
func (s *Socket) refused(g int, cause unix.Errno) {
	o := &s.out
	if o.groups[g].count == 1 {
		s.failed = append(s.failed, Unreachable{Address: o.groups[g].to, Cause: cause})
		s.stats.SendErrors++
		return
	}
	o.whole = o.whole || cause == unix.EINVAL || cause == unix.EOPNOTSUPP || cause == unix.EIO || cause == unix.EMSGSIZE
	single := o.headers[g]
	single.header.Control = nil
	single.header.SetControllen(0)
	single.header.SetIovlen(1)
	members := unsafe.Slice(single.header.Iov, o.groups[g].count)
	for i := range members {
		single.header.Iov = &members[i]
		if _, errno := s.send(&single, 1); errno != 0 {
			s.failed = append(s.failed, Unreachable{Address: o.groups[g].to, Cause: errno})
			s.stats.SendErrors++
			continue
		}
		s.stats.Sent++
	}
}

// Read receives up to Batch datagrams without waiting and returns how many; 0 when none is there.
func (s *Socket) Read() int {
	for i := range Batch {
		s.in.headers[i].header.Namelen = unix.SizeofSockaddrInet6
		s.in.headers[i].header.SetControllen(controlSize)
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd),
		uintptr(unsafe.Pointer(&s.in.headers[0])), Batch, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		if errno != unix.EAGAIN && errno != unix.EINTR {
			s.noteErrors()
		}
		return 0
	}
	now := time.Now()
	s.in.wallToRun = now.Sub(s.start) - time.Duration(now.UnixNano())
	s.stats.Received += uint64(n)
	return int(n)
}

// Datagram returns datagram i of the last Read.
func (s *Socket) Datagram(i int) Datagram {
	h := &s.in.headers[i]
	return Datagram{
		Data:      s.in.data[i][:h.length],
		From:      fromSockaddr(&s.in.names[i]),
		At:        s.readControl(s.in.control[i][:h.header.Controllen]),
		Truncated: h.header.Flags&unix.MSG_TRUNC != 0,
	}
}

// readControl reads the kernel's receive timestamp and its count of overruns, and returns the instant on
// the run clock. The wall clock may step; the offset is taken anew at each Read, microseconds later.
func (s *Socket) readControl(b []byte) time.Duration {
	at := time.Duration(-1)
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		if h.Len < unix.SizeofCmsghdr || uint64(h.Len) > uint64(len(b)) {
			break
		}
		data := b[unix.CmsgLen(0):h.Len]
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
			ts := (*unix.Timespec)(unsafe.Pointer(&data[0]))
			at = time.Duration(ts.Nano()) + s.in.wallToRun
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
			s.stats.Drops = uint64(binary.NativeEndian.Uint32(data))
		}
		b = b[min(len(b), unix.CmsgSpace(int(h.Len)-unix.CmsgLen(0))):]
	}
	if at < 0 {
		return time.Since(s.start)
	}
	return at
}

// Wait returns when a datagram can be read, Wake was called, or d is over.
func (s *Socket) Wait(d time.Duration) {
	timeout := unix.NsecToTimespec(int64(max(d, 0)))
	fds := [2]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}, {Fd: int32(s.wakeFD), Events: unix.POLLIN}}
	if s.poll(fds[:], &timeout, d <= shortWait) != nil {
		return
	}
	if fds[1].Revents != 0 {
		s.takeWake()
	}
	if fds[0].Revents&unix.POLLERR != 0 {
		s.noteErrors()
	}
}

// shortWait is the longest wait that Go's scheduler need not know of: the time from one group of RTP packets
// to the next.
const shortWait = 5 * time.Millisecond

// poll waits for files. It is the place of short waits: as long as a processor is left for others, Go's
// scheduler is not told that the thread sleeps, because handing its processor over and back a thousand times
// a second costs a tenth of a busy call, and half of what a thousand RTP streams cost. Where there are as
// many event loops as processors, one that never lets go would keep another waiting until it is preempted,
// which is 10 ms later.
func (s *Socket) poll(fds []unix.PollFd, timeout *unix.Timespec, short bool) error {
	if !short || !mayKeepProcessor(int(openSockets.Load()), s.processors) {
		_, err := unix.Ppoll(fds, timeout, nil)
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)),
		uintptr(unsafe.Pointer(timeout)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// Nap returns when d is over or Wake was called, whatever comes in meanwhile. It is for times of about a
// millisecond.
func (s *Socket) Nap(d time.Duration) {
	timeout := unix.NsecToTimespec(int64(max(d, 0)))
	fds := [1]unix.PollFd{{Fd: int32(s.wakeFD), Events: unix.POLLIN}}
	_ = s.poll(fds[:], &timeout, true) // an interrupted nap is a short one
	if fds[0].Revents != 0 {
		s.takeWake()
	}
}

// takeWake takes note of a Wake, so that it ends one sleep and not all to come.
func (s *Socket) takeWake() {
	var counter [8]byte
	_, _ = unix.Read(s.wakeFD, counter[:])
}

// mayKeepProcessor tells whether event loops may sleep on their processors.
func mayKeepProcessor(loops, processors int) bool { return loops < processors || loops == 1 }

// Wake makes the Wait or Nap in another goroutine return, or the next one if there is none. After Close it
// does nothing.
func (s *Socket) Wake() {
	one := [8]byte{}
	binary.NativeEndian.PutUint64(one[:], 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wakeFD >= 0 {
		_, _ = unix.Write(s.wakeFD, one[:])
	}
}

// TakeUnreachable returns the destinations reported as unreachable since the last call.
func (s *Socket) TakeUnreachable() []Unreachable {
	failed := s.failed
	s.failed = nil
	return failed
}

// noteErrors reads the socket's error queue, where ICMP messages end up with the address they are about
// (ip(7), IP_RECVERR). It tells whether there were any.
func (s *Socket) noteErrors() bool {
	var data, control [512]byte
	found := false
	for {
		_, controlLen, _, to, err := unix.Recvmsg(s.fd, data[:], control[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			return found
		}
		found = true
		s.failed = append(s.failed, Unreachable{Address: addrPort(to), Cause: extendedError(control[:controlLen])})
	}
}

// extendedError returns the error number of a struct sock_extended_err in control data.
func extendedError(control []byte) error {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return err
	}
	for _, m := range messages {
		isError := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR ||
			m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if isError && len(m.Data) >= 4 {
			return unix.Errno(binary.NativeEndian.Uint32(m.Data))
		}
	}
	return unix.EHOSTUNREACH
}

// Close closes the socket. Closing twice is harmless. It waits for a Wake under way: the number of a closed
// descriptor soon is another file's.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counted {
		s.counted = false
		openSockets.Add(-1)
	}
	var err error
	for _, fd := range []*int{&s.fd, &s.wakeFD} {
		if *fd >= 0 {
			err = errors.Join(err, unix.Close(*fd))
			*fd = -1
		}
	}
	return err
}
