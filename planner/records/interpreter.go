package records

import (
	"errors"
	"time"
)

// interpreter makes calls of rows. It is used by one goroutine.
type interpreter struct {
	layout
	format  TimeFormat
	zone    *zone // that times without an offset are in
	kind    string
	peers   bool
	longest int64 // microseconds

	doubtful int // calls whose times are in an hour that the clock showed twice
	unequal  int // calls whose end is not where the duration says
}

// The reasons for which a row is no call.
const (
	badColumns  Reason = "wrong number of columns"
	badKind     Reason = "not the record of a call"
	NoTime      Reason = "start is no time"
	badEnd      Reason = "end is no time"
	badAnswer   Reason = "answer is no time"
	badDuration Reason = "duration is no number of seconds"
	SkippedTime Reason = "time that the clocks skipped in this time zone"
	badYear     Reason = "time outside of 1990 to 2099"
	noStart     Reason = "no start"
	noEnd       Reason = "neither end nor duration"
	badOrder    Reason = "ends before it starts"
	badBetween  Reason = "answered before it starts or after it ends"
	badLength   Reason = "lasts longer than a call may"
	badRoom     Reason = "more days than can be measured at a time"
)

// complaint is why a row is bad, and the text that is.
type complaint struct {
	reason Reason
	value  []byte
}

// call makes a call of a row.
func (in *interpreter) call(fields [][]byte, call *Call) (complaint, bool) {
	if bad, ok := in.check(fields); !ok {
		return bad, false
	}
	start, bad, ok := in.time(fields, Start, NoTime)
	if !ok {
		return bad, false
	}
	if start == (stamp{}) {
		return complaint{noStart, nil}, false
	}
	end, bad, ok := in.time(fields, End, badEnd)
	if !ok {
		return bad, false
	}
	answer, bad, ok := in.time(fields, Answer, badAnswer)
	if !ok {
		return bad, false
	}
	lasting, bad, ok := in.lasting(fields, Duration)
	if !ok {
		return bad, false
	}
	talking, bad, ok := in.lasting(fields, Talk)
	if !ok {
		return bad, false
	}
	if end == (stamp{}) && lasting < 0 && talking < 0 {
		return complaint{noEnd, nil}, false
	}
	*call = Call{}
	in.span(call, start, end, answer, lasting, talking)
	in.outcome(call, fields, answer, talking)
	return in.plausible(call, fields)
}

// check looks at the shape of a row.
func (in *interpreter) check(fields [][]byte) (complaint, bool) {
	short := len(fields) < in.least
	for i := in.most; i < len(fields); i++ {
		short = short || len(fields[i]) > 0
	}
	if short {
		return complaint{badColumns, fields[0]}, false
	}
	if kind := in.field(fields, Kind); in.kind != "" && string(kind) != in.kind {
		return complaint{badKind, kind}, false
	}
	return complaint{}, true
}

// time reads the time of a role. It is the zero stamp when the record has none.
func (in *interpreter) time(fields [][]byte, role Role, otherwise Reason) (stamp, complaint, bool) {
	field := in.field(fields, role)
	if missing(field) {
		return stamp{}, complaint{}, true
	}
	at, err := in.format.parse(field, in.zone)
	switch {
	case err == nil:
		return at, complaint{}, true
	case errors.Is(err, errSkipped):
		otherwise = SkippedTime
	case errors.Is(err, errYear):
		otherwise = badYear
	}
	return stamp{}, complaint{otherwise, field}, false
}

// lasting reads the microseconds of a role, which is written in seconds or as hh:mm:ss; -1 when the record has none.
func (in *interpreter) lasting(fields [][]byte, role Role) (int64, complaint, bool) {
	field := in.field(fields, role)
	if len(field) == 0 || missing(field) && field[0] != '0' {
		return -1, complaint{}, true
	}
	s := scanner{trim(field), true}
	n := s.digits(1, 9)
	for range 2 {
		if s.one(":") {
			n = n*60 + s.digits(2, 2)
		}
	}
	n *= 1e6
	if s.one(".") {
		n += s.micro()
	}
	if !s.ok || len(s.text) > 0 {
		return 0, complaint{badDuration, field}, false
	}
	return n, complaint{}, true
}

// span settles when a call began and ended. Where the clock showed a time twice, the duration decides, else that the
// call is short; without any sign it was the first time.
func (in *interpreter) span(call *Call, start, end, answer stamp, lasting, talking int64) {
	if end == (stamp{}) {
		call.Start = start.at
		in.doubtful += one(start.again != 0)
		switch {
		case lasting >= 0:
			call.End = start.at + lasting
		case answer != (stamp{}):
			call.End = answer.at + talking
		default:
			call.End = start.at + talking
		}
		return
	}
	call.Start, call.End = start.at, end.at
	if start.again != 0 || end.again != 0 {
		in.doubtful++
		call.Start, call.End = nearest(start, end, max(lasting, 0))
	}
	if lasting >= 0 && differ(call.End-call.Start, lasting) > 2e6 {
		in.unequal++
	}
}

// nearest returns the pair of times that lies nearest to so many microseconds apart, the earlier one in case of doubt.
func nearest(start, end stamp, lasting int64) (from, to int64) {
	from, to = start.at, end.at
	for _, s := range []int64{start.at, start.again} {
		for _, e := range []int64{end.at, end.again} {
			better := to < from || differ(e-s, lasting) < differ(to-from, lasting)
			if s != 0 && e != 0 && e >= s && better {
				from, to = s, e
			}
		}
	}
	return from, to
}

func differ(a, b int64) int64 { return max(a-b, b-a) }

// outcome settles whether and when a call was answered, and whether it met no circuit.
func (in *interpreter) outcome(call *Call, fields [][]byte, answer stamp, talking int64) {
	disposition := in.field(fields, Disposition)
	switch {
	case in.index[Answer] >= 0:
		call.Answered = answer != (stamp{})
		call.Answer = answer.at
		if answer.again != 0 && answer.at < call.Start {
			call.Answer = answer.again
		}
	case in.index[Talk] >= 0:
		call.Answered = talking > 0 || has(answeredWords, disposition)
		call.Answer = call.End - max(talking, 0)
	case in.index[Disposition] >= 0:
		call.Answered, call.Answer = has(answeredWords, disposition), call.Start
	default:
		call.Answered, call.Answer = true, call.Start
	}
	if !call.Answered {
		call.Answer = 0
		call.Blocked = has(blockedWords, disposition) || has(blockedWords, in.field(fields, Cause))
	}
}

// plausible refuses a call that cannot have been, and takes the difference of a second out that comes from rounding.
func (in *interpreter) plausible(call *Call, fields [][]byte) (complaint, bool) {
	const rounding = 1e6
	switch {
	case call.End < call.Start:
		return complaint{badOrder, in.field(fields, End)}, false
	case call.End-call.Start > in.longest:
		return complaint{badLength, []byte(time.Duration((call.End - call.Start) * 1e3).String())}, false
	case call.Answered && (call.Answer < call.Start-rounding || call.Answer > call.End+rounding):
		return complaint{badBetween, in.field(fields, Answer)}, false
	}
	if call.Answered {
		call.Answer = min(max(call.Answer, call.Start), call.End)
	}
	return complaint{}, true
}
