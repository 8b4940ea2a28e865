package loadgen

import (
	"math/rand/v2"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/planner/traffic"
)

// The random streams of a run. Arrivals and holding times have one each, so that a run with other
// holding times keeps its arrivals.
const (
	arrivalStream = iota
	holdingStream
	mediaStream
	answerStream // and those behind it, one a shard

	routeStream = 1 << 32 // and those behind it
)

// schedule deals the calls of a run to one of its shards: call i goes to shard i modulo the number of
// shards. Each shard draws all calls and keeps its own, so that the shards share nothing and a seed gives
// the same calls whatever their number.
//
// Where users make the calls there is one shard, and a call is due as soon as a user has none.
type schedule struct {
	arrivals traffic.Arrivals
	holding  traffic.Sampler
	random   *rand.Rand
	shard    uint64
	shards   uint64
	warmUp   time.Duration
	until    time.Duration // no arrivals from here on; 0 for no limit
	calls    uint64        // arrivals in all shards; 0 for no limit
	users    int           // that make the calls; 0 for arrivals
	room     int           // calls at a time, beyond which arrivals are left out as SIPp does; 0: none is left out

	idle   int // users without a call
	drawn  uint64
	due    call.Attempt
	isDue  bool
	closed bool
}

// lead is the time from the start of the run clock to the origin of the arrivals, in which the shards open
// their sockets: no call is late because another shard was not ready.
const lead = 50 * time.Millisecond

// newSchedule returns the part of shard number shard of the calls that cfg describes.
func newSchedule(cfg *Config, shard, shards int) (*schedule, error) {
	if cfg.Users > 0 {
		s := &schedule{warmUp: cfg.WarmUp, until: cfg.Duration, calls: cfg.Calls, users: cfg.Users}
		s.free(cfg.Users, lead)
		return s, nil
	}
	arrivals, err := traffic.NewArrivals(cfg.Arrivals, cfg.CAPS, traffic.Stream(cfg.Seed, arrivalStream))
	if err != nil {
		return nil, err
	}
	return &schedule{
		arrivals: arrivals, holding: traffic.NewSampler(cfg.Holding), random: traffic.Stream(cfg.Seed, holdingStream),
		shard: uint64(shard), shards: uint64(shards),
		warmUp: cfg.WarmUp, until: cfg.Duration, calls: cfg.Calls, room: cfg.room(),
	}, nil
}

// peek returns the next call of the shard and false when there are no more.
func (s *schedule) peek() (call.Attempt, bool) {
	if s.users > 0 {
		return s.due, s.isDue
	}
	for !s.isDue && !s.closed {
		at := s.arrivals.Next()
		if s.until > 0 && at >= s.until || s.calls > 0 && s.drawn >= s.calls {
			s.closed = true
			break
		}
		s.due = call.Attempt{Intended: lead + at, Holding: s.holding.Draw(s.random), WarmUp: at < s.warmUp}
		s.isDue = s.drawn%s.shards == s.shard
		s.drawn++
	}
	return s.due, s.isDue
}

// take marks the call that peek returned as dealt with.
func (s *schedule) take() {
	if s.isDue = false; s.users > 0 {
		s.idle--
		s.free(s.idle, s.due.Intended)
	}
}

// leaveOut takes back the call that peek returned, as if it had not arrived, and returns false where there is room for it
// beside those in progress.
func (s *schedule) leaveOut(inProgress int) bool {
	if s.room == 0 || inProgress < s.room {
		return false
	}
	s.isDue = false
	s.drawn--
	return true
}

// free makes a call due at an instant for each user who has none.
func (s *schedule) free(idle int, now time.Duration) {
	if s.idle = idle; s.closed || s.isDue {
		return
	}
	if s.until > 0 && now-lead >= s.until || s.calls > 0 && s.drawn >= s.calls {
		s.closed = true
		return
	}
	if idle > 0 {
		s.due, s.isDue = call.Attempt{Intended: now, WarmUp: now-lead < s.warmUp}, true
		s.drawn++
	}
}

// left tells whether there are more calls, now or later.
func (s *schedule) left() bool {
	_, any := s.peek()
	return any || s.users > 0 && !s.closed
}

// close ends the arrivals.
func (s *schedule) close() { s.isDue, s.closed = false, true }
