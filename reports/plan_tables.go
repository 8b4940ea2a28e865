package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/design"
)

// columns names columns; those that begin with > are right-aligned.
func columns(names ...string) []Column {
	all := make([]Column, len(names))
	for i, name := range names {
		text, right := strings.CutPrefix(name, ">")
		all[i] = Column{text, right}
	}
	return all
}

func (p planPage) variants() Table {
	t := Table{Title: "Topologies side by side", Columns: columns("topology", ">ports", ">units", ">blocked", ">one down", ">a month", ">all years", "reason")}
	for i, v := range p.d.Variants {
		month, years := "-", "-"
		if v.Cost.Tariffs {
			month = amount(v.Cost.Monthly())
		}
		if v.Cost.Known {
			years = amount(v.Cost.Total)
		}
		t.Rows = append(t.Rows, []string{chosenName(p.d, i), count(v.Ports), count(v.Units), percent(v.Blocking), percent(v.Down), month, years, v.Reason})
	}
	return t
}

func (p planPage) locations() Table {
	t := Table{Title: "What to buy, and where", Columns: columns("place", "lines", ">users", ">traffic", ">needed", "buy", ">ports", ">blocked", ">one down", ">long run", "reason")}
	for _, l := range p.d.Variant().Locations {
		t.Rows = append(t.Rows, []string{p.site(l.Site) + ", " + l.Country, lineText(l), count(l.Load.Users), erlangs(l.Load.Erlangs), count(l.Ports),
			bought(l.Mix), count(l.Trunk), percent(l.Blocking), percent(l.Down), documented(l.LongRun), l.Mix.Reason})
	}
	return t
}

// documented writes a share, or says that nobody documents what it follows from.
func documented(share *float64) string {
	if share == nil {
		return "not documented"
	}
	return percent(*share)
}

// bought lists the units of a mix.
func bought(m design.Mix) string {
	var parts []string
	for _, b := range m.Bought {
		parts = append(parts, fmt.Sprintf("%s x %s", count(b.Count), b.Model))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func (p planPage) servers() Table {
	t := Table{Title: "Mediation Servers and trunks", Columns: columns("pool", ">not bypassed", ">servers", ">gateways", ">trunks", "reason")}
	for i, pool := range p.d.Servers.Pools {
		pair := p.d.Trunks.Pairs[i]
		t.Rows = append(t.Rows, []string{p.site(pool.Site), erlangs(pool.NonBypass), count(pool.Servers), count(pool.Gateways), count(pair.Trunks),
			pool.Reason + "; " + pair.Reason})
	}
	return t
}

func (p planPage) links() Table {
	t := Table{Title: "Bandwidth in each direction, for 99.9 % of the busy hour; a call takes " + bitRate(design.CallBandwidth(p.d.Plan.Media).BitsPerSecond) +
		" (" + design.CallBandwidth(p.d.Plan.Media).Reason + ")", Columns: columns("link", "kind", ">call legs", ">streams", ">needs", ">has", "reason")}
	for _, l := range p.d.Links {
		has := "-"
		if l.Capacity > 0 {
			has = bitRate(l.Capacity)
		}
		t.Rows = append(t.Rows, []string{p.site(l.Site), l.Kind, erlangs(l.Erlangs), count(l.Streams), bitRate(l.BitsPerSecond), has, l.Reason})
	}
	return t
}

func (p planPage) admission() Table {
	t := Table{Title: "Call admission control (Kaufman-Roberts)", Columns: columns("link", "calls", ">limit", ">each", ">traffic", ">refused")}
	for _, l := range p.d.Links {
		for _, a := range l.Admission {
			t.Rows = append(t.Rows, []string{p.site(l.Site), a.Name, bitRate(float64(a.Limit) * 1000), bitRate(float64(a.Width) * 1000), erlangs(a.Erlangs), percent(a.Blocking)})
		}
	}
	return t
}

func (p planPage) failures() Table {
	t := Table{Title: "What happens when it breaks: single failures, worst first",
		Columns: columns("fails", "at", ">moved", ">blocked", ">users cut off", ">down with it", ">share of time", "promise", "reason")}
	for _, f := range p.d.Worst {
		down, holds := documented(f.Unavailable), "kept"
		if !f.Holds {
			holds = "broken"
		}
		t.Rows = append(t.Rows, []string{f.What, p.site(f.Site), erlangs(f.Moved), percent(f.Blocking), count(f.Stranded), count(f.Down), down, holds, f.Reason})
	}
	return t
}

func (p planPage) branches() Table {
	t := Table{Title: "Branch survivability", Columns: columns("site", "appliance", ">ports of its own", "gateway", "reason")}
	for _, b := range p.d.Variant().Branches {
		appliance := b.Appliance
		if appliance == "" {
			appliance = "none"
		}
		t.Rows = append(t.Rows, []string{p.site(b.Site), appliance, count(b.Ports), bought(b.Mix), b.Reason})
	}
	return t
}

func (p planPage) cost() Table {
	title := "Cost"
	if p.d.Plan.Currency != "" {
		title += " in " + p.d.Plan.Currency
	}
	t := Table{Title: title, Columns: columns("topology", ">gateways", ">servers", ">branches, analog", ">set-up", ">lines a month", ">WAN a month",
		">minutes a month", ">all years", "not known")}
	for _, v := range p.d.Variants {
		c := v.Cost
		if !v.Possible || c.Monthly() == 0 && c.Hardware() == 0 {
			continue
		}
		t.Rows = append(t.Rows, []string{v.Name, amount(c.Gateways), amount(c.Servers), amount(c.Branches + c.Analog), amount(c.Once), amount(c.Rent),
			amount(c.WAN), amount(c.Minutes), amount(c.Total), strings.Join(c.Missing, ", ")})
	}
	return t
}

func (p planPage) sensitivity() Table {
	t := Table{Title: "If the assumptions are wrong, on the ports that the plan needs", Columns: columns("what if", ">traffic", ">ports for the GoS", ">blocked", ">at the worst place")}
	for _, s := range p.d.Sensitivity {
		t.Rows = append(t.Rows, []string{s.What, erlangs(s.Erlangs), count(s.Ports), percent(s.Blocking), percent(s.Worst)})
	}
	return t
}
