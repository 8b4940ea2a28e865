package media

import (
	"time"

	"github.com/pion/rtp"
)

const (
	burst       = 3           // packets a leg may send in one visit while it catches up
	giveUp      = time.Second // backlog from which packets are skipped, not sent
	readBatches = 4           // batches read in one visit: a flood on one port cannot hold up the rest
)

// A leg whose last reads found nothing is read less often: the kernel keeps what comes, and when it came. So a
// stream in one direction does not pay for two.
const (
	quietReads = 50 // reads that find nothing before a leg counts as quiet
	quietEach  = 25 // packet times between two reads of a quiet leg
)

// listenEach is how many packet times are between two reads of a leg that hears something, if the kernel notes when
// packets come: a read costs as much as several packets of it. Nothing that is judged changes by it, and a receive
// buffer holds dozens of times as many.
const listenEach = 4

// A visit of a sweep to a leg is send, then attend. Sweep does the first for all legs of a slot before it does the
// second for any, so that what one hears does not delay what another sends.

// send sends what is due.
func (l *Leg) send(now time.Duration) {
	if l.paced {
		l.sendDue(l.engine.clock.read(now))
	}
	if l.replays {
		l.sendReplay(l.engine.clock.read(now))
	}
}

// attend reads what came, and reports, unless it is known that there is nothing to do or the loop is in a hurry.
func (l *Leg) attend(now time.Duration) {
	if now < l.attention || l.engine.hurried && l.patient(now) {
		return
	}
	at := l.engine.clock.read(now)
	l.read(at)
	if at >= l.control.nextRead {
		l.readControl(at)
	}
	if at >= l.control.nextReport {
		l.report(at, false)
	}
	switch {
	case l.stream.Source.echoes():
	case l.quiet >= quietReads:
		l.attention = min(now+quietEach*l.wheel.period(), l.control.nextRead, l.control.nextReport)
	case l.stamped:
		l.attention = min(l.listenNext(now), l.control.nextRead, l.control.nextReport)
	}
}

// An engine that is late sends first: what has come is noted by the kernel, what has to go becomes later.
const (
	hurry     = 5 * time.Millisecond   // lateness of a sweep from which reading waits
	postponed = 500 * time.Millisecond // and for how long at most: a receive buffer holds five seconds
)

// patient reports whether what has come may be read later.
func (l *Leg) patient(now time.Duration) bool {
	return l.stamped && !l.stream.Source.echoes() && now-l.attention < postponed
}

// listenNext returns when a leg that hears something is read again. Neighbours take turns, by the clock and not by
// their last read, so that a sweep has the same share of them to read even after a stall.
func (l *Leg) listenNext(now time.Duration) time.Duration {
	period := l.wheel.period()
	phase := time.Duration(l.port/2%listenEach)*period + time.Duration(l.slot)*tick
	return phase + ((now-phase)/(listenEach*period)+1)*listenEach*period
}

// sendDue sends the packets that are due, a few at most: what a late loop owes goes out over the next
// visits. What is owed for longer than a second is not sent any more.
func (l *Leg) sendDue(at time.Duration) {
	period := l.wheel.period()
	if behind := at - l.due; behind > giveUp {
		n := int64(behind / period)
		l.stats.Skipped += uint64(n)
		l.sender.pass(time.Duration(n) * period)
		l.due += time.Duration(n) * period
	}
	for range burst {
		if l.due > at {
			return
		}
		late := at - l.due
		if late > period {
			l.stats.CaughtUp++
		}
		if l.engine.sendLate != nil {
			l.engine.sendLate.Record(late)
		}
		if n := l.sender.next(l.engine.buffer[:]); n > 0 {
			l.transmit(n)
		}
		l.due += period
		if l.sender.idle() {
			l.paced = false
			return
		}
	}
}

// transmit sends the first n octets of the engine's buffer. A packet that the socket refuses is lost:
// its number is used up.
func (l *Leg) transmit(n int) {
	if l.tap != nil {
		l.tap.Packet(l.engine.clock.read(l.engine.now), false, true, l.local(false), l.stream.Remote, l.engine.buffer[:n])
	}
	packet, ok := l.shield.seal(l.engine.sealed[:0], l.engine.buffer[:n], &l.engine.header, false)
	if !ok || l.rtp.sendPeer(packet) != nil {
		l.stats.SendErrors++
		return
	}
	l.stats.Sent++
}

// read takes what waits in the RTP socket.
func (l *Leg) read(at time.Duration) {
	if l.rtp.takeRefusal() {
		l.refusal.note(at)
	}
	before := l.receiver.last
	l.quiet++ // unless something is found
	if !l.readBeat(at) {
		for range readBatches {
			if l.takeAll(l.rtp.receive(), at) < receiveBatch {
				break
			}
		}
	}
	if l.stamped && l.stream.Source.echoes() && l.receiver.last > before {
		l.follow(at)
	}
}

// takeAll judges datagrams of the peer, and returns how many there were.
func (l *Leg) takeAll(batch []datagram, at time.Duration) int {
	for i := range batch {
		l.countDrops(batch[i].dropped)
		l.take(&batch[i], at)
		l.stamped = batch[i].stamp != 0
	}
	if len(batch) > 0 {
		l.quiet, l.attention = 0, 0
	}
	return len(batch)
}

// refusal is the time during which ICMP has said that nobody listens at the remote.
type refusal struct {
	any         bool
	first, last time.Duration
}

func (r *refusal) note(at time.Duration) {
	if !r.any {
		r.any, r.first = true, at
	}
	r.last = at
}

// lasting reports whether it is a fault: a far end may be a little late to listen, and a little early to end.
func (r *refusal) lasting() bool { return r.any && r.last-r.first >= silentAfter }

// readStrays takes what others than the remote have sent to the RTP port, and reports whether there was any.
func (l *Leg) readStrays(at time.Duration) (any bool) {
	for range readBatches {
		batch := l.rtp.strays()
		for i := range batch {
			l.stats.Foreign += l.strayDrops.since(batch[i].dropped)
			l.take(&batch[i], at)
		}
		any = any || len(batch) > 0
		if len(batch) < receiveBatch {
			break
		}
	}
	return any
}

// take judges one datagram.
func (l *Leg) take(d *datagram, at time.Duration) {
	arrival := l.engine.clock.arrival(d.stamp, at)
	packet := &l.engine.packet
	switch {
	case d.from != l.remote:
		if l.previous.sent(d.from) {
			l.stats.Stale++
		} else {
			l.stats.Foreign++
			l.recognise(d)
		}
	case arrival < l.started:
		l.stats.Stale++
	case l.stream.Mux && controlOctets(d.data):
		l.takeControl(d, at)
		return
	case d.cut:
		l.stats.Malformed++
	case !l.unseal(d, false):
	case !readRTP(packet, d.data):
		l.stats.Malformed++
	case !l.receiver.knows(packet.SSRC) && l.previous.continues(&packet.Header, arrival):
		l.stats.Stale++
	default:
		l.accept(packet, arrival, at)
		l.mirror(d)
	}
	if l.tap != nil {
		l.show(d, arrival, false)
	}
}

// unseal opens a datagram of SRTP or SRTCP in place; one that is forged, changed or a replay only counts.
func (l *Leg) unseal(d *datagram, control bool) bool {
	plain, ok := l.shield.open(l.engine.opened[:0], d.data, &l.engine.header, control)
	if !ok {
		l.stats.Unauthentic++
		return false
	}
	d.data = plain
	return true
}

// recognise counts a packet from elsewhere that looks like one of the stream that was announced: from another
// port of the same host, or under the same SSRC. It says why a call hears nothing; nothing of it is judged.
func (l *Leg) recognise(d *datagram) {
	p := &l.engine.packet
	if d.cut || !readRTP(p, d.data) || p.PayloadType != l.sender.payloadType {
		return
	}
	if d.from.Addr() == l.remote.Addr() || l.receiver.knows(p.SSRC) {
		l.stats.Elsewhere++
	}
}

// accept counts a packet of the remote and echoes it if that is the leg's job.
func (l *Leg) accept(p *rtp.Packet, arrival, at time.Duration) {
	known, another := p.PayloadType == l.sender.payloadType, p.PayloadType+1 == l.stream.Also
	where := l.receiver.hear(&p.Header, arrival, known || another)
	if where == outside {
		return
	}
	switch {
	case known:
		l.receiver.loudness.hear(l.stream.Codec, p.Payload)
		if where == inOrder && !l.stream.Source.echoes() {
			l.listen(p, arrival)
		}
	case l.stream.EventType != 0 && p.PayloadType == l.stream.EventType:
		l.keypad.hear(&p.Header, p.Payload, arrival, l.sender.clock)
	case p.PayloadType != comfortNoiseType && !another && l.stream.Source != Mirror:
		l.stats.WrongPayload++
		l.receiver.leaveOut(p.SequenceNumber)
	}
	if l.stream.Source != Echo {
		return
	}
	if where != inOrder || !known || len(p.Payload) == 0 || l.paced { // paced: digits are being dialled
		l.stats.NotEchoed++
		return
	}
	lasts := l.stream.Codec.payloadTime(len(p.Payload))
	if lasts == 0 {
		lasts = l.wheel.period()
	}
	l.echo.follow(&p.Header, lasts, &l.sender)
	l.transmit(l.sender.repeat(l.engine.buffer[:], p.Payload, lasts))
	l.due = at + lasts
}

// mirror sends a packet back as it came, of whatever payload type, in whatever order.
func (l *Leg) mirror(d *datagram) {
	if l.stream.Source == Mirror {
		l.transmit(copy(l.engine.buffer[:], d.data))
	}
}

// countDrops counts what the kernel has dropped of the remote's packets.
func (l *Leg) countDrops(dropped uint32) {
	n := l.drops.since(dropped)
	l.stats.KernelDrops += n
	l.engine.drops += n
}

// drops follows the kernel's drop counter of a socket. Drops before the first datagram of a stream are not its own.
type drops struct {
	before uint32
	known  bool
}

// since returns how many datagrams were dropped since the datagram before, given the counter's new value.
func (d *drops) since(dropped uint32) (n uint64) {
	if more := dropped - d.before; d.known && int32(more) > 0 {
		n = uint64(more)
	}
	d.before, d.known = dropped, true
	return n
}

// readRTP reads a packet; false means that it is none (RFC 3550 appendix A.1). Packet types 192 to 223
// in the second octet are RTCP that strayed onto the RTP port (RFC 5761 section 4).
func readRTP(p *rtp.Packet, b []byte) bool {
	if len(b) < 12 || b[0]>>6 != rtpVersion || controlOctets(b) {
		return false
	}
	return p.Unmarshal(b) == nil
}

// controlOctets reports whether a datagram says that it is RTCP.
func controlOctets(b []byte) bool { return len(b) > 1 && b[1] >= 192 && b[1] <= 223 }
