package media

import (
	"time"

	"github.com/pion/rtp"
)

// longestPause is the longest step of the incoming timestamps that an echo repeats; a longer one is a
// new origin.
const longestPause = 3 * time.Second

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
