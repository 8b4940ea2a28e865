package records

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DaySet is a choice of days of the week. The zero value takes Monday to Friday where there were calls on any of
// them, else all days: the busy hour of an office is not that of its Sundays.
type DaySet struct {
	name string
	days [7]bool // from Sunday
}

// AllDays is the set of all days.
var AllDays = DaySet{"all days", [7]bool{true, true, true, true, true, true, true}}

var workingDays = DaySet{"Monday to Friday", [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}}

var dayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseDaySet reads a choice of days as users write it: auto, all, working, or days and spans of days such as
// sun-thu or mon,wed,fri.
func ParseDaySet(text string) (DaySet, error) {
	switch text {
	case "auto":
		return DaySet{}, nil
	case "all":
		return AllDays, nil
	case "working":
		return workingDays, nil
	}
	set := DaySet{name: text}
	for _, part := range strings.Split(strings.ToLower(text), ",") {
		from, to, span := strings.Cut(strings.TrimSpace(part), "-")
		first, last := slices.Index(dayNames[:], from), slices.Index(dayNames[:], to)
		if !span {
			last = first
		}
		if first < 0 || last < 0 {
			return DaySet{}, fmt.Errorf("must be auto, all, working or days such as mon-fri or sun,tue, got %q", text)
		}
		for day := first; ; day = (day + 1) % 7 {
			set.days[day] = true
			if day == last {
				break
			}
		}
	}
	return set, nil
}

// String names the set for a sentence.
func (s DaySet) String() string {
	if s.name == "" {
		return "Monday to Friday"
	}
	return s.name
}

// has says whether a day, counted from 1970-01-01, is of the set.
func (s DaySet) has(day int64) bool { return s.days[weekday(day)] }

// automatic says whether the set is to be settled by the calls.
func (s DaySet) automatic() bool { return s == DaySet{} }

// weekday returns the day of the week of a day counted from 1970-01-01, which was a Thursday.
func weekday(day int64) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }

// Has says whether the date of a time is of the set.
func (s DaySet) Has(at time.Time) bool { return s.days[at.Weekday()] }

// HasDay says whether a day of the week is of the set.
func (s DaySet) HasDay(day time.Weekday) bool { return s.days[day] }
