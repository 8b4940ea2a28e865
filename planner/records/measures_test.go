package records

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/traffic"
)

// measureCalls makes a usage of calls, as an import of a file with nothing else would.
func measureCalls(t testing.TB, config Config, calls []Call) Usage {
	t.Helper()
	i := newImporter(fileForm{}, config.withDefaults())
	for k := range calls {
		i.calls++
		i.ledger.add(&calls[k], nil, Unknown)
	}
	u, err := i.usage()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// block returns calls one after the other that hold so many ports from a time on for so many minutes, n calls a port.
func block(t testing.TB, clock string, ports, minutes, n int) []Call {
	var calls []Call
	from := at(t, clock)
	length := int64(minutes) * 60e6 / int64(n)
	for range ports {
		for k := range int64(n) {
			calls = append(calls, Call{Start: from + k*length, Answer: from + k*length, End: from + (k+1)*length, Answered: true})
		}
	}
	return calls
}

// named returns a measure.
func (u Usage) named(t testing.TB, name string) BusyHour {
	t.Helper()
	i := slices.IndexFunc(u.BusyHours, func(b BusyHour) bool { return b.Name == name })
	if i < 0 {
		t.Fatalf("there is no measure %s in %+v", name, u.BusyHours)
	}
	return u.BusyHours[i]
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// TestBusyHoursByHand: on Monday 10 ports are busy from 10 to 11, on Tuesday 4 from 10 to 11 and 12 from 15 to 16. The
// time-consistent busy hour is 10 to 11 with 7 E, though both days peak higher.
func TestBusyHoursByHand(t *testing.T) {
	calls := slices.Concat(
		block(t, "2026-03-02 10:00:00", 10, 60, 4), block(t, "2026-03-02 15:00:00", 1, 60, 4),
		block(t, "2026-03-03 10:00:00", 4, 60, 4), block(t, "2026-03-03 15:00:00", 12, 60, 4),
		block(t, "2026-03-07 03:00:00", 20, 60, 4), // a Saturday
	)
	u := measureCalls(t, Config{TopDays: 1}, calls)
	ports, err := erlang.Servers(7, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		name    string
		from    int
		days    int
		erlangs float64
		calls   float64
	}{
		{"tcbh", 10 * 60, 2, 7, 28},
		{"adph", -1, 2, 11, 44},
		{"top_days", -1, 1, 12, 48},
		{"busiest_hour", 3 * 60, 1, 20, 80},
		{"tcbh_all_days", 3 * 60, 2, 10, 40}, // Monday has no record of 03:00: the file begins at 10:00
	} {
		got := u.named(t, want.name)
		if got.From != want.from || got.Days != want.days || !near(got.Traffic.Offered, want.erlangs) || !near(got.Traffic.Attempts, want.calls) {
			t.Errorf("%s: got %+v, want %+v", want.name, got, want)
		}
	}
	if got := u.BusyHours[0]; got.Ports != ports {
		t.Errorf("%d ports for 7 E, want %d", got.Ports, ports)
	}
	if got := u.named(t, "busiest_hour").At; !got.Equal(time.Date(2026, 3, 7, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("busiest hour at %s", got)
	}
	if u.Total.Peak != 20 || u.Days.Measured != 2 || u.Days.WithCalls != 3 || u.Days.Span != 6 {
		t.Errorf("peak %d, days %+v", u.Total.Peak, u.Days)
	}
	if !near(u.Share.Traffic, 14./27) || !near(u.Share.Attempts, 56./108) {
		t.Errorf("the busy hour has %+v of its days, want 14/27", u.Share)
	}
}

// TestBusyHourFromAQuarter: 30 minutes on either side of the full hour.
func TestBusyHourFromAQuarter(t *testing.T) {
	calls := block(t, "2026-03-02 10:30:00", 6, 60, 3)
	if got := measureCalls(t, Config{}, calls); !near(got.BusyHours[0].Traffic.Offered, 3) || got.BusyHours[0].From != 10*60 {
		t.Errorf("on the hour: %+v, want 3 E from 10:00", got.BusyHours[0])
	}
	got := measureCalls(t, Config{Step: 15}, calls)
	if b := got.named(t, "tcbh"); !near(b.Traffic.Offered, 6) || b.From != 10*60+30 {
		t.Errorf("from any quarter: %+v, want 6 E from 10:30", b)
	}
	if b := got.named(t, "tcbh_60min"); !near(b.Traffic.Offered, 3) {
		t.Errorf("the other way to measure: %+v, want 3 E", b)
	}
}

// TestACallAcrossHoursIsSplitExactly, to the microsecond, between the hours in which it held its port.
func TestACallAcrossHoursIsSplitExactly(t *testing.T) {
	start := at(t, "2026-03-02 09:59:59") + 250_000
	u := measureCalls(t, Config{}, []Call{{Start: start, Answer: start, End: start + 3_601_500_000, Answered: true}})
	w := u.Week.Carried[0]
	if !near(w[39], 0.75/900) || !near(w[40], 1) || !near(w[43], 1) || !near(w[44], 0.75/900) {
		t.Errorf("carried %v", w[38:46])
	}
}

func TestBlockedAttemptsAreOffered(t *testing.T) {
	calls := block(t, "2026-03-02 10:00:00", 2, 60, 10) // 20 calls of 6 minutes
	for range 5 {
		calls = append(calls, Call{Start: at(t, "2026-03-02 10:30:00"), End: at(t, "2026-03-02 10:30:00"), Blocked: true})
	}
	b := measureCalls(t, Config{}, calls).BusyHours[0]
	if !near(b.Traffic.Carried, 2) || !near(b.Traffic.Offered, 2+5*360./3600) || b.Traffic.Blocked != 5 || b.Traffic.Attempts != 25 {
		t.Errorf("got %+v, want 2 E carried and 0.5 E more offered", b.Traffic)
	}
}

// TestSummerTime: the hour that comes twice counts as the mean of both, and the hour that is skipped is no hour of
// that day.
func TestSummerTime(t *testing.T) {
	berlin := location(t, "Europe/Berlin")
	// 2026-10-25, 02:00 to 03:00 twice: 00:00 to 02:00 UTC.
	autumn := slices.Concat(block(t, "2026-10-25 00:00:00", 4, 60, 1), block(t, "2026-10-25 01:00:00", 8, 60, 1))
	u := measureCalls(t, Config{Zone: berlin, Days: AllDays}, autumn)
	if b := u.BusyHours[0]; b.From != 2*60 || !near(b.Traffic.Offered, 6) || !near(b.Traffic.Attempts, 6) {
		t.Errorf("autumn: %+v, want 6 E from 02:00", b)
	}
	if u.Week.Days[6].Attempts != 12 {
		t.Errorf("autumn: %+v, want 12 attempts on the Sunday", u.Week.Days[6])
	}
	// 2026-03-29: 01:00 UTC is 03:00, an hour after 01:00.
	spring := slices.Concat(block(t, "2026-03-29 00:00:00", 2, 120, 1), block(t, "2026-03-28 01:00:00", 1, 60, 1))
	u = measureCalls(t, Config{Zone: berlin, Days: AllDays}, spring)
	if b := u.BusyHours[0]; b.From != 60 || !near(b.Traffic.Offered, 2) || b.Days != 1 {
		t.Errorf("spring: %+v, want 2 E from 01:00, where Saturday has no records", b)
	}
	if w := u.Week.Carried; w[6][7] != 2 || w[6][8] != 0 || w[6][12] != 2 || w[5][8] != 1 {
		t.Errorf("spring: from 01:45 on %v", w[6][7:13])
	}
}

// TestHoursOfTheClock are those of the site, even a quarter of an hour from UTC.
func TestHoursOfTheClock(t *testing.T) {
	calls := block(t, "2026-03-02 04:15:00", 3, 60, 1) // 10:00 in Kathmandu
	if b := measureCalls(t, Config{Zone: location(t, "Asia/Kathmandu")}, calls).BusyHours[0]; b.From != 10*60 || !near(b.Traffic.Offered, 3) {
		t.Errorf("got %+v, want 3 E from 10:00", b)
	}
	calls = block(t, "2026-03-03 01:00:00", 3, 60, 1) // Monday evening in New York
	if u := measureCalls(t, Config{Zone: location(t, "America/New_York")}, calls); u.BusyHours[0].From != 20*60 || u.Week.Days[0].Measured != 1 {
		t.Errorf("got %+v", u.BusyHours[0])
	}
}

func TestDaysAreChosen(t *testing.T) {
	weekend := block(t, "2026-03-07 10:00:00", 5, 60, 1)
	if u := measureCalls(t, Config{}, weekend); u.Days.Set != AllDays {
		t.Errorf("a file of a Saturday is measured on %s", u.Days.Set)
	}
	both := slices.Concat(weekend, block(t, "2026-03-09 10:00:00", 1, 60, 1))
	for text, want := range map[string]float64{"auto": 1, "working": 1, "all": 3, "sat": 5, "sat-mon": 3, "Mon,Sat": 3} {
		set, err := ParseDaySet(text)
		if err != nil {
			t.Fatal(err)
		}
		if b := measureCalls(t, Config{Days: set}, both).BusyHours[0]; !near(b.Traffic.Offered, want) {
			t.Errorf("%s: %g E, want %g", text, b.Traffic.Offered, want)
		}
	}
	for _, text := range []string{"", "weekdays", "mon-", "mon,,tue"} {
		if set, err := ParseDaySet(text); err == nil {
			t.Errorf("%q: no error, got %v", text, set)
		}
	}
}

// office is a system with 30 E, but 50 E from 09:00 on and 60 E from 10:00 to 11:00.
func office(days int, seed uint64) synthetic {
	return synthetic{
		from: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), duration: time.Duration(days) * 24 * time.Hour, most: 60, seed: seed,
		holding: traffic.Duration{Law: traffic.Exponential, Mean: 180 * time.Second}, answered: 1,
		erlangs: func(at time.Time) float64 {
			switch at.Hour() {
			case 9:
				return 50
			case 10:
				return 60
			case 8, 11:
				return 30
			}
			return 0
		},
	}
}

func (s synthetic) ledgerCalls() []Call {
	var calls []Call
	s.calls(func(m made) {
		calls = append(calls, Call{Start: m.start.UnixMicro(), Answer: m.answer.UnixMicro(), End: m.end.UnixMicro(), Answered: m.answered})
	})
	return calls
}

// TestOfferedTrafficLiesWithinItsInterval of 95 % in as many of 80 repetitions as it should (Poisson calls, 10 days):
// between 70 and 80 but for one time in 1,000. In the hour after a rise by 10 E the mean is τ/T·10 E short of the new
// level, as the calls of the old level have to be joined first (M/M/∞: 1 − e^(−t/τ) of the rise has come after t).
func TestOfferedTrafficLiesWithinItsInterval(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates 1.3 million calls")
	}
	const repetitions = 80
	truth := 60 - 10*(180./3600)*(1-math.Exp(-20))
	within, attempts := 0, 0.0
	for seed := range uint64(repetitions) {
		u := measureCalls(t, Config{Days: AllDays}, office(10, seed).ledgerCalls())
		b := u.BusyHours[0]
		if b.From != 10*60 {
			t.Fatalf("seed %d: the busy hour is at %d min", seed, b.From)
		}
		within += one(b.Low <= truth && truth <= b.High)
		attempts += b.Traffic.Attempts / repetitions
	}
	if within < 70 {
		t.Errorf("%d of %d intervals hold the true %.2f E", within, repetitions, truth)
	}
	if tolerance := 3.3 * math.Sqrt(1200./10/repetitions); math.Abs(attempts-1200) > tolerance {
		t.Errorf("%.1f attempts an hour, want 1,200 ± %.1f", attempts, tolerance)
	}
}

// TestASingleDayHasAnIntervalByTheory: without days to compare, the interval is that of Poisson calls.
func TestASingleDayHasAnIntervalByTheory(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates many days")
	}
	const repetitions = 120
	truth := 60 - 10*(180./3600)*(1-math.Exp(-20))
	within := 0
	for seed := range uint64(repetitions) {
		b := measureCalls(t, Config{}, office(1, 1000+seed).ledgerCalls()).BusyHours[0]
		within += one(b.Low <= truth && truth <= b.High)
	}
	if within < 106 { // 114 expected; one time in 1,000
		t.Errorf("%d of %d intervals hold the true %.2f E", within, repetitions, truth)
	}
}

// TestPoissonCallsAreNotPeaked, and calls that come in pairs are: z is 1.5 for pairs that hold on independently with
// exponential times, and the attempts per minute vary twice as much.
func TestPoissonCallsAreNotPeaked(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates many days")
	}
	s := office(40, 5)
	s.erlangs = func(at time.Time) float64 { return 60 * float64(one(at.Hour() >= 8 && at.Hour() < 12)) }
	poisson := measureCalls(t, Config{Days: AllDays}, s.ledgerCalls())
	p := poisson.Peakedness
	if p.Arrivals < p.Low || p.Arrivals > p.High || math.Abs(p.Occupancy-1) > 0.15 {
		t.Errorf("Poisson: %+v, want 1", p)
	}
	var pairs []Call
	random := traffic.Stream(3, 3)
	for _, c := range s.ledgerCalls() {
		again := c
		again.End = c.Start + s.holding.Draw(random).Microseconds()
		pairs = append(pairs, c, again)
	}
	p = measureCalls(t, Config{Days: AllDays}, pairs).Peakedness
	if math.Abs(p.Arrivals-2) > 0.15 || math.Abs(p.Occupancy-1.5) > 0.2 {
		t.Errorf("pairs: %+v, want 2 and 1.5", p)
	}
}

// TestDayToDayVariation: days of 20 and 40 E in turn have a variance of 100 beyond chance, and need the ports of
// such days.
func TestDayToDayVariation(t *testing.T) {
	s := office(20, 9)
	s.erlangs = func(at time.Time) float64 {
		return float64(20+20*(at.Day()%2)) * float64(one(at.Hour() >= 8 && at.Hour() < 12))
	}
	u := measureCalls(t, Config{Days: AllDays}, s.ledgerCalls())
	d := u.DayToDay
	if d.Days != 20 || math.Abs(d.Variance-100*20/19.) > 25 || d.Chance < 2 || d.Chance > 4 {
		t.Errorf("%+v, want a variance of some 105 beyond some 3", d)
	}
	if d.Ports <= u.BusyHours[0].Ports || d.Blocking <= 0.01 {
		t.Errorf("%d ports for unequal days, %d for the mean", d.Ports, u.BusyHours[0].Ports)
	}
	same := measureCalls(t, Config{Days: AllDays}, slices.Concat(
		block(t, "2026-03-02 10:00:00", 5, 60, 1), block(t, "2026-03-03 10:00:00", 5, 60, 1), block(t, "2026-03-04 10:00:00", 5, 60, 1)))
	if d := same.DayToDay; d.Variance != 0 || d.Ports != same.BusyHours[0].Ports {
		t.Errorf("days alike: %+v", d)
	}
}

// TestDaysThatDifferMoreThanIsPlannedFor: 900 days of next to nothing and one of 1,000 E are no error.
func TestDaysThatDifferMoreThanIsPlannedFor(t *testing.T) {
	var calls []Call
	for day := range int64(900) {
		start := at(t, "2023-01-02 10:00:00") + day*86_400e6
		calls = append(calls, Call{Start: start, End: start + 1e6})
	}
	calls = append(calls, block(t, "2025-07-01 10:00:00", 1000, 60, 1)...)
	d := measureCalls(t, Config{Days: AllDays}, calls).DayToDay
	if d.Days != 901 || d.Ports < 100 || d.Blocking < 0.5 {
		t.Errorf("got %+v", d)
	}
}

func TestTheWeekIsTheMeanOfItsDays(t *testing.T) {
	u := measureCalls(t, Config{}, slices.Concat(
		block(t, "2026-03-02 10:00:00", 2, 60, 1), block(t, "2026-03-09 10:00:00", 6, 60, 2), block(t, "2026-03-08 10:00:00", 1, 15, 1)))
	if w := u.Week; w.Carried[0][40] != 4 || w.Highest[0][43] != 6 || w.Carried[6][40] != 1 || w.Carried[6][41] != 0 {
		t.Errorf("got %v", w.Carried[0][38:45])
	}
	monday := u.Week.Days[0]
	if monday.Day != time.Monday || monday.Measured != 2 || monday.Attempts != 7 || monday.Peak != 4 || monday.From != 600 {
		t.Errorf("got %+v", monday)
	}
}

func TestALedgerIsBounded(t *testing.T) {
	l := newLedger()
	call := Call{Answered: true}
	for day := range int64(maxDays + 50) {
		call.Start = (1_600_000_000 + day*86_400) * 1e6
		call.Answer, call.End = call.Start, call.Start+60e6
		if !l.room(&call) {
			if day < maxDays-4 {
				t.Fatalf("day %d does not fit", day)
			}
			continue
		}
		for trunk := range 200 {
			l.add(&call, l.trunk([]byte{'t', byte(trunk)}), Out)
		}
	}
	if l.pages > maxDayPages || len(l.trunks) > maxTrunks || len(l.total.days) > maxDays {
		t.Errorf("%d pages, %d trunks, %d days", l.pages, len(l.trunks), len(l.total.days))
	}
	var attempts int64
	for _, g := range append(slices.Clone(l.trunks), l.other) {
		attempts += g.attempts
	}
	if attempts != l.total.attempts || l.merged != 200-len(l.trunks) {
		t.Errorf("%d attempts on trunks, %d in all; %d trunks merged", attempts, l.total.attempts, l.merged)
	}
	for range 2 * maxNames {
		call.Start++
		l.trunk([]byte(time.UnixMicro(call.Start).String()))
	}
	if len(l.names) > maxNames {
		t.Errorf("%d names", len(l.names))
	}
}
