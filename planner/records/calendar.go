package records

import (
	"slices"
	"time"
)

// slot is what happened in one group of calls while the clock showed one quarter of an hour of one date: once, twice
// where the clock went back, or never where it went forward.
type slot struct {
	periods int // times that the clock showed the quarter while records were kept

	held, talked                float64 // microseconds
	attempts, answered, blocked float64
	square                      float64 // integral of the squared number of calls in progress, calls² · µs
	minute                      float64 // sum over the minutes of their squared number of attempts
}

// date is a day on the calendar of the site.
type date struct {
	day      int64 // since 1970-01-01
	slots    [quarters]slot
	attempts float64
	held     float64
}

// calendar lays quarters of an hour of UTC out on the dates and hours of the site.
type calendar struct {
	zone        *zone
	first, last int64 // quarters from and until which records were kept: the whole hours around all calls
}

// newCalendar returns the calendar of a ledger.
func newCalendar(location *time.Location, first, last int64) calendar {
	const hour = 4
	c := calendar{zone: &zone{location: location}}
	begin, end := floorDiv(first, quarter), floorDiv(last-1, quarter)+1
	if end <= begin {
		end = begin + 1
	}
	begin -= (c.ahead(begin) + begin) & (hour - 1) // down to the whole hour on the clock
	end += -(c.ahead(end) + end) & (hour - 1)      // up to it
	c.first, c.last = begin, end
	return c
}

// ahead returns how many quarters the clock is ahead of UTC.
func (c calendar) ahead(i int64) int64 { return floorDiv(c.zone.offset(i*900), 900) }

// dates returns what happened in a group on each date on which it had calls, in order.
func (c calendar) dates(g *group) []*date {
	var dates []*date
	level := int64(0)
	for _, number := range around(g.numbers()) {
		var cells *day
		if cells = g.days[number]; cells == nil {
			cells = new(day)
		}
		steady := c.ahead(number*quarters) == c.ahead(number*quarters+quarters-1)
		ahead := c.ahead(number * quarters)
		for i := range cells {
			at := number*quarters + int64(i)
			if !steady {
				ahead = c.ahead(at)
			}
			if at >= c.first && at < c.last {
				dates = put(dates, at+ahead, &cells[i], level)
			}
			level += int64(cells[i].net)
		}
	}
	return slices.DeleteFunc(dates, func(d *date) bool { return d.attempts == 0 })
}

// around adds the days before and after, which share dates with those of UTC.
func around(numbers []int64) []int64 {
	var all []int64
	for _, number := range numbers {
		for _, n := range []int64{number - 1, number, number + 1} {
			if len(all) == 0 || n > all[len(all)-1] {
				all = append(all, n)
			}
		}
	}
	return all
}

// put adds a cell to the quarter of an hour that the clock showed.
func put(dates []*date, local int64, c *cell, level int64) []*date {
	day := floorDiv(local, quarters)
	i := len(dates) - 1
	for i >= 0 && dates[i].day > day { // the clock went back across midnight
		i--
	}
	if i < 0 || dates[i].day != day {
		i++
		dates = slices.Insert(dates, i, &date{day: day})
	}
	d := dates[i]
	d.attempts += float64(c.attempts)
	d.held += float64(c.held)
	s := &d.slots[local-day*quarters]
	s.periods++
	s.held += float64(c.held)
	s.talked += float64(c.talked)
	s.attempts += float64(c.attempts)
	s.answered += float64(c.answered)
	s.blocked += float64(c.blocked)
	s.minute += float64(c.minute)
	before := float64(level)
	s.square += before*before*quarter + 2*before*(float64(c.held)-before*quarter) + c.square
	return dates
}

// peak returns the most calls of a group that were in progress at a time, and when it came to that first.
func (g *group) peak() (calls int64, at time.Time) {
	level := int64(0)
	for _, number := range g.numbers() {
		for i := range g.days[number] {
			c := &g.days[number][i]
			if level+int64(c.top) > calls {
				calls = level + int64(c.top)
				at = time.UnixMicro((number*quarters+int64(i))*quarter + int64(c.topAt))
			}
			level += int64(c.net)
		}
	}
	return calls, at
}
