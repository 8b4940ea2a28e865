package media

import (
	"net/netip"
	"time"
)

// Codec is the encoding of an audio stream. Both have a clock of 8,000 Hz and an octet a sample
// (RFC 3551 sections 4.5.14).
type Codec uint8

// The codecs. Their RTP names are those of RFC 3551.
const (
	PCMU Codec = iota // G.711 mu-law, static payload type 0
	PCMA              // G.711 A-law, static payload type 8
)

// clockRate is the RTP clock of every Codec, in Hz.
const clockRate = 8000

// String returns the encoding name of RFC 3551, as an SDP rtpmap writes it.
func (c Codec) String() string {
	if c == PCMA {
		return "PCMA"
	}
	return "PCMU"
}

// PayloadType returns the static payload type of RFC 3551 table 4.
func (c Codec) PayloadType() uint8 {
	if c == PCMA {
		return 8
	}
	return 0
}

// Source is what a leg sends.
type Source uint8

// The sources. Tone is the default: a leg that sends nothing has to say so.
const (
	Tone    Source = iota // the digital milliwatt of G.711, 1 kHz at 0 dBm0
	Speech                // a speech-like signal with syllables and pauses
	Silence               // the code of the quietest sample, packet after packet
	Echo                  // what was received, sent back at once under the leg's own SSRC
	None                  // nothing: the leg only receives
)

var sourceNames = [...]string{"tone", "speech", "silence", "echo", "none"}

// String returns the name of the source as reports write it.
func (s Source) String() string {
	if int(s) < len(sourceNames) {
		return sourceNames[s]
	}
	return "unknown"
}

// The packet times that a Stream may have.
const (
	DefaultPacketTime = 20 * time.Millisecond // RFC 3551 section 4.2
	MinPacketTime     = 10 * time.Millisecond
	MaxPacketTime     = 60 * time.Millisecond
)

// Stream is what one leg sends and what it expects.
//
// Remote is where media goes and the only address that it is accepted from (symmetric RTP, RFC 4961);
// what comes from elsewhere counts as foreign. To an address that is not set, unspecified, multicast or
// broadcast, or to port 0, nothing is ever sent, and nothing can be accepted: a leg on hold.
type Stream struct {
	Remote      netip.AddrPort
	RemoteRTCP  netip.AddrPort // zero: the port after Remote's (RFC 3550 section 11)
	Codec       Codec
	PayloadType uint8 // as negotiated, 0 to 127; 0 is PCMU's own number, so PCMA has to say 8
	Source      Source
	PacketTime  time.Duration // zero: 20 ms; else cut to whole milliseconds from 10 to 60
	SendOnly    bool          // the far end was told to send nothing: hearing nothing is no fault
}

// packetTime returns the packet time that is used.
func (s Stream) packetTime() time.Duration {
	if s.PacketTime == 0 {
		return DefaultPacketTime
	}
	return min(max(s.PacketTime.Truncate(time.Millisecond), MinPacketTime), MaxPacketTime)
}

// sendable reports whether packets may go to an address: one host, one port.
func sendable(to netip.AddrPort) bool {
	a := to.Addr().Unmap()
	return to.IsValid() && to.Port() != 0 && !a.IsUnspecified() && !a.IsMulticast() && a != broadcast
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
