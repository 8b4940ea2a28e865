package records

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sipplan/sipplan/erlang"
)

// busyHours works out every measure of the busiest traffic, that of the configuration first.
func (u *Usage) busyHours(c calendar, s, all series) ([]BusyHour, error) {
	step := u.Step / 15
	busy := s.consistent(step)
	from := busy[0].from
	peaks := s.peaks(step, from)
	top := peaks[:min(u.TopDays, len(peaks))]
	highest := all.peaks(step, anyDate)[0]
	grid, other := onGrid(step), onGrid(5-step)
	days := u.Days.Set.String()
	measures := []BusyHour{
		averaged(TCBH, "time-consistent busy hour (TCBH)",
			"hour of the clock, "+grid+", with the highest mean traffic over the days of "+days, busy, s.held),
		averaged(ADPH, "average daily peak hour (ADPH)",
			"mean of each day's own busiest hour, "+grid+", on the days of "+days, peaks, s.held),
		averaged(TopDays, busiest(len(top)), "of the same daily peak hours, the highest", top, s.held),
		averaged(BusiestHour, "busiest hour of all", "the one hour, "+grid+", with the most traffic, on any day", []dayHour{highest}, s.held),
		averaged(TCBH+suffix(5-step), "TCBH, "+other, "as TCBH, with hours "+other, s.consistent(5-step), s.held),
		averaged(ADPH+suffix(5-step), "ADPH, "+other, "as ADPH, with hours "+other, s.peaks(5-step, from), s.held),
	}
	if len(s.dates) < len(all.dates) {
		measures = append(measures,
			averaged(TCBHAllDays, "TCBH over all days", "as TCBH, over every day with calls", all.consistent(step), all.held))
	}
	for i := range measures {
		m := &measures[i]
		switch m.Name {
		case BusiestHour:
			m.At = c.moment(highest)
			m.Low, m.High = 0, 0
		case TopDays:
			m.From, m.Low, m.High = -1, 0, 0
		case ADPH, ADPH + suffix(5-step):
			m.From = -1
		}
	}
	return measures, u.dimension(measures)
}

func busiest(days int) string {
	if days == 1 {
		return "busiest day"
	}
	return fmt.Sprintf("mean of the %d busiest days", days)
}

// onGrid says where hours may begin: step is 4 quarters of an hour, or 1.
func onGrid(step int) string {
	if step == 1 {
		return "from any quarter of an hour"
	}
	return "on the hour"
}

func suffix(step int) string {
	if step == 1 {
		return "_15min"
	}
	return "_60min"
}

// averaged returns the measure that is the mean of some hours.
func averaged(name, title, definition string, hours []dayHour, held float64) BusyHour {
	m := BusyHour{Name: name, Title: title, Definition: definition, Days: len(hours), Traffic: mean(hours)}
	if len(hours) > 0 {
		m.From = hours[0].from * 15
		m.Low, m.High = interval(hours, held)
	}
	return m
}

// dimension works the ports of the measures out.
func (u *Usage) dimension(measures []BusyHour) error {
	for i := range measures {
		m := &measures[i]
		var err error
		if m.Ports, err = erlang.Servers(m.Traffic.Offered, u.GoS); err != nil {
			return err
		}
		if m.Blocking, err = erlang.B(float64(measures[0].Ports), m.Traffic.Offered); err != nil {
			return err
		}
	}
	return nil
}

// meanHeld returns the mean holding time of the attempts that were not blocked, in seconds.
func (g *group) meanHeld() float64 {
	if g.attempts == g.blocked {
		return 0
	}
	return float64(g.held) / 1e6 / float64(g.attempts-g.blocked)
}

// known returns the directions, if the records tell any.
func (l *ledger) known() []*group {
	var groups []*group
	for _, direction := range []Direction{In, Out, Internal, Unknown} {
		if g := l.directions[direction]; g != nil {
			groups = append(groups, g)
		}
	}
	if len(groups) == 1 && groups[0] == l.directions[Unknown] {
		return nil
	}
	return groups
}

// byTraffic returns the trunks, the one that was held longest first.
func (l *ledger) byTraffic() []*group {
	sorted := slices.Clone(l.trunks)
	slices.SortStableFunc(sorted, func(a, b *group) int { return cmp.Or(cmp.Compare(b.held, a.held), cmp.Compare(a.name, b.name)) })
	return sorted
}
