package call

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// settledCall is a call that came in and is in its last pause, which is for repeats of the peer's last messages. Its
// accounts but those of the script are closed and its slot is free: kept whole, the calls of these seconds, tens of
// thousands at a high rate, would make the memory of every call one that the processor has not at hand.
type settledCall struct {
	started, until    time.Duration
	key               uint64 // hash of its Call-ID, 0 when it was taken up again
	cause             uint64 // hash of the message that effect answers
	received          uint64 // hash of the message that came last, 0 once it was answered
	number            uint64
	causeAt, effectAt int32 // steps, -1 for none
	receivedAt        int32
	flow              uint32 // on the wire
	peer              netip.AddrPort
	effect            []byte
}

// settledCalls are in the order of their ends, from first on, in a ring whose places keep their memory.
type settledCalls struct {
	ring  []settledCall
	first int    // place of the first call
	count int    // of places in use
	left  uint32 // number of the first call
	alive int    // calls that were not taken up again
}

// Slots of incoming from settledSlot on downwards stand for settled calls, by their numbers.
const (
	settledSlot    = retired - 1
	settledNumbers = 1 << 30
)

func (q *settledCalls) at(i int) *settledCall { return &q.ring[(q.first+i)%len(q.ring)] }

// push returns the place of another call behind the others, and the slot that stands for it.
func (q *settledCalls) push() (*settledCall, int32) {
	if q.count == len(q.ring) {
		ring := make([]settledCall, max(64, 2*len(q.ring)))
		for i := range q.count {
			ring[i] = *q.at(i)
		}
		q.ring, q.first = ring, 0
	}
	q.count++
	q.alive++
	return q.at(q.count - 1), settledSlot - int32((q.left+uint32(q.count-1))%settledNumbers)
}

// of returns the call that a slot stands for, nil when it stands for none.
func (q *settledCalls) of(slot int32) *settledCall {
	if slot > settledSlot {
		return nil
	}
	if i := (uint32(settledSlot-slot) - q.left) % settledNumbers; int(i) < q.count && q.at(int(i)).key != 0 {
		return q.at(int(i))
	}
	return nil
}

// next returns the instant at which the first call ends, Never without calls.
func (q *settledCalls) next() time.Duration {
	if q.count == 0 {
		return Never
	}
	return q.at(0).until
}

// settling tells whether the calls of a flow need no more than a settledCall in their last pause: what may come in then
// is a repeat, or fails the call whatever it remembers.
func settling(flow *scriptFlow, cfg *ScriptConfig) bool {
	last := len(flow.steps) - 1
	if last < 1 || !flow.steps[last].Final || len(flow.steps[last].Actions) > 0 || flow.steps[last-1].Optional {
		return false
	}
	for i := range flow.steps {
		if step := &flow.steps[i]; step.Anywhere || step.Message != nil && step.Message.Method == string(inviteName) {
			return false
		}
	}
	return len(flow.Tables) == 0 && flow.Unexpected < 0 && cfg.Twin == nil && !cfg.IgnoreAtRest
}

// keepEffect remembers the answer that the call may have to repeat in its last pause.
func (s *scripts) keepEffect(st *scriptCall, at int, text []byte) {
	if s.settles && at == len(s.flow.steps)-2 {
		s.effect.of, s.effect.text = st, append(s.effect.text[:0], text...)
	}
}

// settle closes the accounts of a call whose last pause begins and frees its slot, if nothing but the pause is left of it.
func (s *scripts) settle(c *call, st *scriptCall, now time.Duration) bool {
	last := len(s.flow.steps) - 1
	if !s.settles || c.step != last || !c.flags.incoming || c.key == 0 || c.leg != nil || st.media.video != nil || st.repeatAt != Never ||
		st.failure != measure.NoFailure || len(st.routes)+len(st.target) > 0 || s.effect.of != st || st.effectAt != last-1 ||
		s.Machine.cfg.Observer != nil || s.settled.count > 0 && st.pausedTo < s.settled.at(s.settled.count-1).until {
		return false
	}
	rest, slot := s.settled.push()
	*rest = settledCall{
		started: c.started, until: st.pausedTo, key: c.key, cause: st.causeHash, received: st.receivedHash, number: st.number, flow: uint32(c.slot), peer: c.peer,
		causeAt: int32(st.causeAt), effectAt: int32(st.effectAt), receivedAt: int32(st.receivedAt), effect: append(rest.effect[:0], s.effect.text...),
	}
	s.incoming.slots[c.key] = slot
	s.effect.of, c.key = nil, 0
	c.flags.completed = c.answered != Never
	s.finish(c, now)
	return true
}

// receiveSettled takes a message of a settled call: the repeat of one, or one that takes the call up again.
func (s *scripts) receiveSettled(rest *settledCall, r *sip.Message, id []byte, at time.Duration) {
	if !s.Machine.cfg.Timers.Reliable && !s.cfg.NoRepeats {
		into, invite := s.Machine.cfg.Steady, r.Method == sip.INVITE
		switch cookie := s.hash(r); {
		case rest.causeAt >= 0 && rest.cause == cookie:
			s.countRepeat(into, int(rest.causeAt), measure.Received, invite)
			if !s.lost(&s.flow.steps[rest.causeAt]) {
				s.countRepeat(into, int(rest.effectAt), measure.Sent, answersMethod(rest.effect, inviteName))
				s.Machine.cfg.Wire.Queue(rest.effect, rest.peer, rest.flow)
			}
			return
		case rest.receivedAt >= 0 && rest.received == cookie:
			s.countRepeat(into, int(rest.receivedAt), measure.Received, invite)
			return
		}
	}
	c := s.takeUp(rest, id)
	s.incomingMessage(c, s.state(c), r, at)
}

// takeUp makes a settled call one with a slot again, which is in no account but the script's.
func (s *scripts) takeUp(rest *settledCall, id []byte) *call {
	c := s.table.take(s.Machine.cfg.Machine)
	c.flow, c.peer, c.started = s.base, rest.peer, rest.started
	c.flags.incoming, c.flags.serving, c.flags.extra = true, true, true
	s.adoptID(c, id)
	st := s.begin(c)
	s.number--
	st.number, st.pausedTo, st.settled, st.established, st.sentAny = rest.number, rest.until, true, true, true
	c.step, c.stage = len(s.flow.steps)-1, leaving
	rest.key = 0
	s.settled.alive--
	return c
}

// endSettled ends the settled calls whose time is over, or all of them: they have succeeded.
func (s *scripts) endSettled(now time.Duration, all bool) {
	q := &s.settled
	for q.count > 0 && (all || q.at(0).until <= now) {
		if rest := q.at(0); rest.key != 0 {
			s.incoming.retire(rest.key, now+s.Machine.cfg.Timers.GiveUp())
			s.stats.Successful++
			s.stats.CallLength.Record(min(now, rest.until) - rest.started)
			q.alive--
		}
		q.first = (q.first + 1) % len(q.ring)
		q.left = (q.left + 1) % settledNumbers
		q.count--
	}
}

// scriptEffect is the answer that a call sent before its last pause.
type scriptEffect struct {
	of   *scriptCall
	text []byte
}
