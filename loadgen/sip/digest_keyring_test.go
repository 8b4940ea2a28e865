package sip

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// www and proxy are challenges of a server and of a proxy.
func www(parameters string) Authentication {
	return Authentication{false, []byte("Digest " + parameters)}
}
func proxy(parameters string) Authentication {
	return Authentication{true, []byte("Digest " + parameters)}
}

// linesOf cuts header lines into what a scanner hands over.
func linesOf(t testing.TB, text []byte) (values []Authentication) {
	t.Helper()
	for line := range strings.Lines(string(text)) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\r\n"), ": ")
		if !found || !strings.HasSuffix(line, "\r\n") {
			t.Fatalf("no header line: %q", line)
		}
		values = append(values, Authentication{strings.HasPrefix(name, "Proxy-"), []byte(value)})
	}
	return values
}

// said tells which realm, nonce, count and algorithm header lines have, a word for each, and wants each
// response to be that of the formula.
func said(t testing.TB, text []byte) string {
	t.Helper()
	var words []string
	for _, v := range linesOf(t, text) {
		a := parsedAuthorization(t, v.Value)
		nc, _ := countOf(a.Count)
		if want := oracle(a.Algorithm, a.Qop, alice, string(a.Realm), string(a.Nonce), string(a.Cnonce), nc, invite); string(a.Response) != want {
			t.Errorf("response %s, want %s", a.Response, want)
		}
		kind := "server"
		if v.Proxy {
			kind = "proxy"
		}
		words = append(words, fmt.Sprintf("%s/%s/%s/%s/%v", kind, a.Realm, a.Nonce, a.Count, a.Algorithm))
	}
	return strings.Join(words, " ")
}

// exchange is one step with a server: the challenges that come, what the keyring makes of them, and what it
// sends next.
type exchange struct {
	challenges []Authentication
	login      Login
	sends      string
}

func TestKeyringAnswers(t *testing.T) {
	const n1, n2, n3 = `realm="a", nonce="n1", qop="auth"`, `realm="a", nonce="n2", qop="auth"`, `realm="a", nonce="n3", qop="auth"`
	for _, row := range []struct {
		name      string
		exchanges []exchange
	}{
		{"a challenge is answered", []exchange{{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"}}},
		{"a second refusal means that the password is wrong, and the nonce is dropped", []exchange{
			{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"},
			{[]Authentication{www(n2)}, LoginRejected, ""}}},
		{"a stale nonce is replaced once", []exchange{
			{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"},
			{[]Authentication{www(n2 + ", stale=true")}, LoginRetry, "server/a/n2/00000001/MD5"},
			{[]Authentication{www(n3 + ", stale=true")}, LoginRejected, ""}}},
		{"a stale nonce, then a wrong password", []exchange{
			{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"},
			{[]Authentication{www(n2 + ", stale=TRUE")}, LoginRetry, "server/a/n2/00000001/MD5"},
			{[]Authentication{www(n3)}, LoginRejected, ""}}},
		{"stale with the same nonce: the count goes on", []exchange{
			{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"},
			{[]Authentication{www(n1 + ", stale=true")}, LoginRetry, "server/a/n1/00000002/MD5"}}},
		{"proxy and server in one call", []exchange{
			{[]Authentication{proxy(n1)}, LoginRetry, "proxy/a/n1/00000001/MD5"},
			{[]Authentication{www(n2)}, LoginRetry, "proxy/a/n1/00000002/MD5 server/a/n2/00000001/MD5"},
			{[]Authentication{www(n3)}, LoginRejected, "proxy/a/n1/00000003/MD5"}}},
		{"two proxies of different realms", []exchange{
			{[]Authentication{proxy(n1)}, LoginRetry, "proxy/a/n1/00000001/MD5"},
			{[]Authentication{proxy(`realm="b", nonce="m", qop="auth"`)}, LoginRetry, "proxy/a/n1/00000002/MD5 proxy/b/m/00000001/MD5"}}},
		{"the challenges of several branches in one response", []exchange{
			{[]Authentication{www(n1), proxy(n2), www(`realm="b", nonce="m"`)}, LoginRetry, "server/a/n1/00000001/MD5 proxy/a/n2/00000001/MD5 server/b/m//MD5"}}},
		{"the topmost challenge of a realm", []exchange{
			{[]Authentication{www(n1 + ", algorithm=SHA-256"), www(n2 + ", algorithm=MD5")}, LoginRetry, "server/a/n1/00000001/SHA-256"}}},
		{"the topmost one that is supported", []exchange{
			{[]Authentication{{Value: []byte(`Bearer realm="a"`)}, www(n1 + ", algorithm=AKAv1-MD5"), www(`realm="a", nonce="x", qop="auth-conf"`),
				www(`realm="a", nonce="x`), www(n2 + ", algorithm=SHA-512-256"), www(n3)}, LoginRetry, "server/a/n2/00000001/SHA-512-256"}}},
		{"the topmost one of a single line", []exchange{
			{[]Authentication{www(n1 + ", algorithm=SHA-1, Digest " + n2 + ", algorithm=SHA-256, Digest " + n3)}, LoginRetry, "server/a/n2/00000001/SHA-256"}}},
		{"the server changes to another algorithm", []exchange{
			{[]Authentication{www(n1)}, LoginRetry, "server/a/n1/00000001/MD5"},
			{[]Authentication{www(n2 + ", stale=true, algorithm=SHA-256")}, LoginRetry, "server/a/n2/00000001/SHA-256"}}},
		{"a -sess key is made anew for another nonce", []exchange{
			{[]Authentication{www(n1 + ", algorithm=MD5-sess")}, LoginRetry, "server/a/n1/00000001/MD5-sess"},
			{[]Authentication{www(n2 + ", algorithm=MD5-sess, stale=true")}, LoginRetry, "server/a/n2/00000001/MD5-sess"}}},
		{"nothing to answer", []exchange{{nil, LoginUnsupported, ""}}},
		{"a challenge longer than we send back", []exchange{
			{[]Authentication{www(`realm="a", nonce="` + strings.Repeat("n", MaxChallenge) + `"`)}, LoginUnsupported, ""}}},
		{"more realms than a keyring takes", []exchange{
			{[]Authentication{www(`realm="a", nonce="n"`), www(`realm="b", nonce="n"`), www(`realm="c", nonce="n"`), www(`realm="d", nonce="n"`)}, LoginRetry,
				"server/a/n//MD5 server/b/n//MD5 server/c/n//MD5 server/d/n//MD5"},
			{[]Authentication{www(`realm="e", nonce="n"`)}, LoginUnsupported, "server/a/n//MD5 server/b/n//MD5 server/c/n//MD5 server/d/n//MD5"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := NewKeyring(alice, rand.NewPCG(1, 2))
			var trial Trial
			if first := k.AppendHeaders(nil, &trial, invite); len(first) > 0 {
				t.Fatalf("sends %q unasked", first)
			}
			checkExchanges(t, k, &trial, row.exchanges)
		})
	}
}

func checkExchanges(t *testing.T, k *Keyring, trial *Trial, exchanges []exchange) {
	t.Helper()
	for i, e := range exchanges {
		if got := k.Challenged(trial, e.challenges); got != e.login {
			t.Fatalf("exchange %d: %v, want %v", i+1, got, e.login)
		}
		if got := said(t, k.AppendHeaders(nil, trial, invite)); got != e.sends {
			t.Fatalf("exchange %d: sends %q, want %q", i+1, got, e.sends)
		}
	}
}

// TestNonceIsUsedAgain follows the second call with a keyring: its credentials go out unasked.
func TestNonceIsUsedAgain(t *testing.T) {
	const n1, n2 = `realm="a", nonce="n1", qop="auth"`, `realm="a", nonce="n2", qop="auth"`
	for _, row := range []struct {
		name      string
		exchanges []exchange
	}{
		{"stale", []exchange{{[]Authentication{www(n2 + ", stale=true")}, LoginRetry, "server/a/n2/00000001/MD5"},
			{[]Authentication{www(n1)}, LoginRejected, ""}}},
		{"one nonce for each call, and no word of stale", []exchange{{[]Authentication{www(n2)}, LoginRetry, "server/a/n2/00000001/MD5"},
			{[]Authentication{www(n1)}, LoginRejected, ""}}},
		{"the same nonce again: the password is wrong now", []exchange{{[]Authentication{www(n1)}, LoginRejected, ""}}},
		{"a proxy wants credentials too", []exchange{{[]Authentication{proxy(n1)}, LoginRetry, "server/a/n1/00000003/MD5 proxy/a/n1/00000001/MD5"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := NewKeyring(alice, rand.NewPCG(1, 2))
			var first, second Trial
			k.Challenged(&first, []Authentication{www(n1)})
			k.AppendHeaders(nil, &first, invite)
			if got := said(t, k.AppendHeaders(nil, &second, invite)); got != "server/a/n1/00000002/MD5" {
				t.Fatalf("sends %q", got)
			}
			checkExchanges(t, k, &second, row.exchanges)
		})
	}
}

// TestCallsUnderWayShareANonce has two calls challenged before either is answered.
func TestCallsUnderWayShareANonce(t *testing.T) {
	const same = `realm="a", nonce="n1", qop="auth"`
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	var first, second Trial
	for i, trial := range []*Trial{&first, &second} {
		if login := k.Challenged(trial, []Authentication{www(same)}); login != LoginRetry {
			t.Fatal(login)
		}
		want := fmt.Sprintf("server/a/n1/%08d/MD5", i+1)
		if got := said(t, k.AppendHeaders(nil, trial, invite)); got != want {
			t.Errorf("sends %q, want %q: a count that was used is refused", got, want)
		}
	}
}

// TestChallengeWithoutAnAnswerIsNotAnsweredForever guards against a caller that forgets the header lines.
func TestChallengeWithoutAnAnswerIsNotAnsweredForever(t *testing.T) {
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	var trial Trial
	challenge := []Authentication{www(`realm="a", nonce="n"`)}
	if k.Challenged(&trial, challenge) != LoginRetry || k.Challenged(&trial, challenge) != LoginRejected {
		t.Error("a request that never had credentials is tried more than once")
	}
}

// TestSessionKeyStaysThatOfTheFirstNonces checks the -sess key by the formula, for the first request and the next
// (RFC 7616, 3.4.2).
func TestSessionKeyStaysThatOfTheFirstNonces(t *testing.T) {
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	var trial Trial
	k.Challenged(&trial, []Authentication{www(`realm="a", nonce="n1", qop="auth", algorithm=SHA-256-sess`)})
	first := parsedAuthorization(t, linesOf(t, k.AppendHeaders(nil, &trial, invite))[0].Value)
	if want := oracle(SHA256Sess, QopAuth, alice, "a", "n1", string(first.Cnonce), 1, invite); string(first.Response) != want {
		t.Errorf("response %s, want %s", first.Response, want)
	}
	second := parsedAuthorization(t, linesOf(t, k.AppendHeaders(nil, &trial, invite))[0].Value)
	h := func(text string) string { var out hexSum; return string(SHA256.sum(&out, []byte(text))) }
	key := h(h("alice:a:s3cret") + ":n1:" + string(first.Cnonce))
	want := h(key + ":n1:00000002:" + string(second.Cnonce) + ":auth:" + h("INVITE:sip:+15550100@192.0.2.10"))
	if string(second.Response) != want {
		t.Errorf("response %s, want %s", second.Response, want)
	}
}

// TestEveryNonceHasItsOwnCnonce wants of two challenges two nonces of ours.
func TestEveryNonceHasItsOwnCnonce(t *testing.T) {
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	seen := map[string]bool{}
	for i := range 20 {
		var trial Trial
		k.Challenged(&trial, []Authentication{www(fmt.Sprintf(`realm="a", nonce="n%d", qop="auth"`, i))})
		a := parsedAuthorization(t, linesOf(t, k.AppendHeaders(nil, &trial, invite))[0].Value)
		seen[string(a.Cnonce)] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d cnonces for 20 nonces", len(seen))
	}
}

// TestKeyringKeepsNothingOfTheMessage overwrites the datagram that a challenge came in.
func TestKeyringKeepsNothingOfTheMessage(t *testing.T) {
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	var trial Trial
	challenge := www(`realm="a", nonce="n1", qop="auth", algorithm=MD5, opaque="o"`)
	k.Challenged(&trial, []Authentication{challenge})
	for i := range challenge.Value {
		challenge.Value[i] = 'x'
	}
	a := parsedAuthorization(t, linesOf(t, k.AppendHeaders(nil, &trial, invite))[0].Value)
	if string(a.Realm) != "a" || string(a.Nonce) != "n1" || string(a.Opaque) != "o" || a.Algorithm != MD5 {
		t.Errorf("sends realm %q, nonce %q, opaque %q, algorithm %v", a.Realm, a.Nonce, a.Opaque, a.Algorithm)
	}
}

func TestLoginInWords(t *testing.T) {
	for login, want := range map[Login]string{
		LoginRetry: "challenged", LoginRejected: "credentials rejected", LoginUnsupported: "no challenge that can be answered",
	} {
		if login.String() != want {
			t.Errorf("got %q, want %q", login, want)
		}
	}
}
