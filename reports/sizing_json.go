package reports

import (
	"github.com/sipplan/sipplan/planner"
)

// SizingSchema names the form of SizingObject. Within a version, keys are only ever added.
const SizingSchema = "sipplan.size/1"

// SizingObject is a sizing as JSON: full precision, units in the names of the keys, ratios from 0 to 1,
// null for what is not known.
type SizingObject struct {
	Schema    string            `json:"schema"`
	Inputs    sizingInputs      `json:"inputs"`
	Demand    demandObject      `json:"demand"`
	Guidance  guidanceObject    `json:"guidance"`
	ErlangB   erlangBObject     `json:"erlang_b"`
	Gateways  gatewaysObject    `json:"gateways"`
	Mediation mediationObject   `json:"mediation"`
	Bandwidth bandwidthObject   `json:"bandwidth"`
	Holding   []whatIfObject    `json:"holding_times"`
	BusyHours []busyHourObject  `json:"busy_hours"`
	Sites     []siteSplitObject `json:"sites"`
	MoreCalls *moreCallsObject  `json:"more_calls"`
	Answer    []string          `json:"answer"`
	Insights  []string          `json:"insights"`
}

type inputObject struct {
	Value  any    `json:"value"`
	Source string `json:"source"`
}

type sizingInputs struct {
	Users          inputObject `json:"users"`
	Usage          inputObject `json:"usage"`
	CallsPerHour   inputObject `json:"calls_per_user_per_hour"`
	AHT            inputObject `json:"aht_seconds"`
	GoS            inputObject `json:"gos_ratio"`
	Lines          inputObject `json:"lines"`
	GatewayPorts   inputObject `json:"gateway_ports"`
	Bypass         inputObject `json:"bypass_ratio"`
	MediationCalls inputObject `json:"mediation_server_calls"`
}

type demandObject struct {
	Erlangs float64 `json:"offered_erlangs"`
	BHCA    float64 `json:"busy_hour_call_attempts"`
	CAPS    float64 `json:"call_attempts_per_second"`
}

type guidanceObject struct {
	UsersPerPort   int      `json:"users_per_port"`
	Ports          int      `json:"ports"`
	Blocking       float64  `json:"blocking_ratio"`
	FiniteBlocking *float64 `json:"engset_blocking_ratio"`
	RetryBlocking  float64  `json:"retry_blocking_ratio"`
	RetryShare     float64  `json:"retry_ratio"`
	HalfBlocking   float64  `json:"half_of_ports_blocking_ratio"`
	HoldsUpTo      float64  `json:"holds_gos_up_to_aht_seconds"`
	ErlangsPerPort float64  `json:"erlangs_per_port"`
	MeetsFrom      *int     `json:"holds_gos_from_ports"`
}

type erlangBObject struct {
	Ports    int           `json:"ports"`
	Blocking float64       `json:"blocking_ratio"`
	Grades   []gradeObject `json:"grades"`
}

type gradeObject struct {
	GoS   float64 `json:"gos_ratio"`
	Ports int     `json:"ports"`
}

type gatewaysObject struct {
	Chosen  int             `json:"chosen"`
	Guided  int             `json:"guided"`
	Options []gatewayObject `json:"options"`
}

type gatewayObject struct {
	Name           string             `json:"name"`
	Ports          int                `json:"ports"`
	CallsPerSecond *float64           `json:"calls_per_second"`
	Source         string             `json:"source"`
	ByGuidance     gatewayGroupObject `json:"by_guidance"`
	PlusOne        gatewayGroupObject `json:"n_plus_1"`
}

type gatewayGroupObject struct {
	Gateways        int     `json:"gateways"`
	Ports           int     `json:"ports"`
	Spare           int     `json:"spare_ports"`
	Blocking        float64 `json:"blocking_ratio"`
	BlockingOneDown float64 `json:"one_down_blocking_ratio"`
}

type mediationObject struct {
	Servers   int     `json:"servers_at_least"`
	NonBypass float64 `json:"non_bypass_erlangs"`
	ByLoad    int     `json:"servers_by_load"`
}

type bandwidthObject struct {
	Codec       string  `json:"codec"`
	Calls       int     `json:"calls"`
	PerCall     float64 `json:"per_call_bits_per_second"`
	PerCallOnIP float64 `json:"per_call_on_ip_bits_per_second"`
	EachWay     float64 `json:"each_way_bits_per_second"`
}

type whatIfObject struct {
	AHT              float64 `json:"aht_seconds"`
	CallsPerHour     float64 `json:"calls_per_user_per_hour"`
	Erlangs          float64 `json:"offered_erlangs"`
	Ports            int     `json:"ports"`
	Blocking         float64 `json:"planned_ports_blocking_ratio"`
	GuidanceBlocking float64 `json:"guidance_blocking_ratio"`
}

type busyHourObject struct {
	Rule  string  `json:"rule"`
	Share float64 `json:"share_of_day_ratio"`
	whatIfObject
}

type siteSplitObject struct {
	Sites         int     `json:"sites"`
	Ports         int     `json:"ports"`
	GuidancePorts int     `json:"guidance_ports"`
	Blocking      float64 `json:"guidance_blocking_ratio"`
}

type moreCallsObject struct {
	whatIfObject
	GatewayPorts int                `json:"gateway_ports"`
	ByGuidance   gatewayGroupObject `json:"by_guidance"`
	PlusOne      gatewayGroupObject `json:"n_plus_1"`
}

// NewSizingObject returns the sizing in the form of SizingSchema.
func NewSizingObject(s planner.Sizing) SizingObject {
	stream := s.Bandwidth.Stream
	object := SizingObject{
		Schema:    SizingSchema,
		Inputs:    newSizingInputs(s.Inputs),
		Demand:    demandObject{s.Demand.Erlangs(), s.Demand.BHCA(), s.Demand.CAPS()},
		Guidance:  newGuidanceObject(s),
		ErlangB:   erlangBObject{Ports: s.Ports, Blocking: s.Blocking},
		Gateways:  newGatewaysObject(s),
		Mediation: mediationObject{s.Mediation.Servers, s.Mediation.NonBypass, s.Mediation.ByLoad},
		Bandwidth: bandwidthObject{stream.Codec, s.Bandwidth.Calls, stream.BitsPerSecond(), stream.OnIP().BitsPerSecond(), s.Bandwidth.BitsPerSecond()},
		Sites:     []siteSplitObject{},
		Answer:    []string{portsSentence(s), gatewaysSentence(s)},
		Insights:  append([]string{cliff(s)}, insights(s)...),
	}
	for _, grade := range s.Grades {
		object.ErlangB.Grades = append(object.ErlangB.Grades, gradeObject(grade))
	}
	for _, holding := range s.HoldingTimes {
		object.Holding = append(object.Holding, newWhatIfObject(holding))
	}
	for _, busy := range s.BusyHours {
		object.BusyHours = append(object.BusyHours, busyHourObject{busy.Rule.Name, busy.Rule.Share, newWhatIfObject(busy.WhatIf)})
	}
	for _, split := range s.Sites {
		object.Sites = append(object.Sites, siteSplitObject(split))
	}
	if more := s.MoreCalls; more != nil {
		object.MoreCalls = &moreCallsObject{newWhatIfObject(more.WhatIf), more.Gateway.Ports,
			gatewayGroupObject(more.ByGuidance), gatewayGroupObject(more.PlusOne)}
	}
	return object
}

func newSizingInputs(in planner.Inputs) sizingInputs {
	object := sizingInputs{
		Users:          inputObject{in.Users.Value, in.Users.Source},
		Usage:          inputObject{in.Usage.Value.Name, in.Usage.Source},
		CallsPerHour:   inputObject{in.CallsPerHour.Value, in.CallsPerHour.Source},
		AHT:            inputObject{in.AHT.Value.Seconds(), in.AHT.Source},
		GoS:            inputObject{in.GoS.Value, in.GoS.Source},
		Lines:          inputObject{in.Lines.Value, in.Lines.Source},
		GatewayPorts:   inputObject{nil, in.GatewayPorts.Source},
		Bypass:         inputObject{in.Bypass.Value, in.Bypass.Source},
		MediationCalls: inputObject{in.MediationCalls.Value, in.MediationCalls.Source},
	}
	if ports := in.GatewayPorts.Value; ports > 0 {
		object.GatewayPorts.Value = ports
	}
	return object
}

func newGuidanceObject(s planner.Sizing) guidanceObject {
	g := s.Guidance
	object := guidanceObject{
		UsersPerPort:   s.Inputs.Usage.Value.UsersPerPort,
		Ports:          g.Ports,
		Blocking:       g.Blocking,
		FiniteBlocking: g.FiniteBlocking,
		RetryBlocking:  g.RetryBlocking,
		RetryShare:     planner.RetryShare,
		HalfBlocking:   g.HalfBlocking,
		HoldsUpTo:      g.HoldsUpTo.Seconds(),
		ErlangsPerPort: g.ErlangsPerPort,
	}
	if g.MeetsFrom > 0 {
		object.MeetsFrom = &g.MeetsFrom
	}
	return object
}

func newGatewaysObject(s planner.Sizing) gatewaysObject {
	object := gatewaysObject{Chosen: s.Chosen, Guided: s.Guided}
	for _, option := range s.Gateways {
		object.Options = append(object.Options, gatewayObject{
			Name:           option.Gateway.Name,
			Ports:          option.Gateway.Ports,
			CallsPerSecond: option.Gateway.CallsPerSecond,
			Source:         option.Gateway.Source,
			ByGuidance:     gatewayGroupObject(option.ByGuidance),
			PlusOne:        gatewayGroupObject(option.PlusOne),
		})
	}
	return object
}

func newWhatIfObject(w planner.WhatIf) whatIfObject {
	return whatIfObject{w.Demand.AHT.Seconds(), w.Demand.CallsPerHour, w.Demand.Erlangs(), w.Ports, w.Blocking, w.GuidanceBlocking}
}
