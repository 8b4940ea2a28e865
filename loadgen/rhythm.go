package loadgen

import "time"

// nap is how long a busy event loop sleeps before it looks at its socket again. At thousands of messages a
// second one wake-up then serves a whole batch, which halves the processor time a call costs; instants of
// messages come from the kernel, so that no measured delay grows by it.
const nap = time.Millisecond

// busy is the number of messages a second from which a loop naps. Below it a wake-up for each message
// costs little and gives the best times.
const busy = 10_000

// A loop that starts calls begins its turns at a beat instead, so that 99 of 100 start within a millisecond of their
// instant, whatever the rate. A call that just missed one begins in the course of the next; room is left for two turns,
// because one may take twice as long as that before it.
const (
	latestStart = 800 * time.Microsecond // from the beginning of a turn to the end of the next
	fastestBeat = 500 * time.Microsecond // a quicker one would find too little to do in a turn
	// streamBeat is the beat over connections, where a turn costs the kernel some 65 µs whatever it moves: at 6,000
	// calls a second a call takes 20 µs at this beat, 27 µs at one of 600 µs.
	streamBeat = 900 * time.Microsecond
)

// rhythm tells a busy event loop from an idle one by the messages of its last turns.
type rhythm struct {
	last     time.Duration
	messages uint64
	rate     float64 // messages a second, smoothed over rateWindow
}

// rateWindow is long beside the burst of messages that sets a call up, so that a few calls a second do
// not count as busy, and short beside a run.
const rateWindow = 100 * time.Millisecond

// naps notes the messages that the loop has moved until now and tells whether it should nap.
func (r *rhythm) naps(now time.Duration, messages uint64) bool {
	if since := now - r.last; since > 0 {
		weight := min(1, since.Seconds()/rateWindow.Seconds())
		r.rate += weight * (float64(messages-r.messages)/since.Seconds() - r.rate)
	}
	r.last, r.messages = now, messages
	return r.rate > busy
}

// beat returns the time from the beginning of one turn to that of the next in a busy time over UDP, by how long the turn
// took.
func beat(turn time.Duration) time.Duration { return max(latestStart-2*turn, fastestBeat) }
