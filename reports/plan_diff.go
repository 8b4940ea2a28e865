package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
)

// PlanDiff says what changed from one plan to another in ports, blocking and cost, as a document and as JSON.
func PlanDiff(a, b *design.Design) (Document, PlanDiffObject) {
	object := PlanDiffObject{Schema: PlanDiffSchema, Rows: diffRows(a, b)}
	t := Table{Columns: columns("figure", ">before", ">after", ">change")}
	changed := 0
	for _, row := range object.Rows {
		if row.Before != row.After {
			changed++
			t.Rows = append(t.Rows, []string{row.Figure, row.Before, row.After, row.Change})
		}
	}
	sentence := "Nothing changed in ports, blocking and cost."
	if changed > 0 {
		va, vb := a.Variant(), b.Variant()
		sentence = fmt.Sprintf("%s changed: from %s on %s to %s on %s, from %s to %s blocked.", plural(changed, "figure"),
			plural(va.Ports, "port"), va.Name, plural(vb.Ports, "port"), vb.Name, percent(va.Blocking), percent(vb.Blocking))
	}
	object.Answer = sentence
	return Document{Answer: []string{sentence}, Tables: []Table{t}}, object
}

// PlanDiffSchema names the form of PlanDiffObject.
const PlanDiffSchema = "sipplan.plan-diff/1"

// PlanDiffObject is a comparison as JSON.
type PlanDiffObject struct {
	Schema string    `json:"schema"`
	Answer string    `json:"answer"`
	Rows   []DiffRow `json:"figures"`
}

// DiffRow is one figure of both plans as it is printed.
type DiffRow struct {
	Figure string `json:"figure"`
	Before string `json:"before"`
	After  string `json:"after"`
	Change string `json:"change"`
}

// diffRows sets the figures of the chosen variants side by side, then the ports of each place.
func diffRows(a, b *design.Design) []DiffRow {
	va, vb := a.Variant(), b.Variant()
	rows := []DiffRow{
		{"topology", va.Name, vb.Name, ""},
		numberRow("users", a.Total.Users, b.Total.Users),
		{"traffic", erlangs(a.Total.Erlangs), erlangs(b.Total.Erlangs), erlangs(b.Total.Erlangs - a.Total.Erlangs)},
		numberRow("ports needed", va.Ports, vb.Ports),
		numberRow("ports installed", va.Installed, vb.Installed),
		numberRow("gateways or SBCs", va.Units, vb.Units),
		numberRow("Mediation Servers", a.Servers.Total, b.Servers.Total),
		{"blocked at the worst place", percent(va.Blocking), percent(vb.Blocking), ""},
		{"blocked with the largest unit failed", percent(va.Down), percent(vb.Down), ""},
		moneyRow("hardware and set-up", va.Cost.Start(), vb.Cost.Start()),
		moneyRow("cost of a month", va.Cost.Monthly(), vb.Cost.Monthly()),
		moneyRow("cost of all years", va.Cost.Total, vb.Cost.Total),
	}
	before, after := portsByPlace(a), portsByPlace(b)
	for _, d := range []*design.Design{a, b} {
		for _, l := range d.Variant().Locations {
			name := d.Sites[l.Site].Name
			if _, left := before[name]; d == a || !left {
				rows = append(rows, numberRow("ports at "+name, before[name], after[name]))
			}
		}
	}
	return rows
}

func portsByPlace(d *design.Design) map[string]int {
	ports := map[string]int{}
	for _, l := range d.Variant().Locations {
		ports[d.Sites[l.Site].Name] = l.Ports
	}
	return ports
}

func numberRow(figure string, before, after int) DiffRow {
	return DiffRow{figure, count(before), count(after), fmt.Sprintf("%+d", after-before)}
}

func moneyRow(figure string, before, after plan.Money) DiffRow {
	return DiffRow{figure, amount(before), amount(after), amount(after - before)}
}
