package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/records"
)

// usageNotes say what to doubt, what the figures leave out and how the file was read.
func usageNotes(u records.Usage) []string {
	var notes []string
	for _, note := range []func(records.Usage) string{
		lessThanAnHour, bursts, unequalDays, otherDays, lateCalls, repeatedHour, otherDurations, nameless, merged, noBlocking, otherTimes, skippedTimes,
	} {
		if sentence := note(u); sentence != "" {
			notes = append(notes, sentence)
		}
	}
	notes = append(notes, "Columns: "+u.Form.Columns+".")
	notes = append(notes, u.Form.Notes...)
	if len(u.BusyHours) > 0 {
		notes = append(notes, usageDefinitions(u), usageScope)
	}
	return notes
}

const usageScope = "Days without calls count nowhere; the first and the last hour of the file may be incomplete. Intervals: Student's t " +
	"over the days, or by theory (Poisson calls) for one day. Distance: Kolmogorov-Smirnov, at half seconds as records round."

// usageDefinitions says what the measures of the busy hour are.
func usageDefinitions(u records.Usage) string {
	var all []string
	for _, b := range u.BusyHours[:4] {
		all = append(all, b.Title+": "+b.Definition)
	}
	return "Measures (ITU-T E.500, E.600): " + strings.Join(all, "; ") + "."
}

// lessThanAnHour says that the hour is not measured as a whole.
func lessThanAnHour(u records.Usage) string {
	span := u.Last.Sub(u.First)
	if !u.HasTraffic() || span >= time.Hour {
		return ""
	}
	return fmt.Sprintf("The records cover %s of an hour, and are taken for all that there was in it.", spoken(span.Round(time.Second)))
}

// bursts says that Erlang B is not for these calls.
func bursts(u records.Usage) string {
	if !u.HasTraffic() || !u.Peakedness.Bursty() {
		return ""
	}
	return fmt.Sprintf("The calls come in bursts: Erlang B asks for too few ports; by Hayward this peakedness needs %s.", count(u.Peakedness.Ports))
}

// unequalDays says that the mean of the days is too little.
func unequalDays(u records.Usage) string {
	if !u.HasTraffic() || u.DayToDay.Blocking <= 2*u.GoS {
		return ""
	}
	return fmt.Sprintf("The days differ so much that the ports of the mean block %s of all calls: %s hold %s.",
		percent(u.DayToDay.Blocking), count(u.DayToDay.Ports), percent(u.GoS))
}

// otherDays says that the busiest hour is on a day that was not asked for.
func otherDays(u records.Usage) string {
	if !u.HasTraffic() || u.Days.Set.Has(u.Measure(records.BusiestHour).At) {
		return ""
	}
	return fmt.Sprintf("The busiest hour of all is not on the days of %s: see --days.", u.Days.Set)
}

func lateCalls(u records.Usage) string {
	if u.Late == 0 {
		return ""
	}
	return plural(u.Late, "call") + " came too far out of order to be put in order: the peak of calls and the peakedness leave them out, " +
		"the traffic does not."
}

func repeatedHour(u records.Usage) string {
	if u.Doubtful == 0 {
		return ""
	}
	return wereCalls(int64(u.Doubtful)) + " in the hour that the clock showed twice: the duration decided which it was, else the shorter call."
}

func otherDurations(u records.Usage) string {
	return oneOrMore(u.Unequal, "1 call has another duration than from its start to its end, by more than 2 s: the end counts.",
		" calls have another duration than from their start to their end, by more than 2 s: the end counts.")
}

func nameless(u records.Usage) string {
	return oneOrMore(u.Nameless, "1 call names no trunk, and counts in the total only.", " calls name no trunk, and count in the total only.")
}

// oneOrMore returns nothing for 0, a sentence for 1, and what follows the number for more.
func oneOrMore(n int, one, more string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return one
	}
	return count(n) + more
}

func merged(u records.Usage) string {
	if u.Merged == 0 {
		return ""
	}
	return fmt.Sprintf("There are more trunks than are measured one by one: %s in one row. Name yours by --trunks.", shareOneRow(u.Merged))
}

func shareOneRow(n int) string {
	if n == 1 {
		return "1 is"
	}
	return count(n) + " are"
}

func noBlocking(u records.Usage) string {
	if !u.HasTraffic() || u.Total.Blocked > 0 {
		return ""
	}
	return "No record says that a call met no circuit: what a full trunk refused may be missing, and the offered traffic is more then."
}

func otherTimes(u records.Usage) string {
	if u.Rejects.For(records.NoTime)*10 <= u.Rows {
		return ""
	}
	return "Times in another form than 2026-03-02 09:15:00 or seconds since 1970 need --time-format."
}

func skippedTimes(u records.Usage) string {
	if u.Rejects.For(records.SkippedTime) == 0 {
		return ""
	}
	return "Times that the clocks skipped are a sign of the wrong time zone: see --timezone and --utc."
}
