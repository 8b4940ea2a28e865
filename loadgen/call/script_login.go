package call

import (
	"bytes"
	"encoding/hex"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// scriptChallenge is what a server asked of a call (RFC 7616, 3.3), and how often it was answered.
type scriptChallenge struct {
	value []byte
	proxy bool
	count uint32
}

func (ch *scriptChallenge) reset() { ch.value, ch.count = ch.value[:0], 0 }

// keep takes the challenge of a 401 or 407: the first that can be answered.
func (ch *scriptChallenge) keep(r *sip.Message) {
	ch.reset()
	ch.proxy = r.Status == 407
	var read sip.Challenge
	for _, a := range r.Authentications[:r.NumAuthentications] {
		if _, err := sip.ParseChallenge(a.Value, &read); err == nil && (read.Supported() || len(ch.value) == 0) {
			ch.value = append(ch.value[:0], a.Value...)
			if read.Supported() {
				return
			}
		}
	}
}

// loginScratch are the texts of one answer to a challenge.
type loginScratch struct{ user, password []byte }

var loginKeyword = []byte("[authentication")

// appendLogin writes the header line that answers the challenge of the call; without one it writes nothing.
func (s *scripts) appendLogin(dst []byte, r *rendering, ref *scenarios.Reference) []byte {
	user, password := s.login.user[:0], s.login.password[:0]
	if ref.User != nil {
		user = s.appendText(user, r, ref.User)
	}
	if ref.Password != nil {
		password = s.appendText(password, r, ref.Password)
	}
	s.login = loginScratch{user, password}
	return s.answerChallenge(dst, r, string(user), ref.Password != nil, string(password))
}

// appendCellLogin puts the credentials in the place of a keyword that a cell holds, from at on.
func (s *scripts) appendCellLogin(dst []byte, r *rendering, at int) []byte {
	keyword, rest, _ := bytes.Cut(dst[at:], []byte{']'})
	after := append(s.scratch[1][:0], rest...)
	s.scratch[1] = after
	user, _ := cellParameter(keyword, "username=")
	password, given := cellParameter(keyword, "password=")
	dst = s.answerChallenge(dst[:at], r, user, given, password)
	return append(dst, after...)
}

// cellParameter returns the value of a parameter of a keyword, quoted or up to a space.
func cellParameter(keyword []byte, name string) (string, bool) {
	_, value, found := bytes.Cut(keyword, []byte(name))
	if !found {
		return "", false
	}
	end := " "
	if len(value) > 0 && value[0] == '"' {
		value, end = value[1:], `"`
	}
	value, _, _ = bytes.Cut(value, []byte(end))
	return string(value), true
}

// answerChallenge writes the credentials of an account for the request that is being written; an empty user
// stands for that of the run.
func (s *scripts) answerChallenge(dst []byte, r *rendering, user string, ownPassword bool, password string) []byte {
	ch := &r.st.challenge
	if r.message == nil || len(ch.value) == 0 {
		return dst
	}
	var read sip.Challenge
	if _, err := sip.ParseChallenge(ch.value, &read); err != nil {
		return dst
	}
	account := s.cfg.Account
	if user != "" {
		account.User = user
	}
	if ownPassword {
		account = sip.NewCredentials(account.User, password)
	}
	_, rest, _ := bytes.Cut(dst[r.head:], []byte{' '})
	uri, _, _ := bytes.Cut(rest, []byte{' '})
	var raw [8]byte
	for i := range raw {
		raw[i] = byte(s.random.Uint32())
	}
	var cnonce [16]byte
	hex.Encode(cnonce[:], raw[:])
	ch.count++
	name := "Authorization: "
	if ch.proxy {
		name = "Proxy-Authorization: "
	}
	before := len(dst)
	covered := sip.Covered{Method: r.message.Method, URI: append(s.scratch[0][:0], uri...), Body: r.body}
	s.scratch[0] = covered.URI
	dst = read.AppendAnswer(append(dst, name...), account, covered, cnonce[:], ch.count)
	if len(dst) == before+len(name) {
		return dst[:before] // a challenge of an algorithm that nobody here knows
	}
	return dst
}

// verifyLogin tells whether a request has the credentials of an account.
func (s *scripts) verifyLogin(c *call, st *scriptCall, a *scenarios.Action, message []byte, now time.Duration) bool {
	user := s.text(s.login.user[:0], c, st, a.Text, now)
	password := s.text(s.login.password[:0], c, st, a.Key, now)
	s.login = loginScratch{user, password}
	method, _, _ := bytes.Cut(message, []byte{' '})
	_, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		var read sip.Authorization
		if sip.ParseAuthorization(headerValue(message, []byte(name)), &read) != nil {
			continue
		}
		if bytes.Equal(read.User, user) && read.Proves(sip.NewCredentials(string(user), string(password)), sip.Covered{Method: string(method), Body: body}) {
			return true
		}
	}
	return false
}
