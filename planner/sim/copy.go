package sim

import (
	"maps"

	"github.com/sipplan/sipplan/planner/traffic"
)

// copyState makes the replication one of the same model that has come to where another is, and for which chance goes on
// with the given numbers.
func (r *replication) copyState(from *replication, random Random) {
	r.number, r.now, r.start = from.number, from.now, from.start
	r.calendar.copyState(&from.calendar)
	r.next.copyState(&from.next)
	r.arrival = from.arrival
	r.router.CopyState(from.router, random)
	r.failures, r.whims = random, random
	for i := range r.sources {
		s, kept := &r.sources[i], r.sources[i]
		*s = from.sources[i]
		s.at = append(kept.at[:0], s.at...)
		s.ahead = append(kept.ahead[:0], s.ahead...)
		s.held = append(kept.held[:0], s.held...)
		s.chance = random
		if s.arrivals == nil {
			continue
		}
		s.arrivals = s.arrivals.(traffic.Forker).Fork(random)
		if s.replay != nil {
			s.replay = s.arrivals.(*traffic.Replay)
		}
	}
	copy(r.groups, from.groups)
	copy(r.trunks, from.trunks)
	copy(r.parts, from.parts)
	clear(r.down)
	maps.Copy(r.down, from.down)
	r.pending.calls = append(r.pending.calls[:0], from.pending.calls...)
	r.pending.free = from.pending.free
	r.caller = from.caller
}

func (c *calendar) copyState(from *calendar) {
	c.day = append(c.day[:0], from.day...)
	c.horizon, c.long = from.horizon, from.long
	c.agenda.copyState(&from.agenda)
}
