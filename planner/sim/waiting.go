package sim

// wait puts a call in the queue of its source.
func (r *replication) wait(place int32, c call, retries int32) {
	s := &r.sources[place]
	s.tally.waited++
	s.tally.waiting++
	at := r.pending.add(pending{call: c, source: place, retries: retries, since: r.now})
	s.waiting.append(&r.pending, at)
	if r.Sources[place].Queue.Patience != nil {
		r.calendar.push(event{at: r.now + s.laws.patience.Draw(s.chance), what: about(callerLeaves, at)})
	}
}

// serve gives circuits to calls that wait, after one has become free: sources with right of way first, the calls of
// a source in order of arrival.
func (r *replication) serve() {
	for _, place := range r.queued {
		s := &r.sources[place]
		for s.waiting.first != none && s.way >= 0 {
			at := s.waiting.first
			c := &r.pending.calls[at]
			a := &r.attempt
			a.Route, a.Call = s.laws.ways[s.way].route, c.call.class
			d := r.router.Offer(a, r.now)
			if !d.Taken() {
				break
			}
			r.leaveQueue(s, at)
			served := *c
			if r.Sources[place].Queue.Patience == nil {
				r.pending.take(at)
			} else {
				c.served = true // its place is taken until its patience would have ended
			}
			r.follow(place, served.call, served.retries, a, d, 0)
		}
	}
}

// leave ends the patience of a caller, who gives up if the call still waits.
func (r *replication) leave(at int32) {
	c := &r.pending.calls[at]
	place, served := c.source, c.served
	s := &r.sources[place]
	if !served {
		r.leaveQueue(s, at)
		s.tally.left++
	}
	taken := r.pending.take(at)
	if !served {
		r.lose(place, taken.call, taken.retries, 0, 0)
	}
}

// leaveQueue takes a call out of the queue and counts the time that it was there.
func (r *replication) leaveQueue(s *source, at int32) {
	s.tally.waiting--
	s.tally.wait += r.now - r.pending.calls[at].since
	s.waiting.remove(&r.pending, at)
}
