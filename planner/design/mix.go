package design

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/plan"
)

// Mix is what is bought for one place.
type Mix struct {
	Bought []Bought
	Units  int
	Calls  int        // of all units
	Down   int        // of all units but the largest
	Price  plan.Money // of the units that have one
	Reason string
}

// Bought is a number of equal units.
type Bought struct {
	Candidate
	Count int
}

// need is what a mix must hold.
type need struct {
	calls      int // with all units up
	callsDown  int // with the largest failed; 0 when it may be missed
	attempts   int // a second; of units whose limit is documented
	transcoded int
	units      int // at the least
}

type mixKey struct {
	need
	kind string
}

// mix returns the cheapest mix of at most two models that holds the need: by price where all prices are known, else the
// fewest units and of those the fewest ports.
func (c *calculator) mix(all []Candidate, kind string, n need) Mix {
	key := mixKey{n, kind}
	if best, ok := c.mixes[key]; ok || c.err != nil {
		return best
	}
	byPrice := len(all) > 0
	for _, candidate := range all {
		byPrice = byPrice && candidate.Price != nil
	}
	var best Mix
	consider := func(m Mix) {
		if m.Units > 0 && (best.Units == 0 || m.before(best, byPrice)) {
			best = m
		}
	}
	for i, b := range all {
		consider(newMix(all[:0], 0, b, n.least(nil, 0, b)))
		for _, a := range all[:i] {
			for count := 1; count <= n.most(a); count++ {
				consider(newMix([]Candidate{a}, count, b, n.least(&a, count, b)))
			}
		}
	}
	best.Reason = best.reason(n, byPrice)
	c.mixes[key] = best
	return best
}

// most returns how many of one model could be of use beside another.
func (n need) most(a Candidate) int {
	return min(200, (max(n.calls, n.callsDown)+a.Calls-1)/a.Calls+1)
}

// least returns how many of b are needed beside count of a; -1 when no number is enough.
func (n need) least(a *Candidate, count int, b Candidate) int {
	var calls, transcoded int
	var attempts, largestAttempts float64
	largest := b.Calls
	if a != nil {
		calls, largest = count*a.Calls, max(a.Calls, b.Calls)
		if a.CAPS != nil {
			attempts, largestAttempts = float64(count)**a.CAPS, *a.CAPS
		}
		if a.Transcoded != nil {
			transcoded = count * *a.Transcoded
		}
	}
	least := max(n.units-count, up(n.calls-calls, b.Calls))
	if n.callsDown > 0 {
		least = max(least, up(n.callsDown+largest-calls, b.Calls))
	}
	if b.CAPS != nil && (a == nil || a.CAPS != nil) {
		spare := 0.
		if n.callsDown > 0 {
			spare = max(largestAttempts, *b.CAPS)
		}
		for float64(least)**b.CAPS+attempts-spare < float64(n.attempts) {
			least++
		}
	}
	if b.Transcoded != nil && (a == nil || a.Transcoded != nil) && n.transcoded > 0 {
		required := n.transcoded - transcoded
		if n.callsDown > 0 { // with the unit failed that transcodes most
			required += max(*b.Transcoded, transcoded/max(count, 1))
		}
		if *b.Transcoded == 0 && required > 0 {
			return -1
		}
		least = max(least, up(required, max(*b.Transcoded, 1)))
	}
	return least
}

// up returns how many containers of that size hold n.
func up(n, size int) int {
	if n <= 0 {
		return 0
	}
	return (n + size - 1) / size
}

// newMix puts count of the one model in a, and least of b, together.
func newMix(a []Candidate, count int, b Candidate, least int) Mix {
	if least < 0 {
		return Mix{}
	}
	var m Mix
	largest := 0
	add := func(c Candidate, n int) {
		if n == 0 {
			return
		}
		m.Bought = append(m.Bought, Bought{c, n})
		m.Units += n
		m.Calls += n * c.Calls
		largest = max(largest, c.Calls)
		if c.Price != nil {
			m.Price += plan.Money(min(float64(*c.Price)*float64(n), 2*mostMoney))
		}
	}
	for _, c := range a {
		add(c, count)
	}
	add(b, least)
	m.Down = m.Calls - largest
	return m
}

func (m Mix) before(other Mix, byPrice bool) bool {
	if byPrice && m.Price != other.Price {
		return m.Price < other.Price
	}
	if m.Units != other.Units {
		return m.Units < other.Units
	}
	return m.Calls < other.Calls
}

// reason says in a sentence why this mix was taken.
func (m Mix) reason(n need, byPrice bool) string {
	if m.Units == 0 {
		return "No model that may be bought holds this: give gateways with documented limits."
	}
	rule := "Fewest units, then ports (not all prices are known),"
	if byPrice {
		rule = "Cheapest"
	}
	if n.callsDown > 0 {
		return fmt.Sprintf("%s with %d ports or more when the largest has failed.", rule, n.callsDown)
	}
	return fmt.Sprintf("%s with %d ports or more; none may fail.", rule, n.calls)
}
