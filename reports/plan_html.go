package reports

import (
	_ "embed"
	"io"

	"github.com/sipplan/sipplan/planner/design"
)

//go:embed plan.html
var planTemplate string

var planPageHTML = newPage(planTemplate)

// planDrawings are what the page of a plan shows above its tables.
type planDrawings struct {
	Figures  []planFigure
	Topology topology
	Charts   []chart
}

// WritePlanHTML writes a plan that was worked out as one page that needs nothing else: no script, no font, no network.
func WritePlanHTML(w io.Writer, d *design.Design) error {
	title := d.Plan.Name
	if title == "" {
		title = "Plan"
	}
	drawings := planDrawings{planFigures(d), newTopology(d), []chart{portBars(d), costBars(d), cliffBars(d), failureBars(d)}}
	return writePage(w, planPageHTML, page{title, Plan(d, true), drawings})
}

// planFigure is a figure that is shown large.
type planFigure struct {
	Name, Value string
	Bad         bool
}

// planFigures are the figures that a reader looks for first.
func planFigures(d *design.Design) []planFigure {
	p, v := planPage{d}, d.Variant()
	broken := brokenPromises(d)
	figures := []planFigure{
		{"users", count(d.Total.Users), false},
		{"traffic in the busy hour", erlangs(d.Total.Erlangs), false},
		{"ports needed for " + percent(d.Assumptions.GoS), count(v.Ports), false},
		{"blocked at the worst place", percent(v.Blocking), v.Blocking > d.Assumptions.GoS},
		{"blocked with one unit down", percent(v.Down), v.Down > d.Assumptions.FailureGoS},
		{"single failures that break the promise", count(broken) + " of " + count(len(d.Failures)), broken > 0},
	}
	if v.Cost.Known {
		figures = append(figures, planFigure{"a month", p.money(v.Cost.Monthly()), false},
			planFigure{"over " + plural(d.Assumptions.Years, "year"), p.money(v.Cost.Total), false})
	}
	return figures
}
