package sip

import (
	"errors"
	"io"
	"math/rand/v2"
	"time"
)

// firstRetry and longestRetry bound the time after which an address is tried again.
const (
	firstRetry   = 100 * time.Millisecond
	longestRetry = 5 * time.Second
)

// failDial notes that a connection could not be opened.
func (s *Streams) failDial(c *connection, cause error) {
	s.connections.DialFailures++
	s.drop(c)
	s.retire(c, cause)
	s.report(c)
}

// retire makes a connection one that is down. One that never carried a message waits twice as long as the
// last time, but for a random part, so that not all come back at once.
func (s *Streams) retire(c *connection, cause error) {
	now := s.clock()
	c.state, c.cause, c.retryAt = down, cause, now
	if !c.proven {
		wait := min(firstRetry<<min(c.failures, 10), longestRetry)
		c.failures++
		c.retryAt += wait/2 + rand.N(wait/2+1)
	}
	s.forgetDeparted(now)
	if s.routes[c.route] == c {
		c.forgetAt = now + lossMemory
		s.gone = append(s.gone, departed{c, c.forgetAt})
	}
}

// lossMemory is how long a lost connection is remembered: a message for a peer that was called from here
// waits for its back-off, and one for a peer that had called fails at once, because nobody listens at the
// port that it called from.
const lossMemory = 32 * time.Second

// departed is a lost connection and when it is to be forgotten, unless it was lost once more meanwhile.
type departed struct {
	connection *connection
	forgetAt   time.Duration
}

// forgetDeparted forgets what was lost long ago, and more where there is too much of it.
func (s *Streams) forgetDeparted(now time.Duration) {
	n := 0
	for n < len(s.gone) && (s.gone[n].forgetAt <= now || len(s.gone)-n > s.cfg.MaxConnections) {
		c := s.gone[n].connection
		if c.state == down && c.forgetAt == s.gone[n].forgetAt && s.routes[c.route] == c {
			delete(s.routes, c.route)
			s.last = nil
		}
		n++
	}
	s.gone = s.gone[:copy(s.gone, s.gone[n:])]
}

// lose ends a connection and reports it if it was opened from here or messages were lost with it.
func (s *Streams) lose(c *connection, cause error) {
	if c.state != up {
		return
	}
	waiting := s.connections.Undelivered
	s.sayGoodbye(c, cause)
	s.drop(c)
	c.pipe.close()
	delete(s.open, c)
	s.use(c) // to give back its buffer
	s.countLoss(cause)
	c.pipe, c.secure, c.broken, c.blocked, c.lost = nil, nil, nil, false, true
	s.retire(c, cause)
	if !errors.Is(cause, errClosing) && (!c.accepted || s.connections.Undelivered > waiting) {
		s.report(c)
	}
}

// sayGoodbye tells the peer why the connection ends, as far as there are words for it and it can be
// written to at once.
func (s *Streams) sayGoodbye(c *connection, cause error) {
	if c.broken != nil || c.blocked {
		return
	}
	if c.secured {
		c.plain = c.framing.appendFarewell(s.buffer(c.plain), cause)
	} else {
		c.wire = c.framing.appendFarewell(s.buffer(c.wire), cause)
	}
	if c.seal(s) != nil {
		return
	}
	if c.secure != nil {
		_ = c.secure.Close()
	}
	n, _ := c.pipe.write(c.wire[c.sent:])
	c.sent += n
	s.settle(c)
}

func (s *Streams) countLoss(cause error) {
	var framing *FramingError
	switch n := &s.connections; {
	case errors.Is(cause, errClosing):
	case errors.As(cause, &framing):
		n.FramingErrors++
	case errors.Is(cause, errNotReading):
		n.Stalls++
	case errors.Is(cause, io.EOF):
		n.ClosedByPeer++
	default:
		n.Resets++
	}
}

// report notes that an address cannot be reached, once until TakeUnreachable.
func (s *Streams) report(c *connection) {
	for _, u := range s.failed {
		if u.Address == c.route.address {
			return
		}
	}
	s.failed = append(s.failed, Unreachable{Address: c.route.address, Cause: c.cause})
}
