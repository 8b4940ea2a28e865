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
			for _, p := range flow.Steps {
				if !pattern.MatchString(p.words) {
					t.Errorf("%s: the schema refuses %q", name, p.words)
				}
			}
		}
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	steps := func(text string) string { return "scenario: x\nrole: caller\nsteps:\n" + text }
	for _, tt := range []struct{ name, text, want string }{
		{"an unknown word", steps("- invite\n- hangup\n"), `line 5, column 3: no step begins with "hangup"`},
		{"a word that is nearly right", steps("- invte\n"), `did you mean "invite"?`},
		{"an unknown field", "scenario: x\nrolle: caller\n", `line 2, column 1: no field is called "rolle"; did you mean "role"?`},
		{"no role", "scenario: x\nsteps: [invite]\n", "role: must be caller or answerer"},
		{"no steps", "scenario: x\nrole: caller\n", "needs a name (scenario:) and steps"},
		{"a branch that is not there", steps("- invite:\n    on: {486: later}\n"), `line 4, column 3: no branch is called "later"`},
		{"a status that is none", steps("- expect 999\n"), `"999" is neither`},
		{"a status in on that is none", steps("- invite:\n    on: {9xx: later}\n"), `"9xx" is no status`},
		{"a time that is none", steps("- expect 180 within soon\n"), `within: "soon" is no time`},
		{"a header with a line break", steps("- invite:\n    Subject: \"a\\r\\nEvil: b\"\n"), "line breaks are not allowed"},
		{"a header of the dialog's", steps("- invite:\n    Call-ID: mine\n"), "is the dialog's own"},
		{"a header name with a line break", steps("- invite:\n    \"X\\r\\nEvil\": b\n"), "line breaks are not allowed"},
		{"a transfer to nobody", steps("- invite\n- transfer\n"), "transfer: say to whom"},
		{"a transfer to no URI", steps("- invite\n- transfer to 911\n"), "is neither a SIP URI nor"},
		{"digits that are none", steps("- invite\n- dtmf 12x\n"), "digits are 0 to 9"},
		{"a life that is none", steps("- register for 0s\n"), `"0s" is no time in whole seconds`},
		{"a file to play, which the run names", steps("- invite\n- play audio.wav\n"), `play: "audio.wav" is not understood`},
		{"headers of a step that sends nothing", steps("- invite\n- play:\n    Subject: x\n"), "line 5, column 3: play: takes no headers"},
		{"a check of a wait", steps("- invite\n- wait 1s:\n    check: [header X present]\n"), "wait: takes no check"},
		{"a session timer of a BYE", steps("- invite\n- bye:\n    session: 90s\n"), "bye: takes no session"},
		{"a method that is none", steps("- invite\n- expect NOTFY\n"), `did you mean "NOTIFY"?`},
		{"a number that a response brings", steps("- options:\n    set: {n: header X matches .*}\n- invite to sip:{{ n }}@192.0.2.9\n"), "is a variable that set: assigns"},
		{"a hunt for a circuit without a wait", "scenario: x\nrole: answerer\nsteps:\n- seize else full\nbranches:\n  full:\n  - play\n  - seize else full\n", "without a wait"},
		{"a second document", steps("- options\n---\nscenario: y\n"), "one document"},
		{"a check that says nothing", steps("- invite:\n    check: [header X]\n"), "say what is wanted"},
		{"a pattern that is none", steps("- invite:\n    check: [\"body matches (\"]\n"), "line 5, column 13: check: regular expression"},
		{"100 reliably", "scenario: x\nrole: answerer\nsteps:\n- respond 100 Trying reliably\n", "100 cannot be reliable"},
		{"a weight below nothing", "scenario: x\nrole: caller\nweight: -1\nsteps: [options]\n", "weight: must not be negative"},
		{"steps beside flows", "scenario: x\nsteps: [options]\nflows:\n- role: caller\n  steps: [options]\n", "either steps of its own or flows"},
		{"a role that is nearly right", "scenario: x\nrole: calller\nsteps: [invite]\n", `line 2, column 7: role: must be caller or answerer, got "calller"; did you mean "caller"?`},
		{"a branch that is nearly right", steps("- invite:\n    on: {486: bussy}\nbranches:\n  busy: [wait 1s]\n"), `line 4, column 3: no branch is called "bussy"; did you mean "busy"?`},
		{"a part of a step that is nearly right", steps("- invite:\n    chek: [header X present]\n"), `line 5, column 5: "chek" is no part of a step: body, check, on, session, set, or a header with a capital; did you mean "check"?`},
		{"a check that is nearly right", steps("- invite:\n    check:\n    - header X matchs 1\n"), `line 6, column 7: check: "header X matchs 1": say what is wanted: matches, lacks, is, present or missing; did you mean "matches"?`},
		{"what a check looks at, nearly right", steps("- invite:\n    check:\n    - heder X is 1\n"), `line 6, column 7: check: "heder X is 1": a check begins with header, body or sdp; did you mean "header"?`},
		{"a word inside a step", steps("- invite\n- expect 180 witin 2s\n"), `line 5, column 3: expect: "180 witin 2s" is neither`},
		{"a word inside a step, nearly right", steps("- invite\n- expect 180 witin 2s\n"), `did you mean "within"?`},
		{"another word inside a step", "scenario: x\nrole: answerer\nsteps:\n  - answer afer 3s\n", `line 4, column 5: answer: "afer 3s" is not understood; say answer, or answer after 3s; did you mean "after"?`},
		{"what to wait for, nearly right", steps("- invite\n- wait hodling\n"), `did you mean "holding"?`},
		{"a codec that is nearly right", steps("- invite\n- reinvite codec pcmx\n"), `did you mean "pcmu"?`},
		{"a state that is none", steps("- notify actve presence\n"), `line 4, column 3: notify: state must be one of active, pending, terminated, got "actve"; did you mean "active"?`},
		{"a status of on that stands on its own line", steps("- invite:\n    on:\n      4x6: later\n"), `line 4, column 3: on: "4x6" is no status`},
		{"a weight in words", "scenario: x\nrole: caller\nweight: heavy\nsteps: [options]\n", `line 3, column 9: must be a number, got "heavy"`},
		{"steps that are no list", "scenario: x\nrole: caller\nsteps: invite\n", `line 3, column 8: must be a list of steps, got "invite"`},
		{"a field of a flow", "scenario: x\nflows:\n- role: caller\n  wieght: 3\n  steps: [options]\n", `line 4, column 3: no field is called "wieght"; did you mean "weight"?`},
		{"a word of a flow", "scenario: x\nflows:\n- role: caller\n  steps: [optins]\n", `flows[0]: line 4, column 11: no step begins with "optins"; did you mean "options"?`},
		{"a tab", steps("\t- invite\n"), "line 4, column 1: found character"},
		{"a field twice", "scenario: x\nrole: caller\nrole: answerer\nsteps: [options]\n", "line 3, column 1: "},
		{"no YAML", "{", "x.yaml"},
		{"an alias bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nscenario: [*d,*d,*d,*d,*d,*d,*d]\n", "x.yaml"},
	} {
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
