package reports

import (
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/records"
)

// UsageSchema names the form of UsageObject. Within a version, keys are only ever added.
const UsageSchema = "sipplan.usage/1"

// UsageObject is imported call records as JSON: full precision, units in the names of the keys, ratios from 0 to 1,
// null for what is not known. Its form is published in schema/usage-1.json.
type UsageObject struct {
	Schema     string          `json:"schema"`
	Answer     []string        `json:"answer"`
	Reliable   bool            `json:"reliable"`
	Records    recordsObject   `json:"records"`
	Rejected   rejectedObject  `json:"rejected"`
	Period     *periodObject   `json:"period"`
	GoS        float64         `json:"gos_ratio"`
	BusyHours  []measureObject `json:"busy_hours"`
	Total      *groupObject    `json:"total"`
	Directions []groupObject   `json:"directions"`
	Trunks     []groupObject   `json:"trunks"`
	DayShare   *dayShareObject `json:"busy_hour_share_of_day"`
	DayToDay   *dayToDayObject `json:"day_to_day"`
	Peakedness *peakednessPart `json:"peakedness"`
	Holding    *holdingObject  `json:"holding_times"`
	Talking    *holdingObject  `json:"conversation_times"`
	Week       []weekdayObject `json:"week"`
	Callers    *int64          `json:"calling_numbers"`
	Callees    *int64          `json:"called_numbers"`
	Next       string          `json:"next_command"` // "" when there is nothing to plan for
	Notes      []string        `json:"notes"`
}

type recordsObject struct {
	Profile    string `json:"profile"`
	Told       bool   `json:"told_by_the_first_rows"`
	Columns    string `json:"columns"`
	Delimiter  string `json:"delimiter"`
	Rows       int    `json:"rows"`
	Calls      int    `json:"calls"`
	Internal   int    `json:"calls_on_no_trunk"`
	Transit    int    `json:"calls_on_two_trunks"`
	Late       int    `json:"calls_too_far_out_of_order"`
	Backward   int    `json:"rows_out_of_order"`
	Doubtful   int    `json:"calls_in_a_repeated_hour"`
	Unequal    int    `json:"calls_with_another_duration"`
	Nameless   int    `json:"calls_that_name_no_trunk"`
	OtherTrunk int    `json:"trunks_that_share_a_row"`
	Broken     bool   `json:"broke_off"`
}

type rejectedObject struct {
	Rows    int               `json:"rows"`
	Share   float64           `json:"rows_ratio"`
	Reasons []rejectedReasons `json:"reasons"`
}

type rejectedReasons struct {
	Reason string         `json:"reason"`
	Rows   int            `json:"rows"`
	First  []rejectObject `json:"first"`
}

type rejectObject struct {
	Line  int    `json:"line"`
	Value string `json:"value"`
}

type periodObject struct {
	First     time.Time `json:"first_start"`
	Last      time.Time `json:"last_end"`
	Zone      string    `json:"time_zone"`
	Days      int       `json:"days"`
	WithCalls int       `json:"days_with_calls"`
	Measured  int       `json:"days_measured"`
	Set       string    `json:"measured_on"`
}

type trafficObject struct {
	Offered  float64  `json:"offered_erlangs"`
	Carried  float64  `json:"carried_erlangs"`
	Attempts float64  `json:"attempts_per_hour"`
	Talking  *float64 `json:"conversation_erlangs"`
	Answered *float64 `json:"answered_per_hour"`
	Blocked  *float64 `json:"blocked_per_hour"`
}

// newTrafficObject leaves out what the records do not say.
func newTrafficObject(u records.Usage, t records.Traffic) trafficObject {
	o := trafficObject{Offered: t.Offered, Carried: t.Carried, Attempts: t.Attempts}
	if u.Form.Answers {
		o.Talking, o.Answered = &t.Talking, &t.Answered
	}
	if u.Form.Blocks {
		o.Blocked = &t.Blocked
	}
	return o
}

type measureObject struct {
	Name       string  `json:"name"`
	Title      string  `json:"title"`
	Definition string  `json:"definition"`
	From       *string `json:"from"`  // hh:mm; null where days differ
	Start      *string `json:"start"` // of a single hour
	Days       int     `json:"days"`
	trafficObject
	Low      *float64 `json:"offered_low_erlangs"`
	High     *float64 `json:"offered_high_erlangs"`
	Ports    int      `json:"ports"`
	Blocking float64  `json:"first_measures_ports_blocking_ratio"`
}

type groupObject struct {
	Name     string        `json:"name"`
	Attempts int64         `json:"attempts"`
	Answered *int64        `json:"answered"`
	Blocked  *int64        `json:"blocked"`
	Held     float64       `json:"mean_holding_seconds"`
	From     string        `json:"busy_hour_from"`
	Busy     trafficObject `json:"own_busy_hour"`
	Common   trafficObject `json:"common_busy_hour"`
	Ports    int           `json:"ports"`
	Peak     *int64        `json:"peak_calls"`
	PeakAt   *time.Time    `json:"peak_at"`
}

type dayShareObject struct {
	Attempts float64 `json:"attempts_ratio"`
	Traffic  float64 `json:"traffic_ratio"`
}

type dayToDayObject struct {
	Days     int     `json:"days"`
	Variance float64 `json:"variance_square_erlangs"`
	Chance   float64 `json:"chance_variance_square_erlangs"`
	Ports    int     `json:"ports"`
	Blocking float64 `json:"first_measures_ports_blocking_ratio"`
}

type peakednessPart struct {
	Hours     int     `json:"hours"`
	Arrivals  float64 `json:"arrivals_variance_to_mean"`
	Low       float64 `json:"poisson_arrivals_low"`
	High      float64 `json:"poisson_arrivals_high"`
	Occupancy float64 `json:"occupancy_variance_to_mean"`
	Ports     int     `json:"hayward_ports"`
}

type holdingObject struct {
	Calls       int64      `json:"calls"`
	Zero        int64      `json:"calls_of_no_length"`
	Mean        float64    `json:"mean_seconds"`
	Median      float64    `json:"median_seconds"`
	P90         float64    `json:"p90_seconds"`
	P95         float64    `json:"p95_seconds"`
	P99         float64    `json:"p99_seconds"`
	Longest     float64    `json:"longest_seconds"`
	Lognormal   *fitObject `json:"lognormal"`
	Exponential *fitObject `json:"exponential"`
}

type fitObject struct {
	Law      string  `json:"law"` // as --hold and scenarios read it
	Mean     float64 `json:"mean_seconds"`
	Spread   float64 `json:"coefficient_of_variation"`
	Distance float64 `json:"kolmogorov_smirnov_distance"`
}

type weekdayObject struct {
	Day      string    `json:"day"`
	Measured int       `json:"days_with_calls"`
	Attempts float64   `json:"attempts_per_day"`
	Peak     float64   `json:"mean_peak_hour_erlangs"`
	From     *string   `json:"busy_hour_from"`
	Carried  []float64 `json:"carried_erlangs_by_quarter_hour"`
}

// NewUsageObject returns the usage in the form of UsageSchema.
func NewUsageObject(u records.Usage) UsageObject {
	o := UsageObject{
		Schema: UsageSchema, Answer: usageAnswer(u), Reliable: u.Reliable(), GoS: u.GoS, Notes: usageNotes(u),
		Records: recordsObject{u.Form.Profile, u.Form.Told, u.Form.Columns, string(rune(u.Form.Delimiter)), u.Rows, u.Calls, u.Internal,
			u.Transit, u.Late, u.Backward, u.Doubtful, u.Unequal, u.Nameless, u.Merged, u.Broken != nil},
		Rejected:  newRejectedObject(u),
		BusyHours: []measureObject{}, Directions: []groupObject{}, Trunks: []groupObject{}, Week: []weekdayObject{},
		Callers: positive(u.Callers), Callees: positive(u.Callees),
	}
	if len(u.BusyHours) == 0 {
		return o
	}
	if u.HasTraffic() {
		o.Next = nextCommand(u)
	}
	o.Period = &periodObject{u.First, u.Last, u.Zone.String(), u.Days.Span, u.Days.WithCalls, u.Days.Measured, u.Days.Set.String()}
	for _, b := range u.BusyHours {
		o.BusyHours = append(o.BusyHours, newMeasureObject(u, b))
	}
	total := newGroupObject(u, u.Total)
	o.Total, o.Directions, o.Trunks = &total, newGroupObjects(u, u.Directions), newGroupObjects(u, u.Trunks)
	o.DayShare = &dayShareObject{u.Share.Attempts, u.Share.Traffic}
	if d := u.DayToDay; d.Days > 0 {
		o.DayToDay = &dayToDayObject{d.Days, d.Variance, d.Chance, d.Ports, d.Blocking}
	}
	p := u.Peakedness
	o.Peakedness = &peakednessPart{p.Hours, p.Arrivals, p.Low, p.High, p.Occupancy, p.Ports}
	o.Holding = newHoldingObject(u.Holding)
	if u.Form.Answers {
		o.Talking = newHoldingObject(u.Talking)
	}
	for i, d := range u.Week.Days {
		day := weekdayObject{strings.ToLower(d.Day.String()), d.Measured, d.Attempts, d.Peak, nil, u.Week.Carried[i][:]}
		if d.Measured > 0 {
			day.From = clock(d.From)
		}
		o.Week = append(o.Week, day)
	}
	return o
}

func newRejectedObject(u records.Usage) rejectedObject {
	o := rejectedObject{Rows: u.Rejects.Rows, Reasons: []rejectedReasons{}}
	if u.Rows > 0 {
		o.Share = float64(u.Rejects.Rows) / float64(u.Rows)
	}
	for _, f := range u.Rejects.Reasons {
		reason := rejectedReasons{Reason: string(f.Reason), Rows: f.Rows}
		for _, reject := range f.First {
			reason.First = append(reason.First, rejectObject(reject))
		}
		o.Reasons = append(o.Reasons, reason)
	}
	return o
}

func newMeasureObject(u records.Usage, b records.BusyHour) measureObject {
	o := measureObject{Name: b.Name, Title: b.Title, Definition: b.Definition, Days: b.Days, trafficObject: newTrafficObject(u, b.Traffic),
		Ports: b.Ports, Blocking: b.Blocking}
	if b.From >= 0 {
		o.From = clock(b.From)
	}
	if b.High > 0 {
		o.Low, o.High = &b.Low, &b.High
	}
	if !b.At.IsZero() {
		start := b.At.Format(time.RFC3339)
		o.Start = &start
	}
	return o
}

func newGroupObjects(u records.Usage, groups []records.Measured) []groupObject {
	objects := []groupObject{}
	for _, g := range groups {
		objects = append(objects, newGroupObject(u, g))
	}
	return objects
}

func newGroupObject(u records.Usage, g records.Measured) groupObject {
	o := groupObject{Name: g.Name, Attempts: g.Attempts, Held: g.Held.Seconds(),
		From: *clock(g.From), Busy: newTrafficObject(u, g.Busy), Common: newTrafficObject(u, g.Common), Ports: g.Ports}
	if u.Form.Answers {
		o.Answered = &g.Answered
	}
	if u.Form.Blocks {
		o.Blocked = &g.Blocked
	}
	if !g.Coarse {
		o.Peak, o.PeakAt = &g.Peak, &g.PeakAt
	}
	return o
}

func newHoldingObject(h records.Holding) *holdingObject {
	o := &holdingObject{Calls: h.Calls, Zero: h.Zero, Mean: h.Mean.Seconds(), Longest: h.Longest.Seconds(),
		Lognormal: newFitObject(h.Lognormal), Exponential: newFitObject(h.Exponential)}
	for i, to := range []*float64{&o.Median, &o.P90, &o.P95, &o.P99} {
		*to = h.Quantile[i].Duration.Seconds()
	}
	return o
}

func newFitObject(f records.Fit) *fitObject {
	if f.Law.Mean == 0 {
		return nil
	}
	return &fitObject{f.Law.String(), f.Law.Mean.Seconds(), f.Law.Spread, f.Distance}
}

// clock writes minutes after midnight as hh:mm.
func clock(minutes int) *string {
	text := hourOfDay(minutes)[:len("hh:mm")]
	return &text
}

func positive(n int64) *int64 {
	if n <= 0 {
		return nil
	}
	return &n
}
