package media

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

// predecessor is what the previous call on a leg heard, so that packets of it that are still on their
// way are not taken for the next call's.
type predecessor struct {
	heard  bool
	remote netip.AddrPort
	ssrc   uint32
	number uint16        // highest
	until  time.Duration // by then nothing of it is on its way any more
}

// sent reports whether an address is that of the previous call.
func (p *predecessor) sent(from netip.AddrPort) bool {
	return p.heard && p.remote == from
}

// continues reports whether a packet carries on the previous call's stream: same source, next numbers,
// in time. Peers that use one SSRC, or even one sequence, for all calls of a port are heard: the pair
// has rested before it is used again, unless the range is too small for the calls.
func (p *predecessor) continues(h *rtp.Header, arrival time.Duration) bool {
	return p.heard && arrival < p.until && h.SSRC == p.ssrc && h.SequenceNumber-p.number <= maxMisorder
}
