package planner

import (
	"slices"

	"github.com/sipplan/sipplan/planner/catalog"
)

// MinGateways is how many gateways an organization has at least, so that one may fail.
//
// Source: Microsoft, "Direct SIP connections in Skype for Business Server", gateway size and number.
const MinGateways = 2

// LargestGateway is the most ports of the gateways that organizations use; larger ones are built for
// telephone companies. Source as for MinGateways.
const LargestGateway = 960

// GatewayOption lays the demand out on gateways of one size.
type GatewayOption struct {
	Gateway catalog.Gateway
	// ByGuidance has room for the ports of the guidance, on two gateways or more.
	ByGuidance GatewayGroup
	// PlusOne has a gateway more than the GoS needs, so that it is held while one has failed.
	PlusOne GatewayGroup
}

// GatewayGroup is a number of equal gateways that share the traffic.
type GatewayGroup struct {
	Gateways        int
	Ports           int     // of all gateways together
	Spare           int     // ports beyond those that the GoS needs; negative when too few
	Blocking        float64 // share of calls lost with all gateways up
	BlockingOneDown float64 // share lost with one of them failed
}

// gatewayOptions lays the demand out on every size that the inputs allow, smallest first. Ports are the
// fewest that hold the GoS.
func (f *formulas) gatewayOptions(in Inputs, ports, guided int) []GatewayOption {
	erlangs := in.demand().Erlangs()
	var options []GatewayOption
	for _, gateway := range gatewaySizes(in) {
		size := gateway.Ports
		options = append(options, GatewayOption{
			Gateway:    gateway,
			ByGuidance: f.gatewayGroup(max(MinGateways, fill(guided, size)), size, ports, erlangs),
			PlusOne:    f.gatewayGroup(max(MinGateways, fill(ports, size)+1), size, ports, erlangs),
		})
	}
	return options
}

// gatewayGroup works out what that many gateways of that size do with the traffic.
func (f *formulas) gatewayGroup(gateways, size, needed int, erlangs float64) GatewayGroup {
	return GatewayGroup{
		Gateways:        gateways,
		Ports:           gateways * size,
		Spare:           gateways*size - needed,
		Blocking:        f.blocking(gateways*size, erlangs),
		BlockingOneDown: f.blocking((gateways-1)*size, erlangs),
	}
}

// gatewaySizes returns the gateway that was asked for, or those of the catalogue with analog lines and the
// digital lines that were asked for.
func gatewaySizes(in Inputs) []catalog.Gateway {
	if ports := in.GatewayPorts.Value; ports > 0 {
		return []catalog.Gateway{{Name: "as asked for", Ports: ports, Source: in.GatewayPorts.Source}}
	}
	sizes := slices.DeleteFunc(catalog.Gateways(), func(g catalog.Gateway) bool {
		return g.Lines != catalog.Analog && g.Lines != in.Lines.Value
	})
	slices.SortFunc(sizes, func(a, b catalog.Gateway) int { return a.Ports - b.Ports })
	return sizes
}

// chooseGateways returns the index of the option whose group has the fewest gateways, and of those the one
// with the fewest ports. Prices are not known here.
func chooseGateways(options []GatewayOption, group func(GatewayOption) GatewayGroup) int {
	best := 0
	for i, option := range options {
		a, b := group(option), group(options[best])
		if a.Gateways < b.Gateways || a.Gateways == b.Gateways && a.Ports < b.Ports {
			best = i
		}
	}
	return best
}

// fill returns how many containers of that size hold n.
func fill(n, size int) int { return (n + size - 1) / size }
