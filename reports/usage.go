package reports

import (
	"fmt"
	"math"
	"strconv"

	"github.com/sipplan/sipplan/planner/records"
)

// Usage returns the document of imported call records: the busy hour and its ports in a sentence, the measures of
// the busy hour, every figure with its definition, holding times, trunks, days of the week, and the bad rows.
func Usage(u records.Usage) Document {
	d := Document{Answer: usageAnswer(u), Notes: usageNotes(u)}
	if len(u.BusyHours) > 0 {
		d.Tables = append(d.Tables, usageBusyHours(u), usageFigures(u), usageHoldingTimes(u))
		if len(u.Trunks) > 0 {
			d.Tables = append(d.Tables, usageGroups(u, "Trunks", "trunk", u.Trunks))
		}
		if len(u.Directions) > 0 {
			d.Tables = append(d.Tables, usageGroups(u, "Directions", "direction", u.Directions))
		}
		d.Tables = append(d.Tables, usageWeek(u))
	}
	if u.Rejects.Rows > 0 {
		d.Tables = append(d.Tables, usageRejects(u))
	}
	return d
}

// usageAnswer says what the busy-hour traffic is, how many ports it needs, and how far that can be trusted.
func usageAnswer(u records.Usage) []string {
	var sentences []string
	switch {
	case len(u.BusyHours) == 0:
		sentences = append(sentences, fmt.Sprintf("Cannot tell: there is no call that counts in %s.", plural(u.Rows, "row")))
	case !u.HasTraffic():
		sentences = append(sentences, fmt.Sprintf("Cannot tell: none of the %s lasted any time.", plural(int(u.Total.Attempts), "call")))
	default:
		sentences = append(sentences, busyHourSentence(u), busiestDaysSentence(u))
	}
	if u.Broken != nil {
		sentences = append(sentences, fmt.Sprintf("The file broke off after %s (%s): the rest is missing.", plural(u.Rows, "row"), u.Broken))
	}
	if u.Rejects.Rows > 0 {
		sentences = append(sentences, rejectsSentence(u))
	}
	if u.HasTraffic() {
		sentences = append(sentences, "Plan on with: "+nextCommand(u), "Or in a plan file, at the site of these trunks: "+measuredField(u))
	}
	return sentences
}

// rejectsSentence says how many rows are bad.
func rejectsSentence(u records.Usage) string {
	of := fmt.Sprintf("of %s (%s)", plural(u.Rows, "row"), percent(float64(u.Rejects.Rows)/float64(u.Rows)))
	if u.Rejects.Rows == 1 {
		return "1 " + of + " is no call and counts in nothing; it is listed below" + doubt(u) + "."
	}
	return count(u.Rejects.Rows) + " " + of + " are no calls and count in nothing; they are listed below" + doubt(u) + "."
}

// doubt says that too many rows are bad.
func doubt(u records.Usage) string {
	if !u.TooManyRejects() || !u.HasTraffic() {
		return ""
	}
	return fmt.Sprintf(". That is more than %s: the others may not be typical, and the busy hour cannot be relied on", percent(u.MaxBad))
}

// busyHourSentence answers what the busy hour is and what it needs.
func busyHourSentence(u records.Usage) string {
	b := u.BusyHours[0]
	return fmt.Sprintf("The busy hour is %s (%s, mean of %s): %s offered in %s; %s blocking needs %s.",
		hourOfDay(b.From), u.Days.Set, plural(b.Days, "day"), erlangs(b.Traffic.Offered), attempts(b.Traffic.Attempts), percent(u.GoS),
		plural(b.Ports, "port"))
}

func attempts(perHour float64) string {
	if perHour == 1 {
		return "1 attempt an hour"
	}
	return decimal(perHour, 1) + " attempts an hour"
}

// busiestDaysSentence says what the ports do on the busiest days.
func busiestDaysSentence(u records.Usage) string {
	top, ports := u.Measure(records.TopDays), u.BusyHours[0].Ports
	days := fmt.Sprintf("On the %d busiest days", top.Days)
	if top.Days == 1 {
		days = "In the busiest hour of the busiest day"
	}
	return fmt.Sprintf("%s it is %s, of which %s %s %s; at most %s in progress at a time, on %s.", days, erlangs(top.Traffic.Offered),
		plural(ports, "port"), verb(ports, "block"), percent(top.Blocking), wereCalls(u.Total.Peak),
		u.Total.PeakAt.Format("2006-01-02 at 15:04:05"))
}

func wereCalls(n int64) string {
	if n == 1 {
		return "1 call was"
	}
	return count(n) + " calls were"
}

// nextCommand is what to type next.
func nextCommand(u records.Usage) string {
	offered := math.Max(u.BusyHours[0].Traffic.Offered, 0.001)
	return fmt.Sprintf("sipplan erlang b --traffic %s --blocking %s%%", strconv.FormatFloat(offered, 'f', 3, 64),
		strconv.FormatFloat(100*u.GoS, 'g', 6, 64))
}

// measuredField is the traffic of the busy hour as plan files have it.
func measuredField(u records.Usage) string {
	t := u.BusyHours[0].Traffic
	return fmt.Sprintf("measured: {erlangs: %s, calls_per_hour: %s}", strconv.FormatFloat(t.Offered, 'f', 3, 64), strconv.FormatFloat(t.Attempts, 'f', 1, 64))
}

// hourOfDay writes an hour by the minutes after midnight at which it begins: 10:00 to 11:00.
func hourOfDay(from int) string {
	return fmt.Sprintf("%02d:%02d to %02d:%02d", from/60, from%60, from/60+1, from%60)
}

// usageBusyHours is a row for each way to say what the busiest traffic is.
func usageBusyHours(u records.Usage) Table {
	ports := u.BusyHours[0].Ports
	table := Table{
		Title: "Busy hours: measures of the same records; the first is what the ports are for",
		Columns: []Column{{Name: "measure"}, {Name: "hour"}, {Name: "days", Right: true}, {Name: "offered", Right: true},
			{Name: "95 % interval", Right: true}, {Name: "carried", Right: true}, {Name: "attempts/h", Right: true},
			{Name: "ports for " + percent(u.GoS), Right: true}, {Name: "blocked on " + count(ports), Right: true}},
	}
	for _, b := range u.BusyHours {
		hour := "differs"
		switch {
		case !b.At.IsZero():
			hour = b.At.Format("2006-01-02 15:04")
		case b.From >= 0:
			hour = hourOfDay(b.From)
		}
		interval := "-"
		if b.High > 0 {
			interval = fmt.Sprintf("%s to %s", decimal(b.Low, 2), decimal(b.High, 2))
		}
		table.Rows = append(table.Rows, []string{b.Title, hour, count(b.Days), erlangs(b.Traffic.Offered), interval,
			erlangs(b.Traffic.Carried), decimal(b.Traffic.Attempts, 1),
			count(b.Ports), percent(b.Blocking)})
	}
	return table
}

// usageHoldingTimes sets the measured durations beside the laws that come nearest.
func usageHoldingTimes(u records.Usage) Table {
	table := Table{
		Title: "Holding times: measured, and the nearest lognormal (maximum likelihood) and exponential law",
		Columns: []Column{{Name: "of"}, {Name: "calls", Right: true}, {Name: "mean", Right: true}, {Name: "median", Right: true},
			{Name: "90 %", Right: true}, {Name: "95 %", Right: true}, {Name: "99 %", Right: true}, {Name: "longest", Right: true},
			{Name: "lognormal: mean, variation", Right: true}, {Name: "distance", Right: true},
			{Name: "exponential: mean", Right: true}, {Name: "distance", Right: true}},
	}
	for _, row := range []struct {
		name string
		h    records.Holding
	}{{"a port, every attempt", u.Holding}, {"a conversation, answered", u.Talking}} {
		if row.h.Calls == 0 || row.name != "a port, every attempt" && !u.Form.Answers {
			continue
		}
		cells := []string{row.name, count(row.h.Calls), inSeconds(row.h.Mean)}
		for _, q := range row.h.Quantile {
			cells = append(cells, inSeconds(q.Duration))
		}
		cells = append(cells, inSeconds(row.h.Longest), "-", "-", "-", "-")
		if fit := row.h.Lognormal; fit.Law.Mean > 0 {
			cells[8], cells[9] = fmt.Sprintf("%s, %s", inSeconds(fit.Law.Mean), decimal(fit.Law.Spread, 2)), percent(fit.Distance)
		}
		if fit := row.h.Exponential; fit.Law.Mean > 0 {
			cells[10], cells[11] = inSeconds(fit.Law.Mean), percent(fit.Distance)
		}
		table.Rows = append(table.Rows, cells)
	}
	return table
}

// usageGroups is a row for each trunk or direction, and one for all.
func usageGroups(u records.Usage, title, noun string, groups []records.Measured) Table {
	table := Table{
		Title: title,
		Columns: []Column{{Name: noun}, {Name: "attempts", Right: true}, {Name: "answered", Right: true}, {Name: "blocked", Right: true},
			{Name: "mean held", Right: true}, {Name: "own busy hour"}, {Name: "offered", Right: true},
			{Name: "offered " + hourOfDay(u.BusyHours[0].From), Right: true}, {Name: "peak calls", Right: true},
			{Name: "ports for " + percent(u.GoS), Right: true}},
	}
	for _, g := range append(groups[:len(groups):len(groups)], u.Total) {
		peak := count(g.Peak)
		if g.Coarse {
			peak = "-"
		}
		name := g.Name
		if name == "" {
			name = "(none)"
		}
		table.Rows = append(table.Rows, []string{name, count(g.Attempts), answered(u, g), blocked(u, g), inSeconds(g.Held),
			hourOfDay(g.From), erlangs(g.Busy.Offered), erlangs(g.Common.Offered), peak, count(g.Ports)})
	}
	return table
}

// answered is the share of a group's attempts that were, - where the records do not say.
func answered(u records.Usage, g records.Measured) string {
	if !u.Form.Answers {
		return "-"
	}
	return percent(part(g.Answered, g.Attempts))
}

// blocked is the number of a group's attempts that were, - where the records do not say.
func blocked(u records.Usage, g records.Measured) string {
	if !u.Form.Blocks {
		return "-"
	}
	return count(g.Blocked)
}

// part is a share of calls, which there may be none of.
func part(of, all int64) float64 {
	if all == 0 {
		return math.NaN()
	}
	return float64(of) / float64(all)
}

// usageWeek is a row for each day of the week.
func usageWeek(u records.Usage) Table {
	table := Table{
		Title: "Days of the week",
		Columns: []Column{{Name: "day"}, {Name: "days with calls", Right: true}, {Name: "attempts a day", Right: true}, {Name: "busy hour"},
			{Name: "mean of the daily peak hours", Right: true}},
	}
	for _, d := range u.Week.Days {
		if d.Measured == 0 {
			table.Rows = append(table.Rows, []string{d.Day.String(), "0", "-", "-", "-"})
			continue
		}
		table.Rows = append(table.Rows, []string{d.Day.String(), count(d.Measured), decimal(d.Attempts, 1), hourOfDay(d.From), erlangs(d.Peak)})
	}
	return table
}

// usageRejects lists the first bad rows of each reason.
func usageRejects(u records.Usage) Table {
	table := Table{
		Title:   fmt.Sprintf("Bad rows: %s of %s, the first %d of each reason", count(u.Rejects.Rows), count(u.Rows), records.FirstRejects),
		Columns: []Column{{Name: "reason"}, {Name: "rows", Right: true}, {Name: "line", Right: true}, {Name: "what it says"}},
	}
	for _, f := range u.Rejects.Reasons {
		for _, reject := range f.First {
			table.Rows = append(table.Rows, []string{string(f.Reason), count(f.Rows), count(reject.Line), reject.Value})
		}
	}
	return table
}
