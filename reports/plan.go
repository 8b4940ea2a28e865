package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/design"
)

// planRows is how many rows of sites a table for people shows; data formats show all.
const planRows = 20

// Plan returns the document of a plan that was worked out: what to buy, why, and what happens when it breaks; then the
// tables. With all, tables of sites are not cut off.
func Plan(d *design.Design, all bool) Document {
	p := planPage{d}
	document := Document{Answer: []string{p.trafficSentence(), p.buySentence(), p.reasonSentence(), p.breakSentence(), p.costSentence()}}
	for _, table := range []Table{p.variants(), p.locations(), p.servers(), p.links(), p.admission(), p.failures(), p.branches(),
		p.cost(), p.sensitivity(), p.exchanges(), p.phases(), p.trunkGroups(), p.routes(), p.analog(), p.emergency(), p.numbers(), p.tests()} {
		if len(table.Rows) == 0 {
			continue
		}
		document.Tables = append(document.Tables, table.cut(all))
	}
	document.Notes = append(document.Notes, d.Advice...)
	for _, risk := range d.Risks {
		document.Notes = append(document.Notes, "Risk: "+risk+".")
	}
	document.Notes = append(document.Notes, p.scope())
	return document
}

// cut leaves the first rows of a table for people, and says how many there are more; with all it leaves all.
func (t Table) cut(all bool) Table {
	if rest := len(t.Rows) - planRows; rest > 0 && !all {
		t.Title += fmt.Sprintf(" (the first %d; %s more with --output csv or json)", planRows, count(rest))
		t.Rows = t.Rows[:planRows]
	}
	return t
}

// planPage writes the parts of the document.
type planPage struct{ d *design.Design }

func (p planPage) site(i int) string { return p.d.Sites[i].Name }

// trafficSentence says what is asked of the trunks.
func (p planPage) trafficSentence() string {
	v, total := p.d.Variant(), p.d.Total
	name := p.d.Plan.Name
	if name == "" {
		name = "The plan"
	}
	offer := "offer"
	if total.Users == 1 {
		offer = "offers"
	}
	return fmt.Sprintf("%s: %s on %s %s %s in the busy hour (%s call attempts a second); %s blocked needs %s at %s.", name,
		plural(total.Users, "user"), plural(len(p.d.Sites), "site"), offer, erlangs(total.Erlangs), perSecond(total.CAPS()),
		percent(p.d.Assumptions.GoS), plural(v.Ports, "port"), plural(len(v.Locations), "place"))
}

// buySentence lists the units by model.
func (p planPage) buySentence() string {
	counts, order := map[string]int{}, []string{}
	for _, l := range p.d.Variant().Locations {
		for _, b := range l.Mix.Bought {
			if counts[b.Model] == 0 {
				order = append(order, b.Model)
			}
			counts[b.Model] += b.Count
		}
	}
	var parts []string
	for _, model := range order {
		parts = append(parts, fmt.Sprintf("%s x %s", count(counts[model]), model))
	}
	servers := plural(p.d.Servers.Total, "Mediation Server")
	var without string
	if lacking := p.lacking(); len(lacking) > 0 {
		without = fmt.Sprintf(" Nothing that may be bought holds what is needed at %s.", strings.Join(lacking, ", "))
	}
	switch {
	case len(parts) > 0:
		return fmt.Sprintf("Buy %s and %s: %s.", strings.Join(parts, ", "), servers, p.d.Variant().Peer) + without
	case without != "":
		return fmt.Sprintf("Buy %s.", servers) + without
	}
	return fmt.Sprintf("Buy %s; no gateway is needed.", servers)
}

// lacking names places for which nothing fits.
func (p planPage) lacking() []string {
	var names []string
	for _, l := range p.d.Variant().Locations {
		if l.Ports > 0 && l.Mix.Units == 0 && p.d.Variant().Name != design.DirectSIP {
			names = append(names, p.site(l.Site))
		}
	}
	return names
}

func (p planPage) reasonSentence() string {
	v := p.d.Variant()
	return fmt.Sprintf("Why %s: %s %s", v.Name, p.d.Reason, v.Reason)
}

// breakSentence says what the worst single failure does.
func (p planPage) breakSentence() string {
	v := p.d.Variant()
	sentence := fmt.Sprintf("With everything up the worst place blocks %s; with its largest gateway failed, %s.", percent(v.Blocking), percent(v.Down))
	if len(p.d.Worst) == 0 {
		return sentence
	}
	f := p.d.Worst[0]
	switch {
	case f.Stranded > 0:
		return sentence + fmt.Sprintf(" The worst single failure is that of %s at %s: %s cannot call (%s).", f.What, p.site(f.Site), plural(f.Stranded, "user"), f.Reason)
	case !f.Holds || f.Down == 0:
		return sentence + fmt.Sprintf(" No single failure cuts users off; the worst is that of %s at %s, which blocks %s.", f.What, p.site(f.Site), percent(f.Blocking))
	}
	return sentence + fmt.Sprintf(" No single failure cuts users off whose own site works; the worst is that of %s at %s, with its %s.",
		f.What, p.site(f.Site), plural(f.Down, "user"))
}

// costSentence says what it costs, and when SIP trunks pay.
func (p planPage) costSentence() string {
	cost, b := p.d.Variant().Cost, p.d.BreakEven
	if !cost.Known {
		missing := "the plan does not give " + strings.Join(cost.Missing, ", ") + "."
		if cost.Tariffs {
			return fmt.Sprintf("Rents and minutes cost %s a month; what it costs in all is not known: %s", p.money(cost.Monthly()), missing)
		}
		return "What it costs is not known: " + missing
	}
	sentence := fmt.Sprintf("It costs %s at the start and %s a month: %s over %s.", p.money(cost.Start()), p.money(cost.Monthly()),
		p.money(cost.Total), plural(p.d.Assumptions.Years, "year"))
	if !b.Known {
		return sentence
	}
	switch {
	case b.Month == 0:
		return sentence + fmt.Sprintf(" SIP trunks are cheaper than TDM lines from the start, by %s a month.", p.money(b.Saving))
	case b.Month < 0:
		return sentence + " TDM lines stay cheaper than SIP trunks."
	}
	return sentence + fmt.Sprintf(" SIP trunks are cheaper than TDM lines from month %s on.", count(b.Month))
}

// scope says what the figures rest on.
func (p planPage) scope() string {
	a := p.d.Assumptions
	return fmt.Sprintf("Assumed: %s holding time and %s set-up, %s of the day's calls in the busy hour, traffic times %s for growth, %s of the calls bypass the Mediation Servers, whose %s calls each are from: %s.",
		inSeconds(a.AHT), inSeconds(a.SetUp), percent(float64(a.BusyHour)), decimal(a.Growth, 3), percent(a.Bypass), count(p.d.Servers.Calls), p.d.Servers.Source)
}
