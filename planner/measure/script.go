package measure

import "time"

// Failure says why a call of a script failed, as SIPp's statistics name it.
type Failure uint8

// The failures.
const (
	NoFailure Failure = iota
	FailedCannotSendMessage
	FailedMaxUDPRetrans
	FailedTCPConnect
	FailedTCPClosed
	FailedUnexpectedMessage
	FailedCallRejected
	FailedCmdNotSent
	FailedRegexpDoesntMatch
	FailedRegexpShouldntMatch
	FailedRegexpHdrNotFound
	FailedOutboundCongestion
	FailedTimeoutOnRecv
	FailedTimeoutOnSend
	FailedTestDoesntMatch
	FailedTestShouldntMatch
	FailedStrcmpDoesntMatch
	FailedStrcmpShouldntMatch
	FailedEndlessLoop   // the script went round without waiting
	FailedNumberRefused // an INVITE would have called a number that must not be called
	FailedStopped       // the run ended before the call

	NumFailures = int(FailedStopped) + 1
)

var failureNames = [NumFailures]string{
	"", "FailedCannotSendMessage", "FailedMaxUDPRetrans", "FailedTcpConnect", "FailedTcpClosed", "FailedUnexpectedMessage",
	"FailedCallRejected", "FailedCmdNotSent", "FailedRegexpDoesntMatch", "FailedRegexpShouldntMatch", "FailedRegexpHdrNotFound",
	"FailedOutboundCongestion", "FailedTimeoutOnRecv", "FailedTimeoutOnSend", "FailedTestDoesntMatch", "FailedTestShouldntMatch",
	"FailedStrcmpDoesntMatch", "FailedStrcmpShouldntMatch", "FailedEndlessLoop", "FailedNumberRefused", "FailedStopped",
}

// String returns the name of the failure as SIPp's statistics write it.
func (f Failure) String() string { return name(failureNames[:], int(f)) }

// Script is what the calls of a script counted, in the words of SIPp's statistics.
type Script struct {
	Name                                    string
	Incoming, Outgoing                      uint64 // calls created
	Successful, Failed                      uint64
	Failures                                [NumFailures]uint64
	OutOfCall, DeadCallMessages             uint64 // messages of no call, and of calls that are over
	Retransmissions, AutoAnswered, Warnings uint64
	CallLength                              Histogram
	ResponseBounds, LengthBounds            []time.Duration // of the repartitions that the script asks for
	Times                                   []ScriptTime
	Counters                                []ScriptCounter
	Steps                                   []ScriptStep // in the order of the script
	Refused                                 string       // why a number was not called, of the last one; empty for none
}

// ScriptTime is a response time that a script takes.
type ScriptTime struct {
	Name string
	Histogram
}

// ScriptCounter is a counter of a script.
type ScriptCounter struct {
	Name  string
	Count uint64
}

// ScriptStep is what one step of a script counted.
type ScriptStep struct {
	Name                       string
	Sent, Received             uint64
	SentAgain, ReceivedAgain   uint64
	TimedOut, Unexpected, Lost uint64
}

// Merge adds the counts of another machine that ran the same script.
func (s *Script) Merge(o *Script) {
	for into, n := range map[*uint64]uint64{
		&s.Incoming: o.Incoming, &s.Outgoing: o.Outgoing, &s.Successful: o.Successful, &s.Failed: o.Failed, &s.OutOfCall: o.OutOfCall,
		&s.DeadCallMessages: o.DeadCallMessages, &s.Retransmissions: o.Retransmissions, &s.AutoAnswered: o.AutoAnswered, &s.Warnings: o.Warnings,
	} {
		*into += n
	}
	for i, n := range o.Failures {
		s.Failures[i] += n
	}
	s.CallLength.Merge(&o.CallLength)
	for i := range s.Times {
		s.Times[i].Merge(&o.Times[i].Histogram)
	}
	for i := range o.Counters {
		s.Counters[i].Count += o.Counters[i].Count
	}
	for i, n := range o.Steps {
		to := &s.Steps[i]
		to.Sent, to.Received, to.SentAgain, to.ReceivedAgain = to.Sent+n.Sent, to.Received+n.Received, to.SentAgain+n.SentAgain, to.ReceivedAgain+n.ReceivedAgain
		to.TimedOut, to.Unexpected, to.Lost = to.TimedOut+n.TimedOut, to.Unexpected+n.Unexpected, to.Lost+n.Lost
	}
	if o.Refused != "" {
		s.Refused = o.Refused
	}
}
