package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"github.com/sipplan/sipplan/planner/routing"
)

// planned returns the model of a plan file.
func planned(t testing.TB, text string) (*design.Design, *Model) {
	t.Helper()
	read, err := plan.Read("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	worked, err := design.Work(read)
	if err != nil {
		t.Fatal(err)
	}
	m, err := FromPlan(worked)
	if err != nil {
		t.Fatal(err)
	}
	return worked, m
}

const oneSite = "topology: central-gateways\nsites: [{name: Hannover, country: DE, users: {moderate: 200}}]\n" +
	"promise: {gos: 1%, failure_gos: 90%}\ngateways: [{model: own, kind: e1, ports: 15}]\n"

// TestAPlanIsSimulatedAsItsFormulaSays holds what formulas can say too: the simulation must agree.
func TestAPlanIsSimulatedAsItsFormulaSays(t *testing.T) {
	for name, text := range map[string]string{
		"one site":            oneSite,
		"set-up holds a port": strings.Replace(oneSite, "200", "190", 1) + "demand: {setup: 12s}\n",
		"lognormal holding":   oneSite + "simulation: {holding: \"lognormal,1.5\"}\n",
		"a mixture":           oneSite + "simulation: {holding: \"50% lognormal:60s,0.8 + 50% exponential:300s\"}\n",
		"least used":          oneSite + "simulation: {policy: least used}\n",
		"days that differ":    strings.Replace(oneSite, "gos: 1%", "gos: 5%", 1) + "demand: {day_to_day: medium}\n",
		"emergency calls":     strings.Replace(oneSite, "ports: 15", "ports: 16", 1) + "emergency: {share: 4%, provider: sip}\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, m := planned(t, text)
			s := Settings{Window: 4 * time.Hour, Replications: 60}
			if strings.Contains(text, "day_to_day") {
				s = Settings{Window: time.Hour, Replications: 2000} // each is a day
			}
			r := simulate(t, m, s)
			near(t, "blocking", r.Groups[0].Blocking, *r.Groups[0].Formula)
		})
	}
}

// TestTheExampleIsSimulated goes through every topology of the example: groups agree with their formulas where their calls
// are blocked for want of ports alone.
func TestTheExampleIsSimulated(t *testing.T) {
	for _, topology := range []string{"per-site-gateways", "central-gateways", "central-sip-trunk", "distributed-sip-trunks"} {
		t.Run(topology, func(t *testing.T) {
			d, m := planned(t, strings.Replace(string(plan.Example()), "years: 5", "topology: "+topology+"\nyears: 5", 1))
			r := simulate(t, m, Settings{Window: time.Hour, Replications: 40})
			offered := 0.0
			for i := range d.Sites {
				offered += d.Sites[i].Load.BHCA
				for _, session := range d.Sites[i].WAN.Sessions {
					offered += session.Erlangs * 3600 / d.Assumptions.AHT.Seconds()
				}
			}
			near(t, "calls in the busy hour", r.mean(func(w *window) float64 { return w.total.arrived }), offered)
			for _, g := range r.Groups {
				if g.Formula != nil && !strings.Contains(g.Name, "WAN") && g.Blocking.Value > 3**g.Formula+0.004 {
					t.Errorf("%s blocks %.4g (%.4g to %.4g), formula %.4g", g.Name, g.Blocking.Value, g.Blocking.Low, g.Blocking.High, *g.Formula)
				}
			}
			if err := r.Total.CheckAccounting(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRoutesOverflow simulates a high-usage group and its final group; Wilkinson's method is an approximation, good to a few
// per cent here.
func TestRoutesOverflow(t *testing.T) {
	_, m := planned(t, oneSite+"trunks: [{name: direct, site: Hannover, ports: 15}, {name: final, site: Hannover, ports: 12}]\n"+
		"routes: [{name: pstn, sites: [Hannover], trunks: [direct, final]}]\n")
	r := simulate(t, m, Settings{Window: 4 * time.Hour, Replications: 60})
	near(t, "direct group", r.Groups[0].Blocking, mustB(t, 15, 20))
	near(t, "lost calls", r.Lost, mustB(t, 27, 20))
	if f := *r.Groups[1].Formula; math.Abs(r.Groups[1].Blocking.Value/f-1) > 0.1 {
		t.Errorf("final group blocks %.4g, by Wilkinson %.4g", r.Groups[1].Blocking.Value, f)
	}
	if z := r.Groups[1].Peakedness; z < 1.1 {
		t.Errorf("calls on the final group have a peakedness of %g, want that of overflow", z)
	}
}

// TestFailuresOfTheYears agrees with the mean over all numbers of failed gateways, which the plan works out.
func TestFailuresOfTheYears(t *testing.T) {
	d, m := planned(t, strings.Replace(oneSite, "ports: 15}", "ports: 15, mtbf: 1d, mttr: 8h}", 1))
	longRun := d.Variant().Locations[0].LongRun
	if longRun == nil || len(m.Components) < 2 {
		t.Fatalf("long run %v, %d components", longRun, len(m.Components))
	}
	r := simulate(t, m, Settings{Window: 24 * time.Hour, Replications: 300})
	near(t, "lost calls", r.Lost, *longRun)
	if !(r.Dropped.Value > 0) {
		t.Error("no call was dropped")
	}
}

// TestABranchLosesItsLink: without an appliance its calls stop, with one they go over its own gateway after the users have
// registered there.
func TestABranchLosesItsLink(t *testing.T) {
	const sites = "topology: central-gateways\nsites:\n  - {name: Hub, country: DE, central: true, users: {moderate: 400}}\n" +
		"  - {name: New York, country: DE, users: {moderate: 300}, resilience: %s}\ngateways: [{model: own, kind: e1, ports: 60}]\n" +
		"simulation: {registrar_fail_over: 6m, drills: [fail New-York/wan at 00:00 by closed]}\n"
	_, m := planned(t, fmt.Sprintf(sites, "n+1"))
	r := simulate(t, m, Settings{Window: time.Hour})
	if r.Sources[1].Name != "New York" || r.Sources[1].Lost.Value != 1 || r.Sources[0].Lost.Value > 0.01 {
		t.Errorf("%s loses %g, the hub %g", r.Sources[1].Name, r.Sources[1].Lost.Value, r.Sources[0].Lost.Value)
	}
	_, m = planned(t, fmt.Sprintf(sites, "local"))
	r = simulate(t, m, Settings{Window: time.Hour})
	near(t, "calls that the branch loses", r.Sources[1].Lost, 0.1)
	if g := r.Groups[1]; g.Name != "New York appliance" || g.Carried.Value < 20 {
		t.Errorf("%s carries %g E", g.Name, g.Carried.Value)
	}
}

// TestOneToOneTrunks lets a Mediation Server die: its gateway is lost with it, unlike with M:N trunks.
func TestOneToOneTrunks(t *testing.T) {
	const text = oneSite + "mediation: {trunks: \"PAIRS\"}\nmedia: {bypass: 0%}\nsimulation: {drills: [fail server-1 at 0s by closed]}\n"
	_, m := planned(t, strings.Replace(text, "PAIRS", "m:n", 1))
	if r := simulate(t, m, Settings{Window: 4 * time.Hour}); r.Lost.Value > 0.02 {
		t.Errorf("M:N trunks lose %g", r.Lost.Value)
	}
	_, m = planned(t, strings.Replace(text, "PAIRS", "1:1", 1))
	near(t, "lost calls of 1:1 trunks", simulate(t, m, Settings{Window: 4 * time.Hour}).Lost, mustB(t, 15, 20))
}

// TestRefusalsAndQueuesOfPlans: a gateway that refuses a fifth of its calls costs none, as they fail over, unless its outcome is
// final; and calls that wait for a port wait as long as Erlang A says.
func TestRefusalsAndQueuesOfPlans(t *testing.T) {
	_, m := planned(t, oneSite+"simulation: {refusals: [{part: gateway-1, share: 20%, outcome: 504}]}\n")
	if lost, full := simulate(t, m, Settings{Window: 10 * time.Hour}).Lost.Value, mustB(t, 30, 20); lost < full || lost > 2*full {
		t.Errorf("%g of the calls are lost with fail-over, want a little more than the %g for which both gateways are full", lost, full)
	}
	_, m = planned(t, oneSite+"simulation: {refusals: [{part: gateway-1, share: 20%, outcome: 500}]}\n")
	if lost := simulate(t, m, Settings{Window: 4 * time.Hour}).Lost.Value; lost < 0.09 || lost > 0.13 { // a fifth of about half
		t.Errorf("%g of the calls are lost by a final 500", lost)
	}
	_, m = planned(t, oneSite+"simulation: {queue: {patience: exponential:90s}}\n")
	want, err := erlang.NewImpatientQueue(30, 20, 2)
	if err != nil {
		t.Fatal(err)
	}
	r := simulate(t, m, Settings{Window: 10 * time.Hour})
	near(t, "calls that wait", r.Sources[0].Waited, want.Wait)
	near(t, "callers who give up", r.Lost, want.Abandon)
}

// TestArrivalsOfPlans checks that each kind of arrivals offers the plan's traffic, and what is known of its blocking.
func TestArrivalsOfPlans(t *testing.T) {
	blocking := map[string]float64{}
	for name, simulation := range map[string]string{
		"poisson": "{}", "constant": "{arrivals: constant}", "users": "{arrivals: users}", "interrupted": "{arrivals: interrupted, peakedness: 3}",
	} {
		_, m := planned(t, oneSite+"simulation: "+simulation+"\n")
		r := simulate(t, m, Settings{Window: 10 * time.Hour, Replications: 60})
		near(t, name+": calls", r.mean(func(w *window) float64 { return w.total.arrived }), 4000)
		blocking[name] = r.Groups[0].Blocking.Value
	}
	for _, order := range [][2]string{{"constant", "poisson"}, {"users", "poisson"}, {"poisson", "interrupted"}} {
		if blocking[order[0]] >= blocking[order[1]] {
			t.Errorf("%s calls are blocked as often as %s ones: %v", order[0], order[1], blocking)
		}
	}
}

// TestAProfileHasItsBusyHour simulates a day: the plan's traffic is that of the busiest hour, and the day loses what its
// hours lose, each in equilibrium.
func TestAProfileHasItsBusyHour(t *testing.T) {
	hours := make([]string, 24)
	want, calls := 0.0, 0.0
	for h := range hours {
		rate := 0.2 + 0.8*math.Pow(math.Sin(math.Pi*float64(h)/24), 4)
		hours[h] = fmt.Sprintf("%.4f", rate)
		want += rate * 20 * mustB(t, 30, rate*20)
		calls += rate * 20
	}
	_, m := planned(t, oneSite+"simulation: {begin: 6h, profile: ["+strings.Join(hours, ", ")+"]}\n")
	r := simulate(t, m, Settings{Window: 24 * time.Hour, Replications: 200})
	if got := r.Lost.Value; math.Abs(got/(want/calls)-1) > 0.15 {
		t.Errorf("the day loses %.4g, want about %.4g", got, want/calls)
	}
}

func TestPlansThatCannotBeSimulated(t *testing.T) {
	for want, simulation := range map[string]string{
		"simulation.holding: must have the mean":     "{holding: exponential:60s}",
		"peakedness: must be above 1 and below":      "{arrivals: interrupted, peakedness: 1}",
		"simulation.drills[0]: there is no part":     "{drills: [fail gateway-7 at 1h]}",
		"simulation.drills[0]: drill \"fail\": want": "{drills: [fail]}",
	} {
		read, err := plan.Read("plan.yaml", []byte(oneSite+"simulation: "+simulation+"\n"))
		if err == nil {
			var worked *design.Design
			if worked, err = design.Work(read); err == nil {
				_, err = FromPlan(worked)
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	_, m := planned(t, "topology: per-site-gateways\nsites: [{name: A, country: DE, users: {moderate: 200}}, {name: B, country: DE, users: {moderate: 200}}]\n")
	if err := m.AddDrill(routing.Drill{Name: "gateway-1"}); err == nil || !strings.Contains(err.Error(), "may be any of A/gateway-1, B/gateway-1") {
		t.Errorf("a name of two parts: got %v", err)
	}
}

// largePlan is 47,000 heavy users on gateways of 960 ports.
const largePlan = "topology: central-gateways\nsites: [{name: Site, country: DE, users: {heavy: 47000}}]\ngateways: [{model: large, kind: e1, ports: 960, caps: 30}]\n"

// BenchmarkLargeBusyHour is a hundred replications of the busy hour of 47,000 users, on all processors.
func BenchmarkLargeBusyHour(b *testing.B) {
	_, m := planned(b, largePlan)
	for b.Loop() {
		if _, err := Run(context.Background(), m, Settings{Replications: 100}); err != nil {
			b.Fatal(err)
		}
	}
}
