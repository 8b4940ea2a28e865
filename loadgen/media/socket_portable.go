package media

import (
	"net"
	"net/netip"
	"time"
)

// portable is the network of systems without raw sockets of our own: the sockets of package net. It
// carries a few dozen streams, not thousands: reading has to wait a moment to learn that nothing is
// there, arrival times are those of reading, packets are not marked and drops are not counted.
type portable struct {
	buffers   [receiveBatch][maxDatagramSize + 1]byte // the octet more tells a datagram that was cut
	datagrams [receiveBatch]datagram
}

// glance is how long a read waits: package net reads nothing once its deadline has passed.
const glance = 50 * time.Microsecond

type netSocket struct {
	conn    *net.UDPConn
	network *portable
	peer    netip.AddrPort
}

func (p *portable) listen(local netip.AddrPort) (socket, error) {
	protocol := "udp4"
	if local.Addr().Is6() {
		protocol = "udp6"
	}
	conn, err := net.ListenUDP(protocol, net.UDPAddrFromAddrPort(local))
	if err != nil {
		return nil, err
	}
	return &netSocket{conn: conn, network: p}, nil
}

func (s *netSocket) send(b []byte, to netip.AddrPort) error {
	_, err := s.conn.WriteToUDPAddrPort(b, to)
	return err
}

// connect does no more than to note the peer: receive returns whatever comes.
func (s *netSocket) connect(to netip.AddrPort) { s.peer = to }

func (s *netSocket) sendPeer(b []byte) error { return s.send(b, s.peer) }

func (s *netSocket) strays() []datagram { return nil }

// takeRefusal knows of none: what is not connected hears nothing of ICMP.
func (s *netSocket) takeRefusal() bool { return false }

func (s *netSocket) receive() []datagram { return s.receiveUpTo(receiveBatch) }

func (s *netSocket) receiveOne() []datagram { return s.receiveUpTo(1) }

// receiveUpTo reads so many datagrams at most.
func (s *netSocket) receiveUpTo(most int) []datagram {
	p := s.network
	if err := s.conn.SetReadDeadline(time.Now().Add(glance)); err != nil {
		return nil
	}
	for n := range most {
		size, from, err := s.conn.ReadFromUDPAddrPort(p.buffers[n][:])
		if err != nil {
			return p.datagrams[:n]
		}
		from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
		data := p.buffers[n][:min(size, maxDatagramSize)]
		p.datagrams[n] = datagram{data: data, from: from, cut: size > maxDatagramSize}
	}
	return p.datagrams[:most]
}

func (s *netSocket) close() error {
	return s.conn.Close()
}
