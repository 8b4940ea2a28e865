package records

import "time"

// zone turns what a clock on the wall shows into instants. It remembers what it worked out per hour, because looking
// a transition up is slow. It is used by one goroutine.
type zone struct {
	location *time.Location
	hours    [256]zoneHour
}

// zoneHour is one hour of the wall clock that has a single offset from start to end.
type zoneHour struct {
	hour   int64 // wall seconds / 3600, plus 1: 0 is none
	offset int64
}

// stamp is a time as a record states it, in microseconds since 1970 UTC.
type stamp struct {
	at    int64
	again int64 // the second time that the clock showed it, where it went back; else 0
}

// offset returns how many seconds the clock is ahead of UTC at that second.
func (z *zone) offset(unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(z.location).Zone()
	return int64(offset)
}

// instants returns when the clock showed that time, given as if it were UTC: once, twice in the hour that is
// repeated when summer time ends, or never in the one that is skipped when it begins (ok is false).
func (z *zone) instants(wall int64) (first, second int64, ok bool) {
	if z.location == time.UTC {
		return wall, 0, true
	}
	hour := floorDiv(wall, 3600)
	known := &z.hours[uint64(hour)%uint64(len(z.hours))]
	if known.hour == hour+1 {
		return wall - known.offset, 0, true
	}
	begin, twice, ok := z.search(hour * 3600)
	end, twiceAtEnd, okAtEnd := z.search(hour*3600 + 3599)
	if ok && okAtEnd && twice == 0 && twiceAtEnd == 0 && end-begin == 3599 {
		*known = zoneHour{hour + 1, hour*3600 - begin}
	}
	return z.search(wall)
}

// search tries the offsets of the days around. Clocks do not change twice within two days.
func (z *zone) search(wall int64) (first, second int64, ok bool) {
	const day = 86_400
	before, after := z.offset(wall-day), z.offset(wall+day)
	first, second = wall-before, wall-after
	isFirst, isSecond := z.offset(first) == before, z.offset(second) == after
	switch {
	case isFirst && isSecond && first != second:
		return min(first, second), max(first, second), true
	case isFirst:
		return first, 0, true
	case isSecond:
		return second, 0, true
	}
	return 0, 0, false
}

// floorDiv divides towards minus infinity.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// civil returns the days from 1970-01-01 to a date of the Gregorian calendar, and whether there is such a date.
//
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
func civil(year, month, day int64) (days int64, ok bool) {
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	ofEra := year - era*400
	ofYear := (153*((month+9)%12)+2)/5 + day - 1
	return era*146_097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719_468, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
