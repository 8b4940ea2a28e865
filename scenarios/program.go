// Package scenarios holds call programs: what one call sends, waits for, plays and checks, as a list of
// steps that loadgen/call runs without a goroutine of its own.
//
// Every way to write a call down compiles to the same Program. The default caller and the gateway that
// answers are files of the built-in library, written in the same form as a user's own.
package scenarios

import (
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// Role tells which side of a call a program plays.
type Role uint8

// The roles. A caller starts with its first step when the arrival process says so, an answerer when an
// INVITE comes in.
const (
	Caller Role = iota
	Answerer
)

// Program is one side of a call flow, compiled. It is read-only once compiled, so that any number of
// shards run it at the same time.
type Program struct {
	Name  string
	Role  Role
	About string // one sentence for `scenario list`
	Steps []Step // a call begins at step 0 and never runs past the last one, which is an End

	Weight float64 // Caller: share of the calls, beside the weights of the other callers of the run; 0 for 1
	Opens  string  // method of the request that begins a call; empty for INVITE

	Variables []string // names of what the checks of the steps assign

	Script *Script // the program of a file in which every message stands, instead of Steps
}

// Share returns the weight of the program among the callers of a run.
func (p *Program) Share() float64 {
	if p.Weight == 0 {
		return 1
	}
	return p.Weight
}

// Holds reports whether calls last for the holding time of the run: a step waits for it. A file in which every message stands
// holds its calls for that time where a pause says no other.
func (p *Program) Holds() bool {
	return p.Script != nil || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Op == Pause && s.Wait == Holding })
}

// Opening returns the method of the request that begins a call of the program.
func (p *Program) Opening() string {
	switch {
	case p.Script != nil:
		return p.Script.opening()
	case p.Opens == "":
		return "INVITE"
	}
	return p.Opens
}

// Invites tells whether a call of the program may hold a session: it sends or takes an INVITE, first or later.
func (p *Program) Invites() bool {
	if p.Opening() == "INVITE" {
		return true
	}
	if p.Script != nil {
		return slices.ContainsFunc(p.Script.Steps, func(s ScriptStep) bool { return s.method() == "INVITE" })
	}
	return p.Sends("INVITE") || slices.ContainsFunc(p.Steps, func(s Step) bool {
		return slices.ContainsFunc(s.Arms, func(a Arm) bool { return a.Method == "INVITE" })
	})
}

// Sends tells whether a step of the program sends a request of a method.
func (p *Program) Sends(method string) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Message != nil && s.Message.Method == method })
}

// Files returns the names of what the program plays, each once.
func (p *Program) Files() []string {
	var names []string
	for _, s := range p.Steps {
		if s.File != "" && !slices.Contains(names, s.File) {
			names = append(names, s.File)
		}
	}
	return names
}

// Shows tells whether a message or an address of the program shows a column of the data.
func (p *Program) Shows(column string) bool {
	shows := func(text []Segment) bool {
		return slices.ContainsFunc(text, func(s Segment) bool { return s.Keyword == Field && s.Reference.Name == column })
	}
	return slices.ContainsFunc(p.Steps, func(s Step) bool {
		return s.Message != nil && (shows(s.Message.Head) || shows(s.Message.Body)) || shows(ParseText(s.To+s.Refers))
	})
}

// Op says what a step does.
type Op uint8

// The operations.
const (
	Send        Op = iota // sends Message; a request opens a transaction, a response answers the open one
	Expect                // waits for a message that one of Arms matches
	Pause                 // waits for a time drawn from Wait
	Seize                 // takes a circuit, or goes to Else when none is free
	PlayMedia             // starts the media of the call: Media
	Dial                  // sends Digits as telephone events inside the audio, and waits until they are sent
	Hear                  // waits until the digits that came in end in Digits, without any for audio, or goes to Else when Within is over
	Challenge             // asks for credentials, and ends a call that brought none that are right
	Cancel                // withdraws the INVITE: CANCEL once that is allowed, BYE if the answer crosses it
	Acknowledge           // goes on when the PRACK of the last reliable provisional response is answered, which the machine sends
	Consult               // calls To, and goes on when that call is answered
	Follow                // accepts the REFER at hand and calls where it says
	Mismatch              // ends the call as one that went otherwise than the scenario allows
	Examine               // looks at the request that began the call, as Actions say
	Refused               // ends the call in the class of the refusal of its INVITE, and as Mismatch does where a session is up
	End                   // ends the call, in the class of the last final response to its INVITE
)

// Step is one instruction. Which fields count depends on Op; the others are zero.
type Step struct {
	Op      Op
	Message *Message         // Send
	Arms    []Arm            // Expect: the first that matches wins
	Wait    Wait             // Pause
	Law     traffic.Duration // Pause: the time to wait when Wait is OwnLaw
	Actions []Action         // Expect, Examine: checks of the message that it takes, and what they assign
	Media   Media            // PlayMedia
	File    string           // PlayMedia: what it plays, a name below the folder of the scenario; empty for what the run plays
	Else    int              // Seize: the step that follows when there is no circuit; Expect: the one when Within is over
	Within  time.Duration    // Expect: how long it waits; 0 for as long as the transaction lasts
	Digits  string           // Dial, Hear: 0 to 9, *, #, A to D; a comma waits a second
	To      string           // Send: URI that the INVITE calls instead of the target's
	Refers  string           // Send: URI that a REFER asks the peer to call
	Codec   string           // Send: the one codec that descriptions offer from here on; empty for those of the run
	Flow    Flow             // Send: the direction of media that the description of Message asks for
	Life    time.Duration    // Send: how long a binding, a subscription or a session is to live without a refresh
	Line    int              // line of the source that wrote the step
}

// Arm is one message that an Expect accepts, and where the call goes on.
type Arm struct {
	Method   string // request method; empty for a response
	From, To int    // range of status codes, inclusive: of a response, or of the report in a NOTIFY; 0 for any request
	Reply    int    // status with which the machine answers the request at once; 0 leaves that to the program
	Next     int    // step to go on with
	Stay     bool   // note the message and keep waiting (provisional responses)
}

// Covers tells whether a status lies in the range of the arm.
func (a *Arm) Covers(status int) bool { return a.From <= status && status <= a.To }

// Flow is a direction of media, as the sender of a description sees it.
type Flow uint8

// The directions. AsBefore keeps the one of the last description, both ways at first.
const (
	AsBefore Flow = iota
	BothWays
	SendOnly
	ReceiveOnly
	NoFlow
)

// Wait names a time that the run configures, or holds a law of its own.
type Wait uint8

// The waits that a run gives values to.
const (
	Holding Wait = iota // conversation, from the answer on: the plan's holding time
	Setup               // from the INVITE to ringing
	Ringing             // from ringing to the answer
	OwnLaw              // the law of the step itself

	NumWaits = int(OwnLaw) // waits that the run configures
)

// Media says what a leg sends.
type Media uint8

// The kinds of media.
const (
	NoMedia    Media = iota
	PlaySource       // what the run configured: tone or speech
)
