package records

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TimeFormat says how the records write a time.
type TimeFormat struct {
	name string
	form form
	unit int64 // microseconds of one unit, for numbers since 1970
	text string
}

// form is the family of a time format.
type form int

const (
	automatic form = iota // 2026-03-02 09:15:01 and its relatives, or a number since 1970 of a plausible size
	numeric               // a number since 1970 of a known unit
	pattern               // as strptime reads it
)

var namedFormats = []TimeFormat{
	{name: "auto"},
	{name: "epoch", form: numeric, unit: 1e6},
	{name: "epoch-ms", form: numeric, unit: 1e3},
	{name: "epoch-us", form: numeric, unit: 1},
}

// directives are the parts of a pattern.
const directives = "YmdHMSfzbyIpTF%"

// ParseTimeFormat reads a time format as users write it: auto, epoch, epoch-ms, epoch-us, or a pattern of strptime's
// %Y %y %m %b %d %H %I %p %M %S %f %z %T %F %%. A pattern needs a date and a time of day.
func ParseTimeFormat(text string) (TimeFormat, error) {
	i := slices.IndexFunc(namedFormats, func(f TimeFormat) bool { return f.name == text })
	switch {
	case i >= 0:
		return namedFormats[i], nil
	case !strings.Contains(text, "%"):
		return TimeFormat{}, fmt.Errorf("must be auto, epoch, epoch-ms, epoch-us or a pattern such as %%d.%%m.%%Y %%H:%%M:%%S, got %q", text)
	}
	spelled := strings.NewReplacer("%%", "%%", "%T", "%H:%M:%S", "%F", "%Y-%m-%d").Replace(text)
	has := func(letters string) bool {
		return slices.ContainsFunc([]byte(letters), func(c byte) bool { return strings.Contains(spelled, "%"+string(c)) })
	}
	for rest := spelled; ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			break
		}
		if after == "" || !strings.Contains(directives, after[:1]) {
			known := strings.Join(strings.Split(directives, ""), " %")
			return TimeFormat{}, fmt.Errorf("has %%%.1s, which is none of %%%s, in %q", after, known, text)
		}
		rest = after[1:]
	}
	if !has("Yy") || !has("mb") || !has("d") || !has("HI") || !has("M") {
		return TimeFormat{}, fmt.Errorf("needs year, month, day, hour and minute, such as %%d.%%m.%%Y %%H:%%M:%%S, got %q", text)
	}
	return TimeFormat{name: text, form: pattern, text: spelled}, nil
}

// String returns the format as ParseTimeFormat reads it.
func (f TimeFormat) String() string {
	if f.name == "" {
		return "auto"
	}
	return f.name
}

// The years that are taken for the time of a call, and not for a slip or an unset clock.
const (
	firstYear = 1990
	lastYear  = 2099
)

// Why a text is no time.
var (
	errNoTime  = errors.New("no time")
	errSkipped = errors.New("skipped by the clocks")
	errYear    = errors.New("outside of the years")
)

// moment is a point of time being read.
type moment struct {
	year, month, day, hour, minute, second, micro int64
	zoned                                         bool
	offset                                        int64 // seconds ahead of UTC, when zoned
	afternoon, half                               bool  // pm; a clock of twelve hours
}

// parse reads a time. Times without an offset of their own are what a clock in the zone showed.
func (f TimeFormat) parse(text []byte, z *zone) (stamp, error) {
	text = trim(text)
	if f.form != pattern && len(text) > 0 && number(text) {
		return f.sinceEpoch(text)
	}
	var m moment
	var ok bool
	switch f.form {
	case numeric:
		return stamp{}, errNoTime
	case pattern:
		ok = m.match(text, f.text)
	default:
		ok = m.iso(text)
	}
	if !ok {
		return stamp{}, errNoTime
	}
	return m.stamp(z)
}

// stamp returns the instants of a moment.
func (m moment) stamp(z *zone) (stamp, error) {
	if m.half {
		if m.hour < 1 || m.hour > 12 {
			return stamp{}, errNoTime
		}
		if m.hour %= 12; m.afternoon {
			m.hour += 12
		}
	}
	days, ok := civil(m.year, m.month, m.day)
	if !ok || m.hour > 23 || m.minute > 59 || m.second > 60 {
		return stamp{}, errNoTime
	}
	if m.year < firstYear || m.year > lastYear {
		return stamp{}, errYear
	}
	wall := days*86_400 + m.hour*3600 + m.minute*60 + m.second
	if m.zoned {
		return stamp{at: (wall-m.offset)*1e6 + m.micro}, nil
	}
	first, second, ok := z.instants(wall)
	if !ok {
		return stamp{}, errSkipped
	}
	s := stamp{at: first*1e6 + m.micro}
	if second != 0 {
		s.again = second*1e6 + m.micro
	}
	return s, nil
}

// number says whether text is digits with at most one point, and not a date without separators.
func number(text []byte) bool {
	points := 0
	for _, c := range text {
		if c == '.' {
			points++
		} else if c < '0' || c > '9' {
			return false
		}
	}
	compact := len(text) == 14 && points == 0 && (text[0] == '1' && text[1] == '9' || text[0] == '2' && text[1] == '0')
	return points <= 1 && !compact
}

// sinceEpoch reads a number since 1970; without a known unit its size tells: 10 digits are seconds, 13 milliseconds,
// 16 microseconds and 19 nanoseconds until the year 2286.
func (f TimeFormat) sinceEpoch(text []byte) (stamp, error) {
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	if len(whole) == 0 || len(whole) > 19 {
		return stamp{}, errNoTime
	}
	var n int64
	for _, c := range whole {
		if n > (1<<63-10)/10 {
			return stamp{}, errNoTime
		}
		n = n*10 + int64(c-'0')
	}
	unit := f.unit
	switch {
	case f.form == numeric:
	case n < 1e11:
		unit = 1e6
	case n < 1e14:
		unit = 1e3
	case n < 1e17:
		unit = 1
	default:
		n, unit = n/1e3, 1
	}
	const first, last = (firstYear - 1970) * 31_556_952, (lastYear + 1 - 1970) * 31_556_952
	if seconds := n / (1e6 / unit); seconds < first || seconds > last {
		return stamp{}, errYear
	}
	part, scale := int64(0), unit
	for _, c := range fraction {
		scale /= 10
		part += int64(c-'0') * scale
	}
	return stamp{at: n*unit + part}, nil
}
