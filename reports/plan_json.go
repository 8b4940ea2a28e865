package reports

import (
	"github.com/sipplan/sipplan/planner/design"
)

// PlanSchema names the form of PlanObject. Within a version, keys are only ever added; reports/schema/design-1.json
// publishes it.
const PlanSchema = "sipplan.design/1"

// PlanObject is a plan that was worked out, as JSON: full precision, units in the names of the keys, ratios from 0 to 1,
// amounts of money as decimal texts, null for what is not known.
type PlanObject struct {
	Schema      string            `json:"schema"`
	Name        string            `json:"name"`
	Currency    string            `json:"currency"`
	Users       int               `json:"users" doc:"at the end of the migration"`
	Erlangs     float64           `json:"offered_erlangs"`
	BHCA        float64           `json:"busy_hour_call_attempts"`
	CAPS        float64           `json:"call_attempts_per_second"`
	Guidance    int               `json:"guidance_ports" doc:"of the rule of a port for 15, 10 or 5 users"`
	Assumptions assumptionsObject `json:"assumptions"`
	Chosen      string            `json:"topology" doc:"that was chosen"`
	Reason      string            `json:"reason"`
	Variants    []variantObject   `json:"topologies"`
	Servers     int               `json:"mediation_servers"`
	Trunks      int               `json:"mediation_trunks"`
	Pools       []poolObject      `json:"pools" doc:"of Mediation Servers"`
	Links       []linkObject      `json:"links"`
	Failures    []failureObject   `json:"failures" doc:"every single one"`
	Branches    []branchObject    `json:"branches"`
	What        []whatObject      `json:"sensitivity"`
	BreakEven   *breakEvenObject  `json:"break_even" doc:"of SIP trunks with TDM lines; null without the tariffs of both"`
	Exchanges   []exchangeObject  `json:"pbxs" doc:"at the end of the migration"`
	Phases      []phaseObject     `json:"phases"`
	Groups      []trunkObject     `json:"trunk_groups"`
	Routes      []routeObject     `json:"routes"`
	Analog      []analogObject    `json:"analog"`
	Emergency   []emergencyObject `json:"emergency"`
	Numbers     []numbersObject   `json:"numbers"`
	Tests       []testObject      `json:"tests" doc:"what a live test has to show"`
	Answer      []string          `json:"answer" doc:"the answer in sentences"`
	Advice      []string          `json:"advice"`
	Risks       []string          `json:"risks"`
}

type assumptionsObject struct {
	BusyHour    float64 `json:"busy_hour_share_of_day"`
	AHT         float64 `json:"aht_seconds"`
	SetUp       float64 `json:"set_up_seconds"`
	Inbound     float64 `json:"inbound_ratio"`
	Growth      float64 `json:"growth_factor" doc:"of the traffic, up to the horizon"`
	GoS         float64 `json:"gos_ratio"`
	FailureGoS  float64 `json:"failure_gos_ratio"`
	Bypass      float64 `json:"media_bypass_ratio"`
	WorkDays    float64 `json:"working_days_per_month"`
	Years       int     `json:"years"`
	ServerCalls int     `json:"calls_per_mediation_server"`
	CallBits    float64 `json:"bits_per_second_per_call"`
}

type variantObject struct {
	Name      string           `json:"topology"`
	Peer      string           `json:"peer"`
	Possible  bool             `json:"possible"`
	Ports     int              `json:"ports" doc:"that the grade of service needs, at all places"`
	Installed int              `json:"installed_ports"`
	Units     int              `json:"units" doc:"gateways or session border controllers"`
	Blocking  float64          `json:"blocking_ratio" doc:"at the worst place, with everything up"`
	Down      float64          `json:"one_unit_down_blocking_ratio"`
	Cost      *costObject      `json:"cost"`
	Reason    string           `json:"reason"`
	Places    []locationObject `json:"places,omitempty" doc:"of the chosen topology"`
}

type costObject struct {
	Hardware string   `json:"hardware" doc:"gateways, servers, branches and analog together"`
	Gateways string   `json:"gateways"`
	Servers  string   `json:"mediation_servers"`
	Branches string   `json:"branches"`
	Analog   string   `json:"analog"`
	Once     string   `json:"set_up"`
	Rent     string   `json:"rent_per_month"`
	WAN      string   `json:"wan_per_month"`
	Minutes  string   `json:"minutes_per_month"`
	Total    string   `json:"all_years"`
	Without  []string `json:"not_counted" doc:"what the plan gives no price for"`
}

type locationObject struct {
	Site     string       `json:"site"`
	Country  string       `json:"country"`
	Lines    string       `json:"lines"`
	Serves   []string     `json:"serves" doc:"sites, its own included"`
	Users    int          `json:"users"`
	Erlangs  float64      `json:"offered_erlangs"`
	Ports    int          `json:"ports" doc:"that the grade of service needs"`
	Trunk    int          `json:"installed_ports"`
	Blocking float64      `json:"blocking_ratio"`
	Down     float64      `json:"one_unit_down_blocking_ratio"`
	Buy      []unitObject `json:"buy"`
	LongRun  *float64     `json:"long_run_blocking_ratio" doc:"with all failures and repairs of the units"`
	Reason   string       `json:"reason"`
}

type unitObject struct {
	Model  string   `json:"model"`
	Count  int      `json:"count"`
	Calls  int      `json:"calls"`
	CAPS   *float64 `json:"calls_per_second"`
	Source string   `json:"source"`
}

type poolObject struct {
	Site      string  `json:"site"`
	NonBypass float64 `json:"not_bypassed_erlangs"`
	ByLoad    int     `json:"servers_by_load"`
	Servers   int     `json:"servers"`
	Gateways  int     `json:"gateways"`
	Trunks    int     `json:"trunks"`
	Reason    string  `json:"reason"`
}

type linkObject struct {
	Site      string            `json:"site"`
	Kind      string            `json:"kind" doc:"WAN or ITSP"`
	Erlangs   float64           `json:"call_legs_erlangs"`
	Streams   int               `json:"streams" doc:"at most in 99.9 % of the busy hour"`
	Bits      float64           `json:"bits_per_second" doc:"in each direction"`
	Capacity  *float64          `json:"capacity_bits_per_second"`
	Admission []admissionObject `json:"admission" doc:"call admission control, by Kaufman and Roberts"`
	Reason    string            `json:"reason"`
}

type admissionObject struct {
	Name     string  `json:"calls"`
	Limit    int     `json:"limit_bits_per_second"`
	Width    int     `json:"call_bits_per_second"`
	Erlangs  float64 `json:"offered_erlangs"`
	Blocking float64 `json:"blocking_ratio"`
}

type failureObject struct {
	What        string   `json:"fails"`
	Site        string   `json:"site"`
	Moved       float64  `json:"moved_erlangs"`
	Blocking    float64  `json:"blocking_ratio"`
	Stranded    int      `json:"users_without_service" doc:"whose own site works"`
	Down        int      `json:"users_down_with_it" doc:"of the place that failed"`
	Holds       bool     `json:"promise_kept"`
	Unavailable *float64 `json:"unavailable_ratio"`
	Reason      string   `json:"reason"`
}

type branchObject struct {
	Site      string       `json:"site"`
	Appliance string       `json:"appliance" doc:"empty where none pays"`
	Ports     int          `json:"ports" doc:"of its own gateway; 0 where it needs none beside those of the topology"`
	Buy       []unitObject `json:"buy"`
	Reason    string       `json:"reason"`
}

type whatObject struct {
	What     string  `json:"what_if"`
	Factor   float64 `json:"traffic_factor"`
	Erlangs  float64 `json:"offered_erlangs"`
	Ports    int     `json:"ports"`
	Blocking float64 `json:"blocking_ratio" doc:"of all calls, on the ports of the plan"`
	Worst    float64 `json:"worst_blocking_ratio" doc:"at the worst place"`
}

type breakEvenObject struct {
	TDM    string `json:"tdm_topology"`
	SIP    string `json:"sip_topology"`
	Saving string `json:"saving_per_month" doc:"by SIP trunks; negative when they cost more"`
	Extra  string `json:"extra_at_the_start" doc:"of SIP trunks; negative when they cost less"`
	Month  int    `json:"month" doc:"from which on SIP trunks are cheaper in all; 0 from the start, -1 never"`
}

// NewPlanObject returns the design in the form of PlanSchema.
func NewPlanObject(d *design.Design) PlanObject {
	p := planPage{d}
	object := PlanObject{
		Schema: PlanSchema, Name: d.Plan.Name, Currency: d.Plan.Currency,
		Users: d.Total.Users, Erlangs: d.Total.Erlangs, BHCA: d.Total.BHCA, CAPS: d.Total.CAPS(), Guidance: d.Total.Guidance,
		Assumptions: newAssumptionsObject(d), Chosen: d.Variant().Name, Reason: d.Reason, Servers: d.Servers.Total, Trunks: d.Trunks.Total,
		Pools: []poolObject{}, Links: all(d.Links, p.link), Failures: all(d.Failures, p.failure), Branches: all(d.Variant().Branches, p.branch),
		What: all(d.Sensitivity, func(s design.Sensitivity) whatObject { return whatObject(s) }), BreakEven: newBreakEvenObject(d.BreakEven),
		Exchanges: all(d.Exchanges, p.exchange), Phases: all(d.Phases, p.phase), Groups: all(d.TrunkGroups, newTrunkObject), Routes: all(d.Routes, newRouteObject),
		Analog: all(d.Analog, p.analogGroup), Emergency: all(d.Emergency, p.emergencyGroup), Numbers: all(d.Numbers, p.numberCount),
		Tests:  all(d.Tests, func(t design.Test) testObject { return testObject(t) }),
		Answer: Plan(d, true).Answer, Advice: append([]string{}, d.Advice...), Risks: append([]string{}, d.Risks...),
	}
	for i, v := range d.Variants {
		object.Variants = append(object.Variants, p.variant(&v, i == d.Chosen))
	}
	for i, pool := range d.Servers.Pools {
		object.Pools = append(object.Pools, poolObject{p.site(pool.Site), pool.NonBypass, pool.ByLoad, pool.Servers, pool.Gateways,
			d.Trunks.Pairs[i].Trunks, pool.Reason + "; " + d.Trunks.Pairs[i].Reason})
	}
	return object
}

func newAssumptionsObject(d *design.Design) assumptionsObject {
	a := d.Assumptions
	return assumptionsObject{float64(a.BusyHour), a.AHT.Seconds(), a.SetUp.Seconds(), a.Inbound, a.Growth, a.GoS, a.FailureGoS, a.Bypass,
		a.WorkDays, a.Years, d.Servers.Calls, design.CallBandwidth(d.Plan.Media).BitsPerSecond}
}

func newBreakEvenObject(b design.BreakEven) *breakEvenObject {
	if !b.Known {
		return nil
	}
	return &breakEvenObject{b.TDM, b.SIP, b.Saving.String(), b.Extra.String(), b.Month}
}

func (p planPage) variant(v *design.Variant, chosen bool) variantObject {
	object := variantObject{Name: v.Name, Peer: v.Peer, Possible: v.Possible, Ports: v.Ports, Installed: v.Installed, Units: v.Units,
		Blocking: v.Blocking, Down: v.Down, Reason: v.Reason}
	if c := v.Cost; c.Known {
		object.Cost = &costObject{c.Hardware().String(), c.Gateways.String(), c.Servers.String(), c.Branches.String(), c.Analog.String(),
			c.Once.String(), c.Rent.String(), c.WAN.String(), c.Minutes.String(), c.Total.String(), append([]string{}, c.Without...)}
	}
	if chosen {
		object.Places = all(v.Locations, p.place)
	}
	return object
}

func (p planPage) place(l design.Location) locationObject {
	return locationObject{Site: p.site(l.Site), Country: l.Country, Lines: string(l.Lines), Serves: all(l.Serves, p.site), Users: l.Load.Users,
		Erlangs: l.Load.Erlangs, Ports: l.Ports, Trunk: l.Trunk, Blocking: l.Blocking, Down: l.Down, Buy: units(l.Mix), LongRun: l.LongRun, Reason: l.Mix.Reason}
}

func units(m design.Mix) []unitObject {
	return all(m.Bought, func(b design.Bought) unitObject { return unitObject{b.Model, b.Count, b.Calls, b.CAPS, b.Source} })
}

func (p planPage) link(l design.Link) linkObject {
	object := linkObject{p.site(l.Site), l.Kind, l.Erlangs, l.Streams, l.BitsPerSecond, nil, all(l.Admission, newAdmissionObject), l.Reason}
	if l.Capacity > 0 {
		object.Capacity = &l.Capacity
	}
	return object
}

func newAdmissionObject(a design.Admission) admissionObject {
	return admissionObject{a.Name, a.Limit * 1000, a.Width * 1000, a.Erlangs, a.Blocking}
}

func (p planPage) failure(f design.Failure) failureObject {
	return failureObject{f.What, p.site(f.Site), f.Moved, f.Blocking, f.Stranded, f.Down, f.Holds, f.Unavailable, f.Reason}
}

func (p planPage) branch(b design.Branch) branchObject {
	return branchObject{p.site(b.Site), b.Appliance, b.Ports, units(b.Mix), b.Reason}
}
