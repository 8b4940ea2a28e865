package measure

import (
	"cmp"
	"slices"
	"time"
)

// Drill counts the calls of a run in which a trunk failed on purpose, by the time at which they were to
// begin: before, during or after the failure.
type Drill struct {
	What  string        // the drill, in the words in which it was asked for
	Trunk string        // the one that failed
	At    time.Duration // from the first arrival on
	End   time.Duration // when the trunk was repaired; beyond the run if it was not

	Phases   [NumPhases]DrillPhase
	Cut      uint64        // calls in progress on the trunk that ended otherwise than planned
	Answers  uint64        // calls that the trunk answered after it was repaired
	Recovery time.Duration // from the repair to the first of them; 0 without one
}

// Phase is a time of a drill.
type Phase uint8

// The phases.
const (
	Before Phase = iota
	During
	After

	NumPhases = int(After) + 1
)

var phaseNames = [NumPhases]string{"before", "during", "after"}

// String returns the name of the phase as reports and JSON write it.
func (p Phase) String() string { return name(phaseNames[:], int(p)) }

// DrillPhase counts the calls that were to begin in a phase.
type DrillPhase struct {
	Offered  uint64
	Outcomes [NumClasses]uint64 // they sum to Offered once all calls are over
	Moved    uint64             // answered over another trunk after a try over the one that fails
	Tries    uint64             // over the trunk that fails
	Answer   Histogram          // from the intended instant to the 200, fail-over included
}

// Lost returns the calls of a phase that the network failed: blocked, or without an answer of anybody, or
// kept back because no trunk was left. Calls that the user refused or the end of the run cut are none.
func (p *DrillPhase) Lost() uint64 {
	o := &p.Outcomes
	return o[Blocked] + o[Timeout] + o[Unreachable] + o[TargetError] + o[NotStarted]
}

// LostRatio returns the share of the lost calls among those that were not cut by the end of the run.
func (p *DrillPhase) LostRatio() Ratio { return Ratio{p.Lost(), p.Offered - p.Outcomes[Aborted]} }

// Phase returns the phase in which an instant lies, on the clock that starts with the first arrival.
func (d *Drill) Phase(at time.Duration) Phase {
	switch {
	case at < d.At:
		return Before
	case at < d.End:
		return During
	}
	return After
}

// Merge adds what another part of the run counted of the same drill, which must not be d itself.
func (d *Drill) Merge(other *Drill) {
	for i := range d.Phases {
		p, q := &d.Phases[i], &other.Phases[i]
		p.Offered += q.Offered
		add(p.Outcomes[:], q.Outcomes[:])
		p.Moved += q.Moved
		p.Tries += q.Tries
		p.Answer.Merge(&q.Answer)
	}
	d.Cut += other.Cut
	if other.Answers > 0 && (d.Answers == 0 || other.Recovery < d.Recovery) {
		d.Recovery = other.Recovery
	}
	d.Answers += other.Answers
}

// MergeDrill adds what was counted of a drill, to what is known of the same one if there is something. The
// drills stand in the order of their times.
func (m *Measurement) MergeDrill(d *Drill) {
	for i := range m.Drills {
		if m.Drills[i].What == d.What {
			m.Drills[i].Merge(d)
			return
		}
	}
	m.Drills = append(m.Drills, d.clone())
	slices.SortFunc(m.Drills, func(a, b Drill) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.What, b.What))
	})
}

// clone returns a copy that shares no memory with d.
func (d *Drill) clone() Drill {
	c := *d
	for i := range c.Phases {
		c.Phases[i].Answer = d.Phases[i].Answer.clone()
	}
	return c
}
