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

// DiffRow is one figure of both plans, as it is printed and as a number: erlangs, a ratio from 0 to 1, a count, or money in
// the currency of the plan.
type DiffRow struct {
	Figure       string   `json:"figure"`
	Before       string   `json:"before"`
	After        string   `json:"after"`
	Change       string   `json:"change"`
	BeforeNumber *float64 `json:"before_number" doc:"null for what is a name"`
	AfterNumber  *float64 `json:"after_number"`
}

// diffRows sets the figures of the chosen variants side by side, then the ports of each place.
func diffRows(a, b *design.Design) []DiffRow {
	va, vb := a.Variant(), b.Variant()
	rows := []DiffRow{
		{Figure: "topology", Before: va.Name, After: vb.Name},
		countRow("users", a.Total.Users, b.Total.Users),
		diffRow("traffic", a.Total.Erlangs, b.Total.Erlangs, erlangs, erlangs(b.Total.Erlangs-a.Total.Erlangs)),
		countRow("ports needed", va.Ports, vb.Ports),
		countRow("ports installed", va.Installed, vb.Installed),
		countRow("gateways or SBCs", va.Units, vb.Units),
		countRow("Mediation Servers", a.Servers.Total, b.Servers.Total),
		diffRow("blocked at the worst place", va.Blocking, vb.Blocking, percent, ""),
		diffRow("blocked with the largest unit failed", va.Down, vb.Down, percent, ""),
		countRow("failures that break the promise", brokenPromises(a), brokenPromises(b)),
		countRow("users cut off by the worst failure", cutOff(a), cutOff(b)),
		moneyRow("hardware and set-up", va.Cost.Start(), vb.Cost.Start()),
		moneyRow("cost of a month", va.Cost.Monthly(), vb.Cost.Monthly()),
		moneyRow("cost of all years", va.Cost.Total, vb.Cost.Total),
	}
	before, after := portsByPlace(a), portsByPlace(b)
	for _, d := range []*design.Design{a, b} {
		for _, l := range d.Variant().Locations {
			name := d.Sites[l.Site].Name
			if _, left := before[name]; d == a || !left {
				rows = append(rows, countRow("ports at "+name, before[name], after[name]))
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

// brokenPromises counts the single failures in which the promise is not kept.
func brokenPromises(d *design.Design) int {
	broken := 0
	for _, f := range d.Failures {
		if !f.Holds {
			broken++
		}
	}
	return broken
}

// cutOff returns the users whom the worst single failure leaves without service at a site that works.
func cutOff(d *design.Design) int {
	if len(d.Worst) == 0 {
		return 0
	}
	return d.Worst[0].Stranded
}

func diffRow(figure string, before, after float64, write func(float64) string, change string) DiffRow {
	return DiffRow{figure, write(before), write(after), change, &before, &after}
}

func countRow(figure string, before, after int) DiffRow {
	return diffRow(figure, float64(before), float64(after), func(n float64) string { return count(int(n)) }, fmt.Sprintf("%+d", after-before))
}

func moneyRow(figure string, before, after plan.Money) DiffRow {
	x, y := float64(before)/float64(plan.MoneyUnit), float64(after)/float64(plan.MoneyUnit)
	return DiffRow{figure, amount(before), amount(after), amount(after - before), &x, &y}
}
