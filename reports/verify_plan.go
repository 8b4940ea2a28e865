package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/sim"
	"github.com/sipplan/sipplan/reports/gate"
)

// PlanVerificationSchema names the form of PlanVerification. Within a version, keys are only ever added;
// reports/schema/verify-1.json describes it.
const PlanVerificationSchema = "sipplan.verify/1"

// StreamResult is what a finished test of a stream of calls hands over.
type StreamResult struct {
	Stream    acceptance.Stream
	Run       *Run
	Judgement acceptance.Judgement
	Measured  *measure.Measurement
	Window    time.Duration
}

// PlanResult is what the test of a plan hands over.
type PlanResult struct {
	Plan      string // name of the file
	Version   string
	Streams   []StreamResult
	Simulated *sim.Result // nil if nothing was simulated
	Skipped   []string    // names of the streams that were not tested
	LeftOut   []string    // fields of the plan that neither the calls nor their simulation follow
	Compress  float64
}

// PlanVerification is the report on a plan's trunk groups: formula, simulation and live calls side by side.
type PlanVerification struct {
	Schema      string        `json:"schema"`
	Plan        string        `json:"plan"`
	Version     string        `json:"version"`
	Verdict     gate.Verdict  `json:"verdict"`
	Why         []string      `json:"why"`
	Interrupted bool          `json:"interrupted"`
	Compress    float64       `json:"compress"`
	Groups      []GroupRow    `json:"groups"`
	Streams     []StreamRow   `json:"streams"`
	Skipped     []string      `json:"not_tested"`
	LeftOut     []string      `json:"left_out"`   // fields of the plan that neither live nor simulated calls follow
	Simulation  *simulationOf `json:"simulation"` // null if nothing was simulated
	Runs        []*Run        `json:"runs"`       // in the order of the streams
}

type simulationOf struct {
	Seed         uint64 `json:"seed"`
	Replications int    `json:"replications"`
	Calls        int64  `json:"calls"`
}

// GroupRow is one trunk group.
type GroupRow struct {
	Name       string     `json:"name"`
	Streams    []string   `json:"streams"` // whose calls try it
	Ports      int        `json:"ports"`
	Targets    []string   `json:"targets"`
	Formula    Instrument `json:"formula"`
	By         string     `json:"formula_by"`
	Simulation Instrument `json:"simulation"`
	Live       Instrument `json:"live"`
}

// Instrument is what one instrument says of a trunk group; null is not known.
type Instrument struct {
	Offered  *float64 `json:"offered_erlangs"`
	Carried  *float64 `json:"carried_erlangs"`
	Calls    uint64   `json:"calls"`
	Blocking *float64 `json:"blocking_ratio"`
	Low      *float64 `json:"blocking_ratio_low"`
	High     *float64 `json:"blocking_ratio_high"`
}

// StreamRow is the promise to the calls of a route or place.
type StreamRow struct {
	Name     string             `json:"name"`
	Promised float64            `json:"promised_blocking_ratio"`
	Erlangs  float64            `json:"offered_erlangs"`
	Formula  float64            `json:"formula_blocking_ratio"`
	By       string             `json:"formula_by"`
	Live     Instrument         `json:"live"`
	Verdict  acceptance.Verdict `json:"verdict"`
	Why      []string           `json:"why"`
}

// NewPlanVerification makes the report.
func NewPlanVerification(r PlanResult) *PlanVerification {
	p := &PlanVerification{Schema: PlanVerificationSchema, Plan: printable(r.Plan), Version: r.Version, Compress: rounded(r.Compress),
		Why: []string{}, Groups: []GroupRow{}, Streams: []StreamRow{}, Skipped: append([]string{}, r.Skipped...), LeftOut: append([]string{}, r.LeftOut...), Runs: []*Run{}}
	if r.Simulated != nil {
		p.Simulation = &simulationOf{r.Simulated.Settings.Seed, r.Simulated.Windows, r.Simulated.Calls}
	}
	for _, s := range r.Streams {
		p.Runs = append(p.Runs, s.Run)
		p.Interrupted = p.Interrupted || s.Run.Interrupted
		p.Streams = append(p.Streams, newStreamRow(s))
		for _, g := range s.Stream.Groups {
			if !slices.ContainsFunc(p.Groups, func(row GroupRow) bool { return row.Name == g.Name }) {
				p.Groups = append(p.Groups, newGroupRow(g, r))
			}
		}
	}
	p.decide()
	return p
}

func newStreamRow(s StreamResult) StreamRow {
	a := s.Run.Acceptance
	return StreamRow{
		Name: s.Stream.Name, Promised: a.Promise.Blocking, Erlangs: rounded(s.Stream.Erlangs), Formula: rounded(s.Stream.Formula), By: s.Stream.By,
		Live:    Instrument{&a.Live.Offered, a.Live.Carried, a.Live.Calls, a.Live.Blocking, a.Live.Low, a.Live.High},
		Verdict: a.Verdict, Why: a.Why,
	}
}

func newGroupRow(g acceptance.Group, r PlanResult) GroupRow {
	row := GroupRow{Name: g.Name, Ports: g.Ports, By: g.By, Formula: Instrument{
		Offered: known(rounded(g.Offered), true), Carried: known(rounded(g.Offered*(1-g.Formula)), true), Blocking: known(rounded(g.Formula), true),
	}}
	for _, unit := range g.Units {
		row.Targets = append(row.Targets, unit.Name)
	}
	var all []StreamResult // whose calls try the group
	for _, s := range r.Streams {
		if slices.ContainsFunc(s.Stream.Groups, func(other acceptance.Group) bool { return other.Name == g.Name }) {
			row.Streams, all = append(row.Streams, s.Stream.Name), append(all, s)
		}
	}
	if len(all) == 1 && len(all[0].Stream.Groups) == 1 {
		row.Live = newStreamRow(all[0]).Live
	} else {
		row.Live = liveOf(g, all)
	}
	if r.Simulated != nil {
		row.Simulation = simulationOfGroup(r.Simulated, g.Name)
	}
	return row
}

// liveOf adds up what live calls met at the gateways of a trunk group that is one of several. Calls try its gateways in
// order, so that all that come to the group try the first one, and those that find it full are blocked by the last.
func liveOf(g acceptance.Group, streams []StreamResult) Instrument {
	var tries, blocked uint64
	var offered, carried float64
	inflation, confidence := 1.0, acceptance.DefaultConfidence
	for _, s := range streams {
		var met []*measure.Trunk
		for i := range s.Measured.Trunks {
			t := &s.Measured.Trunks[i]
			if slices.ContainsFunc(g.Units, func(u acceptance.Unit) bool { return u.Name == t.Name }) {
				met = append(met, t)
				erl, _ := t.CarriedErlangs(s.Window)
				carried += erl
			}
		}
		if len(met) == 0 || s.Measured.Seized == 0 || s.Window <= 0 {
			continue
		}
		tries, blocked = tries+met[0].Tries, blocked+met[len(met)-1].Outcomes[measure.Blocked]
		hold := s.Measured.CircuitTime.Seconds() / float64(s.Measured.Seized)
		offered += float64(met[0].Tries) / s.Window.Seconds() * hold
		inflation, confidence = max(inflation, s.Judgement.Interval.Inflation), s.Judgement.Promise.Confidence
	}
	live := Instrument{Calls: tries, Offered: known(rounded(offered), tries > 0), Carried: known(rounded(carried), tries > 0)}
	if i, defined := acceptance.Share(blocked, tries, inflation, confidence); defined {
		live.Blocking, live.Low, live.High = known(rounded(float64(blocked)/float64(tries)), true), known(rounded(i.Low), true), known(rounded(i.High), true)
	}
	return live
}

func simulationOfGroup(r *sim.Result, name string) Instrument {
	for _, g := range r.Groups {
		if g.Name == name {
			value := func(e sim.Estimate) *float64 { return known(rounded(e.Value), e.Known) }
			return Instrument{
				Offered: value(g.OfferedErlangs), Carried: value(g.Carried), Calls: g.Measurement.Offered, Blocking: value(g.Blocking),
				Low: known(rounded(g.Blocking.Low), g.Blocking.Known), High: known(rounded(g.Blocking.High), g.Blocking.Known),
			}
		}
	}
	return Instrument{}
}

// decide makes the verdict that of the worst stream, and says why.
func (p *PlanVerification) decide() {
	failed, open := false, len(p.Streams) == 0
	if open {
		p.Why = append(p.Why, "Nothing was tested.")
	}
	for _, s := range p.Streams {
		failed, open = failed || s.Verdict == acceptance.DoesNotHold, open || s.Verdict == acceptance.CannotTell
		if s.Verdict != acceptance.Holds && len(s.Why) > 0 {
			p.Why = append(p.Why, s.Name+": "+s.Why[0])
		}
	}
	for i, r := range p.Runs {
		for _, g := range r.Gates {
			failed, open = failed || g.Verdict == gate.Fail, open || g.Verdict == gate.Inconclusive
			if g.Verdict != gate.Pass {
				p.Why = append(p.Why, p.Streams[i].Name+": gate "+g.Rule+": "+g.Reason+".")
			}
		}
	}
	switch {
	case failed:
		p.Verdict = gate.Fail
	case !open:
		p.Verdict = gate.Pass
	}
}

// Outcome returns the verdict, and whether somebody ended the test.
func (p *PlanVerification) Outcome() (gate.Verdict, bool) { return p.Verdict, p.Interrupted }

// WriteHTML writes the report as a page with a chart.
func (p *PlanVerification) WriteHTML(w io.Writer) error {
	most := 0.0
	for _, g := range p.Groups {
		most = max(most, largest(g.Formula.Blocking, g.Simulation.High, g.Live.High, g.Live.Blocking))
	}
	for _, s := range p.Streams {
		most = max(most, s.Promised)
	}
	c := newBlockingChart(1.1 * min(most, 1))
	for _, g := range p.Groups {
		from := c.Height
		c.add(g.Name+": formula", "formula", g.Formula.Blocking, nil, nil)
		c.add(g.Name+": simulation", "simulation", g.Simulation.Blocking, g.Simulation.Low, g.Simulation.High)
		c.add(g.Name+": live", "live", g.Live.Blocking, g.Live.Low, g.Live.High)
		c.group(from, p.promised(g))
	}
	return writePage(w, blockingPage, page{"Verification of " + p.Plan, p.Document(), c})
}

// promised returns the promise to the only stream of calls to a trunk group that tries no other, else 0.
func (p *PlanVerification) promised(g GroupRow) float64 {
	for _, s := range p.Streams {
		if len(g.Streams) == 1 && s.Name == g.Streams[0] {
			others := slices.ContainsFunc(p.Groups, func(other GroupRow) bool { return other.Name != g.Name && slices.Contains(other.Streams, s.Name) })
			if !others {
				return s.Promised
			}
		}
	}
	return 0
}

// WriteCSV writes the trunk groups and the promises as tables.
func (p *PlanVerification) WriteCSV(w io.Writer) error { return p.Document().Write(w, CSV) }

// WriteJUnit writes a test for each stream of calls.
func (p *PlanVerification) WriteJUnit(w io.Writer) error {
	seconds, calls, started := 0.0, uint64(0), time.Time{}
	var cases []junitCase
	for i, s := range p.Streams {
		c := junitCase{ClassName: "sipplan.verify", Name: s.Name + " holds its promise of " + percent(s.Promised) + " blocking", Time: "0.000",
			Output: fmt.Sprintf("blocking measured %s, interval %s, calls %s", share(s.Live.Blocking), interval(s.Live.Low, s.Live.High), count(s.Live.Calls))}
		switch why := strings.Join(s.Why, " "); s.Verdict {
		case acceptance.DoesNotHold:
			c.Failure = &junitProblem{s.Verdict.String(), why}
		case acceptance.CannotTell:
			c.Error = &junitProblem{s.Verdict.String(), why}
		}
		cases = append(cases, c)
		seconds, calls, started = max(seconds, p.Runs[i].Duration), calls+p.Runs[i].Totals.Offered, p.Runs[i].Started
	}
	return writeSuite(w, "sipplan.verify", seconds, started, cases, []junitProperty{{"version", p.Version}, {"plan", p.Plan}, {"calls", count(calls)}})
}
