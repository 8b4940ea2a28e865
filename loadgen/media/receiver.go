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
}

// receiver judges the RTP packets that reach one leg from its remote. The first one is believed, because
// the address proves it already; after that another SSRC, or the same one far out of sequence, has to
// send two packets in sequence while the current source is silent (RFC 3550 appendix A.1), so that a
// stray packet cannot disturb the statistics.
type receiver struct {
	source  source
	heard   bool
	rival   rival
	changes uint64
	foreign uint64
	past    totals // of sources that were left

	first, last time.Duration // arrivals of accepted packets
	longestGap  time.Duration
}

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
	r.clock(h, arrival, p, timed)
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
	r.source = source{ssrc: v.ssrc}
	r.source.sequence.begin(v.number)
}

// replace leaves the source for the rival that has proved itself, with its first packet.
func (r *receiver) replace(timed bool) {
	r.past = r.totals()
	r.changes++
	r.adopt(r.rival, r.rival.arrival)
	if timed {
		r.source.jitter.update(r.rival.arrival, r.rival.timestamp)
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

// clock notes the times of an accepted packet.
func (r *receiver) clock(h *rtp.Header, arrival time.Duration, p place, timed bool) {
	if timed && p != duplicate { // a copy says nothing of the path's delay
		r.source.jitter.update(arrival, h.Timestamp)
	}
	r.longestGap = max(r.longestGap, arrival-r.last)
	r.last = max(r.last, arrival)
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
