package call

import (
	"bytes"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

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

// String returns the name of the failure.
func (f Failure) String() string {
	if int(f) >= NumFailures {
		return "unknown"
	}
	return failureNames[f]
}

// ScriptStats is what the calls of a script counted, in the words of SIPp's statistics.
type ScriptStats struct {
	Script                                  *scenarios.Script
	Incoming, Outgoing                      uint64 // calls created
	Successful, Failed                      uint64
	Failures                                [NumFailures]uint64
	OutOfCall, DeadCallMessages             uint64 // messages of no call, and of calls that are over
	Retransmissions, AutoAnswered, Warnings uint64
	CallLength                              measure.Histogram
	Times                                   []measure.Histogram // response times, in the order of Script.Timers
	Counters                                []uint64            // in the order of Script.Counters
	Steps                                   []StepCount         // in the order of Script.Steps
	Refused                                 string              // the last number that must not be called; empty for none
}

// StepCount is what one step of a script counted.
type StepCount struct {
	Sent, Received             uint64
	SentAgain, ReceivedAgain   uint64
	TimedOut, Unexpected, Lost uint64
}

func newScriptStats(script *scenarios.Script) *ScriptStats {
	return &ScriptStats{
		Script: script, Steps: make([]StepCount, len(script.Steps)), Times: make([]measure.Histogram, len(script.Timers)),
		Counters: make([]uint64, len(script.Counters)),
	}
}

// Merge adds the counts of another machine that ran the same script.
func (s *ScriptStats) Merge(o *ScriptStats) {
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
		s.Times[i].Merge(&o.Times[i])
	}
	for i, n := range o.Counters {
		s.Counters[i] += n
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

// books counts a step: its counter and its response times.
func (s *scripts) books(_ *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) {
	if step.Counter >= 0 {
		s.stats.Counters[step.Counter]++
	}
	if step.StartTimer >= 0 {
		st.timers[step.StartTimer].started = now
	}
	if step.StopTimer >= 0 {
		if t := &st.timers[step.StopTimer]; !t.done {
			s.stats.Times[step.StopTimer].Record(now - t.started)
			t.done = !step.Repeatedly
		}
	}
}

// countRepeat counts a message that was sent or came in again.
func (s *scripts) countRepeat(c *call, at int, direction measure.Direction) {
	step := &s.stats.Steps[at]
	if direction == measure.Sent {
		step.SentAgain++
		s.stats.Retransmissions++
	} else {
		step.ReceivedAgain++
	}
	s.count(c).Retransmissions[direction][s.kindOf(at)]++
}

// kindOf returns how the measurement counts the message of a step.
func (s *scripts) kindOf(at int) measure.Method {
	step := &s.flow.steps[at]
	status, method := step.Status, step.Request
	if step.Message != nil {
		status, method = step.Message.Status, step.Message.Method
	}
	switch {
	case method != "":
		return methodOf(sip.MethodOf([]byte(method)))
	case status >= 200 && status < 300:
		return measure.Response2xx
	}
	return measure.OtherResponse
}

// noteSent accounts for a message that a step sends.
func (s *scripts) noteSent(c *call, st *scriptCall, message *scenarios.Message, text []byte, now time.Duration) {
	if message.Method == "" {
		s.noteAnswer(c, st, message.Status, text, now)
		return
	}
	method := sip.MethodOf([]byte(message.Method))
	switch {
	case !st.sentAny && !c.flags.incoming:
		st.sentAny, st.opening = true, method
		st.named = append(st.named[:0], message.Method...)
		s.count(c).InvitesSent++
		c.flags.provisional = false
	case string(st.named) == message.Method && !c.flags.incoming && c.answered == Never:
		s.count(c).InvitesSent++ // the next try: with credentials, or to another place
		c.status = 0
	case method == sip.BYE:
		s.noteHangUp(c, now)
		c.stage = leaving
	}
}

// noteAnswer accounts for a response of ours.
func (s *scripts) noteAnswer(c *call, st *scriptCall, status int, text []byte, now time.Duration) {
	if !c.flags.incoming || c.status != 0 && c.status < 300 {
		return
	}
	if status < 200 || !answersMethod(text, st.named) {
		return
	}
	if c.status = status; status < 300 {
		c.answered, c.stage = now, talking
	}
}

// answersMethod tells whether a response that we send is to a method.
func answersMethod(text, method []byte) bool {
	value := headerValue(text, []byte("CSeq"))
	return len(method) > 0 && bytes.HasSuffix(value, method)
}

// noteReceived accounts for a message that a step waited for.
func (s *scripts) noteReceived(c *call, st *scriptCall, step *scenarios.ScriptStep, r *sip.Message, now time.Duration) {
	if !r.Request {
		if r.Status >= 300 && step.Challenge && (r.Status == 401 || r.Status == 407) {
			return // tried again with credentials
		}
		s.noteFinal(c, st, r, now)
		return
	}
	switch {
	case c.flags.incoming && st.opening == sip.UnknownMethod && len(st.named) == 0:
		st.opening, st.sentAny = r.Method, true
		st.named = append(st.named[:0], r.MethodName...)
		s.count(c).InvitesSent++
	case c.flags.incoming && bytes.Equal(st.named, r.MethodName) && c.answered == Never:
		s.count(c).InvitesSent++
		c.status = 0
	case r.Method == sip.BYE:
		s.noteHangUp(c, now)
		c.stage = leaving
	}
}

// noteFinal accounts for a response to the request that opened the call, or to a BYE.
func (s *scripts) noteFinal(c *call, st *scriptCall, r *sip.Message, now time.Duration) {
	if r.Request || c.flags.incoming {
		return
	}
	into, begin := s.count(c), c.begin(s.Machine.cfg.Grain)
	if r.Method == sip.BYE && r.Status >= 200 && c.hungUp != Never {
		into.Delays[measure.SDD].Record(now - c.hungUp)
		return
	}
	if r.Method != st.opening || c.status != 0 {
		return
	}
	if r.Status > 100 && c.responded == Never {
		c.responded = now
	}
	switch {
	case r.Status < 200:
		into.Provisional++
		c.flags.provisional = true
		if !c.flags.rang && (r.Status == 180 || r.Status == 183 && len(r.Body) > 0) {
			c.flags.rang = true
			into.Delays[measure.PDD].Record(now - begin)
		}
	case r.Status < 300:
		c.status, c.answered, c.stage = r.Status, now, talking
		into.Delays[measure.SRD].Record(c.responded - begin)
		into.Delays[measure.AnswerTime].Record(now - begin)
	default:
		c.status = r.Status
		if cause, known := sip.Q850Cause(r.Reason); known {
			c.cause = cause
		}
		into.Delays[measure.SRDFailed].Record(c.responded - begin)
	}
}
