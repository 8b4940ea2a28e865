package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/records"
)

// TestRecordsAreSimulated reads records out of order, one of them blocked, and simulates them on a circuit too few.
func TestRecordsAreSimulated(t *testing.T) {
	const text = "start,duration,disposition\n" +
		"2026-03-02 10:01:00,120,ANSWERED\n" +
		"2026-03-02 10:00:00,240,ANSWERED\n" +
		"2026-03-02 10:02:00,0,503\n" +
		"2026-03-02 11:30:00,60,ANSWERED\n"
	var calls []records.Call
	if _, err := records.Import(strings.NewReader(text), records.Config{Each: func(c records.Call) { calls = append(calls, c) }}); err != nil {
		t.Fatal(err)
	}
	trace := TraceOf(calls)
	if got := fmt.Sprint(trace); got != "[{0s 4m0s} {1m0s 2m0s} {2m0s 2m20s} {1h30m0s 1m0s}]" {
		t.Fatalf("trace %s", got)
	}
	_, m := planned(t, strings.Replace(oneSite, "ports: 15}", "ports: 2}", 1))
	m.Groups[0].Circuits = 1
	m.Network.Facilities[len(m.Network.Facilities)-1].Limits.Circuits = 1 // the trunk as a whole
	if err := m.UseTrace(trace); err != nil {
		t.Fatal(err)
	}
	if m.Span() != 90*time.Minute {
		t.Errorf("span %s, want 90m", m.Span())
	}
	r := simulate(t, m, Settings{WarmUp: 1, Window: time.Hour, Batches: 2})
	if r.Calls != 3 || r.Total.Outcomes[measure.Blocked] != 2 { // the first arrives in the warm-up
		t.Errorf("%d calls, %d blocked; want 3 and 2", r.Calls, r.Total.Outcomes[measure.Blocked])
	}
}

// TestConversationsOfRecords takes short and long conversations from records. Their mean is another than the plan's, which
// stays; and since what a group blocks does not depend on the law of holding times, so does Erlang B.
func TestConversationsOfRecords(t *testing.T) {
	_, m := planned(t, oneSite)
	mean := m.Sources[0].Holding.Average()
	calls := []records.Call{
		{Start: 0, Answer: 5e6, End: 15e6, Answered: true}, {Start: 20e6, Answer: 20e6, End: 50e6, Answered: true},
		{Start: 0, Answer: 0, End: 900e6}, {Start: 3e6, End: 3e6, Blocked: true}, {Start: 7e6, Answer: 7e6, End: 7e6, Answered: true},
	}
	if err := m.UseConversations(calls); err != nil {
		t.Fatal(err)
	}
	holding := m.Sources[0].Holding
	if got := holding.Average(); (got-mean).Abs() > time.Microsecond || math.Abs(holding.Variation()-0.5) > 1e-9 {
		t.Errorf("mean %s, variation %g; want %s and 0.5", got, holding.Variation(), mean)
	}
	if m.Conversations != 2 {
		t.Errorf("%d conversations, want the 2 that were answered and lasted", m.Conversations)
	}
	r := simulate(t, m, Settings{Seed: 1, Window: time.Hour, Replications: 200, Confidence: 0.99})
	if g := r.Groups[0]; *g.Formula < g.Blocking.Low || *g.Formula > g.Blocking.High {
		t.Errorf("blocking %.5f (%.5f to %.5f), %s %.5f", g.Blocking.Value, g.Blocking.Low, g.Blocking.High, g.FormulaName, *g.Formula)
	}
	if err := m.UseConversations(calls[2:]); err == nil || !strings.Contains(err.Error(), "no conversation") {
		t.Errorf("records without conversations: %v", err)
	}
}

func TestRecordsThatCannotBeSimulated(t *testing.T) {
	_, m := planned(t, "topology: per-site-gateways\nsites: [{name: A, country: DE, users: {moderate: 200}}, {name: B, country: DE, users: {moderate: 200}}]\n")
	trace := TraceOf([]records.Call{{Start: 1, End: 2}})
	if err := m.UseTrace(trace); err == nil || !strings.Contains(err.Error(), "A and B have different routes") {
		t.Errorf("two routes: got %v", err)
	}
	if err := m.UseTrace(nil); err == nil {
		t.Error("no records: no error")
	}
}
