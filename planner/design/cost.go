package design

import (
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
)

// Cost is what a variant costs. Amounts that are not known are 0; where the choice between variants would rest on them,
// Known is false.
type Cost struct {
	Gateways plan.Money // or session border controllers, at the trunks
	Servers  plan.Money // Mediation Servers
	Branches plan.Money // gateways and appliances by which branches survive
	Analog   plan.Money // gateways of fax and analog telephones
	Once     plan.Money // for setting lines up
	Rent     plan.Money // of lines, a month
	WAN      plan.Money // rent of the bandwidth that calls to the PSTN take of WAN links, a month
	Minutes  plan.Money // a month
	Total    plan.Money // over the years of the plan
	Known    bool       // all that Missing would name
	Tariffs  bool       // at least rents and minutes are known
	Missing  []string   // what is not known
	Without  []string   // what is not counted, because the plan gives no price for it
}

// Hardware returns what is bought.
func (c Cost) Hardware() plan.Money { return c.Gateways + c.Servers + c.Branches + c.Analog }

// Start returns what is paid once.
func (c Cost) Start() plan.Money { return c.Hardware() + c.Once }

// Monthly returns rents and minutes.
func (c Cost) Monthly() plan.Money { return c.Rent + c.WAN + c.Minutes }

// cost adds up what a variant costs.
func (d *Design) cost(c *calculator, v *Variant, s shape) Cost {
	cost := Cost{Tariffs: true}
	for _, l := range v.Locations {
		for _, b := range l.Mix.Bought {
			if b.Price == nil {
				note(&cost.Missing, "the price of "+b.Model)
			}
		}
		c.add(&cost.Gateways, l.Mix.Price, 1)
		tariff := d.tariff(l, s)
		if tariff == nil {
			note(&cost.Missing, "a tariff for the lines in "+l.Country)
			cost.Tariffs = false
			continue
		}
		lines := float64(d.rented(l, tariff))
		c.add(&cost.Once, tariff.Once, lines)
		c.add(&cost.Rent, tariff.Monthly, lines)
		c.add(&cost.Minutes, c.times(tariff.Minute, d.minutesOut(l.Load)).Rounded(), 1)
	}
	for _, b := range v.Branches {
		c.add(&cost.Branches, cost.price(b.Mix), 1)
		c.add(&cost.Branches, d.price(&cost, b.Appliance, b.Count), float64(b.Count))
	}
	for _, pool := range v.Pools {
		c.add(&cost.Servers, d.price(&cost, "mediation-server", pool.Servers), float64(pool.Servers))
	}
	for _, g := range d.Analog {
		c.add(&cost.Analog, cost.price(g.Mix), 1)
	}
	cost.Known = len(cost.Missing) == 0
	cost.WAN = d.wanRent(c, v)
	c.add(&cost.Total, cost.Start(), 1)
	c.add(&cost.Total, cost.Monthly(), float64(12*d.Assumptions.Years))
	return cost
}

// price returns what units beside the trunks cost, and notes those that have no price.
func (c *Cost) price(m Mix) plan.Money {
	for _, b := range m.Bought {
		if b.Price == nil {
			note(&c.Without, b.Model)
		}
	}
	return m.Price
}

// note adds a name to a list that does not have it yet.
func note(names *[]string, name string) {
	if !slices.Contains(*names, name) {
		*names = append(*names, name)
	}
}

// price returns what a thing of a name in the plan's prices costs, and notes that it has none where some are needed.
func (d *Design) price(cost *Cost, name string, count int) plan.Money {
	price, ok := d.Plan.Prices[strings.ReplaceAll(strings.ToLower(name), " ", "-")]
	if !ok && count > 0 {
		note(&cost.Without, name)
	}
	return price
}

// minutesOut returns the minutes of a month's calls out, which are those that cost: the busy hour's, by the share that it
// has of a day.
func (d *Design) minutesOut(l Load) float64 {
	return l.Erlangs * 60 / float64(d.Assumptions.BusyHour) * d.Assumptions.WorkDays * (1 - d.Assumptions.Inbound)
}

// kindsOf are the tariffs that lines may be rented by.
func kindsOf(l Location, s shape) []string {
	switch {
	case s.name == DirectSIP: // the PBX keeps its lines
		return []string{"pri", "bri"}
	case s.kind == catalog.SBC:
		return []string{"sip-channel", "sip-bandwidth"}
	case len(l.Mix.Bought) > 0 && l.Mix.Bought[0].Kind == catalog.Analog:
		return []string{"analog", "bri", "pri"}
	}
	return []string{"pri", "bri"}
}

// tariff returns the tariff that makes the rent of a location the lowest.
func (d *Design) tariff(l Location, s shape) *plan.Tariff {
	var best *plan.Tariff
	kinds := kindsOf(l, s)
	monthly := func(t *plan.Tariff) float64 {
		return float64(t.Monthly)*float64(d.rented(l, t)) + float64(t.Minute)*d.minutesOut(l.Load)
	}
	for i := range d.Plan.Tariffs {
		t := &d.Plan.Tariffs[i]
		if !slices.Contains(kinds, t.Kind) || len(t.Countries) > 0 && !slices.Contains(t.Countries, l.Country) {
			continue
		}
		if best == nil || monthly(t) < monthly(best) {
			best = t
		}
	}
	return best
}

// rented returns how many lines, channels or increments of bandwidth a location rents by a tariff: what the GoS of
// failures and that of everything up need, not what the gateways have room for.
func (d *Design) rented(l Location, t *plan.Tariff) int {
	ports := max(l.Ports, l.PortsDown)
	switch t.Kind {
	case "pri":
		country, _ := catalog.FindCountry(l.Country)
		return up(ports, country.Lines.PortsOfLine())
	case "bri":
		return up(ports, 2)
	case "sip-bandwidth":
		return up(int(float64(ports)*CallBandwidth(d.Plan.Media).BitsPerSecond), int(t.Increment))
	}
	return ports
}

// wanRent returns the rent of the bandwidth that the PSTN calls of a variant take of WAN links, by the cheapest tariff.
func (d *Design) wanRent(c *calculator, v *Variant) plan.Money {
	var rents plan.Money
	var legs []crossing
	for i := range d.Plan.Tariffs {
		if legs == nil && d.Plan.Tariffs[i].Kind == plan.WANTariff {
			legs = d.crossings(v)
		}
	}
	one := CallBandwidth(d.Plan.Media)
	for site, crossing := range legs {
		link := Link{Erlangs: crossing.erlangs}
		link.fill(c, one)
		var best *plan.Money
		for i := range d.Plan.Tariffs {
			t := &d.Plan.Tariffs[i]
			if t.Kind != plan.WANTariff || len(t.Countries) > 0 && !slices.Contains(t.Countries, d.Sites[site].Country) {
				continue
			}
			if rent := c.times(t.Monthly, float64(up(int(link.BitsPerSecond), int(t.Increment)))); best == nil || rent < *best {
				best = &rent
			}
		}
		if best != nil {
			c.add(&rents, *best, 1)
		}
	}
	return rents
}

// BreakEven compares TDM lines with SIP trunks, both at the same places.
type BreakEven struct {
	TDM, SIP string     // names of the variants
	Saving   plan.Money // a month, by the SIP trunk; negative when it costs more
	Extra    plan.Money // that the SIP trunk costs at the start; negative when it costs less
	Month    int        // from which on the SIP trunk is cheaper in all; 0 from the start, -1 never
	Known    bool
}

// breakEven compares the central variants, or those of each site where that is what was chosen.
func (d *Design) breakEven() {
	b := BreakEven{TDM: CentralGateways, SIP: CentralTrunk}
	if d.Variant().Name == PerSiteGateways || d.Variant().Name == DistributedTrunk {
		b.TDM, b.SIP = PerSiteGateways, DistributedTrunk
	}
	tdm, sip := d.variant(b.TDM).Cost, d.variant(b.SIP).Cost
	b.Known = tdm.Known && sip.Known
	b.Saving = tdm.Monthly() - sip.Monthly()
	b.Extra = sip.Start() - tdm.Start()
	switch {
	case b.Extra <= 0 && b.Saving >= 0:
		b.Month = 0
	case b.Saving > 0:
		b.Month = int((b.Extra + b.Saving - 1) / b.Saving)
	default:
		b.Month = -1
	}
	d.BreakEven = b
}
