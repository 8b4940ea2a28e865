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

// challenge builds a challenge in answer to a request that the lab has caught.
func challenge(request packet, status int, line string) []byte {
	head := func(name string) string { return header(request.data, name) }
	to := head("To")
	if !strings.Contains(to, ";tag=") {
		to += ";tag=challenger"
	}
	return fmt.Appendf(nil, "SIP/2.0 %d Unauthorized\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n%s\r\nContent-Length: 0\r\n\r\n",
		status, head("Via"), head("From"), to, head("Call-ID"), head("CSeq"), line)
}

// newGuardedLab returns a lab whose caller has an account.
func newGuardedLab(t *testing.T) *lab {
	return newLab(t, func(caller, _ *Config) {
		caller.Keyring = sip.NewKeyring(sip.NewCredentials("alice", "s3cret"), rand.NewPCG(1, 2))
	})
}

const wanted = `WWW-Authenticate: Digest realm="example.com", nonce="%s", algorithm=MD5, qop="auth"`

func TestChallengedInviteIsSentAgainWithCredentials(t *testing.T) {
	l := newGuardedLab(t)
	var first, second packet
	l.catchNext("-> INVITE", &first)
	l.place(time.Second)
	l.flying = nil // the target challenges instead of answering
	l.catchNext("-> INVITE", &second)
	refusal := challenge(first, 401, fmt.Sprintf(wanted, "abc"))
	l.caller.Receive(sip.Datagram{Data: refusal, From: answererAddress, At: l.now})
	if got := header(second.data, "Authorization"); !strings.Contains(got, `username="alice"`) || !strings.Contains(got, `nonce="abc"`) || !strings.Contains(got, "nc=00000001") {
		t.Errorf("the second INVITE carries %q", got)
	}
	if header(second.data, "CSeq") != "2 INVITE" || header(second.data, "Call-ID") != header(first.data, "Call-ID") || header(second.data, "From") != header(first.data, "From") {
		t.Errorf("the second INVITE is no repeat of the first under the next number:\n%s", second.data)
	}
	if header(first.data, "Via") == header(second.data, "Via") {
		t.Error("both INVITEs have the same branch")
	}
	// The refusal comes again, because its ACK was lost: it is acknowledged and nothing else.
	l.log = nil
	l.caller.Receive(sip.Datagram{Data: challenge(first, 401, fmt.Sprintf(wanted, "abc")), From: answererAddress, At: l.now})
	if len(l.log) != 1 || !strings.HasPrefix(l.log[0], "-> ACK") {
		t.Errorf("the repeated refusal brought about %v", l.log)
	}
	l.runUntil(time.Minute)
	l.closed()
	if l.calls.Offered != 1 || l.calls.Outcomes[measure.Answered] != 1 || l.calls.InvitesSent != 2 {
		t.Errorf("%d of %d calls answered after %d INVITEs, want one call of two INVITEs", l.calls.Outcomes[measure.Answered], l.calls.Offered, l.calls.InvitesSent)
	}
}

func TestRepeatOfAChallengedInviteIsTheSameMessage(t *testing.T) {
	l := newGuardedLab(t)
	var first, second, repeat packet
	l.catchNext("-> INVITE", &first)
	l.place(time.Second)
	l.flying = nil
	l.catchNext("-> INVITE", &second)
	l.caller.Receive(sip.Datagram{Data: challenge(first, 407, strings.Replace(fmt.Sprintf(wanted, "abc"), "WWW", "Proxy", 1)), From: answererAddress, At: l.now})
	l.flying = nil // lost
	l.catchNext("-> INVITE", &repeat)
	l.runUntil(600 * time.Millisecond)
	if len(repeat.data) == 0 || string(repeat.data) != string(second.data) {
		t.Errorf("the repeat differs:\n%s\n%s", second.data, repeat.data)
	}
}

func TestSecondRefusalOfTheSameCredentialsStands(t *testing.T) {
	l := newGuardedLab(t)
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.place(time.Second)
	for _, nonce := range []string{"one", "two"} {
		l.flying = nil
		refused := invite
		l.catchNext("-> INVITE", &invite)
		l.caller.Receive(sip.Datagram{Data: challenge(refused, 401, fmt.Sprintf(wanted, nonce)), From: answererAddress, At: l.now})
	}
	l.closed()
	if l.calls.Outcomes[measure.Policy] != 1 || l.calls.InvitesSent != 2 {
		t.Errorf("%d calls refused by policy after %d INVITEs, want 1 after 2", l.calls.Outcomes[measure.Policy], l.calls.InvitesSent)
	}
}

func TestChallengedByeIsSentAgainWithCredentials(t *testing.T) {
	l := newGuardedLab(t)
	var bye, second packet
	l.catchNext("-> BYE", &bye)
	l.lose = once("-> BYE")
	l.place(time.Second)
	l.runUntil(1100 * time.Millisecond)
	l.catchNext("-> BYE", &second)
	l.caller.Receive(sip.Datagram{Data: challenge(bye, 407, strings.Replace(fmt.Sprintf(wanted, "abc"), "WWW", "Proxy", 1)), From: answererAddress, At: l.now})
	if got := header(second.data, "Proxy-Authorization"); !strings.Contains(got, `uri="sip:192.0.2.2:5060"`) {
		t.Errorf("the second BYE carries %q", got)
	}
	l.runUntil(time.Minute)
	l.closed()
	if l.calls.Completed != 1 {
		t.Errorf("%d calls completed, want 1", l.calls.Completed)
	}
}

// Credentials that were overheard bind nobody else: their nonce count was used. The same request may come again, because
// its answer got lost.
func TestNonceCountIsGoodForOneRequest(t *testing.T) {
	realm, err := sip.NewRealm(sip.RealmConfig{Name: "lab", Replays: 16}, sip.AccountTable{"alice": sip.NewSecret("s3cret")}, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, func(caller, answerer *Config) {
		caller.Programs, answerer.Programs = loaded(t, "register"), loaded(t, "registrar-auth")
		caller.Keyring = sip.NewKeyring(sip.NewCredentials("alice", "s3cret"), rand.NewPCG(1, 2))
		answerer.Realm = realm
	})
	var register packet
	l.place(time.Minute)
	l.runUntil(1500 * time.Microsecond)
	l.catchNext("-> REGISTER", &register)
	l.runUntil(time.Second)
	if header(register.data, "Authorization") == "" {
		t.Fatalf("no credentials:\n%s", register.data)
	}
	if again := l.ask(string(register.data)); !strings.HasPrefix(again, "SIP/2.0 200") {
		t.Errorf("the repeated request is answered\n%s", again)
	}
	replayed := strings.Replace(string(register.data), "CSeq: 2 ", "CSeq: 3 ", 1)
	if replay := l.ask(replayed); !strings.HasPrefix(replay, "SIP/2.0 401") || !strings.Contains(replay, "stale=true") {
		t.Errorf("the replayed credentials are answered\n%s", replay)
	}
}
