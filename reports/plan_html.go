package reports

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"unicode/utf8"

	"github.com/sipplan/sipplan/planner/design"
)

//go:embed plan.html
var planTemplate string

var planHTML = template.Must(template.New("plan").Funcs(template.FuncMap{"width": cellWidth}).Parse(planTemplate))

// cellWidth returns the class of a cell of text: one that is not broken, one that may be, or one that needs room.
func cellWidth(text string) string {
	switch n := utf8.RuneCountInString(text); {
	case n > 40:
		return "long"
	case n <= 22:
		return "name"
	}
	return ""
}

// WritePlanHTML writes a plan that was worked out as one page that needs nothing else: no script, no font, no network.
func WritePlanHTML(w io.Writer, d *design.Design) error {
	title := d.Plan.Name
	if title == "" {
		title = "Plan"
	}
	var page bytes.Buffer
	err := planHTML.Execute(&page, map[string]any{
		"Title": title, "Document": Plan(d, true), "Figures": planFigures(d), "Topology": newTopology(d),
		"Charts": []chart{portBars(d), costBars(d), cliffBars(d), failureBars(d)},
	})
	if err != nil {
		return err
	}
	_, err = w.Write(page.Bytes())
	return err
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
