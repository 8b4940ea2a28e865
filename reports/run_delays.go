package reports

import "github.com/sipplan/sipplan/planner/measure"

// Delays are the delays of the counted calls in milliseconds.
type Delays struct {
	SRD        Delay `json:"srd"`
	SRDFailed  Delay `json:"srd_failed"`
	PDD        Delay `json:"pdd"`
	AnswerTime Delay `json:"answer_time"`
	RRD        Delay `json:"rrd"`
	SDD        Delay `json:"sdd"`
	SDT        Delay `json:"sdt"`
	Lateness   Delay `json:"lateness"`
}

// Delay sums up one delay in milliseconds. What the samples do not carry is null: a percentile needs ten
// samples beyond it.
type Delay struct {
	Count uint64   `json:"count"`
	Mean  *float64 `json:"mean"`
	Min   *float64 `json:"min"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
	P99   *float64 `json:"p99"`
	Max   *float64 `json:"max"`
}

func newDelays(m *measure.Measurement) Delays {
	d := &m.Delays
	return Delays{
		SRD: newDelay(&d[measure.SRD]), SRDFailed: newDelay(&d[measure.SRDFailed]), PDD: newDelay(&d[measure.PDD]),
		AnswerTime: newDelay(&d[measure.AnswerTime]), RRD: newDelay(&d[measure.RRD]), SDD: newDelay(&d[measure.SDD]), SDT: newDelay(&d[measure.SDT]),
		Lateness: newDelay(&d[measure.Lateness]),
	}
}

func newDelay(h *measure.Histogram) Delay {
	if h.Count() == 0 {
		return Delay{}
	}
	quantile := func(q float64) *float64 {
		if !h.Supports(q) {
			return nil
		}
		ms := milliseconds(h.Quantile(q))
		return &ms
	}
	s := h.Summary()
	mean, least, most := milliseconds(s.Mean), milliseconds(s.Min), milliseconds(s.Max)
	return Delay{
		Count: s.Count, Mean: &mean, Min: &least, Max: &most,
		P50: quantile(0.5), P90: quantile(0.9), P95: quantile(0.95), P99: quantile(0.99),
	}
}

// namedDelay is a delay with the name by which gates ask for it.
type namedDelay struct {
	name, about string
	delay       Delay
}

// named returns the delays in the order in which reports print them; other names the requests that are no INVITE.
func (d Delays) named(other string) []namedDelay {
	return []namedDelay{
		{"srd", "INVITE to response", d.SRD},
		{"srd_failed", "INVITE to refusal", d.SRDFailed},
		{"pdd", "INVITE to ringing", d.PDD},
		{"answer_time", "INVITE to 200", d.AnswerTime},
		{"rrd", other + " to response", d.RRD},
		{"sdd", "BYE to 200", d.SDD},
		{"sdt", "200 to BYE", d.SDT},
		{"lateness", "this generator's own", d.Lateness},
	}
}
