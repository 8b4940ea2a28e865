// Package ceiling finds out whether this machine can offer so many calls a second: it lets the generator call an
// emulated gateway in the same process over real sockets on loopback, and lowers the rate until none of the
// generator's own limits gives way.
//
// A machine that has to answer its own calls does twice the work of one that calls a target elsewhere, so
// that a ceiling errs on the side of the target: what a run above it shows may be the generator's doing.
package ceiling

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Demanding is the call rate, in calls per second, from which a run should know its ceiling. Below it any
// machine that runs this program keeps up, and the detectors of the run itself are enough.
const Demanding = 2000

// Ceiling is what one machine was found to keep up with. The zero value knows nothing.
type Ceiling struct {
	CAPS     float64   `json:"caps"`         // highest rate that was kept, in calls per second
	Broke    float64   `json:"broke"`        // lowest rate that was not kept; 0 if every rate tried was
	Why      string    `json:"why"`          // what gave way at Broke, in words
	Measured time.Time `json:"measured"`     // when
	Calls    uint64    `json:"calls"`        // how many calls it took to find out
	Took     float64   `json:"took_seconds"` // how long it took
}

// Keeps tells whether a rate, in calls per second, is one that this machine was seen to keep.
func (c Ceiling) Keeps(caps float64) bool { return caps <= c.CAPS }

// String says the ceiling in words.
func (c Ceiling) String() string {
	switch {
	case c.Measured.IsZero():
		return "not measured"
	case c.Broke == 0:
		return fmt.Sprintf("at least %.0f calls/s", c.CAPS)
	case c.CAPS == 0:
		return fmt.Sprintf("less than %.0f calls/s", c.Broke)
	}
	return fmt.Sprintf("%.0f calls/s", c.CAPS)
}

// Check is the detector of generator health that a run at caps calls per second has in its ceiling: above
// it the generator counts as the bottleneck.
func (c Ceiling) Check(caps float64) measure.Check {
	check := measure.Check{Name: "ceiling", Unit: "1/s", Value: caps, Limit: c.CAPS}
	switch {
	case c.Measured.IsZero():
		check.State = measure.Unavailable
		check.Why = "how many calls a second this machine can offer was not measured"
	case !c.Keeps(caps):
		check.State = measure.Limited
		check.Why = fmt.Sprintf("%.0f calls per second are more than this machine could keep up with when it called itself (%s: %s)", caps, c, c.Why)
	}
	return check
}
