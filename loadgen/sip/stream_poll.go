package sip

import (
	"net"
	"time"
)

// poller waits for the connections of one Streams. Its methods are called by the loop alone, but for wake
// and, on other systems than Linux, what its own goroutines do.
//
// On Linux the loop itself reads and writes the sockets, which wait in an epoll set: a loop that naps then
// costs nothing in between, however many segments come in. A goroutine a connection, in Go's own poller,
// is woken for each segment even when it is not to read it; BenchmarkStreamsPeerWritesEach shows what
// that costs.
type poller interface {
	// adopt takes over a connection whose handshakes are done. nc is not used any more, whatever it returns.
	adopt(c *connection, nc net.Conn) (pipe, error)
	// poll calls f for each connection that can be read or, after a write that did not take all, written.
	poll(f func(c *connection, readable, writable bool))
	// wait returns when poll has something to say, wake was called, or d is over.
	wait(d time.Duration)
	// nap returns when wake was called or d is over.
	nap(d time.Duration)
	wake()
	close()
}

// pipe is the octets of one connection. No method waits.
type pipe interface {
	// read returns errWouldBlock when nothing is there, io.EOF when nothing will be.
	read(p []byte) (int, error)
	// write takes what it can and returns errWouldBlock unless that is all.
	write(p []byte) (int, error)
	close()
}

// errWouldBlock says that nothing can be read or written now. crypto/tls takes up where it left off after
// an error that calls itself temporary.
var errWouldBlock net.Error = wouldBlock{}

type wouldBlock struct{}

func (wouldBlock) Error() string   { return "would block" }
func (wouldBlock) Timeout() bool   { return true }
func (wouldBlock) Temporary() bool { return true }
