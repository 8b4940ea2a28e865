package sip

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// epoll is the poller of Linux.
type epoll struct {
	fd     int
	events [128]unix.EpollEvent
	slots  []*connection // by the number that their events carry
	free   []int32
	files  [2]unix.PollFd // wakeFD and fd, to wait for

	mu     sync.Mutex // guards wakeFD against a wake that comes after close
	wakeFD int
}

// fdPipe is a connected socket.
type fdPipe struct {
	epoll   *epoll
	fd      int
	slot    int32
	waiting bool // to be told when it can be written
}

func newPoller() (poller, error) {
	e := &epoll{fd: -1, wakeFD: -1}
	var err error
	if e.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if e.wakeFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		e.close()
		return nil, os.NewSyscallError("eventfd", err)
	}
	e.files = [2]unix.PollFd{{Fd: int32(e.wakeFD), Events: unix.POLLIN}, {Fd: int32(e.fd), Events: unix.POLLIN}}
	return e, nil
}

// adopt duplicates the socket and closes Go's own, so that Go's poller does not watch it any more.
func (e *epoll) adopt(c *connection, nc net.Conn) (pipe, error) {
	defer nc.Close()
	socket, ok := nc.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("%T is not a socket", nc)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, err
	}
	p := &fdPipe{epoll: e, fd: -1}
	var dupErr error
	err = raw.Control(func(fd uintptr) { p.fd, dupErr = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil || dupErr != nil {
		return nil, os.NewSyscallError("dup", cmp.Or(err, dupErr))
	}
	p.slot = e.take(c)
	if err := p.control(unix.EPOLL_CTL_ADD); err != nil {
		p.close()
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return p, nil
}

func (e *epoll) take(c *connection) int32 {
	if last := len(e.free) - 1; last >= 0 {
		slot := e.free[last]
		e.free, e.slots[slot] = e.free[:last], c
		return slot
	}
	e.slots = append(e.slots, c)
	return int32(len(e.slots) - 1)
}

func (p *fdPipe) control(operation int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: p.slot}
	if p.waiting {
		event.Events |= unix.EPOLLOUT
	}
	return unix.EpollCtl(p.epoll.fd, operation, p.fd, &event)
}

// poll asks the kernel once. No connection may be adopted from within f: the events at hand could be about
// the one that had its slot before.
func (e *epoll) poll(f func(c *connection, readable, writable bool)) {
	n, err := unix.EpollWait(e.fd, e.events[:], 0)
	if err != nil {
		return
	}
	for _, event := range e.events[:n] {
		if c := e.slots[event.Fd]; c != nil {
			f(c, event.Events&^unix.EPOLLOUT != 0, event.Events&unix.EPOLLOUT != 0)
		}
	}
}

func (p *fdPipe) read(b []byte) (int, error) {
	for {
		n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(p.fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch {
		case errno == 0 && n == 0:
			return 0, io.EOF
		case errno == 0:
			return int(n), nil
		case errno == unix.EAGAIN:
			return 0, errWouldBlock
		case errno != unix.EINTR:
			return 0, os.NewSyscallError("read", errno)
		}
	}
}

func (p *fdPipe) write(b []byte) (sent int, err error) {
	for sent < len(b) {
		rest := b[sent:]
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(p.fd), uintptr(unsafe.Pointer(&rest[0])), uintptr(len(rest)),
			unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		switch {
		case errno == 0:
			sent += int(n)
		case errno == unix.EAGAIN:
			p.watch(true)
			return sent, errWouldBlock
		case errno != unix.EINTR:
			return sent, os.NewSyscallError("write", errno)
		}
	}
	p.watch(false)
	return sent, nil
}

// watch tells the kernel whether to say when the socket can be written.
func (p *fdPipe) watch(waiting bool) {
	if p.waiting != waiting {
		p.waiting = waiting
		_ = p.control(unix.EPOLL_CTL_MOD)
	}
}

func (p *fdPipe) close() {
	if p.fd < 0 {
		return
	}
	_ = unix.Close(p.fd) // removes it from the set, too
	p.epoll.slots[p.slot] = nil
	p.epoll.free = append(p.epoll.free, p.slot)
	p.fd = -1
}

func (e *epoll) wait(d time.Duration) { e.sleep(d, e.files[:]) }

func (e *epoll) nap(d time.Duration) { e.sleep(d, e.files[:1]) }

// sleep waits for files, the first of which is wakeFD.
func (e *epoll) sleep(d time.Duration, files []unix.PollFd) {
	timeout := unix.NsecToTimespec(int64(max(d, 0)))
	if n, err := unix.Ppoll(files, &timeout, nil); n > 0 && err == nil && files[0].Revents != 0 {
		var counter [8]byte
		_, _ = unix.Read(e.wakeFD, counter[:])
	}
}

func (e *epoll) wake() {
	one := [8]byte{}
	binary.NativeEndian.PutUint64(one[:], 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wakeFD >= 0 {
		_, _ = unix.Write(e.wakeFD, one[:])
	}
}

func (e *epoll) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, fd := range []*int{&e.fd, &e.wakeFD} {
		if *fd >= 0 {
			_ = unix.Close(*fd)
			*fd = -1
		}
	}
}

// socketOptions returns what sets the options of a socket before it is bound: the code point of what it
// sends and, on one that is to be connected, a port that is taken only then, so that one port serves
// connections to many peers (ip(7), IP_BIND_ADDRESS_NO_PORT).
func socketOptions(cfg StreamConfig, listening bool) func(network, address string, raw syscall.RawConn) error {
	return func(network, _ string, raw syscall.RawConn) error {
		var err error
		controlErr := raw.Control(func(fd uintptr) {
			level, option := unix.IPPROTO_IP, unix.IP_TOS
			if network == "tcp6" {
				level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
			}
			err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), level, option, cfg.DSCP<<2))
			if !listening {
				_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // not on old kernels
			}
			if cfg.Buffer > 0 {
				_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, cfg.Buffer)
				_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF, cfg.Buffer)
			}
		})
		return cmp.Or(controlErr, err)
	}
}
