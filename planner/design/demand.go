package design

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/plan"
)

// Load is what users ask of the PSTN in the busy hour.
type Load struct {
	Users    int
	BHCA     float64 // call attempts in the busy hour
	Erlangs  float64
	Guidance int // ports of the rule of 15, 10 or 5 users; users of other classes count by their calls
}

// CAPS returns the call attempts per second.
func (l Load) CAPS() float64 { return l.BHCA / 3600 }

// Plus returns both loads together.
func (l Load) Plus(m Load) Load {
	return Load{l.Users + m.Users, l.BHCA + m.BHCA, l.Erlangs + m.Erlangs, l.Guidance + m.Guidance}
}

// Scaled returns the load with its calls, not its users, that many times.
func (l Load) Scaled(factor float64) Load {
	l.BHCA *= factor
	l.Erlangs *= factor
	return l
}

// Assumptions are the figures about all users, with the defaults filled in.
type Assumptions struct {
	BusyHour   plan.BusyHour
	AHT, SetUp time.Duration
	Inbound    float64 // share of the calls that come from the PSTN
	Growth     float64 // factor of the traffic at the horizon
	WorkDays   float64 // in a month
	GoS        float64 // share of the calls that may be blocked
	FailureGoS float64 // the same while the largest unit is down
	Bypass     float64 // share of the calls whose media passes the Mediation Servers by
	Years      int     // to the horizon
}

func assumptions(p *plan.Plan) Assumptions {
	a := Assumptions{
		BusyHour: p.Demand.BusyHour, AHT: p.Demand.AHT, SetUp: p.Demand.SetUp,
		Inbound: share(p.Demand.Inbound, 0.5), WorkDays: p.Demand.WorkDays,
		Growth: math.Pow(1+float64(p.Demand.Growth), float64(p.Demand.Horizon)),
		GoS:    share(p.Promise.GoS, planner.DefaultGoS),
		Bypass: share(p.Media.Bypass, planner.DefaultBypass),
		Years:  p.Years,
	}
	a.FailureGoS = share(p.Promise.FailureGoS, a.GoS)
	if a.BusyHour == 0 {
		a.BusyHour = plan.Flat
	}
	if a.AHT == 0 {
		a.AHT = planner.DefaultAHT
	}
	if a.WorkDays == 0 {
		a.WorkDays = 21
	}
	if a.Years == 0 {
		a.Years = 5
	}
	return a
}

// share returns a share, or its default when it was not given or has no meaning as a target.
func share(given *plan.Share, otherwise float64) float64 {
	if given == nil {
		return otherwise
	}
	return float64(*given)
}

// classLoads returns the load of one user of each class.
func classLoads(p *plan.Plan, a Assumptions) map[string]Load {
	factor := float64(a.BusyHour) / float64(plan.Flat) * a.Growth
	loads := map[string]Load{}
	add := func(name string, calls float64, aht time.Duration) {
		loads[name] = Load{Users: 1, BHCA: calls, Erlangs: calls * (aht + a.SetUp).Seconds() / 3600}
	}
	for _, name := range planner.UsageNames() {
		usage, err := planner.ParseUsage(name)
		if err == nil {
			add(name, usage.CallsPerHour*factor, a.AHT)
		}
	}
	for _, class := range p.Classes {
		calls, aht := class.CallsPerHour*factor, class.AHT
		if class.CallsPerDay > 0 {
			calls = class.CallsPerDay * float64(a.BusyHour) * a.Growth
		}
		if aht == 0 {
			aht = a.AHT
		}
		add(class.Name, calls*share(class.External, 1), aht)
	}
	return loads
}

// loadOf returns the load of users by class. Users whose calls fill more than every hour are taken as given.
func loadOf(users map[string]int, classes map[string]Load) Load {
	var sum Load
	for _, name := range slices.Sorted(maps.Keys(users)) {
		n, one := users[name], classes[name]
		sum = sum.Plus(Load{Users: n, BHCA: float64(n) * one.BHCA, Erlangs: float64(n) * one.Erlangs, Guidance: guided(name, n, one)})
	}
	return sum
}

// guided returns the ports of the guidance for users of a class.
func guided(class string, users int, one Load) int {
	usage, err := planner.ParseUsage(class)
	if err == nil {
		return usage.Ports(users)
	}
	for _, name := range planner.UsageNames() {
		usage, err = planner.ParseUsage(name)
		if err == nil && one.BHCA <= usage.CallsPerHour {
			break
		}
	}
	return usage.Ports(users)
}
