package reports

import (
	"math"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/sim"
)

// SimulationSchema names the form of SimulationObject. Within a version, keys are only ever added.
const SimulationSchema = "sipplan.simulation/1"

// SimulationObject is a simulated plan as JSON: full precision, units in the names of the keys, ratios from 0 to 1. What
// is not defined, because nothing was offered, is null.
type SimulationObject struct {
	Schema      string            `json:"schema"`
	Name        string            `json:"name"`
	Seed        uint64            `json:"seed"`
	Windows     int               `json:"windows"`
	Batches     bool              `json:"batch_means"`
	Window      float64           `json:"window_seconds"`
	WarmUp      float64           `json:"warm_up_seconds"`
	Confidence  float64           `json:"confidence"`
	Interrupted bool              `json:"interrupted"`
	Calls       int64             `json:"calls"`
	Lost        *estimateObject   `json:"lost_ratio"`
	Dropped     *estimateObject   `json:"dropped_ratio"`
	Outcomes    map[string]uint64 `json:"outcomes"`
	InProgress  uint64            `json:"in_progress"`
	Offered     uint64            `json:"offered"`
	Groups      []simulatedGroup  `json:"trunk_groups"`
	Sources     []simulatedSource `json:"sources"`
	Drills      []string          `json:"drills"`
	Answer      []string          `json:"answer"`
}

type estimateObject struct {
	Value float64  `json:"value"`
	Low   float64  `json:"low"`
	High  *float64 `json:"high"`
}

type simulatedGroup struct {
	Name           string          `json:"trunk_group"`
	Circuits       *int            `json:"circuits"`
	Offered        *estimateObject `json:"offered_erlangs"`
	Carried        *estimateObject `json:"carried_erlangs"`
	Blocking       *estimateObject `json:"blocking_ratio"`
	TimeCongestion *estimateObject `json:"time_congestion_ratio"`
	Dropped        *estimateObject `json:"dropped_ratio"`
	Peakedness     float64         `json:"peakedness"`
	Attempts       uint64          `json:"attempts"`
	Blocked        uint64          `json:"blocked"`
	Formula        *float64        `json:"formula_blocking_ratio"`
	FormulaName    string          `json:"formula"`
	Promised       *float64        `json:"promised_blocking_ratio"`
	Verdict        sim.Verdict     `json:"verdict"`
}

type simulatedSource struct {
	Name     string           `json:"source"`
	Arrived  *estimateObject  `json:"calls_per_window"`
	Lost     *estimateObject  `json:"lost_ratio"`
	Blocking *estimateObject  `json:"attempts_blocked_ratio"`
	Dropped  *estimateObject  `json:"dropped_ratio"`
	Causes   map[string]int64 `json:"causes"`
}

func newEstimateObject(e sim.Estimate) *estimateObject {
	if !e.Known {
		return nil
	}
	object := &estimateObject{Value: e.Value, Low: e.Low}
	if !math.IsInf(e.High, 1) {
		object.High = &e.High
	}
	return object
}

// NewSimulationObject returns the result in the form of SimulationSchema.
func NewSimulationObject(name string, r *sim.Result) SimulationObject {
	object := SimulationObject{
		Schema: SimulationSchema, Name: name, Seed: r.Settings.Seed, Windows: r.Windows, Batches: r.Settings.Batches > 0,
		Window: r.Settings.Window.Seconds(), WarmUp: r.Settings.WarmUp.Seconds(), Confidence: r.Settings.Confidence,
		Interrupted: r.Interrupted, Calls: r.Calls, Lost: newEstimateObject(r.Lost), Dropped: newEstimateObject(r.Dropped),
		Outcomes: map[string]uint64{}, InProgress: r.Total.InProgress, Offered: r.Total.Offered,
		Groups: []simulatedGroup{}, Sources: []simulatedSource{}, Drills: []string{}, Answer: simulationPage{name, r}.answer(),
	}
	for class, n := range r.Total.Outcomes {
		object.Outcomes[measure.Class(class).String()] = n
	}
	for i := range r.Groups {
		object.Groups = append(object.Groups, newSimulatedGroup(&r.Groups[i]))
	}
	for _, s := range r.Sources {
		object.Sources = append(object.Sources, simulatedSource{s.Name, newEstimateObject(s.Arrived), newEstimateObject(s.Lost),
			newEstimateObject(s.Blocking), newEstimateObject(s.Dropped), s.Causes})
	}
	for _, drill := range r.Model.Drills {
		object.Drills = append(object.Drills, drill.String())
	}
	return object
}

func newSimulatedGroup(g *sim.GroupResult) simulatedGroup {
	object := simulatedGroup{
		Name: g.Name, Offered: newEstimateObject(g.OfferedErlangs), Carried: newEstimateObject(g.Carried), Blocking: newEstimateObject(g.Blocking),
		TimeCongestion: newEstimateObject(g.TimeCongestion), Dropped: newEstimateObject(g.Dropped), Peakedness: g.Peakedness,
		Attempts: g.Measurement.Offered, Blocked: g.Measurement.Outcomes[measure.Blocked],
		Formula: g.Formula, FormulaName: g.FormulaName, Verdict: g.Verdict,
	}
	if g.Circuits > 0 {
		object.Circuits = &g.Circuits
	}
	if g.Promised > 0 {
		object.Promised = &g.Promised
	}
	return object
}
