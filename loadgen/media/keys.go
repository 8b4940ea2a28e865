package media

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/pion/srtp/v3"
)

// Suite is a set of SRTP algorithms: cipher, authentication, length of the tag.
type Suite uint8

// The suites. Plain is RTP without protection.
const (
	Plain       Suite = iota
	AES128SHA80       // AES_CM_128_HMAC_SHA1_80 (RFC 4568 section 6.2)
	AES128SHA32       // AES_CM_128_HMAC_SHA1_32
	AES256SHA80       // AES_256_CM_HMAC_SHA1_80 (RFC 6188)
	AES256SHA32       // AES_256_CM_HMAC_SHA1_32
	AES128GCM         // AEAD_AES_128_GCM (RFC 7714)
	AES256GCM         // AEAD_AES_256_GCM
	NullSHA80         // NULL_HMAC_SHA1_80: authenticated, not encrypted (RFC 3711 section 4.1.3); for tests, never offered
	NullSHA32         // NULL_HMAC_SHA1_32
	numSuites
)

var suiteTable = [numSuites]struct {
	name      string
	profile   srtp.ProtectionProfile
	key, salt int // octets
}{
	AES128SHA80: {"AES_CM_128_HMAC_SHA1_80", srtp.ProtectionProfileAes128CmHmacSha1_80, 16, 14},
	AES128SHA32: {"AES_CM_128_HMAC_SHA1_32", srtp.ProtectionProfileAes128CmHmacSha1_32, 16, 14},
	AES256SHA80: {"AES_256_CM_HMAC_SHA1_80", srtp.ProtectionProfileAes256CmHmacSha1_80, 32, 14},
	AES256SHA32: {"AES_256_CM_HMAC_SHA1_32", srtp.ProtectionProfileAes256CmHmacSha1_32, 32, 14},
	AES128GCM:   {"AEAD_AES_128_GCM", srtp.ProtectionProfileAeadAes128Gcm, 16, 12},
	AES256GCM:   {"AEAD_AES_256_GCM", srtp.ProtectionProfileAeadAes256Gcm, 32, 12},
	NullSHA80:   {"NULL_HMAC_SHA1_80", srtp.ProtectionProfileNullHmacSha1_80, 16, 14},
	NullSHA32:   {"NULL_HMAC_SHA1_32", srtp.ProtectionProfileNullHmacSha1_32, 16, 14},
}

// Suites returns all suites that encrypt, in the order of their strength of authentication and habit of use.
func Suites() []Suite {
	return []Suite{AES128SHA80, AES128SHA32, AES256SHA80, AES256SHA32, AES128GCM, AES256GCM}
}

// String returns the name of the suite in an SDP crypto attribute.
func (s Suite) String() string {
	if s == Plain || s >= numSuites {
		return "none"
	}
	return suiteTable[s].name
}

// ParseSuite returns the suite with a name of an SDP crypto attribute, false when it is not known.
func ParseSuite(name []byte) (Suite, bool) {
	for s := Plain + 1; s < numSuites; s++ {
		if string(name) == suiteTable[s].name {
			return s, true
		}
	}
	return Plain, false
}

// Encrypts tells whether nobody without the key can listen to what is sent.
func (s Suite) Encrypts() bool { return s != Plain && s != NullSHA80 && s != NullSHA32 }

// maxKeys is the room for the longest key and salt.
const maxKeys = 32 + 14

// Keys are the master key and salt that one side of a call protects its packets with. They are a secret:
// printing them in any way shows the suite alone. The zero value is that of plain RTP; two Keys are equal
// when they are the same key.
type Keys struct {
	suite    Suite
	open     bool // RTP is authenticated alone
	material [maxKeys]byte
}

// errKeyLength says that a key is not what its suite needs.
var errKeyLength = errors.New("key and salt do not have the length that the suite needs")

// NewKeys draws keys for a suite; random must be a source that nobody can guess, such as crypto/rand.
func NewKeys(s Suite, random io.Reader) (Keys, error) {
	k := Keys{suite: s}
	_, err := io.ReadFull(random, k.material[:s.length()])
	return k, err
}

// ParseKeys reads the base64 text of an SDP crypto attribute (RFC 4568 section 6.1). The padding at its end says nothing
// that the suite does not, and peers such as rtpengine leave it out.
func ParseKeys(s Suite, inline []byte) (Keys, error) {
	k := Keys{suite: s}
	var buffer [2 * maxKeys]byte
	for range 2 { // as many as base64 has at most
		inline = bytes.TrimSuffix(inline, []byte("="))
	}
	n := base64.RawStdEncoding.DecodedLen(len(inline))
	if s == Plain || n > len(buffer) {
		return Keys{}, errKeyLength
	}
	n, err := base64.RawStdEncoding.Decode(buffer[:], inline)
	if err != nil || n != s.length() { // the text of the error would hold a part of the key
		return Keys{}, errKeyLength
	}
	copy(k.material[:], buffer[:n])
	return k, nil
}

// AppendInline appends the keys as an SDP crypto attribute has them.
func (k Keys) AppendInline(dst []byte) []byte {
	return base64.StdEncoding.AppendEncode(dst, k.material[:k.suite.length()])
}

// Unencrypted returns the keys for a stream whose RTP is authenticated but not encrypted, as the session
// parameter UNENCRYPTED_SRTP says (RFC 4568 section 6.3.2).
func (k Keys) Unencrypted() Keys {
	k.open = true
	return k
}

// Suite returns what the keys are for, Plain for none.
func (k Keys) Suite() Suite { return k.suite }

// Format writes the suite, whatever the verb: keys do not get into logs.
func (k Keys) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "keys of %s", k.suite) }

// length returns the octets of key and salt together.
func (s Suite) length() int {
	if s >= numSuites {
		s = Plain
	}
	return suiteTable[s].key + suiteTable[s].salt
}

// context returns what protects or opens packets with the keys.
func (k Keys) context(options ...srtp.ContextOption) (*srtp.Context, error) {
	f := &suiteTable[k.suite]
	if k.open {
		options = append(options, srtp.SRTPNoEncryption())
	}
	return srtp.CreateContext(k.material[:f.key], k.material[f.key:f.key+f.salt], f.profile, options...)
}
