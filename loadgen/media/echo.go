package media

import (
	"time"

	"github.com/pion/rtp"
)

// longestPause is the longest step of the incoming timestamps that an echo repeats; a longer one is a
// new origin.
const longestPause = 3 * time.Second

// When an echo leg is visited, and when it moves to another slot for it.
const (
	echoMargin = 5 * time.Millisecond // how long after a packet's usual arrival
	echoEarly  = time.Millisecond     // closer to the arrival some packets would wait for the next visit
	echoLate   = 12 * time.Millisecond
	echoMoves  = time.Second // time between two moves
	echoMisses = 5           // visits that miss this, less those that do not, before it moves: a stall is no new rhythm
)

// echo turns received packets into packets of the leg's own stream: own SSRC and a sequence without
// gaps, since what was lost on the way here was lost by the other stream. Timestamps advance as the
// incoming ones do, so that a loss or a pause keeps its length and the listener's playout stays right.
type echo struct {
	running bool
	ssrc    uint32
	next    uint32 // incoming timestamp that follows without a gap
}

// follow moves the sender to where the incoming packet wants the next packet of the echo.
func (e *echo) follow(h *rtp.Header, lasts time.Duration, s *sender) {
	step := int32(h.Timestamp - e.next)
	switch {
	case !e.running || h.SSRC != e.ssrc || step < 0 || step > int32(units(longestPause, s.clock)):
		s.marker = true // a new origin: go on where we are
	default:
		s.timestamp += uint32(step)
		s.marker = s.marker || h.Marker
	}
	e.running, e.ssrc, e.next = true, h.SSRC, h.Timestamp+uint32(units(lasts, s.clock))
}

// readBeat reads the packet that an echo leg expects each packet time, and reports whether there is nothing more to
// read: it came a packet time after the one before, and the next is not due yet. To look for more packets all the
// same costs a third of what one does.
func (l *Leg) readBeat(at time.Duration) bool {
	period, before := l.wheel.period(), l.receiver.last
	if !l.stamped || !l.stream.Source.echoes() || at-before >= 2*period {
		return false
	}
	if l.takeAll(l.rtp.receiveOne(), at) == 0 {
		return true
	}
	gap := l.receiver.last - before
	return (gap-period).Abs() < period/4 && at-l.receiver.last < period
}

// follow moves an echo leg to a slot a little after its packets usually arrive, so that each visit finds
// one packet; near the arrival a visit would find none or two, and the echo would stutter.
func (l *Leg) follow(at time.Duration) {
	age := at - l.receiver.last
	if age >= echoEarly && age <= echoLate {
		l.astray = max(0, l.astray-1)
		return
	}
	if l.astray++; l.astray < echoMisses || at-l.moved < echoMoves {
		return
	}
	l.moved, l.astray = at, 0
	l.wheel.move(l, l.receiver.last+echoMargin)
}
