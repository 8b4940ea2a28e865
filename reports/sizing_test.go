package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner"
)

// sizing sizes a group of users as the command line would.
func sizing(t *testing.T, users int, usage string, options ...func(*planner.Config)) planner.Sizing {
	t.Helper()
	config := planner.Config{Users: planner.Given(users, "--users"), Usage: planner.Given(usage, "--usage")}
	for _, option := range options {
		option(&config)
	}
	s, err := planner.Size(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func callsPerHour(n float64) func(*planner.Config) {
	return func(c *planner.Config) { c.CallsPerHour = planner.Given(n, "--calls-per-hour") }
}

// text renders a sizing with its lines of prose joined, so that a sentence is found however it is wrapped.
func text(t *testing.T, s planner.Sizing) string {
	t.Helper()
	var page bytes.Buffer
	if err := Sizing(s).Write(&page, Text); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(page.String()), " ")
}

func TestSizingRendersAsInTheGoldenFile(t *testing.T) {
	for file, s := range map[string]planner.Sizing{
		"size-20-light":      sizing(t, 20, "light"),
		"size-100-moderate":  sizing(t, 100, "moderate"),
		"size-47000-heavy":   sizing(t, 47_000, "heavy"),
		"size-47000-4-calls": sizing(t, 47_000, "heavy", callsPerHour(4)),
	} {
		for format, extension := range map[Format]string{Text: ".txt", Markdown: ".md", CSV: ".csv"} {
			t.Run(file+extension, func(t *testing.T) {
				var page bytes.Buffer
				if err := Sizing(s).Write(&page, format); err != nil {
					t.Fatal(err)
				}
				golden(t, file+extension, page.Bytes())
				if lines := bytes.Count(page.Bytes(), []byte("\n")); format == Text && lines > 50 {
					t.Errorf("%d lines do not fit on a first screen", lines)
				}
			})
		}
		t.Run(file+".json", func(t *testing.T) {
			var page bytes.Buffer
			if err := WriteJSON(&page, NewSizingObject(s)); err != nil {
				t.Fatal(err)
			}
			golden(t, file+".json", page.Bytes())
		})
	}
}

// insight is a sentence, the sizings that it applies to, and some that it does not apply to.
type insight struct {
	name     string
	sentence string
	where    []planner.Sizing
	notWhere []planner.Sizing
}

// check requires the sentence where it applies, and nowhere else.
func (i insight) check(t *testing.T) {
	for _, s := range i.where {
		if !strings.Contains(text(t, s), i.sentence) {
			t.Errorf("%d users: missing %q in:\n%s", s.Demand.Users, i.sentence, text(t, s))
		}
	}
	for _, s := range i.notWhere {
		if strings.Contains(text(t, s), i.sentence) {
			t.Errorf("%d users at %g calls: says %q, which does not apply", s.Demand.Users, s.Demand.CallsPerHour, i.sentence)
		}
	}
}

// The insights of the planning facts, section 3, about ports: each where it applies and not where it does not.
func TestSizingSaysWhatThePortsMean(t *testing.T) {
	light, moderate := sizing(t, 20, "light"), sizing(t, 100, "moderate")
	heavy, busier := sizing(t, 47_000, "heavy"), sizing(t, 47_000, "heavy", callsPerHour(4))
	overloaded := sizing(t, 100, "heavy", callsPerHour(6))
	for _, test := range []insight{
		{
			"2 ports for 20 users",
			"5 ports hold 1 %. Guidance 1:15: 2 ports for 20 users block 20 % of busy-hour calls at 3 minutes; 1 % needs 5.",
			[]planner.Sizing{light}, []planner.Sizing{moderate, heavy},
		},
		{
			"too many ports at 3 calls",
			"7,044 ports hold 1 %. Guidance 1:5: 9,400 ports for 47,000 users are 2,356 more than 1 % needs at 3 minutes and 3 calls per user.",
			[]planner.Sizing{heavy}, []planner.Sizing{busier},
		},
		{
			"just right at 4 calls",
			"9,375 ports hold 1 %. Guidance 1:5: 9,400 ports for 47,000 users are just right at 3 minutes and 4 calls per user.",
			[]planner.Sizing{busier}, []planner.Sizing{heavy},
		},
		{
			"heavy is open upwards",
			"Heavy means three calls or more: at 4 (Microsoft Skype for Business user model) 1 % needs 9,375 ports, and the guidance's 9,400 are just right",
			[]planner.Sizing{heavy}, []planner.Sizing{busier, light},
		},
		{
			"moderate is the tightest class",
			"Moderate is the tightest class of the guidance: 1 E a port, where light, and heavy at 3 calls, have 0.75 E.",
			[]planner.Sizing{moderate}, []planner.Sizing{light, heavy},
		},
		{
			"a constant ratio fails small groups",
			"at 0.75 E a port it holds 1 % only from 48 ports (720 users) on.",
			[]planner.Sizing{light}, []planner.Sizing{heavy},
		},
		{
			"and moderate ones up to 62,820 users",
			"at 1 E a port it holds 1 % only from 6,282 ports (62,820 users) on.",
			[]planner.Sizing{moderate}, []planner.Sizing{light},
		},
		{
			"no size helps above 1 E a port",
			"The guidance's ratio offers 1.5 E to each port: at least 33.3 % of the calls are lost, whatever the size.",
			[]planner.Sizing{overloaded}, []planner.Sizing{light, moderate, heavy, busier},
		},
	} {
		t.Run(test.name, test.check)
	}
}

// Those about gateways, holding times, busy hours and sites.
func TestSizingSaysWhatThePortsStandOn(t *testing.T) {
	light, moderate := sizing(t, 20, "light"), sizing(t, 100, "moderate")
	heavy, busier := sizing(t, 47_000, "heavy"), sizing(t, 47_000, "heavy", callsPerHour(4))
	overloaded := sizing(t, 100, "heavy", callsPerHour(6))
	for _, test := range []insight{
		{
			"ten gateways without a spare",
			"10 gateways of 960 ports have no spare: one down blocks 8.2 %; with 11 it is 0.05 %.",
			[]planner.Sizing{heavy, busier}, []planner.Sizing{light, moderate},
		},
		{
			"the guidance on gateways of 960 beside N+1",
			"9 gateways of 960 ports hold 1 % with one of them down (fewest ports: 31 of 240); the guidance's 9,400 take at least 10 gateways of 960.",
			[]planner.Sizing{heavy}, []planner.Sizing{light, busier},
		},
		{
			"one gateway breaks the rule of two",
			"One gateway with the guidance's 10 ports breaks the rule of two or more; split over two, one down leaves 5 ports and blocks 56.4 %. Each of two needs 18 to hold 1 % alone.",
			[]planner.Sizing{moderate}, []planner.Sizing{heavy},
		},
		{
			"the cliff of large groups",
			"Large groups stand at a cliff: calls of 240 s instead of 180 s turn 1 % blocked on 7,044 ports into 25.1 %",
			[]planner.Sizing{heavy}, []planner.Sizing{light, moderate},
		},
		{
			"the busy hour is not the mean of the day",
			"its busy hour has 1.36 times (Westbay: 17 % of the day) to 2.5 times (Microsoft: 31.25 % of the day) as many",
			[]planner.Sizing{light, moderate, heavy, busier}, nil,
		},
		{
			"sites that share no ports",
			"On sites that share no ports, 1 % needs 7,330 in all on 10 sites (guidance 9,400), 8,600 in all on 100 sites (guidance 9,400)",
			[]planner.Sizing{heavy}, []planner.Sizing{light},
		},
		{
			"retries make it worse",
			"21.5 % Erlang B; Engset 22.1 %; 28.9 % when half of the blocked retry",
			[]planner.Sizing{moderate}, nil,
		},
		{
			"the guidance names no holding time",
			"AHT up to which they hold 1 % 27.5 s Erlang B; the guidance names no holding time",
			[]planner.Sizing{light}, nil,
		},
		{
			"a user who talks all the time is doubted",
			"40 calls of 180 s an hour keep each user in 2 calls at a time: check these two figures.",
			[]planner.Sizing{sizing(t, 10, "heavy", callsPerHour(40))}, []planner.Sizing{light, overloaded},
		},
		{
			"a gateway for telephone companies",
			"Gateways of more than 960 ports are built for telephone companies; this plan takes 2,000.",
			[]planner.Sizing{sizing(t, 47_000, "heavy", func(c *planner.Config) { c.GatewayPorts = planner.Given(2000, "--gateway-ports") })},
			[]planner.Sizing{heavy},
		},
	} {
		t.Run(test.name, test.check)
	}
}

func TestDefaultedInputsShowTheirSource(t *testing.T) {
	page := text(t, sizing(t, 20, "light"))
	for _, source := range []string{
		planner.DefaultAHTSource, planner.DefaultGoSSource, planner.DefaultBypassSource, planner.DefaultMediationCallsSource, "guidance class light",
	} {
		if !strings.Contains(page, source) {
			t.Errorf("source %q is missing in:\n%s", source, page)
		}
	}
	given := text(t, sizing(t, 20, "light", func(c *planner.Config) { c.AHT = planner.Given(2*time.Minute, "--aht") }))
	if strings.Contains(given, planner.DefaultAHTSource) || !strings.Contains(given, "120 s --aht") {
		t.Errorf("a given AHT does not show its flag:\n%s", given)
	}
}

func TestSizingObjectKeepsWhatTablesRoundAway(t *testing.T) {
	text, err := json.Marshal(NewSizingObject(sizing(t, 47_000, "heavy")))
	if err != nil {
		t.Fatal(err)
	}
	var object struct {
		Schema   string
		Guidance struct {
			Ports    int
			Blocking float64 `json:"blocking_ratio"`
		}
		Gateways struct {
			Options []struct {
				Limit *float64 `json:"calls_per_second"`
			}
		}
	}
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	if object.Schema != "sipplan.size/1" || object.Guidance.Ports != 9400 {
		t.Errorf("%+v", object)
	}
	if b := object.Guidance.Blocking; b < 6.05e-157 || b > 6.06e-157 {
		t.Errorf("blocking %g, want 6.0569e-157", b)
	}
	for _, option := range object.Gateways.Options {
		if option.Limit != nil {
			t.Errorf("an undocumented limit is %g and not null", *option.Limit)
		}
	}
}
