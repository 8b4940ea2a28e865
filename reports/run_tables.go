package reports

import "github.com/sipplan/sipplan/planner/measure"

// promiseTable sets the formula beside live calls.
func (r *Run) promiseTable() Table {
	a := r.Acceptance
	if a == nil {
		return Table{}
	}
	formula := Formula{}
	cell := func(text string) string {
		if a.Formula == nil {
			return "-"
		}
		return text
	}
	if a.Formula != nil {
		formula = *a.Formula
	}
	t := Table{
		Title:   "Promise",
		Columns: []Column{{Name: "figure"}, {Name: "promised", Right: true}, {Name: "formula", Right: true}, {Name: "live", Right: true}},
		Rows: [][]string{
			{"circuits", orDash(a.Promise.Ports > 0, count(a.Promise.Ports)), orDash(a.Promise.Ports > 0, count(a.Promise.Ports)), "-"},
			{"offered", orDash(a.Promise.Erlangs > 0, erlangs(a.Promise.Erlangs)), cell(erlangs(formula.Offered)), erlangs(a.Live.Offered)},
			{"carried", "-", cell(erlangs(formula.Carried)), orNone(a.Live.Carried)},
			{"calls", "-", "-", count(a.Live.Calls)},
			{"blocked", "-", "-", count(a.Live.Blocked)},
			{"blocking", percent(a.Promise.Blocking), cell(percent(formula.Blocking)), share(a.Live.Blocking)},
			{percent(a.Promise.Confidence) + " interval", "below " + percent(a.Promise.Tolerated), "-", interval(a.Live.Low, a.Live.High)},
			{"calls per second", a.promised("caps", perSecond), "-", orRate(r.Traffic.CAPS)},
			{"pdd, 95 %", a.promised("pdd", func(s float64) string { return "below " + passed(s) }), "-", inMilliseconds(r.Delays.PDD.P95, 1)},
		},
	}
	if r.Audio != nil && r.Audio.MOS != nil && r.Audio.MOS.P5 != nil {
		t.Rows = append(t.Rows, []string{"mos, 95 %", a.promised("mos", func(s float64) string { return "from " + decimal(s, 2) }), "-", decimal(*r.Audio.MOS.P5, 2)})
	}
	return t
}

// orRate writes calls per second, - where there were none.
func orRate(caps *float64) string {
	if caps == nil {
		return "-"
	}
	return figure(caps)
}

// promised writes a promise beside blocking, - if there is none.
func (a *Acceptance) promised(name string, text func(float64) string) string {
	for _, p := range a.Points {
		if p.Name == name {
			return text(p.Promised)
		}
	}
	return "-"
}

func (r *Run) gateTable() Table {
	t := Table{
		Title:   "Gates",
		Columns: []Column{{Name: "gate"}, {Name: "measured", Right: true}, {Name: "samples", Right: true}, {Name: "verdict"}},
	}
	for _, g := range r.Gates {
		t.Rows = append(t.Rows, []string{g.Rule, g.measured(), count(g.Samples), g.Verdict.String()})
	}
	return t
}

// outcomeTable shows every class that occurred and the sum that they add up to.
func (r *Run) outcomeTable() Table {
	warmUp := r.Totals.Offered != r.Counted.Offered
	t := Table{Title: "Calls", Columns: []Column{{Name: "outcome"}, {Name: "calls", Right: true}, {Name: "share", Right: true}}}
	if warmUp {
		t.Columns = append(t.Columns, Column{Name: "after warm-up", Right: true})
	}
	t.Columns = append(t.Columns, Column{Name: "meaning"})
	add := func(name string, calls, counted uint64, about string) {
		row := []string{name, count(calls), shareOf(calls, r.Totals.Offered)}
		if warmUp {
			row = append(row, count(counted))
		}
		t.Rows = append(t.Rows, append(row, about))
	}
	var sum, countedSum uint64
	counted := r.Counted.outcomes()
	for i, o := range r.Totals.outcomes() {
		sum, countedSum = sum+o.calls, countedSum+counted[i].calls
		if o.calls > 0 || o.class == "answered" || o.class == "blocked" && r.Load.sessions() {
			add(o.class, o.calls, counted[i].calls, r.Load.about(o))
		}
	}
	add("sum", sum, countedSum, "offered: "+count(r.Totals.Offered))
	return t
}

// figureTable shows traffic and ratios of the counted calls.
func (r *Run) figureTable() Table {
	q := r.Ratios
	t := Table{Title: "Key figures", Columns: []Column{{Name: "figure"}, {Name: "value", Right: true}, {Name: "meaning"}}}
	for _, row := range []struct {
		name  string
		value *float64
		text  func(*float64) string
		about string
	}{
		{"offered_erlangs", r.Traffic.Offered, traffic, "estimate: call rate x mean time on a circuit, set-up and ringing included"},
		{"carried_erlangs", r.Traffic.Carried, traffic, "mean number of circuits in use in the window"},
		{"calls_per_second", r.Traffic.CAPS, figure, "new calls, each once however often it was tried"},
		{"blocking", q.Blocking, share, "interval " + interval(q.BlockingLow, q.BlockingHigh)},
		{"asr", q.ASR, share, "answered by seizures (E.411)"},
		{"abr", q.ABR, share, "answered by bids (E.411)"},
		{"ner", q.NER, share, "answered or refused by the user, by seizures (E.425)"},
		{"ser", q.SER, share, "session establishment ratio (RFC 6076)"},
		{"seer", q.SEER, share, "session establishment effectiveness (RFC 6076)"},
		{"isa", q.ISA, share, "ineffective session attempts (RFC 6076)"},
		{"scr", q.SCR, share, "session completion ratio (RFC 6076)"},
		{"acd", q.ACD, func(s *float64) string { return inMilliseconds(s, 1e3) }, "average call duration (E.437)"},
	} {
		if row.value != nil && (r.Load.sessions() || row.name == "calls_per_second") {
			t.Rows = append(t.Rows, []string{row.name, row.text(row.value), row.about})
		}
	}
	return t
}

// delayTable shows the delays of the counted calls and of their packets.
func (r *Run) delayTable() Table {
	t := Table{Title: "Delays (a percentile with fewer than ten samples beyond it is left out: -)", Columns: []Column{{Name: "delay"}}}
	for _, name := range []string{"samples", "mean", "p50", "p90", "p95", "p99", "max"} {
		t.Columns = append(t.Columns, Column{Name: name, Right: true})
	}
	t.Columns = append(t.Columns, Column{Name: "meaning"})
	delays := r.Delays.named(r.Load.other())
	if m := r.RTP; m != nil {
		delays = append(delays, namedDelay{"rtp_jitter", "at the end of a call", m.Jitter}, namedDelay{"rtp_send_late", "this generator's own", m.SendLate})
		delays = append(delays, r.Audio.delays()...)
	}
	for _, d := range delays {
		if d.delay.Count > 0 && (r.Load.sessions() || d.name != "sdt") { // what holds no session is not disconnected
			t.Rows = append(t.Rows, d.row())
		}
	}
	return t
}

func (d namedDelay) row() []string {
	row := []string{d.name, count(d.delay.Count)}
	for _, ms := range []*float64{d.delay.Mean, d.delay.P50, d.delay.P90, d.delay.P95, d.delay.P99, d.delay.Max} {
		row = append(row, inMilliseconds(ms, 1))
	}
	return append(row, d.about)
}

// healthTable shows only the detectors that are not fine.
func (r *Run) healthTable() Table {
	t := Table{Title: "Generator", Columns: []Column{{Name: "check"}, {Name: "state"}, {Name: "why"}}}
	for _, c := range r.Health.Checks {
		if c.State != measure.Fine.String() || c.Why != "" {
			t.Rows = append(t.Rows, []string{c.Name, c.State, c.Why})
		}
	}
	return t
}

// orDash returns the text if there is something to show.
func orDash(shown bool, text string) string {
	if !shown {
		return "-"
	}
	return text
}

// share writes a ratio that may be undefined.
func share(ratio *float64) string {
	if ratio == nil {
		return "-"
	}
	return percent(*ratio)
}

// shareOf writes a part of a whole as a percentage.
func shareOf(part, whole uint64) string {
	return orDash(whole > 0, percent(float64(part)/max(1, float64(whole))))
}

func interval(low, high *float64) string {
	if low == nil || high == nil {
		return "-"
	}
	return percent(*low) + " to " + percent(*high)
}

func traffic(erl *float64) string { return erlangs(*erl) }

// orNone writes traffic that may not be known.
func orNone(erl *float64) string {
	if erl == nil {
		return "-"
	}
	return erlangs(*erl)
}

func figure(x *float64) string { return decimal(*x, 2) }

// inMilliseconds writes a delay of which perUnit milliseconds make the unit of the value.
func inMilliseconds(value *float64, perUnit float64) string {
	if value == nil {
		return "-"
	}
	ms := *value * perUnit
	switch {
	case ms >= 1000:
		return decimal(ms/1e3, 2) + " s"
	case ms >= 100:
		return decimal(ms, 0) + " ms"
	case ms >= 1:
		return decimal(ms, 1) + " ms"
	}
	return decimal(ms, 3) + " ms"
}
