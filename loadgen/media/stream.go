package media

import (
	"net/netip"
	"time"
)

// Source is what a leg sends.
type Source uint8

// The sources. Tone is the default: a leg that sends nothing has to say so.
const (
	Tone      Source = iota // the digital milliwatt of G.711, 1 kHz at 0 dBm0
	Speech                  // a speech-like signal with syllables and pauses
	Silence                 // the quietest signal of the codec, packet after packet
	Echo                    // what was received, sent back at once under the leg's own SSRC
	None                    // nothing: the leg only receives
	Play                    // Stream.Audio
	Reference               // a signal with a mark that both ends recognise: Stream.Mark
	Mirror                  // every packet that was received as it came, header and all, as SIPp's rtp_echo does
)

var sourceNames = [...]string{"tone", "speech", "silence", "echo", "none", "play", "reference", "mirror"}

// String returns the name of the source as reports write it.
func (s Source) String() string {
	if int(s) < len(sourceNames) {
		return sourceNames[s]
	}
	return "unknown"
}

// echoes tells whether a leg of the source has to read at once what comes in.
func (s Source) echoes() bool { return s == Echo || s == Mirror }

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
	Also        uint8 // 1 + the number of another codec that the far end may send, with the same clock; 0: none
	EventType   uint8 // of telephone events, as negotiated; 0: none were
	Source      Source
	Audio       *Audio        // what Play plays; Prepare it for the codec before the calls
	Mark        uint8         // of Reference, 1 to Marks; 0 answers with the mark that is recognised
	FromMiddle  bool          // the source begins in its middle: who answers does not say the same as who calls
	Plays       int           // times that the source is played; 0: for ever
	Suppress    Suppression   // of silence
	PacketTime  time.Duration // zero: 20 ms; else whole milliseconds from 10 to 60, cut to frames of the codec
	Asked       time.Duration // of the packets that we asked the far end for; zero: 20 ms
	Mux         bool          // RTCP shares the port with RTP (RFC 5761), both ways
	Send        Keys          // of SRTP, for what we send; zero: RTP
	Receive     Keys          // and for what the far end sends
	SendOnly    bool          // the far end was told to send nothing: hearing nothing is no fault
}

// packetTime returns the packet time that is used: that of a capture, else whole frames of the codec, one
// at least.
func (s Stream) packetTime() time.Duration {
	if s.Source == Play && s.Audio != nil && s.Audio.capture != nil {
		return s.Audio.capture.packetTime(s.Codec)
	}
	wanted := min(max(s.PacketTime, MinPacketTime), MaxPacketTime)
	if s.PacketTime == 0 {
		wanted = DefaultPacketTime
	}
	frame := s.Codec.FrameTime()
	return max(wanted.Truncate(frame), frame)
}

func (s Stream) trackKey() trackKey {
	if s.Codec >= numCodecs {
		s.Codec = PCMU
	}
	return trackKey{s.Codec, s.packetTime(), s.Suppress}
}

// track returns what the stream sends, nil when it has nothing of its own to say.
func (s Stream) track() *track {
	a := s.Audio
	switch s.Source {
	case Play:
	case Reference:
		a = reference(s.Mark)
	default:
		a = builtin(s.Source)
	}
	if a == nil {
		return nil
	}
	t, err := a.track(s.trackKey())
	if err != nil {
		return nil // Prepare has said why
	}
	return t
}

// sendable reports whether packets may go to an address: one host, one port.
func sendable(to netip.AddrPort) bool {
	a := to.Addr().Unmap()
	return to.IsValid() && to.Port() != 0 && !a.IsUnspecified() && !a.IsMulticast() && a != broadcast
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
