package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// unexpected deals with a message that no step waits for: it leads to the step that the script has for this,
// is answered as -aa says, or ends the call.
func (s *scripts) unexpected(c *call, st *scriptCall, r *sip.Message, now time.Duration) {
	if s.flow.Unexpected >= 0 && s.divert(c, st, r, now) {
		return
	}
	s.stats.Steps[c.step].Unexpected++
	switch {
	case r.Request && (r.Method == sip.BYE || r.Method == sip.CANCEL):
		s.unexpectedEnd(c, st, r, now)
	case r.Request && s.cfg.AnswerAll && answeredAnyhow(r.Method):
		s.stats.Steps[c.step].Unexpected--
		s.stats.AutoAnswered++
		s.answerAnyhow(c, st, r, now)
		s.watch(c, st)
	case s.cfg.Patient:
		s.watch(c, st)
	default:
		s.warn("call ", s.callID(c), " ended by an unexpected message: ", firstLine(r.Raw))
		st.last = append(st.last[:0], r.Raw...)
		s.tellTwin(c, st)
		s.noteFinal(c, st, r, now)
		s.giveUpCall(c, st, measure.FailedUnexpectedMessage, now)
	}
}

// answeredAnyhow tells the requests that -aa answers.
func answeredAnyhow(method sip.Method) bool {
	return method == sip.INFO || method == sip.NOTIFY || method == sip.OPTIONS || method == sip.UPDATE
}

// divert leads the call to the step for unexpected messages, unless it is on its way back from there.
func (s *scripts) divert(c *call, st *scriptCall, r *sip.Message, now time.Duration) bool {
	if s.flow.ReturnTo >= 0 {
		back := s.value(st, s.flow.ReturnTo)
		if back.Number() != 0 {
			return false
		}
		back.SetNumber(float64(c.step))
	}
	if s.flow.PausedTo >= 0 {
		paused := 0.0
		if st.pausedTo != Never {
			paused = float64(st.pausedTo / time.Millisecond)
		}
		s.value(st, s.flow.PausedTo).SetNumber(paused)
	}
	c.step = s.flow.Unexpected
	st.queued = append(st.queued[:0], r.Raw...)
	st.pausedTo, st.deadline = Never, Never
	s.run(c, st, now)
	return true
}

// unexpectedEnd answers a BYE or CANCEL that no step waits for; the call has failed.
func (s *scripts) unexpectedEnd(c *call, st *scriptCall, r *sip.Message, now time.Duration) {
	st.last = append(st.last[:0], r.Raw...)
	if s.cfg.Patient {
		s.watch(c, st)
		return
	}
	if r.Method == sip.BYE && c.hungUp == Never {
		c.hungUp, c.flags.dropped = now, c.answered != Never
	}
	if !s.cfg.Silent {
		s.sendDefault(c, st, s.flow.abort.OK, now)
	}
	s.tellTwin(c, st)
	s.failCall(c, st, measure.FailedUnexpectedMessage, now)
}

// answerAnyhow sends 200 and forgets the request: what the script answers next is what came before it.
func (s *scripts) answerAnyhow(c *call, st *scriptCall, r *sip.Message, now time.Duration) {
	before := append(s.scratch[5][:0], st.last...)
	s.scratch[5] = before
	st.last = append(st.last[:0], r.Raw...)
	s.sendDefault(c, st, s.flow.abort.OK, now)
	st.last = append(st.last[:0], before...)
}

// sendDefault sends a message that the script does not have.
func (s *scripts) sendDefault(c *call, st *scriptCall, message *scenarios.Message, now time.Duration) {
	s.queue(c, s.render(s.Machine.cfg.Wire.Buffer(), c, st, message, c.step-1, now))
}

// giveUpCall ends a call that failed as the protocol wants: a refusal is acknowledged, an established call gets
// a BYE, one that rings a CANCEL.
func (s *scripts) giveUpCall(c *call, st *scriptCall, why measure.Failure, now time.Duration) {
	if !s.cfg.Silent {
		s.hangUpScript(c, st, now)
	}
	s.failCall(c, st, why, now)
}

func (s *scripts) hangUpScript(c *call, st *scriptCall, now time.Duration) {
	if c.flags.incoming || c.step <= 0 || len(st.last) == 0 {
		return
	}
	d := &s.flow.abort
	if st.established || st.sentName != sip.INVITE {
		s.noteHangUp(c, now)
		s.sendDefault(c, st, d.Bye, now)
		return
	}
	switch status := statusOf(st.last); {
	case status >= 400:
		s.sendDefault(c, st, d.Ack, now)
	case st.ackPending:
		st.ackPending = false
		s.sendDefault(c, st, d.Ack, now)
		s.noteHangUp(c, now)
		s.sendDefault(c, st, d.Bye, now)
	default:
		s.sendDefault(c, st, d.Cancel, now)
	}
}

// noteHangUp notes the end of a conversation.
func (s *scripts) noteHangUp(c *call, now time.Duration) {
	if c.hungUp == Never {
		c.hungUp = now
	}
}

// statusOf returns the status of a message, 0 of a request.
func statusOf(text []byte) int {
	const line = "SIP/2.0 "
	if len(text) < len(line)+3 || string(text[:len(line)]) != line {
		return 0
	}
	status := 0
	for _, digit := range text[len(line) : len(line)+3] {
		if digit < '0' || digit > '9' {
			return 0
		}
		status = 10*status + int(digit-'0')
	}
	return status
}

// succeed ends a call that came to the end of its script. A check that failed on the way makes it a failed
// one.
func (s *scripts) succeed(c *call, st *scriptCall, now time.Duration) {
	if st.failure != measure.NoFailure {
		s.failCall(c, st, st.failure, now)
		return
	}
	s.stats.Successful++
	c.flags.completed = c.answered != Never
	s.close(c, st, now)
}

// failCall ends a call as failed. One in its last pause, for repeats alone, has succeeded already.
func (s *scripts) failCall(c *call, st *scriptCall, why measure.Failure, now time.Duration) {
	if st.settled && why != measure.FailedUnexpectedMessage {
		st.settled = false
		s.succeed(c, st, now)
		return
	}
	s.stats.Failed++
	s.stats.Failures[why]++
	s.close(c, st, now)
}

// stopCall ends a call because the run ends.
func (s *scripts) stopCall(c *call, now time.Duration) {
	st := s.state(c)
	c.flags.stopping, c.flags.cut = true, true
	if st.settled {
		s.succeed(c, st, now)
		return
	}
	s.giveUpCall(c, st, measure.FailedStopped, now)
}

// loseCall ends a call whose messages reach nobody.
func (s *scripts) loseCall(c *call, now time.Duration) {
	s.stats.Failed++
	s.stats.Failures[measure.FailedCannotSendMessage]++
	s.users.give(s.state(c).user)
	s.end(c, now, measure.Unreachable)
}

// close ends the accounts of a call.
func (s *scripts) close(c *call, st *scriptCall, now time.Duration) {
	s.stats.CallLength.Record(now - c.started)
	s.stopMedia(c, st, now)
	s.users.give(st.user)
	if !st.sentAny && !c.flags.incoming {
		s.unstart(c)
		return
	}
	s.finish(c, now)
}

// unstart takes back that a call was started which never sent a message.
func (s *scripts) unstart(c *call) {
	into := s.count(c)
	into.Started--
	if c.way.trunks == nil {
		into.OffTrunk--
	}
	into.InProgress--
	into.Late = min(into.Late, into.Started)
	why := measure.SendFailed
	if c.flags.cut {
		why = measure.Stopped
	}
	notStarted(into, why)
	s.leaveTrunk(c, measure.NotStarted)
	s.table.release(c)
}

// tellTwin makes the other half of a third-party call end too.
func (s *scripts) tellTwin(c *call, st *scriptCall) {
	if s.cfg.Twin == nil || c.step == 0 {
		return
	}
	text := append(append(append(s.scratch[3][:0], "call-id: "...), s.callID(c)...), "\r\ninternal-cmd: abort_call\r\n\r\n"...)
	s.scratch[3] = text
	_ = s.cfg.Twin.Send("", text)
}
