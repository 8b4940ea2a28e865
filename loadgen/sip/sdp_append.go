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
	Codecs    []Codec       // PCMU and PCMA in order of preference; empty means PCMU, PCMA
	Events    bool          // telephone events too
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
	var formats [4]Format
	offered := formats[:0]
	for _, codec := range local.codecs() {
		offered = append(offered, Format{PayloadType: codec.PayloadType(), Codec: codec})
	}
	if local.Events {
		offered = append(offered, Format{PayloadType: TelephoneEvent.PayloadType(), Codec: TelephoneEvent})
	}
	dst = appendSession(dst, local)
	return appendAudio(dst, local, "RTP/AVP", offered, local.Direction)
}

// AppendAnswer appends the answer to an offer: as many m= lines, in the same order, the audio stream
// accepted with the one codec that Choose picks and the payload types of the offer, every other stream
// refused with port 0 (RFC 3264, 6). It returns dst as it was with ErrNoCommonCodec.
func AppendAnswer(dst []byte, offer *Session, local *Local) ([]byte, error) {
	codec, ok := offer.Choose(local.codecs()...)
	if !ok || offer.Audio < 0 || !offer.Media[offer.Audio].usable() {
		return dst, ErrNoCommonCodec
	}
	formats := [2]Format{codec}
	n := 1
	if event, ok := offer.Choose(TelephoneEvent); ok && local.Events {
		formats[n] = event
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
		dst = appendAudio(dst, local, string(m.Protocol), formats[:n], direction)
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
		dst = append(dst, "a=rtpmap:"...)
		dst = strconv.AppendUint(dst, uint64(f.PayloadType), 10)
		dst = append(append(append(dst, ' '), f.Codec.String()...), "/8000\r\n"...)
		if f.Codec == TelephoneEvent {
			dst = append(dst, "a=fmtp:"...)
			dst = strconv.AppendUint(dst, uint64(f.PayloadType), 10)
			dst = append(dst, " 0-15\r\n"...)
		}
	}
	if local.Ptime > 0 {
		dst = append(dst, "a=ptime:"...)
		dst = strconv.AppendInt(dst, local.Ptime.Milliseconds(), 10)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "a="...)
	dst = append(dst, direction.String()...)
	return append(dst, "\r\n"...)
}

// appendRefusal appends a stream with port 0, its formats as offered.
func appendRefusal(dst []byte, m *Media) []byte {
	dst = append(append(dst, "m="...), m.Kind...)
	dst = append(append(dst, " 0 "...), m.Protocol...)
	dst = append(append(dst, ' '), m.Formats...)
	return append(dst, "\r\n"...)
}
