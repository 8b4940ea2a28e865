package planner

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/catalog"
)

func TestValidateReportsEveryProblemByTheNameThatTheUserWrote(t *testing.T) {
	err := Config{
		Users:          Given(-5, "--users"),
		Usage:          Given("hevy", "--usage"),
		CallsPerHour:   Given(math.NaN(), "--calls-per-hour"),
		AHT:            Given(-3*time.Second, "sites[2].aht"),
		GoS:            Given(1., "--gos"),
		Lines:          Given(catalog.Lines("e9"), "--lines"),
		GatewayPorts:   Given(0, "--gateway-ports"),
		Bypass:         Given(1.5, "--bypass"),
		MediationCalls: Given(0, "--mediation-calls"),
	}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"--users: must be a whole number from 1 to 100000000, got -5",
		`--usage: must be light, moderate or heavy, got "hevy"; did you mean "heavy"?`,
		"--calls-per-hour: must be from 0.001 to 3600 calls per user and hour, got NaN",
		"sites[2].aht: must be from 1ms to 24h, got -3s",
		"--gos: must be between 0 and 100 %, both excluded (1% and 0.01 are one percent), got 1 (100 %)",
		`--lines: must be e1 or t1, got "e9"`,
		"--gateway-ports: must be a whole number from 1 to 1000000, got 0",
		"--bypass: must be from 0 to 100 %, got 1.5 (150 %)",
		"--mediation-calls: must be a whole number of at least 1, got 0",
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestValidateRefuses(t *testing.T) {
	sound := Config{Users: Given(20, "users"), Usage: Given("light", "usage")}
	for _, test := range []struct {
		name string
		with func(*Config)
		want string
	}{
		{"no users", func(c *Config) { c.Users = Input[int]{} }, "--users: is needed: how many users share these ports"},
		{"0 users", func(c *Config) { c.Users.Value = 0 }, "users: must be a whole number from 1 to 100000000, got 0"},
		{"neither class nor calls", func(c *Config) { c.Usage = Input[string]{} }, "--usage: is needed: light, moderate or heavy; or the calls per hour of a user"},
		{"a GoS of 0", gos(0), "gos: must be between 0 and 100 %, both excluded (1% and 0.01 are one percent), got 0 (0 %)"},
		{"a GoS that is no number", gos(math.NaN()), "gos: must be between 0 and 100 %, both excluded (1% and 0.01 are one percent), got NaN (NaN %)"},
		{"a negative GoS", gos(-.01), "gos: must be between 0 and 100 %, both excluded (1% and 0.01 are one percent), got -0.01 (-1 %)"},
		{"endless calls", calls(math.Inf(1)), "calls: must be from 0.001 to 3600 calls per user and hour, got +Inf"},
		{"0 calls", calls(0), "calls: must be from 0.001 to 3600 calls per user and hour, got 0"},
		{"no holding time", aht(0), "aht: must be from 1ms to 24h, got 0s"},
		{"more traffic than can be", func(c *Config) { c.Users.Value = maxUsers; calls(3600)(c) }, "users: these users offer 1.8e+10 erlangs, at most 100000000 are sized"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := sound
			config.Prefix = "--"
			test.with(&config)
			err := config.Validate()
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
			if _, err := Size(config); err == nil || err.Error() != test.want {
				t.Errorf("Size: got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestDefaultsCarryTheirSourceAndGivenFiguresTheirName(t *testing.T) {
	in := plan(t, 20, "light", aht(time.Minute)).Inputs
	for _, test := range []struct{ what, got, want string }{
		{"users", in.Users.Source, "users"},
		{"usage", in.Usage.Source, "usage"},
		{"calls per hour", in.CallsPerHour.Source, "guidance class light"},
		{"AHT", in.AHT.Source, "aht"},
		{"GoS", in.GoS.Source, DefaultGoSSource},
		{"bypass", in.Bypass.Source, DefaultBypassSource},
	} {
		if test.got != test.want {
			t.Errorf("%s comes from %q, want %q", test.what, test.got, test.want)
		}
	}
}

func TestCallsAloneMakeTheClass(t *testing.T) {
	for perHour, want := range map[float64]string{0.5: "light", 1: "light", 1.5: "moderate", 2: "moderate", 2.1: "heavy", 9: "heavy"} {
		s, err := Size(Config{Users: Given(100, "users"), CallsPerHour: Given(perHour, "calls")})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Inputs.Usage.Value.Name; got != want {
			t.Errorf("%g calls make a user %s, want %s", perHour, got, want)
		}
	}
}

func TestZeroBypassIsAFigureAndNotADefault(t *testing.T) {
	s := plan(t, 100, "heavy", func(c *Config) { c.Bypass = Given(0., "bypass") })
	if s.Mediation.NonBypass != s.Demand.Erlangs() {
		t.Errorf("%g E pass a Mediation Server, want all %g", s.Mediation.NonBypass, s.Demand.Erlangs())
	}
}

func TestSizingHasNoFigureThatIsNoNumber(t *testing.T) {
	for _, s := range []Sizing{
		plan(t, 1, "light", calls(minCallsPerHour), aht(minAHT), gos(1e-12)),
		plan(t, 1, "heavy", calls(maxCallsPerHour), aht(time.Second), gos(1-1e-9)),
		plan(t, 1000, "heavy", calls(20), aht(180*time.Second)),
		plan(t, maxUsers, "heavy", calls(3), aht(180*time.Second)),
	} {
		for _, x := range []float64{s.Guidance.Blocking, s.Guidance.RetryBlocking, s.Guidance.HalfBlocking, s.Blocking, s.Mediation.NonBypass} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Errorf("%d users: %+v", s.Demand.Users, s.Guidance)
			}
		}
		if s.Guidance.HoldsUpTo <= 0 {
			t.Errorf("%d users: the guidance holds up to %s", s.Demand.Users, s.Guidance.HoldsUpTo)
		}
	}
}
