package sip

import (
	"net/netip"
	"slices"
	"time"
)

// Bounds of one session description.
const (
	MaxMedia   = 16   // media lines
	MaxFormats = 32   // payload types of the audio line
	MaxSDP     = 8192 // octets
)

// Session is one session description as a call needs it: the audio stream that it offers, and enough
// of the other streams to refuse them in order. Its slices point into the scanned body. A Session is
// reused: ScanSession overwrites what is below the counts, and all but Secure.
type Session struct {
	Secure bool // set by the reader: audio streams of SRTP are what it takes part in, not those of RTP

	Media    [MaxMedia]Media
	NumMedia int
	Audio    int // index of the audio stream in Media, -1 when there is none

	Addr       netip.Addr // where the audio stream is received; invalid for a host name or no c= line
	Formats    [MaxFormats]Format
	NumFormats int           // payload types of the audio stream, in order of preference
	Ptime      time.Duration // a=ptime of the audio stream, 0 when not given
	Direction  Direction     // of the audio stream, as the sender of the description sees it

	Mux       bool           // RTP and RTCP may share the port (RFC 5761)
	RTCP      netip.AddrPort // where RTCP goes when not to the port after RTP's (RFC 3605); its address may be invalid
	Crypto    [MaxCrypto]Crypto
	NumCrypto int // lines of a=crypto, in order of preference
}

// Media is one m= line.
type Media struct {
	Kind     []byte // audio, video, image, ...
	Port     uint16 // 0 for a refused stream
	Protocol []byte // RTP/AVP, udptl, ...
	Formats  []byte // the list of formats as written
}

// Direction says which way the media of a stream flows, seen from who wrote the description.
type Direction uint8

// The directions of RFC 8866, 6.7. SendRecv is the default.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

// String returns the attribute of the direction.
func (d Direction) String() string {
	switch d {
	case SendOnly:
		return "sendonly"
	case RecvOnly:
		return "recvonly"
	case Inactive:
		return "inactive"
	}
	return "sendrecv"
}

// Sends reports whether who wrote the description sends media.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives reports whether who wrote the description wants media.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// Destination returns where the audio stream is to be sent, and false when it is to be sent nowhere:
// no audio or a refused one, a host name for an address, on hold.
func (s *Session) Destination() (netip.AddrPort, bool) {
	if s.Audio < 0 || s.Audio >= s.NumMedia || !s.Addr.IsValid() || s.Addr.IsUnspecified() {
		return netip.AddrPort{}, false
	}
	port := s.Media[s.Audio].Port
	return netip.AddrPortFrom(s.Addr, port), port != 0 && s.Direction.Receives()
}

// Choose returns the format of the first of our codecs, in our order of preference, that the audio
// stream has, and false when they have none in common or the stream is refused or of another kind than the
// reader takes part in.
func (s *Session) Choose(codecs ...Codec) (Format, bool) {
	if s.Audio < 0 || !s.usable(&s.Media[s.Audio]) {
		return Format{}, false
	}
	for _, codec := range codecs {
		for _, format := range s.Formats[:s.NumFormats] {
			if format.Codec == codec {
				return format, true
			}
		}
	}
	return Format{}, false
}

// ChooseTheirs returns the format of the first of our codecs in the order of the description: an answer names first
// what its writer would rather hear (RFC 3264, 7).
func (s *Session) ChooseTheirs(codecs ...Codec) (Format, bool) {
	if s.Audio < 0 || !s.usable(&s.Media[s.Audio]) {
		return Format{}, false
	}
	for _, format := range s.Formats[:s.NumFormats] {
		if slices.Contains(codecs, format.Codec) {
			return format, true
		}
	}
	return Format{}, false
}

// Another returns another format of one of our codecs than the chosen one, with the same clock. Who wrote an answer
// may send any of those that it names (RFC 3264, 6.1).
func (s *Session) Another(chosen Format, codecs ...Codec) (Format, bool) {
	for _, format := range s.Formats[:s.NumFormats] {
		if format.PayloadType != chosen.PayloadType && format.Clock == chosen.Clock && slices.Contains(codecs, format.Codec) {
			return format, true
		}
	}
	return Format{}, false
}

// ChooseEvents returns the format of telephone events that goes with a codec: with the same clock, so that
// both can share a stream (RFC 4733, 2.1).
func (s *Session) ChooseEvents(with Format) (Format, bool) {
	for _, format := range s.Formats[:s.NumFormats] {
		if format.Codec == TelephoneEvent && format.Clock == with.Clock {
			return format, true
		}
	}
	return Format{}, false
}

// Reset makes s an empty description.
func (s *Session) Reset() {
	s.NumMedia, s.NumFormats, s.Audio = 0, 0, -1
	s.Addr, s.Ptime, s.Direction = netip.Addr{}, 0, SendRecv
	s.Mux, s.RTCP, s.NumCrypto = false, netip.AddrPort{}, 0
}
