package call

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// readable tells whether a script can take a message: one that breaks a rule of RFC 3261 is its business, as
// long as it says what it is and which call it belongs to.
func readable(r *sip.Message, err error) bool {
	return err == nil || len(r.CallID) > 0 && (r.Status != 0 || len(r.MethodName) > 0)
}

// receive takes a message to the call that its Call-ID names. A request that names none begins a call where
// the script answers; what is left belongs to nobody.
func (s *scripts) receive(r *sip.Message, from netip.AddrPort, at time.Duration) {
	id := callIDOf(r.CallID)
	c, rest, over := s.find(id)
	switch {
	case c != nil:
		s.incomingMessage(c, s.state(c), r, at)
	case rest != nil:
		s.receiveSettled(rest, r, id, at)
	case over:
		s.stats.DeadCallMessages++
	case s.flow.Answer && r.Request && r.Method != sip.ACK && !s.stopping:
		s.answer(r, id, from, at)
	case s.cfg.AnswerAll && r.Request && answeredAnyhow(r.Method):
		s.stats.AutoAnswered++
		s.reply(nil, r, from, 200)
	default:
		s.Machine.cfg.Steady.Strays++
		s.stats.OutOfCall++
	}
}

// callIDOf returns the part of a Call-ID that names the call: behind ///, which a script may put before it.
func callIDOf(id []byte) []byte {
	if at := bytes.LastIndex(id, slashes); at >= 0 {
		return id[at+len(slashes):]
	}
	return id
}

var slashes = []byte("///")

// find returns the call of an identifier, what is left of one that has settled, or whether it is over.
func (s *scripts) find(id []byte) (c *call, rest *settledCall, over bool) {
	if slot, generation, ours := parseIdentity(id, s.Machine.cfg.Machine); ours {
		c, over = s.table.find(slot, generation)
		return c, nil, over
	}
	switch slot, known := s.incoming.slots[maphash.Bytes(s.incoming.seed, id)]; {
	case !known:
		return nil, nil, false
	case slot < 0:
		return nil, s.settled.of(slot), true
	default:
		return s.table.at(slot), nil, false
	}
}

// answer begins a call that comes in.
func (s *scripts) answer(r *sip.Message, id []byte, from netip.AddrPort, at time.Duration) {
	if s.Machine.cfg.MaxCalls > 0 && s.InProgress() >= s.Machine.cfg.MaxCalls {
		s.Machine.cfg.Steady.Strays++
		s.stats.OutOfCall++
		return
	}
	c := s.open(id, from, at)
	s.incomingMessage(c, s.state(c), r, at)
}

// open makes a call of an identifier that came in.
func (s *scripts) open(id []byte, from netip.AddrPort, at time.Duration) *call {
	c := s.table.take(s.Machine.cfg.Machine)
	c.flow, c.peer, c.started, c.attempt.Intended = s.base, from, at, at
	c.flags.incoming, c.flags.serving = true, true
	s.adoptID(c, id)
	s.countStart(c)
	return c
}

// adoptID gives a call the identifier that it came in with.
func (s *scripts) adoptID(c *call, id []byte) {
	if len(id) < maxDialog/2 {
		c.dialog.callID = c.dialog.put(id)
	}
	c.key = maphash.Bytes(s.incoming.seed, id)
	s.incoming.slots[c.key] = c.slot
}

// countStart counts a call that came in, by a message or by a command.
func (s *scripts) countStart(c *call) {
	into := s.count(c)
	into.Offered++
	into.Started++
	if c.way.trunks == nil { // a command begins calls over the trunks of the run
		into.OffTrunk++
	}
	into.InProgress++
	s.stats.Incoming++
	s.begin(c)
}

// hash tells a message from others: the same message again is a repeat.
func (s *scripts) hash(r *sip.Message) uint64 {
	if h := maphash.Bytes(s.seed, r.Raw); h != 0 {
		return h
	}
	return 1
}

// incomingMessage takes a message of a call: as a repeat, as what the script waits for, or as unexpected.
func (s *scripts) incomingMessage(c *call, st *scriptCall, r *sip.Message, at time.Duration) {
	steps := s.flow.steps
	if c.step >= len(steps) {
		return
	}
	switch here := &steps[c.step]; {
	case here.Op == scenarios.ScriptPause && s.cfg.IgnoreAtRest:
		return
	case c.step == 0 && here.Op == scenarios.ScriptAct:
		st.queued = append(st.queued[:0], r.Raw...)
		s.run(c, st, at)
		return
	}
	cookie := uint64(0)
	if !s.Machine.cfg.Timers.Reliable && !s.cfg.NoRepeats {
		cookie = s.hash(r)
		if s.repeated(c, st, r, cookie, at) {
			return
		}
	}
	s.learn(c, st, r, at)
	step, found := s.search(c, st, r)
	if !found {
		found, step = s.searchBack(c, st, r, at)
		if step < 0 {
			return
		}
	}
	if !found {
		s.unexpected(c, st, r, at)
		return
	}
	s.accept(c, st, r, step, cookie, at)
}

// repeated deals with a message that came in before.
func (s *scripts) repeated(c *call, st *scriptCall, r *sip.Message, cookie uint64, at time.Duration) bool {
	switch {
	case st.causeAt >= 0 && st.causeHash == cookie:
		s.countRepeat(s.count(c), st.causeAt, measure.Received, r.Method == sip.INVITE)
		if !s.lost(&s.flow.steps[st.causeAt]) {
			s.sendAgain(c, st, st.effectAt, at)
		}
	case st.receivedAt >= 0 && st.receivedHash == cookie:
		s.countRepeat(s.count(c), st.receivedAt, measure.Received, r.Method == sip.INVITE)
	default:
		return false
	}
	return true
}

// learn takes over what every message says of the peer.
func (s *scripts) learn(c *call, st *scriptCall, r *sip.Message, at time.Duration) {
	switch {
	case !r.Request:
		if len(r.ToTag) > 0 {
			st.peerTag = append(st.peerTag[:0], r.ToTag...)
		}
	case r.Method == sip.ACK:
		st.established = true
	}
	if s.flow.Media && r.Session != nil {
		s.learnMedia(c, r)
		s.echo(c, st, at)
	}
}

// search looks for the step that waits for a message: the one at hand, or one that only optional ones stand
// before.
func (s *scripts) search(c *call, st *scriptCall, r *sip.Message) (step int, found bool) {
	for i := c.step; i < len(s.flow.steps); i++ {
		candidate := &s.flow.steps[i]
		if s.matches(st, i, candidate, r) {
			return i, true
		}
		if !candidate.Optional {
			break
		}
	}
	return 0, false
}

// searchBack looks among the messages that were waited for before. step is below 0 when there is nothing
// left to do.
func (s *scripts) searchBack(c *call, st *scriptCall, r *sip.Message, at time.Duration) (found bool, step int) {
	contiguous := true
	for i := c.step - 1; i >= 0; i-- {
		candidate := &s.flow.steps[i]
		if !candidate.Optional {
			contiguous = false
		}
		if !s.matches(st, i, candidate, r) {
			continue
		}
		if contiguous || candidate.Anywhere {
			return true, i
		}
		if s.oldAnswer(c, st, r, i, at) {
			return false, -1
		}
	}
	return false, 0
}

// oldAnswer deals with a response to a transaction that is over: a final one to an INVITE is acknowledged
// again.
func (s *scripts) oldAnswer(c *call, st *scriptCall, r *sip.Message, i int, at time.Duration) bool {
	if r.Request {
		return false
	}
	step := &s.flow.steps[i]
	if step.Transaction >= 0 {
		t := &st.transactions[step.Transaction]
		switch {
		case r.Status < 200:
			return true
		case t.ackedBy >= 0:
			s.sendAgain(c, st, t.ackedBy, at)
			return true
		}
		return t.answer == s.hash(r)
	}
	next := i + 1
	if r.Method != sip.INVITE || next >= len(s.flow.steps) || s.flow.steps[next].Message == nil || s.flow.steps[next].Message.Method != "ACK" {
		return false
	}
	s.sendAgain(c, st, next, at)
	return true
}

// matches tells whether a step waits for a message.
func (s *scripts) matches(st *scriptCall, at int, step *scenarios.ScriptStep, r *sip.Message) bool {
	switch {
	case step.Op != scenarios.ScriptReceive:
		return false
	case step.Request != "":
		if !r.Request {
			return false
		}
		if step.Pattern != nil {
			return step.Pattern.Match(r.MethodName)
		}
		return string(r.MethodName) == step.Request
	case r.Request:
		return false
	case step.Pattern != nil:
		if !step.Pattern.Match(statusText(r)) {
			return false
		}
	case step.Status != r.Status:
		return false
	}
	if step.Transaction >= 0 {
		branch := st.transactions[step.Transaction].branch
		return len(branch) > 0 && bytes.Equal(branch, r.Branch)
	}
	return at == 0 || step.Methods != "" && strings.Contains(step.Methods, methodText(r))
}

// methodText returns the method of a response's CSeq as written.
func methodText(r *sip.Message) string {
	if r.Method != sip.UnknownMethod {
		return r.Method.String()
	}
	if at := bytes.LastIndexAny(r.CSeqValue, " \t"); at >= 0 {
		return string(r.CSeqValue[at+1:])
	}
	return ""
}

// statusText returns the digits of a response's status.
func statusText(r *sip.Message) []byte {
	text := [3]byte{byte('0' + r.Status/100), byte('0' + r.Status/10%10), byte('0' + r.Status%10)}
	return text[:]
}

// accept takes a message that a step waits for.
func (s *scripts) accept(c *call, st *scriptCall, r *sip.Message, at int, cookie uint64, now time.Duration) {
	step := &s.flow.steps[at]
	if s.lost(step) {
		s.stats.Steps[at].Lost++
		return
	}
	if step.Transaction >= 0 {
		st.transactions[step.Transaction].answer = s.hash(r)
	}
	s.books(c, st, step, now)
	s.stats.Steps[at].Received++
	s.noteReceived(c, st, step, r, now)
	if len(step.Actions) > 0 {
		if s.act(c, st, step, r.Raw, now); !c.busy {
			return
		}
	}
	if r.Request && r.CSeq > st.cseq {
		st.cseq = r.CSeq
	}
	s.stopRepeats(st, r, at, now)
	if r.Status == 200 {
		st.ackPending = true
	}
	if step.KeepRoutes && len(st.routes) == 0 {
		st.keepRoutes(r)
	}
	if step.Challenge && (r.Status == 401 || r.Status == 407) {
		st.challenge.keep(r)
	}
	if step.Unnoticed {
		s.watch(c, st)
		return
	}
	st.receivedAt, st.receivedHash = at, cookie
	st.last = append(st.last[:0], r.Raw...)
	s.current = st
	s.proceed(c, st, step, at, now)
	s.current = nil
}

// proceed goes on behind the step that a message was for.
func (s *scripts) proceed(c *call, st *scriptCall, step *scenarios.ScriptStep, at int, now time.Duration) {
	if step.Optional && step.Test >= 0 && !s.value(st, step.Test).Set() {
		s.watch(c, st)
		return
	}
	st.pausedTo = Never
	c.step = at // not where an action jumped to: that is for steps without a message
	s.advance(c, st)
	s.run(c, st, now)
}

// stopRepeats ends the repeats of the last message when its answer is in. A provisional response ends those
// of an INVITE; another request is repeated every T2 from then on (RFC 3261, 17.1.2.2).
func (s *scripts) stopRepeats(st *scriptCall, r *sip.Message, at int, now time.Duration) {
	if st.repeatAt == Never || at <= st.sentAt {
		return
	}
	switch {
	case r.Request && r.Method != sip.ACK && r.Method != sip.CANCEL && r.Method != sip.BYE && r.Method != sip.PRACK:
	case r.Request || r.Status >= 200 || r.Method == sip.INVITE:
		st.repeatAt = Never
	default:
		st.interval = s.Machine.cfg.Timers.T2
		st.repeatAt = now + st.interval
	}
}
