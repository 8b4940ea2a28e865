package design

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner"
)

// Test is something that a live test of the plan has to show, with the SIP that shows it.
type Test struct{ Function, SIP, How string }

// tests lists the five functions of SIP, which a plan counts on and a call of the generator exercises.
func (d *Design) tests() {
	transport := "TLS"
	if len(d.Plan.ITSPs) > 0 && d.Plan.ITSPs[0].Transport != "" {
		transport = d.Plan.ITSPs[0].Transport
	}
	codec := d.Plan.Media.Codec
	if codec == "" {
		codec = "G.711"
	}
	load := fmt.Sprintf("%.4g E, %.3g call attempts a second", d.Total.Erlangs, d.Total.CAPS())
	d.Tests = []Test{
		{"user location", "REGISTER, DNS SRV, OPTIONS over " + transport, "every trunk answers OPTIONS; the second address of each name is tried when the first is silent"},
		{"user availability", "486, 480, CANCEL", "busy and no answer free the port at once"},
		{"user capabilities", "SDP offer and answer", codec + " is agreed on, and nothing is transcoded that the plan does not count"},
		{"session setup", "INVITE, 200, ACK", "sipplan verify: " + load + " hold the grade of service"},
		{"session management", "re-INVITE, REFER, BYE", "hold, transfer (a transferred call may count as two sessions) and hang-up"},
	}
	if mos := d.Plan.Promise.MOS; mos != nil {
		d.Tests = append(d.Tests, Test{"voice quality", "RTP, RTCP", fmt.Sprintf("a mean opinion score of %g or more, by the E-model from delay and loss", *mos)})
	}
}

// advice collects what to know before buying.
func (d *Design) advice() {
	d.guidanceAdvice()
	v := d.Variant()
	if v.Units == 1 {
		d.Advice = append(d.Advice, fmt.Sprintf("One gateway breaks the rule of at least %d for an organization: when it fails, nobody can call.", planner.MinGateways))
	}
	for _, l := range v.Locations {
		d.locationRisks(&l)
	}
	d.branchRisks()
	d.linkAdvice()
	d.promiseAdvice()
	d.providerAdvice()
	d.emergencyAdvice()
	for _, s := range d.Sites {
		if hub := d.Sites[s.Hub]; hub.Country != s.Country {
			d.Risks = append(d.Risks, fmt.Sprintf("%s: its numbers and emergency calls belong to %s, but its trunks are in %s", s.Name, s.Country, hub.Country))
		}
	}
	if len(v.Cost.Missing) > 0 {
		d.Advice = append(d.Advice, "The costs are not complete: the plan does not give "+strings.Join(v.Cost.Missing, ", ")+".")
	}
	if len(v.Cost.Without) > 0 {
		d.Advice = append(d.Advice, "Not counted in the costs, because the plan gives no price (prices): "+strings.Join(v.Cost.Without, ", ")+".")
	}
	d.Risks = gathered(d.Risks)
}

// gathered sorts risks that are written as "what: why" and names those with the same why together.
func gathered(risks []string) []string {
	of := map[string][]string{}
	var all []string
	for _, risk := range risks {
		what, why, _ := strings.Cut(risk, ": ")
		names := of[why]
		note(&names, what)
		of[why] = names
	}
	for why, names := range of {
		slices.Sort(names)
		all = append(all, strings.Join(names, ", ")+": "+why)
	}
	slices.Sort(all)
	return all
}

// guidanceAdvice sets the rule of thumb beside the formula.
func (d *Design) guidanceAdvice() {
	per := d.variant(PerSiteGateways)
	d.Advice = append(d.Advice, fmt.Sprintf("The guidance of a port for 15, 10 or 5 users gives %d ports however the users are spread; the grade of service needs %d on trunks at each site and %d on central ones.",
		d.Total.Guidance, per.Ports, d.variant(CentralGateways).Ports))
}

// locationRisks are what is not documented about what was bought, and what breaks a rule.
func (d *Design) locationRisks(l *Location) {
	for _, b := range l.Mix.Bought {
		d.Risks = append(d.Risks, b.risks(l.Country)...)
		if b.Calls > planner.LargestGateway && b.Kind != "sbc" {
			d.Risks = append(d.Risks, fmt.Sprintf("%s: gateways of more than %d ports are built for telephone companies", b.Model, planner.LargestGateway))
		}
		if d.Plan.Media.Transcoded > 0 && b.Transcoded == nil {
			d.Risks = append(d.Risks, b.Model+": sessions with transcoding are not documented")
		}
	}
	if l.Ports > 0 && l.Mix.Units == 0 && d.Variant().Name != DirectSIP {
		d.Risks = append(d.Risks, fmt.Sprintf("%s: nothing that may be bought terminates %s lines with enough ports", d.Sites[l.Site].Name, l.Lines))
	}
	if itsp := d.itsp(l.Country); itsp != nil && l.Lines == "sbc" {
		if itsp.CAPS == nil {
			d.Risks = append(d.Risks, itsp.Name+": call attempts per second of a trunk are not documented")
		} else if *itsp.CAPS < l.Load.CAPS() {
			d.Risks = append(d.Risks, fmt.Sprintf("%s: takes %g call attempts a second, %s has %.3g", itsp.Name, *itsp.CAPS, d.Sites[l.Site].Name, l.Load.CAPS()))
		}
		if itsp.Channels != nil && *itsp.Channels < l.Ports {
			d.Risks = append(d.Risks, fmt.Sprintf("%s: sells %d channels, %s needs %d", itsp.Name, *itsp.Channels, d.Sites[l.Site].Name, l.Ports))
		}
	}
}

// branchRisks asks of the gateways of branches whether they can be what survives.
func (d *Design) branchRisks() {
	for _, b := range d.Variant().Branches {
		bought := b.Mix.Bought
		for _, l := range d.Variant().Locations {
			if l.Site == b.Site {
				bought = l.Mix.Bought
			}
		}
		for _, unit := range bought {
			switch {
			case b.Appliance != "SBA" || unit.SBA != nil && *unit.SBA:
			case unit.SBA == nil:
				d.Risks = append(d.Risks, unit.Model+": whether it can be a Survivable Branch Appliance is not documented")
			default:
				d.Risks = append(d.Risks, unit.Model+": cannot be a Survivable Branch Appliance")
			}
		}
	}
}

// linkAdvice names the links that are too small.
func (d *Design) linkAdvice() {
	for _, l := range d.Links {
		if l.Capacity > 0 && l.BitsPerSecond > l.Capacity {
			d.Advice = append(d.Advice, fmt.Sprintf("The %s link of %s has %.3g Mbit/s; its calls to the PSTN alone need %.3g.", l.Kind,
				d.Sites[l.Site].Name, l.Capacity/1e6, l.BitsPerSecond/1e6))
		}
		for _, a := range l.Admission {
			if a.Blocking > d.Assumptions.GoS {
				d.Advice = append(d.Advice, fmt.Sprintf("Call admission control at %s turns away %.3g %% of %s: raise its limit of %d kbit/s.",
					d.Sites[l.Site].Name, 100*a.Blocking, a.Name, a.Limit))
			}
		}
	}
}

// providerAdvice names the places of which one trunk to a provider is all that there is.
func (d *Design) providerAdvice() {
	var alone []string
	for _, f := range d.Failures {
		if f.What == sipTrunk && f.Stranded > 0 {
			note(&alone, d.Sites[f.Site].Name)
		}
	}
	if len(alone) > 0 {
		d.Advice = append(d.Advice, "One SIP trunk is all that there is for "+strings.Join(alone, ", ")+
			": a provider with a second point of interconnection (itsps: resilient), a second provider or a second central site goes on when it fails.")
	}
}

// promiseAdvice compares the promises with what was worked out.
func (d *Design) promiseAdvice() {
	v := d.Variant()
	if v.Blocking > d.Assumptions.GoS {
		d.Advice = append(d.Advice, fmt.Sprintf("The promised grade of service is not held: %.3g %% are blocked at the worst location.", 100*v.Blocking))
	}
	if p := d.Plan.Promise.Availability; p != nil {
		for _, l := range v.Locations {
			if l.LongRun == nil && l.Mix.Units > 0 {
				d.Risks = append(d.Risks, fmt.Sprintf("%s: MTBF and MTTR are not documented, so that the promised availability cannot be worked out", l.Mix.Bought[0].Model))
			}
		}
		for _, f := range d.Failures {
			if f.Stranded > 0 && f.Unavailable != nil && *f.Unavailable > 1-float64(*p) {
				advice := fmt.Sprintf("%d users of %s are without calls for %.2g %% of the time, because %s fails: more than the promised availability allows.",
					f.Stranded, d.Sites[f.Site].Name, 100**f.Unavailable, f.What)
				if f.What == wanLink && d.Sites[f.Site].Hub != f.Site {
					advice += " A gateway and an appliance of its own (resilience: local) or a second path (wan: resilient) keep them calling."
				}
				d.Advice = append(d.Advice, advice)
			}
		}
	}
}
