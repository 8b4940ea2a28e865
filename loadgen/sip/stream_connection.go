package sip

import (
	"crypto/tls"
	"net/netip"
	"time"
)

// route is what tells one connection from another when a message is to be sent.
type route struct {
	address netip.AddrPort
	lane    uint32
}

// state is what a connection can be used for.
type state uint8

const (
	down    state = iota // nothing, until retryAt
	opening              // messages may wait on it
	up
)

// connection is one connection and, when it is lost, the memory of it.
type connection struct {
	route    route
	state    state
	accepted bool // opened by the peer
	secured  bool

	pipe    pipe
	secure  *tls.Conn // nil without TLS
	framing framing

	in       []byte // octets read and not yet done with, from from to to
	from, to int
	small    []byte        // the connection's own buffer for a piece of a message
	at       time.Duration // when the last of them were read

	plain    []byte // to be encrypted at the next flush
	unsealed int    // messages in plain
	wire     []byte // to be written; the first sent octets have been
	sent     int
	ends     []int // where each message in wire ends
	progress time.Duration
	released bool  // to be closed as soon as it is up
	broken   error // why nothing can be sent any more

	ready, used, dirty, stuck, blocked bool // is in the list of that name; waits for room to write

	proven   bool // a message has come in since it is up
	lost     bool // there was one before
	failures int  // in a row
	retryAt  time.Duration
	forgetAt time.Duration
	cause    error
}

// backlog returns the octets that wait to be sent.
func (c *connection) backlog() int { return len(c.plain) + len(c.wire) - c.sent }

// seal encrypts what waits.
func (c *connection) seal(s *Streams) error {
	if c.secure == nil || len(c.plain) == 0 {
		return nil
	}
	c.wire = s.buffer(c.wire)
	_, err := c.secure.Write(c.plain)
	for range c.unsealed {
		c.ends = append(c.ends, len(c.wire))
	}
	c.unsealed = 0
	c.plain = s.giveBack(c.plain)
	return err
}
