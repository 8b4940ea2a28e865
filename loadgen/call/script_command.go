package call

import (
	"bytes"
	"errors"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// sendCommand sends a command to the other half of a third-party call.
func (s *scripts) sendCommand(c *call, st *scriptCall, step *scenarios.ScriptStep, now time.Duration) {
	text := s.render(s.scratch[3][:0], c, st, step.Message, c.step, now)
	s.scratch[3] = text
	s.books(c, st, step, now)
	err := errNoTwin
	if s.cfg.Twin != nil {
		err = s.cfg.Twin.Send(step.Peer, text)
	}
	if err != nil {
		s.warn("command not sent: ", err.Error())
		s.failCall(c, st, measure.FailedCmdNotSent, now)
		return
	}
	s.stats.Steps[c.step].Sent++
	s.act(c, st, step, text, now)
}

// takeCommands deals with the commands that came in.
func (s *scripts) takeCommands(now time.Duration) {
	if s.cfg.Twin == nil {
		return
	}
	for {
		command, any := s.cfg.Twin.Take()
		if !any {
			return
		}
		s.command(command, now)
	}
}

var errNoTwin = errors.New("no --3pcc address was given")

var (
	nameCallID   = []byte("Call-ID")
	nameFrom     = []byte("From")
	nameInternal = []byte("internal-cmd")
	abortCall    = []byte("abort_call")
)

// command takes a command to the call that it names. One that names none begins a call, where the script
// waits for a command first.
func (s *scripts) command(command []byte, now time.Duration) {
	framed := append(append(s.scratch[4][:0], '\n'), command...) // each line behind a line end, the first too
	s.scratch[4] = framed
	id := callIDOf(headerValue(framed, nameCallID))
	c, _, over := s.find(id)
	switch {
	case len(id) == 0 || over:
		s.stats.OutOfCall++
		return
	case c == nil:
		if c = s.called(id, now); c == nil {
			s.stats.OutOfCall++
			return
		}
	}
	st := s.state(c)
	if bytes.Equal(headerValue(framed, nameInternal), abortCall) {
		s.giveUpCall(c, st, measure.FailedUnexpectedMessage, now)
		return
	}
	s.takeCommand(c, st, framed, now)
}

// called begins a call that a command brings: with the target of the run, under the identifier of the other
// half.
func (s *scripts) called(id []byte, now time.Duration) *call {
	if !s.flow.Led() || s.stopping {
		return nil
	}
	c := s.table.take(s.Machine.cfg.Machine)
	c.flow, c.started, c.attempt.Intended = s.base, now, now
	if _, ok := s.setOut(c, now); !ok {
		s.table.release(c)
		return nil
	}
	s.adoptID(c, id)
	s.countStart(c)
	return c
}

// takeCommand takes a command that the call waits for.
func (s *scripts) takeCommand(c *call, st *scriptCall, command []byte, now time.Duration) {
	for at := c.step; at < len(s.flow.steps); at++ {
		step := &s.flow.steps[at]
		if step.Op != scenarios.ScriptAwait {
			if step.Optional || step.Op == scenarios.ScriptAct {
				continue
			}
			break
		}
		if step.Peer != "" && !bytes.Equal(headerValue(command, nameFrom), []byte(step.Peer)) {
			break
		}
		s.stats.Steps[at].Received++
		s.books(c, st, step, now)
		c.step = at
		if s.act(c, st, step, command[1:], now); !c.busy {
			return
		}
		c.step = at
		s.advance(c, st)
		s.run(c, st, now)
		return
	}
	s.failCall(c, st, measure.FailedCallRejected, now)
}
