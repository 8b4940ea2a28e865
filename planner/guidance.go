package planner

import (
	"math"
	"sort"
	"time"

	"github.com/sipplan/sipplan/erlang"
)

// RetryShare is the share of blocked callers that the figures about retries assume to try again.
const RetryShare = 0.5

// Guidance is what the rule of so many users per port gives, and what that means in traffic.
type Guidance struct {
	Ports    int
	Blocking float64 // share of busy-hour calls lost, by Erlang B
	// FiniteBlocking is the same by Engset's formula, which knows that a user who is in a call does not
	// start another. Nil when the users' calls fill the whole hour, where it has no meaning.
	FiniteBlocking *float64
	RetryBlocking  float64 // share of attempts lost when RetryShare of the blocked callers try again
	// HoldsUpTo is the mean holding time at which the ports lose exactly the GoS; they hold it below.
	HoldsUpTo time.Duration
	// HalfBlocking is the share lost when the ports are split evenly over two gateways and one fails.
	HalfBlocking float64
	// ErlangsPerPort is the load that the ratio means, before it is rounded up to whole ports.
	ErlangsPerPort float64
	// MeetsFrom is the least number of ports from which on the ratio holds the GoS at this load per port; 0
	// when it never does. It is what trunking efficiency does to a constant ratio.
	MeetsFrom int
}

// guidance works out what the rule of thumb means for the demand.
func (f *formulas) guidance(in Inputs) Guidance {
	demand, usage := in.demand(), in.Usage.Value
	ports, erlangs := usage.Ports(demand.Users), demand.Erlangs()
	g := Guidance{
		Ports:          ports,
		Blocking:       f.blocking(ports, erlangs),
		RetryBlocking:  f.retried(ports, erlangs, RetryShare),
		HoldsUpTo:      seconds(f.traffic(ports, in.GoS.Value) / demand.CAPS()),
		HalfBlocking:   f.blocking(ports/2, erlangs),
		ErlangsPerPort: erlangs / float64(demand.Users) * float64(usage.UsersPerPort),
	}
	if erlangs < float64(demand.Users) {
		finite := f.finiteSource(demand.Users, ports, erlangs)
		g.FiniteBlocking = &finite
	}
	g.MeetsFrom = f.meetsFrom(g.ErlangsPerPort, in.GoS.Value)
	return g
}

// meetsFrom returns the least number of ports n with B(n, n·erlangsPerPort) ≤ gos. At a constant load per
// port the blocking falls with every port, towards
//
//	1 - 1/erlangsPerPort    above 1 erlang per port
//	0                       up to 1 erlang per port
//
// so there may be no such number, or none that the formula reaches.
func (f *formulas) meetsFrom(erlangsPerPort, gos float64) int {
	if LeastLost(erlangsPerPort) >= gos {
		return 0
	}
	holds := func(n int) bool { return f.blocking(n, float64(n)*erlangsPerPort) <= gos }
	most := int(erlang.MaxSize / max(1, erlangsPerPort))
	bound := 1
	for !holds(bound) && f.err == nil {
		if bound *= 2; bound > most {
			return 0
		}
	}
	return 1 + sort.Search(bound-1, func(i int) bool { return holds(i + 1) })
}

// seconds returns that many seconds, or the longest duration there is.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

// LeastLost returns the share of calls that even an endless group of ports loses at that load per port.
func LeastLost(erlangsPerPort float64) float64 {
	return math.Max(0, 1-1/erlangsPerPort)
}
