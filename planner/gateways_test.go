package planner

import (
	"testing"

	"github.com/sipplan/sipplan/planner/catalog"
)

func gatewayPorts(n int) func(*Config) {
	return func(c *Config) { c.GatewayPorts = Given(n, "gateway-ports") }
}

// Planning facts, section 3.4, failure.
func TestNinePlusOneGatewaysFor47000HeavyUsers(t *testing.T) {
	s := plan(t, 47_000, "heavy")
	option := s.Gateway()
	if option.Gateway.Ports != 960 {
		t.Fatalf("gateways of %d ports, want 960", option.Gateway.Ports)
	}
	if got := option.ByGuidance.Gateways; got != 10 {
		t.Errorf("the guidance fills %d gateways, want 10", got)
	}
	if got := option.PlusOne.Gateways; got != 9 {
		t.Errorf("8 hold 1 %% and one may fail: %d, want 9", got)
	}
	near(t, "blocking on 8 of 9", option.PlusOne.BlockingOneDown, 6e-15, 0.05)
	if got, want := option.PlusOne.Spare, 9*960-7044; got != want {
		t.Errorf("%d spare ports, want %d", got, want)
	}
}

func TestTenGatewaysHaveNoSpareAtFourCalls(t *testing.T) {
	for name, group := range map[string][2]GatewayGroup{
		"given 4 calls": {plan(t, 47_000, "heavy", calls(4)).Gateway().ByGuidance, plan(t, 47_000, "heavy", calls(4)).Gateway().PlusOne},
		"heavy is open": {plan(t, 47_000, "heavy").MoreCalls.ByGuidance, plan(t, 47_000, "heavy").MoreCalls.PlusOne},
	} {
		t.Run(name, func(t *testing.T) {
			if group[0].Gateways != 10 || group[1].Gateways != 11 {
				t.Errorf("%d by guidance and %d with one to spare, want 10 and 11", group[0].Gateways, group[1].Gateways)
			}
			near(t, "all 10 up", group[0].Blocking, 5.0213e-4, 1e-4)
			near(t, "9 of 10 up", group[0].BlockingOneDown, .0820239, 1e-5)
			near(t, "10 of 11 up", group[1].BlockingOneDown, 5.0213e-4, 1e-4)
		})
	}
}

func TestSplitOverTwoGatewaysTheGuidanceLosesHalf(t *testing.T) {
	s := plan(t, 100, "moderate")
	near(t, "5 of 10 ports left", s.Guidance.HalfBlocking, .564, 0.001)
	if group := plan(t, 100, "moderate", gatewayPorts(18)).Gateway().PlusOne; group.Gateways != 2 || group.BlockingOneDown > .01 {
		t.Errorf("gateways of 18: %d with %g blocked on one, want 2 with at most 0.01", group.Gateways, group.BlockingOneDown)
	}
	if group := plan(t, 100, "moderate", gatewayPorts(17)).Gateway().PlusOne; group.Gateways != 3 {
		t.Errorf("gateways of 17: %d, want 3 because one alone loses more than 1 %%", group.Gateways)
	}
}

func TestEveryOptionHoldsTheGoSWithOneGatewayDown(t *testing.T) {
	for _, s := range []Sizing{plan(t, 1, "light"), plan(t, 20, "light"), plan(t, 100, "moderate"), plan(t, 47_000, "heavy")} {
		for _, option := range s.Gateways {
			group := option.PlusOne
			if group.Gateways < MinGateways || option.ByGuidance.Gateways < MinGateways {
				t.Errorf("%d users on gateways of %d: fewer than two", s.Demand.Users, option.Gateway.Ports)
			}
			if group.BlockingOneDown > s.Inputs.GoS.Value {
				t.Errorf("%d users, %d gateways of %d: %g lost with one down", s.Demand.Users, group.Gateways,
					option.Gateway.Ports, group.BlockingOneDown)
			}
			if group.Gateways > MinGateways && (group.Gateways-2)*option.Gateway.Ports >= s.Ports {
				t.Errorf("%d users: %d gateways of %d are more than one too many", s.Demand.Users, group.Gateways, option.Gateway.Ports)
			}
		}
	}
}

func TestFewestGatewaysThenFewestPortsAreChosen(t *testing.T) {
	for users, want := range map[int]int{20: 8, 100: 24, 200: 30, 1000: 120, 2000: 240} {
		if got := plan(t, users, "moderate").Gateway().Gateway.Ports; got != want {
			t.Errorf("%d moderate users: gateways of %d ports, want %d", users, got, want)
		}
	}
}

func TestLinesChooseTheCatalogue(t *testing.T) {
	t1 := func(c *Config) { c.Lines = Given(catalog.T1, "lines") }
	s := plan(t, 47_000, "heavy", t1)
	if got := s.Gateway(); got.Gateway.Ports != 736 || got.ByGuidance.Gateways != 13 || got.PlusOne.Gateways != 11 {
		t.Errorf("%d and %d gateways of %d ports, want 13 and 11 of 736", got.ByGuidance.Gateways, got.PlusOne.Gateways, got.Gateway.Ports)
	}
	for _, option := range s.Gateways {
		if option.Gateway.Lines == catalog.E1 {
			t.Errorf("%s is offered for T1 lines", option.Gateway.Name)
		}
	}
}

// Planning facts, section 1.2: Mediation Servers of the 47,000 users at 3 and 4 calls, without one to spare.
func TestMediationServersByLoad(t *testing.T) {
	for _, test := range []struct {
		bypass float64
		calls  int
		want   [2]int
	}{
		{0, 1100, [2]int{7, 9}}, {0, 1500, [2]int{5, 7}}, {0, 2000, [2]int{4, 5}},
		{.65, 1100, [2]int{3, 3}}, {.65, 1500, [2]int{2, 3}}, {.65, 2000, [2]int{2, 2}},
	} {
		for i, perHour := range []float64{3, 4} {
			s := plan(t, 47_000, "heavy", calls(perHour), func(c *Config) {
				c.Bypass, c.MediationCalls = Given(test.bypass, "bypass"), Given(test.calls, "mediation-calls")
			})
			if s.Mediation.ByLoad != test.want[i] {
				t.Errorf("bypass %g, %d calls each, %g calls per user: %d servers, want %d",
					test.bypass, test.calls, perHour, s.Mediation.ByLoad, test.want[i])
			}
			if gateways := s.Gateway().PlusOne.Gateways; s.Mediation.Servers < gateways || s.Mediation.Servers < s.Mediation.ByLoad+1 {
				t.Errorf("%d servers for %d gateways and a load of %d", s.Mediation.Servers, gateways, s.Mediation.ByLoad)
			}
		}
	}
}

// Planning facts, section 1.4: header arithmetic, checked by Cisco's and Avaya's figures.
func TestG711Bandwidth(t *testing.T) {
	if got := G711.OnIP().BitsPerSecond(); got != 80_000 {
		t.Errorf("%g bit/s on IP, want 80,000", got)
	}
	if got := G711.BitsPerSecond(); got != 87_200 {
		t.Errorf("%g bit/s on Ethernet, want 87,200", got)
	}
	if got := plan(t, 47_000, "heavy").Bandwidth.BitsPerSecond(); got != 7044*87_200 {
		t.Errorf("%g bit/s for all calls, want %d", got, 7044*87_200)
	}
}

// Planning facts, section 3.4, distribution over sites.
func TestSitesNeedMorePortsThanTheGuidanceKnows(t *testing.T) {
	s := plan(t, 47_000, "heavy")
	want := []SiteSplit{{Sites: 10, Ports: 7330, GuidancePorts: 9400}, {Sites: 100, Ports: 8600, GuidancePorts: 9400}, {Sites: 1000, Ports: 14_000, GuidancePorts: 10_000}}
	if len(s.Sites) != len(want) {
		t.Fatalf("%d splits, want %d", len(s.Sites), len(want))
	}
	for i, split := range s.Sites {
		if split.Sites != want[i].Sites || split.Ports != want[i].Ports || split.GuidancePorts != want[i].GuidancePorts {
			t.Errorf("%+v, want %+v", split, want[i])
		}
	}
	near(t, "94 guided ports at each of 100 sites", s.Sites[1].Blocking, .0012, 0.05)
	moderate := plan(t, 10_000, "moderate").Sites
	for i, want := range []SiteSplit{{10, 1170, 1000, .076}, {100, 1800, 1000, .215}} {
		if moderate[i].Ports != want.Ports || moderate[i].GuidancePorts != want.GuidancePorts {
			t.Errorf("10,000 moderate users: %+v, want %+v", moderate[i], want)
		}
		near(t, "blocking", moderate[i].Blocking, want.Blocking, 0.01)
	}
	if splits := plan(t, 100, "light").Sites; splits != nil {
		t.Errorf("100 users are split over sites of 10: %+v", splits)
	}
}
