package sip

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"time"
)

// nonceMint issues nonces that say themselves when they were issued, and that nobody else can make: a
// server keeps nothing for a challenge.
//
//	time in ms (8 octets)  serial (8)  HMAC-SHA-256 of both and of the realm, cut (14)
//
// in base64url: 40 characters. It belongs to one goroutine.
type nonceMint struct {
	mac    hash.Hash
	realm  []byte
	serial uint64
	raw    [nonceSize]byte
	sum    [sha256.Size]byte
	text   [nonceLen]byte
}

const (
	nonceSize = 30
	nonceLen  = nonceSize * 4 / 3
	nonceMAC  = 16 // where the MAC starts
)

func newNonceMint(key [32]byte, realm string, proxy bool) *nonceMint {
	m := &nonceMint{mac: hmac.New(sha256.New, key[:]), realm: []byte("server " + realm)}
	if proxy {
		m.realm = []byte("proxy " + realm)
	}
	return m
}

// issue returns a new nonce, valid until the next call, and its serial number, 1 or more.
func (m *nonceMint) issue(now time.Duration) (nonce []byte, serial uint64) {
	m.serial++
	binary.BigEndian.PutUint64(m.raw[:], uint64(now.Milliseconds()))
	binary.BigEndian.PutUint64(m.raw[8:], m.serial)
	copy(m.raw[nonceMAC:], m.authenticate())
	base64.RawURLEncoding.Encode(m.text[:], m.raw[:])
	return m.text[:], m.serial
}

// read returns when a nonce was issued and its serial number; ok is false for what no mint with our key
// made.
func (m *nonceMint) read(nonce []byte) (issued time.Duration, serial uint64, ok bool) {
	if len(nonce) != nonceLen {
		return 0, 0, false
	}
	if n, err := base64.RawURLEncoding.Decode(m.raw[:], nonce); err != nil || n != nonceSize {
		return 0, 0, false
	}
	if !hmac.Equal(m.authenticate()[:nonceSize-nonceMAC], m.raw[nonceMAC:]) {
		return 0, 0, false
	}
	issued = time.Duration(binary.BigEndian.Uint64(m.raw[:])) * time.Millisecond
	return issued, binary.BigEndian.Uint64(m.raw[8:]), true
}

// authenticate returns the MAC of the time and the serial number in raw.
func (m *nonceMint) authenticate() []byte {
	m.mac.Reset()
	m.mac.Write(m.raw[:nonceMAC])
	m.mac.Write(m.realm)
	return m.mac.Sum(m.sum[:0])
}

// nonceUses remembers which counts the latest nonces were used with, so that a request that was
// overheard cannot be sent again. It has a fixed size: a nonce that it had to forget is stale.
type nonceUses []nonceUse

// nonceUse are the counts of one nonce: the highest one, and a bit for each of the 64 up to it, because
// datagrams overtake each other.
type nonceUse struct {
	serial  uint64
	highest uint32
	seen    uint64
}

// begin makes room for a nonce that was issued.
func (u nonceUses) begin(serial uint64) {
	if len(u) > 0 {
		u[serial%uint64(len(u))] = nonceUse{serial: serial}
	}
}

// first reports whether a nonce comes with a count for the first time, and notes it.
func (u nonceUses) first(serial uint64, count uint32) bool {
	use := &u[serial%uint64(len(u))]
	if use.serial != serial || count == 0 {
		return false
	}
	if count > use.highest {
		use.seen = use.seen<<(count-use.highest) | 1 // a shift by 64 and more leaves 0
		use.highest = count
		return true
	}
	behind := use.highest - count
	if behind >= 64 || use.seen&(1<<behind) != 0 {
		return false
	}
	use.seen |= 1 << behind
	return true
}
