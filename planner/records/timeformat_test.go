package records

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTimesAreRead(t *testing.T) {
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	morning := utc("2026-03-02T09:15:01Z")
	for _, tt := range []struct {
		name, format, text string
		want               time.Time
	}{
		{"Asterisk and FreeSWITCH", "auto", "2026-03-02 09:15:01", morning},
		{"blanks around", "auto", "  2026-03-02 09:15:01 ", morning},
		{"fraction", "auto", "2026-03-02 09:15:01.250", morning.Add(250 * time.Millisecond)},
		{"more digits than microseconds", "auto", "2026-03-02 09:15:01.2500009", morning.Add(250 * time.Millisecond)},
		{"RFC 3339", "auto", "2026-03-02T09:15:01Z", morning},
		{"offset", "auto", "2026-03-02T11:15:01+02:00", morning},
		{"offset without colon", "auto", "2026-03-02 04:15:01 -0500", morning},
		{"offset of hours", "auto", "2026-03-02 10:15:01+01", morning},
		{"named UTC", "auto", "2026-03-02 09:15:01 UTC", morning},
		{"slashes", "auto", "2026/03/02 09:15:01", morning},
		{"single digits", "auto", "2026-3-2 9:15:01", morning},
		{"no seconds", "auto", "2026-03-02 09:15", utc("2026-03-02T09:15:00Z")},
		{"no separators", "auto", "20260302091501", morning},
		{"leap second", "auto", "2016-12-31 23:59:60", utc("2017-01-01T00:00:00Z")},
		{"leap day", "auto", "2024-02-29 00:00:00", utc("2024-02-29T00:00:00Z")},
		{"seconds since 1970", "auto", "1772442901", morning},
		{"seconds with a fraction", "auto", "1772442901.26", morning.Add(260 * time.Millisecond)},
		{"milliseconds since 1970", "auto", "1772442901260", morning.Add(260 * time.Millisecond)},
		{"microseconds since 1970", "auto", "1772442901260001", morning.Add(260001 * time.Microsecond)},
		{"nanoseconds since 1970", "auto", "1772442901260001999", morning.Add(260001 * time.Microsecond)},
		{"epoch", "epoch", "1772442901", morning},
		{"epoch-ms", "epoch-ms", "1772442901260", morning.Add(260 * time.Millisecond)},
		{"epoch-us", "epoch-us", "1772442901260001", morning.Add(260001 * time.Microsecond)},
		{"German pattern", "%d.%m.%Y %T", "02.03.2026 09:15:01", morning},
		{"American pattern", "%m/%d/%Y %I:%M:%S %p", "3/2/2026 9:15:01 AM", morning},
		{"noon", "%F %I:%M %p", "2026-03-02 12:00 pm", utc("2026-03-02T12:00:00Z")},
		{"midnight", "%F %I:%M %p", "2026-03-02 12:00 am", utc("2026-03-02T00:00:00Z")},
		{"month by name, two digits, fraction and offset", "%d-%b-%y %H:%M:%S.%f%z", "02-Mar-26 10:15:01.5+0100", morning.Add(500 * time.Millisecond)},
		{"last century", "%d.%m.%y %H:%M", "01.01.99 00:00", utc("1999-01-01T00:00:00Z")},
		{"per cent sign", "%%%F %H:%M", "%2026-03-02 09:15", utc("2026-03-02T09:15:00Z")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			format, err := ParseTimeFormat(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			got, err := format.parse([]byte(tt.text), &zone{location: time.UTC})
			if err != nil || got.at != tt.want.UnixMicro() || got.again != 0 {
				t.Errorf("got %s (%v) %v, want %s", time.UnixMicro(got.at).UTC(), got, err, tt.want)
			}
		})
	}
}

func TestWhatIsNoTime(t *testing.T) {
	for _, tt := range []struct {
		format, text string
		want         error
	}{
		{"auto", "", errNoTime},
		{"auto", "yesterday", errNoTime},
		{"auto", "2026-02-29 10:00:00", errNoTime},
		{"auto", "2026-13-01 10:00:00", errNoTime},
		{"auto", "2026-03-02 24:00:00", errNoTime},
		{"auto", "2026-03-02 10:61:00", errNoTime},
		{"auto", "2026-03-02 10:00:00 CET", errNoTime},
		{"auto", "2026-03-02 10:00:00 trailing", errNoTime},
		{"auto", "02/03/2026 10:00:00", errNoTime}, // the second of March, or the third of February?
		{"auto", "0000-00-00 00:00:00", errNoTime},
		{"auto", "1970-01-01 00:00:00", errYear},
		{"auto", "2185-01-01 00:00:00", errYear},
		{"auto", "0", errYear},
		{"auto", "99999999999999999999", errNoTime},
		{"auto", "9223372036854775807", errNoTime}, // more than nanoseconds fill
		{"auto", ".", errNoTime},
		{"epoch", "2026-03-02 10:00:00", errNoTime},
		{"epoch", "1772442901260", errYear}, // milliseconds
		{"%d.%m.%Y %H:%M", "2026-03-02 10:00", errNoTime},
		{"%d.%m.%Y %H:%M", "02.03.2026 10:00 more", errNoTime},
		{"%F %I:%M %p", "2026-03-02 13:00 pm", errNoTime},
		{"%b %d %Y %H:%M", "arj 2 2026 10:00", errNoTime},
	} {
		t.Run(tt.format+"/"+tt.text, func(t *testing.T) {
			format, err := ParseTimeFormat(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := format.parse([]byte(tt.text), &zone{location: time.UTC}); !errors.Is(err, tt.want) {
				t.Errorf("got %v and %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestTimeFormatsAreChecked(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"iso", `must be auto, epoch, epoch-ms, epoch-us or a pattern such as %d.%m.%Y %H:%M:%S, got "iso"`},
		{"%Y-%m-%d", "needs year, month, day, hour and minute"},
		{"%Q %F %T", "has %Q, which is none of %Y %m"},
		{"%F %T %", "has %, which is none of"},
	} {
		if _, err := ParseTimeFormat(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestClocksThatChange(t *testing.T) {
	auto, _ := ParseTimeFormat("auto")
	for _, tt := range []struct {
		name, zone, text string
		at, again        string
		err              error
	}{
		{"winter", "Europe/Berlin", "2026-01-15 10:00:00", "2026-01-15T09:00:00Z", "", nil},
		{"summer", "Europe/Berlin", "2026-07-15 10:00:00", "2026-07-15T08:00:00Z", "", nil},
		{"an hour that was skipped", "Europe/Berlin", "2026-03-29 02:30:00", "", "", errSkipped},
		{"just before", "Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z", "", nil},
		{"just behind", "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29T01:00:00Z", "", nil},
		{"an hour that came twice", "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", nil},
		{"the hour after it", "Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25T02:00:00Z", "", nil},
		{"New York", "America/New_York", "2026-11-01 01:10:00", "2026-11-01T05:10:00Z", "2026-11-01T06:10:00Z", nil},
		{"half an hour that came twice", "Australia/Lord_Howe", "2026-04-05 01:40:00", "2026-04-04T14:40:00Z", "2026-04-04T15:10:00Z", nil},
		{"the half before it came once", "Australia/Lord_Howe", "2026-04-05 01:20:00", "2026-04-04T14:20:00Z", "", nil},
		{"quarters of an hour from UTC", "Asia/Kathmandu", "2026-03-02 10:00:00", "2026-03-02T04:15:00Z", "", nil},
		{"an own offset is stronger than the zone", "Europe/Berlin", "2026-10-25 02:30:00+01:00", "2026-10-25T01:30:00Z", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			z := &zone{location: location(t, tt.zone)}
			for range 2 { // the second time from memory
				got, err := auto.parse([]byte(tt.text), z)
				if !errors.Is(err, tt.err) || err == nil && time.UnixMicro(got.at).UTC().Format(time.RFC3339) != tt.at {
					t.Errorf("got %s and %v, want %s and %v", time.UnixMicro(got.at).UTC(), err, tt.at, tt.err)
				}
				if again := time.UnixMicro(got.again).UTC().Format(time.RFC3339); (got.again != 0) != (tt.again != "") || tt.again != "" && again != tt.again {
					t.Errorf("again at %s, want %q", again, tt.again)
				}
			}
		})
	}
}

// TestEveryInstantIsFoundOnTheClock: what the clock showed at any instant leads back to it.
func TestEveryInstantIsFoundOnTheClock(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "Pacific/Apia"} {
		z := &zone{location: location(t, name)}
		for range 20_000 {
			at := time.Date(1990, 1, 3, 0, 0, 0, 0, time.UTC).Unix() + random.Int64N(36*365*86_400)
			first, second, ok := z.instants(at + z.offset(at))
			if !ok || first != at && second != at {
				t.Fatalf("%s: the clock's time at %s leads to %d and %d", name, time.Unix(at, 0).UTC(), first, second)
			}
		}
	}
}

func TestCivilAgreesWithTheStandardLibrary(t *testing.T) {
	for year := int64(1899); year < 2110; year++ {
		for month := int64(1); month <= 12; month++ {
			for day := int64(1); day <= 31; day++ {
				want := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
				days, ok := civil(year, month, day)
				if exists := want.Day() == int(day); ok != exists || ok && days*86_400 != want.Unix() {
					t.Fatalf("%d-%d-%d: got %d %v", year, month, day, days, ok)
				}
			}
		}
	}
}

// FuzzTime: no text makes a panic, and what is accepted lies in the years that are allowed for.
func FuzzTime(f *testing.F) {
	for _, seed := range []string{"2026-03-02 09:15:01.5+01:00", "1772442901.26", "20260302091501", "2026/3/2T9:15Z", "", "."} {
		f.Add(seed, "%d.%m.%Y %H:%M:%S")
	}
	berlin := location(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text, format string) {
		formats := []TimeFormat{{}}
		if parsed, err := ParseTimeFormat(format); err == nil {
			formats = append(formats, parsed)
		}
		for _, format := range formats {
			got, err := format.parse([]byte(text), &zone{location: berlin})
			if year := time.UnixMicro(got.at).UTC().Year(); err == nil && (year < firstYear-1 || year > lastYear+1) {
				t.Fatalf("%q by %s is of the year %d", text, format, year)
			}
		}
	})
}

func BenchmarkTime(b *testing.B) {
	z := &zone{location: location(b, "Europe/Berlin")}
	text := []byte("2026-03-02 09:15:01")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (TimeFormat{}).parse(text, z); err != nil {
			b.Fatal(err)
		}
	}
}
