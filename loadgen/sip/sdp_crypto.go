package sip

import (
	"bytes"
	"strconv"
)

// MaxCrypto bounds the a=crypto lines of the audio stream that are read. rtpengine offers twelve suites.
const MaxCrypto = 16

// Crypto is one a=crypto line (RFC 4568): a suite of SRTP and the key that who wrote the line sends with.
// The key is a secret: descriptions that are shown to anybody go through HideKeys.
type Crypto struct {
	Tag   uint32 // of the offer; an answer repeats it
	Suite []byte // such as AES_CM_128_HMAC_SHA1_80
	Key   []byte // key and salt in base64, without "inline:", lifetime and MKI
}

// String names the suite and leaves out the key.
func (c Crypto) String() string { return string(c.Suite) }

// crypto reads "1 AES_CM_128_HMAC_SHA1_80 inline:BASE64|2^31|1:4 FEC_ORDER=FEC_SRTP". A line with a
// session parameter that changes what is sent is not for us (RFC 4568, 6.3), nor is one with an MKI.
func (scan *sessionScanner) crypto(value []byte) {
	s := scan.s
	tagText, rest := cutField(trim(value))
	suite, rest := cutField(rest)
	key, session := cutField(rest)
	tag, ok := number(tagText, 999_999_999)
	key, inline := bytes.CutPrefix(key, []byte("inline:"))
	key, limits := cut(key, '|')
	if !ok || !inline || len(key) == 0 || len(session) > 0 || bytes.IndexByte(limits, ':') >= 0 || s.NumCrypto == MaxCrypto {
		return
	}
	s.Crypto[s.NumCrypto] = Crypto{Tag: uint32(tag), Suite: suite, Key: key}
	s.NumCrypto++
}

// appendCrypto appends the a=crypto lines.
func appendCrypto(dst []byte, lines []Crypto) []byte {
	for _, c := range lines {
		dst = strconv.AppendUint(append(dst, "a=crypto:"...), uint64(c.Tag), 10)
		dst = append(append(append(dst, ' '), c.Suite...), " inline:"...)
		dst = append(append(dst, c.Key...), "\r\n"...)
	}
	return dst
}

var (
	cryptoLine = []byte("a=crypto:")
	inlineKey  = []byte("inline:")
	hiddenKey  = []byte("hidden")
)

// HideKeys returns a message or session description without the keys of its a=crypto lines: what is logged,
// traced or reported. It returns text itself when there is none.
func HideKeys(text []byte) []byte {
	if !bytes.Contains(text, cryptoLine) {
		return text
	}
	var out []byte
	for line := range bytes.Lines(text) {
		at := bytes.Index(line, inlineKey)
		if !bytes.HasPrefix(line, cryptoLine) || at < 0 {
			out = append(out, line...)
			continue
		}
		out = append(append(out, line[:at+len(inlineKey)]...), hiddenKey...)
		out = append(out, line[len(bytes.TrimRight(line, "\r\n")):]...)
	}
	return out
}
