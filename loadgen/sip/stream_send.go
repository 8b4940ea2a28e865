package sip

import (
	"errors"
	"net/netip"
	"time"
)

// stallLimit is how long a peer may read nothing while messages wait for it.
const stallLimit = 10 * time.Second

var (
	errNotReading = errors.New("peer does not read")
	errTooMany    = errors.New("too many connections")
)

// Buffer returns an empty buffer for the next message. What is appended to it must be handed to Queue
// before Buffer is called again, and must not exceed its capacity.
func (s *Streams) Buffer() []byte { return s.scratch[:0] }

// Queue sends b, which it copies, on the connection to an address at the next Flush, or when one is open.
func (s *Streams) Queue(b []byte, to netip.AddrPort) { s.QueueLane(b, to, 0) }

// QueueLane is Queue on a connection of its own for each lane: calls that share none use different lanes
// and say by Release when they are over. Lane 0 is the one that Queue uses.
func (s *Streams) QueueLane(b []byte, to netip.AddrPort, lane uint32) {
	c := s.connectionTo(route{to, lane})
	switch {
	case len(b) > maxOutgoing:
		s.stats.SendErrors++
		return
	case c.state == down:
		s.connections.Undelivered++
		s.report(c)
		return
	case c.backlog()+len(b) > maxBacklog:
		s.connections.Overflows++
		s.stats.SendErrors++
		return
	}
	s.append(c, b)
}

// Release closes the connection of a lane, once what was queued for it has left or nothing can.
func (s *Streams) Release(to netip.AddrPort, lane uint32) {
	c := s.routes[route{to, lane}]
	if c == nil {
		return
	}
	delete(s.routes, c.route)
	s.last = nil
	switch c.state {
	case opening:
		c.released = true
	case up:
		s.leave(c)
	}
}

// leave closes a connection that is needed no more.
func (s *Streams) leave(c *connection) {
	if !c.blocked && c.broken == nil {
		s.flush(c)
	}
	s.lose(c, errClosing)
}

// append puts a message behind what waits on a connection.
func (s *Streams) append(c *connection, b []byte) {
	if c.secured {
		c.plain = c.framing.appendMessage(s.buffer(c.plain), b)
		c.unsealed++
	} else {
		c.wire = c.framing.appendMessage(s.buffer(c.wire), b)
		c.ends = append(c.ends, len(c.wire))
	}
	s.soil(c)
}

// reply puts octets that are no message behind what waits on a connection.
func (s *Streams) reply(c *connection, b []byte) {
	if len(b) == 0 || c.backlog()+len(b) > maxBacklog {
		return
	}
	if c.secured {
		c.plain = append(s.buffer(c.plain), b...)
	} else {
		c.wire = append(s.buffer(c.wire), b...)
	}
	s.soil(c)
}

// soil marks a connection as one that has something to send.
func (s *Streams) soil(c *connection) {
	if !c.dirty && c.state == up {
		c.dirty = true
		s.dirty = append(s.dirty, c)
	}
}

// Flush sends what waits on open connections, with one write each, as far as the kernel takes it. The
// rest follows when the peer reads; a peer that reads nothing for long loses its connection.
func (s *Streams) Flush() {
	for i := 0; i < len(s.dirty); i++ {
		c := s.dirty[i]
		c.dirty = false
		if c.state == up && !c.blocked {
			s.flush(c)
		}
	}
	s.dirty = s.dirty[:0]
	if len(s.stuck) > 0 {
		s.checkStuck()
	}
}

// flush writes what waits on a connection.
func (s *Streams) flush(c *connection) {
	if err := c.seal(s); err != nil {
		s.breakOff(c, err)
		return
	}
	n, err := c.pipe.write(c.wire[c.sent:])
	c.sent += n
	s.settle(c)
	switch {
	case err == nil:
	case errors.Is(err, errWouldBlock):
		now := s.clock()
		if n > 0 || !c.stuck {
			c.progress = now
		}
		c.blocked = true
		if !c.stuck {
			c.stuck = true
			s.stuck = append(s.stuck, c)
		}
	default:
		s.breakOff(c, err)
	}
}

// settle counts the messages that were sent whole and gives back the room of what was sent.
func (s *Streams) settle(c *connection) {
	whole := 0
	for whole < len(c.ends) && c.ends[whole] <= c.sent {
		whole++
	}
	s.stats.Sent += uint64(whole)
	if c.sent == len(c.wire) {
		c.ends, c.sent = c.ends[:0], 0
		c.wire = s.giveBack(c.wire)
		return
	}
	c.ends = c.ends[:copy(c.ends, c.ends[whole:])]
	if c.sent >= len(c.wire)/2 {
		for i := range c.ends {
			c.ends[i] -= c.sent
		}
		c.wire, c.sent = c.wire[:copy(c.wire, c.wire[c.sent:])], 0
	}
}

// checkStuck closes the connections whose peers have read nothing for too long.
func (s *Streams) checkStuck() {
	now, left := s.clock(), s.stuck[:0]
	for _, c := range s.stuck {
		switch {
		case c.state != up || !c.blocked:
			c.stuck = false
		case now-c.progress > stallLimit:
			c.stuck = false
			s.lose(c, errNotReading)
		default:
			left = append(left, c)
		}
	}
	s.stuck = left
}

// breakOff ends the sending half of a connection that failed. What the peer sent before is read first;
// the connection is lost when nothing more is there.
func (s *Streams) breakOff(c *connection, err error) {
	c.broken = err
	s.drop(c)
	s.enlist(c)
}

// drop forgets what waits on a connection.
func (s *Streams) drop(c *connection) {
	s.connections.Undelivered += uint64(len(c.ends) + c.unsealed)
	c.wire, c.plain = s.giveBack(c.wire), s.giveBack(c.plain)
	c.ends, c.sent, c.unsealed = c.ends[:0], 0, 0
}

// streamChunk is the size of the buffers that connections borrow while they have something to read or to
// send, in octets: a batch of messages fits in.
const streamChunk = 64 << 10

// maxFree bounds the buffers that are kept for later, maxKept the size of one that its owner keeps.
const (
	maxFree = 2 * Batch
	maxKept = 1 << 20
)

// buffer returns b, or an empty buffer if there is none.
func (s *Streams) buffer(b []byte) []byte {
	if b != nil {
		return b
	}
	if last := len(s.free) - 1; last >= 0 {
		b, s.free = s.free[last], s.free[:last]
		return b
	}
	return make([]byte, 0, streamChunk)
}

// giveBack keeps a buffer for the next one who needs one and returns what its owner keeps: nothing, or a
// buffer that grew because its owner needs one of that size.
func (s *Streams) giveBack(b []byte) []byte {
	switch {
	case b == nil || cap(b) == streamChunk && len(s.free) == maxFree:
		return nil
	case cap(b) == streamChunk:
		s.free = append(s.free, b[:0])
		return nil
	case cap(b) > maxKept:
		return nil
	}
	return b[:0]
}
