package media

import (
	"encoding/binary"
	"math/rand/v2"
	"time"
)

const (
	reportInterval = 5 * time.Second // least mean interval of RFC 3550 section 6.2
	controlRead    = time.Second     // how often the RTCP socket of a leg is looked at

	strayRead = 100 * time.Millisecond // and how soon again after strangers have sent to its RTP port

	// compensation makes up for timer reconsideration, which would lengthen the mean (section 6.3.1).
	compensation = 1.21828
)

// control is the RTCP session of one leg: two members, one report interval.
//
// With two members the bandwidth rule of section 6.3.1 never asks for more than the least interval: two
// compounds of some 120 octets each in 5 % of 64 kbit/s take 0.6 s.
type control struct {
	nextReport time.Duration
	nextRead   time.Duration

	packetsBefore [2]uint32 // sender's count at the last two reports

	senderReport uint32 // middle of the NTP time of the far end's last sender report; 0: none came
	arrived      time.Duration

	sent, received uint64
	rtt            time.Duration
	rtts           uint64
	badRTTs        uint64
	remoteLost     int64
	remoteJitter   time.Duration
	reported       bool    // the far end has reported on our stream
	remoteHighest  uint32  // the highest number of ours that it has received
	remoteMOS      float64 // MOS-CQ that it reports; 0: none
	reference      uint32  // middle of the NTP time that it wants answered (RFC 3611 section 4.4); 0: none
	referrer       uint32  // the SSRC that wants it
	referred       time.Duration
	ignored        int    // its reports since the last one on our stream
	first          uint16 // number of our first packet
	clock          int    // of the codec, Hz
}

// begin schedules the first report after half the interval (section 6.2) and spreads the reads.
func (c *control) begin(now time.Duration, random *rand.Rand) {
	*c = control{
		nextReport: now + spread(reportInterval/2, random),
		nextRead:   now + time.Duration(random.Int64N(int64(controlRead))),
	}
}

// spread returns an interval between half and one and a half times the mean, corrected, so that many
// legs that began together do not report together (section 6.3.1).
func spread(mean time.Duration, random *rand.Rand) time.Duration {
	return time.Duration(float64(mean) * (0.5 + random.Float64()) / compensation)
}

// speaks reports whether the leg counts as a sender: it sent RTP since the report before last (section
// 6.4). It notes the count for the next two reports.
func (c *control) speaks(packets uint32) bool {
	sender := packets != c.packetsBefore[1]
	c.packetsBefore[1], c.packetsBefore[0] = c.packetsBefore[0], packets
	return sender
}

// block returns the reception report about the far end.
func (c *control) block(s *source, now time.Duration) reception {
	r := reception{
		ssrc:         s.ssrc,
		fraction:     s.sequence.fractionLost(),
		lost:         signed24(s.sequence.lost()),
		highest:      s.sequence.highest,
		jitter:       s.jitter.units(c.clock),
		senderReport: c.senderReport,
	}
	if c.senderReport != 0 {
		r.delay = compactDelay(now - c.arrived)
	}
	return r
}

// hear takes a whole compound that came from the far end at a run time; ntp is that time on the wall clock.
// Ours is the SSRC that its reports have to be about.
func (c *control) hear(compound []byte, arrival time.Duration, ntp uint64, ours uint32) {
	c.received++
	c.ignored++
	for len(compound) > 0 {
		var p controlPacket
		p, compound, _ = cutControl(compound)
		switch p.kind {
		case senderReport:
			c.senderReport, c.arrived = compact(binary.BigEndian.Uint64(p.body[4:])), arrival
			c.learn(&p, ntp, ours)
		case receiverReport:
			c.learn(&p, ntp, ours)
		case extendedReport:
			c.hearMore(&p, arrival, ntp, ours)
		}
	}
}

// remoteShare returns the share of our packets that the far end says it lost, of those that it knows of.
func (c *control) remoteShare() float64 {
	known := c.remoteHighest - uint32(c.first) + 1
	if !c.reported || c.remoteHighest < uint32(c.first) {
		return 0
	}
	return min(1, max(0, float64(c.remoteLost)/float64(known)))
}

// deaf is how many reports of the far end say nothing of our stream before it counts as not heard.
const deaf = 2

// unheard reports whether the far end says that it hears nothing of ours: it reports, but not on our stream,
// although we have been sending since the report before.
func (c *control) unheard() bool {
	return c.ignored >= deaf && !c.reported && c.packetsBefore[0] > 0 && c.packetsBefore[1] > 0
}

// learn reads what a report of the far end says of our stream.
func (c *control) learn(p *controlPacket, ntp uint64, ours uint32) {
	for i := range p.count {
		r := readReception(p.body[p.blocksAt()+i*receptionSize:])
		if r.ssrc != ours {
			continue
		}
		c.reported, c.ignored, c.remoteHighest = true, 0, r.highest
		c.remoteLost = int64(int32(r.lost<<8) >> 8)
		c.remoteJitter = mediaTime(int32(r.jitter), c.clock)
		if r.senderReport == 0 {
			continue // the far end had no sender report yet: no round trip, not one of zero
		}
		c.roundTrip(compact(ntp), r.senderReport, r.delay)
	}
}

// roundTrip notes the time of a round trip.
func (c *control) roundTrip(arrival, sent, held uint32) {
	if rtt, ok := roundTrip(arrival, sent, held); ok {
		c.rtt, c.rtts = rtt, c.rtts+1
	} else {
		c.badRTTs++
	}
}

// signed24 returns n as 24 bits in two's complement, clamped (appendix A.3).
func signed24(n int64) uint32 {
	return uint32(min(max(n, -0x800000), 0x7fffff)) & 0xffffff
}
