package design

import (
	"fmt"
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

// choose takes the variant that the plan names, else the cheapest possible one where all costs are known, else the one
// with the fewest ports.
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
	best, priced := -1, true
	for _, v := range d.Variants {
		priced = priced && (!v.Possible || v.Cost.Known)
	}
	for i, v := range d.Variants {
		if v.Possible && v.complete() && (best < 0 || d.better(v, d.Variants[best], priced)) {
			best = i
		}
	}
	d.Chosen = max(best, 0)
	if priced {
		d.Reason = fmt.Sprintf("Of the possible topologies it costs the least over %d years.", d.Assumptions.Years)
		return
	}
	d.Reason = "Of the possible topologies it needs the fewest ports, and of equals the fewest units; tariffs or prices are missing for a choice by cost."
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

func (d *Design) better(a, b Variant, byCost bool) bool {
	switch {
	case byCost:
		return a.Cost.Total < b.Cost.Total
	case a.Ports != b.Ports:
		return a.Ports < b.Ports
	}
	return a.Units < b.Units
}
