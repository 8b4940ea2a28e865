package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/catalog"
)

// Sizing returns the document of a sizing: the answer in two sentences, every figure with where it comes
// from, the gateways to choose from, what another holding time does, and what to know before buying.
func Sizing(s planner.Sizing) Document {
	return Document{
		Answer: []string{portsSentence(s), gatewaysSentence(s)},
		Tables: []Table{sizingFigures(s), sizingGateways(s), sizingHoldingTimes(s)},
		Notes:  append(insights(s), sizingScope),
	}
}

// sizingScope says what the figures leave out.
const sizingScope = "Mean busy hour, one group of ports for all calls, blocked calls lost; busier days block more. " +
	"Bandwidth without SRTP, RTCP and VLAN tags."

// portsSentence says which ports hold the grade of service, and what those of the guidance do.
func portsSentence(s planner.Sizing) string {
	at, gos := spoken(s.Demand.AHT), percent(s.Inputs.GoS.Value)
	holds := fmt.Sprintf("%s %s %s.", plural(s.Ports, "port"), verb(s.Ports, "hold"), gos)
	guided := fmt.Sprintf("Guidance 1:%d: %s for %s", s.Inputs.Usage.Value.UsersPerPort, plural(s.Guidance.Ports, "port"), plural(s.Demand.Users, "user"))
	switch surplus := s.Guidance.Ports - s.Ports; {
	case surplus < 0:
		return fmt.Sprintf("%s %s %s %s of busy-hour calls at %s; %s needs %s.", holds, guided, verb(s.Guidance.Ports, "block"),
			percent(s.Guidance.Blocking), at, gos, count(s.Ports))
	case surplus*100 <= s.Ports:
		return fmt.Sprintf("%s %s are just right at %s and %s per user.", holds, guided, at, calls(s.Demand.CallsPerHour))
	default:
		return fmt.Sprintf("%s %s are %s more than %s needs at %s and %s per user.", holds, guided, count(surplus), gos, at, calls(s.Demand.CallsPerHour))
	}
}

// gatewaysSentence says what to install.
func gatewaysSentence(s planner.Sizing) string {
	option, guided := s.Gateway(), s.GuidedGateway()
	sentence := fmt.Sprintf("%s of %s hold %s with one of them down", plural(option.PlusOne.Gateways, "gateway"),
		plural(option.Gateway.Ports, "port"), percent(s.Inputs.GoS.Value)) + fewestPorts(s)
	if s.Guidance.Ports > guided.Gateway.Ports {
		sentence += fmt.Sprintf("; the guidance's %s take at least %s gateways of %s", count(s.Guidance.Ports),
			count(guided.ByGuidance.Gateways), count(guided.Gateway.Ports))
	}
	return sentence + "."
}

// fewestPorts names the layout with the fewest ports among the compared sizes, where it is not the one with
// the fewest gateways.
func fewestPorts(s planner.Sizing) string {
	least := s.Gateway()
	first, last := compared(s)
	for _, option := range s.Gateways[first:last] {
		if option.PlusOne.Ports < least.PlusOne.Ports {
			least = option
		}
	}
	if least.PlusOne.Ports == s.Gateway().PlusOne.Ports {
		return ""
	}
	return fmt.Sprintf(" (fewest ports: %s of %s)", count(least.PlusOne.Gateways), count(least.Gateway.Ports))
}

// sizingFigures is the one table that everything else stands on.
func sizingFigures(s planner.Sizing) Table {
	rows := append(demandRows(s), portRows(s)...)
	return Table{
		Columns: []Column{{Name: "figure"}, {Name: "value", Right: true}, {Name: "from"}},
		Rows:    append(rows, equipmentRows(s)...),
	}
}

func demandRows(s planner.Sizing) [][]string {
	in, usage := s.Inputs, s.Inputs.Usage.Value
	callsFrom := in.CallsPerHour.Source
	if usage.OrMore && s.MoreCalls != nil {
		callsFrom += ": three or more"
	}
	perGateway := s.Demand.CAPS() / float64(s.Gateway().PlusOne.Gateways)
	return [][]string{
		{"users", count(s.Demand.Users), in.Users.Source},
		{"usage", usage.Name, fmt.Sprintf("%s; guidance: 1 port for %d users", in.Usage.Source, usage.UsersPerPort)},
		{"calls per user in the busy hour", decimal(s.Demand.CallsPerHour, 3), callsFrom},
		{"holding time (AHT)", inSeconds(s.Demand.AHT), in.AHT.Source},
		{"grade of service (GoS)", percent(in.GoS.Value), in.GoS.Source},
		{"offered traffic", erlangs(s.Demand.Erlangs()), "calls x holding time"},
		{"busy-hour call attempts (BHCA)", decimal(s.Demand.BHCA(), 1), "users x calls"},
		{"call attempts per second (CAPS)", perSecond(s.Demand.CAPS()),
			fmt.Sprintf("%s for each gateway; %s", perSecond(perGateway), rateLimit(s.Gateway().Gateway))},
	}
}

// rateLimit says what is known about the calls per second of a gateway.
func rateLimit(gateway catalog.Gateway) string {
	if gateway.CallsPerSecond == nil {
		return "its limit is not documented"
	}
	return fmt.Sprintf("it takes %s", decimal(*gateway.CallsPerSecond, 1))
}

func portRows(s planner.Sizing) [][]string {
	guidance, gos := s.Guidance, percent(s.Inputs.GoS.Value)
	return [][]string{
		{"ports by the guidance", count(guidance.Ports), "users / " + count(s.Inputs.Usage.Value.UsersPerPort) + ", rounded up"},
		{"  busy-hour calls they block", percent(guidance.Blocking), blockingDetail(guidance)},
		{"  AHT up to which they hold " + gos, inSeconds(guidance.HoldsUpTo), "Erlang B; the guidance names no holding time"},
		{"ports by Erlang B", count(s.Ports), fmt.Sprintf("fewest that hold %s, no gateway down", gos)},
		{"  for " + gradesOf(s, func(g planner.Grade) string { return strings.TrimSuffix(percent(g.GoS), " %") }) + " %",
			gradesOf(s, func(g planner.Grade) string { return count(g.Ports) }), "Erlang B"},
	}
}

// blockingDetail names the formulas beside Erlang B.
func blockingDetail(g planner.Guidance) string {
	finite := "not defined: a user is busy all the time"
	if g.FiniteBlocking != nil {
		finite = percent(*g.FiniteBlocking)
	}
	return fmt.Sprintf("Erlang B; Engset %s; %s when half of the blocked retry", finite, percent(g.RetryBlocking))
}

// gradesOf lists something of each grade of service.
func gradesOf(s planner.Sizing, cell func(planner.Grade) string) string {
	cells := make([]string, len(s.Grades))
	for i, grade := range s.Grades {
		cells[i] = cell(grade)
	}
	return strings.Join(cells, " / ")
}

func equipmentRows(s planner.Sizing) [][]string {
	mediation, stream := s.Mediation, s.Bandwidth.Stream
	gateways := func(figure string, size int, group planner.GatewayGroup) []string {
		return []string{figure, fmt.Sprintf("%s x %s ports", count(group.Gateways), count(size)),
			fmt.Sprintf("%s blocked with all up, %s with one down", percent(group.Blocking), percent(group.BlockingOneDown))}
	}
	return [][]string{
		gateways("gateways by the guidance", s.GuidedGateway().Gateway.Ports, s.GuidedGateway().ByGuidance),
		gateways("gateways N+1 by Erlang B", s.Gateway().Gateway.Ports, s.Gateway().PlusOne),
		{"Mediation Servers", "at least " + count(mediation.Servers),
			fmt.Sprintf("1 or more for each gateway; %s without bypass take %s, and 1 to spare", erlangs(mediation.NonBypass), count(mediation.ByLoad))},
		{"  media bypass", percent(s.Inputs.Bypass.Value), s.Inputs.Bypass.Source},
		{"  calls that one server takes", count(mediation.CallsOfServer), s.Inputs.MediationCalls.Source},
		{stream.Codec + " bandwidth each way", bitRate(s.Bandwidth.BitsPerSecond()),
			fmt.Sprintf("%s x %s: %d voice + %d IP/UDP/RTP + %d Ethernet octets, %d/s", count(s.Bandwidth.Calls),
				bitRate(stream.BitsPerSecond()), stream.PayloadOctets, stream.HeaderOctets, stream.FrameOctets, stream.PacketsPerSecond)},
	}
}

// shownGateways is how many sizes of gateways the table shows at most.
const shownGateways = 3

// compared returns the range of the sizes that are shown, around the one that was chosen.
func compared(s planner.Sizing) (first, last int) {
	first = max(0, s.Chosen+1-shownGateways)
	return first, min(len(s.Gateways), max(s.Chosen+1, first+shownGateways))
}

// sizingGateways compares the sizes around the one that was chosen.
func sizingGateways(s planner.Sizing) Table {
	t := Table{
		Title: fmt.Sprintf("Gateways: at least two, and N+1 so that %s holds with one down (* fewest gateways)", percent(s.Inputs.GoS.Value)),
		Columns: []Column{{Name: "gateway"}, {Name: "ports", Right: true}, {Name: "by guidance", Right: true},
			{Name: "one down", Right: true}, {Name: "N+1", Right: true}, {Name: "N+1 ports", Right: true},
			{Name: "N+1 spare", Right: true}, {Name: "N+1 all up", Right: true}, {Name: "N+1 one down", Right: true}},
	}
	first, last := compared(s)
	for i, option := range s.Gateways[first:last] {
		name := option.Gateway.Name
		if first+i == s.Chosen {
			name += " *"
		}
		t.Rows = append(t.Rows, []string{name, count(option.Gateway.Ports),
			count(option.ByGuidance.Gateways), percent(option.ByGuidance.BlockingOneDown),
			count(option.PlusOne.Gateways), count(option.PlusOne.Ports), count(option.PlusOne.Spare),
			percent(option.PlusOne.Blocking), percent(option.PlusOne.BlockingOneDown)})
	}
	return t
}

// sizingHoldingTimes shows the cliff at which large groups stand.
func sizingHoldingTimes(s planner.Sizing) Table {
	t := Table{
		Title: cliff(s),
		Columns: []Column{{Name: "AHT", Right: true}, {Name: "offered", Right: true},
			{Name: "ports for " + percent(s.Inputs.GoS.Value), Right: true},
			{Name: fmt.Sprintf("blocked on the guidance's %s", count(s.Guidance.Ports)), Right: true},
			{Name: fmt.Sprintf("blocked on %s", count(s.Ports)), Right: true}},
	}
	for _, holding := range s.HoldingTimes {
		t.Rows = append(t.Rows, []string{inSeconds(holding.Demand.AHT), erlangs(holding.Demand.Erlangs()), count(holding.Ports),
			percent(holding.GuidanceBlocking), percent(holding.Blocking)})
	}
	return t
}
