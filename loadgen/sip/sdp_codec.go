package sip

import "strings"

// Codec is an encoding of an audio stream that the generator can announce and choose.
type Codec uint8

// The codecs, named telephone events (RFC 4733) and comfort noise (RFC 3389). OtherCodec is any other.
const (
	OtherCodec Codec = iota
	PCMU
	PCMA
	G722
	G729
	Opus
	ILBC
	AMR
	TelephoneEvent
	ComfortNoise
	numCodecs
)

// codecTable is what an a=rtpmap says of each codec, and the payload type: static (RFC 3551, 6), or the one
// of the dynamic range that we offer. G722 has a clock of 8000 Hz by an old mistake (RFC 3551, 4.5.2), Opus
// always one of 48000 Hz and two channels (RFC 7587, 7).
var codecTable = [numCodecs]struct {
	name        string
	payloadType uint8
	clock       uint32
	channels    string
}{
	OtherCodec:     {"other", 0, 0, ""},
	PCMU:           {"PCMU", 0, 8000, ""},
	PCMA:           {"PCMA", 8, 8000, ""},
	G722:           {"G722", 9, 8000, ""},
	G729:           {"G729", 18, 8000, ""},
	Opus:           {"opus", 107, 48000, "2"},
	ILBC:           {"iLBC", 97, 8000, ""},
	AMR:            {"AMR", 96, 8000, ""},
	TelephoneEvent: {"telephone-event", 101, 8000, ""},
	ComfortNoise:   {"CN", 13, 8000, ""},
}

// wideEvents is the payload type of telephone events beside a codec with another clock than 8000 Hz.
const wideEvents = 110

// CodecNamed returns the codec of an encoding name, in any case.
func CodecNamed(name string) (c Codec, known bool) {
	for c = PCMU; c < numCodecs; c++ {
		if strings.EqualFold(c.String(), name) {
			return c, true
		}
	}
	return OtherCodec, false
}

// String returns the encoding name of a=rtpmap.
func (c Codec) String() string {
	if c >= numCodecs {
		c = OtherCodec
	}
	return codecTable[c].name
}

// PayloadType returns the static payload type of RFC 3551, or the dynamic one that is offered for a codec
// without one: for telephone events 101, which most phones use.
func (c Codec) PayloadType() uint8 {
	if c >= numCodecs {
		c = OtherCodec
	}
	return codecTable[c].payloadType
}

// Format is one payload type of the audio stream.
type Format struct {
	PayloadType uint8 // 0 to 127
	Codec       Codec
	Name        []byte // of a=rtpmap as written; nil for a static type without one
	Clock       uint32 // Hz; 0 when not given and not one of our codecs
	Parameters  []byte // of a=fmtp as written; nil without one
}

// format returns the codec as we offer it.
func (c Codec) format() Format {
	f := Format{PayloadType: c.PayloadType(), Codec: c, Clock: codecTable[c].clock}
	if c == ILBC {
		f.Parameters = shortFrames
	}
	return f
}

// aligned is AMR in its other payload format, which we offer too: some take only one of them.
func aligned() Format {
	f := AMR.format()
	f.PayloadType, f.Parameters = alignedAMR, octetAligned
	return f
}

// alignedAMR is the payload type of octet-aligned AMR in our offers.
const alignedAMR = 99

var (
	shortFrames  = []byte("mode=20")
	octetAligned = []byte("octet-align=1")
)

// Parameter returns the value of a parameter of a=fmtp, nil when it is not there.
func (f *Format) Parameter(name string) []byte {
	for rest := f.Parameters; len(rest) > 0; {
		var parameter []byte
		parameter, rest = cut(rest, ';')
		key, value := cut(trim(parameter), '=')
		if equalFold(trim(key), name) {
			return trim(value)
		}
	}
	return nil
}

// ShortFrames reports whether iLBC comes in frames of 20 ms: only when the format says so, else of 30 ms
// (RFC 3952, 4.2).
func (f *Format) ShortFrames() bool { return string(f.Parameter("mode")) == "20" }

// OctetAligned reports whether AMR payloads are octet-aligned: only when the format says so, else they are
// bandwidth-efficient (RFC 4867, 8.1).
func (f *Format) OctetAligned() bool { return string(f.Parameter("octet-align")) == "1" }

// appendParameters appends what we write after a=fmtp and the payload type; nothing when there is nothing to
// say. G.729 has its silence suppression, annex B, unless told otherwise (RFC 4856, 2.1.9).
func (f *Format) appendParameters(dst []byte) []byte {
	switch {
	case f.Codec == TelephoneEvent:
		return append(dst, "0-15"...)
	case f.Codec == G729:
		return append(dst, "annexb=no"...)
	case f.Codec == ILBC && f.ShortFrames():
		return append(dst, "mode=20"...)
	case f.Codec == ILBC:
		return append(dst, "mode=30"...)
	case f.Codec == AMR && f.OctetAligned():
		return append(dst, "octet-align=1"...)
	}
	return dst
}

// staticCodec returns the codec of a payload type that needs no a=rtpmap (RFC 3551, 6).
func staticCodec(payloadType uint8) Codec {
	for codec := range numCodecs {
		if codec != OtherCodec && payloadType < 96 && codecTable[codec].payloadType == payloadType {
			return codec
		}
	}
	return OtherCodec
}

// codecOf returns the codec of an a=rtpmap line. Telephone events come at the clock of any codec.
func codecOf(name []byte, clock uint32, channels []byte) Codec {
	for codec := range numCodecs {
		known := &codecTable[codec]
		if codec == OtherCodec || !equalFold(name, known.name) {
			continue
		}
		mono := len(channels) == 0 || string(channels) == "1"
		if codec == TelephoneEvent && clock > 0 && mono || clock == known.clock && (string(channels) == known.channels || known.channels == "" && mono) {
			return codec
		}
	}
	return OtherCodec
}
