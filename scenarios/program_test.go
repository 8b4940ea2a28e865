package scenarios

import "testing"

func TestWhichRequestBeginsACallAndWhetherItMayBeASession(t *testing.T) {
	for _, tt := range []struct {
		name, text, opens string
		invites           bool
	}{
		{"a call", "steps: [invite, bye]", "INVITE", true},
		{"a question", "steps: [options]", "OPTIONS", false},
		{"a binding", "steps: [register, unregister]", "REGISTER", false},
		{"a binding, then a call", "steps: [register, invite, bye, unregister]", "REGISTER", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			programs, err := Parse("x.yaml", []byte("scenario: x\nrole: caller\n"+tt.text+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if p := programs[0]; p.Opening() != tt.opens || p.Invites() != tt.invites {
				t.Errorf("begins with %s, may be a session: %v; want %s, %v", p.Opening(), p.Invites(), tt.opens, tt.invites)
			}
		})
	}
}

func TestWhichRequestBeginsACallOfAScript(t *testing.T) {
	send := func(method string) ScriptStep {
		return ScriptStep{Op: ScriptSend, Message: &Message{Method: method}}
	}
	for _, tt := range []struct {
		name    string
		steps   []ScriptStep
		opens   string
		invites bool
	}{
		{"a call after a command", []ScriptStep{{Op: ScriptAwait}, send("INVITE"), send("ACK")}, "INVITE", true},
		{"a question, and its answer", []ScriptStep{send("OPTIONS"), {Op: ScriptReceive}}, "OPTIONS", false},
		{"a binding, then a call", []ScriptStep{send("REGISTER"), {Op: ScriptReceive}, send("INVITE")}, "REGISTER", true},
		{"an answerer", []ScriptStep{{Op: ScriptReceive, Request: "MESSAGE"}, send("")}, "MESSAGE", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &Program{Script: &Script{Steps: tt.steps}}
			if p.Opening() != tt.opens || p.Invites() != tt.invites {
				t.Errorf("begins with %s, may be a session: %v; want %s, %v", p.Opening(), p.Invites(), tt.opens, tt.invites)
			}
		})
	}
}
