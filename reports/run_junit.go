package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/reports/gate"
)

// junitSuites is the root of a JUnit report as GitLab, Jenkins and GitHub actions read it.
type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Time     string     `xml:"time,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	ClassName string        `xml:"classname,attr"`
	Name      string        `xml:"name,attr"`
	Time      string        `xml:"time,attr"`
	Failure   *junitProblem `xml:"failure"`
	Error     *junitProblem `xml:"error"`
	Output    string        `xml:"system-out,omitempty"` // what was measured, of a pass too
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
}

// WriteJUnit writes the run as a JUnit test suite: a test for each gate, named by its rule, and one for
// the promise. What failed is a failure, what is inconclusive an error, for it is no pass. The run is a
// test by itself when it is inconclusive although all of them passed, and when there are none, because an
// empty suite counts as broken in some tools. All tests rest on the same calls: the first one is charged with
// the time of the run, so that the times add up to it.
func (r *Run) WriteJUnit(w io.Writer) error {
	return writeSuite(w, "sipplan."+r.Command, r.Duration, r.Started, r.junitCases(), []junitProperty{
		{"version", r.Version}, {"seed", strconv.FormatUint(r.Seed, 10)}, {"target", strings.Join(r.Targets, ", ")},
		{"calls", strconv.FormatUint(r.Totals.Offered, 10)},
	})
}

// writeSuite writes cases as the only suite of a report. The first case is charged with the time of all.
func writeSuite(w io.Writer, name string, seconds float64, started time.Time, cases []junitCase, properties []junitProperty) error {
	lasted := strconv.FormatFloat(seconds, 'f', 3, 64)
	if len(cases) > 0 {
		cases[0].Time = lasted
	}
	suite := junitSuite{Name: name, Time: lasted, Timestamp: started.UTC().Format(time.RFC3339), Properties: properties, Cases: cases}
	suites := junitSuites{Tests: len(suite.Cases), Time: lasted}
	suite.Tests = suites.Tests
	for _, c := range suite.Cases {
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
	}
	suites.Failures, suites.Errors, suites.Suite = suite.Failures, suite.Errors, suite
	encoded, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write([]byte(xml.Header + string(encoded) + "\n"))
	return err
}

func (r *Run) junitCases() []junitCase {
	var cases []junitCase
	first := r.headlines()
	add := func(name string, v gate.Verdict, measured string, reasons ...string) {
		why := strings.Join(slices.Concat(first, reasons), " ")
		c := junitCase{ClassName: "sipplan." + r.Command, Name: name, Time: "0.000", Output: measured}
		switch v {
		case gate.Fail:
			c.Failure = &junitProblem{v.String(), why}
		case gate.Inconclusive:
			c.Error = &junitProblem{v.String(), why}
		}
		cases = append(cases, c)
	}
	if a := r.Acceptance; a != nil {
		add("the trunk holds its promise of "+percent(a.Promise.Blocking)+" blocking", onTrunk(a.Verdict),
			"blocking measured "+share(a.Live.Blocking)+", interval "+interval(a.Live.Low, a.Live.High)+", calls "+count(a.Live.Calls), a.Why...)
	}
	for _, d := range r.Drills {
		add("drill: "+d.Drill, onTrunk(d.Verdict), "lost "+share(d.Lost)+" of "+count(d.During.Offered)+" calls during the failure", d.Why...)
	}
	for _, g := range r.Gates {
		add(g.Rule, g.Verdict, "measured "+g.measured()+", samples "+count(g.Samples), g.Reason)
	}
	passed := !slices.ContainsFunc(cases, func(c junitCase) bool { return c.Failure != nil || c.Error != nil })
	if len(cases) == 0 || passed && r.Verdict != gate.Pass {
		add("run", r.Verdict, fmt.Sprintf("%s of %s answered", count(r.Totals.Answered), r.Load.calls(r.Totals.Offered)), r.Why[min(len(first), len(r.Why)):]...)
	}
	return cases
}

// onTrunk turns the verdict on a trunk into that of a test.
func onTrunk(v acceptance.Verdict) gate.Verdict {
	switch v {
	case acceptance.Holds:
		return gate.Pass
	case acceptance.DoesNotHold:
		return gate.Fail
	}
	return gate.Inconclusive
}
