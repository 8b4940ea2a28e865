package sip

import (
	"errors"
	"net/netip"
	"syscall"
	"time"
)

// Batch is the number of datagrams that one system call moves at most.
const Batch = 64

// MaxDatagram is the longest datagram that is sent or read, in octets. A longer one that comes in is
// marked Truncated.
const MaxDatagram = 8192

// DefaultSocketBuffer is asked for in each direction, in octets. The kernel's own default of about
// 200 KiB overflows at some 4,000 calls a second and looks like a target that loses messages.
const DefaultSocketBuffer = 4 << 20

// SocketConfig says where and how a Socket is opened.
type SocketConfig struct {
	Local  netip.AddrPort // port 0 lets the system choose
	Buffer int            // receive and send buffer in octets; 0 asks for DefaultSocketBuffer
	DSCP   int            // differentiated services code point of what is sent, 0 to 63
	Start  time.Time      // origin of the run clock; receive instants count from it
}

// Datagram is one message as it came in. Data is valid until the next Read of its socket.
type Datagram struct {
	Data      []byte
	From      netip.AddrPort
	At        time.Duration // arrival at this host, by the kernel's clock where it tells, on the run clock
	Truncated bool
	Line      uint8 // which of several sockets it came in on, from 0
}

// SocketStats counts what a socket did and what it lost.
type SocketStats struct {
	Sent, Received uint64
	SendErrors     uint64 // datagrams that the kernel refused
	Drops          uint64 // datagrams that overran the receive buffer: all of them where DropsKnown, else those seen
	DropsKnown     bool
	ReceiveBuffer  int // octets granted
	SendBuffer     int
}

// Unreachable is a destination that the network reported as not to be reached.
type Unreachable struct {
	Address netip.AddrPort
	Cause   error
	Line    uint8 // which of several sockets it was to be reached from, from 0
}

// Own tells whether the cause lies with this host and says nothing of the destination: no memory, no room in
// a buffer, no port or file left, a rule of its own firewall, an address of a family that the socket does not
// speak.
func (u Unreachable) Own() bool {
	for _, own := range []syscall.Errno{syscall.EAGAIN, syscall.ENOBUFS, syscall.ENOMEM, syscall.EPERM, syscall.EAFNOSUPPORT, syscall.EINVAL,
		syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(u.Cause, own) {
			return true
		}
	}
	return false
}
