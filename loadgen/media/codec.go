package media

import "time"

// Codec is the encoding of an audio stream, with what its RTP payload format leaves open.
type Codec uint8

// The codecs. PCMU is the default.
const (
	PCMU       Codec = iota // G.711 mu-law (RFC 3551 section 4.5.14)
	PCMA                    // G.711 A-law (RFC 3551 section 4.5.14)
	G722                    // 64 kbit/s, sampled at 16 kHz (RFC 3551 section 4.5.2)
	G729                    // 8 kbit/s (RFC 3551 section 4.5.6)
	Opus                    // (RFC 7587)
	ILBC20                  // iLBC in frames of 20 ms (RFC 3952, mode=20)
	ILBC30                  // iLBC in frames of 30 ms (RFC 3952, mode=30)
	AMR                     // narrow band, bandwidth-efficient (RFC 4867 section 4.3)
	AMRAligned              // narrow band, octet-aligned (RFC 4867 section 4.4)
	numCodecs
)

// codecFacts are what RTP has to know of a codec.
type codecFacts struct {
	name        string
	payloadType uint8         // static (RFC 3551 table 4), or the dynamic one that we offer
	clock       int           // of timestamps, Hz
	sampling    int           // of the audio, Hz
	frame       time.Duration // the shortest piece of audio that can be sent alone
	octets      int           // of a frame, 0 when they differ
}

// The clock of G.722 is 8,000 Hz although it samples at 16,000: an error of RFC 1890 that RFC 3551 keeps.
// That of Opus is 48,000 Hz whatever it samples at (RFC 7587 section 4.1).
var codecTable = [numCodecs]codecFacts{
	PCMU:       {"PCMU", 0, 8000, 8000, time.Millisecond, 8},
	PCMA:       {"PCMA", 8, 8000, 8000, time.Millisecond, 8},
	G722:       {"G722", 9, 8000, 16000, time.Millisecond, 8},
	G729:       {"G729", 18, 8000, 8000, 10 * time.Millisecond, 10},
	Opus:       {"opus", 107, 48000, 48000, 20 * time.Millisecond, 0},
	ILBC20:     {"iLBC", 97, 8000, 8000, 20 * time.Millisecond, 38},
	ILBC30:     {"iLBC", 98, 8000, 8000, 30 * time.Millisecond, 50},
	AMR:        {"AMR", 96, 8000, 8000, 20 * time.Millisecond, 0},
	AMRAligned: {"AMR", 99, 8000, 8000, 20 * time.Millisecond, 0},
}

// clockRate is the RTP clock of G.711, in Hz, and the rate that it samples at.
const clockRate = 8000

// facts returns those of the codec; one that is not known counts as PCMU.
func (c Codec) facts() *codecFacts {
	if c >= numCodecs {
		c = PCMU
	}
	return &codecTable[c]
}

// String returns the encoding name of the RTP payload format, as an SDP rtpmap writes it.
func (c Codec) String() string { return c.facts().name }

// PayloadType returns the static payload type of RFC 3551 table 4, or the dynamic one that is offered for
// a codec without one.
func (c Codec) PayloadType() uint8 { return c.facts().payloadType }

// Clock returns the clock of the RTP timestamps, in Hz.
func (c Codec) Clock() int { return c.facts().clock }

// FrameTime returns the shortest piece of audio that a packet can carry; packet times are multiples of it.
func (c Codec) FrameTime() time.Duration { return c.facts().frame }

// units returns a time in units of an RTP clock.
func units(d time.Duration, clock int) int {
	return int(d * time.Duration(clock) / time.Second)
}

// payloadTime returns how long the audio of a payload lasts, 0 for a codec whose frames differ in size.
func (c Codec) payloadTime(octets int) time.Duration {
	f := c.facts()
	if f.octets == 0 {
		return 0
	}
	return f.frame * time.Duration(octets) / time.Duration(f.octets)
}
