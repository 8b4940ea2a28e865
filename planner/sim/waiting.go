package sim

// wait puts the caller's call in the queue of its source.
func (r *replication) wait() {
	s := &r.sources[r.caller.source]
	s.tally.waited++
	s.tally.waiting++
	at := r.pending.add(pending{caller: r.caller, since: r.now})
	s.waiting.append(&r.pending, at)
	if r.Sources[r.caller.source].Queue.Patience != nil {
		r.calendar.push(event{at: r.now + s.laws.patience.Draw(r.whims), what: about(callerLeaves, at)})
	}
}

// serve gives circuits to calls that wait, after one has become free: sources with right of way first, the calls of
// a source in order of arrival.
func (r *replication) serve() {
	for _, place := range r.queued {
		s := &r.sources[place]
		for s.waiting.first != none && s.way >= 0 {
			at := s.waiting.first
			r.caller = r.pending.calls[at].caller
			a := &r.caller.attempt
			a.Route = s.laws.ways[s.way].route
			d := r.router.Offer(a, r.now)
			if !d.Taken() {
				break
			}
			before := s.waiting.length
			r.leaveQueue(s, at)
			if r.Sources[place].Queue.Patience == nil {
				r.pending.take(at)
			} else {
				r.pending.calls[at].served = true // its place is taken until its patience would have ended
			}
			r.follow(d, 0)
			if s.waiting.length == before {
				break // the trunk has failed, and the call waits again
			}
		}
	}
}

// leave ends the patience of a caller, who gives up if the call still waits.
func (r *replication) leave(at int32) {
	c := r.pending.calls[at]
	if !c.served {
		s := &r.sources[c.source]
		r.leaveQueue(s, at)
		s.tally.left++
	}
	r.pending.take(at)
	if !c.served {
		r.caller = c.caller
		r.lose(0, 0)
	}
}

// leaveQueue takes a call out of the queue and counts the time that it was there.
func (r *replication) leaveQueue(s *source, at int32) {
	s.tally.waiting--
	s.tally.wait += r.now - r.pending.calls[at].since
	s.waiting.remove(&r.pending, at)
}
