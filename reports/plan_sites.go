package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
)

// PlanCheckObject says of a plan file that it is sound, as JSON. What is wrong with one that is not goes to stderr.
type PlanCheckObject struct {
	Schema string   `json:"schema"` // sipplan.plan-check/1
	Answer []string `json:"answer"`
	Advice []string `json:"advice"`
	Risks  []string `json:"risks"`
}

// PlanCheck returns what is in a plan file that is sound, and what it leaves open, as a document and as JSON.
func PlanCheck(name string, d *design.Design) (Document, PlanCheckObject) {
	document := Document{Answer: []string{fmt.Sprintf("%s is a sound plan: %s with %s, who offer %s in the busy hour.", name,
		plural(len(d.Sites), "site"), plural(d.Total.Users, "user"), erlangs(d.Total.Erlangs))}}
	document.Notes = append(document.Notes, d.Advice...)
	for _, risk := range d.Risks {
		document.Notes = append(document.Notes, "Risk: "+risk+".")
	}
	return document, PlanCheckObject{"sipplan.plan-check/1", document.Answer, append([]string{}, d.Advice...), append([]string{}, d.Risks...)}
}

// PlanSitesObject is the sites of a plan as JSON.
type PlanSitesObject struct {
	Schema string       `json:"schema"` // sipplan.plan-sites/1
	Sites  []siteObject `json:"sites"`
}

type siteObject struct {
	Name     string  `json:"name"`
	Country  string  `json:"country"`
	Users    int     `json:"users"`
	BHCA     float64 `json:"busy_hour_call_attempts"`
	Erlangs  float64 `json:"offered_erlangs"`
	Guidance int     `json:"guidance_ports"`
	ServedBy string  `json:"served_by"`
}

// PlanSites returns the sites with what they offer, as a document and as JSON.
func PlanSites(d *design.Design) (Document, PlanSitesObject) {
	object := PlanSitesObject{Schema: "sipplan.plan-sites/1", Sites: []siteObject{}}
	t := Table{Columns: columns("site", "country", ">users", ">calls in the busy hour", ">traffic", ">guidance ports", "trunks of")}
	for _, s := range d.Sites {
		row := siteObject{s.Name, s.Country, s.Load.Users, s.Load.BHCA, s.Load.Erlangs, s.Load.Guidance, d.Sites[s.Hub].Name}
		object.Sites = append(object.Sites, row)
		t.Rows = append(t.Rows, []string{row.Name, row.Country, count(row.Users), decimal(row.BHCA, 1), erlangs(row.Erlangs), count(row.Guidance), row.ServedBy})
	}
	p := planPage{d}
	return Document{Answer: []string{p.trafficSentence()}, Tables: []Table{t}, Notes: []string{p.scope()}}, object
}

// Catalog returns what plans may name, as a document and as JSON.
func Catalog() (Document, any) {
	t := Table{Columns: columns("model", "kind", ">ports", ">sessions", ">transcoded", ">calls a second", "quality", "source")}
	figure := func(n *int) string {
		if n == nil {
			return "not documented"
		}
		return count(*n)
	}
	models := catalog.Models()
	for _, m := range models {
		rate := "not documented"
		if m.CallsPerSecond != nil {
			rate = decimal(*m.CallsPerSecond, 2)
		}
		t.Rows = append(t.Rows, []string{m.Name, string(m.Kind), figure(m.Ports), figure(m.Sessions), figure(m.TranscodedSessions), rate, string(m.Quality), m.Source})
	}
	answer := fmt.Sprintf("%s may be named in a plan; what is not documented is not unlimited.", plural(len(models), "model"))
	return Document{Answer: []string{answer}, Tables: []Table{t}}, map[string]any{"schema": "sipplan.catalog/1", "models": models}
}
