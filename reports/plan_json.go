package reports

import (
	"github.com/sipplan/sipplan/planner/design"
)

// PlanSchema names the form of PlanObject. Within a version, keys are only ever added.
const PlanSchema = "sipplan.design/1"

// PlanObject is a plan that was worked out, as JSON: full precision, units in the names of the keys, ratios from 0 to 1,
// amounts of money as decimal texts, null for what is not known.
type PlanObject struct {
	Schema   string          `json:"schema"`
	Name     string          `json:"name"`
	Currency string          `json:"currency"`
	Users    int             `json:"users"`
	Erlangs  float64         `json:"offered_erlangs"`
	BHCA     float64         `json:"busy_hour_call_attempts"`
	CAPS     float64         `json:"call_attempts_per_second"`
	Guidance int             `json:"guidance_ports"`
	Chosen   string          `json:"topology"`
	Reason   string          `json:"reason"`
	Variants []variantObject `json:"topologies"`
	Servers  int             `json:"mediation_servers"`
	Trunks   int             `json:"mediation_trunks"`
	Links    []linkObject    `json:"links"`
	Failures []failureObject `json:"failures"`
	What     []whatObject    `json:"sensitivity"`
	Answer   []string        `json:"answer"`
	Advice   []string        `json:"advice"`
	Risks    []string        `json:"risks"`
}

type variantObject struct {
	Name      string           `json:"topology"`
	Peer      string           `json:"peer"`
	Possible  bool             `json:"possible"`
	Ports     int              `json:"ports"`
	Installed int              `json:"installed_ports"`
	Units     int              `json:"units"`
	Blocking  float64          `json:"blocking_ratio"`
	Down      float64          `json:"one_unit_down_blocking_ratio"`
	Cost      *costObject      `json:"cost"`
	Reason    string           `json:"reason"`
	Places    []locationObject `json:"places,omitempty"` // of the chosen one
}

type costObject struct {
	Hardware string `json:"hardware"`
	Once     string `json:"set_up"`
	Rent     string `json:"rent_per_month"`
	Minutes  string `json:"minutes_per_month"`
	Total    string `json:"all_years"`
}

type locationObject struct {
	Site     string       `json:"site"`
	Country  string       `json:"country"`
	Lines    string       `json:"lines"`
	Users    int          `json:"users"`
	Erlangs  float64      `json:"offered_erlangs"`
	Ports    int          `json:"ports"`
	Trunk    int          `json:"installed_ports"`
	Blocking float64      `json:"blocking_ratio"`
	Down     float64      `json:"one_unit_down_blocking_ratio"`
	Buy      []unitObject `json:"buy"`
	LongRun  *float64     `json:"long_run_blocking_ratio"`
	Reason   string       `json:"reason"`
}

type unitObject struct {
	Model  string   `json:"model"`
	Count  int      `json:"count"`
	Calls  int      `json:"calls"`
	CAPS   *float64 `json:"calls_per_second"`
	Source string   `json:"source"`
}

type linkObject struct {
	Site     string   `json:"site"`
	Kind     string   `json:"kind"`
	Erlangs  float64  `json:"call_legs_erlangs"`
	Streams  int      `json:"streams"`
	Bits     float64  `json:"bits_per_second"`
	Capacity *float64 `json:"capacity_bits_per_second"`
}

type failureObject struct {
	What        string   `json:"fails"`
	Site        string   `json:"site"`
	Moved       float64  `json:"moved_erlangs"`
	Blocking    float64  `json:"blocking_ratio"`
	Stranded    int      `json:"users_without_service"`
	Holds       bool     `json:"promise_kept"`
	Unavailable *float64 `json:"unavailable_ratio"`
	Reason      string   `json:"reason"`
}

type whatObject struct {
	What     string  `json:"what_if"`
	Erlangs  float64 `json:"offered_erlangs"`
	Ports    int     `json:"ports"`
	Blocking float64 `json:"blocking_ratio"`
}

// NewPlanObject returns the design in the form of PlanSchema.
func NewPlanObject(d *design.Design) PlanObject {
	object := PlanObject{
		Schema: PlanSchema, Name: d.Plan.Name, Currency: d.Plan.Currency,
		Users: d.Total.Users, Erlangs: d.Total.Erlangs, BHCA: d.Total.BHCA, CAPS: d.Total.CAPS(), Guidance: d.Total.Guidance,
		Chosen: d.Variant().Name, Reason: d.Reason, Servers: d.Servers.Total, Trunks: d.Trunks.Total,
		Links: []linkObject{}, Failures: []failureObject{},
		Answer: Plan(d, true).Answer, Advice: append([]string{}, d.Advice...), Risks: append([]string{}, d.Risks...),
	}
	for i, v := range d.Variants {
		object.Variants = append(object.Variants, newVariantObject(d, &v, i == d.Chosen))
	}
	for _, l := range d.Links {
		link := linkObject{d.Sites[l.Site].Name, l.Kind, l.Erlangs, l.Streams, l.BitsPerSecond, nil}
		if l.Capacity > 0 {
			link.Capacity = &l.Capacity
		}
		object.Links = append(object.Links, link)
	}
	for _, f := range d.Failures {
		object.Failures = append(object.Failures, failureObject{f.What, d.Sites[f.Site].Name, f.Moved, f.Blocking, f.Stranded, f.Holds, f.Unavailable, f.Reason})
	}
	for _, s := range d.Sensitivity {
		object.What = append(object.What, whatObject{s.What, s.Erlangs, s.Ports, s.Blocking})
	}
	return object
}

func newVariantObject(d *design.Design, v *design.Variant, chosen bool) variantObject {
	object := variantObject{Name: v.Name, Peer: v.Peer, Possible: v.Possible, Ports: v.Ports, Installed: v.Installed, Units: v.Units,
		Blocking: v.Blocking, Down: v.Down, Reason: v.Reason}
	if c := v.Cost; c.Known {
		object.Cost = &costObject{c.Hardware.String(), c.Once.String(), c.Rent.String(), c.Minutes.String(), c.Total.String()}
	}
	if !chosen {
		return object
	}
	for _, l := range v.Locations {
		place := locationObject{Site: d.Sites[l.Site].Name, Country: l.Country, Lines: string(l.Lines), Users: l.Load.Users, Erlangs: l.Load.Erlangs,
			Ports: l.Ports, Trunk: l.Trunk, Blocking: l.Blocking, Down: l.Down, Buy: []unitObject{}, LongRun: l.LongRun, Reason: l.Mix.Reason}
		for _, b := range l.Mix.Bought {
			place.Buy = append(place.Buy, unitObject{b.Model, b.Count, b.Calls, b.CAPS, b.Source})
		}
		object.Places = append(object.Places, place)
	}
	return object
}
