package cmd

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// mutePeer is a SIP phone that answers every call and never a BYE, so that whoever hangs up waits.
type mutePeer struct {
	conn         net.PacketConn
	answered     chan struct{} // a 200 to its INVITE came in
	acknowledged chan struct{} // an ACK came in
	hungUp       chan struct{} // a BYE came in
}

// startMutePeer starts a phone on a port of the system's choice. It ends with the test.
func startMutePeer(t *testing.T) *mutePeer {
	t.Helper()
	p := &mutePeer{
		conn: listenUDP(t), answered: make(chan struct{}, 1), acknowledged: make(chan struct{}, 1), hungUp: make(chan struct{}, 1),
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		p.listen()
	}()
	t.Cleanup(func() {
		_ = p.conn.Close()
		<-over
	})
	return p
}

// listenUDP opens a socket on loopback that is closed when the test ends.
func listenUDP(t *testing.T) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (p *mutePeer) listen() {
	buffer := make([]byte, 65536)
	for {
		n, from, err := p.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		switch message := string(buffer[:n]); {
		case strings.HasPrefix(message, "INVITE "):
			p.send(from, p.answer(message))
		case strings.HasPrefix(message, "SIP/2.0 200 "):
			p.send(from, p.acknowledge(message))
			note(p.answered)
		case strings.HasPrefix(message, "ACK "):
			note(p.acknowledged)
		case strings.HasPrefix(message, "BYE "):
			note(p.hungUp)
		}
	}
}

// note signals without waiting for anybody.
func note(signal chan<- struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

func (p *mutePeer) send(to net.Addr, message string) {
	_, _ = p.conn.WriteTo([]byte(message), to) // lost datagrams are sent again by SIP
}

// answer returns the 200 to an INVITE.
func (p *mutePeer) answer(invite string) string {
	return "SIP/2.0 200 OK\r\n" + header(invite, "Via") + header(invite, "From") +
		strings.TrimSuffix(header(invite, "To"), "\r\n") + ";tag=mute\r\n" + header(invite, "Call-ID") + header(invite, "CSeq") +
		fmt.Sprintf("Contact: <sip:mute@%s>\r\nContent-Length: 0\r\n\r\n", p.conn.LocalAddr())
}

// call sends an INVITE without a session description.
func (p *mutePeer) call(t *testing.T, target string) {
	t.Helper()
	to, err := net.ResolveUDPAddr("udp", target)
	if err != nil {
		t.Fatal(err)
	}
	here := p.conn.LocalAddr()
	p.send(to, fmt.Sprintf("INVITE sip:+15550100@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKmute\r\nMax-Forwards: 70\r\n"+
		"From: <sip:mute@%s>;tag=mute\r\nTo: <sip:+15550100@%s>\r\nCall-ID: mute\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:mute@%s>\r\nContent-Length: 0\r\n\r\n", target, here, here, target, here))
}

// acknowledge returns the ACK of a 200.
func (p *mutePeer) acknowledge(ok string) string {
	contact := strings.Trim(strings.TrimPrefix(header(ok, "Contact"), "Contact:"), " <>\r\n")
	return fmt.Sprintf("ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKmute-ack\r\nMax-Forwards: 70\r\n", contact, p.conn.LocalAddr()) +
		header(ok, "From") + header(ok, "To") + header(ok, "Call-ID") + "CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"
}

// header returns the first header line of that name.
func header(message, name string) string {
	for line := range strings.SplitAfterSeq(message, "\r\n") {
		if strings.HasPrefix(line, name+":") {
			return line
		}
	}
	return ""
}
