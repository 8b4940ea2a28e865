package loadgen

import "time"

// turn measures the time between the turns of an event loop, its heartbeat: a loop that is well begins one
// every longestWait at least.
type turn struct {
	begun   bool
	last    time.Duration
	longest time.Duration // gap between two turns so far
}

// LongestGap returns the longest time between two turns of the loop so far. It belongs to the shard's
// goroutine, or to whoever has waited for its end.
func (s *Shard) LongestGap() time.Duration { return s.turn.longest }

// lateTurn is the gap from which messages may have piled up behind timers that are due.
const lateTurn = 10 * time.Millisecond

// begin notes that a turn begins and tells whether it is late.
func (t *turn) begin(now time.Duration) (late bool) {
	gap := time.Duration(0)
	if t.begun {
		gap = now - t.last
	}
	t.begun, t.last, t.longest = true, now, max(t.longest, gap)
	return gap > lateTurn
}
