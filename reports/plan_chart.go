package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/design"
)

// chart is a bar chart with a label and a value on each bar.
type chart struct {
	Title  string
	Height int
	Bars   []bar
}

type bar struct {
	Label, Value string
	Bad          bool
	Y, TY, W, VX int
}

// add puts a bar below the others. The share of the full width is from 0 to 1.
func (c *chart) add(label, value string, share float64, bad bool) {
	y := len(c.Bars)*26 + 4
	width := max(1, int(share*440))
	c.Bars = append(c.Bars, bar{shorten(label, 46), value, bad, y, y + 13, width, 330 + width + 8})
	c.Height = y + 26
}

// portBars are the ports of every topology.
func portBars(d *design.Design) chart {
	c := chart{Title: "Ports that the grade of service needs, by topology"}
	most := 1
	for _, v := range d.Variants {
		most = max(most, v.Ports)
	}
	for _, v := range d.Variants {
		c.add(v.Name, count(v.Ports), float64(v.Ports)/float64(most), !v.Possible)
	}
	return c
}

// cliffBars are the blocking under other assumptions.
func cliffBars(d *design.Design) chart {
	c := chart{Title: "Blocked if the assumptions are wrong"}
	for _, s := range d.Sensitivity {
		c.add(s.What, percent(s.Blocking), s.Blocking, s.Blocking > d.Assumptions.GoS)
	}
	return c
}

// failureBars are the blocking of the worst single failures.
func failureBars(d *design.Design) chart {
	c := chart{Title: "Blocked by the worst single failures"}
	for _, f := range d.Worst[:min(10, len(d.Worst))] {
		c.add(fmt.Sprintf("%s at %s", f.What, d.Sites[f.Site].Name), percent(f.Blocking), f.Blocking, !f.Holds)
	}
	return c
}
