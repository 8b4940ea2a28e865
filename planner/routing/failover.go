package routing

import "time"

// FailOver says which outcomes send a call on to the next trunk. The zero value goes on with the default
// outcomes until no trunk is left.
type FailOver struct {
	// On lists the outcomes; nil stands for DefaultFailOver, and an empty list for none. Every other
	// outcome is final, as is a 486 by default: the called user is busy on every trunk.
	On []Outcome
	// Trunks is the number of trunks that a call is sent over at most, over the overflow routes too;
	// 0 for no limit. Trunks that are passed over without an INVITE are not counted.
	Trunks int
	// Wait is how long a trunk may stay without any response before that counts as a Timeout, as with
	// FailoverTimeSeconds of Teams Direct Routing; 0 for the timers of the transaction. Whoever sends the
	// INVITE keeps this time: Router.Wait returns it.
	Wait time.Duration
}

// DefaultFailOver returns the outcomes that Teams Direct Routing goes on with, 408, 503 and 504, and what
// RFC 3263, 4.3 adds to them: no response in time, and transport errors. A trunk without a free circuit
// is passed over.
func DefaultFailOver() []Outcome {
	return []Outcome{408, ServiceUnavailable, 504, Timeout, TransportError, NoCircuit}
}

func (f *FailOver) validate(problems *faults, field string) {
	for i, o := range f.On {
		if !o.valid() {
			problems.add("%s.on[%d]: must be a status from 300 to 699, timeout, transport or no-circuit, got %s", field, i, o)
		}
	}
	if f.Trunks < 0 || f.Trunks > most {
		problems.add("%s.trunks: must be 0 for no limit, or 1 to %d, got %d", field, most, f.Trunks)
	}
	if f.Wait < 0 {
		problems.add("%s.wait: must not be negative, got %s", field, f.Wait)
	}
}
