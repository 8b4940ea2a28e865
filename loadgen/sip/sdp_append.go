package sip

import (
	"errors"
	"net/netip"
	"strconv"
	"time"
)

// ErrNoCommonCodec is what AppendAnswer returns when the offer has no audio stream with one of our
// codecs: the call is refused with 488 (RFC 3261, 21.4.26).
var ErrNoCommonCodec = errors.New("no audio stream with a codec in common")

// Local describes our side of an audio stream.
type Local struct {
	ID        uint64        // of the o= line, the same through one call
	Version   uint64        // of the o= line, one more for each description that differs from the last
	Addr      netip.Addr    // where we receive
	Port      uint16        // where we receive
	Codecs    []Codec       // in order of preference; empty means PCMU, PCMA
	Events    bool          // telephone events too
	Noise     bool          // comfort noise too (RFC 3389)
	Mux       bool          // RTP and RTCP may share the port (RFC 5761)
	Crypto    []Crypto      // of SRTP: all that are offered, or the one that an answer accepts; empty for RTP
	Ptime     time.Duration // of a packet; 0 writes no a=ptime
	Direction Direction     // what we want; an answer also heeds the offer
}

var defaultCodecs = []Codec{PCMU, PCMA}

func (l *Local) codecs() []Codec {
	if len(l.Codecs) == 0 {
		return defaultCodecs
	}
	return l.Codecs
}

// AppendOffer appends a description that offers one audio stream (RFC 3264, 5).
func AppendOffer(dst []byte, local *Local) []byte {
	var formats [maxOffered]Format
	offered := local.offered(formats[:0])
	protocol := "RTP/AVP"
	if len(local.Crypto) > 0 {
		protocol = "RTP/SAVP"
	}
	dst = appendSession(dst, local)
	return appendAudio(dst, local, protocol, offered, local.Direction)
}

// maxOffered bounds the formats of an offer: every codec, AMR twice, telephone events at two clocks, comfort
// noise.
const maxOffered = int(numCodecs) + 5

// offered appends the formats of an offer.
func (l *Local) offered(formats []Format) []Format {
	narrow, wide := false, uint32(0)
	for _, codec := range l.codecs() {
		if len(formats) > int(numCodecs) {
			break
		}
		f := codec.format()
		formats = append(formats, f)
		if codec == AMR {
			formats = append(formats, aligned())
		}
		if f.Clock == codecTable[TelephoneEvent].clock {
			narrow = true
		} else {
			wide = f.Clock
		}
	}
	if l.Events && narrow {
		formats = append(formats, TelephoneEvent.format())
	}
	if l.Events && wide > 0 {
		formats = append(formats, Format{PayloadType: wideEvents, Codec: TelephoneEvent, Clock: wide})
	}
	if l.Noise && narrow {
		formats = append(formats, ComfortNoise.format())
	}
	return formats
}

// AppendAnswer appends the answer to an offer: as many m= lines, in the same order, the audio stream
// accepted with the one codec that Choose picks and the payload types of the offer, every other stream
// refused with port 0 (RFC 3264, 6). It returns dst as it was with ErrNoCommonCodec.
func AppendAnswer(dst []byte, offer *Session, local *Local) ([]byte, error) {
	codec, ok := offer.Choose(local.codecs()...)
	if !ok {
		return dst, ErrNoCommonCodec
	}
	formats := [3]Format{codec}
	n := 1
	if event, ok := offer.ChooseEvents(codec); ok && local.Events {
		formats[n] = event
		n++
	}
	if noise, ok := offer.Choose(ComfortNoise); ok && local.Noise && noise.Clock == codec.Clock {
		formats[n] = noise
		n++
	}
	dst = appendSession(dst, local)
	for i := range offer.Media[:offer.NumMedia] {
		m := &offer.Media[i]
		if i != offer.Audio {
			dst = appendRefusal(dst, m)
			continue
		}
		direction := answerDirection(offer.Direction, local.Direction)
		answer := *local
		answer.Mux = local.Mux && offer.Mux
		dst = appendAudio(dst, &answer, string(m.Protocol), formats[:n], direction)
	}
	return dst, nil
}

// answerDirection returns what both sides want: we send only what the offer receives, and receive only
// what it sends (RFC 3264, 6.1).
func answerDirection(offer, wanted Direction) Direction {
	sends := offer.Receives() && wanted.Sends()
	receives := offer.Sends() && wanted.Receives()
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// appendSession appends the lines above the first m= line (RFC 8866, 5).
func appendSession(dst []byte, local *Local) []byte {
	dst = append(dst, "v=0\r\no=sipplan "...)
	dst = strconv.AppendUint(dst, local.ID, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, local.Version, 10)
	dst = appendNetwork(append(dst, ' '), local.Addr)
	dst = append(dst, "\r\ns=-\r\nc="...)
	dst = appendNetwork(dst, local.Addr)
	return append(dst, "\r\nt=0 0\r\n"...)
}

func appendNetwork(dst []byte, addr netip.Addr) []byte {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		dst = append(dst, "IN IP4 "...)
	} else {
		dst = append(dst, "IN IP6 "...)
	}
	return addr.AppendTo(dst)
}

// appendAudio appends the audio stream.
func appendAudio(dst []byte, local *Local, protocol string, formats []Format, direction Direction) []byte {
	dst = append(dst, "m=audio "...)
	dst = strconv.AppendUint(dst, uint64(local.Port), 10)
	dst = append(append(dst, ' '), protocol...)
	for _, f := range formats {
		dst = strconv.AppendUint(append(dst, ' '), uint64(f.PayloadType), 10)
	}
	dst = append(dst, "\r\n"...)
	for _, f := range formats {
		if own := &codecTable[f.Codec]; f.PayloadType == own.payloadType && f.Clock == own.clock {
			dst = append(dst, rtpmaps[f.Codec]...)
		} else {
			dst = appendRtpmap(dst, &f)
		}
		dst = appendFmtp(dst, &f)
	}
	if local.Ptime > 0 {
		dst = append(dst, "a=ptime:"...)
		dst = strconv.AppendInt(dst, local.Ptime.Milliseconds(), 10)
		dst = append(dst, "\r\n"...)
	}
	if local.Mux {
		dst = append(dst, "a=rtcp-mux\r\n"...)
	}
	dst = appendCrypto(dst, local.Crypto)
	dst = append(dst, "a="...)
	dst = append(dst, direction.String()...)
	return append(dst, "\r\n"...)
}

// rtpmaps are the lines that name our codecs by the payload types that we offer, as nearly every description does.
var rtpmaps = func() (lines [numCodecs][]byte) {
	for codec := range lines {
		f := Codec(codec).format()
		lines[codec] = appendRtpmap(nil, &f)
	}
	return lines
}()

// appendRtpmap appends the line that names the codec of a format.
func appendRtpmap(dst []byte, f *Format) []byte {
	dst = strconv.AppendUint(append(dst, "a=rtpmap:"...), uint64(f.PayloadType), 10)
	dst = append(append(append(dst, ' '), f.Codec.String()...), '/')
	dst = strconv.AppendUint(dst, uint64(f.Clock), 10)
	if channels := codecTable[f.Codec].channels; channels != "" {
		dst = append(append(dst, '/'), channels...)
	}
	return append(dst, "\r\n"...)
}

// appendFmtp appends the parameters of a format, if it has any.
func appendFmtp(dst []byte, f *Format) []byte {
	line := strconv.AppendUint(append(dst, "a=fmtp:"...), uint64(f.PayloadType), 10)
	full := f.appendParameters(append(line, ' '))
	if len(full) == len(line)+1 {
		return dst
	}
	return append(full, "\r\n"...)
}

// appendRefusal appends a stream with port 0, its formats as offered.
func appendRefusal(dst []byte, m *Media) []byte {
	dst = append(append(dst, "m="...), m.Kind...)
	dst = append(append(dst, " 0 "...), m.Protocol...)
	dst = append(append(dst, ' '), m.Formats...)
	return append(dst, "\r\n"...)
}
