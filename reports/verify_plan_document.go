package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/reports/gate"
)

// Document returns the report for people.
func (p *PlanVerification) Document() Document {
	d := Document{Answer: p.answer(), Tables: []Table{p.groupTable(), p.promiseTable()}, Notes: p.notes()}
	if points := p.pointTable(); len(points.Rows) > 0 {
		d.Tables = append(d.Tables, points)
	}
	return d
}

func (p *PlanVerification) answer() []string {
	held, open := 0, 0
	for _, s := range p.Streams {
		switch s.Verdict {
		case acceptance.Holds:
			held++
		case acceptance.CannotTell:
			open++
		}
	}
	first := fmt.Sprintf("%d of %s of the plan %s%s.", held, plural(len(p.Streams), "promise"), verb(held, "hold"), untold(open))
	switch {
	case p.Verdict == gate.Pass:
		first = fmt.Sprintf("The plan holds: live calls keep %s.", kept(len(p.Streams)))
	case p.Verdict == gate.Fail:
		first = "The plan does not hold. " + first
	case p.Verdict == gate.Inconclusive:
		first = "Cannot tell whether the plan holds. " + first
	}
	return append([]string{first}, p.Why...)
}

// untold adds to how many promises hold of how many nothing can be told: those are not broken.
func untold(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and of %s it cannot be told", count(n))
}

// kept writes that so many promises are all there are.
func kept(n int) string {
	if n == 1 {
		return "its promise"
	}
	return "all " + plural(n, "promise")
}

// groupTable sets the three instruments side by side.
func (p *PlanVerification) groupTable() Table {
	t := Table{Title: "Trunk groups: formula | simulation | live", Columns: []Column{
		{Name: "trunk group"}, {Name: "circuits", Right: true}, {Name: "offered: formula", Right: true}, {Name: "simulation", Right: true}, {Name: "live", Right: true},
		{Name: "blocked: formula", Right: true}, {Name: "simulation", Right: true}, {Name: "live", Right: true}, {Name: "live interval", Right: true}, {Name: "calls", Right: true},
	}}
	for _, g := range p.Groups {
		simulated := share(g.Simulation.Blocking)
		if g.Simulation.Low != nil {
			simulated += fmt.Sprintf(" (%s)", interval(g.Simulation.Low, g.Simulation.High))
		}
		t.Rows = append(t.Rows, []string{g.Name, count(g.Ports), orNone(g.Formula.Offered), orNone(g.Simulation.Offered), orNone(g.Live.Offered),
			share(g.Formula.Blocking), simulated, share(g.Live.Blocking), interval(g.Live.Low, g.Live.High), count(g.Live.Calls)})
	}
	return t
}

// promiseTable shows what was promised to the calls of each route or place.
func (p *PlanVerification) promiseTable() Table {
	t := Table{Title: "Promises", Columns: []Column{
		{Name: "calls of"}, {Name: "traffic", Right: true}, {Name: "promised", Right: true}, {Name: "formula", Right: true}, {Name: "by"},
		{Name: "live", Right: true}, {Name: "interval", Right: true}, {Name: "verdict"},
	}}
	for _, s := range p.Streams {
		t.Rows = append(t.Rows, []string{s.Name, erlangs(s.Erlangs), percent(s.Promised), percent(s.Formula), s.By,
			share(s.Live.Blocking), interval(s.Live.Low, s.Live.High), s.Verdict.String()})
	}
	return t
}

// pointTable shows the promises beside blocking.
func (p *PlanVerification) pointTable() Table {
	t := Table{Title: "Promises beside blocking", Columns: []Column{{Name: "calls of"}, {Name: "promise"}, {Name: "promised", Right: true}, {Name: "measured", Right: true}, {Name: "verdict"}, {Name: "why"}}}
	for i, r := range p.Runs {
		for _, point := range r.Acceptance.Points {
			measured := "-"
			if point.Measured != nil {
				measured = decimal(*point.Measured, 3)
			}
			t.Rows = append(t.Rows, []string{p.Streams[i].Name, point.Name, decimal(point.Promised, 3), measured, point.Verdict.String(), point.Why})
		}
	}
	return t
}

func (p *PlanVerification) notes() []string {
	var notes []string
	for _, s := range p.Streams {
		for _, why := range s.Why {
			if s.Verdict == acceptance.Holds && strings.HasPrefix(why, acceptance.PlanItself) {
				notes = append(notes, s.Name+": "+why)
			}
		}
	}
	for i, r := range p.Runs {
		for _, effect := range r.Acceptance.Effects {
			notes = append(notes, p.Streams[i].Name+": "+effect)
		}
		for _, assumption := range r.Acceptance.Assumptions {
			if !slices.Contains(notes, assumption) {
				notes = append(notes, assumption)
			}
		}
	}
	if s := p.Simulation; s != nil {
		notes = append(notes, fmt.Sprintf("Simulated: %d independent busy hours, %s calls, seed %d; without failures and reservation, as the live calls are.", s.Replications, count(s.Calls), s.Seed))
	}
	if len(p.LeftOut) > 0 {
		notes = append(notes, fmt.Sprintf("Formula, simulation and live calls are of the traffic that the promise was made for: they leave %s of the plan out, which sipplan simulate follows.", strings.Join(p.LeftOut, ", ")))
	}
	if len(p.Skipped) > 0 {
		notes = append(notes, "Not tested, for want of a --target: "+strings.Join(p.Skipped, ", ")+".")
	}
	for i, r := range p.Runs {
		notes = append(notes, fmt.Sprintf("%s: %s, seed %d; %s", p.Streams[i].Name, strings.Join(r.Targets, ", "), r.Seed, r.Load.sentence()))
	}
	return notes
}
