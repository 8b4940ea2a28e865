package call

import (
	"encoding/base64"

	"github.com/sipplan/sipplan/scenarios"
)

// srtpKey is a master key and salt of SRTP as a description offers it (RFC 4568, 6.1).
type srtpKey struct {
	text [srtpKeyText]byte
	made bool
}

const (
	srtpKeyOctets = 30 // 128 bits of key, 112 of salt
	srtpKeyText   = srtpKeyOctets / 3 * 4
)

// appendCrypto writes a keyword of an SRTP key that we offer. A key is made anew each time that it is
// written, unless an offset below 0 asks for the one before.
func (s *scripts) appendCrypto(dst []byte, st *scriptCall, segment *scenarios.Segment) []byte {
	ref := segment.Reference
	stream, which := 0, 0
	if ref.Video {
		stream = 1
	}
	if ref.Second {
		which = 1
	}
	switch segment.Keyword {
	case scenarios.CryptoTag:
		return append(dst, byte('1'+which))
	case scenarios.CryptoSuite:
		return append(dst, ref.Name...)
	}
	key := &st.media.keys[stream][which]
	if !key.made || ref.Offset >= 0 {
		var raw [srtpKeyOctets]byte
		for i := range raw {
			raw[i] = byte(s.random.Uint32())
		}
		base64.StdEncoding.Encode(key.text[:], raw[:])
		key.made = true
	}
	return append(dst, key.text[:]...)
}
