package sip

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
)

// The files digest*.go are digest authentication: RFC 7616 as SIP uses it (RFC 3261, 22; RFC 8760).
//
// They stand on the hashes of the standard library alone. github.com/icholy/digest, which sipgo's dialogs
// use, does not see "auth" in qop="auth-int, auth", hashes an empty body for auth-int unless it is handed a
// reader, builds each header from a dozen strings, knows no -sess and takes the first challenge only. A call
// under load writes one header into the buffer of its message, counts nonces, and meets several challenges.

// Algorithm is a digest algorithm (RFC 8760, 2.1).
type Algorithm uint8

// The algorithms. The -sess ones hash the first nonces into the key.
const (
	UnknownAlgorithm Algorithm = iota
	MD5
	MD5Sess
	SHA256
	SHA256Sess
	SHA512256
	SHA512256Sess
)

var algorithmNames = [...]string{"", "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"}

// AlgorithmOf returns the algorithm that a token names in any case, UnknownAlgorithm for another one.
func AlgorithmOf(token []byte) Algorithm {
	for a := MD5; a <= SHA512256Sess; a++ {
		if equalFold(token, algorithmNames[a]) {
			return a
		}
	}
	return UnknownAlgorithm
}

// String returns the token that names a, empty for UnknownAlgorithm.
func (a Algorithm) String() string {
	if int(a) < len(algorithmNames) {
		return algorithmNames[a]
	}
	return ""
}

// session reports whether the key depends on the nonces too.
func (a Algorithm) session() bool { return a == MD5Sess || a == SHA256Sess || a == SHA512256Sess }

// Qop is a set of qualities of protection: what a response vouches for (RFC 7616, 3.3).
type Qop uint8

// The qualities of protection.
const (
	QopNone    Qop = 1 << iota // no qop parameter, as before RFC 2617: method and URI, a nonce without count
	QopAuth                    // method and URI
	QopAuthInt                 // method, URI and body
)

// String returns the names in the set as the qop parameter of a challenge lists them; QopNone has none.
func (q Qop) String() string {
	switch q &^ QopNone {
	case QopAuth:
		return "auth"
	case QopAuthInt:
		return "auth-int"
	case QopAuth | QopAuthInt:
		return "auth,auth-int"
	}
	return ""
}

// choice returns the member of the set that a caller uses: auth, which every server that lists it can
// check whatever happened to the body on the way, then auth-int, then none; 0 for the empty set.
func (q Qop) choice() Qop {
	for _, one := range [...]Qop{QopAuth, QopAuthInt, QopNone} {
		if q&one != 0 {
			return one
		}
	}
	return 0
}

// Covered is what a digest vouches for: a request.
type Covered struct {
	Method string
	URI    []byte // Request-URI (RFC 3261, 22.4)
	Body   []byte // read for auth-int alone
}

// hexSum holds the longest hash in hexadecimal digits.
type hexSum [2 * sha256.Size]byte

// sum writes the hash of data to out, in lower-case hexadecimal digits, and returns the part of out that
// it fills.
func (a Algorithm) sum(out *hexSum, data []byte) []byte {
	switch a {
	case MD5, MD5Sess:
		sum := md5.Sum(data)
		return out[:hex.Encode(out[:], sum[:])]
	case SHA256, SHA256Sess:
		sum := sha256.Sum256(data)
		return out[:hex.Encode(out[:], sum[:])]
	case SHA512256, SHA512256Sess:
		sum := sha512.Sum512_256(data)
		return out[:hex.Encode(out[:], sum[:])]
	}
	return out[:0]
}

// scratchSize suffices for what is hashed in ordinary messages, so that it stays on the stack.
const scratchSize = 512

// digestKey writes H(user:realm:password) to out, and for a -sess algorithm H(that:nonce:cnonce) (RFC
// 7616, 3.4.2). Whoever has the key needs no password in this realm.
func digestKey[Text string | []byte](out *hexSum, a Algorithm, user Text, password Secret, realm, nonce, cnonce []byte) []byte {
	var scratch [scratchSize]byte
	b := append(append(scratch[:0], user...), ':')
	b = append(append(b, realm...), ':')
	b = append(b, password.reveal()...)
	key := a.sum(out, b)
	clear(b)
	if !a.session() {
		return key
	}
	b = append(append(b[:0], key...), ':')
	b = append(append(b, nonce...), ':')
	return a.sum(out, append(b, cnonce...))
}

// proof is what a response is computed from (RFC 7616, 3.4.1 and 3.4.3; RFC 2617, 3.2.2.1 without qop).
// Every text counts as it stands between the quotes of the header, escapes included: that is what unq(X)
// says, and what the servers of SIP do.
//
//	response = H(key ":" nonce ":" nc ":" cnonce ":" qop ":" H(A2))
//	           H(key ":" nonce ":" H(A2))               without qop
//	A2       = method ":" uri
//	           method ":" uri ":" H(body)               for auth-int
type proof struct {
	algorithm         Algorithm
	qop               Qop // one of the set
	key               []byte
	nonce, nc, cnonce []byte
	method            string
	uri, body         []byte
}

// response writes the response to out and returns the part that it fills.
func (p *proof) response(out *hexSum) []byte {
	var second, body hexSum
	var scratch [scratchSize]byte
	b := append(append(scratch[:0], p.method...), ':')
	b = append(b, p.uri...)
	if p.qop == QopAuthInt {
		b = append(append(b, ':'), p.algorithm.sum(&body, p.body)...)
	}
	a2 := p.algorithm.sum(&second, b)
	b = append(append(b[:0], p.key...), ':')
	b = append(append(b, p.nonce...), ':')
	if p.qop != QopNone {
		b = append(append(b, p.nc...), ':')
		b = append(append(b, p.cnonce...), ':')
		b = append(append(b, p.qop.String()...), ':')
	}
	return p.algorithm.sum(out, append(b, a2...))
}
