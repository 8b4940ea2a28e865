package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/measure"
)

// Script is what a scenario file of SIPp counted. Failures hold the causes that occurred, by the names of
// SIPp's statistics.
type Script struct {
	Name            string            `json:"name"`
	Incoming        uint64            `json:"incoming_calls"`
	Outgoing        uint64            `json:"outgoing_calls"`
	Successful      uint64            `json:"successful_calls"`
	Failed          uint64            `json:"failed_calls"`
	Failures        map[string]uint64 `json:"failures"`
	OutOfCall       uint64            `json:"out_of_call_messages"`
	DeadCalls       uint64            `json:"dead_call_messages"`
	Retransmissions uint64            `json:"retransmissions"`
	AutoAnswered    uint64            `json:"auto_answered"`
	Warnings        uint64            `json:"warnings"`
	Steps           []ScriptStep      `json:"steps"`
	ResponseTimes   []ScriptTime      `json:"response_times_ms"`
}

// ScriptStep is what one step of a scenario counted.
type ScriptStep struct {
	Step          string `json:"step"`
	Sent          uint64 `json:"sent"`
	Received      uint64 `json:"received"`
	SentAgain     uint64 `json:"sent_again"`
	ReceivedAgain uint64 `json:"received_again"`
	TimedOut      uint64 `json:"timed_out"`
	Unexpected    uint64 `json:"unexpected"`
	Lost          uint64 `json:"lost"`
}

// ScriptTime is a response time that a scenario took, in milliseconds.
type ScriptTime struct {
	Name  string  `json:"name"`
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean"`
	Max   float64 `json:"max"`
}

// NewScript makes the report of a script, nil of none.
func NewScript(s *measure.Script) *Script {
	if s == nil {
		return nil
	}
	out := &Script{
		Name: s.Name, Incoming: s.Incoming, Outgoing: s.Outgoing, Successful: s.Successful, Failed: s.Failed, Failures: map[string]uint64{},
		OutOfCall: s.OutOfCall, DeadCalls: s.DeadCallMessages, Retransmissions: s.Retransmissions, AutoAnswered: s.AutoAnswered, Warnings: s.Warnings,
		Steps: []ScriptStep{}, ResponseTimes: []ScriptTime{},
	}
	for i, n := range s.Failures {
		if n > 0 {
			out.Failures[measure.Failure(i).String()] = n
		}
	}
	for _, step := range s.Steps {
		out.Steps = append(out.Steps, ScriptStep{
			Step: step.Name, Sent: step.Sent, Received: step.Received, SentAgain: step.SentAgain, ReceivedAgain: step.ReceivedAgain,
			TimedOut: step.TimedOut, Unexpected: step.Unexpected, Lost: step.Lost,
		})
	}
	for i := range s.Times {
		t := &s.Times[i]
		out.ResponseTimes = append(out.ResponseTimes, ScriptTime{Name: t.Name, Count: t.Count(), Mean: rounded(1000 * t.Mean().Seconds()), Max: rounded(1000 * t.Max().Seconds())})
	}
	return out
}

// Sentence says how the calls of the script ended.
func (s *Script) Sentence() string {
	text := fmt.Sprintf("%s of the scenario's %s succeeded.", count(s.Successful), plural(int(s.Successful+s.Failed), "call"))
	if s.Failed == 0 {
		return text
	}
	var causes []string
	for i := range measure.NumFailures {
		name := measure.Failure(i).String()
		if n := s.Failures[name]; n > 0 {
			causes = append(causes, fmt.Sprintf("%s %s", count(n), name))
		}
	}
	return text + " Failed: " + strings.Join(causes, ", ") + "."
}

// Tables shows the steps with what each counted, and the response times.
func (s *Script) Tables() []Table {
	steps := Table{Title: "Scenario " + s.Name, Columns: []Column{{Name: "step"}}}
	for _, name := range []string{"sent", "received", "again", "timeout", "unexpected", "lost"} {
		steps.Columns = append(steps.Columns, Column{Name: name, Right: true})
	}
	for _, step := range s.Steps {
		row := []string{step.Step}
		for _, n := range []uint64{step.Sent, step.Received, step.SentAgain + step.ReceivedAgain, step.TimedOut, step.Unexpected, step.Lost} {
			cell := ""
			if n > 0 {
				cell = count(n)
			}
			row = append(row, cell)
		}
		steps.Rows = append(steps.Rows, row)
	}
	times := Table{Title: "Response times of the scenario", Columns: []Column{{Name: "timer"}, {Name: "calls", Right: true}, {Name: "mean ms", Right: true}, {Name: "max ms", Right: true}}}
	for _, t := range s.ResponseTimes {
		times.Rows = append(times.Rows, []string{t.Name, count(t.Count), decimal(t.Mean, 1), decimal(t.Max, 1)})
	}
	if len(times.Rows) == 0 {
		return []Table{steps}
	}
	return []Table{steps, times}
}
