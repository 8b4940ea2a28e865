package reports

import (
	"math"
	"strconv"

	"github.com/sipplan/sipplan/reports/gate"
)

// Gate is what became of one rule.
type Gate struct {
	Rule     string       `json:"rule"`
	Verdict  gate.Verdict `json:"verdict"`
	Metric   string       `json:"metric"`
	Stat     string       `json:"stat"`     // p95, mean, min or max; empty for ratios and counts
	Measured *float64     `json:"measured"` // null without samples, and for a percentile with fewer than ten beyond it
	Op       gate.Op      `json:"op"`
	Limit    float64      `json:"limit"`
	Unit     gate.Unit    `json:"unit"` // of measured and limit
	Samples  uint64       `json:"samples"`
	More     uint64       `json:"more_samples"` // that should decide an inconclusive rule
	Reason   string       `json:"reason"`
	Note     string       `json:"note"` // what a pass takes for granted, or rests on where nothing stands in measured; mostly empty
}

func newGates(results []gate.Result) []Gate {
	gates := make([]Gate, len(results))
	for i, r := range results {
		gates[i] = Gate{
			Rule: printable(r.Rule.Text), Verdict: r.Verdict, Metric: r.Rule.Metric, Stat: r.Rule.Stat,
			Measured: known(r.Measured, r.Defined && !r.Sparse), Op: r.Rule.Op, Limit: asTyped(r.Rule.Limit), Unit: r.Rule.Unit,
			Samples: r.Samples, More: r.MoreSamples, Reason: r.Reason, Note: r.Note,
		}
	}
	return gates
}

// measured writes the value for people, a dash when there is none.
func (g Gate) measured() string {
	if g.Measured == nil {
		return "-"
	}
	switch g.Unit {
	case gate.Share:
		return percent(*g.Measured)
	case gate.Seconds:
		return inMilliseconds(g.Measured, 1e3)
	case gate.Erlangs:
		return erlangs(*g.Measured)
	case gate.Score:
		return decimal(*g.Measured, 2)
	}
	return count(uint64(math.Round(*g.Measured)))
}

// asTyped takes back what reading a limit such as 99.999 % has added to its last digits.
func asTyped(limit float64) float64 {
	typed, err := strconv.ParseFloat(strconv.FormatFloat(limit, 'g', 12, 64), 64)
	if err != nil {
		return limit
	}
	return typed
}
