package cmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/acceptance"
)

// streamTest is the test of one stream of calls.
type streamTest struct {
	acceptance.Stream
	design  acceptance.Design
	looks   *acceptance.Looks // nil for a test of fixed length
	targets map[string]string // by unit
	run     *loadRun
	result  *loadgen.Result
}

// namedTargets reads --target NAME=URI.
func namedTargets(texts []string) (map[string]string, error) {
	named := map[string]string{}
	for _, text := range texts {
		name, uri, found := strings.Cut(text, "=")
		if !found || strings.HasPrefix(strings.ToLower(text), "sip") && strings.Contains(name, ":") {
			return nil, fmt.Errorf("--target: must be NAME=URI, such as Hannover=sip:10.1.2.3, got %q", text)
		}
		if _, twice := named[name]; twice {
			return nil, fmt.Errorf("--target: %s is named twice", name)
		}
		named[name] = uri
	}
	return named, nil
}

// choose takes the streams whose gateways all have a target, all of them when none is named: they are called in this
// process then. A target may be that of a trunk group, or of one of its gateways.
func (t *planTest) choose(named map[string]string) error {
	all, err := acceptance.Streams(t.worked)
	if err != nil {
		return err
	}
	var known, lacking []string
	for _, s := range all {
		test := &streamTest{Stream: s, targets: map[string]string{}}
		names, without := test.aim(named)
		if known = append(known, names...); len(named) > 0 && len(without) > 0 {
			t.skipped = append(t.skipped, s.Name)
			lacking = append(lacking, fmt.Sprintf("%s lacks %s", s.Name, strings.Join(without, ", ")))
			continue
		}
		t.tests = append(t.tests, test)
	}
	slices.Sort(known) // a group that several routes end in is there several times
	known = slices.Compact(known)
	for name := range named {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--target: %s: the plan has no trunk group or gateway of that name, but %s%s", name, strings.Join(known, ", "), planner.DidYouMean(name, known))
		}
	}
	switch {
	case len(all) == 0:
		return fmt.Errorf("%s: offers no calls to any trunk", t.file)
	case len(t.tests) == 0:
		return fmt.Errorf("--target: must name every gateway that the calls of a route or place may go over: %s", strings.Join(lacking, "; "))
	case len(named) == 0 && len(t.units()) > planGateways:
		return fmt.Errorf("%s: has %d gateways, and this process takes %d; name those to test with --target", t.file, len(t.units()), planGateways)
	}
	return nil
}

// aim gives the gateways of a stream their targets. It returns the names that a target may have, and those of gateways
// that got none: the gateways of a group that is named itself count as one.
func (s *streamTest) aim(named map[string]string) (names, without []string) {
	for g := range s.Groups {
		group := &s.Groups[g]
		names = append(names, group.Name)
		if uri := named[group.Name]; uri != "" && len(group.Units) > 1 {
			group.Units = []acceptance.Unit{{Name: strings.ReplaceAll(group.Name, " ", "-"), Ports: group.Ports}}
		}
		for _, u := range group.Units {
			names = append(names, u.Name)
			if uri := cmp.Or(named[u.Name], named[group.Name]); uri != "" {
				s.targets[u.Name] = uri
			} else {
				without = append(without, u.Name)
			}
		}
	}
	return names, without
}

// units returns all gateways, each once.
func (t *planTest) units() []acceptance.Unit {
	var all []acceptance.Unit
	for _, test := range t.tests {
		for _, g := range test.Groups {
			for _, u := range g.Units {
				if !slices.Contains(all, u) {
					all = append(all, u)
				}
			}
		}
	}
	return all
}

func (t *planTest) erlangs() float64 {
	sum := 0.0
	for _, test := range t.tests {
		sum += test.Erlangs
	}
	return sum
}
