package scenarios

import "time"

// Script is a program in which every message stands: the machine sends nothing of its own accord but what
// Defaults says, and takes nothing that the script does not wait for. SIPp's files compile to it.
//
// Variables, tables, timers, transactions and steps are numbered; -1 stands for none.
type Script struct {
	Steps []ScriptStep // a call that passes the last one has succeeded
	Init  []ScriptStep // actions before the first call

	Variables    []VariableName
	Tables       []string // names of the tables that cells come from, in the order of Reference.Table
	Transactions []string
	Timers       []string // response times
	Counters     []string

	ResponseTimes, CallLengths []time.Duration // bounds of the repartitions

	Unexpected int // step that an unexpected message leads to
	ReturnTo   int // variable that then holds the step that was left
	PausedTo   int // variable that then holds the end of its pause, in milliseconds

	Abort  ScriptDefaults
	Peers  []string // who commands are sent to and come from
	Media  bool     // some step plays something
	Answer bool     // the first message is received
}

// Led tells whether the calls of the script are begun by commands of another one, not by arrivals.
func (s *Script) Led() bool {
	for i := range s.Steps {
		switch s.Steps[i].Op {
		case ScriptAwait:
			return true
		case ScriptSend, ScriptReceive, ScriptCommand:
			return false
		}
	}
	return false
}

// opening returns the method of the first request that the script sends or receives, INVITE if there is none.
func (s *Script) opening() string {
	for i := range s.Steps {
		if method := s.Steps[i].method(); method != "" {
			return method
		}
	}
	return "INVITE"
}

// method returns the method of the request that the step sends or receives, empty if that is none.
func (s *ScriptStep) method() string {
	switch s.Op {
	case ScriptSend:
		return s.Message.Method
	case ScriptReceive:
		return s.Request
	}
	return ""
}

// ScriptDefaults are the messages that a script sends of its own accord, each in the case of its name.
type ScriptDefaults struct {
	Ack    *Message // to a refusal, when the call is given up
	Bye    *Message // when an established call is given up
	Cancel *Message // when a call that rings is given up
	OK     *Message // to an unexpected BYE or CANCEL, and to what -aa answers
}

// VariableName is a variable of a script.
type VariableName struct {
	Name   string
	Global bool // one for all calls, not one for each
	User   bool // one for all calls of a user, if calls belong to users
}

// ScriptOp says what a step of a script does.
type ScriptOp uint8

// The steps of a script.
const (
	ScriptSend    ScriptOp = iota // sends Message
	ScriptReceive                 // waits for a message
	ScriptPause                   // waits for a time
	ScriptAct                     // only acts
	ScriptCommand                 // sends Message to the twin or to Peer
	ScriptAwait                   // waits for a command
)

// ScriptStep is one step of a script.
type ScriptStep struct {
	Op   ScriptOp
	Line int // of the source

	Message      *Message
	Retransmit   time.Duration // first interval of repeats, 0 for none
	Starts       int           // transaction that the message opens
	Acknowledges int           // transaction whose answer the message acknowledges

	Request     string   // method to receive
	Status      int      // response to receive
	Pattern     *Pattern // of the method or status, instead of them
	Methods     string   // methods of the requests before, one behind the other: a response is to one of them
	Transaction int      // transaction that the response belongs to
	Optional    bool
	Anywhere    bool // an optional message that may come at any later time
	Unnoticed   bool // an optional message that changes nothing
	KeepRoutes  bool // take the route set and the remote target from the message
	Challenge   bool // take the challenge from the message

	Timeout   time.Duration // 0 for none
	OnTimeout int           // step

	Pause         Sample // milliseconds
	PauseVariable int
	Final         bool // a pause for repeats of the last messages: the call has succeeded when it begins

	StartTimer, StopTimer int
	Repeatedly            bool // StopTimer counts each time
	Counter               int

	Next    int // step to go to, when Test and Chance allow it
	Test    int
	Chance  float64 // probability; 1 for always
	If      int     // variable that must be set, or must not with Unless, else the step is passed over
	Unless  bool
	Loss    float64 // probability that the message gets lost; below 0 that of the run
	Actions []Action
	Peer    string // who the command goes to or comes from; empty for the twin
}

// NewScriptStep returns a step that names no variable, timer, transaction or step.
func NewScriptStep(op ScriptOp, line int) ScriptStep {
	return ScriptStep{
		Op: op, Line: line, Starts: -1, Acknowledges: -1, Transaction: -1, OnTimeout: -1, PauseVariable: -1,
		StartTimer: -1, StopTimer: -1, Counter: -1, Next: -1, Test: -1, Chance: 1, If: -1, Loss: -1,
	}
}
