package planner

// WhatIf is the same plan under another assumption, against the ports that the plan arrived at.
type WhatIf struct {
	Demand           Demand
	Ports            int     // that the GoS needs then
	Blocking         float64 // on the ports that the GoS needs as planned
	GuidanceBlocking float64 // on the ports of the guidance
}

// whatIf works the plan out for another demand.
func (f *formulas) whatIf(demand Demand, s *Sizing) WhatIf {
	erlangs := demand.Erlangs()
	return WhatIf{
		Demand:           demand,
		Ports:            f.ports(erlangs, s.Inputs.GoS.Value),
		Blocking:         f.blocking(s.Ports, erlangs),
		GuidanceBlocking: f.blocking(s.Guidance.Ports, erlangs),
	}
}

// holdingTimes varies the holding time by a third each way: large groups stand at a cliff.
func (f *formulas) holdingTimes(s *Sizing) []WhatIf {
	var cases []WhatIf
	for _, factor := range []float64{2. / 3, 1, 4. / 3} {
		cases = append(cases, f.whatIf(s.Demand.withAHT(factor), s))
	}
	return cases
}

// BusyHourRule is a way from the calls of a day to those of its busy hour.
type BusyHourRule struct {
	Name  string
	Share float64 // of the day's calls
}

// The rules of the busy hour that the plan is tried on. A day of 8 equal hours would have a share of 1/8.
var (
	WestbayBusyHour   = BusyHourRule{"Westbay", 0.17}
	MicrosoftBusyHour = BusyHourRule{"Microsoft", 0.5 / 1.6} // half of the calls in a fifth of the day
)

// BusyHour is the plan if its calls per hour were the mean of a day of which Rule makes the busy hour.
type BusyHour struct {
	Rule BusyHourRule
	WhatIf
}

// Factor returns how much busier the busy hour is than the mean of a day of 8 hours.
func (r BusyHourRule) Factor() float64 { return r.Share * 8 }

// busyHours asks what holds if the calls per hour were the mean of a working day and not of its busy hour.
func (f *formulas) busyHours(s *Sizing) []BusyHour {
	var cases []BusyHour
	for _, rule := range []BusyHourRule{WestbayBusyHour, MicrosoftBusyHour} {
		demand := s.Demand.withCalls(s.Demand.CallsPerHour * rule.Factor())
		cases = append(cases, BusyHour{rule, f.whatIf(demand, s)})
	}
	return cases
}

// SiteSplit is the same users spread evenly over sites that share no ports.
type SiteSplit struct {
	Sites         int
	Ports         int     // of all sites together, that the GoS needs
	GuidancePorts int     // of all sites together
	Blocking      float64 // on the ports of the guidance at each site
}

// leastSite is the fewest users that a site is split off for.
const leastSite = 20

// siteSplits spreads the users over 10, 100 and 1,000 sites, as far as there are users for them.
func (f *formulas) siteSplits(s *Sizing) []SiteSplit {
	var splits []SiteSplit
	for sites := 10; sites <= 1000 && s.Demand.Users/sites >= leastSite; sites *= 10 {
		users := fill(s.Demand.Users, sites)
		erlangs := s.Demand.Erlangs() / float64(sites)
		guided := s.Inputs.Usage.Value.Ports(users)
		splits = append(splits, SiteSplit{
			Sites:         sites,
			Ports:         sites * f.ports(erlangs, s.Inputs.GoS.Value),
			GuidancePorts: sites * guided,
			Blocking:      f.blocking(guided, erlangs),
		})
	}
	return splits
}
