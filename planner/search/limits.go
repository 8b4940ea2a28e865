package search

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

// Limits are what a load must keep to count as held. The zero value allows nothing to fail, as RFC 7502 wants it, and
// asks for no quality.
type Limits struct {
	Failed          float64       // share of the calls that may fail: 0 to 1
	Blocking        float64       // share of the calls that may be blocked; blocked calls fail, too
	Establish       time.Duration // an answer after this time is a failure (RFC 7501, Establishment Threshold Time); 0 for none
	PDD             time.Duration // post-dial delay that 95 % of the calls keep below; 0 for none
	MOS             float64       // mean opinion score that 95 % of the calls reach; 0 for none
	Retransmissions float64       // messages sent again by calls; negative for no limit
}

// Measured is what a trial measured.
type Measured struct {
	Calls         uint64 // offered
	CAPS          float64
	Answered      uint64
	Failed        uint64 // not answered, answered too late, or not ended as planned
	Blocked       uint64
	Slow          uint64 // of Failed: answered after the threshold
	Retransmitted uint64 // messages that had to be sent again
	PDD           time.Duration
	PDDKnown      bool
	MOS           float64
	MOSKnown      bool
}

// Judge says whether a load held, from what was measured over a window in which its calls arrived and the health of
// the generator. What a limited generator saw cannot be told.
func (l Limits) Judge(m *measure.Measurement, window time.Duration, health measure.Health) Outcome {
	out := Outcome{Measured: l.measure(m, window)}
	if err := m.CheckAccounting(); err != nil {
		out.Why = []string{"The accounting does not close: " + err.Error() + "."}
		return out
	}
	for _, check := range health.OfCalls().Limited() {
		out.Why = append(out.Why, "The generator was the limit: "+check.Why+".")
	}
	if m.Requests() == 0 {
		out.Why = append(out.Why, "No call was offered.")
	}
	if len(out.Why) > 0 {
		return out
	}
	unknown := l.quality(&out, health)
	switch {
	case len(out.Why) > 0:
		out.Verdict = acceptance.DoesNotHold
	case len(unknown) > 0:
		out.Why = unknown
	default:
		out.Verdict = acceptance.Holds
	}
	return out
}

func (l Limits) measure(m *measure.Measurement, window time.Duration) Measured {
	d := Measured{
		Calls: m.Offered, Answered: m.Outcomes[measure.Answered], Blocked: m.Outcomes[measure.Blocked],
		PDD: m.Delays[measure.PDD].Quantile(acceptance.PDDQuantile), PDDKnown: m.Delays[measure.PDD].Count() > 0,
		MOS: m.Media.Heard.MOS.Quantile(acceptance.MOSQuantile), MOSKnown: m.Media.Heard.MOS.Count() > 0,
	}
	if window > 0 {
		d.CAPS = float64(m.Started) / window.Seconds()
	}
	if l.Establish > 0 {
		d.Slow = m.Delays[measure.AnswerTime].Above(l.Establish)
	}
	d.Failed = m.Bids() - min(m.Bids(), d.Answered) + d.Slow + m.Dropped
	for _, n := range m.Retransmissions[measure.Sent] {
		d.Retransmitted += n
	}
	return d
}

// quality adds a sentence for each limit that was broken, and returns one for each that could not be looked at.
func (l Limits) quality(out *Outcome, health measure.Health) (unknown []string) {
	d := out.Measured
	broken := func(is bool, format string, args ...any) {
		if is {
			out.Why = append(out.Why, fmt.Sprintf(format, args...))
		}
	}
	broken(share(d.Failed, d.Calls) > l.Failed, "%d of %s failed (%s), %d of them blocked; %s may.",
		d.Failed, calls(d.Calls), percent(share(d.Failed, d.Calls)), d.Blocked, percent(l.Failed))
	broken(share(d.Blocked, d.Calls) > l.Blocking && share(d.Failed, d.Calls) <= l.Failed, "%d of %s were blocked (%s); %s may be.",
		d.Blocked, calls(d.Calls), percent(share(d.Blocked, d.Calls)), percent(l.Blocking))
	broken(l.Retransmissions >= 0 && share(d.Retransmitted, d.Calls) > l.Retransmissions, "%d messages of %s had to be sent again; %s of the calls may.",
		d.Retransmitted, calls(d.Calls), percent(l.Retransmissions))
	broken(l.PDD > 0 && d.PDD > l.PDD, "5 %% of the calls had a post-dial delay of %s or more; the limit is %s.", d.PDD.Round(time.Millisecond/10), l.PDD)
	if l.PDD > 0 && !d.PDDKnown {
		unknown = append(unknown, "No call rang, so nothing is known of post-dial delay.")
	}
	if l.MOS == 0 {
		return unknown
	}
	if limited := health.OfMedia().Limited(); len(limited) > 0 {
		return append(unknown, "What calls sounded like cannot be told: "+limited[0].Why+".")
	}
	broken(d.MOSKnown && d.MOS < l.MOS, "5 %% of the calls had a MOS of %.2f or less; the limit is %.2f.", d.MOS, l.MOS)
	if !d.MOSKnown {
		unknown = append(unknown, "No call had a score, so nothing is known of MOS.")
	}
	return unknown
}

// calls writes a number of calls.
func calls(n uint64) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
