package reports

import (
	"math"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/sim"
)

// SimulationSchema names the form of SimulationObject. Within a version, keys are only ever added;
// reports/schema/simulation-1.json has it.
const SimulationSchema = "sipplan.simulation/1"

// SimulationObject is a simulated plan as JSON: full precision, units in the names of the keys, ratios from 0 to 1. What
// is not defined, because nothing was offered, is null.
type SimulationObject struct {
	Schema      string            `json:"schema"`
	Name        string            `json:"name" doc:"file of the plan"`
	Seed        uint64            `json:"seed" doc:"the same seed gives the same figures"`
	Windows     int               `json:"windows" doc:"independent replications, or batches"`
	Batches     bool              `json:"batch_means" doc:"the windows follow one another in one replication"`
	Window      float64           `json:"window_seconds" doc:"measured time of each"`
	WarmUp      float64           `json:"warm_up_seconds" doc:"time before, which is not counted"`
	Confidence  float64           `json:"confidence" doc:"of all intervals"`
	Interrupted bool              `json:"interrupted" doc:"ended before all replications were made"`
	Calls       int64             `json:"calls" doc:"that arrived in all windows"`
	Lost        *estimateObject   `json:"lost_ratio" doc:"calls lost for good, by calls"`
	Dropped     *estimateObject   `json:"dropped_ratio" doc:"calls in progress that failures ended, by calls carried"`
	Offered     uint64            `json:"offered" doc:"calls, those included whose callers were trying again when a window began"`
	Outcomes    map[string]uint64 `json:"outcomes" doc:"of the calls, by class; with in_progress they sum to offered"`
	InProgress  uint64            `json:"in_progress" doc:"calls neither carried nor lost when a window ended"`
	Groups      []simulatedGroup  `json:"trunk_groups"`
	Sources     []simulatedSource `json:"sources"`
	Drills      []string          `json:"drills" doc:"failures on purpose"`
	Answer      []string          `json:"answer"`
}

type estimateObject struct {
	Value float64  `json:"value"`
	Low   float64  `json:"low"`
	High  *float64 `json:"high" doc:"null where one window is all there is"`
}

type simulatedGroup struct {
	Name           string          `json:"trunk_group"`
	Circuits       *int            `json:"circuits" doc:"null for no limit"`
	Offered        *estimateObject `json:"offered_erlangs" doc:"attempts by their mean circuit time, overflow of other groups and callers who try again included"`
	Carried        *estimateObject `json:"carried_erlangs"`
	Blocking       *estimateObject `json:"blocking_ratio" doc:"call congestion: attempts that found no circuit, by attempts"`
	TimeCongestion *estimateObject `json:"time_congestion_ratio" doc:"share of the time with all circuits busy"`
	Dropped        *estimateObject `json:"dropped_ratio" doc:"calls that failures ended, by calls carried"`
	Peakedness     float64         `json:"peakedness" doc:"variance by mean of the calls in progress"`
	Attempts       uint64          `json:"attempts"`
	Blocked        uint64          `json:"blocked"`
	Splitting      bool            `json:"splitting" doc:"blocking_ratio and time_congestion_ratio were found by splitting (RESTART), not counted"`
	Formula        *float64        `json:"formula_blocking_ratio"`
	FormulaName    string          `json:"formula"`
	Promised       *float64        `json:"promised_blocking_ratio"`
	Verdict        string          `json:"verdict" doc:"holds, does not hold, cannot tell or no promise"`
}

type simulatedSource struct {
	Name     string           `json:"source"`
	Arrived  *estimateObject  `json:"calls_per_window"`
	Lost     *estimateObject  `json:"lost_ratio"`
	Blocking *estimateObject  `json:"attempts_blocked_ratio"`
	Dropped  *estimateObject  `json:"dropped_ratio" doc:"calls that failures ended, by calls answered"`
	Waited   *estimateObject  `json:"waited_ratio" doc:"attempts that had to wait for a circuit; null where calls do not wait"`
	Left     *estimateObject  `json:"gave_up_waiting_ratio"`
	MeanWait *estimateObject  `json:"mean_wait_seconds" doc:"over all attempts"`
	Causes   map[string]int64 `json:"causes" doc:"of attempts that failed; one may have several"`
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
		Groups: []simulatedGroup{}, Sources: []simulatedSource{}, Drills: []string{}, Answer: simulationPage{r}.answer(),
	}
	for class, n := range r.Total.Outcomes {
		object.Outcomes[measure.Class(class).String()] = n
	}
	for i := range r.Groups {
		object.Groups = append(object.Groups, newSimulatedGroup(&r.Groups[i]))
	}
	for _, s := range r.Sources {
		object.Sources = append(object.Sources, simulatedSource{s.Name, newEstimateObject(s.Arrived), newEstimateObject(s.Lost),
			newEstimateObject(s.Blocking), newEstimateObject(s.Dropped), newEstimateObject(s.Waited), newEstimateObject(s.Left),
			newEstimateObject(s.MeanWait), s.Causes})
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
		Attempts: g.Measurement.Offered, Blocked: g.Measurement.Outcomes[measure.Blocked], Splitting: g.Rare != nil,
		Formula: g.Formula, FormulaName: g.FormulaName, Verdict: g.Verdict.String(),
	}
	if g.Circuits > 0 {
		object.Circuits = &g.Circuits
	}
	if g.Promised > 0 {
		object.Promised = &g.Promised
	}
	return object
}
