package routing

import (
	"fmt"
	"strconv"
	"strings"
)

// Outcome is how a trunk answered an attempt: the status of a final SIP response, 200 to 699, or one of
// the constants.
type Outcome uint16

// Outcomes that are no SIP responses.
const (
	Timeout        Outcome = 1 + iota // no response in time
	TransportError                    // the network said that nobody is there
	// NoCircuit is that the trunk was not even tried, because this side knows that it is full: no free
	// circuit, too many attempts in this second, no bandwidth.
	NoCircuit

	// ServiceUnavailable is the response whose Retry-After a Penalty may obey.
	ServiceUnavailable Outcome = 503

	numOutcomes = 700
)

// String returns the outcome as ParseOutcomes reads it.
func (o Outcome) String() string {
	switch o {
	case Timeout:
		return "timeout"
	case TransportError:
		return "transport"
	case NoCircuit:
		return "no-circuit"
	}
	return strconv.Itoa(int(o))
}

// response tells whether the trunk answered.
func (o Outcome) response() bool { return o >= 200 && o < numOutcomes }

// valid tells whether the outcome is a failure that can be reacted to.
func (o Outcome) valid() bool {
	return o == Timeout || o == TransportError || o == NoCircuit || o >= 300 && o < numOutcomes
}

// ParseOutcomes reads a list of failures as people write it: SIP statuses, "5xx" for a hundred of them,
// "timeout", "transport" and "no-circuit", with commas between. "none" is the empty list, which is not nil.
func ParseOutcomes(text string) ([]Outcome, error) {
	outcomes := []Outcome{}
	if strings.TrimSpace(text) == "none" {
		return outcomes, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		first, last, ok := parseOutcome(strings.TrimSpace(word))
		if !ok {
			return nil, fmt.Errorf("outcome %q; want a status from 300 to 699, 3xx to 6xx, timeout, transport or no-circuit", word)
		}
		for o := first; o <= last; o++ {
			outcomes = append(outcomes, o)
		}
	}
	return outcomes, nil
}

// parseOutcome returns the first and the last outcome that a word stands for.
func parseOutcome(word string) (first, last Outcome, ok bool) {
	for _, o := range []Outcome{Timeout, TransportError, NoCircuit} {
		if word == o.String() {
			return o, o, true
		}
	}
	if hundred, found := strings.CutSuffix(word, "xx"); found && len(hundred) == 1 && hundred >= "3" && hundred <= "6" {
		first = Outcome(hundred[0]-'0') * 100
		return first, first + 99, true
	}
	n, err := strconv.ParseUint(word, 10, 16)
	o := Outcome(n)
	return o, o, err == nil && len(word) == 3 && o.valid()
}

// outcomes is a set of outcomes.
type outcomes [(numOutcomes + 63) / 64]uint64

func (s *outcomes) add(o Outcome) { s[o/64] |= 1 << (o % 64) }

// has tells whether o is in the set; an outcome that there is not is in none.
func (s *outcomes) has(o Outcome) bool {
	return o < numOutcomes && s[o/64]&(1<<(o%64)) != 0
}
