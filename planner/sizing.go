package planner

import "github.com/sipplan/sipplan/planner/catalog"

// Sizing answers how many ports a group of users needs, by the guidance and by Erlang B, and what these
// ports stand on. All figures are for the mean busy hour, all ports in one group that every call can use.
type Sizing struct {
	Inputs   Inputs
	Demand   Demand
	Guidance Guidance
	Ports    int     // fewest that hold the GoS, by Erlang B
	Blocking float64 // on these
	Grades   []Grade

	Gateways  []GatewayOption // by size, smallest first
	Chosen    int             // index in Gateways of the best N+1
	Guided    int             // index in Gateways of the best for the ports of the guidance
	Mediation Mediation
	Bandwidth Bandwidth

	HoldingTimes []WhatIf // a third shorter, as planned, a third longer
	BusyHours    []BusyHour
	Sites        []SiteSplit
	MoreCalls    *MoreCalls // nil where the class is not open upwards, or the calls were given
}

// Grade is a grade of service and the fewest ports that hold it.
type Grade struct {
	GoS   float64
	Ports int
}

// MoreCalls is a plan of an open class ("three or more") at BusyUserCallsPerHour instead of its least.
type MoreCalls struct {
	WhatIf
	Gateway    catalog.Gateway // that of the guidance
	ByGuidance GatewayGroup    // of that size
	PlusOne    GatewayGroup
}

// Size works a configuration out. The error is that of Validate, or the formula's where a figure is beyond
// what it can compute.
func Size(config Config) (Sizing, error) {
	if err := config.Validate(); err != nil {
		return Sizing{}, err
	}
	in, err := config.inputs()
	if err != nil {
		return Sizing{}, err
	}
	f := &formulas{}
	s := Sizing{Inputs: in, Demand: in.demand()}
	s.Guidance = f.guidance(in)
	s.Ports = f.ports(s.Demand.Erlangs(), in.GoS.Value)
	s.Blocking = f.blocking(s.Ports, s.Demand.Erlangs())
	s.Grades = f.grades(s.Demand.Erlangs())
	s.Gateways = f.gatewayOptions(in, s.Ports, s.Guidance.Ports)
	s.Chosen = chooseGateways(s.Gateways, func(o GatewayOption) GatewayGroup { return o.PlusOne })
	s.Guided = chooseGateways(s.Gateways, func(o GatewayOption) GatewayGroup { return o.ByGuidance })
	s.Mediation = mediation(in, s.Gateways[s.Chosen].PlusOne.Gateways)
	s.Bandwidth = Bandwidth{Stream: G711, Calls: s.Ports}
	s.HoldingTimes = f.holdingTimes(&s)
	s.BusyHours = f.busyHours(&s)
	s.Sites = f.siteSplits(&s)
	s.MoreCalls = f.moreCalls(config, &s)
	return s, f.err
}

// Gateway returns the option that was chosen: the fewest gateways of which one may fail.
func (s Sizing) Gateway() GatewayOption { return s.Gateways[s.Chosen] }

// GuidedGateway returns the option with the fewest gateways for the ports of the guidance.
func (s Sizing) GuidedGateway() GatewayOption { return s.Gateways[s.Guided] }

// grades returns the ports for the usual grades of service.
func (f *formulas) grades(erlangs float64) []Grade {
	var grades []Grade
	for _, gos := range []float64{0.05, 0.02, 0.01, 0.001} {
		grades = append(grades, Grade{gos, f.ports(erlangs, gos)})
	}
	return grades
}

// moreCalls works an open class out at the calls of Microsoft's user model.
func (f *formulas) moreCalls(config Config, s *Sizing) *MoreCalls {
	if config.CallsPerHour.given() || !s.Inputs.Usage.Value.OrMore {
		return nil
	}
	demand := s.Demand.withCalls(BusyUserCallsPerHour)
	more := &MoreCalls{WhatIf: f.whatIf(demand, s), Gateway: s.GuidedGateway().Gateway}
	size := more.Gateway.Ports
	guided, needed := max(MinGateways, fill(s.Guidance.Ports, size)), max(MinGateways, fill(more.Ports, size)+1)
	more.ByGuidance = f.gatewayGroup(guided, size, more.Ports, demand.Erlangs())
	more.PlusOne = f.gatewayGroup(needed, size, more.Ports, demand.Erlangs())
	return more
}
