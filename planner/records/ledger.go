package records

import "slices"

// Bounds of a ledger, which keep it within 120 MB whatever it is given: a year of 24 trunks, or a month of 64.
const (
	maxTrunks   = 64     // that are measured on their own
	maxDays     = 1_100  // of UTC with calls
	maxDayPages = 9_000  // days of all trunks together: 55 MB
	maxNames    = 50_000 // of trunks, measured or not
)

// otherTrunks is the name of the group that the trunks share which are not measured on their own.
const otherTrunks = "(other trunks)"

// ledger adds calls up. Its memory depends on the days and trunks that the calls cover, within bounds, and not on
// how many calls there are. It is used by one goroutine.
type ledger struct {
	total      *group
	directions [directions]*group
	trunks     []*group
	other      *group // nil while every trunk has a group of its own
	names      map[string]*group
	isTrunk    func(name []byte) bool // nil: whatever has a name

	events   *occupancy
	holding  durations
	talking  durations
	callers  distinct
	callees  distinct
	first    int64 // earliest beginning and latest end
	last     int64
	late     int // calls that came too late to be put in order
	merged   int // trunks that share the group other
	pages    int // days of all groups
	previous int64
	backward int // calls that ended before the one on the row before
}

func newLedger() *ledger {
	return &ledger{total: newGroup("all"), names: map[string]*group{}, events: newOccupancy(maxChunks)}
}

// room says whether the days of a call fit.
func (l *ledger) room(call *Call) bool {
	if len(l.total.days) < maxDays-2 {
		return true
	}
	return l.total.days[floorDiv(call.Start, quarter*quarters)] != nil && l.total.days[floorDiv(call.End, quarter*quarters)] != nil
}

// add counts a call on its trunk, if it has one, and in its direction.
func (l *ledger) add(call *Call, trunk *group, direction Direction) {
	if l.total.attempts == 0 {
		l.first, l.last = call.Start, call.End
	}
	l.first, l.last = min(l.first, call.Start), max(l.last, call.End)
	if call.End < l.previous {
		l.backward++
	}
	l.previous = call.End
	if !l.total.add(call, l.events) {
		l.late++
	}
	if l.directions[direction] == nil {
		l.directions[direction] = newGroup(direction.String())
	}
	l.directions[direction].add(call, l.events)
	if trunk != nil {
		l.charge(trunk, call)
	}
	l.holding.add(call.End - call.Start)
	if call.Answered {
		l.talking.add(call.End - call.Answer)
	}
}

// charge counts a call on a trunk, or with the other trunks when its days do not fit any more.
func (l *ledger) charge(trunk *group, call *Call) {
	before := len(trunk.days)
	trunk.add(call, l.events)
	l.pages += len(trunk.days) - before
	for l.pages > maxDayPages && len(l.trunks) > 0 {
		l.merge()
	}
}

// trunk returns the group of the trunk of that name, nil for none and for what is no trunk.
func (l *ledger) trunk(name []byte) *group {
	if len(name) == 0 {
		return nil
	}
	g, known := l.names[string(name)]
	if known {
		return g
	}
	switch isTrunk := l.isTrunk == nil || l.isTrunk(name); {
	case !isTrunk:
	case len(l.trunks) < maxTrunks:
		g = newGroup(clean(name, longestValue))
		l.trunks = append(l.trunks, g)
	default:
		l.share()
		g = l.other
	}
	if len(l.names) < maxNames || g != nil && g != l.other {
		l.names[string(name)] = g
		l.merged += one(g != nil && g == l.other)
	}
	return g
}

// share makes the group of the other trunks.
func (l *ledger) share() {
	if l.other == nil {
		l.other = newGroup(otherTrunks)
		l.other.coarse = true
	}
}

// merge gives up the trunk with the fewest attempts.
func (l *ledger) merge() {
	l.share()
	least := 0
	for i, g := range l.trunks {
		if g.attempts < l.trunks[least].attempts {
			least = i
		}
	}
	g := l.trunks[least]
	for _, day := range g.days {
		for i := range day {
			l.events.finish(&day[i])
		}
	}
	l.pages -= len(g.days)
	before := len(l.other.days)
	l.other.absorb(g)
	l.pages += len(l.other.days) - before
	l.trunks = slices.Delete(l.trunks, least, least+1)
	for name, group := range l.names {
		if group == g {
			l.names[name] = l.other
		}
	}
	l.merged++
}
