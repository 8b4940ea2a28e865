package planner

import (
	"errors"
	"fmt"
	"time"
)

// Question asks for the third of servers, traffic and blocking of one trunk group, of which the other two
// are given, under the assumptions of a Model.
type Question struct {
	Model    Model
	Servers  Input[float64] // circuits; whole except for models that know fractions
	Traffic  Input[float64] // offered erlangs
	Blocking Input[float64] // share of calls that find no circuit, or have to wait for one

	Sources Input[int]     // of Engset's model: who may call
	Retry   Input[float64] // of extended Erlang B: share of blocked attempts that are repeated

	AHT    Input[time.Duration] // mean holding time: turns waiting times into seconds
	Within Input[time.Duration] // waiting time of the service level; needs AHT

	// Prefix stands before the name of a field that nobody gave, in complaints: "--" on a command line.
	Prefix string
}

// Answer is a trunk group of which everything is known.
type Answer struct {
	Question Question
	Solved   string // which of the three was asked for: servers, traffic or blocking
	Servers  float64
	Traffic  float64 // offered, in erlangs
	Blocking float64 // on these servers; below what was asked for where servers are whole
	Figures  []Figure
}

// Figure is one more figure of an answer, under a name with its unit.
type Figure struct {
	Name  string
	Value float64
}

// maxCircuits bounds circuits, sources and erlangs of a question.
const maxCircuits = 10_000_000

// Answer solves the question. The error joins everything that is wrong with the question, each with the
// field as the user wrote it.
func (q Question) Answer() (Answer, error) {
	if err := q.Validate(); err != nil {
		return Answer{}, err
	}
	model := models[q.Model]
	a := Answer{Question: q, Servers: q.Servers.Value, Traffic: q.Traffic.Value, Blocking: q.Blocking.Value}
	var err error
	switch {
	case !q.Servers.given():
		a.Solved = "servers"
		a.Servers, err = model.servers(q, a.Traffic, a.Blocking)
	case !q.Traffic.given():
		a.Solved = "traffic"
		a.Traffic, err = model.traffic(q, a.Servers, a.Blocking)
	default:
		a.Solved = "blocking"
	}
	if err != nil {
		return Answer{}, err
	}
	a.Blocking, a.Figures, err = model.describe(q, a.Servers, a.Traffic)
	return a, err
}

// Validate returns everything that is wrong with the question, joined.
func (q Question) Validate() error {
	model, ok := models[q.Model]
	if !ok {
		return fmt.Errorf("%smodel: there is no model %q", q.Prefix, q.Model)
	}
	problems := []error{q.checkThree()}
	check := func(name string, ok bool, format string, args ...any) {
		if name != "" && !ok {
			problems = append(problems, fmt.Errorf("%s: "+format, append([]any{name}, args...)...))
		}
	}
	servers, traffic, blocking := q.Servers.Value, q.Traffic.Value, q.Blocking.Value
	check(q.Servers.Source, servers > 0 && servers <= maxCircuits, "must be above 0 and at most %d circuits, got %g", maxCircuits, servers)
	check(q.Servers.Source, model.fractions || !(servers > 0 && servers <= maxCircuits) || servers == float64(int(servers)),
		"must be a whole number of circuits in this model, got %g", servers)
	check(q.Traffic.Source, traffic > 0 && traffic <= maxCircuits, "must be above 0 and at most %d erlangs, got %g", maxCircuits, traffic)
	check(q.Blocking.Source, blocking > 0 && blocking < 1,
		"must be between 0 and 100 %%, both excluded (1%% and 0.01 are one percent), got %g (%g %%)", blocking, 100*blocking)
	check(q.Sources.Source, q.Sources.Value >= 1 && q.Sources.Value <= maxCircuits,
		"must be a whole number from 1 to %d, got %d", maxCircuits, q.Sources.Value)
	check(q.Retry.Source, q.Retry.Value >= 0 && q.Retry.Value <= 1,
		"must be from 0 to 100 %%, got %g (%g %%)", q.Retry.Value, 100*q.Retry.Value)
	check(q.AHT.Source, q.AHT.Value >= minAHT && q.AHT.Value <= maxAHT, "must be from 1ms to 24h, got %s", q.AHT.Value)
	check(q.Within.Source, q.Within.Value >= 0, "must not be negative, got %s", q.Within.Value)
	check(q.Within.Source, q.AHT.given(), "needs the mean holding time, %saht", q.Prefix)
	if err := errors.Join(problems...); err != nil {
		return err
	}
	return model.check(q)
}

// checkThree requires exactly two of the three.
func (q Question) checkThree() error {
	given := 0
	for _, in := range []Input[float64]{q.Servers, q.Traffic, q.Blocking} {
		if in.given() {
			given++
		}
	}
	if given == 2 {
		return nil
	}
	return fmt.Errorf("give exactly two of %sservers, %straffic and %sblocking, the third is the answer; got %d of them",
		q.Prefix, q.Prefix, q.Prefix, given)
}
