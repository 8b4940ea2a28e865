package routing

import (
	"fmt"
	"slices"
)

// Route is a list of trunks that can carry the same calls.
type Route struct {
	Name     string
	Trunks   []string // by name
	Weights  []int    // of the trunks, for the policies that say so; empty for 1 each
	Policy   Policy
	FailOver FailOver
	Overflow string // the route that calls take for which no trunk of this one is left; empty for none
}

// Policy is how a route chooses among its trunks. All of them pass over trunks that are drained or put
// aside, and trunks that the call was on already.
type Policy uint8

// The policies.
const (
	// Ordered takes the first trunk that is free, in the order of the route: the overflow chain of a
	// high-usage group and its final group. A call that failed goes on behind the trunk it was on.
	Ordered Policy = iota
	// RoundRobin takes the trunks in turn.
	RoundRobin
	// Weighted takes the trunks in turn, each as often as its weight says, evenly spread: of 3 calls over
	// weights 2 and 1, the second goes to the other trunk.
	Weighted
	// WeightedRandom draws a trunk, each with the probability that its weight says.
	WeightedRandom
	// LeastUsed takes the trunk with the fewest calls for its weight, in turn among equals. A trunk that
	// fails at once is the least used one: a Penalty keeps it from drawing all calls.
	LeastUsed

	numPolicies = iota
)

var policyNames = [numPolicies]string{"ordered", "round robin", "weighted", "weighted random", "least used"}

// String returns the name of the policy as plans and reports write it.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}

// ParsePolicy reads a policy by its name. The error lists the names.
func ParsePolicy(text string) (Policy, error) {
	if i := slices.Index(policyNames[:], text); i >= 0 {
		return Policy(i), nil
	}
	return 0, fmt.Errorf("policy %q; want one of %q", text, policyNames)
}

// mostWeight is the largest weight, as in RFC 2782.
const mostWeight = 1<<16 - 1

func (r *Route) validate(problems *faults, field string, trunks, routes map[string]int) {
	if len(r.Trunks) == 0 {
		problems.add("%s.trunks: must name at least one trunk", field)
	}
	seen := map[string]bool{}
	for i, name := range r.Trunks {
		if _, ok := trunks[name]; !ok {
			problems.add("%s.trunks[%d]: there is no trunk %q", field, i, name)
		}
		if seen[name] {
			problems.add("%s.trunks[%d]: %q is there twice", field, i, name)
		}
		seen[name] = true
	}
	if len(r.Weights) != 0 && len(r.Weights) != len(r.Trunks) {
		problems.add("%s.weights: must be one for each of the %d trunks, got %d", field, len(r.Trunks), len(r.Weights))
	}
	for i, w := range r.Weights {
		if w < 1 || w > mostWeight {
			problems.add("%s.weights[%d]: must be 1 to %d, got %d", field, i, mostWeight, w)
		}
	}
	if r.Policy >= numPolicies {
		problems.add("%s.policy: there is no %s", field, r.Policy)
	}
	if _, ok := routes[r.Overflow]; !ok && r.Overflow != "" {
		problems.add("%s.overflow: there is no route %q", field, r.Overflow)
	}
	r.FailOver.validate(problems, field+".fail_over")
}
