package sip

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Accounts says what the password of a user is, ok false for a user that there is not. A Realm calls it
// once for each request with credentials, from its own goroutine; it must neither block nor keep user.
type Accounts interface {
	Password(user []byte) (password Secret, ok bool)
}

// AccountTable are accounts by user name.
type AccountTable map[string]Secret

// Password returns the password of a user.
func (t AccountTable) Password(user []byte) (password Secret, ok bool) {
	password, ok = t[string(user)]
	return password, ok
}

// RealmConfig describes what a server asks of those who send it requests.
type RealmConfig struct {
	Name       string        // shown to users, part of every key
	Proxy      bool          // 407 and Proxy-Authenticate, else 401 and WWW-Authenticate
	Algorithms []Algorithm   // offered, preferred one first; empty for SHA-256, then MD5
	Qops       Qop           // offered; 0 for auth. With QopNone, credentials without qop are accepted
	NonceLife  time.Duration // how long a nonce is good; 0 for five minutes
	// Replays is the number of latest nonces whose counts are remembered, so that no request is accepted
	// twice; 0 leaves the counts unchecked. Only the Realm that issued a nonce knows its counts.
	Replays int
}

// Validate returns all that is wrong with the configuration.
func (c RealmConfig) Validate() error {
	var errs []error
	if strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' }) {
		errs = append(errs, fmt.Errorf("name: must have no quotes, backslashes or control characters, got %q", c.Name))
	}
	for i, a := range c.Algorithms {
		if a.String() == "" {
			errs = append(errs, fmt.Errorf("algorithms[%d]: must be one that is known, got %d", i, a))
		}
		if a.session() && c.Qops == QopNone {
			errs = append(errs, fmt.Errorf("algorithms[%d]: %v needs qop, for without it no cnonce is sent", i, a))
		}
	}
	if c.Qops&^(QopNone|QopAuth|QopAuthInt) != 0 {
		errs = append(errs, fmt.Errorf("qops: must be none, auth or auth-int, got %#x", uint8(c.Qops)))
	}
	if c.NonceLife < 0 {
		errs = append(errs, fmt.Errorf("nonce life: must not be negative, got %v", c.NonceLife))
	}
	if c.Replays < 0 {
		errs = append(errs, fmt.Errorf("replays: must not be negative, got %d", c.Replays))
	}
	if c.Replays > 0 && c.Qops&QopNone != 0 {
		errs = append(errs, errors.New("replays: need a nonce count, and without qop there is none"))
	}
	return errors.Join(errs...)
}

func (c RealmConfig) withDefaults() RealmConfig {
	if len(c.Algorithms) == 0 {
		c.Algorithms = []Algorithm{SHA256, MD5}
	}
	if c.Qops == 0 {
		c.Qops = QopAuth
	}
	if c.NonceLife == 0 {
		c.NonceLife = 5 * time.Minute
	}
	return c
}
