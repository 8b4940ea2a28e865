package acceptance

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/erlang"
)

// Sentences says in words what the test will do, for people to read before it starts.
func (d Design) Sentences() []string {
	p := d.Promise
	all := []string{
		fmt.Sprintf("To tell %s from %s blocking with %s confidence, and to succeed in %s of the tests, takes %s calls.",
			percent(p.Blocking), percent(p.Tolerated), percent(p.Confidence), percent(p.Power), count(d.Calls)),
		fmt.Sprintf("Blockings come in bursts: %s calls are worth 1 independent call.", figures(d.Inflation)),
		fmt.Sprintf("%s on %d circuits should block %s (Erlang B).", erlangs(d.Offered), d.Ports, percent(d.Expected)),
		fmt.Sprintf("The test takes %s: %s to fill the trunk, which starts empty, then %s at %s calls per second.",
			rounded(d.Total()), rounded(d.Warmup), rounded(d.Length), figures(d.CAPS)),
	}
	if d.Looks > 0 {
		all = append(all, fmt.Sprintf("It ends as soon as one of %d looks can tell, most often after two thirds of that; the error is kept over all looks.", d.Looks))
	}
	if d.Expected > p.Blocking {
		all = append(all, "The plan itself blocks more than promised: expect that it does not hold, or that the test cannot tell.")
	}
	return append(all, d.compression()...)
}

// compression says what shorter holding times change and what they do not.
func (d Design) compression() []string {
	if d.Compress == 1 {
		return nil
	}
	busyHour := d.busyHourHold()
	return []string{
		fmt.Sprintf("Calls hold a circuit for %s instead of %s: blocking depends on the erlangs alone and stays the same.",
			rounded(d.Hold), rounded(busyHour)),
		fmt.Sprintf("There are %s times as many calls per second, %s instead of %s: the trunk must take that rate.",
			figures(d.Compress), figures(d.CAPS), figures(d.Offered/busyHour.Seconds())),
		fmt.Sprintf("Set-up and ringing do not shrink: each 100 ms of them is %s instead of %s of one.",
			ofCall(0.1/d.Hold.Seconds()), percent(0.1/busyHour.Seconds())),
	}
}

// ofCall writes a share of a call, which may be longer than the call.
func ofCall(share float64) string {
	if share > 1 {
		return "as long as " + figures(share) + " calls"
	}
	return percent(share) + " of a call"
}

// PlanItself opens the sentence which says that a plan breaks its promise by the formula alone.
const PlanItself = "The plan itself cannot hold: "

// planBlocks says that the plan breaks the promise by the formula alone, or nothing.
func (j *Judgement) planBlocks() string {
	if j.Ports == 0 || j.Planned == 0 {
		return ""
	}
	formula, err := erlang.B(float64(j.Ports), j.Planned)
	if err != nil || formula <= j.Promise.Blocking {
		return ""
	}
	return fmt.Sprintf(PlanItself+"Erlang B says %s for %s at %s.", percent(formula), circuits(j.Ports), erlangs(j.Planned))
}

// circuits writes a number of circuits.
func circuits(n int) string {
	if n == 1 {
		return "1 circuit"
	}
	return count(uint64(n)) + " circuits"
}

func (j *Judgement) measured() string {
	share, _ := j.Blocking.Value()
	return fmt.Sprintf("%s of %s %s blocked (%s); with %s confidence%s blocking is between %s and %s",
		count(j.Blocking.Numerator), calls(j.Blocking.Denominator), was(j.Blocking.Numerator), percent(share),
		percent(j.Promise.Confidence), j.Look.phrase(), percent(j.Interval.Low), percent(j.Interval.High))
}

// phrase says at which look a sequential test was decided, or nothing.
func (l Look) phrase() string {
	if l.Number == 0 {
		return ""
	}
	return fmt.Sprintf(", kept over all looks (this is %d of %d),", l.Number, l.Of)
}

func (j *Judgement) whyHolds() string {
	return fmt.Sprintf("%s: not shown to be above the promised %s, and below the tolerated %s.",
		j.measured(), percent(j.Promise.Blocking), percent(j.Promise.Tolerated))
}

func (j *Judgement) whyNot() string {
	return fmt.Sprintf("%s: above the promised %s.", j.measured(), percent(j.Promise.Blocking))
}

func (j *Judgement) whyOpen() string {
	open := fmt.Sprintf("%s: neither above the promised %s nor below the tolerated %s.",
		j.measured(), percent(j.Promise.Blocking), percent(j.Promise.Tolerated))
	switch {
	case j.MoreCalls > 0:
		return fmt.Sprintf("%s About %s more calls should tell, if blocking stays as it is.", open, count(j.MoreCalls))
	case j.Interval.Unknown > 0:
		return fmt.Sprintf("%s More calls would not help while %s of them say nothing about capacity.", open, count(j.Interval.Unknown))
	}
	return open + " No number of calls would tell, if blocking stays as it is."
}

// againstFormula compares live calls with Erlang B in a sentence.
func (j *Judgement) againstFormula(ports int) string {
	formula := fmt.Sprintf("%s were offered, of which Erlang B blocks %s on %d circuits",
		erlangs(j.Offered), percent(j.Formula), ports)
	if j.Agreement == Agrees {
		return formula + ": live calls agree."
	}
	return fmt.Sprintf("%s: live calls do not agree, the trunk blocks like %s circuits.", formula, j.circuits())
}

// circuits says as how many circuits the trunk blocks, by both ends of the interval.
func (j *Judgement) circuits() string {
	least, err := erlang.ServersReal(j.Offered, j.Interval.High)
	if err != nil {
		return "other"
	}
	most, err := erlang.ServersReal(j.Offered, j.Interval.Low)
	if err != nil { // nothing was blocked
		return fmt.Sprintf("%.0f or more", math.Floor(least))
	}
	return fmt.Sprintf("%.0f to %.0f", math.Floor(least), math.Ceil(most))
}

// percent writes a share with three significant digits; one of less than a millionth is not worth them.
func percent(share float64) string {
	if share > 0 && share < 1e-6 {
		return "less than 0.0001 %"
	}
	return figures(100*share) + " %"
}

// percentOf writes a ratio with three significant digits.
func percentOf(numerator, denominator uint64) string {
	return percent(float64(numerator) / float64(denominator))
}

func erlangs(a float64) string { return figures(a) + " E" }

// figures writes a number with three significant digits, whole from 100 on.
func figures(x float64) string {
	if x >= 100 && x < 1e15 {
		return count(uint64(math.Round(x)))
	}
	if x > 0 && x < 1e-4 {
		return strings.TrimRight(strconv.FormatFloat(x, 'f', 2-int(math.Floor(math.Log10(x))), 64), "0")
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// count writes a whole number with a comma before every three digits.
func count(n uint64) string {
	if n < 1000 {
		return strconv.FormatUint(n, 10)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}

// rounded writes a duration without digits that nobody needs.
func rounded(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}
