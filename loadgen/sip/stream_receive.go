package sip

import (
	"errors"
	"io"
)

// Read takes up to Batch messages that have come in, without waiting, and returns how many; 0 when none
// is there. Messages that are not taken stay with the kernel, whose window then slows the peer down.
func (s *Streams) Read() int {
	s.recycle()
	s.adoptArrivals()
	s.poller.poll(s.onEvent)
	for s.budget = Batch; len(s.ready) > 0 && len(s.batch) < Batch && s.budget > 0; {
		c := s.ready[0]
		s.ready = s.ready[:copy(s.ready, s.ready[1:])]
		c.ready = false
		if c.state == up && s.drain(c) {
			s.enlist(c)
		}
	}
	s.stats.Received += uint64(len(s.batch))
	return len(s.batch)
}

// Datagram returns message i of the last Read. At is the instant after the read that brought its last
// octet: a loop that naps sees it up to a nap late, as the kernel stamps no messages on a stream.
func (s *Streams) Datagram(i int) Datagram { return s.batch[i] }

func (s *Streams) noteEvent(c *connection, readable, writable bool) {
	if readable {
		s.enlist(c)
	}
	if writable {
		c.blocked = false
		s.soil(c)
	}
}

// enlist marks a connection as one that may have something to read.
func (s *Streams) enlist(c *connection) {
	if !c.ready {
		c.ready = true
		s.ready = append(s.ready, c)
	}
}

// use marks a connection as one whose buffer is to be looked at when the batch is done with.
func (s *Streams) use(c *connection) {
	if !c.used {
		c.used = true
		s.used = append(s.used, c)
	}
}

// smallRest is how much of a message a connection keeps in a buffer of its own size, in octets, so that
// many connections with a piece of a message each cost little.
const smallRest = 4 << 10

// recycle gives back the buffers of the last batch.
func (s *Streams) recycle() {
	s.batch = s.batch[:0]
	for _, b := range s.spent {
		s.giveBack(b)
	}
	s.spent = s.spent[:0]
	for _, c := range s.used {
		c.used = false
		rest := c.in[c.from:c.to]
		switch {
		case len(rest) == 0 || c.state != up:
			s.giveBack(c.in)
			c.in, c.from, c.to = nil, 0, 0
		case len(rest) <= smallRest && cap(c.in) >= streamChunk:
			spent := c.in
			c.small = append(c.small[:0], rest...)
			c.in, c.from, c.to = c.small, 0, len(rest)
			s.giveBack(spent)
		}
	}
	s.used = s.used[:0]
}

// fillsPerDrain bounds the reads from one connection before another has its turn. All together, there are
// about Batch in one Read, so that octets that make no message cannot hold the loop.
const fillsPerDrain = 8

// drain moves messages of a connection into the batch and tells whether it may have more.
func (s *Streams) drain(c *connection) (more bool) {
	for range fillsPerDrain {
		if full := s.cut(c); full || c.state != up {
			return full
		}
		s.budget--
		room := s.room(c)
		n, err := c.read(room)
		c.to += n
		if n > 0 {
			c.at = s.clock()
		}
		switch {
		case err == nil && c.secure == nil && n < len(room):
			return s.cut(c)
		case err == nil:
		case errors.Is(err, errWouldBlock):
			return s.cut(c) || s.endBroken(c)
		default:
			if s.cut(c) {
				return true // the error comes again
			}
			s.lose(c, c.endOf(err))
			return false
		}
	}
	return true
}

// endBroken loses a connection that could not be written to, once nothing more can be read from it.
func (s *Streams) endBroken(c *connection) bool {
	if c.broken != nil && c.state == up {
		s.lose(c, c.broken)
	}
	return false
}

// endOf returns the cause for the end of a connection.
func (c *connection) endOf(err error) error {
	switch {
	case c.broken != nil:
		return c.broken
	case errors.Is(err, io.EOF) && c.from < c.to:
		return io.ErrUnexpectedEOF
	}
	return err
}

// read reads octets of messages.
func (c *connection) read(room []byte) (int, error) {
	if c.secure != nil {
		return c.secure.Read(room)
	}
	return c.pipe.read(room)
}

// leastRoom is the room for which a read is worth while, in octets.
const leastRoom = 4 << 10

// room returns where the next octets of a connection go: behind those that are there. Octets never move
// in a buffer that the batch may point into.
func (s *Streams) room(c *connection) []byte {
	s.use(c)
	if c.in == nil {
		c.in = s.buffer(nil)
	}
	if cap(c.in)-c.to < leastRoom {
		rest := c.in[c.from:c.to]
		next := s.buffer(nil)
		if len(rest) > streamChunk/2 {
			next = make([]byte, 0, 2*len(rest)+leastRoom)
		}
		s.spent = append(s.spent, c.in)
		c.in, c.from, c.to = append(next, rest...), 0, len(rest)
	}
	c.in = c.in[:cap(c.in)]
	return c.in[c.to:]
}

// cut moves the whole messages of a connection into the batch and tells whether the batch is full.
func (s *Streams) cut(c *connection) (full bool) {
	s.use(c)
	for c.from < c.to {
		if len(s.batch) == Batch {
			return true
		}
		f, err := c.framing.next(c.in[c.from:c.to:c.to])
		if err != nil {
			s.lose(c, err)
			return false
		}
		if f.size == 0 {
			return false
		}
		c.from += f.size
		if f.message != nil {
			c.proven, c.failures = true, 0
			s.batch = append(s.batch, Datagram{Data: f.message, From: c.route.address, At: c.at})
		}
		s.reply(c, f.reply)
		if f.last {
			s.lose(c, io.EOF)
			return false
		}
	}
	return false
}
