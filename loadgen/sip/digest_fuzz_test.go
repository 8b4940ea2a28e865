package sip

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func FuzzParseChallenge(f *testing.F) {
	for _, seed := range []string{
		`Digest realm="a", nonce="n"`,
		`Digest realm="a\"b", nonce="n=,", opaque="", stale=TRUE, algorithm=SHA-512-256, qop=" auth-int , auth "`,
		`digest realm=a,nonce=n,algorithm="MD5-sess",qop=auth,auth-int, Digest realm="a", nonce="m", qop=x`,
		`Digest realm="` + "\r\n" + `", nonce="n", x="\`, `Basic realm="a"`, `Digest`, `Digest =`, `Digest a="`, `nextnonce="n"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		original := bytes.Clone(value)
		checkChallenges(t, value)
		checkKeyring(t, value)
		if !bytes.Equal(value, original) {
			t.Fatalf("%q became %q", original, value)
		}
	})
}

// checkChallenges answers each challenge of a value, and wants the answer to say what was asked.
func checkChallenges(t *testing.T, value []byte) {
	for rest := value; len(rest) > 0; {
		var c, again Challenge
		left, err := ParseChallenge(rest, &c)
		if len(left) >= len(rest) {
			t.Fatalf("of %q is left %q", rest, left)
		}
		rest = left
		if err != nil || !c.Supported() {
			continue
		}
		for _, text := range [][]byte{c.Realm, c.Nonce, c.Opaque, c.AlgorithmName} {
			checkWithin(t, value, text)
		}
		if _, err := ParseChallenge(c.AppendTo(nil), &again); err != nil || readOf(&again) != readOf(&c) {
			t.Fatalf("first %+v\nthen  %+v, error %v", readOf(&c), readOf(&again), err)
		}
		checkAnswer(t, &c, c.AppendAnswer(nil, alice, invite, []byte("c"), 7), "c", 7)
	}
}

// checkAnswer wants the answer to a challenge to be one line with the response of the formula.
func checkAnswer(t *testing.T, c *Challenge, answer []byte, cnonce string, nc uint32) {
	t.Helper()
	if bytes.ContainsAny(answer, "\r\n\x00") {
		t.Fatalf("control character in %q", answer)
	}
	a := parsedAuthorization(t, answer)
	qop := c.Qops.choice()
	if a.Qop != qop || a.Algorithm != c.Algorithm || !bytes.Equal(a.Realm, c.Realm) || !bytes.Equal(a.Nonce, c.Nonce) || !bytes.Equal(a.Opaque, c.Opaque) {
		t.Fatalf("%+v is answered by %s", readOf(c), answer)
	}
	if want := oracle(c.Algorithm, qop, alice, string(c.Realm), string(c.Nonce), cnonce, nc, invite); string(a.Response) != want {
		t.Fatalf("response %s, want %s", a.Response, want)
	}
}

// checkKeyring gives a value to a keyring in every place where a peer can put it, and wants whole header
// lines, one for each realm.
func checkKeyring(t *testing.T, value []byte) {
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	var trial Trial
	for range 4 {
		k.Challenged(&trial, []Authentication{{false, value}, {true, value}})
		lines := linesOf(t, k.AppendHeaders(nil, &trial, invite))
		if len(lines) > MaxRealms {
			t.Fatalf("%d header lines", len(lines))
		}
		for _, line := range lines {
			parsedAuthorization(t, line.Value)
		}
	}
}

func FuzzVerify(f *testing.F) {
	r, values := loggedIn(f, RealmConfig{Name: "example.com", Algorithms: []Algorithm{SHA256Sess, MD5}, Qops: QopAuth | QopAuthInt | QopNone})
	f.Add(values[0].Value)
	f.Add([]byte(`Digest username="al\ice", realm="example.com", nonce="n", uri="sip:a", response="00", qop=auth-int, nc=00000001, cnonce=""`))
	f.Add([]byte(`Digest username=alice,realm=example.com,nonce=n,uri=sip:a,response=0,algorithm=sha-256-sess`))
	f.Fuzz(func(t *testing.T, value []byte) {
		user, verdict := r.Verify(0, []Authentication{{Value: value}}, Covered{invite.Method, nil, invite.Body})
		if (verdict == DigestAccepted) != (string(user) == "alice") {
			t.Fatalf("%v of %q", verdict, user)
		}
		if verdict != DigestAccepted && verdict != DigestStale {
			return
		}
		a := parsedAuthorization(t, value)
		nc, _ := countOf(a.Count)
		covered := Covered{invite.Method, a.URI, invite.Body}
		if want := oracle(a.Algorithm, a.Qop, alice, string(a.Realm), string(a.Nonce), string(a.Cnonce), nc, covered); !bytes.EqualFold(a.Response, []byte(want)) {
			t.Fatalf("accepted %s", value)
		}
	})
}
