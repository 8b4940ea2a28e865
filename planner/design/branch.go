package design

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/catalog"
)

// Branch is a site whose trunks or servers are elsewhere, and what lets it call when its WAN link fails.
type Branch struct {
	Site      int
	Appliance string // "", SBA, SBS, Standard Edition or pool
	Count     int
	Ports     int // of its own gateway, for the GoS of failures; 0 when it has none of its own beside those of the variant
	Mix       Mix
	Reason    string
}

// The bands of users that a survivable appliance is built for.
//
// Source: Microsoft, enterprise-voice-resiliency.md; another page gives SBS 1,000 to 5,000.
const (
	smallestSBA     = 25
	largestSBA      = 1000
	largestSBS      = 2000
	largestStandard = 5000
)

// appliance returns the appliance for so many users, with its reason.
func appliance(users int) (name string, count int, reason string) {
	switch {
	case users < smallestSBA:
		return "", 0, fmt.Sprintf("%d users: below %d an appliance may not pay; calls stop with the WAN", users, smallestSBA)
	case users <= largestSBA:
		return "SBA", 1, fmt.Sprintf("%d users: a Survivable Branch Appliance serves %d to %d", users, smallestSBA, largestSBA)
	case users <= largestSBS:
		return "SBS", 1, fmt.Sprintf("%d users: a Survivable Branch Server (or two appliances) serves %d to %d", users, largestSBA, largestSBS)
	case users <= largestStandard:
		return "Standard Edition", 1, fmt.Sprintf("%d users: a Standard Edition server serves up to %d; the documents disagree whether a Survivable Branch Server does above %d",
			users, largestStandard, largestSBS)
	}
	return "pool", 1, fmt.Sprintf("%d users are more than any branch server takes: make it a central site with a pool", users)
}

// branches works out what each branch of a variant needs to survive: always where a gateway stands without servers beside
// it and its WAN is not resilient, and wherever the plan asks for local resilience.
func (d *Design) branches(c *calculator, v *Variant, gateways []Candidate) []Branch {
	standing := map[int]bool{}
	for _, l := range v.Locations {
		standing[l.Site] = l.Mix.Units > 0
	}
	var all []Branch
	for i, s := range d.Sites {
		if s.Hub == i || s.Load.Users == 0 || s.Resilience != "local" && (!standing[i] || s.WAN.Resilient) {
			continue
		}
		b := Branch{Site: i}
		b.Appliance, b.Count, b.Reason = appliance(s.Load.Users)
		if !standing[i] && b.Count > 0 {
			country, _ := catalog.FindCountry(s.Country)
			b.Ports = c.ports(s.Load.Erlangs, d.Assumptions.FailureGoS)
			b.Mix = c.mix(forLines(gateways, country.Lines, b.Ports), string(country.Lines), need{calls: b.Ports, units: 1})
			b.Reason += fmt.Sprintf("; its own gateway has %d ports or more for the time of a failure", b.Ports)
		}
		all = append(all, b)
	}
	return all
}

// survivor returns the arrangement by which a branch survives, or nil.
func (v *Variant) survivor(site int) *Branch {
	for i := range v.Branches {
		if v.Branches[i].Site == site && v.Branches[i].Count > 0 {
			return &v.Branches[i]
		}
	}
	return nil
}
