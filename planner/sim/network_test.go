package sim

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// simulate runs a model with settings that suit most tests.
func simulate(t *testing.T, m *Model, s Settings) *Result {
	t.Helper()
	if s.Replications == 0 {
		s.Replications = 20
	}
	if s.Window == 0 {
		s.Window = 100 * aht
	}
	if s.Confidence == 0 {
		s.Confidence = 0.99
	}
	result, err := Run(context.Background(), m, s)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// near requires an exact value inside an interval that is not wider than half of it on either side.
func near(t *testing.T, what string, e Estimate, want float64) {
	t.Helper()
	if !e.Known || want < e.Low || want > e.High || e.HalfWidth() > 0.5 {
		t.Errorf("%s is %.5g (%.5g to %.5g), want %.5g", what, e.Value, e.Low, e.High, want)
	}
}

// twoTrunks returns a model with a trunk to each of two gateways, taken in order.
func twoTrunks(circuits int, offered float64) *Model {
	m := groupModel(circuits, erlangs(offered))
	m.Network.Facilities = []routing.Facility{{Name: "a", Limits: routing.Limits{Circuits: circuits}}, {Name: "b", Limits: routing.Limits{Circuits: circuits}}}
	m.Network.Trunks = []routing.Trunk{{Name: "first", Facilities: []string{"a"}}, {Name: "second", Facilities: []string{"b"}}}
	m.Network.Routes = []routing.Route{{Name: "route", Trunks: []string{"first", "second"}}}
	m.Groups = []Group{{Name: "group a", Trunks: []string{"first"}, Circuits: circuits}, {Name: "group b", Trunks: []string{"second"}, Circuits: circuits}}
	return m
}

// TestFailOverByCode sends on what the first trunk answers with 503 and not what it answers with 486.
func TestFailOverByCode(t *testing.T) {
	m := twoTrunks(1000, 20)
	m.Answers = []Answer{{Part: "first", Share: 0.3, Outcome: 503}}
	r := simulate(t, m, Settings{})
	near(t, "share of the calls on the second trunk", r.share(func(w *window) (y, x float64) { return w.groups[1].carried, w.total.arrived }, 1), 0.3)
	if r.Lost.Value != 0 {
		t.Errorf("%g of the calls are lost, want none", r.Lost.Value)
	}
	m.Answers[0].Outcome = 486
	r = simulate(t, m, Settings{})
	if r.Groups[1].Measurement.Offered != 0 {
		t.Errorf("%d calls failed over on 486", r.Groups[1].Measurement.Offered)
	}
	busy := float64(r.Total.Outcomes[measure.User]) / float64(r.Total.Offered)
	if math.Abs(busy-0.3) > 0.02 || r.Lost.Value != 0 {
		t.Errorf("%g of the calls meet a busy user and %g are lost, want 0.3 and none", busy, r.Lost.Value)
	}
}

// TestFailOverByTimeout lets the first trunk be silent: each call waits for the time of the route, holding a circuit there,
// and is carried by the second one.
func TestFailOverByTimeout(t *testing.T) {
	m := twoTrunks(1000, 20)
	m.Network.Routes[0].FailOver.Wait = 10 * time.Second
	m.Drills = []routing.Drill{{Name: "a"}}
	r := simulate(t, m, Settings{})
	before := 20. / 100 // calls that were there when it fell silent, over the window
	near(t, "erlangs that wait on the first trunk", r.Groups[0].Carried, 20*10/aht.Seconds()+before)
	near(t, "erlangs on the second trunk", r.Groups[1].Carried, 20-before)
	m.Network.Routes[0].FailOver.Wait = 0 // Timer B
	r = simulate(t, m, Settings{})
	near(t, "erlangs that wait for Timer B", r.Groups[0].Carried, 20*32/aht.Seconds()+before)
}

// TestADrillDropsCallsAndMovesOthers lets a gateway die for half of the window: its calls are dropped once, and the other
// gateway blocks as one of its size does.
func TestADrillDropsCallsAndMovesOthers(t *testing.T) {
	m := twoTrunks(12, 9)
	m.Drills = []routing.Drill{{Name: "a", At: 100 * aht, For: 100 * aht, Mode: routing.Closed}}
	r := simulate(t, m, Settings{Window: 200 * aht, Replications: 60})
	alone, err := erlang.B(12, 9)
	if err != nil {
		t.Fatal(err)
	}
	both, err := erlang.B(24, 9)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "lost calls", r.Lost, (alone+both)/2)
	busy := 9 * (1 - mustB(t, 12, 9)) // on the first gateway when it dies
	near(t, "calls dropped in a window", r.mean(func(w *window) float64 { return w.groups[0].dropped }), busy)
}

// TestCallersWhoseCallIsCutOffCallAgain lets both gateways die: those calls come back and fill the second half.
func TestCallersWhoseCallIsCutOffCallAgain(t *testing.T) {
	m := twoTrunks(1000, 50)
	m.Drills = []routing.Drill{{Name: "a", At: 50 * aht, For: time.Second, Mode: routing.Closed}}
	without := simulate(t, m, Settings{})
	m.Sources[0].Redial = routing.Retry{Share: 0.8, Delay: traffic.Duration{Law: traffic.Fixed, Mean: 10 * time.Second}}
	with := simulate(t, m, Settings{})
	c, err := Compare(without, with)
	if err != nil {
		t.Fatal(err)
	}
	more := float64(c.B.Calls-c.A.Calls) / float64(with.Windows)
	if dropped := float64(with.Groups[0].Measurement.Dropped) / float64(with.Windows); math.Abs(more-0.8*dropped) > 3*math.Sqrt(dropped) || dropped < 40 {
		t.Errorf("%g calls more in a window after %g were cut off, want 80 %% of them", more, dropped)
	}
}

func mustB(t *testing.T, n, a float64) float64 {
	t.Helper()
	b, err := erlang.B(n, a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestASilentGatewayKeepsItsCalls, as routing.Silent says.
func TestASilentGatewayKeepsItsCalls(t *testing.T) {
	m := twoTrunks(1000, 20)
	m.Drills = []routing.Drill{{Name: "a", At: 10 * aht, For: 10 * aht}}
	if r := simulate(t, m, Settings{}); r.Dropped.Value != 0 {
		t.Errorf("%g of the calls are dropped", r.Dropped.Value)
	}
}

// TestRegistrarFailOver takes the registrar away for 20 holding times: for the first five nobody can call, then all calls go
// over the appliance.
func TestRegistrarFailOver(t *testing.T) {
	m := twoTrunks(1000, 50)
	m.Network.Facilities = append(m.Network.Facilities, routing.Facility{Name: "registrar"})
	m.Network.Routes = []routing.Route{{Name: "route", Trunks: []string{"first"}}, {Name: "refuge", Trunks: []string{"second"}}}
	m.Sources[0].Registration = &Registration{Needs: []string{"registrar"}, FailOver: 5 * aht, Route: "refuge"}
	m.Drills = []routing.Drill{{Name: "registrar", At: 10 * aht, For: 20 * aht}}
	r := simulate(t, m, Settings{})
	near(t, "calls lost without a registrar", r.Lost, 0.05)
	near(t, "calls over the appliance", r.share(func(w *window) (y, x float64) { return w.groups[1].carried, w.total.arrived }, 1), 0.15)
	if r.Sources[0].Causes["out_of_service"] != int64(r.Total.Outcomes[measure.Unreachable]) {
		t.Errorf("causes %v, %d unreachable", r.Sources[0].Causes, r.Total.Outcomes[measure.Unreachable])
	}
	m.Sources[0].Registration.Route = ""
	r = simulate(t, m, Settings{})
	near(t, "calls lost without an appliance", r.Lost, 0.2)
}

// TestDetectedFailures lets a gateway fail by chance: until this side knows, calls wait for a timeout there.
func TestDetectedFailures(t *testing.T) {
	m := twoTrunks(1000, 20)
	law := func(d time.Duration) traffic.Duration { return traffic.Duration{Law: traffic.Exponential, Mean: d} }
	m.Network.Routes[0].FailOver.Wait = 10 * time.Second
	m.Components = []Component{{Facility: "a", Between: law(30 * aht), Repair: law(10 * aht), Mode: routing.Silent, Detected: aht}}
	r := simulate(t, m, Settings{Window: 400 * aht, Replications: 40})
	near(t, "calls on the second trunk", r.share(func(w *window) (y, x float64) { return w.groups[1].carried, w.total.arrived }, 1), 0.25)
	m.Components[0].Detected, m.Components[0].KnownAtOnce = 0, true
	known := simulate(t, m, Settings{Window: 400 * aht, Replications: 40})
	near(t, "calls on the second trunk of a side that knows", known.share(func(w *window) (y, x float64) { return w.groups[1].carried, w.total.arrived }, 1), 0.25)
	// For a holding time after each failure, of which there is one in 40, calls wait for 10 s on the gateway that has failed.
	waiting := r.Groups[0].Carried.Value - known.Groups[0].Carried.Value
	if want := 20 * (10 / aht.Seconds()) / 40; waiting < want/2 || waiting > 2*want {
		t.Errorf("%g erlangs wait for the failed gateway, want about %g", waiting, want)
	}
}

// TestCallersGiveUpAfterTheirLastTry refuses everything: each caller makes one attempt and as many more as the limit allows.
func TestCallersGiveUpAfterTheirLastTry(t *testing.T) {
	m := groupModel(1, erlangs(2))
	m.Answers = []Answer{{Part: "trunk", Share: 1, Outcome: 503}}
	m.Sources[0].Retry = routing.Retry{Share: 1, Delay: traffic.Duration{Law: traffic.Fixed, Mean: time.Second}, Most: 3}
	r := simulate(t, m, Settings{Window: 1000 * aht})
	near(t, "attempts of a call", ratio(r.Windows, func(i int) float64 { return r.windows[i].total.attempts },
		func(i int) float64 { return r.windows[i].total.arrived }, 0.99, 0), 4)
	if r.Lost.Value < 0.99 {
		t.Errorf("%g of the calls are lost, want all", r.Lost.Value)
	}
}

// TestUnansweredCallsHoldTheirCircuitWhileItRings counts the circuit time of answered and unanswered calls.
func TestUnansweredCallsHoldTheirCircuitWhileItRings(t *testing.T) {
	m := groupModel(1000, erlangs(20))
	m.Sources[0].Answered = 0.6
	m.Sources[0].SetUp = traffic.Duration{Law: traffic.Fixed, Mean: 10 * time.Second}
	m.Sources[0].Ringing = traffic.Duration{Law: traffic.Exponential, Mean: 40 * time.Second}
	r := simulate(t, m, Settings{})
	near(t, "erlangs", r.Groups[0].Carried, 20*(0.6*110+0.4*40)/100)
	asr, ok := r.Groups[0].Measurement.ASR().Value()
	if !ok || math.Abs(asr-0.6) > 0.02 {
		t.Errorf("answer seizure ratio %g, want 0.6", asr)
	}
}

// TestATokenBucketAdmitsItsRate offers twice the rate: half of the calls pass, whatever the burst.
func TestATokenBucketAdmitsItsRate(t *testing.T) {
	for _, burst := range []int{0, 1, 20} {
		m := groupModel(0, Poisson(20))
		m.Network.Trunks[0].Limits.Rate = routing.RateLimit{Calls: 10, Burst: burst}
		r := simulate(t, m, Settings{Window: 20 * aht})
		want := map[int]float64{0: 0.5, 1: 2. / 3, 20: 0.5}[burst] // burst 1 lets a call pass 1/10 s after the last: M/D/1/1
		if got := r.Groups[0].Blocking.Value; math.Abs(got-want) > 0.02 {
			t.Errorf("burst %d: %g of the calls are over the rate, want %g", burst, got, want)
		}
	}
}

// TestBypassedCallsNeedNoServer counts only calls without media bypass on a Mediation Server.
func TestBypassedCallsNeedNoServer(t *testing.T) {
	m := groupModel(1000, erlangs(20))
	m.Network.Facilities = []routing.Facility{{Name: "server", MediaOnly: true, Limits: routing.Limits{Circuits: 8}}}
	m.Network.Trunks[0].Facilities = []string{"server"}
	m.Sources[0].Bypass = 0.65
	r := simulate(t, m, Settings{Window: 400 * aht, Replications: 40})
	near(t, "lost calls", r.Lost, 0.35*mustB(t, 8, 7))
}

// TestEmergencyCallsFindTheirCircuits: trunk reservation with the priority of plans.
func TestEmergencyCallsFindTheirCircuits(t *testing.T) {
	m := groupModel(10, erlangs(9))
	m.Network.Trunks[0].Limits.Reserved = 2
	emergency := m.Sources[0]
	emergency.Name, emergency.Priority, emergency.Calls = "emergency", routing.Emergency, erlangs(1)
	m.Sources = append(m.Sources, emergency)
	high, low, err := erlang.Reservation(10, 2, 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	r := simulate(t, m, Settings{Window: 1000 * aht, Replications: 40})
	near(t, "ordinary calls", r.Sources[0].Lost, low)
	near(t, "emergency calls", r.Sources[1].Lost, high)
}

// TestTracesAreReplayed simulates three calls on one circuit.
func TestTracesAreReplayed(t *testing.T) {
	m := groupModel(1, Process{Trace: traffic.Trace{{At: time.Minute, Holding: time.Minute}, {At: 90 * time.Second, Holding: time.Hour}, {At: 150 * time.Second, Holding: time.Second}}})
	m.Sources[0].Holding = nil
	r := simulate(t, m, Settings{WarmUp: time.Second, Window: time.Hour, Replications: 2})
	if r.Calls != 6 || r.Total.Outcomes[measure.Blocked] != 2 || r.Groups[0].Measurement.CircuitTime != 2*61*time.Second {
		t.Errorf("%d calls, %d blocked, held %s; want 6, 2, 2m2s", r.Calls, r.Total.Outcomes[measure.Blocked], r.Groups[0].Measurement.CircuitTime)
	}
}

func TestModelsThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(m *Model){
		"sources[0].route":       func(m *Model) { m.Sources[0].Route = "nowhere" },
		"sources[0].calls":       func(m *Model) { m.Sources[0].Calls = Process{} },
		"calls.think":            func(m *Model) { m.Sources[0].Calls = Process{Users: 3} },
		"sources[0].holding":     func(m *Model) { m.Sources[0].Holding = nil },
		"share answered":         func(m *Model) { m.Sources[0].Answered = 0 },
		"sources[0].retry":       func(m *Model) { m.Sources[0].Retry.Share = 2 },
		"at once and for ever":   func(m *Model) { m.Sources[0].Retry.Share = 1 },
		"sources[0].codec":       func(m *Model) { m.Sources[0].Codec = "G.711" },
		"is no trunk":            func(m *Model) { m.Groups[0].Trunks = []string{"other"} },
		"is in none":             func(m *Model) { m.Groups = nil },
		"components[0].facility": func(m *Model) { m.Components = []Component{{Facility: "x", Between: exponential, Repair: exponential}} },
		"components[0]: ":        func(m *Model) { m.Components = []Component{{Facility: "x"}} },
		"drills[0]":              func(m *Model) { m.Drills = []routing.Drill{{Name: "x"}} },
		"answers[0]":             func(m *Model) { m.Answers = []Answer{{Part: "x"}} },
		"trunks[0].circuits":     func(m *Model) { m.Network.Trunks[0].Limits.Circuits = -1 },
	} {
		m := groupModel(5, erlangs(3))
		change(m)
		if _, err := Run(context.Background(), m, Settings{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	for want, s := range map[string]Settings{
		"window: ": {Window: -1}, "warm-up: ": {WarmUp: -1}, "replications: ": {Replications: 1}, "precision: ": {Precision: 1},
		"batches: ": {Batches: 1}, "confidence: ": {Confidence: 1}, "workers: ": {Workers: -1}, "most replications": {Replications: 5, Most: 3},
		"leave the precision out": {Batches: 5, Precision: 0.1}, "73 years": {Window: math.MaxInt64},
	} {
		if _, err := Run(context.Background(), groupModel(5, erlangs(3)), s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	drilled := twoTrunks(12, 9)
	drilled.Drills = []routing.Drill{{Name: "a", At: aht, For: aht}}
	if _, err := Run(context.Background(), drilled, Settings{Batches: 30}); err == nil || !strings.Contains(err.Error(), "batches: a drill falls into one of the 30 windows") {
		t.Errorf("a drill in one long replication: got %v", err)
	}
}
