package records

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Traffic is what happened per hour.
type Traffic struct {
	Offered  float64 // erlangs: Carried, and Blocked attempts by the mean holding time of the others
	Carried  float64 // erlangs: mean number of ports that were held, set-up and ringing included
	Talking  float64 // erlangs: mean number of calls between answer and end
	Attempts float64
	Answered float64
	Blocked  float64
}

// hour returns the traffic of the hour that begins with a quarter of a date, or false when records were not kept, or
// the clock did not show, all of it. Quarters that the clock showed twice count as their mean.
func (d *date) hour(from int, held float64) (Traffic, bool) {
	var t Traffic
	if from+4 > quarters {
		return t, false
	}
	for _, s := range d.slots[from : from+4] {
		if s.periods == 0 {
			return t, false
		}
		n := float64(s.periods)
		t.Carried += s.held / n / (4 * quarter)
		t.Talking += s.talked / n / (4 * quarter)
		t.Attempts += s.attempts / n
		t.Answered += s.answered / n
		t.Blocked += s.blocked / n
	}
	t.Offered = t.Carried + t.Blocked*held/3600
	return t, true
}

// plus adds a part of another traffic.
func (t Traffic) plus(o Traffic, part float64) Traffic {
	return Traffic{t.Offered + part*o.Offered, t.Carried + part*o.Carried, t.Talking + part*o.Talking,
		t.Attempts + part*o.Attempts, t.Answered + part*o.Answered, t.Blocked + part*o.Blocked}
}

// dayHour is one hour of one date.
type dayHour struct {
	date    *date
	from    int // quarter
	traffic Traffic
}

// series are the dates of a group, and what it takes to make traffic of them.
type series struct {
	dates []*date
	held  float64 // mean holding time of the attempts that were not blocked, in seconds
}

// on returns the dates of a set of days.
func (s series) on(days DaySet) series {
	var dates []*date
	for _, d := range s.dates {
		if days.has(d.day) {
			dates = append(dates, d)
		}
	}
	return series{dates, s.held}
}

// at returns an hour of each date that has it.
func (s series) at(from int) []dayHour {
	var hours []dayHour
	for _, d := range s.dates {
		if t, ok := d.hour(from, s.held); ok {
			hours = append(hours, dayHour{d, from, t})
		}
	}
	return hours
}

// mean returns the mean traffic of hours.
func mean(hours []dayHour) Traffic {
	var t Traffic
	for _, h := range hours {
		t = t.plus(h.traffic, 1/float64(len(hours)))
	}
	return t
}

// consistent returns the time-consistent busy hour: the hour of the clock whose mean offered traffic over the dates is
// highest, among those that begin every so many quarters. Of equal ones it is the first.
//
// ITU-T E.600, time consistent busy hour; E.500.
func (s series) consistent(step int) []dayHour {
	var busiest []dayHour
	highest := -1.0
	for from := 0; from+4 <= quarters; from += step {
		if hours := s.at(from); len(hours) > 0 && mean(hours).Offered > highest {
			busiest, highest = hours, mean(hours).Offered
		}
	}
	return busiest
}

// anyDate takes dates whatever hours of them the records cover.
const anyDate = -1

// peaks returns the busiest hour of each date, the busiest date first. A date on which the records do not cover the
// hour at from (a beginning or an end of the file) is left out, unless from is anyDate.
//
// ITU-T E.600, average daily peak hour; E.500.
func (s series) peaks(step, from int) []dayHour {
	var peaks []dayHour
	for _, d := range s.dates {
		if from != anyDate {
			if _, covered := d.hour(from, s.held); !covered {
				continue
			}
		}
		var peak dayHour
		for q := 0; q+4 <= quarters; q += step {
			if t, ok := d.hour(q, s.held); ok && (peak.date == nil || t.Offered > peak.traffic.Offered) {
				peak = dayHour{d, q, t}
			}
		}
		if peak.date != nil {
			peaks = append(peaks, peak)
		}
	}
	slices.SortStableFunc(peaks, func(a, b dayHour) int { return cmp.Compare(b.traffic.Offered, a.traffic.Offered) })
	return peaks
}

// confidence is how sure the intervals are.
const confidence = 0.95

// interval returns the bounds of the mean offered traffic of the hours. Several days give it by their differences
// (Student's t); a single one by what chance does to the mean of an hour of Poisson calls.
func interval(hours []dayHour, held float64) (low, high float64) {
	offered := make([]float64, len(hours))
	for i, h := range hours {
		offered[i] = h.traffic.Offered
	}
	middle, deviation := stat.MeanStdDev(offered, nil)
	reach := 0.0
	if n := float64(len(hours)); n > 1 {
		reach = distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile((1+confidence)/2) * deviation / math.Sqrt(n)
	} else {
		reach = distuv.UnitNormal.Quantile((1+confidence)/2) * math.Sqrt(chance(middle, held))
	}
	return math.Max(0, middle-reach), middle + reach
}

// chance returns the variance of the mean over an hour of Poisson traffic of a erlangs whose calls last exponentially
// long with mean τ seconds, T = 3600:
//
//	2·a·τ/T · (1 − τ/T·(1 − e^(−T/τ)))
//
// Riordan, Bell System Technical Journal 30 (1951): telephone traffic time averages.
func chance(a, held float64) float64 {
	share := held / 3600
	if share <= 0 {
		return 0
	}
	return 2 * a * share * (1 + share*math.Expm1(-1/share))
}

// moment returns when an hour of a date begins.
func (c calendar) moment(h dayHour) time.Time {
	minutes := h.date.day*24*60 + int64(h.from)*15
	first, _, ok := c.zone.instants(minutes * 60)
	if !ok {
		return time.Unix(minutes*60, 0).UTC()
	}
	return time.Unix(first, 0).In(c.zone.location)
}
