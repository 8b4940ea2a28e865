package reports

import (
	"fmt"
	"math"

	"github.com/sipplan/sipplan/planner/sim"
)

// Comparison returns the document of two plans that were offered the same calls. With all, tables are not cut off.
func Comparison(names [2]string, c *sim.Comparison, all bool) Document {
	t := Table{Title: "Blocked, with the same calls", Columns: columns("trunk group", ">"+names[0], ">"+names[1], ">difference",
		fmt.Sprintf(">%s interval", percent(c.A.Settings.Confidence)), "better")}
	for _, d := range append([]sim.Difference{c.Lost}, c.Groups...) {
		t.Rows = append(t.Rows, []string{d.Name, estimated(d.A), estimated(d.B), signedPercent(d.Value), signedPercent(d.Low) + " to " + signedPercent(d.High), betterOf(names, d)})
	}
	document := Document{Answer: []string{comparisonSentence(names, c.Lost)}, Tables: []Table{t, simulationPage{c.A}.groups(), simulationPage{c.B}.groups()}}
	document.Tables[1].Title += " of " + names[0]
	document.Tables[2].Title += " of " + names[1]
	for i := range document.Tables {
		document.Tables[i] = document.Tables[i].cut(all)
	}
	document.Notes = append(simulationPage{c.A}.notes(),
		"Both plans were offered the same calls at the same instants, so that the interval is that of the difference alone; in the first row all calls lost for good.")
	return document
}

// betterOf names the plan that blocks less, if that can be told. A group that no call of either plan met otherwise is the
// same in both.
func betterOf(names [2]string, d sim.Difference) string {
	switch better := d.Better(); {
	case better == "first":
		return names[0]
	case better == "second":
		return names[1]
	case d.Low == 0 && d.High == 0:
		return "the same"
	default:
		return better
	}
}

// comparisonSentence says which plan loses fewer calls.
func comparisonSentence(names [2]string, d sim.Difference) string {
	values := fmt.Sprintf("%s loses %s of all calls and %s %s", names[0], estimated(d.A), names[1], estimated(d.B))
	interval := fmt.Sprintf("the difference is between %s and %s", signedPercent(d.Low), signedPercent(d.High))
	switch d.Better() {
	case "first":
		return fmt.Sprintf("%s is better: %s; %s.", names[0], values, interval)
	case "second":
		return fmt.Sprintf("%s is better: %s; %s.", names[1], values, interval)
	}
	return fmt.Sprintf("Which plan is better cannot be told: %s; %s.", values, interval)
}

// signedPercent writes a difference of shares with its sign.
func signedPercent(share float64) string {
	switch {
	case math.IsNaN(share) || share == 0:
		return percent(share)
	case share < 0:
		return "-" + percent(-share)
	}
	return "+" + percent(share)
}

// ComparisonSchema names the form of ComparisonObject. Within a version, keys are only ever added.
const ComparisonSchema = "sipplan.comparison/1"

// ComparisonObject is two simulated plans as JSON.
type ComparisonObject struct {
	Schema string             `json:"schema"`
	Lost   differenceObject   `json:"lost_ratio"`
	Groups []differenceObject `json:"trunk_groups"`
	First  SimulationObject   `json:"first"`
	Second SimulationObject   `json:"second"`
}

type differenceObject struct {
	Name       string  `json:"of"`
	Difference float64 `json:"difference"` // of the second less the first
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Better     string  `json:"better"`
}

// NewComparisonObject returns the comparison in the form of ComparisonSchema.
func NewComparisonObject(names [2]string, c *sim.Comparison) ComparisonObject {
	object := ComparisonObject{Schema: ComparisonSchema, Lost: newDifferenceObject(c.Lost), Groups: []differenceObject{},
		First: NewSimulationObject(names[0], c.A), Second: NewSimulationObject(names[1], c.B)}
	for _, d := range c.Groups {
		object.Groups = append(object.Groups, newDifferenceObject(d))
	}
	return object
}

func newDifferenceObject(d sim.Difference) differenceObject {
	return differenceObject{d.Name, d.Value, d.Low, d.High, d.Better()}
}
