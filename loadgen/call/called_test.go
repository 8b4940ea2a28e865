package call

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// phoneWithRegistrar is an answerer that binds whoever registers, and does with calls what the steps say.
func phoneWithRegistrar(steps string) string {
	return "scenario: both\nflows:\n- role: answerer\n  steps: [expect REGISTER, bind]\n- role: answerer\n  steps: [expect OPTIONS, respond 200 OK]\n" +
		"- role: answerer\n  steps: [" + steps + "]\n"
}

// A flow that registers, or asks with OPTIONS, before it calls is judged by its call: whom that went to, how it ended
// and how long it rang.
func TestCallsBehindRequestsOfOtherMethods(t *testing.T) {
	registered := []string{"-> REGISTER", "<- 200 OK (1 REGISTER)"}
	for _, tt := range []struct {
		name, caller, answerer string
		want                   []string
		class                  measure.Class
		completed              uint64
	}{
		{"the whole life of a phone", "- register for 600s\n- invite\n- expect 180 within 2s\n- expect 200 within 9s\n- play\n- bye\n- unregister\n",
			"respond 180 Ringing, wait 5s, answer, expect BYE",
			append(registered[:2:2], "-> INVITE", "<- 180 Ringing (2 INVITE)", "<- 200 OK (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)", "-> REGISTER", "<- 200 OK (4 REGISTER)"), measure.Answered, 1},
		{"without a last word to the registrar", "- register\n- invite\n- bye\n", "answer, expect BYE",
			append(registered[:2:2], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"), measure.Answered, 1},
		{"the answerer hangs up", "- register\n- invite\n- expect BYE\n- unregister\n", "answer, wait 1s, bye",
			append(registered[:2:2], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "<- BYE", "-> 200 OK (1 BYE)", "-> REGISTER", "<- 200 OK (3 REGISTER)"), measure.Answered, 1},
		{"the machine hangs up at the end", "- register\n- invite\n", "answer, expect BYE",
			append(registered[:2:2], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"), measure.Answered, 1},
		{"the called user is busy", "- register\n- invite\n- bye\n", "respond 486 Busy Here",
			append(registered[:2:2], "-> INVITE", "<- 486 Busy Here (2 INVITE)", "-> ACK"), measure.User, 0},
		{"no circuit is free", "- options\n- invite\n- bye\n", "respond 503 Service Unavailable",
			[]string{"-> OPTIONS", "<- 200 OK (1 OPTIONS)", "-> INVITE", "<- 503 Service Unavailable (2 INVITE)", "-> ACK"}, measure.Blocked, 0},
		{"withdrawn while it rings", "- register\n- invite\n- cancel after 2s\n", "respond 180 Ringing, wait 1h, answer",
			append(registered[:2:2], "-> INVITE", "<- 180 Ringing (2 INVITE)", "-> CANCEL", "<- 200 OK (2 CANCEL)", "<- 487 Request Terminated (2 INVITE)", "-> ACK"), measure.User, 0},
		{"a re-INVITE that is refused", "- register\n- invite\n- reinvite codec g729\n- bye\n", "answer, expect BYE",
			append(registered[:2:2], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> INVITE", "<- 488 Not Acceptable Here (3 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (4 BYE)"), measure.Unexpected, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, "", func(_, a *Config) { a.Programs = parsed(t, phoneWithRegistrar(tt.answerer)) })
			var invite packet
			l.catchNext("-> INVITE", &invite)
			l.place(0)
			l.runUntil(time.Minute)
			l.closed()
			l.wantLog(tt.want...)
			l.wantOutcome(tt.class, 1)
			if l.calls.Completed != tt.completed || l.calls.Dropped != 0 {
				t.Errorf("%d completed and %d dropped, want %d and 0", l.calls.Completed, l.calls.Dropped, tt.completed)
			}
			if to := header(invite.data, "To"); to != "<sip:+15550100@192.0.2.2:5060>" {
				t.Errorf("the INVITE is to %s", to)
			}
			if answers := l.calls.Delays[measure.AnswerTime].Count(); answers != l.calls.Outcomes[measure.Answered]+l.calls.Outcomes[measure.Unexpected] {
				t.Errorf("%d times to an answer", answers)
			}
		})
	}
}

// A phone that registered for a minute and talks for ten keeps its binding, to the end and not longer.
func TestBindingIsKeptDuringTheCall(t *testing.T) {
	l := flowLab(t, "- register for 60s\n- invite:\n    session: 90s\n- wait 600s\n- bye\n- unregister\n", "",
		func(_, a *Config) { a.Programs = parsed(t, phoneWithRegistrar("answer, expect BYE")) })
	var refresh packet
	l.place(0)
	l.runUntil(10 * time.Second)
	l.catchNext("-> REGISTER", &refresh)
	l.runUntil(20 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
	if n := l.count("-> REGISTER"); n < 20 || n > 22 { // at 30 s, 60 s, ... 570 s, between the first and the last
		t.Errorf("%d REGISTERs in a call of ten minutes, want one each half minute", n)
	}
	if n := l.count("-> UPDATE"); n != 13 { // at 45 s, 90 s, ... 585 s
		t.Errorf("%d refreshes of the session, want 13", n)
	}
	if to := header(refresh.data, "To"); to != "<sip:sipplan@192.0.2.1:5060>" || !strings.HasPrefix(string(refresh.data), "REGISTER sip:192.0.2.2:5060 ") {
		t.Errorf("the binding is refreshed with\n%s", refresh.data)
	}
	if l.calls.Dropped != 0 || l.calls.Completed != 1 {
		t.Errorf("%d dropped, %d completed", l.calls.Dropped, l.calls.Completed)
	}
}

// A subscription inside a call outlives its first refresh, and its end is not the call's.
func TestSubscriptionInsideACall(t *testing.T) {
	l := flowLab(t, "- invite\n- subscribe conference for 60s\n- expect NOTIFY within 5s\n- wait 100s\n- bye\n",
		"- answer\n- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: 60\n- notify active conference\n- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: 60\n"+
			"- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: 60\n- notify terminated conference\n- expect BYE\n", nil)
	l.place(0)
	l.runUntil(10 * time.Minute)
	l.closed()
	l.wantOutcome(measure.Answered, 1)
	if n := l.count("-> SUBSCRIBE"); n != 3 || l.calls.Completed != 1 {
		t.Errorf("%d SUBSCRIBEs and %d completed calls, want 3 and 1:\n%s", n, l.calls.Completed, strings.Join(l.log, "\n"))
	}
}

// invite in a branch of a refusal calls again: the last answer decides the class, a refusal too.
func TestSecondTryThatIsRefused(t *testing.T) {
	l := flowLab(t, "- invite:\n    on: {486: again}\n- bye\nbranches:\n  again:\n  - wait 1s\n  - invite\n  - bye\n", "- respond 486 Busy Here\n", nil)
	l.place(0)
	l.runUntil(time.Minute)
	l.closed()
	l.wantOutcome(measure.User, 1)
}

// What an answerer checks of the request that opens its call decides whether the call goes on, and fills variables.
func TestOpeningRequestIsChecked(t *testing.T) {
	for _, tt := range []struct {
		name, check string
		class       measure.Class
		want        []string
	}{
		{"as it has to be", "header Subject is load test", measure.Answered, []string{"-> MESSAGE", "<- 200 OK (1 MESSAGE)"}},
		{"otherwise", "header Subject is something else", measure.TargetError, []string{"-> MESSAGE", "<- 500 Server Internal Error (1 MESSAGE)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, "- message hello:\n    Subject: load test\n", "- expect MESSAGE:\n    check: ["+tt.check+"]\n    set: {text: body matches h.*o}\n- respond 200 OK:\n    X-Text: \"{{ text }}\"\n", nil)
			var answer packet
			l.catchNext("<- 200", &answer)
			l.place(0)
			l.runUntil(time.Minute)
			l.closed()
			l.wantLog(tt.want...)
			l.wantOutcome(tt.class, 1)
			if tt.class == measure.Answered && header(answer.data, "X-Text") != "hello" {
				t.Errorf("the variable is not in\n%s", answer.data)
			}
		})
	}
}
