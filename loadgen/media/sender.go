package media

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
)

const rtpVersion = 2

// sender numbers and writes the RTP packets of one leg. Its SSRC, first sequence number and first
// timestamp are random (RFC 3550 section 5.1).
type sender struct {
	ssrc        uint32
	number      uint16 // of the next packet
	timestamp   uint32 // of the next packet
	marker      bool   // the next packet begins a talkspurt (RFC 3551 section 4.1)
	payloadType uint8

	loop     *loop
	position int
	samples  int // in a packet

	packets, octets uint32 // as sender reports count them, modulo 2^32
}

func newSender(random *rand.Rand) sender {
	return sender{
		ssrc:      random.Uint32(),
		number:    uint16(random.Uint32()),
		timestamp: random.Uint32(),
		marker:    true,
	}
}

// play sets what the next packets carry.
func (s *sender) play(stream Stream) {
	s.payloadType = stream.PayloadType & 0x7f
	s.samples = samplesIn(stream.packetTime())
	if l := stream.loop(); l != s.loop {
		s.loop, s.position = l, 0
	}
}

// next writes the next packet of the loop into b and returns its length.
func (s *sender) next(b []byte) int {
	n := s.write(b, s.loop.payload(s.position, s.samples))
	s.position = s.loop.advance(s.position, s.samples)
	return n
}

// write writes a packet with the payload into b, which has room, and returns its length.
func (s *sender) write(b, payload []byte) int {
	header := rtp.Header{
		Version:        rtpVersion,
		Marker:         s.marker,
		PayloadType:    s.payloadType,
		SequenceNumber: s.number,
		Timestamp:      s.timestamp,
		SSRC:           s.ssrc,
	}
	n, err := header.MarshalTo(b)
	if err != nil {
		return 0 // cannot happen: b has room for any payload that fits a datagram
	}
	n += copy(b[n:], payload)
	s.number++
	s.timestamp += uint32(len(payload))
	s.marker = false
	s.packets++
	s.octets += uint32(len(payload))
	return n
}

// pass lets time go by without packets: the next one begins a talkspurt that much later.
func (s *sender) pass(d time.Duration) {
	s.timestamp += uint32(samplesIn(d))
	s.marker = true
}

func samplesIn(d time.Duration) int {
	return int(d * clockRate / time.Second)
}
