package sip

import (
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
)

// Authorization is what a caller answers to a challenge (RFC 7616, 3.4). Its texts point into the header
// value and stand as between the quotes there, escapes included.
type Authorization struct {
	User      []byte
	Realm     []byte
	Nonce     []byte
	URI       []byte
	Response  []byte
	Cnonce    []byte // nil without qop
	Count     []byte // nc as written, eight digits; nil without qop
	Opaque    []byte
	Algorithm Algorithm // MD5 when none is named
	Qop       Qop       // one; 0 for an unknown name
}

// ParseAuthorization reads an Authorization or Proxy-Authorization value into a. The error is a
// *MalformedError, or says that the scheme is another one.
func ParseAuthorization(value []byte, a *Authorization) error {
	*a = Authorization{}
	r, ok := readDigest(value)
	if !ok {
		return errNotDigest
	}
	var qop, algorithm []byte
	for {
		p, more := r.next()
		if !more {
			break
		}
		r.keep(a.store(p, &qop, &algorithm))
	}
	r.fail(len(r.rest) > 0, errDigestSyntax)
	a.Algorithm, a.Qop = MD5, QopNone
	if algorithm != nil {
		a.Algorithm = AlgorithmOf(algorithm)
	}
	if qop != nil {
		a.Qop = qopOf(qop)
		r.fail(a.Cnonce == nil || a.Count == nil, errDigestMissing) // RFC 7616, 3.4
	}
	r.fail(a.User == nil || a.Realm == nil || a.Nonce == nil || a.URI == nil || a.Response == nil, errDigestMissing)
	if a.Count != nil {
		_, ok := countOf(a.Count)
		r.fail(!ok, errDigestCount)
	}
	if r.problem != nil {
		return r.problem
	}
	return nil
}

// Proves reports whether the credentials are those of an account for a request, whoever made their nonce.
// request.URI is left aside: the digest is over the URI that the credentials name.
func (a *Authorization) Proves(account Credentials, request Covered) bool {
	return a.responds([]byte(account.User), account.Password, request)
}

// responds reports whether the response is that of the password. It takes the same time wherever it
// differs.
func (a *Authorization) responds(user []byte, password Secret, request Covered) bool {
	var keySum, sum hexSum
	p := proof{
		algorithm: a.Algorithm, qop: a.Qop, nonce: a.Nonce, nc: a.Count, cnonce: a.Cnonce,
		method: request.Method, uri: a.URI, body: request.Body,
		key: digestKey(&keySum, a.Algorithm, user, password, a.Realm, a.Nonce, a.Cnonce),
	}
	want := p.response(&sum)
	var raw, given [len(hexSum{}) / 2]byte
	if len(a.Response) != len(want) {
		return false
	}
	if _, err := hex.Decode(given[:], a.Response); err != nil { // upper-case digits are forgiven
		return false
	}
	_, _ = hex.Decode(raw[:], want)
	return subtle.ConstantTimeCompare(raw[:], given[:]) == 1
}

// store keeps a parameter of credentials.
func (a *Authorization) store(p digestParameter, qop, algorithm *[]byte) *MalformedError {
	switch {
	case p.is("username"):
		return p.store(&a.User)
	case p.is("realm"):
		return p.store(&a.Realm)
	case p.is("nonce"):
		return p.store(&a.Nonce)
	case p.is("uri"):
		return p.store(&a.URI)
	case p.is("response"):
		return p.store(&a.Response)
	case p.is("cnonce"):
		return p.store(&a.Cnonce)
	case p.is("nc"):
		return p.store(&a.Count)
	case p.is("opaque"):
		return p.store(&a.Opaque)
	case p.is("qop"):
		return p.store(qop)
	case p.is("algorithm"):
		return p.store(algorithm)
	}
	return nil
}

// countOf reads a nonce count: eight hexadecimal digits.
func countOf(text []byte) (nc uint32, ok bool) {
	var raw [4]byte
	if len(text) != hex.EncodedLen(len(raw)) {
		return 0, false
	}
	_, err := hex.Decode(raw[:], text)
	return binary.BigEndian.Uint32(raw[:]), err == nil
}

// appendCount appends a nonce count.
func appendCount(dst []byte, nc uint32) []byte {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], nc)
	return hex.AppendEncode(dst, raw[:])
}

// AppendAnswer appends the value of an Authorization or Proxy-Authorization header that answers c for a
// request. cnonce is a nonce of ours, without quotes or backslashes; nc counts the requests that used the
// nonce of c, this one included. Both are left out where c offers no qop. Where c is not Supported nothing
// is appended.
//
// It computes the key from the password each time. A Keyring keeps it, and counts.
func (c *Challenge) AppendAnswer(dst []byte, account Credentials, request Covered, cnonce []byte, nc uint32) []byte {
	var out hexSum
	key := digestKey(&out, c.Algorithm, account.User, account.Password, c.Realm, c.Nonce, cnonce)
	return c.appendAnswer(dst, account.User, key, request, cnonce, nc)
}

// appendAnswer is AppendAnswer with the key at hand. What is hashed is what stands between the quotes.
func (c *Challenge) appendAnswer(dst []byte, user string, key []byte, request Covered, cnonce []byte, nc uint32) []byte {
	if !c.Supported() {
		return dst
	}
	dst = appendEscaped(append(dst, `Digest username="`...), user)
	dst = append(append(dst, `", realm="`...), c.Realm...)
	dst = append(append(dst, `", nonce="`...), c.Nonce...)
	dst = append(dst, `", uri="`...)
	start := len(dst)
	dst = appendEscaped(dst, request.URI)
	var digits [8]byte
	p := proof{
		algorithm: c.Algorithm, qop: c.Qops.choice(), key: key, nonce: c.Nonce, nc: appendCount(digits[:0], nc), cnonce: cnonce,
		method: request.Method, uri: dst[start:], body: request.Body,
	}
	var out hexSum
	dst = append(append(dst, `", response="`...), p.response(&out)...)
	dst = append(dst, '"')
	if c.AlgorithmName != nil { // the one that was supplied (RFC 7616, 3.4)
		dst = append(append(dst, ", algorithm="...), c.AlgorithmName...)
	}
	if p.qop != QopNone {
		dst = append(append(dst, `, cnonce="`...), cnonce...)
		dst = append(append(dst, `", qop=`...), p.qop.String()...)
		dst = append(append(dst, ", nc="...), p.nc...)
	}
	if c.Opaque != nil {
		dst = append(append(append(dst, `, opaque="`...), c.Opaque...), '"')
	}
	return dst
}
