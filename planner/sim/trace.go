package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner/records"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// TraceOf turns call records into a trace that begins with the first of them. Nobody knows how long a blocked call would
// have been: it gets the mean holding time of the others.
func TraceOf(calls []records.Call) traffic.Trace {
	calls = slices.Clone(calls)
	slices.SortStableFunc(calls, func(a, b records.Call) int { return cmp.Compare(a.Start, b.Start) })
	var held time.Duration
	carried := 0
	for _, c := range calls {
		if !c.Blocked {
			held += time.Duration(c.End-c.Start) * time.Microsecond
			carried++
		}
	}
	trace := make(traffic.Trace, len(calls))
	for i, c := range calls {
		trace[i] = traffic.Recorded{At: time.Duration(c.Start-calls[0].Start) * time.Microsecond,
			Holding: time.Duration(c.End-c.Start) * time.Microsecond}
		if c.Blocked && carried > 0 {
			trace[i].Holding = held / time.Duration(carried)
		}
	}
	return trace
}

// UseTrace puts recorded calls in the place of all users of the model. They must have one route in common, since records
// do not say which of several would have been taken; other calls on WAN links, and those of emergency, go.
func (m *Model) UseTrace(trace traffic.Trace) error {
	if len(trace) == 0 {
		return errors.New("the records have no call that counts")
	}
	var source *Source
	for i := range m.Sources {
		s := &m.Sources[i]
		if s.Priority == routing.Emergency || m.onlyLink(s.Route) {
			continue
		}
		if source != nil && source.Route != s.Route {
			return fmt.Errorf("%s and %s have different routes, and records do not say which of them a call takes; simulate a plan of one site", source.Name, s.Name)
		}
		source = s
	}
	if source == nil {
		return errors.New("the plan has no users whose calls the records could be")
	}
	recorded := *source
	recorded.Name, recorded.Calls = "records", Process{Trace: trace}
	recorded.Answered, recorded.SetUp, recorded.Ringing, recorded.DayToDay = 1, nil, nil, 0
	m.Sources = []Source{recorded}
	return nil
}

// UseConversations makes the conversations of all sources as long as those of the records, where they were answered, in
// proportion: stretched to the mean that each source has, so that the plan's traffic stays. It refuses records without
// conversations.
func (m *Model) UseConversations(calls []records.Call) (err error) {
	var talks []float64 // microseconds
	sum := 0.0
	for _, c := range calls {
		if c.Answered && c.End > c.Answer {
			talks = append(talks, float64(c.End-c.Answer))
			sum += float64(c.End - c.Answer)
		}
	}
	if len(talks) == 0 {
		return errors.New("the records have no conversation")
	}
	mean := sum / float64(len(talks))
	laws := make(map[time.Duration]*traffic.Empirical) // by their means: most sources have the same
	for i := range m.Sources {
		wanted := m.Sources[i].Holding.Average()
		if laws[wanted] == nil {
			times := make([]time.Duration, len(talks))
			for j, talk := range talks {
				times[j] = time.Duration(talk / mean * float64(wanted))
			}
			if laws[wanted], err = traffic.NewEmpirical(times); err != nil {
				return err
			}
		}
		m.Sources[i].Holding = laws[wanted]
	}
	m.Conversations = len(talks)
	return nil
}

// onlyLink tells whether a route leads over a WAN link alone: its calls stay inside the enterprise.
func (m *Model) onlyLink(name string) bool {
	return slices.ContainsFunc(m.Network.Trunks, func(t routing.Trunk) bool { return t.Name == name })
}

// Span returns the time from the first call of the records to the last.
func (m *Model) Span() time.Duration {
	trace := m.Sources[0].Calls.Trace
	if len(trace) == 0 {
		return 0
	}
	return trace[len(trace)-1].At
}
