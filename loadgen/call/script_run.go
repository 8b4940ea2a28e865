package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// start begins a call of ours.
func (s *scripts) start(c *call, now time.Duration) {
	st := s.begin(c)
	s.stats.Outgoing++
	s.run(c, st, now)
}

// initialize runs the actions that stand before the first call.
func (s *scripts) initialize() error {
	if len(s.flow.Init) == 0 {
		return nil
	}
	st := s.newState()
	c := &call{flow: &noProgram}
	for i := 0; i < len(s.flow.Init); {
		step := &s.flow.Init[i]
		if s.act(c, st, step, nil, 0); s.stop.cause != nil {
			return s.stop.cause
		}
		if i++; step.Next >= i && s.branches(st, step) {
			i = step.Next
		}
	}
	return nil
}

// maxStepsInARow bounds the steps that a call takes without waiting: a script that loops for ever would
// stop all other calls.
const maxStepsInARow = 10_000

// run takes a call on until it has to wait.
func (s *scripts) run(c *call, st *scriptCall, now time.Duration) {
	for taken := 0; c.busy; taken++ {
		if c.step >= len(s.flow.steps) {
			s.succeed(c, st, now)
			return
		}
		if taken > maxStepsInARow {
			s.failCall(c, st, measure.FailedEndlessLoop, now)
			return
		}
		step := &s.flow.steps[c.step]
		if step.If >= 0 && s.value(st, step.If).Set() == step.Unless {
			s.advance(c, st)
			continue
		}
		if s.take(c, st, step, now) {
			s.watch(c, st)
			return
		}
	}
}

// take does one step and tells whether the call now waits.
func (s *scripts) take(c *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) (waits bool) {
	switch step.Op {
	case scenarios.ScriptSend:
		if st.repeatAt != Never {
			return true // not before what was sent last has been answered
		}
		s.sendStep(c, st, step, now)
	case scenarios.ScriptReceive, scenarios.ScriptAwait:
		return s.await(c, st, step, now)
	case scenarios.ScriptPause:
		return s.pauseStep(c, st, step, now)
	case scenarios.ScriptAct:
		s.books(c, st, step, now)
		s.act(c, st, step, nil, now)
	case scenarios.ScriptCommand:
		s.sendCommand(c, st, step, now)
	}
	if c.busy {
		s.advance(c, st)
	}
	return false
}

// await waits for a message. One that the call was led away from by it is taken first.
func (s *scripts) await(c *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) (waits bool) {
	if len(st.queued) > 0 {
		message := append(s.scratch[5][:0], st.queued...)
		s.scratch[5], st.queued = message, st.queued[:0]
		if sip.Scan(message, &s.message) == nil {
			s.incomingMessage(c, st, &s.message, now)
			return false
		}
	}
	if st.deadline == Never {
		if timeout := step.Timeout; timeout > 0 {
			st.deadline = now + timeout
		} else if s.cfg.Receive > 0 {
			st.deadline = now + s.cfg.Receive
		}
	}
	return true
}

// advance goes on to the next step: the one behind, or the one that a branch leads to.
func (s *scripts) advance(c *call, st *scriptCall) {
	next := c.step + 1
	if c.step >= 0 {
		if step := &s.flow.steps[c.step]; step.Next >= 0 && s.branches(st, step) {
			next = step.Next
		}
	}
	c.step = next
	st.deadline = Never
}

// branches tells whether the branch of a step is taken.
func (s *scripts) branches(st *scriptCall, step *scenarios.ScriptStep) bool {
	if step.Test >= 0 && !s.value(st, step.Test).Set() {
		return false
	}
	return step.Chance >= 1 || s.random.Float64() < step.Chance
}

// pauseStep begins a pause.
func (s *scripts) pauseStep(c *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) (waits bool) {
	var length time.Duration
	switch {
	case step.PauseVariable >= 0:
		length = pauseOf(s.value(st, step.PauseVariable).Number())
	case step.Pause.Law == scenarios.RunPause:
		length = s.runPause(c)
	default:
		length = pauseOf(step.Pause.Draw(s.random))
	}
	st.settled = step.Final
	s.books(c, st, step, now)
	st.pausedTo = now + length
	if s.act(c, st, step, nil, now); !c.busy {
		return false
	}
	if st.pausedTo <= now {
		st.pausedTo = Never
		s.advance(c, st)
		return false
	}
	return !step.Final || !s.settle(c, st, now)
}

// runPause is the length of a pause that the script leaves to the run: the one configured, or the holding
// time of the plan.
func (s *scripts) runPause(c *call) time.Duration {
	if s.cfg.Pause > 0 {
		return s.cfg.Pause
	}
	return max(0, c.attempt.Holding)
}

// pauseOf converts milliseconds; nonsense is no pause.
func pauseOf(ms float64) time.Duration {
	const longest = float64(1<<31 - 1)
	if !(ms >= 1) {
		if ms > 0 {
			return time.Duration(ms * float64(time.Millisecond))
		}
		return 0
	}
	return time.Duration(min(ms, longest) * float64(time.Millisecond))
}

// sendStep sends the message of a step.
func (s *scripts) sendStep(c *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) {
	s.books(c, st, step, now)
	message, at := step.Message, c.step
	if raises(message.Method) {
		st.cseq++
	}
	text := s.render(s.Machine.cfg.Wire.Buffer(), c, st, message, at, now)
	if message.Method != "" && !s.allowed(c, st, message.Method, text, now) {
		return
	}
	s.noteSent(c, st, message, text, now)
	s.noteCrypto(c, s.body, true, offers(sip.MethodOf([]byte(message.Method))))
	if step.Retransmit > 0 {
		st.lastSent = append(st.lastSent[:0], text...)
	}
	st.sentAt, st.sentName = at, sip.UnknownMethod
	if message.Method != "" {
		st.sentName = sip.MethodOf([]byte(message.Method))
	}
	if st.sentName == sip.ACK {
		st.established, st.ackPending = true, false
	}
	s.noteTransaction(st, step, text, at)
	s.noteEffect(st, at)
	s.keepEffect(st, at, text)
	st.repeatAt = Never
	if step.Retransmit > 0 && !s.Machine.cfg.Timers.Reliable && !s.cfg.NoRepeats {
		st.repeatAt, st.interval, st.repeats = now+step.Retransmit, step.Retransmit, 0
	}
	s.stats.Steps[at].Sent++
	if len(step.Actions) > 0 {
		sent := append(s.scratch[4][:0], text...)
		s.scratch[4] = sent
		s.emit(c, step, text)
		s.act(c, st, step, sent, now)
		return
	}
	s.emit(c, step, text)
}

// raises tells the requests that take a new number of the sequence.
func raises(method string) bool { return method != "" && method != "ACK" && method != "CANCEL" }

// emit hands a message to the wire, unless it is to get lost.
func (s *scripts) emit(c *call, step *scenarios.ScriptStep, text []byte) {
	if s.lost(step) {
		s.stats.Steps[c.step].Lost++
		return
	}
	s.queue(c, text)
}

func (s *scripts) queue(c *call, text []byte) {
	s.Machine.cfg.Wire.Queue(text, c.peer, uint32(c.slot))
}

// lost draws whether a message gets lost on purpose.
func (s *scripts) lost(step *scenarios.ScriptStep) bool {
	loss := step.Loss
	if loss < 0 {
		loss = s.cfg.Loss
	}
	return loss > 0 && s.random.Float64() < loss
}

// noteTransaction remembers the branch of a transaction that the script names.
func (s *scripts) noteTransaction(st *scriptCall, step *scenarios.ScriptStep, text []byte, at int) {
	if step.Starts >= 0 {
		t := &st.transactions[step.Starts]
		t.branch = append(t.branch[:0], branchIn(text)...)
	}
	if step.Acknowledges >= 0 {
		st.transactions[step.Acknowledges].ackedBy = at
	}
}

// noteEffect remembers which message an answer was sent upon: when that comes in again, so does the answer.
func (s *scripts) noteEffect(st *scriptCall, at int) {
	if st.receivedAt >= 0 {
		st.causeHash, st.causeAt, st.effectAt = st.receivedHash, st.receivedAt, at
		st.receivedHash = 0
	}
}

// onTimer does what the timers of a call want.
func (s *scripts) onTimer(c *call, now time.Duration) {
	st := s.state(c)
	if st.repeatAt <= now {
		if s.repeat(c, st, now); !c.busy {
			return
		}
	}
	if st.pausedTo <= now {
		at := st.pausedTo // not now: naps of the event loop would make every pause longer
		st.pausedTo = Never
		s.advance(c, st)
		s.run(c, st, at)
		return
	}
	if st.deadline <= now {
		s.timedOut(c, st, now)
		return
	}
	s.watch(c, st)
}

// timedOut deals with a message that did not come in time.
func (s *scripts) timedOut(c *call, st *scriptCall, now time.Duration) {
	st.deadline = Never
	s.stats.Steps[c.step].TimedOut++
	step := &s.flow.steps[c.step]
	if step.OnTimeout >= 0 && step.OnTimeout < len(s.flow.steps) {
		c.step = step.OnTimeout
		s.run(c, st, now)
		return
	}
	s.giveUpCall(c, st, measure.FailedTimeoutOnRecv, now)
}

// maxInviteRepeats and maxOtherRepeats bound the repeats of a message, as SIPp does.
const (
	maxInviteRepeats = 5
	maxOtherRepeats  = 10
)

// repeat sends the last message again, or gives it up.
func (s *scripts) repeat(c *call, st *scriptCall, now time.Duration) {
	step, invite := &s.flow.steps[st.sentAt], st.sentName == sip.INVITE
	st.repeats++
	if st.repeats > s.maxRepeats(invite) {
		s.stats.Steps[st.sentAt].TimedOut++
		st.repeatAt = Never
		if step.OnTimeout >= 0 && step.OnTimeout < len(s.flow.steps) {
			c.step, st.deadline = step.OnTimeout, Never
			s.run(c, st, now)
			return
		}
		s.giveUpCall(c, st, measure.FailedMaxUDPRetrans, now)
		return
	}
	st.interval *= 2
	if !invite {
		st.interval = min(st.interval, s.Machine.cfg.Timers.T2)
	}
	st.repeatAt = now + st.interval
	s.countRepeat(s.count(c), st.sentAt, measure.Sent, answersMethod(st.lastSent, inviteName))
	if !s.lost(step) {
		s.queue(c, st.lastSent)
	}
}

func (s *scripts) maxRepeats(invite bool) int {
	configured, standard := s.cfg.MaxRepeats[0], maxOtherRepeats
	if invite {
		configured, standard = s.cfg.MaxRepeats[1], maxInviteRepeats
	}
	if configured > 0 {
		return configured
	}
	return standard
}

// sendAgain sends what a step sent upon a message that came in again.
func (s *scripts) sendAgain(c *call, st *scriptCall, at int, now time.Duration) {
	text := s.render(s.Machine.cfg.Wire.Buffer(), c, st, s.flow.steps[at].Message, at, now)
	s.countRepeat(s.count(c), at, measure.Sent, answersMethod(text, inviteName))
	s.queue(c, text)
}
