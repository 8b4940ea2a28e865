package sip

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Requests and accounts of the vectors.
var (
	mufasa = NewCredentials("Mufasa", "Circle of Life")
	jason  = NewCredentials("Jäsøn Doe", "Secret, or not?")
	alice  = NewCredentials("alice", "s3cret")
	invite = Covered{Method: "INVITE", URI: []byte("sip:+15550100@192.0.2.10"), Body: []byte("v=0\r\n")}
)

const (
	rfcNonce    = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
	rfcCnonce   = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	sipNonce    = "abcdef0123456789"
	sipCnonce   = "0a4f113b"
	jasonNonce  = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"
	jasonCnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
)

// digestVectors are responses that others computed.
var digestVectors = []struct {
	name          string
	account       Credentials
	realm, nonce  string
	algorithm     Algorithm
	qop           Qop
	request       Covered
	cnonce        string
	nc            uint32
	want, because string
}{
	{"MD5, auth", mufasa, "http-auth@example.org", rfcNonce, MD5, QopAuth, get("/dir/index.html"), rfcCnonce, 1,
		"8ca523f5e9506fed4657c9700eebdbec", "RFC 7616, 3.9.1"},
	{"SHA-256, auth", mufasa, "http-auth@example.org", rfcNonce, SHA256, QopAuth, get("/dir/index.html"), rfcCnonce, 1,
		"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", "RFC 7616, 3.9.1"},
	{"SHA-512-256, auth, name beyond ASCII", jason, "api@example.org", jasonNonce, SHA512256, QopAuth, get("/doe.json"), jasonCnonce, 1,
		"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5", "RFC 7616, 3.9.2, with erratum 4897"},
	{"MD5 without qop", alice, "example.com", sipNonce, MD5, QopNone, invite, "", 0,
		"1b5b256d371b7be74675799995c6fd25", "hashlib of Python"},
	{"MD5, auth, SIP", alice, "example.com", sipNonce, MD5, QopAuth, invite, sipCnonce, 1,
		"e244d4b8ff080f01bb2175216274bb13", "hashlib of Python"},
	{"MD5, auth-int, SIP", alice, "example.com", sipNonce, MD5, QopAuthInt, invite, sipCnonce, 1,
		"c6225626aa497b44253a780277b90e6c", "hashlib of Python"},
	{"SHA-256, auth, SIP", alice, "example.com", sipNonce, SHA256, QopAuth, invite, sipCnonce, 1,
		"57d1da1d4ea2d23a75e93b7642a65c56a3174ed6669fbbe259da8793a18b30df", "hashlib of Python"},
	{"MD5, auth, 43rd request", alice, "example.com", sipNonce, MD5, QopAuth, invite, sipCnonce, 43,
		"76baedaf3edada4d226b92ce166c81ae", "icholy/digest v1.2.0"},
	{"MD5, auth-int, 43rd request", alice, "example.com", sipNonce, MD5, QopAuthInt, invite, sipCnonce, 43,
		"cf7d9749b2d609ec92b548072aa65bb8", "icholy/digest v1.2.0"},
	{"SHA-256 without qop", alice, "example.com", sipNonce, SHA256, QopNone, invite, "", 0,
		"7929d57730d8f801b4f8af43d96b4b69f76408b612c603978d87ca8fb4de9566", "icholy/digest v1.2.0"},
	{"SHA-256, auth, 43rd request", alice, "example.com", sipNonce, SHA256, QopAuth, invite, sipCnonce, 43,
		"73f38d6024c54946ac715978855c6955288023b997974a3ce7d626fdde6975dc", "icholy/digest v1.2.0"},
	{"SHA-256, auth-int, 43rd request", alice, "example.com", sipNonce, SHA256, QopAuthInt, invite, sipCnonce, 43,
		"a8058cc6954d0529237a209ed9562fc1e98dddc868a5df2812f03ba3e75376de", "icholy/digest v1.2.0"},
	{"SHA-512-256 without qop", alice, "example.com", sipNonce, SHA512256, QopNone, invite, "", 0,
		"8b7a077ec95b690d1e2ba5d423c785b14af214874949966c56c68b6d63296780", "icholy/digest v1.2.0"},
	{"SHA-512-256, auth, 43rd request", alice, "example.com", sipNonce, SHA512256, QopAuth, invite, sipCnonce, 43,
		"1cfd655bdd39bac8d7127672cb5e108173f3faeae4084a1d5afe2a4e6028b46d", "icholy/digest v1.2.0"},
	{"SHA-512-256, auth-int, 43rd request", alice, "example.com", sipNonce, SHA512256, QopAuthInt, invite, sipCnonce, 43,
		"12cdf23ba4c9fd7f12e61365e0a4df2ad0bd9a68ca5b26e99c9323dbf36a2312", "icholy/digest v1.2.0"},
}

func get(path string) Covered { return Covered{Method: "GET", URI: []byte(path)} }

func TestDigestVectors(t *testing.T) {
	for _, v := range digestVectors {
		t.Run(v.name, func(t *testing.T) {
			c := Challenge{Realm: []byte(v.realm), Nonce: []byte(v.nonce), Algorithm: v.algorithm, Qops: v.qop}
			a := parsedAuthorization(t, c.AppendAnswer(nil, v.account, v.request, []byte(v.cnonce), v.nc))
			if string(a.Response) != v.want {
				t.Errorf("response %s, want %s (%s)", a.Response, v.want, v.because)
			}
		})
	}
}

// parsedAuthorization reads a header value that must be right.
func parsedAuthorization(t testing.TB, value []byte) *Authorization {
	t.Helper()
	var a Authorization
	if err := ParseAuthorization(value, &a); err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	return &a
}

// oracle computes a response another way: strings, formatted, as RFC 7616 writes it down.
func oracle(a Algorithm, qop Qop, account Credentials, realm, nonce, cnonce string, nc uint32, request Covered) string {
	h := func(format string, args ...any) string {
		text := []byte(fmt.Sprintf(format, args...))
		switch name, _ := strings.CutSuffix(a.String(), "-sess"); name {
		case "MD5":
			return fmt.Sprintf("%x", md5.Sum(text))
		case "SHA-256":
			return fmt.Sprintf("%x", sha256.Sum256(text))
		}
		return fmt.Sprintf("%x", sha512.Sum512_256(text))
	}
	a1 := h("%s:%s:%s", account.User, realm, account.Password.reveal())
	if strings.HasSuffix(a.String(), "-sess") {
		a1 = h("%s:%s:%s", a1, nonce, cnonce)
	}
	a2 := h("%s:%s", request.Method, request.URI)
	if qop == QopAuthInt {
		a2 = h("%s:%s:%s", request.Method, request.URI, h("%s", request.Body))
	}
	if qop == QopNone {
		return h("%s:%s:%s", a1, nonce, a2)
	}
	return h("%s:%s:%08x:%s:%s:%s", a1, nonce, nc, cnonce, qop, a2)
}

func TestResponseIsThatOfTheFormula(t *testing.T) {
	text := rapid.StringMatching(`[ -!#-\[\]-~é]{1,600}`)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom([]Algorithm{MD5, MD5Sess, SHA256, SHA256Sess, SHA512256, SHA512256Sess}).Draw(t, "algorithm")
		qop := rapid.SampledFrom([]Qop{QopNone, QopAuth, QopAuthInt}).Draw(t, "qop")
		if a.session() && qop == QopNone {
			t.Skip("not supported")
		}
		account := NewCredentials(text.Draw(t, "user"), rapid.String().Draw(t, "password"))
		realm, nonce, cnonce := text.Draw(t, "realm"), text.Draw(t, "nonce"), text.Draw(t, "cnonce")
		request := Covered{rapid.StringMatching(`[A-Z]{1,40}`).Draw(t, "method"), []byte(text.Draw(t, "uri")), rapid.SliceOf(rapid.Byte()).Draw(t, "body")}
		nc := rapid.Uint32().Draw(t, "nc")

		c := Challenge{Realm: []byte(realm), Nonce: []byte(nonce), Algorithm: a, AlgorithmName: []byte(a.String()), Qops: qop}
		var got Authorization
		if err := ParseAuthorization(c.AppendAnswer(nil, account, request, []byte(cnonce), nc), &got); err != nil {
			t.Fatal(err)
		}
		if want := oracle(a, qop, account, realm, nonce, cnonce, nc, request); string(got.Response) != want {
			t.Errorf("response %s, want %s", got.Response, want)
		}
	})
}

func TestAlgorithmOf(t *testing.T) {
	for token, want := range map[string]Algorithm{
		"MD5": MD5, "md5": MD5, "Md5-Sess": MD5Sess, "sha-256": SHA256, "SHA-256-sess": SHA256Sess, "SHA-512-256": SHA512256,
		"sha-512-256-SESS": SHA512256Sess, "": UnknownAlgorithm, "SHA-512": UnknownAlgorithm, "AKAv1-MD5": UnknownAlgorithm, "MD55": UnknownAlgorithm,
	} {
		if got := AlgorithmOf([]byte(token)); got != want {
			t.Errorf("%q is %v, want %v", token, got, want)
		}
	}
	if name := Algorithm(99).String(); name != "" {
		t.Errorf("an algorithm that there is not is called %q", name)
	}
}

func TestQopChoiceAndNames(t *testing.T) {
	for _, row := range []struct {
		offered Qop
		choice  Qop
		names   string
	}{
		{0, 0, ""},
		{QopNone, QopNone, ""},
		{QopAuth, QopAuth, "auth"},
		{QopAuthInt, QopAuthInt, "auth-int"},
		{QopAuth | QopAuthInt, QopAuth, "auth,auth-int"},
		{QopNone | QopAuthInt, QopAuthInt, "auth-int"},
	} {
		if got := row.offered.choice(); got != row.choice {
			t.Errorf("of %03b %03b is chosen, want %03b", row.offered, got, row.choice)
		}
		if got := row.offered.String(); got != row.names {
			t.Errorf("%03b is called %q, want %q", row.offered, got, row.names)
		}
	}
}
