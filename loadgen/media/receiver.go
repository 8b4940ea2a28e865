package media

import (
	"time"

	"github.com/pion/rtp"
)

// source is one SSRC that a leg hears.
type source struct {
	ssrc     uint32
	sequence sequence
	jitter   jitter
	playout  playout
	started  time.Duration // arrival of its first packet
}

// receiver judges the RTP packets that reach one leg from its remote. The first one is believed, because
// the address proves it already; after that another SSRC, or the same one far out of sequence, has to
// send two packets in sequence while the current source is silent (RFC 3550 appendix A.1), so that a
// stray packet cannot disturb the statistics.
type receiver struct {
	source source
	clock  int           // of the codec, Hz
	buffer time.Duration // depth of the modelled jitter buffer

	heard   bool
	rival   rival
	changes uint64
	foreign uint64
	past    totals // of sources that were left

	first, last time.Duration // arrivals of accepted packets
	longestGap  time.Duration
	interrupted bool // nothing came for a while, and it was no pause of the talker
	quiet       bool // the last packet was comfort noise: a pause may follow

	discarded uint64 // packets that came too late to be played
	steps     steps
	loudness  loudness
}

// steps follows how much audio the packets carry, by the timestamps of packets with numbers in a row.
type steps struct {
	agreed            uint32 // clock units of the packet time that the far end asks for, and sends where it does not say otherwise
	asked             uint32 // of the one that we asked it for
	number            uint16 // of the last packet
	timestamp         uint32
	primed            bool
	expected, another uint64 // how often a packet carried that much, or something else
	right             uint32 // what the last one carried of the former
	last              uint32 // and of the latter
}

// take notes a packet.
func (s *steps) take(number uint16, timestamp uint32) {
	if step := timestamp - s.timestamp; s.primed && number == s.number+1 {
		if step == s.agreed || step == s.asked {
			s.expected++
			s.right = step
		} else {
			s.another++
			s.last = step
		}
	}
	s.number, s.timestamp, s.primed = number, timestamp, true
}

// differs reports whether most packets carry another time of audio than either side asked for.
func (s *steps) differs() bool { return s.another > s.expected && s.another > 2 }

// usual returns the clock units that most packets carry.
func (s *steps) usual() uint32 {
	if s.differs() {
		return s.last
	}
	if s.expected > 0 {
		return s.right
	}
	return s.agreed
}

// interruption is the time without packets from which a stream counts as interrupted or stopped.
const interruption = time.Second

// rival is a packet that may turn out to be the first of a new source.
type rival struct {
	waiting   bool
	ssrc      uint32
	number    uint16
	timestamp uint32
	arrival   time.Duration
}

// totals are the counts that are added up over sources.
type totals struct {
	received, expected    uint64
	lost                  int64
	duplicated, reordered uint64
}

// expect sets what may come: packets by the clock of the codec in Hz, of the time that the far end asks for or of the
// one that it was asked for.
func (r *receiver) expect(clock int, packetTime, asked time.Duration) {
	r.clock = clock
	r.steps.agreed, r.steps.asked = uint32(units(packetTime, clock)), uint32(units(asked, clock))
}

// leaveOut notes that an accepted packet cannot be played: to the ear it is lost.
func (r *receiver) leaveOut(number uint16) { r.source.sequence.discard(number) }

// hear takes one packet; its arrival is a run time. The jitter leaves packets alone whose timing is not
// that of the audio: comfort noise and telephone events share the sequence but not the clock.
func (r *receiver) hear(h *rtp.Header, arrival time.Duration, timed bool) place {
	p := outside
	if r.knows(h.SSRC) {
		p = r.source.sequence.place(h.SequenceNumber)
	}
	switch {
	case !r.heard:
		r.adopt(rival{ssrc: h.SSRC, number: h.SequenceNumber}, arrival)
		p = inOrder
	case p != outside:
		r.dismiss()
	case r.rival.waiting && r.rival.ssrc == h.SSRC && r.rival.number+1 == h.SequenceNumber:
		r.replace(timed)
		p = r.source.sequence.place(h.SequenceNumber)
	default:
		r.dismiss()
		r.rival = rival{true, h.SSRC, h.SequenceNumber, h.Timestamp, arrival}
		return outside
	}
	r.note(h, arrival, p, timed)
	return p
}

// knows reports whether the SSRC is that of the current source.
func (r *receiver) knows(ssrc uint32) bool {
	return r.heard && r.source.ssrc == ssrc
}

// adopt makes the packet the first of the leg's source.
func (r *receiver) adopt(v rival, arrival time.Duration) {
	if !r.heard {
		r.first, r.last, r.heard = arrival, arrival, true
	}
	fates := r.source.sequence.fates
	r.source = source{ssrc: v.ssrc, started: arrival}
	r.source.sequence.fates = fates
	r.source.sequence.begin(v.number)
}

// replace leaves the source for the rival that has proved itself, with its first packet.
func (r *receiver) replace(timed bool) {
	r.past = r.totals()
	r.source.sequence.settleAll()
	r.changes++
	r.adopt(r.rival, r.rival.arrival)
	if timed {
		r.time(r.rival.number, r.rival.timestamp, r.rival.arrival)
	}
	r.rival.waiting = false
}

// dismiss gives up on a rival that did not prove itself.
func (r *receiver) dismiss() {
	if r.rival.waiting {
		r.rival.waiting = false
		r.foreign++
	}
}

// rest says that nothing is expected until resume: the far end is on hold.
func (r *receiver) rest() { r.quiet = true }

// resume says that packets are expected again. What came before says nothing of their timing.
func (r *receiver) resume(now time.Duration) {
	r.last = max(r.last, now)
	r.source.jitter.primed = false
}

// note takes the times of an accepted packet.
func (r *receiver) note(h *rtp.Header, arrival time.Duration, p place, timed bool) {
	gap := arrival - r.last
	if gap > interruption {
		r.interrupted = r.interrupted || !r.quiet && !h.Marker
		r.source.jitter.primed = false // a telephone plays what comes then anew
	}
	r.longestGap = max(r.longestGap, gap)
	r.last = max(r.last, arrival)
	r.quiet = h.PayloadType == comfortNoiseType
	if !timed || p == duplicate { // a copy says nothing of the path's delay
		return
	}
	r.steps.take(h.SequenceNumber, h.Timestamp)
	r.time(h.SequenceNumber, h.Timestamp, arrival)
}

// time judges when a packet came: its jitter, and whether it was too late.
func (r *receiver) time(number uint16, timestamp uint32, arrival time.Duration) {
	s := &r.source
	longer, comparable := s.jitter.update(arrival, timestamp, r.clock)
	if !comparable {
		s.playout.restart(arrival)
		return
	}
	if s.playout.late(arrival, longer, r.buffer) {
		s.sequence.discard(number)
		r.discarded++
	}
}

// totals returns the counts of this source and those before it.
func (r *receiver) totals() totals {
	if !r.heard {
		return totals{}
	}
	s, t := &r.source.sequence, r.past
	t.received += s.received
	t.expected += s.expected()
	t.lost += s.lost()
	t.duplicated += s.duplicated
	t.reordered += s.reordered
	return t
}
