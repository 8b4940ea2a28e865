package sim

import (
	"context"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// window is what one window of a replication showed: the figures from which estimates are made.
type window struct {
	groups  []groupWindow
	sources []sourceWindow
	total   sourceWindow
}

// groupWindow is a trunk group in a window.
type groupWindow struct {
	offered, blocked float64 // attempts
	carried          float64 // calls
	dropped          float64
	area, squares    float64 // of the calls in progress over time, in windows
	full             float64 // share of the time with all circuits busy
}

// sourceWindow is a source in a window.
type sourceWindow struct {
	arrived, lost     float64 // calls
	attempts, blocked float64
	answered, dropped float64
	waited, left      float64 // attempts
	wait              float64 // seconds
}

func (s *sourceWindow) add(o sourceWindow) {
	s.arrived += o.arrived
	s.lost += o.lost
	s.attempts += o.attempts
	s.blocked += o.blocked
	s.answered += o.answered
	s.dropped += o.dropped
	s.waited += o.waited
	s.left += o.left
	s.wait += o.wait
}

// pieces is into how many parts a window is cut, after each of which it is asked whether to go on.
const pieces = 64

// simulate runs a replication through its windows, after the warm-up, and returns what each showed. The sums over all
// of them are added to sums. With an error it returns those that were complete; the error is that of the context, or of a process of arrivals.
func (r *replication) simulate(ctx context.Context, number uint64, p *schedule, sums *sums) ([]window, error) {
	if err := r.begin(number, p.warmUp); err != nil {
		return nil, err
	}
	if err := r.runTo(ctx, p.warmUp); err != nil {
		return nil, err
	}
	all := make([]window, 0, p.windows)
	for range p.windows {
		from := r.now
		r.reset()
		if err := r.runTo(ctx, from+p.length); err != nil {
			return all, err
		}
		all = append(all, r.observe(p.length, sums))
	}
	return all, nil
}

// runTo runs to a time and looks from time to time whether it is still wanted.
func (r *replication) runTo(ctx context.Context, end time.Duration) error {
	from := r.now
	for i := time.Duration(1); i <= pieces; i++ {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		r.runUntil(from + (end-from)/pieces*i + (end-from)%pieces*i/pieces)
	}
	return nil
}

// reset begins a window.
func (r *replication) reset() {
	for i := range r.sources {
		r.sources[i].tally.reset()
	}
	for g := range r.groups {
		r.groups[g].observe(r.now)
		r.groups[g].reset(r.now)
	}
}

// observe ends a window.
func (r *replication) observe(length time.Duration, sums *sums) window {
	w := window{groups: make([]groupWindow, len(r.groups)), sources: make([]sourceWindow, len(r.sources))}
	for g := range r.groups {
		o := &r.groups[g]
		o.observe(r.now)
		w.groups[g] = groupWindow{carried: float64(o.answered + o.user), dropped: float64(o.dropped),
			area: o.area / float64(length), squares: o.squares / float64(length), full: o.full / float64(length)}
	}
	for i := range r.sources {
		s := &r.sources[i]
		t := &s.tally
		for number := range s.laws.ways {
			s.attribute(number, w.groups)
		}
		w.sources[i] = sourceWindow{arrived: float64(t.arrived), lost: float64(t.lostCalls()), attempts: float64(t.attempts),
			blocked: float64(t.blocked), answered: float64(t.answered), dropped: float64(t.dropped),
			waited: float64(t.waited), left: float64(t.left), wait: t.wait.Seconds()}
		w.total.add(w.sources[i])
	}
	sums.add(r, w.groups)
	return w
}

// attribute counts the attempts of a source on one of its ways at each trunk group there: what was carried at a stage, or
// not at all, was blocked at all stages before.
func (s *source) attribute(number int, groups []groupWindow) {
	steps := s.laws.ways[number].steps
	beyond := s.tally.lost[number]
	for i := len(steps) - 1; i >= 0; {
		first := i
		for first > 0 && steps[first-1].stage == steps[i].stage {
			first--
		}
		stage := int64(0)
		for j := first; j <= i; j++ {
			carried := s.tally.carried[number][j]
			g := &groups[steps[j].group]
			g.offered += float64(carried + beyond)
			g.blocked += float64(beyond)
			stage += carried
		}
		beyond += stage
		i = first - 1
	}
}

// sums are whole counts over all windows of all replications, which add up the same in any order.
type sums struct {
	groups  []occupancy
	blocked []int64 // attempts, by group
	sources []tally
}

func newSums(c *compiled) *sums {
	return &sums{groups: make([]occupancy, len(c.Groups)), blocked: make([]int64, len(c.Groups)), sources: make([]tally, len(c.Sources))}
}

// add adds a window that has just ended.
func (s *sums) add(r *replication, groups []groupWindow) {
	for g := range r.groups {
		s.groups[g].add(&r.groups[g])
		s.blocked[g] += int64(groups[g].blocked)
	}
	for i := range r.sources {
		s.sources[i].add(&r.sources[i].tally)
	}
}

// merge adds the sums of another worker.
func (s *sums) merge(o *sums) {
	for g := range s.groups {
		s.groups[g].add(&o.groups[g])
		s.blocked[g] += o.blocked[g]
	}
	for i := range s.sources {
		s.sources[i].add(&o.sources[i])
	}
}

// add adds the whole counts of another window.
func (o *occupancy) add(other *occupancy) {
	o.answered += other.answered
	o.user += other.user
	o.dropped += other.dropped
	o.held += other.held
}

// measurement returns what became of the attempts offered to a trunk group, in the form of all instruments.
func (s *sums) measurement(g int, name string) measure.Measurement {
	o := &s.groups[g]
	m := measure.Measurement{Trunk: name, Seized: uint64(o.answered + o.user), CircuitTime: o.held}
	m.Outcomes[measure.Answered] = uint64(o.answered)
	m.Outcomes[measure.User] = uint64(o.user)
	m.Outcomes[measure.Blocked] = uint64(s.blocked[g])
	m.Offered = m.Seized + uint64(s.blocked[g])
	m.Started = m.Offered
	m.Dropped = min(uint64(o.dropped), uint64(o.answered)) // some were answered before the window
	m.Completed = uint64(o.answered) - m.Dropped
	return m
}

// total returns what became of all calls.
func (s *sums) total() measure.Measurement {
	m := measure.Measurement{}
	for g := range s.groups {
		m.Seized += uint64(s.groups[g].answered + s.groups[g].user)
		m.CircuitTime += s.groups[g].held
		m.Dropped += uint64(s.groups[g].dropped)
	}
	for i := range s.sources {
		t := &s.sources[i]
		m.Offered += uint64(t.arrived + t.before)
		m.InProgress += uint64(t.waiting)
		m.Outcomes[measure.Answered] += uint64(t.answered)
		m.Outcomes[measure.User] += uint64(t.user)
		for class, n := range t.outcomes {
			m.Outcomes[class] += uint64(n)
		}
	}
	m.Started = m.Offered
	m.Dropped = min(m.Dropped, m.Outcomes[measure.Answered])
	m.Completed = m.Outcomes[measure.Answered] - m.Dropped
	return m
}
