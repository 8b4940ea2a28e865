package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
)

// PlannedTestsSchema names the form of PlannedTests. Within a version, keys are only ever added.
const PlannedTestsSchema = "sipplan.tests/1"

// PlannedStream is a test that has not been made.
type PlannedStream struct {
	Stream acceptance.Stream
	Design acceptance.Design
}

// PlannedTests are the tests that a plan takes.
type PlannedTests struct {
	Schema  string          `json:"schema"`
	Plan    string          `json:"plan"`
	Streams []plannedStream `json:"streams"`
	Skipped []string        `json:"not_tested"`
}

type plannedStream struct {
	Name      string   `json:"name"`
	Groups    []string `json:"trunk_groups"`
	Ports     int      `json:"ports"`
	Erlangs   float64  `json:"offered_erlangs"`
	Blocking  float64  `json:"promised_blocking_ratio"`
	Tolerated float64  `json:"tolerated_blocking_ratio"`
	Calls     uint64   `json:"calls"`
	Hold      float64  `json:"hold_seconds"`
	Compress  float64  `json:"compress"`
	CAPS      float64  `json:"calls_per_second"`
	Duration  float64  `json:"duration_seconds"`

	design acceptance.Design
}

// NewPlannedTests makes the report.
func NewPlannedTests(plan string, streams []PlannedStream, skipped []string) *PlannedTests {
	p := &PlannedTests{Schema: PlannedTestsSchema, Plan: printable(plan), Streams: []plannedStream{}, Skipped: append([]string{}, skipped...)}
	for _, s := range streams {
		d := s.Design
		row := plannedStream{
			Name: s.Stream.Name, Groups: []string{}, Ports: d.Ports, Erlangs: rounded(d.Offered), Blocking: d.Promise.Blocking, Tolerated: d.Promise.Tolerated,
			Calls: d.Calls, Hold: exact(d.Hold), Compress: rounded(d.Compress), CAPS: rounded(d.CAPS), Duration: exact(d.Total()), design: d,
		}
		for _, g := range s.Stream.Groups {
			row.Groups = append(row.Groups, g.Name)
		}
		p.Streams = append(p.Streams, row)
	}
	return p
}

// Document returns the tests for people.
func (p *PlannedTests) Document() Document {
	t := Table{Title: "Tests", Columns: []Column{
		{Name: "calls of"}, {Name: "trunk groups"}, {Name: "circuits", Right: true}, {Name: "traffic", Right: true}, {Name: "promised", Right: true},
		{Name: "told from", Right: true}, {Name: "calls", Right: true}, {Name: "holding time", Right: true}, {Name: "calls per second", Right: true}, {Name: "takes", Right: true},
	}}
	caps, calls, longest := 0.0, uint64(0), time.Duration(0)
	for _, s := range p.Streams {
		caps, calls, longest = caps+s.CAPS, calls+s.Calls, max(longest, s.design.Total())
		t.Rows = append(t.Rows, []string{s.Name, strings.Join(s.Groups, ", "), count(s.Ports), erlangs(s.Erlangs), percent(s.Blocking), percent(s.Tolerated),
			count(s.Calls), lasting(s.design.Hold), perSecond(s.CAPS), lasting(s.design.Total())})
	}
	d := Document{Tables: []Table{t}}
	if len(p.Streams) > 0 {
		first := p.Streams[0].design
		d.Answer = []string{
			fmt.Sprintf("Testing %s takes %s: %s at %s calls per second, all streams of calls at the same time.", p.Plan, lasting(longest), count(calls)+" calls", perSecond(caps)),
			fmt.Sprintf("With %s confidence and %s power; holding times are %s times shorter than in the busy hour.", percent(first.Promise.Confidence), percent(first.Promise.Power), decimal(first.Compress, 2)),
		}
	}
	if len(p.Skipped) > 0 {
		d.Notes = []string{"Not tested, for want of a --target: " + strings.Join(p.Skipped, ", ") + "."}
	}
	return d
}
