package reports

import (
	"io"
	"math"

	"github.com/sipplan/sipplan/planner/sim"
)

// WriteSimulationHTML writes a simulated plan as one page that needs nothing else, with blocking by formula and simulation
// as a chart.
func WriteSimulationHTML(w io.Writer, name string, r *sim.Result) error {
	return writePage(w, blockingPage, page{"Simulation of " + name, Simulation(r, true), simulationChart(r)})
}

// WriteComparisonHTML writes two simulated plans as one page.
func WriteComparisonHTML(w io.Writer, names [2]string, c *sim.Comparison) error {
	return writePage(w, blockingPage, page{names[0] + " and " + names[1], Comparison(names, c, true), nil})
}

// simulationChart draws the first trunk groups that calls were offered to.
func simulationChart(r *sim.Result) *blockingChart {
	most, drawn := 0.0, []*sim.GroupResult{}
	for i := range r.Groups {
		g := &r.Groups[i]
		if !g.Blocking.Known || len(drawn) == planRows {
			continue
		}
		drawn = append(drawn, g)
		if !math.IsInf(g.Blocking.High, 1) {
			most = max(most, g.Blocking.High)
		}
		most = max(most, g.Blocking.Value, g.Promised, largest(g.Formula))
	}
	c := newBlockingChart(1.1 * most)
	c.Title, c.Legend = "Blocked calls: formula and simulation", "Grey: formula. Amber: simulation. Whiskers: intervals. Dashed: what was promised."
	for _, g := range drawn {
		from := c.Height
		estimate := newEstimateObject(g.Blocking)
		c.add(g.Name+": "+named(g.FormulaName), "formula", g.Formula, nil, nil)
		c.add(g.Name+": simulation", "simulation", &estimate.Value, &estimate.Low, estimate.High)
		c.group(from, g.Promised)
	}
	return c
}
