package records

import (
	"slices"
	"time"

	"github.com/sipplan/sipplan/erlang"
)

// Usage is what call records say about traffic.
type Usage struct {
	Form    Form
	Rows    int // of the file, without blank lines and headings
	Calls   int // rows that are calls
	Rejects Rejects
	MaxBad  float64 // share of rejects with which the rest can be relied on
	Broken  error   // what ended the file before its end; nil when it was read to the end

	Internal int // calls on none of the trunks, which count in nothing below
	Transit  int // calls that came in by one trunk and left by another, and hold a port of each
	Nameless int // calls that name no trunk, and count in the total only; 0 where the records tell no trunks
	Late     int // calls so far out of order that the peak and the peakedness leave them out
	Backward int // rows that ended before the row above
	Doubtful int // calls in the hour that the clock showed twice
	Unequal  int // calls whose duration is not their end minus their start

	First, Last time.Time // beginning of the first call and end of the last
	Zone        *time.Location
	Days        Days
	GoS         float64
	Step        int // minutes between the possible beginnings of a busy hour
	TopDays     int

	Total      Measured
	Directions []Measured // none where the records do not tell them
	Trunks     []Measured // most traffic first; none where the records do not tell them
	Merged     int        // trunks that share the last entry

	BusyHours  []BusyHour // TCBH first, for which the ports are; none where nothing counts
	DayToDay   DayToDay
	Peakedness Peakedness
	Share      Share
	Week       Week
	Holding    Holding // of the ports: from start to end of every attempt
	Talking    Holding // of the conversations: from answer to end
	Callers    int64   // different calling numbers, within 1.6 %; 0 where the records have none
	Callees    int64
}

// Form says how the file was read.
type Form struct {
	Profile   string
	Title     string
	Told      bool // by the first rows, and not by the user
	Delimiter byte
	Columns   string
	Answers   bool     // the records say which calls were answered; else all count as answered
	Blocks    bool     // the records say how calls ended
	Notes     []string // what the product leaves out of its records, or counts twice
}

// Days are the days that the busy hour was looked for on.
type Days struct {
	Set       DaySet
	Measured  int // days of the set with calls
	WithCalls int // days with calls
	Span      int // days from the first to the last
}

// Measured is what a group of calls comes to.
type Measured struct {
	Name     string
	Attempts int64
	Answered int64
	Blocked  int64
	Held     time.Duration // mean, of all attempts

	Busy   Traffic // mean of the group's own time-consistent busy hour
	From   int     // minutes after midnight at which it begins
	Common Traffic // in the time-consistent busy hour of all calls
	Ports  int     // that Busy needs

	Coarse bool // the peak is not known
	Peak   int64
	PeakAt time.Time
}

// The names of the measures. Those of the other grid have its minutes behind their name: tcbh_15min or tcbh_60min.
const (
	TCBH        = "tcbh"
	ADPH        = "adph"
	TopDays     = "top_days"
	BusiestHour = "busiest_hour"
	TCBHAllDays = "tcbh_all_days"
)

// Measure returns the measure of a name, the zero one when there is none.
func (u Usage) Measure(name string) BusyHour {
	for _, b := range u.BusyHours {
		if b.Name == name {
			return b
		}
	}
	return BusyHour{}
}

// HasTraffic says whether there is traffic to plan for.
func (u Usage) HasTraffic() bool { return len(u.BusyHours) > 0 && u.BusyHours[0].Traffic.Offered > 0 }

// TooManyRejects says whether so many rows are bad that the others may not be typical.
func (u Usage) TooManyRejects() bool { return float64(u.Rejects.Rows) > u.MaxBad*float64(u.Rows) }

// Reliable says whether the traffic can be relied on: it is some, most rows are calls, and the file was read to its end.
func (u Usage) Reliable() bool { return u.HasTraffic() && !u.TooManyRejects() && u.Broken == nil }

// BusyHour is a measure of the busiest traffic.
type BusyHour struct {
	Name       string
	Title      string
	Definition string
	From       int       // minutes after midnight; -1 where days differ
	At         time.Time // of a single hour, else zero
	Days       int       // averaged
	Traffic    Traffic
	Low, High  float64 // 95 % interval of the offered traffic; both 0 for hours that were chosen for being high
	Ports      int     // that hold the grade of service for it
	Blocking   float64 // on the ports of the first measure
}

// Share is how much of a day its busy hour is, for rules such as 17 %.
type Share struct {
	Attempts float64
	Traffic  float64
}

// usage works out what the calls come to.
func (i *importer) usage() (Usage, error) {
	l := i.ledger
	l.events.finishAll()
	u := Usage{
		Form: i.form(),
		Rows: i.rows, Calls: i.calls, Rejects: i.rejects.sorted(), MaxBad: i.config.MaxBad, Broken: i.broken,
		Internal: i.internal, Transit: i.transit, Late: l.late, Backward: l.backward, Doubtful: i.reader.doubtful, Unequal: i.reader.unequal,
		Zone: i.config.Zone, GoS: i.config.GoS, Step: i.config.Step, TopDays: i.config.TopDays, Merged: l.merged,
		Holding: l.holding.describe(), Talking: l.talking.describe(), Callers: l.callers.count(), Callees: l.callees.count(),
	}
	if l.total.attempts == 0 {
		return u, nil
	}
	if len(l.trunks) > 0 {
		u.Nameless = i.nameless
	}
	u.First, u.Last = time.UnixMicro(l.first).In(u.Zone), time.UnixMicro(l.last).In(u.Zone)
	return u, u.measure(l, i.config)
}

// form says how the file was read.
func (i *importer) form() Form {
	has := func(role Role) bool { return i.layout.index[role] >= 0 }
	notes := slices.Clone(i.profile.Notes)
	if i.profile.Hint != "" && len(i.config.Trunks) == 0 {
		notes = append(notes, i.profile.Hint)
	}
	return Form{
		Profile: i.profile.Name, Title: i.profile.Title, Told: i.told, Delimiter: i.comma, Notes: notes,
		Columns: i.layout.describe(i.fileForm.headings),
		Answers: has(Answer) || has(Talk) || has(Disposition), Blocks: has(Disposition) || has(Cause),
	}
}

// measure fills in the traffic.
func (u *Usage) measure(l *ledger, config Config) error {
	c := newCalendar(u.Zone, l.first, l.last)
	all := series{c.dates(l.total), l.total.meanHeld()}
	u.Days = choose(config.Days, all)
	s := all.on(u.Days.Set)
	busy := s.consistent(u.Step / 15)
	if len(busy) == 0 { // no hour that the clock showed as a whole
		return nil
	}
	var err error
	if u.BusyHours, err = u.busyHours(c, s, all); err != nil {
		return err
	}
	if u.DayToDay, err = s.dayToDay(busy, u.BusyHours[0].Ports, u.GoS); err != nil {
		return err
	}
	u.Peakedness = s.peakedness(busy)
	if err = u.Peakedness.dimension(u.BusyHours[0].Traffic.Offered, u.GoS); err != nil {
		return err
	}
	u.Share = share(busy)
	u.Week = week(all)
	return u.groups(c, l, busy[0].from)
}

// choose settles the days that the busy hour is looked for on.
func choose(set DaySet, all series) Days {
	d := Days{Set: set, WithCalls: len(all.dates)}
	if set.automatic() {
		if d.Set = workingDays; len(all.on(d.Set).dates) == 0 {
			d.Set = AllDays
		}
	}
	d.Measured = len(all.on(d.Set).dates)
	if n := len(all.dates); n > 0 {
		d.Span = int(all.dates[n-1].day-all.dates[0].day) + 1
	}
	return d
}

// share returns how much of their days the busy hours are.
func share(busy []dayHour) Share {
	var s Share
	var attempts, held float64
	for _, h := range busy {
		attempts += h.date.attempts
		held += h.date.held
	}
	m, n := mean(busy), float64(len(busy))
	if attempts > 0 {
		s.Attempts = m.Attempts * n / attempts
	}
	if held > 0 {
		s.Traffic = m.Carried * n * 4 * quarter / held
	}
	return s
}

// groups measures trunks and directions, and all calls.
func (u *Usage) groups(c calendar, l *ledger, from int) error {
	var err error
	measure := func(g *group) (m Measured) {
		if err == nil {
			m, err = u.measured(c, g, from)
		}
		return m
	}
	u.Total = measure(l.total)
	for _, g := range l.known() {
		u.Directions = append(u.Directions, measure(g))
	}
	for _, g := range l.byTraffic() {
		u.Trunks = append(u.Trunks, measure(g))
	}
	if l.other != nil {
		u.Trunks = append(u.Trunks, measure(l.other))
	}
	return err
}

// measured works one group out.
func (u *Usage) measured(c calendar, g *group, common int) (Measured, error) {
	m := Measured{Name: g.name, Attempts: g.attempts, Answered: g.answered, Blocked: g.blocked, Coarse: g.coarse}
	if g.attempts > 0 {
		m.Held = seconds(float64(g.held) / 1e6 / float64(g.attempts))
	}
	s := series{c.dates(g), g.meanHeld()}.on(u.Days.Set)
	if busy := s.consistent(u.Step / 15); len(busy) > 0 {
		m.Busy, m.From = mean(busy), busy[0].from*15
		m.Common = mean(s.at(common))
	}
	if !g.coarse {
		m.Peak, m.PeakAt = g.peak()
		m.PeakAt = m.PeakAt.In(u.Zone)
	}
	var err error
	m.Ports, err = erlang.Servers(m.Busy.Offered, u.GoS)
	return m, err
}
