package sip

import (
	"bytes"
	"encoding/hex"
)

// protectionSpace is one realm of servers or of proxies, with the nonce that it gave us last and the
// count of requests that used it.
type protectionSpace struct {
	proxy     bool
	realm     []byte
	challenge Challenge // points into text
	text      []byte
	held      bool    // the nonce can be used
	keySum    *hexSum // nil before the first challenge; behind a pointer, so that no print-out shows it
	keyLen    int
	cnonce    [16]byte
	count     uint32
}

// holds reports whether nonce is the one in use.
func (s *protectionSpace) holds(nonce []byte) bool {
	return s.held && bytes.Equal(s.challenge.Nonce, nonce)
}

// adopt takes over a challenge. One that brings the nonce in use, as servers give it to all that ask
// within a second, changes nothing: the count goes on, for a server refuses a count that it has seen.
func (s *protectionSpace) adopt(c *Challenge, account Credentials, random uint64) {
	if s.holds(c.Nonce) && s.challenge.Algorithm == c.Algorithm && s.challenge.Qops == c.Qops {
		return
	}
	known := s.keySum != nil && s.challenge.Algorithm == c.Algorithm && !c.Algorithm.session()
	s.text = s.text[:0]
	for _, part := range [...][]byte{c.Nonce, c.Opaque, c.AlgorithmName} {
		s.text = append(s.text, part...)
	}
	s.challenge = *c
	s.challenge.Realm = s.realm
	opaque := len(c.Nonce)
	algorithm := opaque + len(c.Opaque)
	s.challenge.Nonce = s.text[:opaque]
	if c.Opaque != nil {
		s.challenge.Opaque = s.text[opaque:algorithm]
	}
	if c.AlgorithmName != nil {
		s.challenge.AlgorithmName = s.text[algorithm:]
	}
	s.begin(random)
	if !known {
		if s.keySum == nil {
			s.keySum = new(hexSum)
		}
		s.keyLen = len(digestKey(s.keySum, c.Algorithm, account.User, account.Password, s.realm, c.Nonce, s.cnonce[:]))
	}
}

// begin starts to count the requests of a nonce. The cnonce is one for all of them.
func (s *protectionSpace) begin(random uint64) {
	var raw [8]byte
	for i := range raw {
		raw[i] = byte(random >> (8 * i))
	}
	hex.Encode(s.cnonce[:], raw[:])
	s.count, s.held = 0, true
}

// appendHeader appends the header line that answers the challenge for a request, and counts it.
func (s *protectionSpace) appendHeader(dst []byte, user string, request Covered) []byte {
	name := "Authorization: "
	if s.proxy {
		name = "Proxy-Authorization: "
	}
	s.count++
	dst = s.challenge.appendAnswer(append(dst, name...), user, s.keySum[:s.keyLen], request, s.cnonce[:], s.count)
	return append(dst, "\r\n"...)
}
