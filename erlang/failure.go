package erlang

import (
	"fmt"
	"math"
)

// FailureResult is what failing gateways do to the calls, interruptions included.
type FailureResult struct {
	Blocking float64 // share of the calls that find no port on any working gateway
	Dropped  float64 // share of all calls, blocked ones included, that a failure interrupts
}

// ExactFailure returns the equilibrium of gateways with so many ports each, hunted in a fixed order, from the Markov chain
// of the calls on each: each working gateway fails at the rate fail and drops its calls, each failed one comes back empty
// at the rate repair. Rates are per mean holding time.
// Domain: gateways and ports from 1 on, with (ports+2)^gateways at most 2,000 states, traffic, fail and repair from 1e-9 to
// [MaxSize]; else an error that wraps [ErrDomain].
func ExactFailure(gateways, ports int, traffic, fail, repair float64) (FailureResult, error) {
	const unit = "per mean holding time"
	err := firstError(checkCount("gateways", gateways, 1, maxChain), checkCount("ports", ports, 1, maxChain),
		checkRange("traffic", "erlangs", traffic, 1e-9, MaxSize),
		checkRange("rate of failures", unit, fail, 1e-9, MaxSize), checkRange("rate of repairs", unit, repair, 1e-9, MaxSize))
	if err != nil {
		return FailureResult{}, err
	}
	if size := math.Pow(float64(ports+2), float64(gateways)); size > maxChain {
		return FailureResult{}, fmt.Errorf("%d gateways of %d ports have %g states, at most %d are possible: %w",
			gateways, ports, size, maxChain, ErrDomain)
	}
	states := newGatewayStates(gateways, ports)
	var result FailureResult
	for state, share := range states.chain(traffic, fail, repair).stationary() {
		if states.hunt(state) < 0 {
			result.Blocking += share
		}
		for i := range gateways {
			result.Dropped += share * fail * float64(states.calls(state, i)) / traffic
		}
	}
	return result, nil
}

// gatewayStates numbers the states of gateways: each is a digit, 0 for a failed one, else 1 more than its calls.
type gatewayStates struct {
	ports  int
	places []int // what one call more on each gateway adds to the number of the state
	count  int
}

func newGatewayStates(gateways, ports int) gatewayStates {
	s := gatewayStates{ports: ports, count: 1}
	for range gateways {
		s.places = append(s.places, s.count)
		s.count *= ports + 2
	}
	return s
}

// digit returns 0 for a failed gateway, else 1 more than its calls.
func (s gatewayStates) digit(state, gateway int) int {
	return state / s.places[gateway] % (s.ports + 2)
}

// calls returns the calls in progress on a gateway, none on a failed one.
func (s gatewayStates) calls(state, gateway int) int { return max(s.digit(state, gateway)-1, 0) }

// hunt returns the first working gateway with a free port, or -1.
func (s gatewayStates) hunt(state int) int {
	for i := range s.places {
		if digit := s.digit(state, i); digit > 0 && digit <= s.ports {
			return i
		}
	}
	return -1
}

// chain returns the arrivals, ends, failures and repairs.
func (s gatewayStates) chain(traffic, fail, repair float64) chain {
	c := newChain(s.count)
	for state := range c {
		if free := s.hunt(state); free >= 0 {
			c[state][state+s.places[free]] += traffic
		}
		for i, place := range s.places {
			digit := s.digit(state, i)
			if digit == 0 {
				c[state][state+place] += repair
				continue
			}
			c[state][state-digit*place] += fail
			if digit > 1 {
				c[state][state-place] += float64(digit - 1)
			}
		}
	}
	return c
}
