package reports

import (
	"strconv"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

// Drill is what calls met while a trunk failed on purpose. It counts all calls of the run, those of the
// warm-up included.
type Drill struct {
	Drill         string             `json:"drill"`
	Trunk         string             `json:"trunk"`
	Verdict       acceptance.Verdict `json:"verdict"`
	Why           []string           `json:"why"`
	LostLimit     float64            `json:"lost_ratio_limit"`
	RecoveryLimit float64            `json:"recovery_seconds_limit"`
	Lost          *float64           `json:"lost_ratio"`       // of the calls during the failure; null without any
	Recovery      *float64           `json:"recovery_seconds"` // from the repair to the first answer; null without one
	Cut           uint64             `json:"calls_cut"`        // in progress on the trunk, ended otherwise than planned
	Before        DrillPhase         `json:"before"`
	During        DrillPhase         `json:"during"`
	After         DrillPhase         `json:"after"`
}

// DrillPhase counts the calls that were to begin in a time of a drill.
type DrillPhase struct {
	Offered    uint64            `json:"offered"`
	Outcomes   map[string]uint64 `json:"outcomes"` // they sum to offered
	Lost       uint64            `json:"lost"`     // blocked, without answer, or not started
	Tries      uint64            `json:"tries_over_the_trunk"`
	Moved      uint64            `json:"failed_over_and_answered"`
	AnswerTime Delay             `json:"answer_time_ms"` // from the intended instant, fail-over included
}

func newDrills(all *measure.Measurement, limits acceptance.DrillLimits, health measure.Health) []Drill {
	drills := make([]Drill, len(all.Drills))
	for i := range all.Drills {
		d := &all.Drills[i]
		judged := acceptance.JudgeDrill(d, limits, health)
		lost, defined := d.Phases[measure.During].LostRatio().Value()
		drills[i] = Drill{
			Drill: printable(d.What), Trunk: printable(d.Trunk), Verdict: judged.Verdict, Why: cleaned(judged.Why),
			LostLimit: rounded(judged.Limits.Lost), RecoveryLimit: exact(judged.Limits.Recovery),
			Lost: known(lost, defined), Recovery: known(d.Recovery.Seconds(), d.Answers > 0), Cut: d.Cut,
			Before: newDrillPhase(d, measure.Before), During: newDrillPhase(d, measure.During), After: newDrillPhase(d, measure.After),
		}
	}
	return drills
}

func newDrillPhase(d *measure.Drill, phase measure.Phase) DrillPhase {
	p := &d.Phases[phase]
	return DrillPhase{
		Offered: p.Offered, Outcomes: outcomesOf(&p.Outcomes), Lost: p.Lost(), Tries: p.Tries, Moved: p.Moved, AnswerTime: newDelay(&p.Answer),
	}
}

// drillTables show the phases of each drill side by side.
func (r *Run) drillTables() []Table {
	var tables []Table
	for i := range r.Drills {
		d := &r.Drills[i]
		t := Table{Title: "Drill: " + d.Drill, Columns: []Column{{Name: "calls"}}}
		for _, name := range []string{"offered", "answered", "lost", "over the trunk", "failed over", "answer p50", "answer max"} {
			t.Columns = append(t.Columns, Column{Name: name, Right: true})
		}
		for _, phase := range []struct {
			name string
			DrillPhase
		}{{"before", d.Before}, {"during", d.During}, {"after", d.After}} {
			t.Rows = append(t.Rows, []string{
				phase.name, count(phase.Offered), count(phase.Outcomes["answered"]), count(phase.Lost), count(phase.Tries), count(phase.Moved),
				inMilliseconds(phase.AnswerTime.P50, 1), inMilliseconds(phase.AnswerTime.Max, 1),
			})
		}
		tables = append(tables, t)
	}
	return tables
}

// drillSentences says of each drill whether it was passed, and why.
func (r *Run) drillSentences() []string {
	var sentences []string
	for i := range r.Drills {
		d := &r.Drills[i]
		if d.Verdict == acceptance.Holds {
			sentences = append(sentences, append([]string{"The drill is passed: " + d.Drill + "."}, d.Why...)...)
		}
	}
	return sentences
}

// drillRules returns a sentence for each drill that was not passed, and for each that could not be told.
func (r *Run) drillRules() (failed, open []string) {
	for i := range r.Drills {
		d := &r.Drills[i]
		switch d.Verdict {
		case acceptance.DoesNotHold:
			failed = append(append(failed, "The drill is not passed: "+d.Drill+"."), d.Why...)
		case acceptance.CannotTell:
			open = append(append(open, "The drill cannot be judged: "+d.Drill+"."), d.Why...)
		}
	}
	return failed, open
}

// addDrills adds the figures of the drills as rows of a CSV file, each under its drill.
func (r *Run) addDrills(add func(metric, value, unit string)) {
	for i := range r.Drills {
		d := &r.Drills[i]
		name := "drill." + d.Drill + "."
		add(name+"verdict", d.Verdict.String(), "")
		for _, f := range []struct {
			metric string
			value  *float64
			unit   string
		}{{"lost_ratio", d.Lost, "ratio"}, {"recovery_seconds", d.Recovery, "s"}} {
			if f.value != nil {
				add(name+f.metric, strconv.FormatFloat(*f.value, 'f', -1, 64), f.unit)
			}
		}
		for _, p := range []struct {
			phase string
			DrillPhase
		}{{"before", d.Before}, {"during", d.During}, {"after", d.After}} {
			add(name+p.phase+".offered", strconv.FormatUint(p.Offered, 10), "1")
			add(name+p.phase+".lost", strconv.FormatUint(p.Lost, 10), "1")
		}
	}
}
