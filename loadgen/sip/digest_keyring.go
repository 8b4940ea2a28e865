package sip

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
)

// Bounds of what a Keyring takes.
const (
	MaxRealms    = 4    // realms of one account, of servers and of proxies
	MaxChallenge = 2048 // octets of one header value, longer ones are passed over
)

// Login says what to do about a refusal with 401 or 407.
type Login uint8

// The answers to a challenge.
const (
	LoginUnsupported Login = iota // no challenge that we can answer: the refusal stands
	LoginRejected                 // the credentials were refused: the refusal stands
	LoginRetry                    // send the request again with the header lines of the keyring
)

// String returns the answer in words, as the reason of a failure.
func (l Login) String() string {
	switch l {
	case LoginRejected:
		return "credentials rejected"
	case LoginRetry:
		return "challenged"
	}
	return "no challenge that can be answered"
}

// Trial is what one request remembers of its challenges, from its first sending to its final response.
// The zero value is a request that was not sent yet; another request of the call begins with a new one.
type Trial struct{ sent, answered, stale uint8 } // a bit for each realm of the keyring

// Keyring answers challenges with one account. It keeps the nonce of each realm, so that the next request
// carries its credentials from the start (RFC 7616, 3.4; RFC 3261, 22.2 and 22.3) and no round trip is lost.
// Requests under way at the same time may share it, each with a Trial of its own. It belongs to one
// goroutine.
type Keyring struct {
	account Credentials
	random  rand.Source
	spaces  []*protectionSpace
}

// NewKeyring returns the keyring of an account. random draws the cnonces; a ChaCha8 with a random seed
// draws them beyond guessing.
func NewKeyring(account Credentials, random rand.Source) *Keyring {
	return &Keyring{account: account, random: random}
}

// Format names the user, whatever the verb.
func (k *Keyring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.account.String()) }

// AppendHeaders appends the header lines with the credentials of a request, one Authorization or
// Proxy-Authorization line for each realm that gave us a nonce, none before the first challenge. Each call
// counts as another request: what is repeated, and the ACK of a 2xx, takes the lines of the first sending
// (RFC 3261, 17.1.1.2 and 13.2.2.4).
func (k *Keyring) AppendHeaders(dst []byte, t *Trial, request Covered) []byte {
	for i, s := range k.spaces {
		if s.held {
			t.sent |= 1 << i
			dst = s.appendHeader(dst, k.account.User, request)
		}
	}
	return dst
}

// Challenged reads the challenges of a 401 or 407, in the order of the message, and says whether the
// request is worth another try. Of each realm it takes the topmost challenge that is Supported (RFC 8760,
// 2.4); a response can carry those of servers and of proxies, of several realms (RFC 3261, 22.3).
//
// A request is tried again when it had no credentials for the realm, when they are said to be stale, or when
// they were those of an earlier request and the nonce changed; each at most once. Another refusal means that
// the credentials are wrong: their nonce is dropped, so that they are not sent again unasked.
func (k *Keyring) Challenged(t *Trial, values []Authentication) Login {
	seen, rejected := uint8(0), false
	for _, v := range values {
		rest := v.Value
		if len(rest) > MaxChallenge {
			continue
		}
		for len(rest) > 0 {
			var c Challenge
			var err error
			if rest, err = ParseChallenge(rest, &c); err != nil || !c.Supported() {
				continue
			}
			bit := k.space(v.Proxy, c.Realm)
			if bit < 0 || seen&(1<<bit) != 0 {
				continue
			}
			seen |= 1 << bit
			rejected = !k.answer(t, bit, &c) || rejected
		}
	}
	switch {
	case seen == 0:
		return LoginUnsupported
	case rejected:
		return LoginRejected
	}
	return LoginRetry
}

// space returns the index of a realm, a new one where it is not known, -1 where there are too many.
func (k *Keyring) space(proxy bool, realm []byte) int {
	for i, s := range k.spaces {
		if s.proxy == proxy && bytes.Equal(s.realm, realm) {
			return i
		}
	}
	if len(k.spaces) == MaxRealms {
		return -1
	}
	k.spaces = append(k.spaces, &protectionSpace{proxy: proxy, realm: bytes.Clone(realm)})
	return len(k.spaces) - 1
}

// answer takes over the challenge of a realm, or returns false when it refuses the credentials.
func (k *Keyring) answer(t *Trial, i int, c *Challenge) bool {
	s, bit := k.spaces[i], uint8(1)<<i
	switch first := t.answered&bit == 0; {
	case first && t.sent&bit == 0: // no credentials yet
	case c.Stale && t.stale&bit == 0:
		t.stale |= bit
	case first && !s.holds(c.Nonce): // those of an earlier request: the nonce was stale in all but name
	default:
		s.held = false
		return false
	}
	t.answered |= bit
	s.adopt(c, k.account, k.random.Uint64())
	return true
}
