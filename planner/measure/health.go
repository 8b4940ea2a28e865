package measure

// State is what one health detector says of the generator.
type State uint8

// The states of a detector. Unavailable is not Fine: it says that nobody looked.
const (
	Fine State = iota
	Limited
	Unavailable
)

var stateNames = [...]string{"ok", "limited", "unavailable"}

// String returns the name of the state as reports write it.
func (s State) String() string { return name(stateNames[:], int(s)) }

// Check is one detector of generator health: what was measured, against which limit.
type Check struct {
	Name  string  // snake_case, e.g. lateness_p99
	Value float64 // in Unit
	Unit  string  // "s", "1", "ratio", ...
	Limit float64 // the value from which the generator counts as the bottleneck
	State State
	Why   string // a sentence for people, set when State is not Fine
}

// Health is the generator's own state over a run. A run whose health is limited can neither pass nor
// fail: what it saw may be its own doing.
type Health []Check

// Limited returns the checks that name the generator as the bottleneck.
func (h Health) Limited() []Check {
	var limited []Check
	for _, c := range h {
		if c.State == Limited {
			limited = append(limited, c)
		}
	}
	return limited
}
