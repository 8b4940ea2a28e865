package scenarios

import "bytes"

// ActionOp says what an action does.
type ActionOp uint8

// The actions of a script.
const (
	Extract         ActionOp = iota // looks for Pattern in Where, and assigns what it finds to Assign and Groups
	AssignText                      // Assign = Text
	AssignValue                     // Assign = operand
	Add                             // Assign += operand
	Subtract                        // …
	Multiply                        //
	Divide                          //
	ToNumber                        // Assign = From as a number
	Draw                            // Assign = Sample
	Compare                         // Assign = From compared with the operand
	CompareText                     // Assign = -1, 0 or 1, as From sorts before, with or behind With or Text
	Trim                            // Assign without the white space around it
	EncodeURL                       // Assign with percent escapes (RFC 3986, 2.1)
	DecodeURL                       // Assign without them
	NoteStep                        // Assign = number of the step
	NoteTime                        // Assign = seconds since 1970, Groups[0] = microseconds beyond
	LookUp                          // Assign = row of the table Text whose key is Key
	InsertRow                       // adds the row Key to the table Text
	ReplaceRow                      // puts the row Value in the place of row Key of the table Text
	VerifyLogin                     // Assign = whether the message has credentials of the user Text and the password Key
	SetDestination                  // sends to host Text, port Key over Value from here on
	CloseConnection                 //
	Log                             // writes Text
	Warn                            // writes Text as a warning
	Fail                            // writes Text and ends the run
	Jump                            // goes to the step with the number of the operand
	RestorePause                    // pauses until the operand, in milliseconds
	Execute                         // runs the command Text
	StopCall                        // the call has failed
	StopGracefully                  // no new calls
	StopNow                         // the run is over
	PlayAction                      // Media
)

// Comparison says how numbers are compared.
type Comparison uint8

// The comparisons.
const (
	Equal Comparison = iota
	NotEqual
	Greater
	Less
	GreaterOrEqual
	LessOrEqual
)

// Holds compares two numbers.
func (c Comparison) Holds(a, b float64) bool {
	switch c {
	case NotEqual:
		return a != b
	case Greater:
		return a > b
	case Less:
		return a < b
	case GreaterOrEqual:
		return a >= b
	case LessOrEqual:
		return a <= b
	}
	return a == b
}

// Action is one action of a step.
type Action struct {
	Op   ActionOp
	Line int

	Assign int   // variable; -1 for none
	Groups []int // variables of the subexpressions
	From   int   // variable that is read
	With   int   // variable that is the operand; -1 for Number
	Number float64
	Text   []Segment
	Key    []Segment
	Value  []Segment

	Where        Place
	Pattern      *Pattern
	Check        bool // the call fails unless it holds
	CheckInverse bool // the call fails if it holds
	Compare      Comparison
	Sample       Sample
	Media        MediaAction
}

// NewAction returns an action that names no variable.
func NewAction(op ActionOp, line int) Action {
	return Action{Op: op, Line: line, Assign: -1, From: -1, With: -1}
}

// Place is a part of a message.
type Place struct {
	Part       Part
	Header     string // text that the header begins with, colon included
	Occurrence int    // the first one that is there, the second …; 0 is the first
	FoldCase   bool
	LineStart  bool // the header stands at the beginning of a line only
}

// Part names what Place looks in.
type Part uint8

// The parts of a message.
const (
	WholeMessage Part = iota
	HeaderPart
	BodyPart
	VariablePart // the variable of the action
)

var emptyLine = []byte("\r\n\r\n")

// Find returns the part of a message, or false when it is not there. A header is looked for as text,
// wherever it stands unless LineStart is set, and reaches to the end of the line.
func (p Place) Find(message []byte) ([]byte, bool) {
	switch p.Part {
	case BodyPart:
		_, body, found := bytes.Cut(message, emptyLine)
		return body, found
	case HeaderPart:
		return p.header(message)
	}
	return message, true
}

func (p Place) header(message []byte) ([]byte, bool) {
	left := max(p.Occurrence, 1)
	for at := 0; at+len(p.Header) <= len(message); at++ {
		next := p.index(message[at:])
		if next < 0 {
			return nil, false
		}
		at += next
		if p.LineStart && at > 0 && message[at-1] != '\n' {
			continue
		}
		if left--; left == 0 {
			value := message[at+len(p.Header):]
			if end := bytes.IndexAny(value, "\r\n"); end >= 0 {
				value = value[:end]
			}
			return value, true
		}
	}
	return nil, false
}

// index returns the position of the header's text.
func (p Place) index(message []byte) int {
	if !p.FoldCase {
		return bytes.Index(message, []byte(p.Header))
	}
	for at := 0; at+len(p.Header) <= len(message); at++ {
		if bytes.EqualFold(message[at:at+len(p.Header)], []byte(p.Header)) {
			return at
		}
	}
	return -1
}

// MediaOp says what a media action does.
type MediaOp uint8

// The media actions.
const (
	StreamFile    MediaOp = iota // plays File, Loops times, with Payload
	StreamTone                   // plays a pattern: what is expected to come back
	PauseStream                  //
	ResumeStream                 //
	ReplayCapture                // replays the RTP of a capture
	PlayDigits                   // plays the digits Text as telephone events
	StartEcho                    // sends back what comes in
	UpdateEcho                   //
	StopEcho                     //
	EchoOperand                  // echo as the operand says: 0 off, else on
)

// Stream names one of the streams of a call.
type Stream uint8

// The streams.
const (
	AudioStream Stream = iota
	VideoStream
	ImageStream
)

// MediaAction is what PlayAction plays.
type MediaAction struct {
	Op      MediaOp
	Stream  Stream
	File    string
	Loops   int // -1 for ever
	Payload int // -1 for that of the session
	Format  string
	Text    []Segment
}
