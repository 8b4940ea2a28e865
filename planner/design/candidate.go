package design

import (
	"fmt"
	"slices"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
)

// Candidate is a gateway or session border controller that may be bought. Nil is not documented.
type Candidate struct {
	Model      string
	Kind       catalog.Lines
	Calls      int // simultaneous calls: the smaller of its ports and sessions
	CAPS       *float64
	Transcoded *int
	SBA        *bool
	Countries  []string
	Price      *plan.Money
	MTBF, MTTR *plan.Hours
	Source     string
}

// candidates returns what may be bought: the list of the plan, or of the catalogue what is documented.
func candidates(p *plan.Plan, list []plan.Gateway, sbc bool) []Candidate {
	var all []Candidate
	for _, g := range list {
		if c := candidate(p, g); c.Calls > 0 {
			all = append(all, c)
		}
	}
	if len(list) > 0 {
		return all
	}
	for _, m := range catalog.Models() {
		generic := slices.ContainsFunc(catalog.Gateways(), func(g catalog.Gateway) bool { return g.Name == m.Name })
		if c := candidate(p, plan.Gateway{Model: m.Name}); c.Calls > 0 && (sbc && m.Kind == catalog.SBC || !sbc && generic) {
			all = append(all, c)
		}
	}
	return all
}

// candidate puts the figures of the plan over those of the catalogue.
func candidate(p *plan.Plan, g plan.Gateway) Candidate {
	m, _ := catalog.FindModel(g.Model)
	c := Candidate{Model: g.Model, Kind: m.Kind, CAPS: first(g.CAPS, m.CallsPerSecond), SBA: first(g.SBA, m.SBA),
		Transcoded: first(g.TranscodedSessions, m.TranscodedSessions), Countries: g.Countries, Price: g.Price,
		MTBF: g.MTBF, MTTR: g.MTTR, Source: m.Source}
	if g.Kind != "" {
		c.Kind = catalog.Lines(g.Kind)
	}
	if c.Countries == nil {
		c.Countries = m.Countries
	}
	if c.Source == "" {
		c.Source = "plan file"
	}
	if price, ok := p.Prices[g.Model]; ok && c.Price == nil {
		c.Price = &price
	}
	for _, limit := range []*int{first(g.Ports, m.Ports), first(g.Sessions, m.Sessions)} {
		if limit != nil && (c.Calls == 0 || *limit < c.Calls) {
			c.Calls = *limit
		}
	}
	return c
}

// first returns the first figure that is known.
func first[T any](figures ...*T) *T {
	for _, figure := range figures {
		if figure != nil {
			return figure
		}
	}
	return nil
}

// mostAnalog is the most ports for which analog lines stand in for digital ones: they have no direct inward dialling.
// HP's guide to its branch module takes 2 to 4 of them for up to 50 users, and digital lines above.
const mostAnalog = 8

// forLines keeps what terminates the lines of a country for so many calls, a few analog ones included, or SIP.
func forLines(all []Candidate, lines catalog.Lines, calls int) []Candidate {
	var fit []Candidate
	for _, c := range all {
		if c.Kind == lines || c.Kind == "" || c.Kind == catalog.Analog && lines != catalog.SBC && calls <= mostAnalog {
			fit = append(fit, c)
		}
	}
	return fit
}

// risks names what is not documented about a candidate in a country.
func (c Candidate) risks(country string) []string {
	var risks []string
	if c.CAPS == nil {
		risks = append(risks, fmt.Sprintf("%s: call attempts per second are not documented", c.Model))
	}
	if c.Countries == nil && c.Kind != catalog.SBC {
		risks = append(risks, fmt.Sprintf("%s: certification in %s is not documented", c.Model, country))
	} else if c.Kind != catalog.SBC && !slices.Contains(c.Countries, country) {
		risks = append(risks, fmt.Sprintf("%s: is certified in %v, not in %s", c.Model, c.Countries, country))
	}
	return risks
}
