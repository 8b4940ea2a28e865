package sip

import (
	"errors"
	"strings"
	"testing"
)

func TestChallengeAppendAnswer(t *testing.T) {
	const head = `Digest username="alice", realm="example.com", nonce="abcdef0123456789", uri="sip:+15550100@192.0.2.10", response="`
	for _, row := range []struct{ name, challenge, want string }{
		{"nothing is sent back that was not there", `Digest realm="example.com", nonce="abcdef0123456789"`,
			head + `1b5b256d371b7be74675799995c6fd25"`},
		{"the algorithm as the server spells it", `Digest realm="example.com", nonce="abcdef0123456789", algorithm=md5, qop="auth"`,
			head + `e244d4b8ff080f01bb2175216274bb13", algorithm=md5, cnonce="0a4f113b", qop=auth, nc=00000001`},
		{"auth-int where nothing else is offered", `Digest realm="example.com", nonce="abcdef0123456789", qop="auth-int"`,
			head + `c6225626aa497b44253a780277b90e6c", cnonce="0a4f113b", qop=auth-int, nc=00000001`},
		{"auth rather than auth-int, in whatever order", `Digest realm="example.com", nonce="abcdef0123456789", algorithm=SHA-256, qop="auth-int, auth", opaque="x\"y"`,
			head + `57d1da1d4ea2d23a75e93b7642a65c56a3174ed6669fbbe259da8793a18b30df", algorithm=SHA-256, cnonce="0a4f113b", qop=auth, nc=00000001, opaque="x\"y"`},
		{"an empty opaque is one", `Digest realm="example.com", nonce="abcdef0123456789", opaque=""`,
			head + `1b5b256d371b7be74675799995c6fd25", opaque=""`},
		{"what cannot be answered is not", `Digest realm="example.com", nonce="abcdef0123456789", algorithm=AKAv1-MD5`, ``},
	} {
		t.Run(row.name, func(t *testing.T) {
			var c Challenge
			if _, err := ParseChallenge([]byte(row.challenge), &c); err != nil {
				t.Fatal(err)
			}
			if got := string(c.AppendAnswer(nil, alice, invite, []byte(sipCnonce), 1)); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestAnswerNeverEndsItsHeader(t *testing.T) {
	c := Challenge{Realm: []byte("a"), Nonce: []byte("n"), Algorithm: MD5, Qops: QopAuth}
	account := NewCredentials("alice\r\nRoute: <sip:evil>\x7f\", realm=\"b\\", "p")
	got := string(c.AppendAnswer(nil, account, Covered{"INVITE", []byte("sip:a\"\r\nb@c"), nil}, []byte("c"), 1))
	if strings.ContainsAny(got, "\r\n\x7f") {
		t.Errorf("control character in %q", got)
	}
	a := parsedAuthorization(t, []byte(got))
	if want := `alice??Route: <sip:evil>?\", realm=\"b\\`; string(a.User) != want {
		t.Errorf("user %s, want %s", a.User, want)
	}
	if string(a.Realm) != "a" || string(a.URI) != `sip:a\"??b@c` {
		t.Errorf("realm %s, URI %s", a.Realm, a.URI)
	}
}

func TestParseAuthorizationRefuses(t *testing.T) {
	const right = `Digest username="u", realm="a", nonce="n", uri="sip:a", response="00"`
	for _, row := range []struct {
		name, value string
		want        error
	}{
		{"nothing missing", right, nil},
		{"nothing missing with qop", right + `, qop=auth, cnonce="c", nc=0000000f`, nil},
		{"qop between quotes, upper-case digits", right + `, qop="auth", cnonce="c", nc="0000000F"`, nil},
		{"another scheme", `Bearer abc`, errNotDigest},
		{"no user", strings.Replace(right, `username="u", `, "", 1), errDigestMissing},
		{"no realm", strings.Replace(right, `realm="a", `, "", 1), errDigestMissing},
		{"no nonce", strings.Replace(right, `nonce="n", `, "", 1), errDigestMissing},
		{"no URI", strings.Replace(right, `uri="sip:a", `, "", 1), errDigestMissing},
		{"no response", strings.Replace(right, `response="00"`, "", 1), errDigestMissing},
		{"qop without cnonce", right + `, qop=auth, nc=00000001`, errDigestMissing},
		{"qop without count", right + `, qop=auth, cnonce="c"`, errDigestMissing},
		{"a count of seven digits", right + `, qop=auth, cnonce="c", nc=0000001`, errDigestCount},
		{"a count that is none", right + `, qop=auth, cnonce="c", nc=0000000g`, errDigestCount},
		{"two users", right + `, username="v"`, errDigestTwice},
		{"two answers in a line", right + `, ` + right, errDigestSyntax},
	} {
		t.Run(row.name, func(t *testing.T) {
			var a Authorization
			if err := ParseAuthorization([]byte(row.value), &a); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
		})
	}
}
