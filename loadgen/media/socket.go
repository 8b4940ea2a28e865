package media

import (
	"net/netip"
	"time"
)

// network opens the sockets of one engine. The engine calls it, and the sockets, from its own goroutine.
type network interface {
	// listen binds a socket to a local address and port.
	listen(local netip.AddrPort) (socket, error)
}

// socket is one bound UDP socket. No method waits.
type socket interface {
	// send hands one datagram to the kernel. An error means that it was not sent.
	send(b []byte, to netip.AddrPort) error

	// connect names the peer: to whom most datagrams will go and from whom most will come, which makes these cheaper.
	// What others send is left to strays from then on.
	connect(to netip.AddrPort)

	// sendPeer is send to the peer that was named last.
	sendPeer(b []byte) error

	// receive returns datagrams that wait, at most receiveBatch, none when none waits. They are valid
	// until the next receive or strays on any socket of the network.
	receive() []datagram

	// receiveOne is receive that does not look whether more than one waits, which costs a third of reading one.
	receiveOne() []datagram

	// strays returns, as receive does, datagrams that receive leaves out: those of others than the peer.
	strays() []datagram

	// takeRefusal reports whether since the last time ICMP has said that nobody listens at the peer's port, where the
	// system tells.
	takeRefusal() bool

	close() error
}

// datagram is one datagram as it was received.
type datagram struct {
	data    []byte
	from    netip.AddrPort
	stamp   time.Duration // kernel's receive time since the Unix epoch; 0: none was given
	dropped uint32        // datagrams this socket had dropped in all, 0 when none or not known
	cut     bool          // the datagram was larger than data
}

const (
	receiveBatch    = 16
	maxDatagramSize = 2048 // no codec's packet comes near it; longer ones count as malformed
)
