package call

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// TestLibraryPairs runs each caller of the library against an answerer of the library that fits it.
func TestLibraryPairs(t *testing.T) {
	answered := map[measure.Class]uint64{measure.Answered: 3}
	for _, tt := range []struct {
		caller, answerer string
		want             map[measure.Class]uint64
		sent             string // a message that shows what the scenario is about
	}{
		{"caller", "gateway", answered, "-> BYE"},
		{"caller", "phone", answered, "<- 180 Ringing"},
		{"caller", "announcement", answered, "<- 183 Session Progress"},
		{"caller", "busy", map[measure.Class]uint64{measure.User: 3}, "<- 486 Busy Here"},
		{"register", "registrar", answered, "-> REGISTER"},
		{"register", "registrar-auth", answered, "-> REGISTER"},
		{"options", "phone", answered, "-> OPTIONS"},
		{"late-offer", "phone", answered, "-> ACK"},
		{"early-media", "announcement", answered, "-> PRACK"},
		{"early-media", "phone", map[measure.Class]uint64{measure.Unexpected: 3}, "-> CANCEL"},
		{"hold", "phone", answered, "<- 200 OK (3 INVITE)"},
		{"session-timer", "phone", answered, "-> UPDATE"},
		{"message", "phone", answered, "-> MESSAGE"},
		{"subscribe", "notifier", answered, "<- NOTIFY"},
		{"caller-id", "gateway", answered, "-> BYE"},
		{"codec-mismatch", "gateway", map[measure.Class]uint64{measure.Policy: 3}, "<- 488 Not Acceptable Here"},
		{"emergency-test", "gateway", answered, "-> INVITE urn:service:test.sos"},
	} {
		t.Run(tt.caller+" and "+tt.answerer, func(t *testing.T) {
			l := newLab(t, func(c, a *Config) {
				c.Programs, a.Programs = loaded(t, tt.caller), loaded(t, tt.answerer)
				a.Ringing = traffic.Duration{Mean: 6 * time.Second}
				withAccount(t, c, a)
			})
			for range 3 {
				l.place(100 * time.Second)
				l.runUntil(l.now + time.Second)
			}
			l.runUntil(10 * time.Minute)
			l.closed()
			for class, n := range tt.want {
				l.wantOutcome(class, n)
			}
			if l.count(tt.sent) < 3 {
				t.Errorf("%s was sent %d times in three calls:\n%v", tt.sent, l.count(tt.sent), l.short())
			}
		})
	}
}

func loaded(t *testing.T, name string) []*scenarios.Program {
	t.Helper()
	programs, err := scenarios.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

// Calls that differ in their data: each row once, in its turn.
func TestCallsTakeTheirRows(t *testing.T) {
	table, err := scenarios.ParseTable("people.csv", []byte("caller,callee,colour\nalice,+15550101,red\nbob,+15550102,blue\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := flowLab(t, "- invite:\n    Subject: the {{ colour }} line\n- bye\n", talks, func(c, _ *Config) { c.Pool = Pool{Table: table, Step: 1} })
	var first, second packet
	l.catchNext("-> INVITE", &first)
	l.place(0)
	l.catchNext("-> INVITE", &second)
	l.place(0)
	l.runUntil(time.Minute)
	l.closed()
	for _, tt := range []struct {
		message      packet
		to, subject  string
		fromBeginsAs string
	}{
		{first, "<sip:+15550101@192.0.2.2:5060>", "the red line", "<sip:alice@192.0.2.1:5060>;tag="},
		{second, "<sip:+15550102@192.0.2.2:5060>", "the blue line", "<sip:bob@192.0.2.1:5060>;tag="},
	} {
		if header(tt.message.data, "To") != tt.to || header(tt.message.data, "Subject") != tt.subject ||
			header(tt.message.data, "From")[:len(tt.fromBeginsAs)] != tt.fromBeginsAs {
			t.Errorf("want To %s, From %s and Subject %q in\n%s", tt.to, tt.fromBeginsAs, tt.subject, tt.message.data)
		}
	}
}

// TestRoughNetworkForEveryFlow runs the pairs over a network that loses, doubles and reorders: each call ends in a
// class at both ends, and nobody is left in a dialog.
func TestRoughNetworkForEveryFlow(t *testing.T) {
	const rounds, calls = 8, 40
	for _, pair := range [][2]string{
		{"caller", "phone"}, {"caller", "busy"}, {"caller", "announcement"}, {"early-media", "announcement"}, {"late-offer", "phone"},
		{"hold", "phone"}, {"session-timer", "phone"}, {"register", "registrar"}, {"register", "registrar-auth"}, {"options", "phone"},
		{"message", "phone"}, {"subscribe", "notifier"},
	} {
		t.Run(pair[0]+" and "+pair[1], func(t *testing.T) {
			answered := uint64(0)
			for seed := range uint64(rounds) {
				l := newLab(t, func(c, a *Config) {
					c.Programs, a.Programs = loaded(t, pair[0]), loaded(t, pair[1])
					a.Ringing = traffic.Duration{Mean: time.Second}
					withAccount(t, c, a)
				})
				l.rough = roughNetwork(seed)
				for range calls {
					l.place(100 * time.Second)
					l.runUntil(l.now + 50*time.Millisecond)
				}
				l.runUntil(l.now + 10*time.Minute)
				if answerers := l.answerer.InProgress(); pair[1] != "notifier" || answerers == 0 {
					l.closed()
				} else { // a subscriber that gave up leaves a subscription, which its notifier ends
					l.answerer.Stop(l.now)
					l.runUntil(l.now + 10*time.Minute)
					l.closed()
				}
				if t.Failed() {
					t.Fatalf("with seed %d", seed)
				}
				answered += l.calls.Outcomes[measure.Answered] + l.calls.Outcomes[measure.User] + l.calls.Outcomes[measure.Unexpected]
			}
			if answered < rounds*calls*9/10 {
				t.Errorf("%d of %d calls were answered or refused", answered, rounds*calls)
			}
		})
	}
}

// withAccount gives the caller an account and the answerer the realm that knows it.
func withAccount(t *testing.T, c, a *Config) {
	t.Helper()
	account := sip.Credentials{User: "alice", Password: sip.NewSecret("secret")}
	c.Keyring = sip.NewKeyring(account, rand.NewPCG(1, 2))
	realm, err := sip.NewRealm(sip.RealmConfig{Name: "lab"}, sip.AccountTable{"alice": account.Password}, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	a.Realm = realm
}
