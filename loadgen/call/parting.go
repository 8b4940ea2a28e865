package call

import "time"

// parting is the hanging up of all calls at the end of a run. It takes its time: the BYEs of a hundred thousand
// calls at once, and their answers, would overrun the buffers of both ends, and what had to be sent again then
// would look like a fault of the target's.
type parting struct {
	active bool
	since  time.Duration
	slot   int32   // the next that is looked at
	done   float64 // calls that were hung up
	rate   float64 // calls a second
}

const (
	// LongestParting is how long it takes at the most until every call has been hung up.
	LongestParting = 10 * time.Second
	// partingRate is the slowest pace, in calls a second.
	partingRate = 5000
	// partingBurst is how many are hung up at once.
	partingBurst = 500
	// partingPause is the time between two batches.
	partingPause = 2 * time.Millisecond
)

// Stop hangs up: no INVITE that comes in is taken any more, calls that ring are withdrawn or refused,
// calls that talk end, all within LongestParting. It returns at once; the calls are over when InProgress is 0.
func (m *Machine) Stop(now time.Duration) {
	m.stopping = true
	m.parting = parting{active: true, since: now, rate: max(partingRate, float64(m.table.busy)/LongestParting.Seconds())}
	m.part(now)
}

// part hangs up as many calls as may be by now.
func (m *Machine) part(now time.Duration) {
	p := &m.parting
	may := partingBurst + p.rate*(now-p.since).Seconds()
	for ; p.active && p.done < may; p.slot++ {
		if int(p.slot) >= len(m.table.gens) {
			p.active = false
			return
		}
		if c := m.table.at(p.slot); c.busy {
			m.hangUpEarly(c, now)
			p.done++
		}
	}
}

// next returns the instant of the next batch.
func (p *parting) next() time.Duration {
	if !p.active {
		return Never
	}
	return p.since + time.Duration((p.done-partingBurst)/p.rate*float64(time.Second)) + partingPause
}
