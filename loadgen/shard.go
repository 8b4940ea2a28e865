package loadgen

import (
	"context"
	"net/netip"
	"runtime"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// Shard is one event loop: a socket, the calls on it, their media and what is measured of them. Nothing
// of it is shared with another shard, so that nothing on the path of a call or a packet takes a lock.
type Shard struct {
	Socket  Socket
	Machine *call.Machine
	Media   *media.Engine // nil for signalling alone
	Start   time.Time     // origin of the run clock
	// Steady and WarmUp are what the machine counts in.
	Steady, WarmUp *measure.Measurement

	calls     *schedule           // nil at an answerer
	twin      *Twin               // nil unless a script commands others
	awaited   uint64              // calls that commands of another script begin; 0 for those of arrivals
	recorder  *recording.Recorder // nil: calls are not recorded
	contact   contact
	leaves    departures
	followed  *Trunks // that its calls take; nil for those at first
	exhausted exhaustion
	progress  progress
	rhythm    rhythm
	turn      turn
	arrived   reading // when the arrivals were dealt with
}

// Socket carries the SIP messages of a shard: *sip.Socket over UDP, *sip.Streams over TCP, TLS and
// WebSocket. All methods but Wake are called from the shard's goroutine; only Wait and Nap block.
type Socket interface {
	call.Wire
	Local() netip.AddrPort
	Flush()
	Read() int
	Datagram(i int) sip.Datagram
	Wait(d time.Duration)
	Nap(d time.Duration)
	Wake()
	Stats() sip.SocketStats
	TakeUnreachable() []sip.Unreachable
	Close() error
}

// contact is what a shard knows of whether its targets are there at all.
type contact struct {
	first    time.Duration           // when the first call was sent; 0 before it
	silent   map[netip.AddrPort]bool // targets that no ICMP message has come for
	refused  *sip.Unreachable        // the last one that was not there
	patience time.Duration           // how long silence is no proof; 0 for ever
}

// expect says which targets there are.
func (c *contact) expect(paths []Path) {
	c.silent = map[netip.AddrPort]bool{}
	for _, p := range paths {
		c.silent[p.Destination.Addr] = true
	}
}

// longestWait bounds a wait of the loop, so that it publishes its progress.
const longestWait = 100 * time.Millisecond

// Loop runs the shard until over says that it is done. It keeps its thread: a wait in the kernel is then
// no matter for Go's scheduler. over is called once a turn with the time, and at once when ctx is done,
// which says nothing to the loop itself.
func (s *Shard) Loop(ctx context.Context, over func(now time.Duration) bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	promptly()
	defer afterCancel(ctx, s.Socket.Wake)()
	for {
		// What came in meanwhile is read before timers fire: after a turn that was late, a response that
		// waits must not find that its call has timed out.
		s.receive(s.turn.begin(time.Since(s.Start)))
		now := time.Since(s.Start)
		s.launch(now)
		s.Machine.Advance(now)
		s.sweep(now)
		s.noteUnreachable(now)
		s.progress.publish(now, s)
		s.noteUsers(now)
		done := over(now)
		s.Socket.Flush() // once a turn: what the calls, the timers and the messages gave rise to
		if done {
			s.progress.publishNow(s)
			return
		}
		s.rest(now)
	}
}

// afterCancel calls f in a goroutine of its own once ctx is done. What it returns takes that back, or waits
// for f if it has begun: nothing runs from then on.
func afterCancel(ctx context.Context, f func()) (end func()) {
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		f()
	})
	return func() {
		if !stop() {
			<-over
		}
	}
}

// rest waits until there is something to do: for the next message or instant, or, in a busy time, for a
// nap whatever comes in.
func (s *Shard) rest(now time.Duration) {
	stats := s.Socket.Stats()
	if s.rhythm.naps(now, stats.Sent+stats.Received) {
		s.Socket.Nap(min(s.nap(), s.untilPacket()))
	} else if wait := s.next() - time.Since(s.Start); wait > 0 {
		s.Socket.Wait(min(wait, longestWait))
	}
}

// nap returns how long a busy loop sleeps.
func (s *Shard) nap() time.Duration {
	if s.calls == nil {
		return nap
	}
	return max(0, s.turn.last+s.leaves.beat()-time.Since(s.Start))
}

// launch starts the calls that are due. Calls that were to end before one of them began do so first,
// however late this turn is: a call that found their circuits busy would be blocked by the loop's rhythm.
func (s *Shard) launch(now time.Duration) {
	if s.calls == nil {
		return
	}
	s.noteUsers(now)
	for {
		attempt, any := s.calls.peek()
		if !any || attempt.Intended > now {
			return
		}
		s.Machine.AdvanceTo(attempt.Intended, now)
		if s.calls.leaveOut(s.Machine.InProgress()) {
			continue
		}
		s.calls.take()
		if s.contact.first == 0 {
			s.contact.first = now
		}
		s.Machine.Start(time.Since(s.Start), attempt)
	}
}

// noteUsers lets the users who have no call make one.
func (s *Shard) noteUsers(now time.Duration) {
	if s.calls != nil && s.calls.users > 0 {
		s.calls.free(s.calls.users-s.Machine.InProgress(), now)
	}
}

// batchesPerTurn bounds what is read before timers and arrivals are looked at.
const batchesPerTurn = 4

// batchesAfterStall bounds it in a turn that was late: all that a receive buffer holds came before the
// timers that are due by now. The kernel accounts at least 768 octets for a datagram.
const batchesAfterStall = 2 * sip.DefaultSocketBuffer / 768 / sip.Batch

func (s *Shard) receive(late bool) {
	batches := batchesPerTurn
	if late {
		batches = batchesAfterStall
	}
	for range batches {
		n := s.Socket.Read()
		for i := range n {
			s.Machine.Receive(s.Socket.Datagram(i))
		}
		if n < sip.Batch {
			return
		}
	}
}

func (s *Shard) sweep(now time.Duration) {
	if s.Media == nil {
		return
	}
	if due, any := s.Media.Next(); any && due <= now {
		s.Media.Sweep(now)
	}
}

// untilPacket returns the time until the next RTP packet is due: media keeps its pace however busy the
// signalling is.
func (s *Shard) untilPacket() time.Duration {
	if s.Media != nil {
		if due, any := s.Media.Next(); any {
			return max(0, due-time.Since(s.Start))
		}
	}
	return longestWait
}

// next returns the instant at which the loop has something to do, messages apart.
func (s *Shard) next() time.Duration {
	next := s.Machine.Next()
	if s.calls != nil {
		if attempt, any := s.calls.peek(); any {
			next = min(next, attempt.Intended)
		}
	}
	if s.Media != nil {
		if due, any := s.Media.Next(); any {
			next = min(next, due)
		}
	}
	return next
}

func (s *Shard) noteUnreachable(now time.Duration) {
	for _, u := range s.Socket.TakeUnreachable() {
		if u.Own() {
			// Counted here or as a send error; the message is sent again like any that gets lost.
			s.exhausted.note(u.Cause)
			continue
		}
		s.Machine.Unreachable(now, u)
		if s.leaves.onlyLarge(u.Line) {
			continue // the target may well answer over UDP
		}
		if delete(s.contact.silent, u.Address); s.contact.refused == nil {
			s.contact.refused = &u
		}
	}
}

// lost says why the targets count as not there, nil as long as one may be or one was there once: an ICMP
// message for each, or silence since the first call for as long as it takes to try them.
func (s *Shard) lost(now time.Duration, target func() string) error {
	switch {
	case s.Socket.Stats().Received > 0:
		return nil
	case len(s.contact.silent) == 0 && s.contact.refused != nil:
		return &UnreachableError{Target: target(), Cause: s.contact.refused.Cause}
	case s.contact.patience > 0 && s.contact.first > 0 && now-s.contact.first >= s.contact.patience:
		return &UnreachableError{Target: target(), Cause: s.exhausted.cause, Silence: s.contact.patience}
	}
	return nil
}

// arrivalsLeft tells whether calls are still to be started.
func (s *Shard) arrivalsLeft() bool {
	if s.awaited > s.Steady.Started {
		return true
	}
	return s.calls != nil && s.calls.left()
}

// Close releases the sockets of the shard.
func (s *Shard) Close() {
	if s.twin != nil {
		s.twin.Close()
	}
	if s.Socket != nil {
		_ = s.Socket.Close()
	}
	if s.Media != nil {
		_ = s.Media.Close()
	}
}
