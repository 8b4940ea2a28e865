package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// unit writes a load of the search in words.
func (k *Knee) unit(load float64) string {
	if k.What == "ports" {
		return calls(load) + " at a time"
	}
	return calls(load) + " per second"
}

// answer says what was found.
func (k *Knee) answer() []string {
	var all []string
	switch {
	case k.Held == 0 && !k.judged():
		all = []string{"Nothing is known about the target: no load was judged."}
	case k.Held == 0:
		all = []string{"No load held: not even " + k.unit(k.least()) + "."}
	case k.Floor:
		all = []string{"The target holds at least " + k.unit(k.Held) + ": a floor, since no load that breaks was found."}
	default:
		all = []string{fmt.Sprintf("The target holds %s, and not %s.", k.unit(k.Held), decimal(*k.Broke, 2))}
	}
	if why := k.whyBroke(); why != "" {
		all = append(all, why)
	}
	all = append(all, k.End)
	if k.Required != nil {
		all = append([]string{k.required()}, all...)
	}
	if k.RFC != nil && k.RFC.Reduced {
		all = append(all, fmt.Sprintf("RFC 7502 algorithm, reduced N: %s sessions in each trial instead of 50,000.", count(k.RFC.Attempts)))
	}
	return all
}

// judged tells whether the verdict on any load was another than that it cannot be told.
func (k *Knee) judged() bool {
	return slices.ContainsFunc(k.Steps, func(s kneeStep) bool { return s.Verdict != acceptance.CannotTell })
}

func (k *Knee) required() string {
	switch required := k.unit(*k.Required); k.Verdict {
	case acceptance.Holds:
		return "The required " + required + " hold."
	case acceptance.DoesNotHold:
		return "The required " + required + " do not hold."
	default:
		return "Cannot tell whether the required " + required + " hold."
	}
}

// least returns the smallest load that was tried.
func (k *Knee) least() float64 {
	least := 0.0
	for i, s := range k.Steps {
		if i == 0 || s.Load < least {
			least = s.Load
		}
	}
	return least
}

// whyBroke says what broke at the smallest load that did, or where nothing could be told.
func (k *Knee) whyBroke() string {
	for _, s := range slices.Backward(k.Steps) {
		broke := s.Verdict == acceptance.DoesNotHold && (k.Broke == nil || s.Load == *k.Broke)
		open := s.Verdict == acceptance.CannotTell && k.Broke == nil && s.Load > k.Held // what held at another try is told
		if broke || open {
			return "At " + k.unit(s.Load) + ": " + strings.Join(s.Why, " ")
		}
	}
	return ""
}

// Document returns the report for people.
func (k *Knee) Document() Document {
	d := Document{Answer: k.Answer, Tables: []Table{k.stepTable(), k.limitTable()}}
	if k.RFC != nil {
		d.Tables = append(d.Tables, k.rfcTable())
	}
	held := fmt.Sprintf("each load was held for %s", passed(k.step.Seconds()))
	if k.RFC != nil {
		held = fmt.Sprintf("each load was held for %s sessions", count(k.RFC.Attempts))
	}
	d.Notes = []string{
		fmt.Sprintf("Largest load that was to be tried: %s, because %s.", decimal(k.Bound.Load, 2), k.Bound.Why),
		fmt.Sprintf("%s, %s, media %s; %s, %s from %s.", k.Target, held, k.media, k.Version, lasting(time.Duration(k.Duration*float64(time.Second))), k.Started.Format(time.RFC3339)),
	}
	return d
}

func (k *Knee) stepTable() Table {
	load := "calls/s"
	if k.What == "ports" {
		load = "at a time"
	}
	t := Table{Title: "Trials", Columns: []Column{
		{Name: "trial", Right: true}, {Name: load, Right: true}, {Name: "calls", Right: true}, {Name: "failed", Right: true}, {Name: "blocked", Right: true},
		{Name: "sent again", Right: true}, {Name: "pdd p95", Right: true}, {Name: "mos p5", Right: true}, {Name: "verdict"}, {Name: "why"},
	}}
	for i, s := range k.Steps {
		mos := "-"
		if s.MOS != nil {
			mos = decimal(*s.MOS, 2)
		}
		t.Rows = append(t.Rows, []string{count(i + 1), decimal(s.Load, 2), count(s.Calls), count(s.Failed), count(s.Blocked), count(s.Retransmitted),
			inMilliseconds(s.PDD, 1), mos, s.Verdict.String(), strings.Join(s.Why, " ")})
	}
	return t
}

func (k *Knee) limitTable() Table {
	l := k.Limits
	t := Table{Title: "Limits", Columns: []Column{{Name: "a load holds as long as"}, {Name: "limit", Right: true}}}
	add := func(name, limit string) { t.Rows = append(t.Rows, []string{name, limit}) }
	add("calls that fail", "at most "+percent(l.Failed))
	add("calls that are blocked", "at most "+percent(l.Blocking))
	if l.Retransmissions != nil {
		add("messages sent again, by calls", "at most "+percent(*l.Retransmissions))
	}
	if l.Establish != nil {
		add("answer", "within "+passed(*l.Establish))
	}
	if l.PDD != nil {
		add("post-dial delay of 95 % of the calls", "below "+passed(*l.PDD))
	}
	if l.MOS != nil {
		add("MOS of 95 % of the calls", "at least "+decimal(*l.MOS, 2))
	}
	return t
}

// rfcTable is the report of RFC 7502 section 5.1.
func (k *Knee) rfcTable() Table {
	r := k.RFC
	threshold, rate := "none", "none held"
	if r.Threshold != nil {
		threshold = passed(*r.Threshold)
	}
	if r.Rate > 0 {
		rate = decimal(r.Rate, 0) + " /s"
	}
	return Table{
		Title:   "RFC 7502 section 5.1",
		Columns: []Column{{Name: "field"}, {Name: "value", Right: true}},
		Rows: [][]string{
			{"SIP transport protocol", r.Transport},
			{"connection reuse", r.Reuse},
			{"initial session attempt rate", count(r.InitialRate) + " /s"},
			{"rate increase", percent(r.Step)},
			{"session duration", passed(r.Duration)},
			{"sessions attempted in each trial", count(r.Attempts)},
			{"total sessions attempted", count(r.Total)},
			{"media streams per session", count(r.Streams)},
			{"associated media protocol", r.Media},
			{"codec", r.Codec},
			{"establishment threshold time", threshold},
			{"session establishment rate", rate},
		},
	}
}
