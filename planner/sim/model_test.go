package sim

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// aht is the mean holding time of all test models.
const aht = 100 * time.Second

// exponential is its law.
var exponential = traffic.Duration{Law: traffic.Exponential, Mean: aht}

// erlangs returns Poisson calls of so much traffic.
func erlangs(traffic float64) Process { return Poisson(traffic / aht.Seconds()) }

// groupModel returns one trunk group of so many circuits and one source.
func groupModel(circuits int, calls Process) *Model {
	return &Model{
		Network: routing.Network{
			Trunks: []routing.Trunk{{Name: "trunk", Limits: routing.Limits{Circuits: circuits}}},
			Routes: []routing.Route{{Name: "route", Trunks: []string{"trunk"}}},
		},
		Groups:  []Group{{Name: "group", Trunks: []string{"trunk"}, Circuits: circuits}},
		Sources: []Source{{Name: "source", Route: "route", Calls: calls, Holding: exponential, Answered: 1}},
	}
}

// gateways returns a trunk group on gateways of at most 960 ports, in turn.
func gateways(ports int, offered float64) *Model {
	m := groupModel(ports, erlangs(offered))
	m.Network.Trunks, m.Network.Routes[0].Trunks, m.Groups[0].Trunks = nil, nil, nil
	m.Network.Routes[0].Policy = routing.RoundRobin
	for i := 0; ports > 0; i++ {
		name := fmt.Sprintf("gateway-%d", i+1)
		m.Network.Facilities = append(m.Network.Facilities, routing.Facility{Name: name, Limits: routing.Limits{Circuits: min(960, ports)}})
		m.Network.Trunks = append(m.Network.Trunks, routing.Trunk{Name: name, Facilities: []string{name}})
		m.Network.Routes[0].Trunks = append(m.Network.Routes[0].Trunks, name)
		m.Groups[0].Trunks = append(m.Groups[0].Trunks, name)
		ports -= 960
	}
	return m
}
