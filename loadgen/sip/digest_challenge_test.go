package sip

import (
	"errors"
	"testing"
)

// read is what a challenge says, in words.
type read struct {
	realm, nonce, opaque, algorithm string
	known                           Algorithm
	qops                            Qop
	stale                           bool
}

func readOf(c *Challenge) read {
	return read{string(c.Realm), string(c.Nonce), string(c.Opaque), string(c.AlgorithmName), c.Algorithm, c.Qops, c.Stale}
}

func TestParseChallenge(t *testing.T) {
	plain := read{realm: "a", nonce: "n", known: MD5, qops: QopNone}
	for _, row := range []struct {
		name, value string
		want        read
	}{
		{"as in RFC 3261, 22.4", `Digest realm="biloxi.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			read{realm: "biloxi.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque: "5ccc069c403ebaf9f0171e9517f40e41", known: MD5, qops: QopAuth | QopAuthInt}},
		{"spaces in the list of qops, the wanted one last", `Digest realm="a", nonce="n", qop=" auth-int , auth "`, read{realm: "a", nonce: "n", known: MD5, qops: QopAuth | QopAuthInt}},
		{"scheme and names in any case", `dIGEST REALM="a",Nonce="n",ALGORITHM=sha-256,QOP="AUTH"`, read{"a", "n", "", "sha-256", SHA256, QopAuth, false}},
		{"algorithm between quotes", `Digest realm="a", nonce="n", algorithm="MD5"`, read{"a", "n", "", "MD5", MD5, QopNone, false}},
		{"commas and equals signs between quotes", `Digest realm="a, nonce=\"x\"", nonce="n=,="`, read{realm: `a, nonce=\"x\"`, nonce: "n=,=", known: MD5, qops: QopNone}},
		{"white space everywhere", "  Digest \t realm = \"a\" ,\tnonce\t=\t\"n\"  ", plain},
		{"empty elements", `Digest ,,realm="a", ,nonce="n",`, plain},
		{"values without quotes", `Digest realm=a,nonce=n`, plain},
		{"a realm without a name", `Digest realm="", nonce="n"`, read{nonce: "n", known: MD5, qops: QopNone}},
		{"parameters of extensions", `Digest domain="sip:a sip:b", realm="a", charset=UTF-8, nonce="n", userhash=true, x-foo="1,2"`, plain},
		{"stale in any case", `Digest realm="a", nonce="n", stale=TRUE`, read{realm: "a", nonce: "n", known: MD5, qops: QopNone, stale: true}},
		{"stale between quotes", `Digest realm="a", nonce="n", stale="true"`, read{realm: "a", nonce: "n", known: MD5, qops: QopNone, stale: true}},
		{"not stale", `Digest realm="a", nonce="n", stale=false`, plain},
		{"no qop in the list", `Digest realm="a", nonce="n", qop=""`, plain},
		{"a list of qops without quotes", `Digest realm="a", nonce="n", qop=auth,auth-int`, read{realm: "a", nonce: "n", known: MD5, qops: QopAuth}},
		{"qop of the future", `Digest realm="a", nonce="n", qop="auth-conf"`, read{realm: "a", nonce: "n", known: MD5}},
		{"qop of the future beside one of ours", `Digest realm="a", nonce="n", qop="auth-conf,auth-int"`, read{realm: "a", nonce: "n", known: MD5, qops: QopAuthInt}},
		{"algorithm of mobile networks", `Digest realm="a", nonce="n", algorithm=AKAv1-MD5`, read{"a", "n", "", "AKAv1-MD5", UnknownAlgorithm, QopNone, false}},
		{"letters beyond ASCII", `Digest realm="Zürich", nonce="n"`, read{realm: "Zürich", nonce: "n", known: MD5, qops: QopNone}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var c Challenge
			rest, err := ParseChallenge([]byte(row.value), &c)
			if got := readOf(&c); err != nil || got != row.want || len(rest) > 0 {
				t.Errorf("got  %+v, rest %q, error %v\nwant %+v", got, rest, err, row.want)
			}
		})
	}
}

func TestChallengeSupported(t *testing.T) {
	for _, row := range []struct {
		name string
		Challenge
		want bool
	}{
		{"MD5 without qop", Challenge{Algorithm: MD5, Qops: QopNone}, true},
		{"MD5, auth-int", Challenge{Algorithm: MD5, Qops: QopAuthInt}, true},
		{"qop of the future alone", Challenge{Algorithm: MD5}, false},
		{"algorithm of the future", Challenge{Qops: QopAuth}, false},
		{"MD5-sess, auth", Challenge{Algorithm: MD5Sess, Qops: QopAuth}, true},
		{"MD5-sess without qop: the key needs a cnonce, and none is sent", Challenge{Algorithm: MD5Sess, Qops: QopNone}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.Supported(); got != row.want {
				t.Errorf("got %t", got)
			}
			if got := row.AppendAnswer(nil, alice, invite, nil, 1); (len(got) > 0) != row.want {
				t.Errorf("answer %q", got)
			}
		})
	}
}

func TestParseChallengeRefuses(t *testing.T) {
	for _, row := range []struct {
		name, value string
		want        error
	}{
		{"nothing", ``, errNotDigest},
		{"another scheme", `Basic realm="a"`, errNotDigest},
		{"a scheme that only begins like it", `Digestive realm="a", nonce="n"`, errNotDigest},
		{"the scheme alone", `Digest`, errNotDigest},
		{"no parameters", `Digest x`, errDigestMissing},
		{"no realm", `Digest nonce="n"`, errDigestMissing},
		{"no nonce", `Digest realm="a"`, errDigestMissing},
		{"an empty nonce, which protects nothing", `Digest realm="a", nonce=""`, errDigestMissing},
		{"quotes that do not end", `Digest realm="a", nonce="n`, errDigestSyntax},
		{"a backslash before the end", `Digest realm="a", nonce="n\"`, errDigestSyntax},
		{"no comma after quotes", `Digest realm="a" nonce="n"`, errDigestSyntax},
		{"no comma after a token", `Digest realm="a", stale=true nonce="n"`, errDigestSyntax},
		{"no value", `Digest realm="a", nonce=`, errDigestSyntax},
		{"no name", `Digest realm="a", nonce="n", ="x"`, errDigestSyntax},
		{"a quote within a token, which would end ours", `Digest realm=a, nonce=n"x`, errDigestSyntax},
		{"two nonces", `Digest realm="a", nonce="n", NONCE="m"`, errDigestTwice},
		{"two realms", `Digest realm="a", realm="b", nonce="n"`, errDigestTwice},
		{"a line end", "Digest realm=\"a\r\nRoute: <sip:evil>\", nonce=\"n\"", errDigestControl},
		{"DEL", "Digest realm=\"a\x7f\", nonce=\"n\"", errDigestControl},
		{"NUL in a parameter of an extension", "Digest realm=\"a\", nonce=\"n\", x=\"\x00\"", errDigestControl},
	} {
		t.Run(row.name, func(t *testing.T) {
			var c Challenge
			if _, err := ParseChallenge([]byte(row.value), &c); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v; read %+v", err, row.want, readOf(&c))
			}
		})
	}
}

func TestParseChallengeSeveralInALine(t *testing.T) {
	line := []byte(`Digest realm="a", nonce="1", algorithm=SHA-256, Digest realm="a", nonce="2", algorithm=MD5, Basic realm="b"`)
	var first, second, third Challenge
	rest, err := ParseChallenge(line, &first)
	if err != nil {
		t.Fatal(err)
	}
	rest, err = ParseChallenge(rest, &second)
	if err != nil {
		t.Fatal(err)
	}
	if string(first.Nonce) != "1" || string(second.Nonce) != "2" || first.Algorithm != SHA256 || second.Algorithm != MD5 {
		t.Errorf("read %+v and %+v", readOf(&first), readOf(&second))
	}
	if _, err = ParseChallenge(rest, &third); !errors.Is(err, errNotDigest) {
		t.Errorf("the last challenge is of the scheme Basic, error %v", err)
	}
}

func TestChallengeSurvivesWriting(t *testing.T) {
	for _, value := range []string{
		`Digest realm="a", nonce="n"`,
		`Digest realm="a\"b", nonce="n", opaque="", stale=true, algorithm=SHA-512-256, qop="auth,auth-int"`,
	} {
		var c Challenge
		if _, err := ParseChallenge([]byte(value), &c); err != nil {
			t.Fatal(err)
		}
		if got := string(c.AppendTo(nil)); got != value {
			t.Errorf("got  %s\nwant %s", got, value)
		}
	}
}
