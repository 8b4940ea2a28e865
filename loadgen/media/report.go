package media

import (
	"encoding/binary"
	"time"
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
	compound := l.appendDescription(l.appendStatement(l.engine.buffer[:0], at))
	compound = l.appendExtended(compound, at)
	if last {
		compound = endControl(beginControl(compound, goodbye, 1, l.sender.ssrc), len(compound))
	}
	if !l.sendControl(compound, at) {
		l.stats.SendErrors++
		return
	}
	c.sent++
}

// sendControl sends a compound, from the RTP port when the two share one.
func (l *Leg) sendControl(plain []byte, at time.Duration) bool {
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

// appendStatement writes a sender report of a leg that sends, else a receiver report (section 6.4).
func (l *Leg) appendStatement(dst []byte, at time.Duration) []byte {
	begin, blocks := len(dst), 0
	if l.receiver.heard {
		blocks = 1
	}
	if l.control.speaks(l.sender.packets) {
		dst = beginControl(dst, senderReport, blocks, l.sender.ssrc)
		dst = binary.BigEndian.AppendUint64(dst, ntpTime(l.engine.clock.wall(at)))
		dst = binary.BigEndian.AppendUint32(dst, l.sender.timestamp+uint32(units(at-l.due, l.sender.clock))) // the same instant on the media clock
		dst = binary.BigEndian.AppendUint32(dst, l.sender.packets)
		dst = binary.BigEndian.AppendUint32(dst, l.sender.octets)
	} else {
		dst = beginControl(dst, receiverReport, blocks, l.sender.ssrc)
	}
	if l.receiver.heard {
		block := l.control.block(&l.receiver.source, at)
		dst = block.append(dst)
	}
	return endControl(dst, begin)
}

// appendDescription writes the CNAME, the one item of a source description, and the zero that ends it (section 6.5).
func (l *Leg) appendDescription(dst []byte) []byte {
	const canonicalName = 1
	begin := len(dst)
	dst = append(beginControl(dst, sourceDescription, 1, l.sender.ssrc), canonicalName, byte(len(l.engine.cname)))
	dst = append(append(dst, l.engine.cname...), 0)
	for (len(dst)-begin)%4 != 0 {
		dst = append(dst, 0)
	}
	return endControl(dst, begin)
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
	if !wholeCompound(b) {
		l.stats.Malformed++
		return
	}
	l.control.hear(b, arrival, ntpTime(l.engine.clock.wall(arrival)), l.sender.ssrc)
}
