package sip

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// newRealm returns a realm of alice.
func newRealm(t testing.TB, cfg RealmConfig) *Realm {
	t.Helper()
	r, err := NewRealm(cfg, AccountTable{alice.User: alice.Password}, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestCallerLogsInAtServer lets our caller log in at our server, for every algorithm and quality of
// protection, many requests with one nonce.
func TestCallerLogsInAtServer(t *testing.T) {
	for a := MD5; a <= SHA512256Sess; a++ {
		for _, qop := range []Qop{QopNone, QopAuth, QopAuthInt, QopAuth | QopAuthInt} {
			if qop == QopNone && a.session() {
				continue
			}
			for _, ofProxy := range []bool{false, true} {
				t.Run(fmt.Sprintf("%v %v proxy %t", a, qop, ofProxy), func(t *testing.T) {
					cfg := RealmConfig{Name: "example.com", Proxy: ofProxy, Algorithms: []Algorithm{a}, Qops: qop}
					if qop != QopNone {
						cfg.Replays = 2
					}
					checkLogin(t, newRealm(t, cfg), NewKeyring(alice, rand.NewPCG(1, 2)))
				})
			}
		}
	}
}

func checkLogin(t *testing.T, r *Realm, k *Keyring) {
	t.Helper()
	for call := range 100 {
		var trial Trial
		values := linesOf(t, k.AppendHeaders(nil, &trial, invite))
		user, verdict := r.Verify(time.Duration(call)*time.Second, values, invite)
		if call == 0 && verdict == DigestMissing {
			challenges := linesOf(t, r.AppendChallenges(nil, 0, false))
			if login := k.Challenged(&trial, challenges); login != LoginRetry {
				t.Fatal(login)
			}
			user, verdict = r.Verify(0, linesOf(t, k.AppendHeaders(nil, &trial, invite)), invite)
		}
		if verdict != DigestAccepted || string(user) != "alice" {
			t.Fatalf("request %d of %q: %v", call, user, verdict)
		}
	}
}

// loggedIn returns a realm, and the credentials of alice for an INVITE with its nonce of the instant 0.
func loggedIn(t testing.TB, cfg RealmConfig) (*Realm, []Authentication) {
	t.Helper()
	r := newRealm(t, cfg)
	var trial Trial
	k := NewKeyring(alice, rand.NewPCG(1, 2))
	if login := k.Challenged(&trial, linesOf(t, r.AppendChallenges(nil, 0, false))); login != LoginRetry {
		t.Fatal(login)
	}
	return r, linesOf(t, k.AppendHeaders(nil, &trial, invite))
}

func TestRealmVerdicts(t *testing.T) {
	now := 10 * time.Second
	edit := func(old, new string) func([]Authentication) {
		return func(values []Authentication) {
			text := string(values[0].Value)
			if !strings.Contains(text, old) {
				t.Fatalf("no %q in %q", old, text)
			}
			values[0].Value = []byte(strings.Replace(text, old, new, 1))
		}
	}
	for _, row := range []struct {
		name    string
		edit    func([]Authentication)
		request Covered
		now     time.Duration
		want    DigestVerdict
	}{
		{"right", nil, invite, now, DigestAccepted},
		{"the URI rewritten on the way, not compared", nil, Covered{"INVITE", nil, nil}, now, DigestAccepted},
		{"another URI than that of the request", nil, Covered{"INVITE", []byte("sip:bob@192.0.2.10"), nil}, now, DigestRefused},
		{"another method", nil, Covered{"BYE", invite.URI, nil}, now, DigestRefused},
		{"another URI in the credentials", edit("15550100", "15550101"), Covered{"INVITE", nil, nil}, now, DigestRefused},
		{"another user", edit(`"alice"`, `"bob"`), invite, now, DigestRefused},
		{"the user with an escape that means the same", edit(`"alice"`, `"al\ice"`), invite, now, DigestAccepted},
		{"another count than was hashed", edit("nc=00000001", "nc=00000002"), invite, now, DigestRefused},
		{"another cnonce", edit(`cnonce="`, `cnonce="0`), invite, now, DigestRefused},
		{"a response cut short", func(v []Authentication) {
			a := parsedAuthorization(t, v[0].Value)
			edit(string(a.Response), string(a.Response[:32]))(v)
		}, invite, now, DigestRefused},
		{"a response too long", func(v []Authentication) {
			a := parsedAuthorization(t, v[0].Value)
			edit(string(a.Response), string(a.Response)+"00")(v)
		}, invite, now, DigestRefused},
		{"a response in upper case, though it should not be", func(v []Authentication) {
			a := parsedAuthorization(t, v[0].Value)
			edit(string(a.Response), strings.ToUpper(string(a.Response)))(v)
		}, invite, now, DigestAccepted},
		{"a response that is no number", func(v []Authentication) {
			a := parsedAuthorization(t, v[0].Value)
			edit(string(a.Response), strings.Repeat("x", 64))(v)
		}, invite, now, DigestRefused},
		{"an empty response", func(v []Authentication) {
			a := parsedAuthorization(t, v[0].Value)
			edit(string(a.Response), "")(v)
		}, invite, now, DigestRefused},
		{"an algorithm that was not offered", edit("algorithm=SHA-256", "algorithm=SHA-512-256"), invite, now, DigestRefused},
		{"the weaker one of those offered, with the response of the other", edit("algorithm=SHA-256", "algorithm=MD5"), invite, now, DigestRefused},
		{"qop left out although it was offered", edit("qop=auth, ", ""), invite, now, DigestRefused},
		{"qop that was not offered", edit("qop=auth", "qop=auth-int"), invite, now, DigestRefused},
		{"qop of the future", edit("qop=auth", "qop=auth-conf"), invite, now, DigestRefused},
		{"another realm", edit(`realm="example.com"`, `realm="example.net"`), invite, now, DigestMissing},
		{"credentials for a proxy", func(v []Authentication) { v[0].Proxy = true }, invite, now, DigestMissing},
		{"another scheme", edit("Digest ", "Basic "), invite, now, DigestMissing},
		{"malformed", edit(`realm="example.com"`, `realm="example.com`), invite, now, DigestMalformed},
		{"a nonce as old as it may be", nil, invite, time.Minute, DigestAccepted},
		{"a nonce too old", nil, invite, time.Minute + time.Millisecond, DigestStale},
		{"a nonce too old and a wrong response: nobody learns that it is old", edit("nc=00000001", "nc=00000002"), invite, time.Hour, DigestRefused},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, values := loggedIn(t, RealmConfig{Name: "example.com", NonceLife: time.Minute})
			if row.edit != nil {
				row.edit(values)
			}
			user, verdict := r.Verify(row.now, values, row.request)
			if verdict != row.want || (string(user) == "alice") != (row.want == DigestAccepted) {
				t.Errorf("%v of %q, want %v", verdict, user, row.want)
			}
		})
	}
}

// TestRealmWantsWhatItOffered answers rightly what was not asked, which is how a weaker digest would be
// slipped in.
func TestRealmWantsWhatItOffered(t *testing.T) {
	const realm = "example.com"
	for _, row := range []struct {
		name    string
		answer  Challenge
		account Credentials
		want    DigestVerdict
	}{
		{"what was offered", Challenge{Algorithm: SHA256, Qops: QopAuth}, alice, DigestAccepted},
		{"another algorithm", Challenge{Algorithm: MD5, Qops: QopAuth}, alice, DigestRefused},
		{"no qop", Challenge{Algorithm: SHA256, Qops: QopNone}, alice, DigestRefused},
		{"another qop", Challenge{Algorithm: SHA256, Qops: QopAuthInt}, alice, DigestRefused},
		{"a user that there is not, without a password", Challenge{Algorithm: SHA256, Qops: QopAuth}, NewCredentials("bob", ""), DigestRefused},
		{"another password", Challenge{Algorithm: SHA256, Qops: QopAuth}, NewCredentials("alice", "S3cret"), DigestRefused},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRealm(t, RealmConfig{Name: realm, Algorithms: []Algorithm{SHA256}})
			var asked Challenge
			if _, err := ParseChallenge(linesOf(t, r.AppendChallenges(nil, 0, false))[0].Value, &asked); err != nil {
				t.Fatal(err)
			}
			c := row.answer
			c.Realm, c.Nonce, c.AlgorithmName = asked.Realm, asked.Nonce, []byte(c.Algorithm.String())
			value := c.AppendAnswer(nil, row.account, invite, []byte(sipCnonce), 1)
			if _, verdict := r.Verify(0, []Authentication{{Value: value}}, invite); verdict != row.want {
				t.Errorf("%v, want %v", verdict, row.want)
			}
		})
	}
}

// TestRealmReadsItsOwnCredentials has those of another realm and a malformed header before them.
func TestRealmReadsItsOwnCredentials(t *testing.T) {
	r, values := loggedIn(t, RealmConfig{Name: "example.com"})
	_, others := loggedIn(t, RealmConfig{Name: "example.net"})
	all := append([]Authentication{www(`username="x`), others[0]}, values...)
	if _, verdict := r.Verify(0, all, invite); verdict != DigestAccepted {
		t.Error(verdict)
	}
}

// TestBodyIsCoveredByAuthInt changes one octet of the body on the way.
func TestBodyIsCoveredByAuthInt(t *testing.T) {
	changed := Covered{invite.Method, invite.URI, []byte("v=1\r\n")}
	for qop, want := range map[Qop]DigestVerdict{QopAuth: DigestAccepted, QopAuthInt: DigestRefused} {
		r, values := loggedIn(t, RealmConfig{Name: "example.com", Qops: qop})
		if _, verdict := r.Verify(0, values, changed); verdict != want {
			t.Errorf("%v: %v, want %v", qop, verdict, want)
		}
		if _, verdict := r.Verify(0, values, invite); verdict != DigestAccepted {
			t.Errorf("%v, unchanged: %v", qop, verdict)
		}
	}
}

func TestForeignNonceIsStaleForWhoKnowsThePassword(t *testing.T) {
	r, values := loggedIn(t, RealmConfig{Name: "example.com"})
	other, err := NewRealm(RealmConfig{Name: "example.com"}, AccountTable{alice.User: alice.Password}, [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	if _, verdict := other.Verify(0, values, invite); verdict != DigestStale {
		t.Errorf("a realm with another key: %v", verdict)
	}
	shard := newRealm(t, RealmConfig{Name: "example.com"})
	if _, verdict := shard.Verify(0, values, invite); verdict != DigestAccepted {
		t.Errorf("another shard with the same key: %v", verdict)
	}
	if _, verdict := r.Verify(0, values, invite); verdict != DigestAccepted {
		t.Errorf("the realm itself: %v", verdict)
	}
}

func TestReplayIsStale(t *testing.T) {
	r, values := loggedIn(t, RealmConfig{Name: "example.com", Replays: 2})
	for i, want := range []DigestVerdict{DigestAccepted, DigestStale} {
		if _, verdict := r.Verify(0, values, invite); verdict != want {
			t.Errorf("time %d: %v, want %v", i+1, verdict, want)
		}
	}
	r, values = loggedIn(t, RealmConfig{Name: "example.com", Replays: 2})
	r.AppendChallenges(nil, 0, false)
	r.AppendChallenges(nil, 0, false)
	if _, verdict := r.Verify(0, values, invite); verdict != DigestStale {
		t.Errorf("a nonce whose counts had to be forgotten: %v", verdict)
	}
}

func TestRealmChallenges(t *testing.T) {
	r := newRealm(t, RealmConfig{Name: "example.com", Proxy: true, Algorithms: []Algorithm{SHA512256, MD5}, Qops: QopAuth | QopAuthInt})
	text := string(r.AppendChallenges(nil, 0, true))
	var c Challenge
	if _, err := ParseChallenge(linesOf(t, []byte(text))[0].Value, &c); err != nil {
		t.Fatal(err)
	}
	line := "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"" + string(c.Nonce) + "\", stale=true, algorithm=%s, qop=\"auth,auth-int\"\r\n"
	if want := fmt.Sprintf(line+line, "SHA-512-256", "MD5"); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if again := string(r.AppendChallenges(nil, 0, true)); again == text {
		t.Error("the second challenge of an instant has the nonce of the first")
	}
	if server := newRealm(t, RealmConfig{}); r.Status() != 407 || server.Status() != 401 {
		t.Errorf("status %d of a proxy, %d of a server", r.Status(), server.Status())
	}
}

func TestRealmConfigValidate(t *testing.T) {
	for _, row := range []struct {
		name string
		RealmConfig
		want string
	}{
		{"zero", RealmConfig{}, ""},
		{"everything", RealmConfig{Name: "Zürich", Algorithms: []Algorithm{SHA512256Sess}, Qops: QopAuthInt, NonceLife: 1, Replays: 1}, ""},
		{"a quote in the name", RealmConfig{Name: `a"b`}, `name: must have no quotes, backslashes or control characters, got "a\"b"`},
		{"all wrong", RealmConfig{Name: "\r", Algorithms: []Algorithm{MD5, 99, UnknownAlgorithm}, Qops: 8, NonceLife: -1, Replays: -1}, strings.Join([]string{
			`name: must have no quotes, backslashes or control characters, got "\r"`, `algorithms[1]: must be one that is known, got 99`,
			`algorithms[2]: must be one that is known, got 0`, `qops: must be none, auth or auth-int, got 0x8`,
			`nonce life: must not be negative, got -1ns`, `replays: must not be negative, got -1`}, "\n")},
		{"replays without a count", RealmConfig{Qops: QopNone, Replays: 1}, "replays: need a nonce count, and without qop there is none"},
		{"-sess without qop", RealmConfig{Qops: QopNone, Algorithms: []Algorithm{MD5Sess}}, "algorithms[0]: MD5-sess needs qop, for without it no cnonce is sent"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ""
			if err := row.Validate(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			if _, err := NewRealm(row.RealmConfig, AccountTable{}, [32]byte{}); (err == nil) != (row.want == "") {
				t.Errorf("NewRealm: %v", err)
			}
		})
	}
}

func TestDigestVerdictInWords(t *testing.T) {
	seen := map[string]bool{}
	for v := DigestMissing; v <= DigestAccepted; v++ {
		seen[v.String()] = true
	}
	if len(seen) != 5 {
		t.Errorf("five verdicts in %d words: %v", len(seen), seen)
	}
}
