package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner"
)

// insights returns what to know about a sizing beyond its figures, a sentence each, as far as it applies.
func insights(s planner.Sizing) []string {
	var sentences []string
	for _, insight := range []func(planner.Sizing) string{
		openClass, noSpare, singleGateway, tightestClass, constantRatio, overload, busyUsers, busyHour, sites, largeGateways,
	} {
		if sentence := insight(s); sentence != "" {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}

// openClass says what "three or more" hides: the calls of Microsoft's own user model.
func openClass(s planner.Sizing) string {
	more := s.MoreCalls
	if more == nil {
		return ""
	}
	sentence := fmt.Sprintf("Heavy means three calls or more: at %s (%s) %s needs %s",
		decimal(more.Demand.CallsPerHour, 1), planner.BusyUserCallsPerHourSource, percent(s.Inputs.GoS.Value), plural(more.Ports, "port"))
	switch surplus := s.Guidance.Ports - more.Ports; {
	case surplus < 0:
		return sentence + fmt.Sprintf(", and the guidance's %s %s %s.", count(s.Guidance.Ports), verb(s.Guidance.Ports, "block"),
			percent(more.GuidanceBlocking))
	case surplus*100 <= more.Ports:
		sentence += fmt.Sprintf(", and the guidance's %s are just right", count(s.Guidance.Ports))
	}
	if spare := spareSentence(more.Gateway.Ports, more.ByGuidance, more.PlusOne, s.Inputs.GoS.Value); spare != "" {
		return sentence + "; " + spare
	}
	return sentence + "."
}

// noSpare says when the gateways that the guidance fills leave none to fail.
func noSpare(s planner.Sizing) string {
	option := s.GuidedGateway()
	return spareSentence(option.Gateway.Ports, option.ByGuidance, option.PlusOne, s.Inputs.GoS.Value)
}

// spareSentence is empty unless the guided gateways hold the GoS, but not with one down.
func spareSentence(size int, guided, plusOne planner.GatewayGroup, gos float64) string {
	if guided.Blocking > gos || guided.BlockingOneDown <= gos {
		return ""
	}
	return fmt.Sprintf("%s of %s have no spare: one down blocks %s; with %s it is %s.", plural(guided.Gateways, "gateway"),
		plural(size, "port"), percent(guided.BlockingOneDown), count(plusOne.Gateways), percent(plusOne.BlockingOneDown))
}

// singleGateway says what the ports of the guidance are worth on one gateway or two.
func singleGateway(s planner.Sizing) string {
	guided := s.Guidance.Ports
	if guided > s.Gateway().Gateway.Ports || s.Ports > s.Gateway().Gateway.Ports {
		return ""
	}
	return fmt.Sprintf("One gateway with the guidance's %s breaks the rule of two or more; split over two, one down leaves %s and blocks "+
		"%s. Each of two needs %s to hold %s alone.", plural(guided, "port"), plural(guided/2, "port"),
		percent(s.Guidance.HalfBlocking), count(s.Ports), percent(s.Inputs.GoS.Value))
}

// tightestClass says that the classes are not in order of their blocking.
func tightestClass(s planner.Sizing) string {
	if s.Inputs.Usage.Value.Name != "moderate" || s.Demand.CallsPerHour != s.Inputs.Usage.Value.CallsPerHour {
		return ""
	}
	load := s.Guidance.ErlangsPerPort
	return fmt.Sprintf("Moderate is the tightest class of the guidance: %s a port, where light, and heavy at 3 calls, have %s. "+
		"To call the same users heavy would lower their blocking.", erlangs(load), erlangs(load*0.75))
}

// constantRatio says from which size on the ratio is enough, where it is not.
func constantRatio(s planner.Sizing) string {
	g := s.Guidance
	if g.Ports >= s.Ports || g.MeetsFrom == 0 {
		return ""
	}
	return fmt.Sprintf("A constant ratio ignores that small groups need more ports for the same load: at %s a port it holds %s only from %s (%s users) on.",
		erlangs(g.ErlangsPerPort), percent(s.Inputs.GoS.Value), plural(g.MeetsFrom, "port"),
		count(g.MeetsFrom*s.Inputs.Usage.Value.UsersPerPort))
}

// overload says that no size helps when each port is offered more than it can carry.
func overload(s planner.Sizing) string {
	g := s.Guidance
	if g.MeetsFrom > 0 {
		return ""
	}
	lost := planner.LeastLost(g.ErlangsPerPort)
	if lost < s.Inputs.GoS.Value {
		return ""
	}
	return fmt.Sprintf("The guidance's ratio offers %s to each port: at least %s of the calls are lost, whatever the size.",
		erlangs(g.ErlangsPerPort), percent(lost))
}

// busyUsers doubts an input that keeps each user in a call for the whole hour.
func busyUsers(s planner.Sizing) string {
	if s.Guidance.FiniteBlocking != nil {
		return ""
	}
	return fmt.Sprintf("%s of %s an hour keep each user in %s at a time: check these two figures.", calls(s.Demand.CallsPerHour),
		inSeconds(s.Demand.AHT), calls(s.Demand.Erlangs()/float64(s.Demand.Users)))
}

// cliff says what a third longer calls do to a group that is just large enough.
func cliff(s planner.Sizing) string {
	longer := s.HoldingTimes[len(s.HoldingTimes)-1]
	sentence := fmt.Sprintf("calls of %s instead of %s turn %s blocked on %s into %s", inSeconds(longer.Demand.AHT),
		inSeconds(s.Demand.AHT), percent(s.Blocking), plural(s.Ports, "port"), percent(longer.Blocking))
	if longer.Blocking >= 10*s.Blocking {
		return "Large groups stand at a cliff: " + sentence
	}
	return "A third shorter or longer: " + sentence
}

// busyHour says what becomes of calls per hour that were counted over a day.
func busyHour(s planner.Sizing) string {
	low, high := s.BusyHours[0], s.BusyHours[1]
	rule := func(b planner.BusyHour) string {
		return fmt.Sprintf("%s times (%s: %s %% of the day)", decimal(b.Rule.Factor(), 2), b.Rule.Name, decimal(100*b.Rule.Share, 2))
	}
	ports := plural(low.Ports, "port")
	if high.Ports > low.Ports {
		ports = fmt.Sprintf("%s to %s ports", count(low.Ports), count(high.Ports))
	}
	return fmt.Sprintf("If the calls per hour are the mean of an 8-hour day, its busy hour has %s to %s as many: %s needs %s.",
		rule(low), rule(high), percent(s.Inputs.GoS.Value), ports)
}

// sites says what the same users need when they do not share one group of ports.
func sites(s planner.Sizing) string {
	if len(s.Sites) == 0 {
		return ""
	}
	sentence := fmt.Sprintf("On sites that share no ports, %s needs ", percent(s.Inputs.GoS.Value))
	for i, split := range s.Sites {
		if i > 0 {
			sentence += ", "
		}
		sentence += fmt.Sprintf("%s in all on %s sites (guidance %s)", count(split.Ports), count(split.Sites), count(split.GuidancePorts))
	}
	return sentence + "."
}

// largeGateways doubts a size that only telephone companies buy.
func largeGateways(s planner.Sizing) string {
	if ports := s.Gateway().Gateway.Ports; ports > planner.LargestGateway {
		return fmt.Sprintf("Gateways of more than %d ports are built for telephone companies; this plan takes %s.", planner.LargestGateway, count(ports))
	}
	return ""
}
