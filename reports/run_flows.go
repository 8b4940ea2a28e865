package reports

import "github.com/sipplan/sipplan/planner/measure"

// Flow is what the calls of one flow came to, of a scenario that mixes several. The outcomes sum to Offered.
type Flow struct {
	Name     string            `json:"name"`
	Offered  uint64            `json:"offered"`
	Share    float64           `json:"share"` // of the calls of all flows
	Outcomes map[string]uint64 `json:"outcomes"`
}

func newFlows(m *measure.Measurement) (list []Flow) {
	var all uint64
	for i := range m.Flows {
		all += m.Flows[i].Offered
	}
	for i := range m.Flows {
		f := &m.Flows[i]
		list = append(list, Flow{printable(f.Name), f.Offered, rounded(float64(f.Offered) / float64(max(1, all))), outcomesOf(&f.Outcomes)})
	}
	return list
}

// flowTable says how the calls of each flow ended: the classes that occurred in any of them.
func (r *Run) flowTable() Table {
	table := Table{Title: "Flows of the scenario", Columns: []Column{{Name: "flow"}, {Name: "calls", Right: true}, {Name: "share", Right: true}}}
	var classes []string
	for _, class := range r.Counted.outcomes() {
		for _, f := range r.Flows {
			if f.Outcomes[class.class] > 0 {
				classes = append(classes, class.class)
				table.Columns = append(table.Columns, Column{Name: class.class, Right: true})
				break
			}
		}
	}
	for _, f := range r.Flows {
		row := []string{f.Name, count(f.Offered), percent(f.Share)}
		for _, class := range classes {
			row = append(row, count(f.Outcomes[class]))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
