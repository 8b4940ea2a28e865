package records

import "time"

// Week is the traffic of a week, by days of the week and quarters of an hour, from Monday.
type Week struct {
	Days    [7]Weekday
	Carried [7][quarters]float64 // mean erlangs; those of blocked attempts are not in it
	Highest [7][quarters]float64 // of any day
}

// Weekday is what is usual on a day of the week.
type Weekday struct {
	Day      time.Weekday
	Measured int     // days with calls
	Attempts float64 // a day
	Peak     float64 // mean offered erlangs of each day's busiest hour, on the hour
	From     int     // minutes after midnight at which its time-consistent busy hour begins
}

// week averages the dates by days of the week.
func week(s series) Week {
	var w Week
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		var set DaySet
		set.days[day] = true
		of := s.on(set)
		d := &w.Days[i]
		*d = Weekday{Day: day, Measured: len(of.dates)}
		for _, date := range of.dates {
			d.Attempts += date.attempts / float64(len(of.dates))
		}
		if busy := of.consistent(4); len(busy) > 0 {
			d.From = busy[0].from * 15
			d.Peak = mean(of.peaks(4, busy[0].from)).Offered
		}
		for q := range quarters {
			w.Carried[i][q], w.Highest[i][q] = of.quarter(q)
		}
	}
	return w
}

// quarter returns the mean and the highest carried traffic of a quarter of an hour.
func (s series) quarter(q int) (mean, highest float64) {
	n := 0.0
	for _, d := range s.dates {
		if slot := d.slots[q]; slot.periods > 0 {
			carried := slot.held / quarter / float64(slot.periods)
			mean += carried
			highest = max(highest, carried)
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	return mean / n, highest
}
