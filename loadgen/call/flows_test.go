package call

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// flowLab joins a caller and an answerer that run the flows of two scenario files.
func flowLab(t *testing.T, caller, answerer string, change func(caller, answerer *Config)) *lab {
	t.Helper()
	parse := func(name, text string) []*scenarios.Program {
		programs, err := scenarios.Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return programs
	}
	return newLab(t, func(c, a *Config) {
		if caller != "" {
			c.Programs = parse("caller.yaml", "scenario: test\nrole: caller\nsteps:\n"+caller)
		}
		if answerer != "" {
			a.Programs = parse("answerer.yaml", "scenario: test\nrole: answerer\nsteps:\n"+answerer)
		}
		if change != nil {
			change(c, a)
		}
	})
}

// short leaves the request URIs and versions out of the log.
func (l *lab) short() []string {
	var list []string
	for _, line := range l.log {
		words := strings.Fields(line)
		if strings.HasSuffix(line, "SIP/2.0") {
			words = words[:2]
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

func (l *lab) wantLog(want ...string) {
	l.t.Helper()
	if got := l.short(); !slices.Equal(got, want) {
		l.t.Errorf("messages:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (l *lab) wantOutcome(class measure.Class, n uint64) {
	l.t.Helper()
	if got := l.calls.Outcomes[class]; got != n {
		l.t.Errorf("%d calls %s, want %d:\n%s", got, class, n, strings.Join(l.log, "\n"))
	}
}

const talks = `
- answer
- expect BYE
`

func TestFlowsInADialog(t *testing.T) {
	established := []string{"-> INVITE", "<- 200 OK (1 INVITE)", "-> ACK"}
	for _, tt := range []struct {
		name, caller, answerer string
		want                   []string
		class                  measure.Class
	}{
		{"INFO and MESSAGE", "- invite\n- info Signal=5\n- message hello\n- bye\n", talks,
			append(established[:3:3], "-> INFO", "<- 200 OK (2 INFO)", "-> MESSAGE", "<- 200 OK (3 MESSAGE)", "-> BYE", "<- 200 OK (4 BYE)"), measure.Answered},
		{"hold and resume", "- invite\n- hold\n- resume\n- bye\n", talks,
			append(established[:3:3], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> INVITE", "<- 200 OK (3 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (4 BYE)"), measure.Answered},
		{"another codec", "- invite\n- reinvite codec pcma\n- bye\n", talks,
			append(established[:3:3], "-> INVITE", "<- 200 OK (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"), measure.Answered},
		{"a codec that the far end has not", "- invite\n- reinvite codec g729\n- bye\n", talks,
			append(established[:3:3], "-> INVITE", "<- 488 Not Acceptable Here (2 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"), measure.Unexpected},
		{"UPDATE", "- invite\n- update\n- bye\n", talks,
			append(established[:3:3], "-> UPDATE", "<- 200 OK (2 UPDATE)", "-> BYE", "<- 200 OK (3 BYE)"), measure.Answered},
		{"late offer", "- invite without offer\n- bye\n", talks,
			append(established[:3:3], "-> BYE", "<- 200 OK (2 BYE)"), measure.Answered},
		{"the answerer hangs up", "- invite\n- expect BYE\n", "- answer after 1s\n- wait 2s\n- bye\n",
			[]string{"-> INVITE", "<- 100 Trying (1 INVITE)", "<- 200 OK (1 INVITE)", "-> ACK", "<- BYE", "-> 200 OK (1 BYE)"}, measure.Answered},
		{"reliable ringing", "- invite:\n    Supported: 100rel\n- bye\n", "- respond 180 Ringing reliably\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "-> PRACK", "<- 200 OK (2 PRACK)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"}, measure.Answered},
		{"reliable ringing that the caller requires", "- invite:\n    Require: 100rel\n- bye\n", "- respond 180 Ringing reliably\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "-> PRACK", "<- 200 OK (2 PRACK)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"}, measure.Answered},
		{"a PRACK that is waited for", "- invite:\n    Supported: 100rel\n- expect 180 within 2s\n- prack\n- expect 200\n- bye\n", "- respond 180 Ringing reliably\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "-> PRACK", "<- 200 OK (2 PRACK)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (3 BYE)"}, measure.Answered},
		{"a PRACK where nothing was reliable", "- invite:\n    Supported: 100rel\n- expect 180 within 2s\n- prack\n- expect 200\n- bye\n", "- respond 180 Ringing\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "-> CANCEL", "<- 200 OK (1 CANCEL)", "<- 487 Request Terminated (1 INVITE)", "-> ACK"}, measure.Unexpected},
		{"reliable only for callers that know it", "- invite\n- bye\n", "- respond 180 Ringing reliably\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (2 BYE)"}, measure.Answered},
		{"cancel while it rings", "- invite\n- cancel after 2s\n", "- respond 180 Ringing\n- wait 1h\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "-> CANCEL", "<- 200 OK (1 CANCEL)", "<- 487 Request Terminated (1 INVITE)", "-> ACK"}, measure.User},
		{"cancel that comes too late", "- invite\n- cancel after 2s\n", talks,
			append(established[:3:3], "-> BYE", "<- 200 OK (2 BYE)"), measure.Answered},
		{"the scenario expects busy", "- invite\n- expect 486\n", "- respond 486 Busy Here\n",
			[]string{"-> INVITE", "<- 486 Busy Here (1 INVITE)", "-> ACK"}, measure.User},
		{"ringing in time", "- invite\n- expect 180 within 2s\n- expect 200\n- bye\n", "- respond 180 Ringing\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 180 Ringing (1 INVITE)", "<- 200 OK (1 INVITE)", "-> ACK", "-> BYE", "<- 200 OK (2 BYE)"}, measure.Answered},
		{"ringing too late", "- invite\n- expect 180 within 2s\n- expect 200\n- bye\n", "- respond 100 Trying\n- wait 5s\n- respond 180 Ringing\n- wait 1s\n- answer\n- expect BYE\n",
			[]string{"-> INVITE", "<- 100 Trying (1 INVITE)", "-> CANCEL", "<- 200 OK (1 CANCEL)", "<- 487 Request Terminated (1 INVITE)", "-> ACK"}, measure.Unexpected},
		{"a branch by status", "- invite:\n    on:\n      486: later\nbranches:\n  later:\n  - wait 1s\n  - message busy\n", "- respond 486 Busy Here\n",
			[]string{"-> INVITE", "<- 486 Busy Here (1 INVITE)", "-> ACK", "-> MESSAGE", "<- 405 Method Not Allowed (2 MESSAGE)"}, measure.Unexpected},
		{"a request that the dialog refuses", "- invite\n- refer to sip:+15550199@192.0.2.9\n- bye\n", talks,
			append(established[:3:3], "-> REFER", "<- 405 Method Not Allowed (2 REFER)", "-> BYE", "<- 200 OK (3 BYE)"), measure.Unexpected},
		{"the program ends without a BYE", "- invite\n- wait 1s\n", talks,
			append(established[:3:3], "-> BYE", "<- 200 OK (2 BYE)"), measure.Answered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, tt.answerer, nil)
			l.place(time.Second)
			l.runUntil(3 * time.Minute)
			l.closed()
			l.wantLog(tt.want...)
			l.wantOutcome(tt.class, 1)
		})
	}
}

func TestOpeningsOtherThanInvite(t *testing.T) {
	for _, tt := range []struct {
		name, caller, answerer string
		want                   []string
		class                  measure.Class
	}{
		{"OPTIONS needs no program", "- options\n", "", []string{"-> OPTIONS", "<- 200 OK (1 OPTIONS)"}, measure.Answered},
		{"OPTIONS answered by one", "- options\n", "- expect OPTIONS\n- respond 480 Temporarily Unavailable\n", []string{"-> OPTIONS", "<- 480 Temporarily Unavailable (1 OPTIONS)"}, measure.User},
		{"MESSAGE", "- message hello there\n", "- expect MESSAGE\n- respond 202 Accepted\n", []string{"-> MESSAGE", "<- 202 Accepted (1 MESSAGE)"}, measure.Answered},
		{"a binding that is made and ended", "- register for 600s\n- wait 10s\n- unregister\n", "- expect REGISTER\n- bind\n",
			[]string{"-> REGISTER", "<- 200 OK (1 REGISTER)", "-> REGISTER", "<- 200 OK (2 REGISTER)"}, measure.Answered},
		{"a subscription and its state", "- subscribe presence for 600s\n- expect NOTIFY within 3s\n- unsubscribe presence\n",
			"- expect SUBSCRIBE\n- respond 200 OK:\n    Expires: 600\n    Contact: <sip:192.0.2.2:5060>\n- notify active presence\n- expect SUBSCRIBE\n",
			[]string{"-> SUBSCRIBE", "<- 200 OK (1 SUBSCRIBE)", "<- NOTIFY", "-> 200 OK (1 NOTIFY)", "-> SUBSCRIBE", "<- 200 OK (2 SUBSCRIBE)"}, measure.Answered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, tt.answerer, nil)
			l.place(time.Second)
			l.runUntil(time.Minute)
			l.closed()
			l.wantLog(tt.want...)
			l.wantOutcome(tt.class, 1)
		})
	}
}

// parsed compiles a whole scenario file.
func parsed(t *testing.T, text string) []*scenarios.Program {
	t.Helper()
	programs, err := scenarios.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

var errEmergency = errors.New("an emergency number")

// Flows take their shares of the calls by weight.
func TestMixOfFlows(t *testing.T) {
	mix := "scenario: mix\nflows:\n- role: caller\n  weight: 3\n  steps:\n  - options\n- role: caller\n  weight: 1\n  steps:\n  - message hello\n"
	l := flowLab(t, "", "- expect MESSAGE\n- respond 200 OK\n", func(c, _ *Config) { c.Programs = parsed(t, mix) })
	for range 4000 {
		l.place(0)
		l.runUntil(l.now + 10*time.Millisecond)
	}
	l.closed()
	messages, questions := &l.calls.Flows[1], &l.calls.Flows[0]
	if len(l.calls.Flows) != 2 || questions.Name != "mix" || messages.Name != "mix 2" || questions.Offered+messages.Offered != 4000 ||
		messages.Outcomes[measure.Answered] != uint64(l.count("-> MESSAGE")) || questions.Outcomes[measure.Answered] != uint64(l.count("-> OPTIONS")) {
		t.Errorf("the flows counted %+v", l.calls.Flows)
	}
	// Binomial with p = 1/4 over 4,000: a standard deviation of 27.4.
	if n := l.count("-> MESSAGE"); n < 890 || n > 1110 {
		t.Errorf("%d of 4,000 calls took the flow with a quarter of the weight", n)
	}
}

func TestChecksAndVariables(t *testing.T) {
	answerer := "- answer:\n    X-Session: id=4711; colour=red\n- expect INFO:\n    set: {echo: \"body matches ^([0-9]+)\"}\n- bye:\n    X-Echo: \"{{ echo }}\"\n"
	for _, tt := range []struct {
		name, check string
		class       measure.Class
	}{
		{"a header that matches", "header X-Session matches id=[0-9]+", measure.Answered},
		{"a header in another case", "header x-session matches colour=red$", measure.Answered},
		{"a header that does not", "header X-Session matches id=[a-z]+", measure.Unexpected},
		{"the whole value", "header X-Session is id=4711; colour=red", measure.Answered},
		{"part of the value is not the whole", "header X-Session is id=4711", measure.Unexpected},
		{"a header that is missing", "header X-Other missing", measure.Answered},
		{"a header that should be missing", "header X-Session missing", measure.Unexpected},
		{"a header that is not there", "header X-Other present", measure.Unexpected},
		{"the description", "sdp matches m=audio [0-9]+ RTP/AVP", measure.Answered},
		{"what it should lack", "sdp lacks m=audio", measure.Unexpected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			caller := "- invite:\n    check:\n    - " + tt.check + "\n    set: {id: \"header X-Session matches id=([0-9]+)\"}\n" +
				"- info:\n    body: \"{{ id }}\"\n- expect BYE:\n    check:\n    - header X-Echo is 4711\n"
			l := flowLab(t, caller, answerer, nil)
			l.place(0)
			l.runUntil(time.Minute)
			l.closed()
			l.wantOutcome(tt.class, 1)
		})
	}
}

// What ends a call that goes otherwise than its scenario allows is counted with the line of the step.
func TestMismatchesSayWhereAndWhat(t *testing.T) {
	for _, tt := range []struct {
		name, caller, answerer string
		want                   measure.Mismatch
	}{
		{"another status", "- invite\n- expect 486\n", talks, measure.Mismatch{Line: 5, Got: "200 came"}},
		{"nothing in time", "- invite\n- expect 180 within 2s\n- expect 200\n", "- respond 100 Trying\n- wait 5s\n- answer\n- expect BYE\n", measure.Mismatch{Line: 5, Got: "nothing came in time"}},
		{"a check", "- invite:\n    check:\n    - header X-Other present\n- bye\n", talks, measure.Mismatch{Line: 4, Got: "a check failed"}},
		{"a refusal inside the dialog", "- invite\n- refer to sip:+15550199@192.0.2.9\n- bye\n", talks, measure.Mismatch{Line: 5, Got: "405 came"}},
		{"digits without audio", "- invite\n- dtmf 1\n- bye\n", talks, measure.Mismatch{Line: 5, Got: "no audio with telephone events was agreed on"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, tt.caller, tt.answerer, nil)
			l.place(0)
			l.place(0)
			l.runUntil(time.Minute)
			l.closed()
			l.wantOutcome(measure.Unexpected, 2)
			tt.want.Scenario, tt.want.Calls = "test", 2
			if !slices.Equal(l.calls.Mismatches, []measure.Mismatch{tt.want}) {
				t.Errorf("mismatches %+v, want %+v", l.calls.Mismatches, tt.want)
			}
		})
	}
}

// A call that rings and is then refused by the called user has held a circuit for as long; one without any answer, or
// refused for want of a circuit, has held none.
func TestCircuitsOfCallsThatNobodyTook(t *testing.T) {
	for _, tt := range []struct {
		name, answerer string
		seized         uint64
		held           time.Duration
	}{
		{"busy after it rang", "- respond 180 Ringing\n- wait 3s\n- respond 486 Busy Here\n", 1, 3 * time.Second},
		{"no circuit", "- respond 503 Service Unavailable\n", 0, 0},
		{"no answer", "- expect BYE within 1h\n", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := flowLab(t, "- invite\n- bye\n", tt.answerer, nil)
			l.place(time.Second)
			l.runUntil(2 * time.Minute)
			if off := l.calls.CircuitTime - tt.held; l.calls.Seized != tt.seized || off < 0 || off > 10*time.Millisecond {
				t.Errorf("%d circuits for %v, want %d for %v; classes %v", l.calls.Seized, l.calls.CircuitTime, tt.seized, tt.held, l.calls.Outcomes)
			}
		})
	}
}
