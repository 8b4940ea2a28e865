package media

import (
	"time"

	"github.com/pion/rtcp"
)

// report sends an RTCP compound and schedules the next one: a sender or receiver report, the CNAME,
// which every compound has to carry, and at the end goodbye (RFC 3550 section 6.1), unless the leg has
// never said anything (section 6.3.7).
func (l *Leg) report(at time.Duration, last bool) {
	c := &l.control
	c.nextReport = at + spread(reportInterval, l.engine.random)
	if !sendable(l.remoteRTCP) || last && l.sender.packets == 0 && c.sent == 0 {
		return
	}
	packets := []rtcp.Packet{l.statement(at), rtcp.NewCNAMESourceDescription(l.sender.ssrc, l.engine.cname)}
	if x := l.extended(at); x != nil {
		packets = append(packets, x)
	}
	if last {
		packets = append(packets, &rtcp.Goodbye{Sources: []uint32{l.sender.ssrc}})
	}
	if !l.sendControl(packets, at) {
		l.stats.SendErrors++
		return
	}
	c.sent++
}

// sendControl sends a compound, from the RTP port when the two share one.
func (l *Leg) sendControl(packets []rtcp.Packet, at time.Duration) bool {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		return false
	}
	if l.tap != nil {
		l.tap.Packet(at, true, true, l.local(!l.stream.Mux), l.remoteRTCP, plain)
	}
	b, ok := l.shield.seal(l.engine.sealed[:0], plain, &l.engine.header, true)
	from := l.rtcp
	if l.stream.Mux {
		from = l.rtp
	}
	return ok && from.send(b, l.remoteRTCP) == nil
}

// statement returns a sender report from a leg that sends, else a receiver report (section 6.4).
func (l *Leg) statement(at time.Duration) rtcp.Packet {
	var blocks []rtcp.ReceptionReport
	if l.receiver.heard {
		blocks = []rtcp.ReceptionReport{l.control.block(&l.receiver.source, at)}
	}
	if !l.control.speaks(l.sender.packets) {
		return &rtcp.ReceiverReport{SSRC: l.sender.ssrc, Reports: blocks}
	}
	return &rtcp.SenderReport{
		SSRC:        l.sender.ssrc,
		NTPTime:     ntpTime(l.engine.clock.wall(at)),
		RTPTime:     l.sender.timestamp + uint32(units(at-l.due, l.sender.clock)), // the same instant on the media clock
		PacketCount: l.sender.packets,
		OctetCount:  l.sender.octets,
		Reports:     blocks,
	}
}

// readControl takes what waits in the RTCP socket, and what strangers have sent to the RTP port. It may have
// waited for a second; arrival times are the kernel's, so that no round trip is the longer for it.
func (l *Leg) readControl(at time.Duration) {
	l.control.nextRead = at + controlRead
	if l.readStrays(at) {
		l.control.nextRead = at + strayRead
	}
	for range readBatches {
		batch := l.rtcp.receive()
		for i := range batch {
			l.takeControl(&batch[i], at)
		}
		if len(batch) < receiveBatch {
			return
		}
	}
}

// takeControl judges one RTCP datagram.
func (l *Leg) takeControl(d *datagram, at time.Duration) {
	arrival := l.engine.clock.arrival(d.stamp, at)
	switch {
	case d.from != l.reporter:
		l.stats.Foreign++
	case d.cut:
		l.stats.Malformed++
	case l.unseal(d, true):
		l.hearControl(d.data, arrival)
	}
	if l.tap != nil {
		l.show(d, arrival, true)
	}
}

// hearControl reads a compound of the far end.
func (l *Leg) hearControl(b []byte, arrival time.Duration) {
	packets, ok := parseCompound(b)
	if !ok {
		l.stats.Malformed++
		return
	}
	l.control.hear(packets, arrival, ntpTime(l.engine.clock.wall(arrival)), l.sender.ssrc)
}
