package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/sim"
)

// simulated returns a result made by hand: a group that holds its promise, one that does not, one that cannot be told, and
// one that was offered nothing.
func simulated() *sim.Result {
	estimate := func(value, low, high float64) sim.Estimate {
		return sim.Estimate{Value: value, Low: low, High: high, Known: true}
	}
	formula := 0.0095
	group := func(name string, circuits int, blocking sim.Estimate, verdict sim.Verdict) sim.GroupResult {
		g := sim.GroupResult{Group: sim.Group{Name: name, Circuits: circuits, Promised: 0.01, Formula: &formula, FormulaName: "Erlang B"},
			OfferedErlangs: estimate(319.551, 318, 321), Carried: estimate(315.5, 314, 317), Blocking: blocking,
			TimeCongestion: estimate(0.0093, 0.0088, 0.0098), Dropped: estimate(0.002, 0.001, 0.003), Peakedness: 0.71, Verdict: verdict}
		g.Measurement = measure.Measurement{Offered: 126_075, Started: 126_075}
		g.Measurement.Outcomes[measure.Blocked] = 1614
		return g
	}
	r := &sim.Result{
		Model:    &sim.Model{Drills: []routing.Drill{{Name: "Hannover/gateway-1", At: 20 * time.Minute, For: 15 * time.Minute}}},
		Settings: sim.Settings{Seed: 7, Window: time.Hour, WarmUp: 30 * time.Minute, Confidence: 0.95}, Windows: 20, Calls: 151_146,
		Groups: []sim.GroupResult{
			group("Hannover", 343, estimate(0.0128, 0.0112, 0.0144), sim.DoesNotHold),
			group("Boston", 65, estimate(0.0104, 0.0062, 0.0146), sim.CannotTell),
			group("Oslo", 90, estimate(2.2e-9, 1.8e-9, 2.6e-9), sim.Holds),
			{Group: sim.Group{Name: "appliance"}, Offered: estimate(0, 0, 0)},
		},
		Sources: []sim.SourceResult{{Name: "Hannover", Arrived: estimate(5794.6, 5700, 5890), Lost: estimate(0.0125, 0.0099, 0.0151),
			Blocking: estimate(0.0125, 0.0099, 0.0151), Dropped: estimate(0, 0, 0.01), Causes: map[string]int64{"reserved": 1445, "no_free_circuit": 2}},
			{Name: "service desk", Arrived: estimate(200, 190, 210), Lost: estimate(0.01, 0.005, 0.015), Waited: estimate(0.2, 0.19, 0.21),
				Left: estimate(0.01, 0.005, 0.015), MeanWait: estimate(12.5, 12, 13), Causes: map[string]int64{}}},
		Lost: estimate(0.0122, 0.0099, 0.0145), Dropped: estimate(0.002, 0.001, 0.003),
	}
	r.Groups[2].Rare = &sim.RareResult{Levels: []int{57, 64, 70}, Calls: 6_321_912}
	r.Total.Offered, r.Total.InProgress = 151_150, 4
	r.Total.Outcomes[measure.Answered], r.Total.Outcomes[measure.Blocked] = 149_302, 1844
	return r
}

func TestSimulationIsRendered(t *testing.T) {
	for format, file := range map[Format]string{Text: "simulation.txt", Markdown: "simulation.md", CSV: "simulation.csv"} {
		var page bytes.Buffer
		if err := Simulation(simulated(), format == CSV).Write(&page, format); err != nil {
			t.Fatal(err)
		}
		goldenPlan(t, file, page.Bytes())
	}
	var page bytes.Buffer
	if err := WriteJSON(&page, NewSimulationObject("plan.yaml", simulated())); err != nil {
		t.Fatal(err)
	}
	goldenPlan(t, "simulation.json", page.Bytes())
	page.Reset()
	if err := WriteSimulationHTML(&page, "plan.yaml", simulated()); err != nil {
		t.Fatal(err)
	}
	goldenPlan(t, "simulation.html", page.Bytes())
}

// TestASimulationSaysWhenItsPrecisionWasNotReached asks for a narrower interval than that of the loss.
func TestASimulationSaysWhenItsPrecisionWasNotReached(t *testing.T) {
	for precision, want := range map[float64]bool{0.0001: true, 0.99: false} {
		r := simulated()
		r.Settings.Precision = precision
		var page bytes.Buffer
		if err := Simulation(r, false).Write(&page, Text); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(page.String(), "was not reached in"); got != want {
			t.Errorf("precision %g with %g: said not to be reached: %v", precision, r.Lost.HalfWidth(), got)
		}
	}
}

// comparison is two plans of which the second loses more.
func comparison() *sim.Comparison {
	a, b := simulated(), simulated()
	b.Lost.Value, b.Groups[0].Blocking.Value = 0.0222, 0.0228
	difference := sim.Estimate{Value: 0.01, Low: 0.009, High: 0.011, Known: true}
	return &sim.Comparison{A: a, B: b, Lost: sim.Difference{Name: "all calls", A: a.Lost, B: b.Lost, Estimate: difference},
		Groups: []sim.Difference{{Name: "Hannover", A: a.Groups[0].Blocking, B: b.Groups[0].Blocking, Estimate: difference},
			{Name: "Boston", A: a.Groups[1].Blocking, B: a.Groups[1].Blocking, Estimate: sim.Estimate{Known: true}}}}
}

func TestComparisonIsRendered(t *testing.T) {
	var page bytes.Buffer
	if err := Comparison([2]string{"a.yaml", "b.yaml"}, comparison(), false).Write(&page, Text); err != nil {
		t.Fatal(err)
	}
	goldenPlan(t, "comparison.txt", page.Bytes())
	page.Reset()
	if err := WriteComparisonHTML(&page, [2]string{"a.yaml", "b.yaml"}, comparison()); err != nil || !strings.Contains(page.String(), "a.yaml is better") {
		t.Errorf("the page does not say which is better (%v)", err)
	}
}

func TestSimulationsConformToTheirPublishedSchemas(t *testing.T) {
	empty := &sim.Result{Model: &sim.Model{}}
	single := simulated()
	single.Lost.High = math.Inf(1)
	publish(t, "simulation-1", "sipplan.simulation/1: a plan simulated by discrete events",
		NewSimulationObject("plan.yaml", simulated()), NewSimulationObject("plan.yaml", single), NewSimulationObject("plan.yaml", empty))
	publish(t, "comparison-1", "sipplan.comparison/1: two plans that were offered the same calls",
		NewComparisonObject([2]string{"a.yaml", "b.yaml"}, comparison()))
}
