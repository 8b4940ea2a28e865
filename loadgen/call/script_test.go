package call

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/sipplan/sipplan/scenarios/sipp"
)

// script compiles a scenario of SIPp's form.
func script(t testing.TB, text string) *scenarios.Program {
	t.Helper()
	f := sipp.Parse("test.xml", []byte(text), sipp.Options{Tables: []string{"data.csv"}})
	if !f.Supported() {
		t.Fatal(f.Err())
	}
	return f.Program
}

// scriptFile returns a scenario of the test data.
func scriptFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/script/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// newScriptLab joins two scripts; an empty one stands for sipplan's own caller or gateway.
func newScriptLab(t *testing.T, caller, answerer string, change func(caller, answerer *ScriptConfig)) *lab {
	t.Helper()
	return newLab(t, func(c, a *Config) {
		c.Script, a.Script = &ScriptConfig{Service: "service"}, &ScriptConfig{}
		if change != nil {
			change(c.Script, a.Script)
		}
		if caller != "" {
			c.Programs = []*scenarios.Program{script(t, caller)}
		}
		if answerer != "" {
			a.Programs = []*scenarios.Program{script(t, answerer)}
		}
	})
}

// plainCall is what two plain scripts say to each other.
var plainCall = []string{
	"-> INVITE sip:service@192.0.2.2:5060 SIP/2.0", "<- 180 Ringing (1 INVITE)", "<- 200 OK (1 INVITE)", "-> ACK sip:192.0.2.2:5060;transport=UDP SIP/2.0",
	"-> BYE sip:192.0.2.2:5060;transport=UDP SIP/2.0", "<- 200 OK (2 BYE)",
}

func TestPlainScriptsCallEachOther(t *testing.T) {
	l := newScriptLab(t, scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml"), nil)
	l.place(2 * time.Second)
	l.runUntil(10 * time.Second)
	if !slices.Equal(l.log, plainCall) {
		t.Errorf("messages:\n%s", strings.Join(l.log, "\n"))
	}
	l.closed()
	caller, answerer := l.caller.ScriptCounts(), l.answerer.ScriptCounts()
	if caller.Successful != 1 || caller.Failed != 0 || answerer.Successful != 1 || answerer.Failed != 0 || answerer.Incoming != 1 {
		t.Errorf("caller %+v, answerer %+v", caller, answerer)
	}
	names := func(s *measure.Script) (all []string) {
		for _, step := range s.Steps {
			all = append(all, step.Name)
		}
		return all
	}
	if got, want := strings.Join(names(caller), ", "), "send INVITE, receive 100, receive 180, receive 183, receive 200, send ACK, pause, send BYE, receive 200"; got != want {
		t.Errorf("the caller's steps are %s, want %s", got, want)
	}
	if got, want := strings.Join(names(answerer), ", "), "receive INVITE, send 180, send 200, receive ACK, receive BYE, send 200, pause"; got != want {
		t.Errorf("the answerer's steps are %s, want %s", got, want)
	}
	if l.calls.InvitesSent != 1 || l.answers.InvitesSent != 1 {
		t.Errorf("%d and %d INVITEs were counted, want one", l.calls.InvitesSent, l.answers.InvitesSent)
	}
	if l.calls.Outcomes[measure.Answered] != 1 || l.calls.Completed != 1 || l.answers.Outcomes[measure.Answered] != 1 {
		t.Errorf("outcomes %v and %v", l.calls.Outcomes, l.answers.Outcomes)
	}
	if caller.Times[0].Count() != 1 || caller.Times[0].Max() != 2*time.Millisecond {
		t.Errorf("%d response times, the longest %s, want one of 2 ms", caller.Times[0].Count(), caller.Times[0].Max())
	}
	for _, d := range []measure.Delay{measure.SRD, measure.AnswerTime} {
		if h := &l.calls.Delays[d]; h.Count() != 1 || h.Max() != 2*time.Millisecond {
			t.Errorf("%d delays %s, the longest %s, want one of 2 ms", h.Count(), d, h.Max())
		}
	}
}

// A 100 ends no delay (RFC 6076, 4.3.1), and a 183 without a description is no ringing.
func TestDelaysOfScriptsAreThoseOfTheirResponses(t *testing.T) {
	answerer := scriptFile(t, "answerer.xml")
	ringing := firstSend(answerer)
	says := func(status string) string { return strings.Replace(ringing, "180 Ringing", status, 1) }
	answerer = strings.Replace(answerer, ringing, says("100 Trying")+`<pause milliseconds="50"/>`+says("183 Progress")+`<pause milliseconds="100"/>`+ringing+`<pause milliseconds="200"/>`, 1)
	l := newScriptLab(t, scriptFile(t, "caller.xml"), answerer, nil)
	l.place(time.Second)
	l.runUntil(20 * time.Second)
	l.closed()
	for d, want := range map[measure.Delay]time.Duration{measure.SRD: 52 * time.Millisecond, measure.PDD: 152 * time.Millisecond, measure.AnswerTime: 352 * time.Millisecond} {
		if h := &l.calls.Delays[d]; h.Count() != 1 || h.Max().Round(time.Millisecond) != want {
			t.Errorf("%d delays %s, the longest %s, want one of %s; messages:\n%s", h.Count(), d, h.Max(), want, strings.Join(l.log, "\n"))
		}
	}
}

func TestScriptCallsGatewayAndCallerCallsScript(t *testing.T) {
	l := newScriptLab(t, scriptFile(t, "caller.xml"), "", nil)
	l.place(time.Second)
	l.runUntil(60 * time.Second)
	l.closed()
	if n := l.caller.ScriptCounts().Successful; n != 1 || l.answers.Outcomes[measure.Answered] != 1 {
		t.Errorf("%d successful calls, messages:\n%s", n, strings.Join(l.log, "\n"))
	}
	l = newScriptLab(t, "", scriptFile(t, "answerer.xml"), nil)
	l.place(time.Second)
	l.runUntil(60 * time.Second)
	l.closed()
	if n := l.answerer.ScriptCounts().Successful; n != 1 || l.calls.Completed != 1 {
		t.Errorf("%d successful calls, messages:\n%s", n, strings.Join(l.log, "\n"))
	}
}

// firstSend returns the first message of a script.
func firstSend(text string) string {
	_, text, _ = strings.Cut(text, "<send")
	text, _, _ = strings.Cut(text, "</send>")
	return "<send" + text + "</send>"
}

// takeRefusal receives a refusal and acknowledges it.
const takeRefusal = `<recv response="503"/><send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 ACK
Content-Length: 0

]]></send>`

// refuses takes an INVITE, refuses it and waits for the ACK.
func refuses(answerer string) string {
	return `<recv request="INVITE"/>` + strings.Replace(firstSend(answerer), "180 Ringing", "503 Later", 1) + `<recv request="ACK"/>`
}

// A caller that was refused and tries again, as after a challenge, has sent two INVITEs for one call, which ends as its last
// try did, at both ends.
func TestScriptsNextTryIsAnotherInviteOfTheSameCall(t *testing.T) {
	caller, answerer := scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml")
	at := strings.Index(caller, "<send")
	again := caller[:at] + firstSend(caller) + takeRefusal + strings.Replace(caller[at:], "CSeq: 1 INVITE", "CSeq: 2 INVITE", 1)
	l := newScriptLab(t, strings.ReplaceAll(again, "CSeq: 2 BYE", "CSeq: 3 BYE"), strings.Replace(answerer, `<recv request="INVITE"/>`, refuses(answerer)+`<recv request="INVITE"/>`, 1), nil)
	l.place(time.Second)
	l.runUntil(20 * time.Second)
	l.closed()
	if l.calls.InvitesSent != 2 || l.answers.InvitesSent != 2 || l.calls.Offered != 1 || l.calls.Outcomes[measure.Answered] != 1 || l.answers.Outcomes[measure.Answered] != 1 {
		t.Errorf("%d and %d INVITEs of %d calls, outcomes %v and %v; messages:\n%s", l.calls.InvitesSent, l.answers.InvitesSent, l.calls.Offered,
			l.calls.Outcomes, l.answers.Outcomes, strings.Join(l.log, "\n"))
	}
}

// A refusal whose ACK got lost is sent again, and counts as another response, not as a 2xx.
func TestScriptRepeatsARefusal(t *testing.T) {
	caller, answerer := scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml")
	calls := caller[:strings.Index(caller, "<send")] + firstSend(caller) + takeRefusal + `<pause milliseconds="2000"/></scenario>`
	answers := strings.Replace(`<scenario name="refuses">`+refuses(answerer)+"</scenario>", "<send>", `<send retrans="500">`, 1)
	l := newScriptLab(t, calls, answers, nil)
	lost := 0
	l.lose = func(message string) bool {
		if strings.HasPrefix(message, "-> ACK") {
			lost++
		}
		return lost == 1 && strings.HasPrefix(message, "-> ACK")
	}
	l.place(time.Second)
	l.runUntil(20 * time.Second)
	l.closed()
	caller, answerer = repeatsOfSteps(l.caller.ScriptCounts()), repeatsOfSteps(l.answerer.ScriptCounts())
	if n := l.answers.Retransmissions[measure.Sent]; n[measure.OtherResponse] != 1 || n[measure.Response2xx] != 0 || answerer != "send 503 1/0" {
		t.Errorf("the answerer repeats %v, its steps %q, want one response of another kind than 2xx; messages:\n%s", n, answerer, strings.Join(l.log, "\n"))
	}
	if n := l.calls.Retransmissions[measure.Received]; n[measure.OtherResponse] != 1 || n[measure.Response2xx] != 0 || caller != "receive 503 0/1, send ACK 1/0" {
		t.Errorf("the caller received again %v, its steps %q", n, caller)
	}
	if h := &l.calls.Delays[measure.SRDFailed]; h.Count() != 1 || h.Max() != 2*time.Millisecond || l.calls.Delays[measure.SRD].Count() != 0 {
		t.Errorf("%d delays of refusals, the longest %s, want one of 2 ms and none of answers", h.Count(), h.Max())
	}
}

// repeats counts messages that were sent, and that came in, again.
type repeats = [2][measure.NumMethods]uint64

// repeatsOfSteps returns which steps of a script count messages that were sent or came in again, as "send BYE 1/0".
func repeatsOfSteps(s *measure.Script) string {
	var all []string
	for _, step := range s.Steps {
		if step.SentAgain+step.ReceivedAgain > 0 {
			all = append(all, fmt.Sprintf("%s %d/%d", step.Name, step.SentAgain, step.ReceivedAgain))
		}
	}
	return strings.Join(all, ", ")
}

func TestScriptRepeatsOnlyWhatItWasToldTo(t *testing.T) {
	for _, tt := range []struct {
		name, lost         string
		caller, answer     repeats
		calling, answering string // the steps that count them, as sent/received
	}{
		{"an INVITE with retrans", "-> INVITE", repeats{{measure.Invite: 1}, {}}, repeats{}, "send INVITE 1/0", ""},
		{"a 200 with retrans", "<- 200 OK (1 INVITE)", repeats{}, repeats{{measure.Response2xx: 1}, {}}, "", "send 200 1/0"},
		{"an ACK that got lost is sent again upon the repeated 200", "-> ACK",
			repeats{{measure.Ack: 1}, {measure.Response2xx: 1}}, repeats{{measure.Response2xx: 1}, {}}, "receive 200 0/1, send ACK 1/0", "send 200 1/0"},
		{"a BYE with retrans", "-> BYE", repeats{{measure.Bye: 1}, {}}, repeats{}, "send BYE 1/0", ""},
		{"the answer to a BYE, upon its repeat", "<- 200 OK (2 BYE)", repeats{{measure.Bye: 1}, {}}, repeats{{measure.OtherResponse: 1}, {measure.Bye: 1}},
			"send BYE 1/0", "receive BYE 0/1, send 200 1/0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newScriptLab(t, scriptFile(t, "caller.xml"), scriptFile(t, "answerer.xml"), nil)
			once := true
			l.lose = func(message string) bool {
				lost := once && strings.HasPrefix(message, tt.lost)
				once = once && !lost
				return lost
			}
			l.place(2 * time.Second)
			l.runUntil(20 * time.Second)
			l.closed()
			n := 0
			for _, line := range l.log {
				if strings.HasPrefix(line, tt.lost) {
					n++
				}
			}
			if n != 2 || l.caller.ScriptCounts().Successful != 1 || l.answerer.ScriptCounts().Successful != 1 {
				t.Errorf("%q was sent %d times; messages:\n%s", tt.lost, n, strings.Join(l.log, "\n"))
			}
			for _, end := range []struct {
				name      string
				got, want repeats
				script    *measure.Script
				steps     string
			}{{"caller", l.calls.Retransmissions, tt.caller, l.caller.ScriptCounts(), tt.calling},
				{"answerer", l.answers.Retransmissions, tt.answer, l.answerer.ScriptCounts(), tt.answering}} {
				if end.got != end.want {
					t.Errorf("the %s counts %v, want %v", end.name, end.got, end.want)
				}
				if got := repeatsOfSteps(end.script); got != end.steps {
					t.Errorf("the steps of the %s count %q again, want %q", end.name, got, end.steps)
				}
			}
		})
	}
	l := newScriptLab(t, strings.ReplaceAll(scriptFile(t, "caller.xml"), `retrans="500"`, ""), scriptFile(t, "answerer.xml"), nil)
	l.lose = func(string) bool { return true }
	l.place(time.Second)
	l.runUntil(100 * time.Second)
	if len(l.log) != 1 {
		t.Errorf("without retrans, messages:\n%s", strings.Join(l.log, "\n"))
	}
}

// A response time is counted once a call, unless the step that ends it says repeat_rtd, as in SIPp.
func TestResponseTimesRepeatWhereTheStepSaysSo(t *testing.T) {
	for attribute, want := range map[string]uint64{"": 1, ` repeat_rtd="true"`: 2} {
		steps := fmt.Sprintf(`<pause milliseconds="10" start_rtd="p"/><pause milliseconds="20" rtd="p"%s/><pause milliseconds="30" rtd="p"%[1]s/>`, attribute)
		l := newScriptLab(t, inCaller(steps), scriptFile(t, "answerer.xml"), nil)
		l.place(time.Second)
		l.runUntil(20 * time.Second)
		l.closed()
		times := l.caller.ScriptCounts().Times
		at := slices.IndexFunc(times, func(one measure.ScriptTime) bool { return one.Name == "p" })
		if n := times[at].Count(); n != want {
			t.Errorf("with%q the time was counted %d times, want %d", attribute, n, want)
		}
	}
}

// A loop that was away for several periods reports the time as one, and goes on in step.
func TestPeriodsOfStatisticsStayInStep(t *testing.T) {
	const ms = time.Millisecond
	var got []time.Duration
	l := newScriptLab(t, scriptFile(t, "caller.xml"), "", func(c, _ *ScriptConfig) {
		c.Period, c.Report = 200*ms, func(elapsed time.Duration, _, _ *measure.Script) { got = append(got, elapsed) }
	})
	for _, at := range []time.Duration{0, 199 * ms, 200 * ms, 399 * ms, 410 * ms, 590 * ms, 1250 * ms, 1260 * ms, 1399 * ms, 1400 * ms, 1599 * ms} {
		l.caller.scripts.tick(at)
	}
	if want := []time.Duration{200 * ms, 410 * ms, 1250 * ms, 1400 * ms}; !slices.Equal(got, want) {
		t.Errorf("periods end at %v, want %v", got, want)
	}
	l.caller.ScriptCounts()
	l.caller.ScriptCounts() // asked twice, the last period is reported once
	if len(got) != 5 || got[4] != 1599*ms {
		t.Errorf("periods end at %v, want one more, at the end of the run", got)
	}
}

func TestScriptGivesUpAfterItsRepeats(t *testing.T) {
	l := newScriptLab(t, scriptFile(t, "caller.xml"), "", nil)
	l.lose = func(string) bool { return true }
	l.place(time.Second)
	l.runUntil(100 * time.Second)
	l.closed()
	stats := l.caller.ScriptCounts()
	if len(l.log) != 1+maxInviteRepeats || stats.Failures[measure.FailedMaxUDPRetrans] != 1 || stats.Retransmissions != maxInviteRepeats || l.calls.Outcomes[measure.Timeout] != 1 {
		t.Errorf("%d messages, %v", len(l.log), stats.Failures)
	}
}

// inCaller puts elements behind an answered INVITE of a caller that then hangs up.
func inCaller(elements string) string {
	text, _ := os.ReadFile("testdata/script/caller.xml")
	return strings.Replace(string(text), "<pause/>", elements, 1)
}

// BenchmarkScript holds the cost of calls that scripts make and answer against the built-in ones.
func BenchmarkScript(b *testing.B) {
	calls := []*scenarios.Program{script(b, scriptFile(b, "caller.xml"))}
	answers := []*scenarios.Program{script(b, strings.Replace(scriptFile(b, "answerer.xml"), `<timewait milliseconds="4000"/>`, "", 1))}
	trunk := &Trunk{Address: answererAddress, URI: "sip:+15550100@192.0.2.2:5060", From: "sip:sipplan@192.0.2.1:5060"}
	for _, tt := range []struct {
		name           string
		calls, answers []*scenarios.Program
	}{
		{"built in", builtIn(b, "caller"), builtIn(b, "gateway")}, {"script calls", calls, builtIn(b, "gateway")},
		{"script answers", builtIn(b, "caller"), answers}, {"both", calls, answers},
	} {
		b.Run(tt.name, func(b *testing.B) { benchmarkPrograms(b, tt.calls, tt.answers, nil, trunk) })
	}
}
