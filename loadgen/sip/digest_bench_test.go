package sip

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// digestBench is a caller and a server that know each other, with the buffers of a call under load.
type digestBench struct {
	realm      *Realm
	keyring    *Keyring
	challenges [2][]Authentication // the second one is answered next
	lines      []byte
	values     []Authentication
}

func newDigestBench(t testing.TB, a Algorithm, qop Qop) *digestBench {
	cfg := RealmConfig{Name: "sip.example.com", Algorithms: []Algorithm{a}, Qops: qop}
	if qop != QopNone {
		cfg.Replays = 16
	}
	b := &digestBench{realm: newRealm(t, cfg), keyring: NewKeyring(alice, rand.NewPCG(1, 2))}
	for i := range b.challenges {
		b.challenges[i] = linesOf(t, b.realm.AppendChallenges(nil, 0, false))
		b.keyring.Challenged(new(Trial), b.challenges[i])
	}
	b.turn()
	var trial Trial
	b.values = linesOf(t, b.keyring.AppendHeaders(nil, &trial, invite))
	return b
}

// turn lets the next challenge bring another nonce than the one in use.
func (b *digestBench) turn() { b.challenges[0], b.challenges[1] = b.challenges[1], b.challenges[0] }

// digestSteps are what a call and a server do, by name. Each works on the buffers of b.
var digestSteps = []struct {
	name string
	do   func(t testing.TB, b *digestBench)
}{
	{"answer", func(_ testing.TB, b *digestBench) {
		var trial Trial
		b.lines = b.keyring.AppendHeaders(b.lines[:0], &trial, invite)
	}},
	{"challenged and answer", func(t testing.TB, b *digestBench) {
		var trial Trial
		if b.keyring.Challenged(&trial, b.challenges[1]) != LoginRetry {
			t.Fatal("no retry")
		}
		b.turn()
		b.lines = b.keyring.AppendHeaders(b.lines[:0], &trial, invite)
	}},
	{"challenge", func(_ testing.TB, b *digestBench) {
		b.lines = b.realm.AppendChallenges(b.lines[:0], time.Second, false)
	}},
	{"verify", func(t testing.TB, b *digestBench) {
		if _, verdict := b.realm.Verify(time.Second, b.values, invite); verdict < DigestStale { // a replay from the second on
			t.Fatal(verdict)
		}
	}},
}

func BenchmarkDigest(b *testing.B) {
	for _, a := range []Algorithm{MD5, SHA256, SHA512256} {
		for _, step := range digestSteps {
			b.Run(fmt.Sprintf("%v/%s", a, step.name), func(b *testing.B) {
				bench := newDigestBench(b, a, QopAuth)
				b.ReportAllocs()
				for b.Loop() {
					step.do(b, bench)
				}
			})
		}
	}
}

func TestDigestAllocatesNothing(t *testing.T) {
	for a := MD5; a <= SHA512256Sess; a++ {
		for _, qop := range []Qop{QopNone, QopAuth, QopAuthInt} {
			if qop == QopNone && a.session() {
				continue
			}
			for _, step := range digestSteps {
				bench := newDigestBench(t, a, qop)
				if allocs := testing.AllocsPerRun(100, func() { step.do(t, bench) }); allocs > 0 {
					t.Errorf("%v %v, %s: %v allocations", a, qop, step.name, allocs)
				}
			}
		}
	}
}
