package media

import (
	"cmp"
	"net/netip"
	"time"
)

// Leg is one call's media on one port pair: from Open to Stop it belongs to the call, afterwards it is
// the engine's again and must not be touched.
//
// Its fields stand in the order in which a packet needs them: with thousands of legs, none of which is in the
// processor's cache when its turn comes, the cost of a packet is that of the lines of memory that it touches.
type Leg struct {
	due       time.Duration // of the packet whose timestamp the sender has ready
	attention time.Duration // before then there is nothing to read and to report
	engine    *Engine
	wheel     *wheel // nil: not running
	rtp       socket
	tap       Tap // nil: nobody looks

	paced   bool   // packets are due by the clock
	open    bool   // it belongs to a call
	replays bool   // datagrams of a capture are due
	stamped bool   // the kernel notes when packets come
	quiet   uint32 // reads since one found something
	shield  shield
	sender  sender
	stats   Stats // what is not counted elsewhere

	control  control
	receiver receiver
	ear      ear      // for the reference signal
	envelope envelope // for an echo
	keypad   keypad
	echo     echo

	stream     Stream
	remote     netip.AddrPort // as the socket names who sent a packet
	remoteRTCP netip.AddrPort // where reports go
	reporter   netip.AddrPort // and as the socket names who sent one
	drops      drops
	strayDrops drops
	started    time.Duration
	aimed      time.Duration // when the far end was last told where to send
	moved      time.Duration // when an echo leg last changed its slot
	astray     int           // visits of late that were not soon after the packet
	answering  uint8         // mark of the reference signal that is played because it was recognised

	port        uint16
	rtcp        socket
	refusal     refusal
	stopped     time.Duration // when the last call returned it
	previous    predecessor
	slot, index int       // in the wheel
	replaying   replaying // while replays is set
}

// Port returns the RTP port; RTCP is on the next one.
func (l *Leg) Port() uint16 {
	return l.port
}

// Start runs a stream from the run time now: the first packet goes out within a packet time. What
// waited in the sockets until now is thrown away, because it may be of an earlier call.
//
// On a leg that runs already Start redirects it (a re-INVITE): SSRC, sequence, timestamps and statistics
// go on, the rest is as s says.
func (l *Leg) Start(now time.Duration, s Stream) {
	if !l.open || l.engine.closed {
		return
	}
	e := l.engine
	e.now = max(e.now, now)
	if l.wheel != nil {
		l.redirect(now, s)
		return
	}
	l.started, l.moved, l.quiet, l.attention = now, now-echoMoves, 0, 0
	l.sender, l.receiver, l.echo = newSender(e.random), receiver{buffer: e.jitterBuffer}, echo{}
	l.stats, l.drops, l.strayDrops = Stats{Started: true}, drops{}, drops{}
	l.astray = echoMisses // the first packet says where to begin
	l.keypad.clear()
	l.refusal = refusal{}
	l.ear, l.answering, l.envelope = ear{listening: s.Source == Reference}, 0, envelope{on: s.Source == Speech || s.Source == Play}
	l.shield, l.replays = shield{}, false
	l.control.begin(now, e.random)
	l.control.first = l.sender.number
	l.aim(now, s)
	drain(l.rtp.receive)
	drain(l.rtp.strays)
	_ = l.rtp.takeRefusal()
	drain(l.rtcp.receive)
	w := e.wheel(s.packetTime())
	w.add(l, now)
	l.due = w.due(l.slot, now)
}

// Stop ends the stream, says goodbye over RTCP if the leg ever sent anything, returns the pair to the
// engine and tells what became of the media. On a leg that was never started it only returns the pair.
func (l *Leg) Stop(now time.Duration) Stats {
	if !l.open {
		return Stats{}
	}
	e := l.engine
	e.now = max(e.now, now)
	if l.wheel != nil {
		at := e.clock.read(now)
		l.stats.EchoDelay, l.stats.Echo = l.echoed()
		l.stream.Source, l.paced = None, false // what came since the last visit counts, but is not echoed
		l.read(at)
		l.readControl(at)
		l.report(at, true)
		l.wheel.remove(l)
		l.finish(now)
	}
	l.open, l.stopped, l.tap = false, now, nil
	e.pool.put(l)
	stats := l.stats
	l.stats = Stats{}
	return stats
}

// finish completes the statistics and remembers whose packets may still be on their way.
func (l *Leg) finish(now time.Duration) {
	r, c, s := &l.receiver, &l.control, &l.stats
	r.dismiss()
	t := r.totals()
	s.SendOnly, s.Lasted = l.stream.SendOnly, now-l.started
	s.Received, s.Expected, s.Lost = t.received, t.expected, t.lost
	s.Duplicated, s.Reordered = t.duplicated, t.reordered
	s.SSRCChanges = r.changes
	s.Digits = l.Dialled()
	s.Foreign += r.foreign
	if r.heard {
		j := &r.source.jitter
		s.Jitter, s.MeanJitter, s.MaxJitter = j.duration(), j.mean(), time.Duration(j.most)
		s.FirstPacket = r.first - l.started
		s.LongestGap = max(r.longestGap, now-r.last)
	}
	s.ReportsSent, s.ReportsReceived = c.sent, c.received
	s.RTT, s.RTTs, s.BadRTTs = c.rtt, c.rtts, c.badRTTs
	s.RemoteLost, s.RemoteJitter = c.remoteLost, c.remoteJitter
	s.Remote, s.RemoteShare, s.RemoteMOS = c.reported, c.remoteShare(), c.remoteMOS
	l.judge(now)
	l.previous = predecessor{r.heard, l.remote, r.source.ssrc, uint16(r.source.sequence.highest), now + resting}
}

// aim sets where the leg sends, what, and whom it hears.
func (l *Leg) aim(now time.Duration, s Stream) {
	switch held := l.stream.SendOnly && l.wheel != nil; {
	case s.SendOnly:
		l.receiver.rest()
	case held:
		l.receiver.resume(now)
	}
	l.stream, l.aimed = s, now
	l.control.clock = s.Codec.Clock()
	l.receiver.expect(s.Codec.Clock(), s.packetTime(), cmp.Or(s.Asked, DefaultPacketTime))
	l.remote = withoutZone(s.Remote)
	l.remoteRTCP = s.RemoteRTCP
	if !s.RemoteRTCP.IsValid() && s.Remote.Port() > 0 && s.Remote.Port() < 65535 {
		l.remoteRTCP = netip.AddrPortFrom(s.Remote.Addr(), s.Remote.Port()+1)
	}
	if s.Mux {
		l.remoteRTCP = s.Remote
	}
	l.shield.set(s.Send, s.Receive)
	l.reporter = withoutZone(l.remoteRTCP)
	l.sender.play(s, s.track())
	l.paced = !l.sender.idle() && sendable(s.Remote)
	if sendable(s.Remote) {
		l.rtp.connect(s.Remote)
	}
}

// pace makes packets due from now on, on a leg that had nothing to send.
func (l *Leg) pace(now time.Duration) {
	due := l.wheel.due(l.slot, max(now, l.due))
	l.sender.pass(due - l.due)
	l.paced, l.due = true, due
}

// redirect changes a running stream. The next packet is due when the new schedule has it; its timestamp
// counts the time in between.
func (l *Leg) redirect(now time.Duration, s Stream) {
	l.send(now)
	l.read(now)
	l.readControl(now)
	l.attention = 0
	owed, fresh := l.owed(now), !l.paced
	l.aim(now, s)
	w := l.engine.wheel(s.packetTime())
	if w != l.wheel {
		l.wheel.remove(l)
		w.add(l, now)
	}
	due := w.due(l.slot, max(now, l.due))
	l.stats.Skipped += owed
	l.sender.timestamp += uint32(units(due-l.due, l.sender.clock))
	l.sender.marker = l.sender.marker || fresh || owed > 0
	l.due = due
}

// owed returns how many packets are overdue.
func (l *Leg) owed(now time.Duration) uint64 {
	if !l.paced || l.due > now {
		return 0
	}
	return uint64((now-l.due)/l.wheel.period()) + 1
}

// drain throws away what waits in a socket: bounded by what a kernel buffer can hold.
func drain(receive func() []datagram) {
	for range 4096 / receiveBatch {
		if len(receive()) < receiveBatch {
			return
		}
	}
}

func withoutZone(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
