package sip

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Realm challenges requests and checks their credentials (RFC 7616, 3.3 and 3.4.6; RFC 3261, 22). It
// keeps nothing for a challenge: its nonces carry their time and its seal. It belongs to one goroutine.
type Realm struct {
	cfg        RealmConfig
	name       []byte
	algorithms [][]byte // names of those of cfg
	accounts   Accounts
	mint       *nonceMint
	uses       nonceUses
	user       []byte // of the credentials at hand, without escapes
}

// NewRealm returns a realm. Realms with one key and configuration accept each other's nonces, as the
// shards of one server do; the key is random and stays in the process.
func NewRealm(cfg RealmConfig, accounts Accounts, key [32]byte) (*Realm, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("digest realm: %w", err)
	}
	cfg = cfg.withDefaults()
	r := &Realm{
		cfg: cfg, name: []byte(cfg.Name), accounts: accounts,
		mint: newNonceMint(key, cfg.Name, cfg.Proxy), uses: make(nonceUses, cfg.Replays),
	}
	for _, a := range cfg.Algorithms {
		r.algorithms = append(r.algorithms, []byte(a.String()))
	}
	return r, nil
}

// Status returns the status of the response that carries the challenges.
func (r *Realm) Status() int {
	if r.cfg.Proxy {
		return 407
	}
	return 401
}

// AppendChallenges appends the header lines of a challenge with a new nonce: one line for each algorithm
// (RFC 8760, 2.3). Stale tells the caller to try again without asking its user.
func (r *Realm) AppendChallenges(dst []byte, now time.Duration, stale bool) []byte {
	name := "WWW-Authenticate: "
	if r.cfg.Proxy {
		name = "Proxy-Authenticate: "
	}
	nonce, serial := r.mint.issue(now)
	r.uses.begin(serial)
	c := Challenge{Realm: r.name, Nonce: nonce, Stale: stale, Qops: r.cfg.Qops}
	for i, a := range r.cfg.Algorithms {
		c.Algorithm, c.AlgorithmName = a, r.algorithms[i]
		dst = append(c.AppendTo(append(dst, name...)), "\r\n"...)
	}
	return dst
}

// DigestVerdict is what the credentials of a request are worth.
type DigestVerdict uint8

// The verdicts.
const (
	DigestMissing   DigestVerdict = iota // no credentials for this realm: challenge
	DigestMalformed                      // credentials that cannot be read: 400
	DigestRefused                        // unknown user, wrong password, or not what was offered: challenge or 403
	DigestStale                          // right, but the nonce is too old or was used: challenge with stale
	DigestAccepted
)

// String returns the verdict in words.
func (v DigestVerdict) String() string {
	switch v {
	case DigestMissing:
		return "no credentials"
	case DigestMalformed:
		return "malformed credentials"
	case DigestRefused:
		return "wrong credentials"
	case DigestStale:
		return "stale nonce"
	}
	return "accepted"
}

// Verify checks the credentials of a request: those among values that are for this realm. The user is the
// name that was accepted, else nil; it is valid until the next call. A request URI of nil is not compared
// with that of the credentials, as behind proxies, which rewrite it (RFC 3261, 22.4). An ACK or a CANCEL
// cannot be sent again, so it is never challenged (22.1).
func (r *Realm) Verify(now time.Duration, values []Authentication, request Covered) (user []byte, verdict DigestVerdict) {
	return r.find(now, values, request, false)
}

// VerifyRepeat is Verify for a request that came in before, whose nonce count is known already.
func (r *Realm) VerifyRepeat(now time.Duration, values []Authentication, request Covered) (user []byte, verdict DigestVerdict) {
	return r.find(now, values, request, true)
}

// find verifies the credentials among values that are for this realm.
func (r *Realm) find(now time.Duration, values []Authentication, request Covered, repeat bool) (user []byte, verdict DigestVerdict) {
	for _, v := range values {
		if v.Proxy != r.cfg.Proxy {
			continue
		}
		var a Authorization
		switch err := ParseAuthorization(v.Value, &a); {
		case errors.Is(err, errNotDigest):
		case err != nil:
			verdict = DigestMalformed
		case bytes.Equal(a.Realm, r.name):
			return r.verify(now, &a, request, repeat)
		}
	}
	return nil, verdict
}

// verify checks the response first and the nonce afterwards: only who knows the password is told that the
// nonce is stale (RFC 7616, 3.3).
func (r *Realm) verify(now time.Duration, a *Authorization, request Covered, repeat bool) ([]byte, DigestVerdict) {
	user := a.User
	if bytes.IndexByte(user, '\\') >= 0 {
		r.user = appendUnescaped(r.user[:0], user)
		user = r.user
	}
	password, known := r.accounts.Password(user)
	right := r.offered(a) && a.responds(user, password, request)
	same := request.URI == nil || bytes.Equal(a.URI, request.URI)
	switch {
	case !known || !right || !same:
		return nil, DigestRefused
	case !r.fresh(now, a, repeat):
		return nil, DigestStale
	}
	return user, DigestAccepted
}

// offered reports whether credentials are of an algorithm and a quality of protection that was offered.
func (r *Realm) offered(a *Authorization) bool {
	return a.Qop&r.cfg.Qops != 0 && slices.Contains(r.cfg.Algorithms, a.Algorithm)
}

// fresh reports whether the nonce of credentials is ours, young enough, and used for the first time with
// its count, unless the request is a repeat.
func (r *Realm) fresh(now time.Duration, a *Authorization, repeat bool) bool {
	issued, serial, ok := r.mint.read(a.Nonce)
	if !ok || now-issued > r.cfg.NonceLife {
		return false
	}
	if len(r.uses) == 0 || repeat {
		return true
	}
	count, _ := countOf(a.Count)
	return r.uses.first(serial, count)
}
