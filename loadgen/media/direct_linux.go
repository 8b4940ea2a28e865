package media

import (
	"errors"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SocketsOfLeg is how many sockets a leg opens: for RTP one that hears everybody and one for the peer, one for RTCP.
const SocketsOfLeg = 3

// noSocket stands for the file of a socket that is not open.
const noSocket = ^uintptr(0)

// connect opens a second socket on the same port, connected to the peer. For it the kernel looks up the way to the
// peer once and not for each packet, a sixth of what a packet costs; and it leaves to the first socket whatever
// others send, which a connected socket alone would never hear of. Without one, for want of files say, the first
// socket does everything.
func (s *rawSocket) connect(to netip.AddrPort) {
	if s.fd == noSocket || s.direct != noSocket && to == s.to {
		return
	}
	s.aim(to)
	if s.length == 0 || s.direct == noSocket && !s.openDirect() {
		return
	}
	if s.associate() != 0 {
		_ = s.closeDirect()
	}
}

// associate makes the peer that of the direct socket.
func (s *rawSocket) associate() unix.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, s.direct, uintptr(unsafe.Pointer(&s.peer)), s.length)
	return errno
}

// openDirect binds the direct socket beside the first one. Both allow that only meanwhile: to everybody else the
// port is taken, as it was.
func (s *rawSocket) openDirect() bool {
	local, err := unix.Getsockname(int(s.fd))
	if err != nil {
		return false
	}
	fd, err := s.open()
	if err != nil {
		return false
	}
	err = errors.Join(share(int(s.fd), 1), share(fd, 1))
	if err == nil {
		err = unix.Bind(fd, local)
	}
	if errors.Join(err, share(int(s.fd), 0), share(fd, 0)) != nil {
		_ = unix.Close(fd)
		return false
	}
	s.direct = uintptr(fd)
	return true
}

// share says whether a socket shares its port with others that say so too.
func share(fd, whether int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, whether)
}

// sendDirect sends to the peer. An error that an ICMP message has left behind is that of an earlier packet: the
// first try takes it away, and with the second this packet goes out.
func (s *rawSocket) sendDirect(b []byte) unix.Errno {
	errno := sendTo(s.direct, b, nil, 0)
	if errno == 0 {
		return 0
	}
	s.noteRefusal(errno)
	return sendTo(s.direct, b, nil, 0)
}

// receiveDirect reads what the peer has sent; for its errors the same holds.
func (s *rawSocket) receiveDirect(most int) []datagram {
	batch, errno := s.receiveFrom(s.direct, most)
	if errno != 0 && errno != unix.EAGAIN {
		s.noteRefusal(errno)
		batch, _ = s.receiveFrom(s.direct, most)
	}
	return batch
}

// noteRefusal notes what an ICMP message has left behind.
func (s *rawSocket) noteRefusal(errno unix.Errno) {
	s.refused = s.refused || errno == unix.ECONNREFUSED
}

func (s *rawSocket) takeRefusal() (refused bool) {
	refused, s.refused = s.refused, false
	return refused
}

func (s *rawSocket) strays() []datagram {
	if s.direct == noSocket {
		return nil
	}
	batch, _ := s.receiveFrom(s.fd, receiveBatch)
	return batch
}

// closeDirect closes the direct socket, if there is one.
func (s *rawSocket) closeDirect() error {
	if s.direct == noSocket {
		return nil
	}
	fd := int(s.direct)
	s.direct = noSocket
	return os.NewSyscallError("close", unix.Close(fd))
}
