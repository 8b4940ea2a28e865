package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"github.com/sipplan/sipplan/planner/sim"
)

const twoPlaces = `name: Two places
sites:
  - {name: Hannover, country: DE, users: {heavy: 100}}
  - {name: Leipzig, country: DE, users: {heavy: 60}}
trunks:
  - {name: hannover gw, site: Hannover, ports: 24}
  - {name: leipzig gw, site: Leipzig, ports: 17}
routes:
  - {name: from Hannover, sites: [Hannover], trunks: [hannover gw]}
  - {name: from Leipzig, sites: [Leipzig], trunks: [leipzig gw]}
`

// verifyPlan verifies a plan until this machine was undisturbed, in about two seconds each time.
func verifyPlan(t *testing.T, plan string, args ...string) (code int, report map[string]any) {
	t.Helper()
	testbed.Undisturbed(t, func() string {
		if code, report = verifyPlanOnce(t, plan, args...); code != codeInconclusive {
			return ""
		}
		for _, run := range report["runs"].([]any) {
			if why := document(run.(map[string]any)).disturbance(t); why != "" {
				return why
			}
		}
		t.Fatalf("nothing disturbed the test, and it cannot tell: %v", report["why"])
		return ""
	})
	return code, report
}

func verifyPlanOnce(t *testing.T, plan string, args ...string) (code int, report map[string]any) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := commandLine(append([]string{"verify", file, "--tolerated", "20%", "--compress", "1500", "--media", "none", "--seed", "4", "--output", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("exit code %d: %v\n%s", code, err, stderr)
	}
	return code, report
}

func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			value = value.(map[string]any)[step]
		case int:
			value = value.([]any)[step]
		}
	}
	return value
}

func TestVerifyPlanSetsThreeInstrumentsSideBySide(t *testing.T) {
	code, report := verifyPlan(t, twoPlaces)
	if code != codePass || report["verdict"] != "pass" {
		t.Errorf("exit code %d, %v: %v", code, report["verdict"], report["why"])
	}
	if groups := report["groups"].([]any); len(groups) != 2 {
		t.Fatalf("%d trunk groups, want 2", len(groups))
	}
	for i, want := range []struct {
		name             string
		ports, from, to  float64 // blocking by the formula
		offered, streams float64
	}{{"hannover gw", 24, 0.008, 0.009, 15, 1}, {"leipzig gw", 17, 0.005, 0.007, 9, 1}} {
		g := at(t, report, "groups", i)
		formula := at(t, g, "formula", "blocking_ratio").(float64)
		if at(t, g, "name") != want.name || at(t, g, "ports") != want.ports || formula < want.from || formula > want.to {
			t.Errorf("group %d: %v", i, g)
		}
		for _, instrument := range []string{"formula", "simulation", "live"} {
			offered := at(t, g, instrument, "offered_erlangs").(float64)
			if offered < 0.6*want.offered || offered > 1.4*want.offered { // 200 live calls scatter by 10 %
				t.Errorf("%s: %s was offered %g E, want about %g", want.name, instrument, offered, want.offered)
			}
		}
		low, high := at(t, g, "simulation", "blocking_ratio_low").(float64), at(t, g, "simulation", "blocking_ratio_high").(float64)
		if low > 1.3*formula || high < formula/1.3 {
			t.Errorf("%s: the simulation says %g to %g, the formula %g", want.name, low, high, formula)
		}
	}
	if runs := report["runs"].([]any); len(runs) != 2 || at(t, runs[0], "acceptance", "verdict") != "holds" {
		t.Errorf("the runs of both streams belong into the report")
	}
}

func TestVerifyPlanFindsTheTrunkGroupThatDoesNotHold(t *testing.T) {
	_, right := startGateway(t, "--ports", "24", "--media", "none")
	_, wrong := startGateway(t, "--ports", "6", "--media", "none")
	code, report := verifyPlan(t, twoPlaces, "--target", "hannover gw=sip:"+right, "--target", "leipzig gw=sip:"+wrong, "--max-caps", "1000")
	if code != codeFailed || report["verdict"] != "fail" {
		t.Errorf("exit code %d, %v: %v", code, report["verdict"], report["why"])
	}
	if at(t, report, "streams", 0, "verdict") == "does not hold" || at(t, report, "streams", 1, "verdict") != "does not hold" {
		t.Errorf("%v", report["why"])
	}
	why := at(t, report, "streams", 1, "why", 0).(string)
	if !strings.Contains(why, "above the promised 1 %") || !slices.Contains(report["why"].([]any), any("from Leipzig: "+why)) {
		t.Errorf("%q is not the reason: %v", why, report["why"])
	}
}

func TestVerifyPlanLeavesOutWhatHasNoTarget(t *testing.T) {
	_, address := startGateway(t, "--ports", "24", "--media", "none")
	code, report := verifyPlan(t, twoPlaces, "--target", "hannover gw=sip:"+address)
	if code != codePass || len(report["streams"].([]any)) != 1 || at(t, report, "not_tested", 0) != "from Leipzig" {
		t.Errorf("exit code %d, not tested %v: %v", code, report["not_tested"], report["why"])
	}
}

// Calls that find their own trunk group full overflow to the one that both places share, live as in the simulation.
func TestVerifyPlanOverflows(t *testing.T) {
	plan := strings.NewReplacer("ports: 24", "ports: 15", "ports: 17", "ports: 10", "routes:", "  - {name: shared, site: Leipzig, ports: 14}\nroutes:",
		"[hannover gw]", "[hannover gw, shared]", "[leipzig gw]", "[leipzig gw, shared]").Replace(twoPlaces)
	_, report := verifyPlanOnce(t, plan) // whatever the verdict: the bounds below are wide
	names := map[string]any{}
	for _, g := range report["groups"].([]any) {
		names[at(t, g, "name").(string)] = g
	}
	shared := names["shared"]
	if len(names) != 3 || len(at(t, shared, "streams").([]any)) != 2 || at(t, shared, "formula_by") != "Wilkinson" {
		t.Fatalf("%v", names)
	}
	for _, instrument := range []string{"formula", "simulation", "live"} {
		first := at(t, names["hannover gw"], instrument, "blocking_ratio").(float64)
		if first < 0.06 || first > 0.35 {
			t.Errorf("%s: %g of the calls overflow, want about 0.18", instrument, first)
		}
		if offered := at(t, shared, instrument, "offered_erlangs").(float64); offered < 1.5 || offered > 8 {
			t.Errorf("%s: %g E overflow to the shared group, want about 4.2", instrument, offered)
		}
	}
}

func TestInterruptedTestOfAPlanStillReports(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(file, []byte(twoPlaces), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := startSession(t, "verify", file, "--compress", "1000", "--media", "none", "--gate", "answered >= 1000000", "--output", "json")
	verify.says(t, `([4-9]\d\d|\d{4,}) answered`) // the warm-up is over
	verify.interrupt()
	if code := verify.leaves(t); code != codeInterrupted {
		t.Errorf("exit code %d, want %d", code, codeInterrupted)
	}
	var report map[string]any
	if err := json.Unmarshal([]byte(verify.stdout.String()), &report); err != nil {
		t.Fatal(err)
	}
	if report["interrupted"] != true || report["verdict"] != "inconclusive" || at(t, report, "streams", 0, "why", 0) != "The test was interrupted." {
		t.Errorf("%v because %v", report["verdict"], report["why"])
	}
	if at(t, report, "runs", 0, "totals", "offered").(float64) == 0 {
		t.Error("the calls so far are not reported")
	}
	if why := at(t, report, "runs", 0, "gates", 0, "reason").(string); at(t, report, "runs", 0, "gates", 0, "verdict") != "inconclusive" ||
		!strings.Contains(why, "ended before its time") && document(at(t, report, "runs", 0).(map[string]any)).disturbance(t) == "" {
		t.Errorf("a gate on calls that were still to come says %q", why)
	}
}

// Calls of the plan that nobody answers, or that are tried again, and days that differ would make live calls another traffic than that which the
// promise was made for: calls and simulation leave them out, and the report says so. The law of conversations is followed.
func TestVerifyPlanSimulatesWhatItCalls(t *testing.T) {
	plan := twoPlaces + "demand: {day_to_day: high}\n" + `simulation: {answered: 60%, retry: {share: 90%}, holding: "70% lognormal:90s + 30% exponential:390s"}` + "\n"
	_, report := verifyPlanOnce(t, plan)
	if left := fmt.Sprint(report["left_out"]); left != "[simulation.answered simulation.retry demand.day_to_day]" {
		t.Errorf("left out: %s", left)
	}
	for i, want := range []float64{15, 9} {
		simulated, live := at(t, report, "groups", i, "simulation", "offered_erlangs").(float64), at(t, report, "groups", i, "live", "offered_erlangs").(float64)
		if simulated < 0.9*want || simulated > 1.1*want || live < 0.6*want || live > 1.4*want {
			t.Errorf("group %d: %g E simulated and %g E live, want %g", i, simulated, live, want)
		}
		formula, low, high := at(t, report, "groups", i, "formula", "blocking_ratio").(float64), at(t, report, "groups", i, "simulation", "blocking_ratio_low").(float64), at(t, report, "groups", i, "simulation", "blocking_ratio_high").(float64)
		if low > 1.3*formula || high < formula/1.3 {
			t.Errorf("group %d: the simulation says %g to %g, the formula %g", i, low, high, formula)
		}
		if hold := at(t, report, "runs", i, "load", "hold"); hold != "mixture" {
			t.Errorf("live calls last by the law %v", hold)
		}
	}
}

// The simulation beside live calls has everything up, and no port kept for some of the calls.
func TestVerifyPlanSimulatesWithEverythingUp(t *testing.T) {
	const text = "topology: central-gateways\nsites: [{name: A, country: DE, users: {heavy: 300}}]\ngateways: [{model: own, kind: e1, ports: 30, mtbf: 1000h, mttr: 4h}]\n" +
		"emergency: {share: 5%}\n"
	read, err := plan.Read("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	worked, err := design.Work(read)
	if err != nil {
		t.Fatal(err)
	}
	reserved := func(m *sim.Model) (sum int) {
		for _, f := range m.Network.Facilities {
			sum += f.Limits.Reserved
		}
		for _, trunk := range m.Network.Trunks {
			sum += trunk.Limits.Reserved
		}
		return sum
	}
	whole, err := sim.FromPlan(worked)
	if err != nil || reserved(whole) == 0 || len(whole.Components) == 0 {
		t.Fatalf("%v; the plan itself keeps %d ports and has %d parts that fail, want some", err, reserved(whole), len(whole.Components))
	}
	beside, err := (&planTest{worked: worked}).model()
	if err != nil || reserved(beside) != 0 || len(beside.Components) != 0 {
		t.Errorf("%v; %d ports are kept and %d parts fail, want none", err, reserved(beside), len(beside.Components))
	}
}

// What calls cannot follow is left out and said; what says nothing else than they do is not.
func TestVerifyPlanLeavesOutWhatCallsCannotFollow(t *testing.T) {
	for says, want := range map[string]string{
		"":                                    "",
		"demand: {day_to_day: none}\n":        "",
		"demand: {day_to_day: medium}\n":      "demand.day_to_day",
		"simulation: {arrivals: poisson}\n":   "",
		"simulation: {answered: 100%}\n":      "",
		"simulation: {holding: fixed:180s}\n": "",
		"demand: {day_to_day: low}\nsimulation: {answered: 90%, retry: {share: 10%}}\n": "simulation.answered simulation.retry demand.day_to_day",
	} {
		read, err := plan.Read("plan.yaml", []byte(twoPlaces+says))
		if err != nil {
			t.Fatal(err)
		}
		days := read.Demand.DayToDay
		worked, err := design.Work(read)
		if err != nil {
			t.Fatal(err)
		}
		test := &planTest{worked: worked}
		if err := test.reduce(); err != nil {
			t.Fatal(err)
		}
		if left := strings.Join(test.leftOut, " "); left != want {
			t.Errorf("%q: left out %q, want %q", says, left, want)
		}
		if kept := test.worked.Plan.Demand.DayToDay; kept != "" && kept != "none" || read.Demand.DayToDay != days {
			t.Errorf("%q: days differ by %q in the test, and by %q in the plan itself", says, kept, read.Demand.DayToDay)
		}
	}
}
