package media

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
)

const rtpVersion = 2

// comfortNoiseType is the static payload type of comfort noise at a clock of 8,000 Hz (RFC 3389).
const comfortNoiseType = 13

// sender numbers and writes the RTP packets of one leg. Its SSRC, first sequence number and first
// timestamp are random (RFC 3550 section 5.1), the number in the lower half: who misses the first packets of a protected
// stream takes the first that comes for one before any wrap (RFC 3711 section 3.3.1).
type sender struct {
	ssrc        uint32
	number      uint16 // of the next packet
	timestamp   uint32 // of the next packet time
	marker      bool   // the next packet begins a talkspurt (RFC 3551 section 4.1)
	payloadType uint8
	eventType   uint8
	clock       int    // Hz
	step        uint32 // clock units in a packet time

	track    *track // nil: no audio of its own, or played to its end
	position int    // next slot
	plays    int    // times that the track is still to be played; 0: for ever
	paused   bool   // the track waits where it is

	packets, octets uint32 // as sender reports count them, modulo 2^32

	dialer dialer
}

func newSender(random *rand.Rand) sender {
	return sender{
		ssrc:      random.Uint32(),
		number:    uint16(random.Uint32N(1 << 15)),
		timestamp: random.Uint32(),
		marker:    true,
	}
}

// play sets what the next packets carry. A track that plays already goes on where it is.
func (s *sender) play(stream Stream, t *track) {
	s.payloadType, s.eventType = stream.PayloadType&0x7f, stream.EventType&0x7f
	s.clock = stream.Codec.Clock()
	s.step = uint32(units(stream.packetTime(), s.clock))
	if t != s.track {
		s.track, s.position, s.plays, s.paused = t, 0, stream.Plays, false
		if stream.FromMiddle && t != nil && stream.Plays == 0 {
			s.position = len(t.slots) / 2
		}
	}
}

// idle reports whether there is nothing to send.
func (s *sender) idle() bool { return !s.playing() && !s.dialer.busy() }

func (s *sender) playing() bool { return s.track != nil && !s.paused }

// next writes the packet of the next packet time into b and returns its length, 0 when none is sent.
func (s *sender) next(b []byte) int {
	var tone [eventSize]byte
	marker, ours := s.dialer.step(&tone, s.timestamp, s.step)
	n := s.audio(b, !ours)
	if ours {
		n = s.write(b, tone[:], s.eventType, s.dialer.began, marker)
	}
	s.timestamp += s.step
	return n
}

// audio goes on by a slot of the track. Unless it is muted it writes the packet of the slot into b.
func (s *sender) audio(b []byte, aloud bool) int {
	if !s.playing() {
		return 0
	}
	t := s.track
	slot := &t.slots[s.position]
	s.advance()
	switch {
	case !aloud:
		return 0
	case slot.length == 0:
		s.marker = s.marker || !t.marked // what follows a pause begins a talkspurt
		return 0
	}
	marker, kind := slot.marker, s.payloadType
	switch slot.kind {
	case voice:
		marker = marker || s.marker
		s.marker = false
	case noise:
		kind, s.marker = comfortNoiseType, true
	case event:
		if kind = s.eventType; kind == 0 {
			kind = slot.payloadType
		}
	case foreign:
		kind = slot.payloadType
	}
	return s.write(b, t.payload(slot), kind, s.timestamp-slot.lag, marker)
}

// advance moves to the next slot: round the track, as often as it is to be played.
func (s *sender) advance() {
	if s.position++; s.position < len(s.track.slots) {
		return
	}
	s.position = 0
	if s.plays == 1 {
		s.track, s.marker = nil, true
	}
	s.plays = max(0, s.plays-1)
}

// write writes a packet with the payload into b, which has room, and returns its length.
func (s *sender) write(b, payload []byte, payloadType uint8, timestamp uint32, marker bool) int {
	header := rtp.Header{
		Version:        rtpVersion,
		Marker:         marker,
		PayloadType:    payloadType,
		SequenceNumber: s.number,
		Timestamp:      timestamp,
		SSRC:           s.ssrc,
	}
	n, err := header.MarshalTo(b)
	if err != nil {
		return 0 // cannot happen: b has room for any payload that fits a datagram
	}
	n += copy(b[n:], payload)
	s.number++
	s.packets++
	s.octets += uint32(len(payload))
	return n
}

// repeat writes a packet of the stream's codec with a payload that was heard, and goes on by what it lasts.
func (s *sender) repeat(b, payload []byte, lasts time.Duration) int {
	n := s.write(b, payload, s.payloadType, s.timestamp, s.marker)
	s.timestamp += uint32(units(lasts, s.clock))
	s.marker = false
	return n
}

// pass lets time go by without packets: the next one begins a talkspurt that much later.
func (s *sender) pass(d time.Duration) {
	s.timestamp += uint32(units(d, s.clock))
	s.marker = true
}
