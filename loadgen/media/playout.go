package media

import "time"

// DefaultJitterBuffer is the depth of the jitter buffer that is modelled unless another is asked for.
const DefaultJitterBuffer = 60 * time.Millisecond

// playoutWindow is how long the least time on the way counts as that of the path: a buffer that adapts between
// talkspurts, and a media clock that is a little off, must not be charged with a delay for ever.
const playoutWindow = 2 * time.Second

// playout models the jitter buffer of the telephone that would hear the stream: a packet is played when it comes no
// later than the depth of the buffer after the least time that packets have lately been on their way.
type playout struct {
	transit time.Duration    // of the packet at hand, less that of the first one
	least   [2]time.Duration // of the window before, and of the one at hand
	since   time.Duration    // begin of the window at hand
	first   time.Duration    // arrival of the first packet, the origin of transit
	settled time.Duration    // least transit of the first second: a stream often begins with a stumble
	running bool
}

// restart begins with a packet whose timestamp is a new origin.
func (p *playout) restart(arrival time.Duration) {
	*p = playout{since: arrival, first: arrival, running: true}
}

// late takes a packet that was longer on its way than the one before it, and tells whether it is too late for a
// buffer of the given depth.
func (p *playout) late(arrival, longer, depth time.Duration) bool {
	p.transit += longer
	if arrival-p.first < paceBegin {
		p.settled = min(p.settled, p.transit)
	}
	if arrival-p.since >= playoutWindow {
		p.least[0], p.least[1], p.since = p.least[1], p.transit, arrival
	}
	p.least[1] = min(p.least[1], p.transit)
	return p.transit-min(p.least[0], p.least[1]) > depth
}

// The least that a media clock must be off to be called wrong: packets of a target may be late, and clocks differ by
// a ten-thousandth.
const (
	paceShare   = 0.005
	paceTime    = 60 * time.Millisecond
	paceBegin   = time.Second
	paceEnd     = 500 * time.Millisecond
	paceMinimum = 3 * time.Second
)

// pace returns how fast the media clock of the source has run against the time, 1 for exactly, judged at the arrival
// of its last packet by the packets that were least on their way. It is 0 where there was too little to tell.
func (p *playout) pace(last time.Duration) float64 {
	elapsed := last - p.first
	if !p.running || elapsed < paceMinimum {
		return 0
	}
	least := p.least[1]
	if last-p.since < paceEnd {
		least = min(least, p.least[0])
	}
	return 1 - float64(least-p.settled)/float64(elapsed)
}

// wrongPace reports whether a media clock that ran so fast for so long is wrong.
func wrongPace(pace float64, elapsed time.Duration) bool {
	off := time.Duration((pace - 1) * float64(elapsed)).Abs()
	return pace > 0 && off > paceTime && off > time.Duration(paceShare*float64(elapsed))
}
