package reports

import (
	"fmt"

	"github.com/sipplan/sipplan/planner/records"
)

// usageFigures is every other figure with its definition.
func usageFigures(u records.Usage) Table {
	rows := append(recordRows(u), trafficRows(u)...)
	return Table{
		Columns: []Column{{Name: "figure"}, {Name: "value", Right: true}, {Name: "definition"}},
		Rows:    append(rows, shapeRows(u)...),
	}
}

func recordRows(u records.Usage) [][]string {
	told := "as told"
	if u.Form.Told {
		told = "told by the first rows"
	}
	const layout = "2006-01-02 15:04"
	rows := [][]string{
		{"records", u.Form.Profile, u.Form.Title + ", " + told},
		{"period", count(u.Days.Span) + " d", fmt.Sprintf("%s to %s, %s with calls; hours are those of %s", u.First.Format(layout),
			u.Last.Format(layout), plural(u.Days.WithCalls, "day"), u.Zone)},
		{"calls", count(u.Calls), fmt.Sprintf("rows that are calls, of %s", count(u.Rows))},
		{"attempts", count(u.Total.Attempts), attemptsDefinition(u)},
	}
	answered, blocked := []string{"  answered", "-", "the records do not say"}, []string{"  blocked", "-", "the records do not say"}
	if u.Form.Answers {
		answered = []string{"  answered", percent(part(u.Total.Answered, u.Total.Attempts)),
			count(u.Total.Answered) + ": answer-seizure ratio (ASR, ITU-T E.411)"}
	}
	if u.Form.Blocks {
		blocked = []string{"  blocked", percent(part(u.Total.Blocked, u.Total.Attempts)),
			count(u.Total.Blocked) + ": ended for want of a circuit (503, or Q.850 34, 38, 41 to 44, 46, 47)"}
	}
	rows = append(rows, answered, blocked)
	if u.Callers > 0 {
		perCaller := u.BusyHours[0].Traffic.Attempts / float64(u.Callers)
		rows = append(rows, []string{"calling numbers", count(u.Callers),
			fmt.Sprintf("different ones (standard error 1.6 %%): %s of each in the busy hour", calls(perCaller))})
	}
	return rows
}

// attemptsDefinition says which calls count.
func attemptsDefinition(u records.Usage) string {
	text := "each seizure of a port"
	if u.Internal > 0 || u.Transit > 0 {
		text += fmt.Sprintf("; %s on none of the trunks left out, %s on two of them counted on each", count(u.Internal), count(u.Transit))
	}
	return text
}

func trafficRows(u records.Usage) [][]string {
	b := u.BusyHours[0].Traffic
	talking := "-"
	if u.Form.Answers {
		talking = erlangs(b.Talking)
	}
	return [][]string{
		{"offered traffic", erlangs(b.Offered), "of the busy hour: carried, and blocked attempts x mean holding time of the others"},
		{"carried traffic", erlangs(b.Carried), "mean number of ports held, set-up and ringing included; calls across hours are split"},
		{"conversation traffic", talking, "mean number of calls between answer and end"},
		{"busy-hour call attempts (BHCA)", decimal(b.Attempts, 1), "mean of the attempts in the busy hour"},
		{"call attempts per second (CAPS)", perSecond(b.Attempts / 3600), "BHCA / 3,600"},
		{"busy-hour share of the day", percent(u.Share.Attempts), fmt.Sprintf("of the day's attempts; %s of its traffic", percent(u.Share.Traffic))},
		{"holding time (AHT)", inSeconds(u.Total.Held), "mean of all attempts, from start to end"},
		{"peak of calls in progress", count(u.Total.Peak), "most at any instant; a call that ends makes room for one that begins"},
	}
}

// shapeRows say how far the calls are from what Erlang B assumes.
func shapeRows(u records.Usage) [][]string {
	p, d := u.Peakedness, u.DayToDay
	rows := [][]string{
		{"peakedness of arrivals", decimal(p.Arrivals, 2), fmt.Sprintf("variance / mean of attempts per minute of the busy hour; Poisson: %s to %s",
			decimal(p.Low, 2), decimal(p.High, 2))},
		{"peakedness of occupancy", decimal(p.Occupancy, 2), fmt.Sprintf("variance / mean of calls in progress; Poisson: 1; by Hayward %s for %s",
			plural(p.Ports, "port"), percent(u.GoS))},
	}
	if d.Days > 0 {
		rows = append(rows, []string{"ports for unequal days", count(d.Ports), fmt.Sprintf(
			"for %s of all calls: the hour varies by %s E² from day to day beyond chance (%s); the mean's ports block %s",
			percent(u.GoS), decimal(d.Variance, 2), decimal(d.Chance, 2), percent(d.Blocking))})
	}
	return rows
}
