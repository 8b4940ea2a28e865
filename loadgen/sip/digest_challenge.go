package sip

import "errors"

// errNotDigest is what the parsers return for another scheme, such as Basic or Bearer.
var errNotDigest = errors.New("not the authentication scheme Digest")

// Authentication is one header value of digest authentication as it stands in a message: a challenge in
// a response, credentials in a request.
type Authentication struct {
	Proxy bool   // Proxy-Authenticate or Proxy-Authorization, else WWW-Authenticate or Authorization
	Value []byte // from the scheme on
}

// Challenge is what a server wants of a request (RFC 7616, 3.3). Its texts point into the header value
// and stand as between the quotes there, escapes included.
type Challenge struct {
	Realm         []byte
	Nonce         []byte
	Opaque        []byte    // nil when there is none
	Algorithm     Algorithm // MD5 when none is named
	AlgorithmName []byte    // as written, to be sent back; nil when none is named
	Qops          Qop       // those offered that we know; 0 when we know none of them
	Stale         bool      // the credentials were right, but their nonce too old
}

// ParseChallenge reads the first challenge of a WWW-Authenticate or Proxy-Authenticate value into c and
// returns what follows it: the next challenge of the same line, or nothing. The error is a
// *MalformedError, or says that the scheme is another one.
//
// Parameters that it does not know are passed over (RFC 7616, 3.3). What it does not support is no error;
// see Supported.
func ParseChallenge(value []byte, c *Challenge) (rest []byte, err error) {
	*c = Challenge{}
	r, ok := readDigest(value)
	if !ok {
		return nil, errNotDigest
	}
	var stale, qops []byte
	for {
		p, more := r.next()
		if !more {
			break
		}
		r.keep(c.store(p, &stale, &qops))
	}
	r.fail(c.Realm == nil || len(c.Nonce) == 0, errDigestMissing)
	if r.problem != nil {
		return nil, r.problem
	}
	c.Stale = equalFold(stale, "true")
	c.Qops = offeredQops(qops)
	c.Algorithm = MD5 // RFC 7616, 3.3
	if c.AlgorithmName != nil {
		c.Algorithm = AlgorithmOf(c.AlgorithmName)
	}
	return r.rest, nil
}

// store keeps a parameter of a challenge.
func (c *Challenge) store(p digestParameter, stale, qops *[]byte) *MalformedError {
	switch {
	case p.is("realm"):
		return p.store(&c.Realm)
	case p.is("nonce"):
		return p.store(&c.Nonce)
	case p.is("opaque"):
		return p.store(&c.Opaque)
	case p.is("algorithm"):
		return p.store(&c.AlgorithmName)
	case p.is("stale"):
		return p.store(stale)
	case p.is("qop"):
		return p.store(qops)
	}
	return nil
}

// offeredQops reads a list such as `auth, auth-int`. An empty one is like none.
func offeredQops(list []byte) Qop {
	if len(trim(list)) == 0 {
		return QopNone
	}
	var offered Qop
	for more := true; more; {
		var name []byte
		name, list, more = cutOutside(list, ',')
		offered |= qopOf(trim(name))
	}
	return offered
}

// qopOf returns the quality of protection of a name, 0 for an unknown one.
func qopOf(name []byte) Qop {
	switch {
	case equalFold(name, "auth"):
		return QopAuth
	case equalFold(name, "auth-int"):
		return QopAuthInt
	}
	return 0
}

// Supported reports whether the challenge can be answered: we know the algorithm and one quality of
// protection. A -sess algorithm needs qop, for without it no cnonce is sent (RFC 2617, 3.2.2).
func (c *Challenge) Supported() bool {
	qops := c.Qops
	if c.Algorithm.session() {
		qops &^= QopNone
	}
	return c.Algorithm != UnknownAlgorithm && qops != 0
}

// AppendTo appends the challenge as a header value. The texts stand as they are.
func (c *Challenge) AppendTo(dst []byte) []byte {
	dst = append(append(dst, `Digest realm="`...), c.Realm...)
	dst = append(append(dst, `", nonce="`...), c.Nonce...)
	if c.Opaque != nil {
		dst = append(append(dst, `", opaque="`...), c.Opaque...)
	}
	if c.Stale {
		dst = append(dst, `", stale=true`...)
	} else {
		dst = append(dst, '"')
	}
	if c.AlgorithmName != nil {
		dst = append(append(dst, ", algorithm="...), c.AlgorithmName...)
	}
	if list := c.Qops.String(); list != "" {
		dst = append(append(append(dst, `, qop="`...), list...), '"')
	}
	return dst
}

// keep records a problem, if there is one.
func (r *digestReader) keep(problem *MalformedError) { r.fail(problem != nil, problem) }
