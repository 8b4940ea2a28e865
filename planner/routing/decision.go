package routing

import (
	"math/bits"
	"strings"
)

// NoTrunk is the place of no trunk.
const NoTrunk = -1

// Decision is where a call goes.
type Decision struct {
	Trunk  int    // place in Network.Trunks, or NoTrunk
	Causes Causes // why trunks were passed over; all of them when there is no trunk
}

// Taken tells whether there is a trunk, which the call now holds.
func (d Decision) Taken() bool { return d.Trunk >= 0 }

// Causes is a set of reasons for which a call did not get a trunk.
type Causes uint16

// The causes.
const (
	NoFreeCircuit Causes = 1 << iota // all circuits busy
	ReservedOnly                     // the circuits that are free are reserved for calls with right of way
	NoBandwidth                      // not enough left for the codec
	OverRate                         // too many attempts in this time
	PutAside                         // by the penalty or its own Retry-After
	OutOfService                     // drained or out of service
	Tried                            // the call was sent over it already
	FinalOutcome                     // its outcome is none to fail over on
	TrunksUsedUp                     // it was sent over as many trunks as the rule allows
	numCauses     = iota
)

// full are the causes that make the outcome NoCircuit.
const full = NoFreeCircuit | ReservedOnly | NoBandwidth | OverRate

var causeNames = [numCauses]string{
	"no_free_circuit", "reserved", "no_bandwidth", "over_rate", "put_aside", "out_of_service", "tried",
	"final_outcome", "trunks_used_up",
}

// Blocked tells whether a limit on this side had a part in it.
func (c Causes) Blocked() bool { return c&full != 0 }

// String returns the names of the causes with "+" between them, "none" for none.
func (c Causes) String() string {
	if c == 0 {
		return "none"
	}
	var names []string
	for ; c != 0; c &= c - 1 {
		if i := bits.TrailingZeros16(uint16(c)); i < len(causeNames) {
			names = append(names, causeNames[i])
		}
	}
	return strings.Join(names, "+")
}
