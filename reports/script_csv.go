package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// sippTime is how SIPp writes an instant: date, time of day, seconds since 1970.
const sippTime = "2006-01-02\t15:04:05.000000"

// WriteScriptStatistics writes what a script counted in the columns of SIPp's statistics file: the names,
// then one line. Columns of a period, (P), hold the whole run, as the one period that there is. rate is the
// rate that calls were to be placed at, per second.
func WriteScriptStatistics(w io.Writer, s *measure.Script, started time.Time, elapsed time.Duration, rate float64) error {
	var names, values []string
	add := func(name, value string) { names, values = append(names, name), append(values, value) }
	both := func(name, value string) { add(name+"(P)", value); add(name+"(C)", value) }
	number := func(name string, n uint64) { both(name, strconv.FormatUint(n, 10)) }
	at := func(t time.Time) string {
		return fmt.Sprintf("%s\t%.6f", t.Format(sippTime), float64(t.UnixMicro())/1e6)
	}
	created := s.Incoming + s.Outgoing
	add("StartTime", at(started))
	add("LastResetTime", at(started))
	add("CurrentTime", at(started.Add(elapsed)))
	both("ElapsedTime", sippDuration(elapsed))
	add("TargetRate", decimal(rate, 3))
	both("CallRate", decimal(float64(created)/max(elapsed.Seconds(), 1e-3), 3))
	number("IncomingCall", s.Incoming)
	number("OutgoingCall", s.Outgoing)
	add("TotalCallCreated", strconv.FormatUint(created, 10))
	add("CurrentCall", strconv.FormatUint(created-min(created, s.Successful+s.Failed), 10))
	number("SuccessfulCall", s.Successful)
	number("FailedCall", s.Failed)
	for f := measure.FailedCannotSendMessage; f <= measure.FailedStrcmpShouldntMatch; f++ {
		number(f.String(), s.Failures[f])
	}
	number("OutOfCallMsgs", s.OutOfCall)
	number("DeadCallMsgs", s.DeadCallMessages)
	number("Retransmissions", s.Retransmissions)
	number("AutoAnswered", s.AutoAnswered)
	number("Warnings", s.Warnings)
	for _, never := range []string{"FatalErrors", "WatchdogMajor", "WatchdogMinor"} {
		number(never, 0)
	}
	for i := range s.Times {
		both("ResponseTime"+s.Times[i].Name, sippDuration(s.Times[i].Mean()))
		both("ResponseTime"+s.Times[i].Name+"StDev", sippDuration(s.Times[i].StdDev()))
	}
	both("CallLength", sippDuration(s.CallLength.Mean()))
	both("CallLengthStDev", sippDuration(s.CallLength.StdDev()))
	for _, counter := range s.Counters {
		number(counter.Name, counter.Count)
	}
	for i := range s.Times {
		repartition(add, "ResponseTimeRepartition"+s.Times[i].Name, &s.Times[i].Histogram, s.ResponseBounds)
	}
	repartition(add, "CallLengthRepartition", &s.CallLength, s.LengthBounds)
	_, err := fmt.Fprintf(w, "%s;\n%s;\n", strings.Join(names, ";"), strings.Join(values, ";"))
	return err
}

// repartition adds how many durations fall below each bound, and how many above the last.
func repartition(add func(name, value string), title string, h *measure.Histogram, bounds []time.Duration) {
	if len(bounds) == 0 {
		return
	}
	add(title, "")
	left := h.Count()
	for _, bound := range bounds {
		above := h.Above(bound - time.Microsecond)
		add(fmt.Sprintf("%s_<%d", title, bound.Milliseconds()), strconv.FormatUint(left-min(left, above), 10))
		left = min(left, above)
	}
	add(fmt.Sprintf("%s_>=%d", title, bounds[len(bounds)-1].Milliseconds()), strconv.FormatUint(left, 10))
}

// sippDuration writes a duration as hours, minutes, seconds and microseconds.
func sippDuration(d time.Duration) string {
	d = max(0, d)
	return fmt.Sprintf("%02d:%02d:%02d:%06d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Microseconds()%1_000_000)
}
