package records

import (
	"maps"
	"slices"
)

// group are calls that are measured together: all of them, those of one trunk or those of one direction.
type group struct {
	name     string
	attempts int64
	answered int64
	blocked  int64
	held     int64 // microseconds
	talked   int64

	days    map[int64]*day // by days since 1970 UTC
	lastDay int64
	last    *day

	// coarse is a group whose calls are counted, but not put in order: nothing is known of how many were in progress.
	coarse bool
}

func newGroup(name string) *group { return &group{name: name, days: map[int64]*day{}} }

// add counts a call. It returns false when the call came too late to be put in order.
func (g *group) add(call *Call, events *occupancy) bool {
	g.attempts++
	g.held += call.End - call.Start
	first := g.cell(floorDiv(call.Start, quarter))
	first.attempts++
	if call.Answered {
		g.answered++
		g.talked += call.End - call.Answer
		first.answered++
		g.spread(call.Answer, call.End, func(c *cell, part int64) { c.talked += part })
	}
	if call.Blocked {
		g.blocked++
		first.blocked++
	}
	g.spread(call.Start, call.End, func(c *cell, part int64) { c.held += part })
	if g.coarse {
		return true
	}
	inTime := events.begin(first, call.Start-floorDiv(call.Start, quarter)*quarter)
	last := floorDiv(call.End, quarter)
	return events.end(g.cell(last), call.End-last*quarter) && inTime
}

// spread gives each quarter of an hour its exact part of a span of time.
func (g *group) spread(from, to int64, give func(*cell, int64)) {
	for i := floorDiv(from, quarter); from < to; i++ {
		end := min(to, (i+1)*quarter)
		give(g.cell(i), end-from)
		from = end
	}
}

// cell returns the cell of a quarter of an hour, counted from 1970 UTC.
func (g *group) cell(i int64) *cell {
	number := floorDiv(i, quarters)
	if g.last == nil || number != g.lastDay {
		if g.days[number] == nil {
			g.days[number] = new(day)
		}
		g.lastDay, g.last = number, g.days[number]
	}
	return &g.last[i-number*quarters]
}

// absorb takes over the counts of another group, without the order of its calls.
func (g *group) absorb(other *group) {
	g.attempts += other.attempts
	g.answered += other.answered
	g.blocked += other.blocked
	g.held += other.held
	g.talked += other.talked
	for number, from := range other.days {
		to := g.days[number]
		if to == nil {
			to = new(day)
			g.days[number] = to
		}
		for i := range from {
			to[i].held += from[i].held
			to[i].talked += from[i].talked
			to[i].attempts += from[i].attempts
			to[i].answered += from[i].answered
			to[i].blocked += from[i].blocked
		}
	}
}

// numbers returns the days that have calls, in order.
func (g *group) numbers() []int64 { return slices.Sorted(maps.Keys(g.days)) }
