package sip

import (
	"net"
	"sync"
	"time"
)

// pumpLimit bounds what a pump holds in each direction, in octets.
const pumpLimit = 256 << 10

// farewellTime is how long a pump that is closed tries to send what it still holds.
const farewellTime = time.Second

// pumps is the poller where the loop cannot poll sockets itself: two goroutines a connection move octets
// between it and buffers, and wake the loop.
type pumps struct {
	wakeup  chan struct{}
	event   chan struct{}
	timer   *time.Timer
	running sync.WaitGroup

	mu      sync.Mutex
	active  []*pump // have something to tell
	telling []*pump
}

// pump is one connection.
type pump struct {
	pumps *pumps
	owner *connection
	conn  net.Conn

	mu                 sync.Mutex
	changed            sync.Cond // for the goroutines of the pump
	in, out            []byte
	inErr              error // after in
	outErr             error
	full               bool // a write did not take all
	told               bool // is in active
	readable, writable bool
	closing            bool
}

func newPumps() *pumps {
	p := &pumps{wakeup: make(chan struct{}, 1), event: make(chan struct{}, 1), timer: time.NewTimer(0)}
	return p
}

func (p *pumps) adopt(c *connection, nc net.Conn) (pipe, error) {
	u := &pump{pumps: p, owner: c, conn: nc}
	u.changed.L = &u.mu
	p.running.Go(u.reading)
	p.running.Go(u.writing)
	return u, nil
}

// reading moves octets in until the connection ends or is closed.
func (u *pump) reading() {
	b := make([]byte, streamChunk)
	for {
		n, err := u.conn.Read(b)
		u.mu.Lock()
		u.in = append(u.in, b[:n]...)
		u.inErr = err
		u.readable = true
		u.tell()
		for len(u.in) >= pumpLimit && !u.closing {
			u.changed.Wait()
		}
		over := err != nil || u.closing
		u.mu.Unlock()
		if over {
			return
		}
	}
}

// writing moves octets out until that fails or, once closed, nothing is left.
func (u *pump) writing() {
	defer u.conn.Close()
	var b []byte
	for {
		u.mu.Lock()
		for len(u.out) == 0 && !u.closing {
			u.changed.Wait()
		}
		b, u.out = u.out, b[:0]
		if u.full {
			u.full, u.writable = false, true
			u.tell()
		}
		over := len(b) == 0
		u.mu.Unlock()
		if over {
			return
		}
		if _, err := u.conn.Write(b); err != nil {
			u.mu.Lock()
			u.outErr, u.writable = err, true
			u.tell()
			u.mu.Unlock()
			return
		}
	}
}

// tell puts the pump on the list for the next poll. The caller holds its lock.
func (u *pump) tell() {
	if u.told {
		return
	}
	u.told = true
	u.pumps.mu.Lock()
	u.pumps.active = append(u.pumps.active, u)
	u.pumps.mu.Unlock()
	nudge(u.pumps.event)
}

func (u *pump) read(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n := copy(b, u.in)
	u.in = u.in[:copy(u.in, u.in[n:])]
	u.changed.Broadcast()
	switch {
	case n > 0:
		if u.inErr != nil {
			u.readable = true
			u.tell()
		}
		return n, nil
	case u.inErr != nil:
		return 0, u.inErr
	}
	return 0, errWouldBlock
}

func (u *pump) write(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.outErr != nil {
		return 0, u.outErr
	}
	n := min(len(b), max(0, pumpLimit-len(u.out)))
	u.out = append(u.out, b[:n]...)
	u.changed.Broadcast()
	if n < len(b) {
		u.full = true
		return n, errWouldBlock
	}
	return n, nil
}

// close lets the writing goroutine send what is left and end the connection.
func (u *pump) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closing = true
	_ = u.conn.SetWriteDeadline(time.Now().Add(farewellTime))
	u.changed.Broadcast()
}

func (p *pumps) poll(f func(c *connection, readable, writable bool)) {
	p.mu.Lock()
	p.telling, p.active = p.active, p.telling[:0]
	p.mu.Unlock()
	for _, u := range p.telling {
		u.mu.Lock()
		readable, writable, closing := u.readable, u.writable, u.closing
		u.told, u.readable, u.writable = false, false, false
		u.mu.Unlock()
		if !closing {
			f(u.owner, readable, writable)
		}
	}
}

func (p *pumps) wait(d time.Duration) { p.sleep(d, p.event) }

func (p *pumps) nap(d time.Duration) { p.sleep(d, nil) }

func (p *pumps) sleep(d time.Duration, event chan struct{}) {
	p.timer.Reset(max(d, 0))
	select {
	case <-p.timer.C:
	case <-p.wakeup:
	case <-event:
	}
}

func (p *pumps) wake() { nudge(p.wakeup) }

func (p *pumps) close() { p.running.Wait() }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
