package gateway

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/routing"
)

// health is what a gateway is asked to be: well, or failed in a mode.
type health struct {
	wanted atomic.Int32 // 0 for well, a mode + 1
	is     int32        // what the loop has made of it
}

// Fail makes the gateway fail; it may be called from any goroutine and takes effect at once.
func (g *Gateway) Fail(mode routing.FailureMode) { g.turn(int32(mode) + 1) }

// Repair makes a gateway that has failed work again; it may be called from any goroutine.
func (g *Gateway) Repair() { g.turn(0) }

func (g *Gateway) turn(wanted int32) {
	g.health.wanted.Store(wanted)
	g.shard.Socket.Wake()
}

// heed makes the gateway what it is asked to be. It is called once a turn of the loop.
func (g *Gateway) heed(now time.Duration) {
	wanted := g.health.wanted.Load()
	if wanted == g.health.is {
		return
	}
	if wanted == 0 && !g.line.restore() {
		return // the port is another's by now: once more at the next turn
	}
	g.health.is = wanted
	g.circuits.closed = false
	switch routing.FailureMode(wanted - 1) {
	case routing.Silent:
		g.line.cut()
	case routing.Refusing:
		g.circuits.closed = true
	case routing.Closed:
		g.line.close()
		g.shard.Machine.Abandon(now)
	}
}

// line is the socket of a gateway, which can be cut or closed and restored. Like the socket itself it
// belongs to the loop, but for Wake.
type line struct {
	open  func(local netip.AddrPort) (loadgen.Socket, error)
	local netip.AddrPort
	dead  bool // cut: nothing comes in or leaves
	past  sip.SocketStats
	room  []byte // what Buffer returns while there is no socket

	mu     sync.Mutex     // guards socket against a Wake from elsewhere
	socket loadgen.Socket // nil while closed
	wakeup chan struct{}
}

// newLine opens a line at an address.
func newLine(local netip.AddrPort, open func(netip.AddrPort) (loadgen.Socket, error)) (*line, error) {
	socket, err := open(local)
	if err != nil {
		return nil, err
	}
	return &line{open: open, socket: socket, local: socket.Local(), wakeup: make(chan struct{}, 1), room: make([]byte, 0, sip.MaxDatagram)}, nil
}

// cut drops all that comes in and sends nothing from now on.
func (l *line) cut() {
	l.dead = true
}

// close gives the address up: who sends there learns that nobody is there.
func (l *line) close() {
	l.past = l.Stats()
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.socket.Close()
	l.socket = nil
}

// restore makes the line work again, if the address can be had.
func (l *line) restore() bool {
	l.dead = false
	if l.socket != nil {
		return true
	}
	socket, err := l.open(l.local)
	if err != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.socket = socket
	return true
}

// Local returns the address of the line.
func (l *line) Local() netip.AddrPort { return l.local }

// Buffer returns an empty buffer for the next message.
func (l *line) Buffer() []byte {
	if l.socket == nil {
		return l.room[:0]
	}
	return l.socket.Buffer()
}

// Queue sends a message, if the line works.
func (l *line) Queue(b []byte, to netip.AddrPort, flow uint32) {
	if l.socket != nil && !l.dead {
		l.socket.Queue(b, to, flow)
	}
}

// Flush sends what is queued.
func (l *line) Flush() {
	if l.socket != nil {
		l.socket.Flush()
	}
}

// Read receives what has come in, if the line works.
func (l *line) Read() int {
	if l.socket == nil {
		return 0
	}
	n := l.socket.Read()
	for l.dead && n > 0 {
		n = l.socket.Read()
	}
	return n
}

// Datagram returns message i of the last Read.
func (l *line) Datagram(i int) sip.Datagram { return l.socket.Datagram(i) }

// Wait waits for a message, or for Wake.
func (l *line) Wait(d time.Duration) {
	if l.socket != nil {
		l.socket.Wait(d)
		return
	}
	l.pass(d)
}

// Nap lets a time pass, or waits for Wake.
func (l *line) Nap(d time.Duration) {
	if l.socket != nil {
		l.socket.Nap(d)
		return
	}
	l.pass(d)
}

// pass lets a time pass without a socket to wait on.
func (l *line) pass(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wakeup:
	}
}

// Wake ends a Wait or a Nap. It may be called from any goroutine.
func (l *line) Wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil {
		l.socket.Wake()
		return
	}
	select {
	case l.wakeup <- struct{}{}:
	default:
	}
}

// Stats returns the counters of all sockets that the line had.
func (l *line) Stats() sip.SocketStats {
	if l.socket == nil {
		return l.past
	}
	stats := l.socket.Stats()
	stats.Sent += l.past.Sent
	stats.Received += l.past.Received
	stats.SendErrors += l.past.SendErrors
	stats.Drops += l.past.Drops
	return stats
}

// TakeUnreachable returns the addresses that nobody is at.
func (l *line) TakeUnreachable() []sip.Unreachable {
	if l.socket == nil {
		return nil
	}
	return l.socket.TakeUnreachable()
}

// Close ends the line.
func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket == nil {
		return nil
	}
	return l.socket.Close()
}
