package media

import (
	"net/netip"
	"time"
)

// Tap looks at the datagrams of one leg, decrypted where they could be: also what is foreign or no RTP. It is called
// from the engine's goroutine, must not block and must not keep b.
type Tap interface {
	// Packet takes a datagram at a run time: of the RTCP port if control, sent by the leg or received.
	Packet(at time.Duration, control, sent bool, from, to netip.AddrPort, b []byte)
}

// Tap shows the datagrams of the leg to t from now on, until Stop.
func (l *Leg) Tap(t Tap) { l.tap = t }

// show shows a datagram that was received.
func (l *Leg) show(d *datagram, arrival time.Duration, control bool) {
	l.tap.Packet(arrival, control, false, d.from, l.local(control && !l.stream.Mux), d.data)
}

// local returns the leg's own address, of RTP or of RTCP.
func (l *Leg) local(control bool) netip.AddrPort {
	port := l.port
	if control {
		port++
	}
	return netip.AddrPortFrom(l.engine.local, port)
}
