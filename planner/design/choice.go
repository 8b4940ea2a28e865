package design

import (
	"fmt"
	"slices"
)

// variantReason says in a sentence what speaks for or against a possible variant.
func (d *Design) variantReason(v *Variant, s shape) string {
	switch s.name {
	case CentralGateways:
		if gain := d.variant(PerSiteGateways).Ports - v.Ports; gain > 0 {
			return fmt.Sprintf("Sharing trunks saves %d of %d ports: large groups carry more on each port.", gain, v.Ports+gain)
		}
		return "No site shares trunks with another: nothing is gained by pooling."
	case PerSiteGateways:
		return "Each site keeps calling when the WAN fails, and pays for it with small, badly used trunk groups."
	case DirectSIP:
		return "A certified peer needs no gateway between itself and the Mediation Servers; the trunk keeps its capacity."
	case CentralTrunk:
		return "The recommended form of SIP trunking: no gateways, one trunk a country, simple and cheap; it leans on the WAN."
	}
	return "Only for sites that must survive without the WAN, or lie in other countries."
}

// variant returns the variant of that name, which is worked out before those that ask for it.
func (d *Design) variant(name string) *Variant {
	for i := range d.Variants {
		if d.Variants[i].Name == name {
			return &d.Variants[i]
		}
	}
	return nil
}

// choose takes the variant that the plan names, else the possible one that is best by the strongest rule for which all is
// known: cost, rents and minutes, ports.
func (d *Design) choose() {
	for i, v := range d.Variants {
		if v.Name == d.Plan.Topology {
			d.Chosen, d.Reason = i, "The plan names this topology."
			if !v.Possible {
				d.Reason += " " + v.Reason
			}
			return
		}
	}
	var possible []int
	known, tariffs := true, true
	for i, v := range d.Variants {
		if v.Possible && v.complete() {
			possible = append(possible, i)
			known, tariffs = known && v.Cost.Known, tariffs && v.Cost.Tariffs
		}
	}
	rule := func(v Variant) []int64 { return []int64{int64(v.Ports), int64(v.Units)} }
	d.Reason = "Of the possible topologies it needs the fewest ports, and of equals the fewest units; tariffs are missing for a choice by cost."
	switch {
	case known:
		rule = func(v Variant) []int64 { return []int64{int64(v.Cost.Total)} }
		d.Reason = fmt.Sprintf("Of the possible topologies it costs the least over %s.", years(d.Assumptions.Years))
	case tariffs:
		rule = func(v Variant) []int64 { return []int64{int64(v.Cost.Monthly())} }
		d.Reason = "Of the possible topologies it has the lowest rents and minutes; prices of hardware are missing."
	}
	if len(possible) > 0 {
		d.Chosen = slices.MinFunc(possible, func(a, b int) int { return slices.Compare(rule(d.Variants[a]), rule(d.Variants[b])) })
	}
}

func years(n int) string {
	if n == 1 {
		return "1 year"
	}
	return fmt.Sprintf("%d years", n)
}

// complete says whether every location has the units that it needs.
func (v Variant) complete() bool {
	for _, l := range v.Locations {
		if l.Ports > 0 && l.Mix.Units == 0 && v.Name != DirectSIP {
			return false
		}
	}
	return true
}
