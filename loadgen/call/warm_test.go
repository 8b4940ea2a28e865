package call

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// warmPath is a way that calls can take through both machines.
type warmPath struct {
	name           string
	calls, answers string        // steps of both ends; empty for the built-in caller and gateway
	life           time.Duration // of a call, after which the next one begins
	change         func(t *testing.T, caller, answerer *Config)
	onWay          func() onWay
	// taken counts what happens at least once in each call that goes this way, and in no other.
	taken func(caller, answerer *Machine) uint64
}

const answersAtOnce = "- answer\n- expect BYE\n"

var warmPaths = []warmPath{
	{name: "the built-in ones", taken: completed},
	{name: "over TCP", change: overTCP, taken: completed},
	{name: "PRACK and a session timer", calls: "- invite:\n    Supported: 100rel, timer\n    Require: 100rel\n    Session-Expires: 1800\n- bye\n",
		answers: "- respond 180 Ringing reliably\n- answer\n- expect BYE\n", taken: completed},
	{name: "a session refreshed by UPDATE", calls: "- invite:\n    session: 90s\n- wait 100s\n- bye\n", answers: answersAtOnce,
		life: 2 * time.Minute, taken: refreshed},
	{name: "a session refreshed by INVITE, for a peer without UPDATE", calls: "- invite:\n    session: 90s\n- wait 100s\n- bye\n", answers: answersAtOnce,
		life: 2 * time.Minute, onWay: replacing("UPDATE", "XPDATE"), taken: refreshed},
	{name: "a binding kept alive", calls: "- register for 60s\n- wait 2m\n- unregister\n", answers: "- expect REGISTER\n- bind\n",
		life: 3 * time.Minute, taken: refreshed},
	{name: "hold and resume", calls: "- invite\n- hold\n- resume\n- bye\n", answers: answersAtOnce, taken: completed},
	{name: "the offer in the answer", calls: "- invite without offer\n- bye\n", answers: answersAtOnce, taken: completed},
	{name: "answers of two branches", onWay: forking, taken: func(_, answerer *Machine) uint64 { return answerer.cfg.Steady.Strays / 2 }},
	{name: "credentials for a nonce that is known, of a server", calls: "- invite\n- bye\n", answers: "- challenge\n" + answersAtOnce,
		change: guarded(false), taken: unchallenged},
	{name: "credentials for a nonce that is known, of a proxy", calls: "- register\n", answers: "- expect REGISTER\n- challenge\n- bind\n",
		change: guarded(true), taken: unchallenged},
	{name: "each call challenged anew", calls: "- invite\n- bye\n", answers: "- challenge\n" + answersAtOnce, life: 6 * time.Minute,
		change: guarded(false), taken: func(_, answerer *Machine) uint64 { return answerer.cfg.Steady.Challenged }},
	{name: "a trunk that asks for fewer calls", change: overTrunks(2), onWay: inserting("SIP/2.0 ", ";rport", ";oc=50;oc-validity=60000;x"),
		taken: func(caller, _ *Machine) uint64 { return 3 * caller.trunks.steady[0].Throttled }}, // every other call is
	{name: "503 with Retry-After", answers: "- respond 503 Service Unavailable:\n    Retry-After: 1\n", life: 2 * time.Second, change: overTrunks(1),
		taken: func(caller, _ *Machine) uint64 { return caller.trunks.steady[0].RetryAfters }},
	{name: "503 with Retry-After, and another trunk", answers: "- respond 503 Service Unavailable:\n    Retry-After: 1\n", life: 2 * time.Second, change: overTrunks(2),
		taken: func(caller, _ *Machine) uint64 { return caller.trunks.steady[1].RetryAfters }},
	{name: "redirections", answers: "- respond 302 Moved Temporarily:\n    Contact: \"<sip:+1555@192.0.2.2:5060>;q=0.1, <sip:+1556@192.0.2.2:5060>\"\n",
		change: func(_ *testing.T, caller, _ *Config) { caller.FollowRedirects = true },
		taken:  func(caller, _ *Machine) uint64 { return caller.cfg.Steady.Codes[302] / mostRedirections }},
	{name: "busy", answers: "- respond 486 Busy Here\n", taken: func(caller, _ *Machine) uint64 { return caller.cfg.Steady.Codes[486] }},
	{name: "given up while it rings", calls: "- invite\n- cancel after 2s\n", answers: "- respond 180 Ringing\n- wait 1h\n- answer\n- expect BYE\n", life: 3 * time.Second,
		taken: func(caller, _ *Machine) uint64 { return caller.cfg.Steady.Codes[487] }},
	{name: "messages", calls: "- message hello\n", answers: "- expect MESSAGE\n- respond 200 OK\n", taken: completed},
	{name: "a subscription", calls: "- subscribe presence for 60s\n- expect NOTIFY within 5s\n- wait 40s\n- unsubscribe presence\n",
		answers: "- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: \"[expires]\"\n    Contact: <[local_uri]>\n- notify active presence\n- expect SUBSCRIBE\n- notify terminated presence\n",
		life:    time.Minute, taken: refreshed},
	{name: "over a proxy that stays on the way", onWay: inserting("", "From: ", "Record-Route: <sip:192.0.2.2:5060;lr>\r\n"), taken: completed},
	{name: "another codec", calls: "- invite\n- reinvite codec pcma\n- bye\n", answers: answersAtOnce, taken: completed},
	{name: "an offer in a reliable 183", calls: "- invite without offer:\n    Supported: 100rel\n- bye\n",
		answers: "- respond 183 Session Progress reliably\n- answer\n- expect BYE\n", taken: completed},
	{name: "every fifth message lost", onWay: losing(5), life: 40 * time.Second,
		taken: func(caller, answerer *Machine) uint64 { return 3 * (sentAgain(caller) + sentAgain(answerer)) }},
	{name: "a number for each call", calls: "- invite\n- bye\n", answers: answersAtOnce, change: withTable, taken: completed},
	{name: "a SIPp scenario at both ends", change: scripted("caller.xml", "answerer.xml"), life: 10 * time.Second, taken: completed},
	{name: "INFO in the dialog", calls: "- invite\n- wait 1s\n- info 1\n- bye\n", answers: answersAtOnce, life: 2 * time.Second, taken: completed},
}

func completed(caller, _ *Machine) uint64 { return caller.cfg.Steady.Completed }
func refreshed(caller, _ *Machine) uint64 { return caller.cfg.Steady.Refreshes }

// unchallenged counts calls that were asked for credentials only before the first.
func unchallenged(caller, answerer *Machine) uint64 {
	if answerer.cfg.Steady.Challenged > 1 {
		return 0
	}
	return caller.cfg.Steady.Completed
}

func overTCP(_ *testing.T, caller, answerer *Config) {
	caller.Transport, answerer.Transport = sip.TCP, sip.TCP
}

// losing lets one of so many messages get lost.
func losing(each int) func() onWay {
	return func() onWay {
		messages, nothing := 0, []byte("\r\n\r\n")
		return func(message []byte) (changed, _ []byte) {
			if messages++; messages%each == 0 {
				return nothing, nil
			}
			return message, nil
		}
	}
}

func sentAgain(m *Machine) (n uint64) {
	for _, sent := range m.cfg.Steady.Retransmissions[measure.Sent] {
		n += sent
	}
	return n
}

// withTable gives each call the row of a table.
func withTable(t *testing.T, caller, _ *Config) {
	t.Helper()
	table, err := scenarios.ParseTable("numbers.csv", []byte("caller,callee\n+15550101,+15550201\n+15550102,+15550202\n"))
	if err != nil {
		t.Fatal(err)
	}
	caller.Pool = Pool{Table: table, Step: 1}
}

// scripted lets both ends follow scenarios of SIPp's form.
func scripted(caller, answerer string) func(t *testing.T, c, a *Config) {
	return func(t *testing.T, c, a *Config) {
		t.Helper()
		c.Script, a.Script = &ScriptConfig{Service: "service"}, &ScriptConfig{}
		c.Programs, a.Programs = []*scenarios.Program{script(t, scriptFile(t, caller))}, []*scenarios.Program{script(t, scriptFile(t, answerer))}
	}
}

// guarded lets the answerer ask for credentials that the caller has.
func guarded(proxy bool) func(t *testing.T, caller, answerer *Config) {
	return func(t *testing.T, caller, answerer *Config) {
		t.Helper()
		account := sip.Credentials{User: "alice", Password: sip.NewSecret("secret")}
		realm, err := sip.NewRealm(sip.RealmConfig{Name: "lab", Proxy: proxy, Replays: 16}, sip.AccountTable{"alice": account.Password}, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		caller.Keyring, answerer.Realm = sip.NewKeyring(account, rand.NewPCG(1, 2)), realm
	}
}

// overTrunks lets the router choose among so many trunks to the answerer, which are tried in their order.
func overTrunks(trunks int) func(t *testing.T, caller, answerer *Config) {
	return func(t *testing.T, caller, _ *Config) {
		t.Helper()
		n := &routing.Network{Routes: []routing.Route{{Name: "pstn"}}}
		var list []Trunk
		for i := range trunks {
			name := string(rune('a' + i))
			n.Trunks = append(n.Trunks, routing.Trunk{Name: name})
			n.Routes[0].Trunks = append(n.Routes[0].Trunks, name)
			list = append(list, *labTrunk)
		}
		router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 3))
		if err != nil {
			t.Fatal(err)
		}
		caller.Trunks, caller.ObeyOverload, caller.Random = &Trunks{Router: router, List: list}, true, traffic.Stream(1, 2)
	}
}

// replacing overwrites a text in what comes in by another one of its length.
func replacing(old, text string) func() onWay {
	return func() onWay {
		return func(message []byte) (changed, _ []byte) {
			if at := bytes.Index(message, []byte(old)); at >= 0 {
				copy(message[at:], text)
			}
			return message, nil
		}
	}
}

// inserting puts a text before another one, in messages that begin so.
func inserting(beginning, before, text string) func() onWay {
	return func() onWay {
		var room []byte
		return func(message []byte) (changed, _ []byte) {
			at := bytes.Index(message, []byte(before))
			if at < 0 || !bytes.HasPrefix(message, []byte(beginning)) {
				return message, nil
			}
			room = append(append(append(room[:0], message[:at]...), text...), message[at:]...)
			return room, nil
		}
	}
}

// forking lets the answer of another branch, with a tag of its own, come before that of the first.
func forking() onWay {
	var room []byte
	return func(message []byte) (_, another []byte) {
		if !bytes.HasPrefix(message, []byte("SIP/2.0 200")) || !bytes.Contains(message, []byte("INVITE\r\n")) {
			return message, nil
		}
		room = append(room[:0], message...)
		to := bytes.Index(room, []byte("\r\nTo: "))
		tag := to + bytes.Index(room[to:], []byte(";tag="))
		copy(room[tag+len(";tag="):], "another")
		return message, room
	}
}

// TestWarmCallAllocatesNothing is whole calls at both ends once the slots are there.
func TestWarmCallAllocatesNothing(t *testing.T) {
	for _, tt := range warmPaths {
		t.Run(tt.name, func(t *testing.T) {
			calls, answers := builtIn(t, "caller"), builtIn(t, "gateway")
			if tt.calls != "" {
				calls = parsed(t, "scenario: test\nrole: caller\nsteps:\n"+tt.calls)
			}
			if tt.answers != "" {
				answers = parsed(t, "scenario: test\nrole: answerer\nsteps:\n"+tt.answers)
			}
			j := newChangedJoint(t, calls, answers, func(caller, answerer *Config) {
				if tt.change != nil {
					tt.change(t, caller, answerer)
				}
			})
			if tt.onWay != nil {
				j.onWay = tt.onWay()
			}
			attempt := Attempt{Trunk: labTrunk}
			if j.caller.trunks != nil {
				attempt.Trunk = nil
			}
			now, placed := time.Duration(0), uint64(0)
			call := func() {
				placed++
				now += 40 * time.Millisecond
				j.call(now, attempt)
				j.runUntil(now, now+tt.life)
				now += tt.life
			}
			for now < 100*time.Second || placed < 500 { // until INVITEs are forgotten as fast as they come in, and slices have grown to their lengths
				call()
			}
			if n := testing.AllocsPerRun(500, call); n != 0 {
				t.Errorf("a warm call allocates %g times", n)
			}
			if taken := tt.taken(j.caller, j.answerer); taken < placed {
				t.Errorf("%d of %d calls went this way: outcomes %v", taken, placed, j.caller.cfg.Steady.Outcomes)
			}
		})
	}
}
