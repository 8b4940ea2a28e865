package call

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

func (l *lab) count(beginning string) int {
	n := 0
	for _, line := range l.log {
		if strings.HasPrefix(line, beginning) {
			n++
		}
	}
	return n
}

// A session timer of 90 s in a call of 300 s: refreshed at 45, 90, 135, 180, 225 and 270 s after the answer.
func TestSessionIsRefreshedAtHalfItsTime(t *testing.T) {
	for _, tt := range []struct{ name, offer, refresh string }{
		{"by the caller", "    session: 90s\n", "-> UPDATE"},
		{"by the answerer, which the caller names", "    Supported: timer\n    Session-Expires: 90;refresher=uas\n", "<- UPDATE"},
		{"by the answerer, for a caller that knows no timers", "    Session-Expires: 90\n", "<- UPDATE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, "- invite:\n"+tt.offer+"- wait 300s\n- bye\n", talks, nil)
			l.place(0)
			l.runUntil(10 * time.Minute)
			l.closed()
			l.wantOutcome(measure.Answered, 1)
			if n := l.count(tt.refresh); n != 6 || l.calls.Completed != 1 {
				t.Errorf("%d refreshes and %d completed calls, want 6 and 1:\n%s", n, l.calls.Completed, strings.Join(l.log, "\n"))
			}
		})
	}
}

// Who waits for the refresh hangs up a third of the time, at most 32 s, before the session is over (RFC 4028, 10).
func TestSessionThatNobodyRefreshesIsHungUp(t *testing.T) {
	l := flowLab(t, "- invite:\n    session: 90s\n- wait 1h\n- bye\n", talks, nil)
	l.lose = func(message string) bool { return strings.Contains(message, "UPDATE") }
	l.place(0)
	l.runUntil(10 * time.Minute)
	l.closed()
	if l.count("<- BYE") == 0 || l.calls.Dropped != 1 {
		t.Errorf("want the answerer to hang up the lapsed session:\n%s", strings.Join(l.log, "\n"))
	}
}

func TestSessionTimerThatIsTooShortIsAskedForAgain(t *testing.T) {
	l := flowLab(t, "- invite:\n    session: 30s\n- wait 60s\n- bye\n", talks, nil)
	var second packet
	l.place(0)
	l.runUntil(time.Millisecond)
	l.catchNext("-> INVITE", &second)
	l.runUntil(10 * time.Minute)
	l.closed()
	l.wantLog("-> INVITE", "<- 422 Session Interval Too Small (1 INVITE)", "-> ACK", "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK",
		"-> UPDATE", "<- 200 OK (3 UPDATE)", "-> BYE", "<- 200 OK (4 BYE)")
	if header(second.data, "Min-SE") != "90" || header(second.data, "Session-Expires") != "90;refresher=uac" {
		t.Errorf("the second INVITE asks for\n%s", second.data)
	}
}

// A target that names ever longer times is not asked for ever.
func TestCallerGivesUpOnTargetsThatAlwaysWantMore(t *testing.T) {
	l := flowLab(t, "- register for 60s\n", "- expect REGISTER\n- respond 423 Interval Too Brief:\n    Min-Expires: 61\n", nil)
	l.place(0)
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.Policy, 1)
	if n := l.count("-> REGISTER"); n != 2 {
		t.Errorf("%d REGISTERs, want the second one to be the last: 61 s were refused too", n)
	}
}

// A target that asks for more at each try is given it three times, and never more than a day.
func TestCallerGivesUpOnTargetsThatWantMoreEachTime(t *testing.T) {
	for _, tt := range []struct {
		name      string
		wanted    []int // Min-Expires of each refusal
		registers int
	}{
		{"more each time", []int{100, 200, 300, 400, 500}, 1 + maxRetries},
		{"a day, which is the most, and then more", []int{86400, 86401}, 2},
		{"more than a day", []int{86401}, 1},
		{"less than was asked for", []int{59}, 1},
	} {
		l := newLab(t, func(c, _ *Config) {
			c.Programs = parsed(t, "scenario: more\nrole: caller\nsteps:\n- register for 60s\n")
		})
		l.lose = func(string) bool { return true }
		var register packet
		l.catchNext("-> REGISTER", &register)
		l.place(0)
		for _, least := range tt.wanted {
			refused := register
			l.catchNext("-> REGISTER", &register)
			l.caller.Receive(sip.Datagram{Data: answerTo(t, refused.data, "423 Interval Too Brief", fmt.Sprintf("Min-Expires: %d", least)), From: answererAddress, At: l.now})
		}
		l.runUntil(time.Millisecond)
		if n := l.count("-> REGISTER"); n != tt.registers || l.caller.InProgress() != 0 {
			t.Errorf("%s: %d REGISTERs and %d calls in progress, want %d and none", tt.name, n, l.caller.InProgress(), tt.registers)
		}
		l.closed()
		l.wantOutcome(measure.Policy, 1)
	}
}

// A binding is refreshed at half its life, or ten minutes before the end of a long one, and not after it was given up.
func TestWhenABindingIsRefreshed(t *testing.T) {
	for life, want := range map[string]time.Duration{"1m": 30 * time.Second, "20m": 10 * time.Minute, "1h": 50 * time.Minute} {
		l := flowLab(t, "- register for "+life+"\n- wait 55m\n- unregister\n- wait 55m\n", "- expect REGISTER\n- bind\n", nil)
		l.place(0)
		l.runUntil(want - 100*time.Millisecond)
		if n := l.count("-> REGISTER"); n != 1 {
			t.Errorf("a binding of %s was refreshed before %v", life, want)
		}
		l.runUntil(want + 100*time.Millisecond)
		if n := l.count("-> REGISTER"); n != 2 {
			t.Errorf("a binding of %s was not refreshed at %v", life, want)
		}
		l.runUntil(56 * time.Minute)
		registers := l.count("-> REGISTER")
		l.runUntil(3 * time.Hour)
		l.closed()
		if n := l.count("-> REGISTER"); n != registers {
			t.Errorf("a binding of %s was refreshed %d times after it was given up", life, n-registers)
		}
	}
}

// Bindings of 60 s are refreshed at half their life: none lapses in ten minutes, through lost messages too.
func TestBindingsAreKeptAlive(t *testing.T) {
	const bindings = 50
	l := flowLab(t, "- register for 60s\n- wait 10m\n- unregister\n", "- expect REGISTER\n- bind\n", nil)
	random := rand.New(rand.NewPCG(1, 2))
	l.lose = func(string) bool { return random.Float64() < 0.2 }
	for i := range bindings {
		l.caller.Start(l.now, Attempt{Intended: l.now, Trunk: &Trunk{
			Name: "lab", Address: answererAddress, URI: "sip:192.0.2.2:5060", From: fmt.Sprintf("sip:user%d@192.0.2.1:5060", i),
		}})
	}
	l.runUntil(5 * time.Minute)
	bound, lapsed := l.answerer.Bindings(l.now)
	if bound != bindings || lapsed != 0 {
		t.Errorf("%d addresses are bound and %d of them lapsed, want %d and none", bound, lapsed, bindings)
	}
	l.runUntil(15 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, bindings)
	if bound, _ := l.answerer.Bindings(l.now); bound != 0 || l.answers.Lapsed != 0 {
		t.Errorf("%d addresses are still bound, %d lapsed meanwhile", bound, l.answers.Lapsed)
	}
	if mean := l.calls.Delays[measure.RRD].Mean(); l.calls.Delays[measure.RRD].Count() != bindings || mean < 2*time.Millisecond {
		t.Errorf("registration request delay %v of %d requests", mean, l.calls.Delays[measure.RRD].Count())
	}
}

func TestChallengeIsAnsweredAndCountsNoCall(t *testing.T) {
	for _, tt := range []struct{ name, caller, answerer string }{
		{"INVITE", "- invite\n- wait 1s\n- bye\n", "- challenge\n- answer\n- expect BYE\n"},
		{"REGISTER, refreshed", "- register for 60s\n- wait 100s\n- unregister\n", "- expect REGISTER\n- challenge\n- bind\n"},
		{"MESSAGE", "- message hello\n", "- expect MESSAGE\n- challenge\n- respond 200 OK\n"},
	} {
		for _, proxy := range []bool{false, true} {
			for _, algorithm := range []sip.Algorithm{sip.MD5, sip.SHA256, sip.SHA512256} {
				t.Run(fmt.Sprint(tt.name, " ", algorithm, " ", proxy), func(t *testing.T) {
					l := flowLab(t, tt.caller, tt.answerer, func(c, a *Config) {
						account := sip.Credentials{User: "alice", Password: sip.NewSecret("secret")}
						c.Keyring = sip.NewKeyring(account, rand.NewPCG(1, 2))
						realm, err := sip.NewRealm(sip.RealmConfig{Name: "lab", Proxy: proxy, Algorithms: []sip.Algorithm{algorithm}},
							sip.AccountTable{"alice": account.Password}, [32]byte{1})
						if err != nil {
							t.Fatal(err)
						}
						a.Realm = realm
					})
					l.place(time.Second)
					l.runUntil(5 * time.Minute)
					l.closed()
					l.wantOutcome(measure.Answered, 1)
					if l.answers.Challenged != 1 || l.answers.Offered != l.answers.Outcomes[measure.Answered] {
						t.Errorf("%d challenged, %d offered and %d answered at the answerer:\n%s", l.answers.Challenged, l.answers.Offered,
							l.answers.Outcomes[measure.Answered], strings.Join(l.log, "\n"))
					}
				})
			}
		}
	}
}

func TestWrongCredentialsAreRefused(t *testing.T) {
	l := flowLab(t, "- register\n", "- expect REGISTER\n- challenge\n- bind\n", func(c, a *Config) {
		c.Keyring = sip.NewKeyring(sip.Credentials{User: "alice", Password: sip.NewSecret("guess")}, rand.NewPCG(1, 2))
		realm, err := sip.NewRealm(sip.RealmConfig{Name: "lab"}, sip.AccountTable{"alice": sip.NewSecret("secret")}, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		a.Realm = realm
	})
	l.place(time.Second)
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.Policy, 1)
	if bound, _ := l.answerer.Bindings(l.now); bound != 0 {
		t.Errorf("%d addresses are bound by wrong credentials", bound)
	}
}
