package planner

import (
	"math"
	"testing"
	"time"
)

// plan sizes a group of users and fails the test when that is not possible.
func plan(t *testing.T, users int, usage string, options ...func(*Config)) Sizing {
	t.Helper()
	config := Config{Users: Given(users, "users"), Usage: Given(usage, "usage")}
	for _, option := range options {
		option(&config)
	}
	s, err := Size(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func calls(perHour float64) func(*Config) {
	return func(c *Config) { c.CallsPerHour = Given(perHour, "calls") }
}

func aht(d time.Duration) func(*Config) { return func(c *Config) { c.AHT = Given(d, "aht") } }

func gos(p float64) func(*Config) { return func(c *Config) { c.GoS = Given(p, "gos") } }

// near says whether got is want within the digits that the source prints.
func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if math.Abs(got-want) > relative*math.Abs(want) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

// The worked examples of the source documents at 180 s: planning facts, section 3.2.
func TestExamplesOfTheGuidanceAt180Seconds(t *testing.T) {
	for _, test := range []struct {
		name     string
		users    int
		usage    string
		calls    float64
		guidance int
		erlangs  float64
		blocking float64
		finite   float64
		grades   [4]int // ports for 5, 2, 1 and 0.1 %
	}{
		{"20 light users on 2 ports lose every fifth call", 20, "light", 1, 2, 1, .200, .191489361702128, [4]int{4, 4, 5, 6}},
		{"100 moderate users on 10 ports lose more than every fifth", 100, "moderate", 2, 10, 10, .214582343107347, .221, [4]int{15, 17, 18, 21}},
		{"10,000 moderate users still lose more than 2 %", 10_000, "moderate", 2, 1000, 1000, .0248119176461605, .026, [4]int{966, 1009, 1029, 1072}},
		{"47,000 heavy users at 3 calls have a quarter too many ports", 47_000, "heavy", 3, 9400, 7050, 6.0569e-157, 0, [4]int{6716, 6950, 7044, 7201}},
		{"47,000 heavy users at 4 calls have just the right ports", 47_000, "heavy", 4, 9400, 9400, .00818457495044259, .0091, [4]int{8949, 9254, 9375, 9566}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := plan(t, test.users, test.usage, calls(test.calls))
			if s.Guidance.Ports != test.guidance {
				t.Errorf("guidance gives %d ports, want %d", s.Guidance.Ports, test.guidance)
			}
			near(t, "offered erlangs", s.Demand.Erlangs(), test.erlangs, 1e-14)
			near(t, "blocking of the guidance", s.Guidance.Blocking, test.blocking, 2e-5)
			if test.finite > 0 {
				near(t, "the same with a finite source", *s.Guidance.FiniteBlocking, test.finite, 0.02)
			}
			for i, grade := range s.Grades {
				if grade.Ports != test.grades[i] {
					t.Errorf("%g %% needs %d ports, want %d", 100*grade.GoS, grade.Ports, test.grades[i])
				}
			}
			if s.Ports != test.grades[2] {
				t.Errorf("1 %% by default needs %d ports, want %d", s.Ports, test.grades[2])
			}
		})
	}
}

// Section 3.2, sensitivity: blocking of the guidance's ports at 120, 180, 240 and 300 s.
func TestLargeGroupsStandAtACliff(t *testing.T) {
	for _, test := range []struct {
		name     string
		users    int
		usage    string
		calls    float64
		blocking [4]float64
	}{
		{"20 light", 20, "light", 1, [4]float64{.118, .200, .276, .343}},
		{"100 moderate", 100, "moderate", 2, [4]float64{.066, .215, .354, .459}},
		{"10,000 moderate", 10_000, "moderate", 2, [4]float64{6e-34, .025, .252, .401}},
		{"47,000 heavy at 4 calls", 47_000, "heavy", 4, [4]float64{1.4e-297, .0082, .250, .400}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cases := plan(t, test.users, test.usage, calls(test.calls)).HoldingTimes
			longer := plan(t, test.users, test.usage, calls(test.calls), aht(225*time.Second)).HoldingTimes
			for i, holding := range append(cases, longer[2]) {
				if want := time.Duration(120+60*i) * time.Second; holding.Demand.AHT != want {
					t.Fatalf("case %d is at %s, want %s", i, holding.Demand.AHT, want)
				}
				near(t, holding.Demand.AHT.String(), holding.GuidanceBlocking, test.blocking[i], 0.06)
			}
		})
	}
}

// Section 3.1, point 2: the same load per port blocks less the larger the group is.
func TestBlockingAtAConstantLoadPerPort(t *testing.T) {
	for ports, want := range map[int][2]float64{ // at 0.75 and at 1.0 E a port
		2: {.310, .400}, 4: {.206, .311}, 10: {.0995, .215}, 23: {.0375, .149}, 24: {.0353, .146}, 30: {.0247, .133},
		48: {.0096, .107}, 60: {.0054, .096}, 96: {.0011, .077}, 240: {3e-6, .050}, 480: {2.5e-10, .036},
		960: {2.5e-18, .025}, 9400: {6e-157, .0082},
	} {
		for i, callsPerHour := range []float64{3, 4} {
			s := plan(t, 5*ports, "heavy", calls(callsPerHour))
			near(t, "erlangs per port", s.Guidance.ErlangsPerPort, []float64{.75, 1}[i], 1e-14)
			near(t, "blocking", s.Guidance.Blocking, want[i], 0.06)
		}
	}
}

// Section 3.1, point 3: from how many ports on the ratio holds the GoS.
func TestGuidanceHoldsTheGoSFromSomeSizeOn(t *testing.T) {
	for _, test := range []struct {
		name      string
		usage     string
		calls     float64
		gos       float64
		wantPorts int
	}{
		{"light holds 5 % from 19 ports", "light", 1, .05, 19},
		{"light holds 2 % from 34 ports", "light", 1, .02, 34},
		{"light holds 1 % from 48 ports", "light", 1, .01, 48},
		{"heavy at 3 calls as light", "heavy", 3, .01, 48},
		{"light holds 0.1 % from 99 ports", "light", 1, .001, 99},
		{"moderate holds 5 % from 238 ports", "moderate", 2, .05, 238},
		{"moderate holds 2 % from 1,550 ports", "moderate", 2, .02, 1550},
		{"moderate holds 1 % from 6,282 ports", "moderate", 2, .01, 6282},
		{"6 heavy calls, 1.5 E a port, lose a third whatever the size", "heavy", 6, .01, 0},
		{"but hold a GoS of 40 % from some size on", "heavy", 6, .40, 13},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := plan(t, 100, test.usage, calls(test.calls), gos(test.gos))
			if s.Guidance.MeetsFrom != test.wantPorts {
				t.Errorf("from %d ports on, want %d", s.Guidance.MeetsFrom, test.wantPorts)
			}
		})
	}
	near(t, "least lost at 1.5 E a port", LeastLost(1.5), 1./3, 1e-14)
}

// Section 3.1, point 4: the holding time at which the guidance gives exactly the GoS.
func TestHoldingTimeAtWhichTheGuidanceIsRight(t *testing.T) {
	for _, test := range []struct {
		name    string
		users   int
		usage   string
		calls   float64
		gos     float64
		seconds float64
	}{
		{"2 full ports", 30, "light", 1, .01, 18.3},
		{"4 ports", 60, "light", 1, .01, 52.2},
		{"8 ports", 120, "light", 1, .01, 93.8},
		{"10 ports", 150, "light", 1, .01, 107.1},
		{"10 moderate ports", 100, "moderate", 2, .01, 80.3},
		{"48 ports", 720, "light", 1, .01, 180.5},
		{"960 ports", 4800, "heavy", 3, .01, 232.8},
		{"1,000 moderate ports", 10_000, "moderate", 2, .01, 174.8},
		{"9,400 ports at 3 calls", 47_000, "heavy", 3, .01, 240.7},
		{"9,400 ports at 4 calls", 47_000, "heavy", 4, .01, 180.5},
		{"20 users on 2 ports", 20, "light", 1, .01, 27.5},
		{"30 ports at 0.1 %", 450, "light", 1, .001, 133.5},
		{"9,400 ports at 0.1 %", 47_000, "heavy", 3, .001, 235.8},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := plan(t, test.users, test.usage, calls(test.calls), gos(test.gos))
			near(t, "seconds", s.Guidance.HoldsUpTo.Seconds(), test.seconds, 0.003)
		})
	}
}

// Section 3.3: guidance against 1 % by Erlang B at 180 s.
func TestGuidanceAgainstErlangB(t *testing.T) {
	columns := []struct {
		usage string
		calls float64
	}{{"light", 1}, {"moderate", 2}, {"heavy", 3}, {"heavy", 4}}
	for _, row := range []struct {
		users int
		ports [4][2]int // by guidance, by Erlang B
	}{
		{20, [4][2]int{{2, 5}, {2, 7}, {4, 8}, {4, 10}}},
		{100, [4][2]int{{7, 11}, {10, 18}, {20, 24}, {20, 30}}},
		{200, [4][2]int{{14, 18}, {20, 30}, {40, 42}, {40, 53}}},
		{500, [4][2]int{{34, 36}, {50, 64}, {100, 91}, {100, 117}}},
		{1000, [4][2]int{{67, 64}, {100, 117}, {200, 170}, {200, 221}}},
		{2000, [4][2]int{{134, 117}, {200, 221}, {400, 324}, {400, 426}}},
		{5000, [4][2]int{{334, 273}, {500, 527}, {1000, 779}, {1000, 1029}}},
		{10_000, [4][2]int{{667, 527}, {1000, 1029}, {2000, 1529}, {2000, 2028}}},
		{47_000, [4][2]int{{3134, 2377}, {4700, 4712}, {9400, 7044}, {9400, 9375}}},
		{100_000, [4][2]int{{6667, 5010}, {10_000, 9970}, {20_000, 14_925}, {20_000, 19_878}}},
	} {
		for i, column := range columns {
			s := plan(t, row.users, column.usage, calls(column.calls))
			if got := [2]int{s.Guidance.Ports, s.Ports}; got != row.ports[i] {
				t.Errorf("%d %s users at %g calls: %v ports by guidance and Erlang B, want %v",
					row.users, column.usage, column.calls, got, row.ports[i])
			}
		}
	}
}

func TestRetriesRaiseBlocking(t *testing.T) {
	s := plan(t, 100, "moderate")
	near(t, "half of the blocked callers try again", s.Guidance.RetryBlocking, .289109178885923, 1e-12)
}

// Section 2.8: attempts per hour and per second.
func TestAttemptsOf47000HeavyUsers(t *testing.T) {
	s := plan(t, 47_000, "heavy")
	near(t, "BHCA", s.Demand.BHCA(), 141_000, 1e-14)
	near(t, "CAPS", s.Demand.CAPS(), 39.2, 0.001)
	near(t, "BHCA at 4 calls", s.MoreCalls.Demand.BHCA(), 188_000, 1e-14)
	near(t, "CAPS at 4 calls", s.MoreCalls.Demand.CAPS(), 52.2, 0.001)
}

// Section 3.4: what a day's mean says about its busy hour.
func TestBusyHourAgainstTheMeanOfTheDay(t *testing.T) {
	s := plan(t, 100, "moderate")
	for i, want := range []float64{2.72, 5} {
		near(t, s.BusyHours[i].Rule.Name, s.BusyHours[i].Demand.CallsPerHour, want, 1e-12)
	}
}
