package reports

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// TestDesignSchema names the form of TestDesignObject. Within a version, keys are only ever added.
const TestDesignSchema = "sipplan.test/1"

// TestDesign is the plan of a test that has not been made.
type TestDesign struct {
	Design       acceptance.Design
	Looks        *acceptance.Looks // nil for a test of fixed length
	Compressions []acceptance.Compression
	Setup        time.Duration // whose share of a holding time the compressions show
	Remarks      []string
}

// TestDesignObject is the plan of a test as JSON: units in the names of the keys, ratios from 0 to 1.
type TestDesignObject struct {
	Schema     string              `json:"schema"`
	Ports      int                 `json:"ports"`
	Erlangs    float64             `json:"offered_erlangs"`
	Blocking   float64             `json:"promised_blocking_ratio"`
	Tolerated  float64             `json:"tolerated_blocking_ratio"`
	Confidence float64             `json:"confidence_ratio"`
	Power      float64             `json:"power_ratio"`
	Expected   float64             `json:"expected_blocking_ratio"`
	Inflation  float64             `json:"calls_for_an_independent_one"`
	Calls      uint64              `json:"calls"`
	Compress   float64             `json:"compress"`
	Hold       float64             `json:"hold_seconds"`
	CAPS       float64             `json:"calls_per_second"`
	WarmUp     float64             `json:"warm_up_seconds"`
	Duration   float64             `json:"duration_seconds"` // warm-up included
	Looks      []lookObject        `json:"looks"`            // empty for a test of fixed length
	Options    []compressionObject `json:"compressions"`
	Sentences  []string            `json:"sentences"`
}

type lookObject struct {
	Calls    uint64  `json:"calls"`
	Critical float64 `json:"critical_deviations"`
}

type compressionObject struct {
	Factor float64 `json:"factor"`
	Hold   float64 `json:"hold_seconds"`
	CAPS   float64 `json:"calls_per_second"`
	Setup  float64 `json:"setup_ratio"`
	Total  float64 `json:"duration_seconds"`
	Limit  string  `json:"limit"`
}

// NewTestDesignObject makes the JSON form.
func NewTestDesignObject(t TestDesign) TestDesignObject {
	d := t.Design
	o := TestDesignObject{
		Schema: TestDesignSchema, Ports: d.Ports, Erlangs: rounded(d.Offered), Blocking: d.Promise.Blocking, Tolerated: d.Promise.Tolerated,
		Confidence: d.Promise.Confidence, Power: d.Promise.Power, Expected: rounded(d.Expected), Inflation: rounded(d.Inflation),
		Calls: d.Calls, Compress: d.Compress, Hold: exact(d.Hold), CAPS: rounded(d.CAPS), WarmUp: exact(d.Warmup), Duration: exact(d.Total()),
		Looks: []lookObject{}, Options: []compressionObject{}, Sentences: t.sentences(),
	}
	if t.Looks != nil {
		for _, l := range t.Looks.Planned {
			o.Looks = append(o.Looks, lookObject{l.Calls, rounded(l.Critical)})
		}
	}
	for _, c := range t.Compressions {
		o.Options = append(o.Options, compressionObject{c.Factor, exact(c.Hold), rounded(c.CAPS), rounded(c.Setup), exact(c.Total), c.Limit})
	}
	return o
}

func (t TestDesign) sentences() []string { return append(t.Design.Sentences(), t.Remarks...) }

// Document returns the plan of the test for people.
func (t TestDesign) Document() Document {
	return Document{Answer: t.sentences(), Tables: []Table{t.figures(), t.options()}}
}

func (t TestDesign) figures() Table {
	d := t.Design
	looks := "none: the test has a fixed length"
	if t.Looks != nil {
		looks = fmt.Sprintf("%d, every %s calls", len(t.Looks.Planned), count(t.Looks.Planned[0].Calls))
	}
	return Table{
		Title:   "The test",
		Columns: []Column{{Name: "figure"}, {Name: "value", Right: true}, {Name: "why"}},
		Rows: [][]string{
			{"circuits", count(d.Ports), "under test"},
			{"offered", erlangs(d.Offered), "for which the promise is made"},
			{"promised blocking", percent(d.Promise.Blocking), "grade of service"},
			{"told from", percent(d.Promise.Tolerated), "--tolerated"},
			{"expected blocking", percent(d.Expected), "Erlang B"},
			{"confidence", percent(d.Promise.Confidence), "--confidence: false verdicts in at most " + percent(1-d.Promise.Confidence) + " of the tests"},
			{"power", percent(d.Promise.Power), "--power: tests that reach a verdict at either of the two blockings"},
			{"calls for an independent one", decimal(d.Inflation, 1), "blockings come in bursts"},
			{"calls to count", count(d.Calls), "after the warm-up"},
			{"looks", looks, "--sequential"},
			{"mean holding time", passed(d.Hold.Seconds()), fmt.Sprintf("%s times shorter than in the busy hour", decimal(d.Compress, 2))},
			{"calls per second", perSecond(d.CAPS), "offered traffic by holding time"},
			{"warm-up", passed(d.Warmup.Seconds()), "the trunk starts empty"},
			{"length", lasting(d.Total()), "warm-up included"},
		},
	}
}

func (t TestDesign) options() Table {
	table := Table{
		Title: "Shorter calls make a shorter test, and need a trunk that takes more of them (--compress)",
		Columns: []Column{{Name: "compress", Right: true}, {Name: "holding time", Right: true}, {Name: "calls per second", Right: true},
			{Name: "set-up of " + passed(t.Setup.Seconds()) + " is", Right: true}, {Name: "test takes", Right: true}, {Name: "remark"}},
	}
	for _, c := range t.Compressions {
		remark := c.Limit
		if c.Factor == t.Design.Compress {
			remark = "this test"
			if c.Limit != "" {
				remark += ", although " + c.Limit
			}
		}
		table.Rows = append(table.Rows, []string{decimal(c.Factor, 2), lasting(c.Hold), perSecond(c.CAPS), percent(c.Setup), lasting(c.Total), remark})
	}
	return table
}

// lasting writes the time that something takes, which may be long: 80 ms, 18.7 s, 2m30s, 18h42m0s.
func lasting(d time.Duration) string {
	if d.Round(time.Second) < time.Minute {
		return passed(d.Seconds())
	}
	return d.Round(time.Second).String()
}
