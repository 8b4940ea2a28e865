package call

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// newScriptCounts returns the counts of a script that has not run.
func newScriptCounts(name string, script *scenarios.Script) *measure.Script {
	s := &measure.Script{Name: name, ResponseBounds: script.ResponseTimes, LengthBounds: script.CallLengths, Steps: make([]measure.ScriptStep, len(script.Steps))}
	for i := range script.Steps {
		s.Steps[i].Name = stepName(&script.Steps[i])
	}
	for _, name := range script.Timers {
		s.Times = append(s.Times, measure.ScriptTime{Name: name})
	}
	for _, name := range script.Counters {
		s.Counters = append(s.Counters, measure.ScriptCounter{Name: name})
	}
	return s
}

// scriptPeriods is where the run is between two reports of its counts.
type scriptPeriods struct {
	now, next time.Duration
	over      bool // the last period was reported
}

// tick ends the period that is over, if one is.
func (s *scripts) tick(now time.Duration) {
	p := &s.periods
	if p.now = now; s.cfg.Report == nil || s.cfg.Period <= 0 {
		return
	}
	if p.next == 0 {
		p.next = s.cfg.Period
	}
	if now >= p.next {
		s.endPeriod(now)
		p.next += s.cfg.Period * (1 + (now-p.next)/s.cfg.Period)
	}
}

// endPeriod adds the counts of a period to those before it, and reports both.
func (s *scripts) endPeriod(now time.Duration) {
	period := s.stats
	s.stats = newScriptCounts(period.Name, s.flow.Script)
	if s.total == nil {
		s.total = newScriptCounts(period.Name, s.flow.Script)
	}
	s.total.Merge(period)
	if s.cfg.Report != nil {
		s.cfg.Report(now, period, s.total)
	}
}

// counts returns what was counted in the whole run, which is over.
func (s *scripts) counts() *measure.Script {
	if !s.periods.over {
		s.endPeriod(s.periods.now)
		s.periods.over = true
	}
	return s.total
}

// stepName says in a word or two what a step is about.
func stepName(step *scenarios.ScriptStep) string {
	switch step.Op {
	case scenarios.ScriptSend:
		if step.Message.Method != "" {
			return "send " + step.Message.Method
		}
		return fmt.Sprintf("send %d", step.Message.Status)
	case scenarios.ScriptReceive:
		switch {
		case step.Pattern != nil:
			return "receive " + step.Pattern.Source
		case step.Request != "":
			return "receive " + step.Request
		}
		return fmt.Sprintf("receive %d", step.Status)
	case scenarios.ScriptPause:
		return "pause"
	case scenarios.ScriptCommand:
		return strings.TrimSpace("send command " + step.Peer)
	case scenarios.ScriptAwait:
		return strings.TrimSpace("receive command " + step.Peer)
	}
	return "act"
}

// books counts a step: its counter and its response times.
func (s *scripts) books(_ *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) {
	if step.Counter >= 0 {
		s.stats.Counters[step.Counter].Count++
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

// countRepeat counts a message that was sent or came in again; invite says that it belongs to an INVITE.
func (s *scripts) countRepeat(into *measure.Measurement, at int, direction measure.Direction, invite bool) {
	step := &s.stats.Steps[at]
	if direction == measure.Sent {
		step.SentAgain++
		s.stats.Retransmissions++
	} else {
		step.ReceivedAgain++
	}
	into.Retransmissions[direction][s.kindOf(at, invite)]++
}

// kindOf returns how the measurement counts the message of a step, which belongs to an INVITE or not.
func (s *scripts) kindOf(at int, invite bool) measure.Method {
	step := &s.flow.steps[at]
	status, method := step.Status, step.Request
	if step.Message != nil {
		status, method = step.Message.Status, step.Message.Method
	}
	switch {
	case method != "":
		return methodOf(sip.MethodOf([]byte(method)))
	case invite && status >= 200 && status < 300:
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
	if c.status = int16(status); status < 300 {
		c.answered, c.stage = now, talking
	}
}

// inviteName is how CSeq names an INVITE.
var inviteName = []byte("INVITE")

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
	if st.opening != sip.INVITE {
		s.noteOther(c, r, now)
		return
	}
	switch {
	case r.Status < 200:
		into.Provisional++
		c.flags.provisional = true
		if !c.flags.rang && (r.Status == 180 || r.Status == 183 && r.Session != nil) {
			c.flags.rang = true
			into.Delays[measure.PDD].Record(now - begin)
		}
	case r.Status < 300:
		c.status, c.answered, c.stage = int16(r.Status), now, talking
		into.Delays[measure.SRD].Record(c.responded - begin)
		into.Delays[measure.AnswerTime].Record(now - begin)
	default:
		c.status = int16(r.Status)
		if cause, known := sip.Q850Cause(r.Reason); known {
			c.cause = int16(cause)
		}
		into.Delays[measure.SRDFailed].Record(c.responded - begin)
	}
}

// noteOther accounts for a response to the request that opened the call where that is no INVITE: there is no ringing
// and no session, and the delay is that of the request (RFC 6076, 4.1).
func (s *scripts) noteOther(c *call, r *sip.Message, now time.Duration) {
	into := s.count(c)
	if r.Status < 200 {
		into.Provisional++
		c.flags.provisional = true
		return
	}
	into.Delays[measure.RRD].Record(now - c.begin(s.Machine.cfg.Grain))
	if c.status = int16(r.Status); r.Status < 300 {
		c.answered, c.stage = now, talking
	}
	if cause, known := sip.Q850Cause(r.Reason); known {
		c.cause = int16(cause)
	}
}
