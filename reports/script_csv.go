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
	var t statistics
	t.times(s, started, elapsed, rate)
	t.calls(s)
	for i := range s.Times {
		t.both("ResponseTime"+s.Times[i].Name, sippDuration(s.Times[i].Mean()))
		t.both("ResponseTime"+s.Times[i].Name+"StDev", sippDuration(s.Times[i].StdDev()))
	}
	t.both("CallLength", sippDuration(s.CallLength.Mean()))
	t.both("CallLengthStDev", sippDuration(s.CallLength.StdDev()))
	for _, counter := range s.Counters {
		t.number(counter.Name, counter.Count)
	}
	for i := range s.Times {
		t.repartition("ResponseTimeRepartition"+s.Times[i].Name, &s.Times[i].Histogram, s.ResponseBounds)
	}
	t.repartition("CallLengthRepartition", &s.CallLength, s.LengthBounds)
	_, err := fmt.Fprintf(w, "%s;\n%s;\n", strings.Join(t.names, ";"), strings.Join(t.values, ";"))
	return err
}

// statistics are the columns of the file and what stands in them.
type statistics struct{ names, values []string }

func (t *statistics) add(name, value string) {
	t.names, t.values = append(t.names, name), append(t.values, value)
}

// both adds the column of the period and that of the whole run.
func (t *statistics) both(name, value string) {
	t.add(name+"(P)", value)
	t.add(name+"(C)", value)
}

func (t *statistics) number(name string, n uint64) { t.both(name, strconv.FormatUint(n, 10)) }

// times adds when the run was and how fast it went.
func (t *statistics) times(s *measure.Script, started time.Time, elapsed time.Duration, rate float64) {
	at := func(t time.Time) string {
		return fmt.Sprintf("%s\t%.6f", t.Format(sippTime), float64(t.UnixMicro())/1e6)
	}
	t.add("StartTime", at(started))
	t.add("LastResetTime", at(started))
	t.add("CurrentTime", at(started.Add(elapsed)))
	t.both("ElapsedTime", sippDuration(elapsed))
	t.add("TargetRate", decimal(rate, 3))
	t.both("CallRate", decimal(float64(s.Incoming+s.Outgoing)/max(elapsed.Seconds(), 1e-3), 3))
}

// calls adds what became of the calls.
func (t *statistics) calls(s *measure.Script) {
	created := s.Incoming + s.Outgoing
	t.number("IncomingCall", s.Incoming)
	t.number("OutgoingCall", s.Outgoing)
	t.add("TotalCallCreated", strconv.FormatUint(created, 10))
	t.add("CurrentCall", strconv.FormatUint(created-min(created, s.Successful+s.Failed), 10))
	t.number("SuccessfulCall", s.Successful)
	t.number("FailedCall", s.Failed)
	for f := measure.FailedCannotSendMessage; f <= measure.FailedStrcmpShouldntMatch; f++ {
		t.number(f.String(), s.Failures[f])
	}
	t.number("OutOfCallMsgs", s.OutOfCall)
	t.number("DeadCallMsgs", s.DeadCallMessages)
	t.number("Retransmissions", s.Retransmissions)
	t.number("AutoAnswered", s.AutoAnswered)
	t.number("Warnings", s.Warnings)
	for _, never := range []string{"FatalErrors", "WatchdogMajor", "WatchdogMinor"} {
		t.number(never, 0)
	}
}

// repartition adds how many durations fall below each bound, and how many above the last.
func (t *statistics) repartition(title string, h *measure.Histogram, bounds []time.Duration) {
	if len(bounds) == 0 {
		return
	}
	t.add(title, "")
	left := h.Count()
	for _, bound := range bounds {
		above := h.Above(bound - time.Microsecond)
		t.add(fmt.Sprintf("%s_<%d", title, bound.Milliseconds()), strconv.FormatUint(left-min(left, above), 10))
		left = min(left, above)
	}
	t.add(fmt.Sprintf("%s_>=%d", title, bounds[len(bounds)-1].Milliseconds()), strconv.FormatUint(left, 10))
}

// sippDuration writes a duration as hours, minutes, seconds and microseconds.
func sippDuration(d time.Duration) string {
	d = max(0, d)
	return fmt.Sprintf("%02d:%02d:%02d:%06d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Microseconds()%1_000_000)
}
