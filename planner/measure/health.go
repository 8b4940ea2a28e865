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
	Media bool   // affects figures of RTP only, nothing that is measured of calls
	Why   string // a sentence for people, set when State is not Fine
}

// Health is the generator's own state over a run. What a limited generator saw may be its own doing: it can
// neither pass nor fail, be it of calls or, where only media checks are limited, of RTP.
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

// OfCalls returns the checks that affect what is measured of calls.
func (h Health) OfCalls() Health { return h.which(false) }

// OfMedia returns the checks that affect figures of RTP alone.
func (h Health) OfMedia() Health { return h.which(true) }

func (h Health) which(media bool) Health {
	var checks Health
	for _, c := range h {
		if c.Media == media {
			checks = append(checks, c)
		}
	}
	return checks
}
