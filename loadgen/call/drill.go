package call

import (
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Drill is where the machine counts what its calls meet while a trunk fails on purpose.
type Drill struct {
	Into   *measure.Drill
	Origin time.Duration // first arrival on the run clock, from which the times of the drill count
}

// SettleDrills adds what the drills met to what the machine measures. It is called once, when all calls are
// over.
func (m *Machine) SettleDrills() {
	for i := range m.cfg.Drills {
		m.cfg.Steady.MergeDrill(m.cfg.Drills[i].Into)
	}
}

// phase returns the account of the calls that were to begin when this one was.
func (d *Drill) phase(intended time.Duration) *measure.DrillPhase {
	return &d.Into.Phases[d.Into.Phase(intended-d.Origin)]
}

// over tells whether a call is on the trunk of the drill.
func (d *Drill) over(c *call) bool { return c.way.trunk != nil && c.way.trunk.Name == d.Into.Trunk }

// wasOver tells whether a call was tried over the trunk of the drill and went on to another.
func (d *Drill) wasOver(c *call) bool {
	if c.way.trunks == nil || c.way.attempt.Tried() < 2 || d.over(c) {
		return false
	}
	for place := range c.way.trunks.List {
		if c.way.trunks.List[place].Name == d.Into.Trunk && c.way.attempt.WasOn(place) {
			return true
		}
	}
	return false
}

// drillTry counts a try over the trunk of a drill.
func (m *Machine) drillTry(c *call) {
	for i := range m.cfg.Drills {
		if d := &m.cfg.Drills[i]; d.over(c) {
			d.phase(c.attempt.Intended).Tries++
		}
	}
}

// drillAnswer notes that the trunk of a drill answered after it was repaired.
func (m *Machine) drillAnswer(c *call, at time.Duration) {
	for i := range m.cfg.Drills {
		d := &m.cfg.Drills[i]
		since := at - d.Origin - d.Into.End
		if since < 0 || !d.over(c) {
			continue
		}
		if d.Into.Answers == 0 || since < d.Into.Recovery {
			d.Into.Recovery = since
		}
		d.Into.Answers++
	}
}

// drillEnd counts a call that is over.
func (m *Machine) drillEnd(c *call, class measure.Class) {
	for i := range m.cfg.Drills {
		d := &m.cfg.Drills[i]
		p := d.phase(c.attempt.Intended)
		p.Offered++
		p.Outcomes[class]++
		if class != measure.Answered {
			continue
		}
		p.Answer.Record(c.answered - c.begin(m.cfg.Grain))
		if d.wasOver(c) {
			p.Moved++
		}
		if failed := d.Origin + d.Into.At; c.flags.dropped && d.over(c) && c.answered < failed {
			d.Into.Cut++
		}
	}
}

// drillKept counts a call that was not started.
func (m *Machine) drillKept(intended time.Duration) {
	for i := range m.cfg.Drills {
		p := m.cfg.Drills[i].phase(intended)
		p.Offered++
		p.Outcomes[measure.NotStarted]++
	}
}
