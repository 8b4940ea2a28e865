package scenarios

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// The schema accepts each step of the library, and knows every word and every part of a step.
func TestSchemaKnowsTheLibrary(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	properties := schema["properties"].(map[string]any)
	for _, field := range fields {
		if properties[field] == nil {
			t.Errorf("the schema lacks the field %s", field)
		}
	}
	pattern := regexp.MustCompile(phrasePattern())
	for _, name := range Names() {
		source, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		var f file
		if err := yaml.Unmarshal(source, &f); err != nil {
			t.Fatal(err)
		}
		for _, flow := range append(f.Flows, f.flow) {
			for _, p := range flow.Steps.list {
				if !pattern.MatchString(p.words) {
					t.Errorf("%s: the schema refuses %q", name, p.words)
				}
			}
		}
	}
}

// callerOf is a file of a caller with these steps, the first of which stands on line 4.
func callerOf(steps string) string { return "scenario: x\nrole: caller\nsteps:\n" + steps }

// refusedFiles are files that say nothing that can be done, with what the error has to say of each.
var refusedFiles = []struct{ name, text, want string }{
	{"an unknown word", callerOf("- invite\n- hangup\n"), `line 5, column 3: no step begins with "hangup"`},
	{"a word that is nearly right", callerOf("- invte\n"), `did you mean "invite"?`},
	{"an unknown field", "scenario: x\nrolle: caller\n", `line 2, column 1: no field is called "rolle"; did you mean "role"?`},
	{"no role", "scenario: x\nsteps: [invite]\n", "role: must be caller or answerer"},
	{"no steps", "scenario: x\nrole: caller\n", "needs a name (scenario:) and steps"},
	{"a branch that is not there", callerOf("- invite:\n    on: {486: later}\n"), `line 5, column 10: no branch is called "later"`},
	{"a status that is none", callerOf("- expect 999\n"), `"999" is neither`},
	{"a status in on that is none", callerOf("- invite:\n    on: {9xx: later}\n"), `"9xx" is no status`},
	{"a time that is none", callerOf("- expect 180 within soon\n"), `within: "soon" is no time`},
	{"a header with a line break", callerOf("- invite:\n    Subject: \"a\\r\\nEvil: b\"\n"), "line breaks are not allowed"},
	{"a header of the dialog's", callerOf("- invite:\n    Call-ID: mine\n"), "is the dialog's own"},
	{"a header name with a line break", callerOf("- invite:\n    \"X\\r\\nEvil\": b\n"), "line breaks are not allowed"},
	{"a transfer to nobody", callerOf("- invite\n- transfer\n"), "transfer: say to whom"},
	{"a transfer to no URI", callerOf("- invite\n- transfer to 911\n"), "is neither a SIP URI nor"},
	{"digits that are none", callerOf("- invite\n- dtmf 12x\n"), "digits are 0 to 9"},
	{"a life that is none", callerOf("- register for 0s\n"), `"0s" is no time in whole seconds`},
	{"what is no file to play", callerOf("- invite\n- play loudly\n"), `line 5, column 3: play: "loudly" is not understood`},
	{"a file to play of another folder", callerOf("- invite\n- play ../secret.wav\n"), `line 5, column 3: play: "../secret.wav": the file stands in the folder of the scenario or below`},
	{"a file to play of the whole machine", callerOf("- invite\n- play /etc/secret.wav\n"), "the file stands in the folder of the scenario or below"},
	{"headers of a step that sends nothing", callerOf("- invite\n- play:\n    Subject: x\n"), "line 5, column 3: play: takes no headers"},
	{"a check of a wait", callerOf("- invite\n- wait 1s:\n    check: [header X present]\n"), "wait: takes no check"},
	{"a session timer of a BYE", callerOf("- invite\n- bye:\n    session: 90s\n"), "bye: takes no session"},
	{"a method that is none", callerOf("- invite\n- expect NOTFY\n"), `did you mean "NOTIFY"?`},
	{"a number that a response brings", callerOf("- options:\n    set: {n: header X matches .*}\n- invite to sip:{{ n }}@192.0.2.9\n"), "is a variable that set: assigns"},
	{"a hunt for a circuit without a wait", "scenario: x\nrole: answerer\nsteps:\n- seize else full\nbranches:\n  full:\n  - play\n  - seize else full\n", "without a wait"},
	{"a second document", callerOf("- options\n---\nscenario: y\n"), "one document"},
	{"a check that says nothing", callerOf("- invite:\n    check: [header X]\n"), "say what is wanted"},
	{"a pattern that is none", callerOf("- invite:\n    check: [\"body matches (\"]\n"), "line 5, column 13: check: regular expression"},
	{"100 reliably", "scenario: x\nrole: answerer\nsteps:\n- respond 100 Trying reliably\n", "100 cannot be reliable"},
	{"a weight below nothing", "scenario: x\nrole: caller\nweight: -1\nsteps: [options]\n", "weight: must not be negative"},
	{"steps beside flows", "scenario: x\nsteps: [options]\nflows:\n- role: caller\n  steps: [options]\n", "either steps of its own or flows"},
	{"a role that is nearly right", "scenario: x\nrole: calller\nsteps: [invite]\n", `line 2, column 7: role: must be caller or answerer, got "calller"; did you mean "caller"?`},
	{"a branch that is nearly right", callerOf("- invite:\n    on: {486: bussy}\nbranches:\n  busy: [wait 1s]\n"), `line 5, column 10: no branch is called "bussy"; did you mean "busy"?`},
	{"a part of a step that is nearly right", callerOf("- invite:\n    chek: [header X present]\n"), `line 5, column 5: "chek" is no part of a step: body, check, on, session, set, or a header with a capital; did you mean "check"?`},
	{"a check that is nearly right", callerOf("- invite:\n    check:\n    - header X matchs 1\n"), `line 6, column 7: check: "header X matchs 1": say what is wanted: matches, lacks, is, present or missing; did you mean "matches"?`},
	{"what a check looks at, nearly right", callerOf("- invite:\n    check:\n    - heder X is 1\n"), `line 6, column 7: check: "heder X is 1": a check begins with header, body or sdp; did you mean "header"?`},
	{"a word inside a step", callerOf("- invite\n- expect 180 witin 2s\n"), `line 5, column 3: expect: "180 witin 2s" is neither`},
	{"a word inside a step, nearly right", callerOf("- invite\n- expect 180 witin 2s\n"), `did you mean "within"?`},
	{"another word inside a step", "scenario: x\nrole: answerer\nsteps:\n  - answer afer 3s\n", `line 4, column 5: answer: "afer 3s" is not understood; say answer, or answer after 3s; did you mean "after"?`},
	{"what to wait for, nearly right", callerOf("- invite\n- wait hodling\n"), `did you mean "holding"?`},
	{"a codec that is nearly right", callerOf("- invite\n- reinvite codec pcmx\n"), `did you mean "pcmu"?`},
	{"a state that is none", callerOf("- notify actve presence\n"), `line 4, column 3: notify: state must be one of active, pending, terminated, got "actve"; did you mean "active"?`},
	{"a status of on that stands on its own line", callerOf("- invite:\n    on:\n      4x6: later\n"), `line 6, column 7: on: "4x6" is no status`},
	{"a weight in words", "scenario: x\nrole: caller\nweight: heavy\nsteps: [options]\n", `line 3, column 9: must be a number, got "heavy"`},
	{"steps that are no list", "scenario: x\nrole: caller\nsteps: invite\n", `line 3, column 8: must be a list of steps, got "invite"`},
	{"a field of a flow", "scenario: x\nflows:\n- role: caller\n  wieght: 3\n  steps: [options]\n", `line 4, column 3: no field is called "wieght"; did you mean "weight"?`},
	{"a word of a flow", "scenario: x\nflows:\n- role: caller\n  steps: [optins]\n", `flows[0]: line 4, column 11: no step begins with "optins"; did you mean "options"?`},
	{"a tab", callerOf("\t- invite\n"), "line 4, column 1: a tab; YAML is indented with blanks"},
	{"a field twice", "scenario: x\nrole: caller\nrole: answerer\nsteps: [options]\n", "line 3, column 1: "},
	{"a file without a name", "role: caller\nsteps: [options]\n", "line 1, column 7: scenario: a scenario needs a name"},
	{"a file without anything", "", "line 1, column 1: the file is empty"},
	{"a text", "hello\n", `line 1, column 1: must be names with values, which begin with scenario:, got "hello"`},
	{"a list of steps alone", "- invite\n- bye\n", "line 1, column 1: must be names with values, which begin with scenario:, got a list"},
	{"no role", "scenario: x\nsteps: [invite]\n", "line 1, column 11: role: must be caller or answerer, got none"},
	{"two roles", "scenario: x\nrole: [caller]\nsteps: [invite]\n", "line 2, column 7: must be text, got a list"},
	{"steps by name", "scenario: x\nrole: caller\nsteps:\n  invite:\n", "line 4, column 3: must be a list of steps, got names with values"},
	{"no step behind a dash", callerOf("  -\n  - options\n"), "got nothing"},
	{"a step that a dash of its own lacks its place", callerOf("  - options\n   - message x\n"), `line 4, column 5: "options - message x" goes on in the next line`},
	{"details that are not indented", callerOf("  - invite:\n    on: {486: busy}\n"), `line 5, column 5: "on" stands beside the step "invite"`},
	{"a colon too many", callerOf("  - message: hello\n"), `line 4, column 5: a step is one phrase: "message hello" without the colon`},
	{"a colon and nothing", callerOf("  - invite:\n  - bye\n"), `line 4, column 5: "invite" has a colon behind it, and nothing below it`},
	{"a list of statuses", callerOf("- invite:\n    on: [486, busy]\n"), "line 5, column 5: on: statuses and the branches that they lead to are wanted"},
	{"a status that leads nowhere", callerOf("- invite:\n    on: {486: }\n"), "line 5, column 10: on: 486 leads nowhere"},
	{"a body with names", callerOf("- message:\n    body: {a: b}\n"), "line 5, column 5: body: must be text, got names with values"},
	{"a variable from a list", callerOf("- invite:\n    set: {id: [a]}\n"), "line 5, column 15: set: id: where its value comes from is a phrase"},
	{"a header that is the dialog's", callerOf("- invite:\n    Subject: x\n    Call-ID: 1\n"), `line 6, column 5: header "Call-ID": is the dialog's own`},
	{"a weight that is no number", "scenario: x\nrole: caller\nweight: .nan\nsteps: [options]\n", "line 3, column 9: weight: must be a number up to 1e+09, got NaN"},
	{"a weight without end", "scenario: x\nrole: caller\nweight: .inf\nsteps: [options]\n", "line 3, column 9: weight: must be a number up to 1e+09, got +Inf"},
	{"a branch that nothing leads to", callerOf("- options\nbranches:\n  busy: [wait 1s]\n"), `line 6, column 3: branches: no step leads to "busy"`},
	{"a branch without steps", callerOf("- invite:\n    on: {486: busy}\nbranches:\n  busy:\n"), "line 7, column 8: must be a list of steps, got nothing"},
	{"two branches of a name", callerOf("- options\nbranches:\n  busy: [wait 1s]\n  busy: [wait 1s]\n"), "line 7, column 3: "},
	{"a call that calls again at once", callerOf("- invite:\n    on: {486: again}\nbranches:\n  again:\n  - invite:\n      on: {486: again}\n"), "line 8, column 5: a call comes back here without a wait"},
	{"a step of the other side", callerOf("- answer\n"), "line 4, column 3: answer: is a step of an answerer, and the flow has role: caller"},
	{"a step of the other side, at an answerer", "scenario: x\nrole: answerer\nsteps:\n- answer\n- invite\n", "line 5, column 3: invite: is a step of a caller"},
	{"a response to nothing", callerOf("- invite\n- respond 200 OK\n"), "line 5, column 3: respond: there is no request to answer"},
	{"a call that is hung up before it began", callerOf("- options\n- bye\n"), "line 5, column 3: bye: there is no call yet: invite comes before it"},
	{"digits before the call", callerOf("- dtmf 1\n- invite\n"), "line 4, column 3: dtmf: there is no call yet"},
	{"audio before the call", callerOf("- expect audio within 1s\n- invite\n"), "line 4, column 3: expect: there is no call yet"},
	{"a step behind the end", callerOf("- invite\n- bye\n- hold\n"), "line 6, column 3: hold: the call is over before"},
	{"a step behind the far end's end", callerOf("- invite\n- expect BYE\n- message x\n"), "line 6, column 3: message: the call is over before"},
	{"a second call", callerOf("- invite\n- bye\n- invite\n"), "line 6, column 3: invite: the call is over before"},
	{"a call behind a subscription", callerOf("- subscribe presence\n- invite\n"), "line 5, column 3: invite: a subscription is up before"},
	{"a call to follow that nobody asked for", callerOf("- invite\n- follow\n"), "line 5, column 3: follow: stands behind expect REFER"},
	{"a binding of a call", "scenario: x\nrole: answerer\nsteps:\n- bind\n", "line 4, column 3: bind: is for REGISTER"},
	{"an answer to a message", "scenario: x\nrole: answerer\nsteps:\n- expect MESSAGE\n- answer\n", "line 5, column 3: answer: is for INVITE, and the flow answers MESSAGE"},
	{"a session of a message", "scenario: x\nrole: answerer\nsteps:\n- expect MESSAGE\n- respond 200 OK\n- play\n", "line 6, column 3: play: there is no call: the flow answers MESSAGE"},
	{"an opening with a patience", "scenario: x\nrole: answerer\nsteps:\n- expect MESSAGE within 2s\n", `line 4, column 3: expect: "within 2s" has no meaning here`},
	{"braces that are not closed", callerOf("- message hello {{ caller\n"), `line 4, column 3: "{{ caller": a variable or a column stands in double braces, {{ name }}`},
	{"a keyword that is nearly right", callerOf("- invite:\n    Contact: <sip:x@[local_ipp]>\n"), `line 5, column 5: [local_ipp]: no such keyword; did you mean [local_ip]?`},
	{"no YAML", "{", "x.yaml"},
	{"an alias bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nscenario: [*d,*d,*d,*d,*d,*d,*d]\n", "x.yaml"},
}

func TestFilesThatAreRefused(t *testing.T) {
	for _, tt := range refusedFiles {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		text, err := Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		programs, err := Parse("fuzz.yaml", text)
		if err != nil {
			return
		}
		for _, p := range programs {
			for i, step := range p.Steps {
				if step.Else < 0 || step.Else >= len(p.Steps) {
					t.Fatalf("step %d leads to step %d of %d", i, step.Else, len(p.Steps))
				}
				for _, arm := range step.Arms {
					if arm.Next < 0 || arm.Next >= len(p.Steps) {
						t.Fatalf("step %d leads to step %d of %d", i, arm.Next, len(p.Steps))
					}
				}
			}
		}
	})
}

// A program lasts for the holding time of the run where a step waits for it, and for no other wait.
func TestHolds(t *testing.T) {
	for _, tt := range []struct {
		steps string
		want  bool
	}{
		{"[invite, wait holding, bye]", true},
		{"[invite, wait 1s, bye]", false},
		{"[invite, expect BYE]", false},
		{"[options]", false},
	} {
		programs, err := Parse("x.yaml", []byte("scenario: x\nrole: caller\nsteps: "+tt.steps+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := programs[0].Holds(); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.steps, got, tt.want)
		}
	}
	if script := (&Program{Script: &Script{}}); !script.Holds() {
		t.Error("a pause of a file that says no length waits for the holding time")
	}
}
