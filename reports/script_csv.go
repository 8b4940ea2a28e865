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

// ScriptStatistics writes what a script counts in the columns of SIPp's statistics file: their names, then a line for
// each period. Columns of a period end in (P), those of the run so far in (C).
type ScriptStatistics struct {
	to      io.Writer
	rate    float64
	started time.Time
	last    time.Duration // end of the last period
	err     error
}

// NewScriptStatistics returns statistics that are written to a writer. rate is the rate that calls are to be placed
// at, per second, or the number of users who make them, which SIPp writes in its place.
func NewScriptStatistics(to io.Writer, rate float64) *ScriptStatistics {
	return &ScriptStatistics{to: to, rate: rate}
}

// Err returns what went wrong with writing, after which nothing more was written.
func (w *ScriptStatistics) Err() error { return w.err }

// Write writes the line of a period that ends now, elapsed from the start of the run.
func (w *ScriptStatistics) Write(elapsed time.Duration, period, total *measure.Script) {
	var t statistics
	first := w.started.IsZero()
	if first {
		w.started = time.Now().Add(-elapsed)
	}
	w.times(&t, period, total, elapsed)
	t.calls(period, total)
	for i := range total.Times {
		p, c := &period.Times[i], &total.Times[i]
		t.both("ResponseTime"+c.Name, sippDuration(p.Mean()), sippDuration(c.Mean()))
		t.both("ResponseTime"+c.Name+"StDev", sippDuration(p.StdDev()), sippDuration(c.StdDev()))
	}
	t.both("CallLength", sippDuration(period.CallLength.Mean()), sippDuration(total.CallLength.Mean()))
	t.both("CallLengthStDev", sippDuration(period.CallLength.StdDev()), sippDuration(total.CallLength.StdDev()))
	for i, counter := range total.Counters {
		t.number(counterColumn(counter.Name), period.Counters[i].Count, counter.Count)
	}
	for i := range total.Times {
		t.repartition("ResponseTimeRepartition"+total.Times[i].Name, &total.Times[i].Histogram, total.ResponseBounds)
	}
	t.repartition("CallLengthRepartition", &total.CallLength, total.LengthBounds)
	w.last = elapsed
	if first {
		w.line(t.names)
	}
	w.line(t.values)
}

func (w *ScriptStatistics) line(cells []string) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.to, "%s;\n", strings.Join(cells, ";"))
	}
}

// statistics are the columns of the file and what stands in them.
type statistics struct{ names, values []string }

func (t *statistics) add(name, value string) {
	t.names, t.values = append(t.names, name), append(t.values, value)
}

// both adds the column of the period and that of the whole run.
func (t *statistics) both(name, period, total string) {
	t.add(name+"(P)", period)
	t.add(name+"(C)", total)
}

func (t *statistics) number(name string, period, total uint64) {
	t.both(name, strconv.FormatUint(period, 10), strconv.FormatUint(total, 10))
}

// times adds when the period was and how fast it went.
func (w *ScriptStatistics) times(t *statistics, period, total *measure.Script, elapsed time.Duration) {
	at := func(elapsed time.Duration) string {
		t := w.started.Add(elapsed)
		return fmt.Sprintf("%s\t%.6f", t.Format(sippTime), float64(t.UnixMicro())/1e6)
	}
	rate := func(s *measure.Script, lasted time.Duration) string {
		return decimal(float64(s.Incoming+s.Outgoing)/max(lasted.Seconds(), 1e-3), 3)
	}
	t.add("StartTime", at(0))
	t.add("LastResetTime", at(w.last))
	t.add("CurrentTime", at(elapsed))
	t.both("ElapsedTime", sippSeconds(elapsed-w.last), sippSeconds(elapsed))
	t.add("TargetRate", decimal(w.rate, 3))
	t.both("CallRate", rate(period, elapsed-w.last), rate(total, elapsed))
}

// calls adds what became of the calls.
func (t *statistics) calls(p, c *measure.Script) {
	created := c.Incoming + c.Outgoing
	t.number("IncomingCall", p.Incoming, c.Incoming)
	t.number("OutgoingCall", p.Outgoing, c.Outgoing)
	t.add("TotalCallCreated", strconv.FormatUint(created, 10))
	t.add("CurrentCall", strconv.FormatUint(created-min(created, c.Successful+c.Failed), 10))
	t.number("SuccessfulCall", p.Successful, c.Successful)
	t.number("FailedCall", p.Failed, c.Failed)
	for f := measure.FailedCannotSendMessage; f <= measure.FailedStrcmpShouldntMatch; f++ {
		t.number(f.String(), p.Failures[f], c.Failures[f])
	}
	t.number("OutOfCallMsgs", p.OutOfCall, c.OutOfCall)
	t.number("DeadCallMsgs", p.DeadCallMessages, c.DeadCallMessages)
	t.number("Retransmissions", p.Retransmissions, c.Retransmissions)
	t.number("AutoAnswered", p.AutoAnswered, c.AutoAnswered)
	t.number("Warnings", p.Warnings, c.Warnings)
	for _, never := range []string{"FatalErrors", "WatchdogMajor", "WatchdogMinor"} {
		t.number(never, 0, 0)
	}
}

// counterColumn returns how SIPp names the column of a counter: one that is but a number gets a word before it.
func counterColumn(name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return "GenericCounter" + name
	}
	return name
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
	return fmt.Sprintf("%s:%06d", sippSeconds(d), max(0, d).Microseconds()%1_000_000)
}

// sippSeconds writes hours, minutes and whole seconds.
func sippSeconds(d time.Duration) string {
	d = max(0, d)
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}
