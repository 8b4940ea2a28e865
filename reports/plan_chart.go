package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
)

// chart is a bar chart with a label and a value on each bar.
type chart struct {
	Title, Legend string
	Height        int
	Bars          []bar
}

type bar struct {
	Label, Value string
	Class        string // bad, none or nothing
	Y, TY, W, VX int
}

// add puts a bar below the others. The share of the full width is from 0 to 1.
func (c *chart) add(label, value string, share float64, class string) {
	y := len(c.Bars)*26 + 4
	width := max(1, int(share*440))
	c.Bars = append(c.Bars, bar{shorten(label, 46), value, class, y, y + 13, width, 330 + width + 8})
	c.Height = y + 26
}

// badWhen is the class of a bar that shows a fault.
func badWhen(fault bool) string {
	if fault {
		return "bad"
	}
	return ""
}

// notPossible is the class of the bar of a topology that the plan lacks something for.
func notPossible(v design.Variant) string {
	if v.Possible {
		return ""
	}
	return "none"
}

const legendNotPossible = "Grey: the plan lacks something for this topology; the table below says what."

// portBars are the ports of every topology.
func portBars(d *design.Design) chart {
	c := chart{Title: "Ports that the grade of service needs, by topology", Legend: legendNotPossible}
	most := 1
	for _, v := range d.Variants {
		most = max(most, v.Ports)
	}
	for i, v := range d.Variants {
		c.add(chosenName(d, i), count(v.Ports), float64(v.Ports)/float64(most), notPossible(v))
	}
	return c
}

// chosenName returns the name of a topology, marked when it is the chosen one.
func chosenName(d *design.Design, i int) string {
	if i == d.Chosen {
		return d.Variants[i].Name + " (chosen)"
	}
	return d.Variants[i].Name
}

// costBars are what every topology costs over the years of the plan, or a month where prices of hardware are missing.
func costBars(d *design.Design) chart {
	c := chart{Title: "Cost over " + plural(d.Assumptions.Years, "year"), Legend: legendNotPossible}
	known := func(v design.Variant) (plan.Money, bool) { return v.Cost.Total, v.Cost.Known }
	if !d.Variant().Cost.Known {
		c.Title = "Rents and minutes a month"
		known = func(v design.Variant) (plan.Money, bool) { return v.Cost.Monthly(), v.Cost.Tariffs }
	}
	most := 1.0
	for _, v := range d.Variants {
		if amount, ok := known(v); ok {
			most = max(most, float64(amount))
		}
	}
	for i, v := range d.Variants {
		if amount, ok := known(v); ok {
			c.add(chosenName(d, i), planPage{d}.money(amount), float64(amount)/most, notPossible(v))
		}
	}
	return c
}

// cliffBars are the blocking under other assumptions.
func cliffBars(d *design.Design) chart {
	c := chart{Title: "Blocked if the assumptions are wrong", Legend: fmt.Sprintf("Red: more than the promised %s.", percent(d.Assumptions.GoS))}
	for _, s := range d.Sensitivity {
		c.add(s.What, percent(s.Blocking), s.Blocking, badWhen(s.Blocking > d.Assumptions.GoS))
	}
	return c
}

// failureBars are the blocking of the worst single failures.
func failureBars(d *design.Design) chart {
	c := chart{Title: "Blocked by the worst single failures", Legend: fmt.Sprintf("Red: users are cut off, or more than the promised %s is blocked.", percent(d.Assumptions.FailureGoS))}
	for _, f := range d.Worst[:min(10, len(d.Worst))] {
		value := percent(f.Blocking)
		if users := f.Stranded + f.Down; users > 0 {
			value += ", " + plural(users, "user") + " without service"
		}
		c.add(fmt.Sprintf("%s at %s", f.What, d.Sites[f.Site].Name), value, f.Blocking, badWhen(!f.Holds))
	}
	return c
}
