package sim

import (
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
