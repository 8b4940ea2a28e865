package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
)

// lineText says how the lines of a place are configured.
func lineText(l design.Location) string {
	if l.Lines == catalog.SBC {
		return "SIP"
	}
	c, _ := catalog.FindCountry(l.Country)
	return fmt.Sprintf("%s %s %s, %s", strings.ToUpper(string(l.Lines)), c.Framing, c.LineCode, c.ISDN)
}

func (p planPage) exchanges() Table {
	t := Table{Title: "PBX and voice system at the end of the migration", Columns: columns("PBX", "trunk group", ">traffic", ">ports", "reason")}
	for _, e := range p.d.Exchanges {
		for _, g := range e.Groups {
			t.Rows = append(t.Rows, []string{e.Name, g.Name, erlangs(g.Erlangs), count(g.Ports), e.Reason})
		}
	}
	return t
}

func (p planPage) phases() Table {
	t := Table{Title: "Phases of the migration", Columns: columns("from", "PBX", ">on the PBX", ">on the voice system", "trunk group", ">traffic", ">ports")}
	for _, phase := range p.d.Phases {
		for _, e := range phase.Exchanges {
			for _, g := range e.Groups {
				t.Rows = append(t.Rows, []string{string(phase.Date), e.Name, count(e.PBXUsers), count(e.EVUsers), g.Name, erlangs(g.Erlangs), count(g.Ports)})
			}
		}
	}
	return t
}

func (p planPage) trunkGroups() Table {
	t := Table{Title: "Trunk groups of the plan (Wilkinson; Hayward beside it)", Columns: columns("trunk group", ">ports", ">first choice", ">overflow", ">peakedness", ">blocked", ">Hayward", ">emergency blocked")}
	for _, g := range p.d.TrunkGroups {
		emergency := "-"
		if g.Emergency != nil {
			emergency = percent(*g.Emergency)
		}
		t.Rows = append(t.Rows, []string{g.Name, count(g.Ports), erlangs(g.Direct), erlangs(g.Overflow.Mean), decimal(g.Overflow.Peakedness(), 2),
			percent(g.Blocking), percent(g.Hayward), emergency})
	}
	return t
}

func (p planPage) routes() Table {
	t := Table{Title: "Routes", Columns: columns("route", "trunk groups in order", ">traffic", ">lost", ">Hayward")}
	for _, r := range p.d.Routes {
		t.Rows = append(t.Rows, []string{r.Name, strings.Join(r.Trunks, ", "), erlangs(r.Erlangs), percent(r.Lost), percent(r.Hayward)})
	}
	return t
}

func (p planPage) analog() Table {
	t := Table{Title: "Fax, analog telephones and voicemail", Columns: columns("site", ">analog lines", "gateway", ">voicemail", ">voicemail ports")}
	for _, g := range p.d.Analog {
		t.Rows = append(t.Rows, []string{p.site(g.Site), count(g.Lines), bought(g.Mix), erlangs(g.Voicemail), count(g.VoicemailPorts)})
	}
	return t
}

func (p planPage) emergency() Table {
	t := Table{Title: "Emergency calls", Columns: columns("place", "dialled", ">traffic", ">reserved ports", ">blocked", ">others blocked", ">locations", ">ELINs", "promise", "reason")}
	for _, g := range p.d.Emergency {
		holds := "kept"
		if !g.Holds {
			holds = "broken"
		}
		t.Rows = append(t.Rows, []string{p.site(g.Site), strings.Join(g.Numbers, " "), erlangs(g.Erlangs), count(g.Reserved), percent(g.Blocking),
			percent(g.Others), count(g.Locations), count(g.ELINs), holds, g.Reason})
	}
	return t
}

func (p planPage) numbers() Table {
	t := Table{Title: "Direct inward dialling", Columns: columns("site", ">users", ">numbers", "remark")}
	for _, n := range p.d.Numbers {
		t.Rows = append(t.Rows, []string{p.site(n.Site), count(n.Users), count(n.Numbers), n.Reason})
	}
	return t
}

func (p planPage) tests() Table {
	t := Table{Title: "What a live test has to show", Columns: columns("function of SIP", "by", "shows")}
	for _, test := range p.d.Tests {
		t.Rows = append(t.Rows, []string{test.Function, test.SIP, test.How})
	}
	return t
}
