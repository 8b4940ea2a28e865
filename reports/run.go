package reports

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// RunSchema names the form of Run. Within a version, keys are only ever added; reports/schema/run-1.json
// describes it.
const RunSchema = "sipplan.run/1"

// RunResult is what a finished run hands over to be reported.
type RunResult struct {
	Command     string // blast or verify
	Version     string
	Started     time.Time     // of the first arrival
	Elapsed     time.Duration // to the last hang-up
	Seed        uint64
	Targets     []string
	Load        Load
	Window      time.Duration        // time in which the calls of Steady arrived
	Steady      *measure.Measurement // calls that count
	WarmUp      *measure.Measurement // calls before them; nil if there was no warm-up
	Health      measure.Health
	Interrupted bool
	Saving      *Saving // calls that were saved; nil if none was to be
	Halted      string  // why the run ended before its time, as when nobody could be called; empty if it did not
	Gates       []gate.Result
	Judgement   *acceptance.Judgement  // nil if no promise was tested
	DrillLimits acceptance.DrillLimits // of the drills in the measurement
	Script      *measure.Script        // nil unless a scenario file of SIPp was run
}

// Load is what was to be offered. Fields that were not set are left out.
type Load struct {
	Erlangs  float64 `json:"offered_erlangs,omitempty"`
	CAPS     float64 `json:"calls_per_second,omitempty"`
	AHT      float64 `json:"aht_seconds,omitempty"` // mean holding time, compressed
	Compress float64 `json:"compress,omitempty"`
	Calls    uint64  `json:"calls,omitempty"`
	Duration float64 `json:"duration_seconds,omitempty"`
	WarmUp   float64 `json:"warm_up_seconds,omitempty"`
	Arrivals string  `json:"arrivals,omitempty"`
	Hold     string  `json:"hold,omitempty"`
	Media    string  `json:"media,omitempty"`
	MaxCalls uint64  `json:"max_calls,omitempty"`
	Users    uint64  `json:"users,omitempty"`     // who call again as soon as their call is over; 0 for arrivals that wait for nobody
	Opens    string  `json:"opened_by,omitempty"` // method of the requests that begin the calls, "mixed" where there are several; empty for INVITE
}

// rounded returns the load with the digits that matter.
func (l Load) rounded() Load {
	for _, x := range []*float64{&l.Erlangs, &l.CAPS, &l.AHT, &l.Compress, &l.Duration, &l.WarmUp} {
		*x = rounded(*x)
	}
	return l
}

// Run is the report of a run: what JSON holds, and what every other rendering is made from. Ratios are
// from 0 to 1, and null where their denominator is 0.
type Run struct {
	Schema      string       `json:"schema"`
	Command     string       `json:"command"`
	Verdict     gate.Verdict `json:"verdict"`
	Why         []string     `json:"why"` // of the verdict, a sentence each
	Interrupted bool         `json:"interrupted"`
	Seed        uint64       `json:"seed"`
	Version     string       `json:"version"`
	Started     time.Time    `json:"started_at"`
	Duration    float64      `json:"duration_seconds"`
	Window      float64      `json:"window_seconds"` // in which the counted calls arrived
	Targets     []string     `json:"targets"`
	Load        Load         `json:"load"`

	Totals  Totals  `json:"totals"`  // all calls, those of the warm-up included
	Counted Totals  `json:"counted"` // calls after the warm-up: what follows is about them
	Traffic Traffic `json:"traffic"`
	Ratios  Ratios  `json:"ratios"`
	Delays  Delays  `json:"delays_ms"`
	SIP     SIP     `json:"sip"`
	RTP     *RTP    `json:"rtp"` // null when no call ran media
	Trunks  []Trunk `json:"trunks"`

	Mismatches []Mismatch `json:"mismatches"`      // what ended the calls of the class unexpected
	Flows      []Flow     `json:"flows,omitempty"` // only of a scenario that mixes several
	Drills     []Drill    `json:"drills"`
	Audio      *Audio     `json:"audio"` // what the calls heard; null when none ran media

	Saving     *Saving     `json:"saved_calls"` // null when none was to be saved
	Health     Health      `json:"health"`
	Gates      []Gate      `json:"gates"`
	Acceptance *Acceptance `json:"acceptance"`       // null when no promise was tested
	Script     *Script     `json:"script,omitempty"` // only when a scenario file of SIPp was run

	halted string // why the run ended before its time; empty if it did not
}

// NewRun makes the report of a result.
func NewRun(r RunResult) *Run {
	all := r.Steady.Clone()
	if r.WarmUp != nil {
		all.Merge(r.WarmUp)
	}
	run := &Run{
		Schema: RunSchema, Command: r.Command, Interrupted: r.Interrupted, Seed: r.Seed, Version: r.Version,
		Started: r.Started.UTC(), Duration: exact(r.Elapsed), Window: exact(r.Window),
		Targets: cleaned(r.Targets), Load: r.Load.rounded(),
		Totals: newTotals(all), Counted: newTotals(r.Steady),
		Traffic: newTraffic(r.Steady, r.Window), Ratios: newRatios(r), Delays: newDelays(r.Steady),
		SIP: newSIP(r.Steady), RTP: newRTP(&r.Steady.Media), Audio: newAudio(&r.Steady.Media),
		Mismatches: newMismatches(r.Steady), Flows: newFlows(r.Steady),
		Trunks: newTrunks(r.Steady, r.Window), Drills: newDrills(all, r.DrillLimits, r.Health),
		Saving: r.Saving.printable(),
		Health: newHealth(r.Health, all.CheckAccounting()), Gates: newGates(r.Gates),
		Acceptance: newAcceptance(r.Judgement, r.Steady.Requests()), halted: sentence(r.Halted),
		Script: NewScript(r.Script),
	}
	run.decide()
	return run
}

// Outcome returns the verdict, and whether somebody ended the run.
func (r *Run) Outcome() (gate.Verdict, bool) { return r.Verdict, r.Interrupted }

// decide sets the verdict of the run and says why: a broken rule or promise fails it, and it is
// inconclusive when one could not be decided, the generator was the limit of calls, the accounting does not
// close, it was interrupted, nobody could be called or no call was offered. Else calls that a scenario of SIPp
// says have failed fail it. How most calls ended goes before all other reasons.
func (r *Run) decide() {
	failed, open := r.rules()
	if faults := r.Health.why(); len(faults) > 0 {
		open = faults // the same fault leaves every gate open
	}
	if r.halted != "" {
		open = nil // for the rest there is no other reason than that of the headlines
	}
	if r.Interrupted {
		open = append(open, "The run was interrupted.")
	}
	if r.Totals.Offered == 0 {
		open = append(open, "No call was offered.")
	}
	switch {
	case len(failed) > 0:
		r.Verdict, r.Why = gate.Fail, slices.Concat(r.headlines(), failed, open)
	case len(open) > 0, r.halted != "":
		r.Verdict, r.Why = gate.Inconclusive, slices.Concat(r.headlines(), open)
	case r.Script != nil && r.Script.Failed > 0:
		r.Verdict, r.Why = gate.Fail, append(r.headlines(), r.Script.Sentence())
	default:
		r.Verdict, r.Why = gate.Pass, []string{}
	}
}

// rules returns a sentence for each gate, drill and promise that was broken, and for each that is open.
func (r *Run) rules() (failed, open []string) {
	failed, open = r.drillRules()
	if a := r.Acceptance; a != nil {
		switch a.Verdict {
		case acceptance.DoesNotHold:
			failed = append(failed, a.Why...)
		case acceptance.CannotTell:
			open = append(open, a.Why...)
		}
	}
	for _, g := range r.Gates {
		if g.Verdict == gate.Fail {
			failed = append(failed, "Gate "+g.Rule+": "+g.Reason+".")
		}
	}
	return failed, append(open, r.openGates()...)
}

// openGates returns a sentence for each reason that left gates open, such as a host that was too busy.
func (r *Run) openGates() []string {
	var reasons, sentences []string
	rules := map[string][]string{}
	for _, g := range r.Gates {
		if g.Verdict != gate.Inconclusive {
			continue
		}
		if rules[g.Reason] == nil {
			reasons = append(reasons, g.Reason)
		}
		rules[g.Reason] = append(rules[g.Reason], g.Rule)
	}
	for _, reason := range reasons {
		gates := "Gate "
		if len(rules[reason]) > 1 {
			gates = "Gates "
		}
		sentences = append(sentences, gates+strings.Join(rules[reason], ", ")+": "+reason+".")
	}
	return sentences
}

// sentence makes one of the text of an error, none of none.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return printable(strings.ToUpper(text[:1])+text[1:]) + "."
}

// cleaned returns texts without control characters, never nil.
func cleaned(texts []string) []string {
	clean := make([]string, len(texts))
	for i, text := range texts {
		clean[i] = printable(text)
	}
	return clean
}

// exact returns seconds to the microsecond, which is what is measured.
func exact(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// milliseconds returns a delay to the microsecond.
func milliseconds(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }

// rounded returns a number with six significant digits, more than any count of calls supports.
func rounded(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(x))))
	if math.IsInf(scale, 0) {
		return x
	}
	return math.Round(x*scale) / scale
}
