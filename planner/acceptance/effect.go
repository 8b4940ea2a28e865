package acceptance

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/measure"
)

// effects says how far what the generator did wrong can have moved the blocking that was measured, a sentence each;
// nothing of a run in which all calls began in time.
func (e Evidence) effects() []string {
	m := e.Measured
	blocked, requests := m.Outcomes[measure.Blocked], m.Requests()
	if requests == 0 {
		return nil
	}
	var all []string
	unsent := m.Outcomes[measure.NotStarted] - min(m.Outcomes[measure.NotStarted], m.NotStarted[measure.Stopped])
	if unsent > 0 {
		all = append(all, fmt.Sprintf("%s of %s arrivals were not started: if each of them had been blocked, blocking would be %s instead of %s.",
			count(unsent), count(m.Offered), percentOf(blocked+unsent, requests+unsent), percentOf(blocked, requests)))
	}
	if m.Late > 0 {
		all = append(all, fmt.Sprintf("%s began late, the latest by %s: if each had been blocked for that alone, blocking would be %s instead of %s. "+
			"Delays count from the instant at which a call was due.",
			calls(m.Late), rounded(m.Delays[measure.Lateness].Max()), percentOf(blocked-min(blocked, m.Late), requests), percentOf(blocked, requests)))
	}
	return all
}
