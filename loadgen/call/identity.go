package call

import (
	"bytes"
	"encoding/hex"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// identity says which call of which machine a message belongs to. It is the Call-ID and From tag of the
// calls that we place and the To tag of those that we answer, so that a message finds its call without
// a table, and a late message of a finished call is known for what it is.
//
//	slot (8 hex digits)  generation (8)  -  machine (16)
//
// A slot is used again for another call under the next generation.
type identity [identityLen]byte

const (
	identityLen = 33
	dashAt      = 16
)

// newIdentity writes the identity of a call.
func newIdentity(slot int32, generation uint32, machine uint64) (id identity) {
	var raw [16]byte
	putUint32(raw[0:], uint32(slot))
	putUint32(raw[4:], generation)
	putUint32(raw[8:], uint32(machine>>32))
	putUint32(raw[12:], uint32(machine))
	hex.Encode(id[:dashAt], raw[:8])
	id[dashAt] = '-'
	hex.Encode(id[dashAt+1:], raw[8:])
	return id
}

func putUint32(b []byte, v uint32) {
	b[0], b[1], b[2], b[3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
}

// parseIdentity reads an identity; ok is false for anything that this machine did not write.
func parseIdentity(text []byte, machine uint64) (slot int32, generation uint32, ok bool) {
	if len(text) != identityLen || text[dashAt] != '-' {
		return 0, 0, false
	}
	var raw [16]byte
	if _, err := hex.Decode(raw[:8], text[:dashAt]); err != nil {
		return 0, 0, false
	}
	if _, err := hex.Decode(raw[8:], text[dashAt+1:identityLen]); err != nil {
		return 0, 0, false
	}
	if uint64(getUint32(raw[8:]))<<32|uint64(getUint32(raw[12:])) != machine {
		return 0, 0, false
	}
	return int32(getUint32(raw[0:])), getUint32(raw[4:]), true
}

// parseBranch reads the identity in a branch of ours.
func parseBranch(branch []byte, machine uint64) (slot int32, generation uint32, ok bool) {
	id, ours := bytes.CutPrefix(branch, cookie)
	if !ours || len(id) <= identityLen || id[identityLen] != '-' {
		return 0, 0, false
	}
	return parseIdentity(id[:identityLen], machine)
}

var cookie = []byte(sip.MagicCookie)

func getUint32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
