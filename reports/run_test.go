package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// measured returns what a run of 10,000 calls on 30 circuits at 20 E would have measured.
func measured() *measure.Measurement {
	m := &measure.Measurement{
		Offered: 10_000, Started: 9_998, Late: 4, Completed: 9_880, Dropped: 3, InvitesSent: 9_998,
		Seized: 9_913, CircuitTime: 9_913 * 6 * time.Second, BusyTime: 9_913 * 6 * time.Second, Provisional: 19_800, Strays: 1,
	}
	m.Outcomes[measure.Answered], m.Outcomes[measure.User], m.Outcomes[measure.Blocked] = 9_883, 30, 85
	m.Outcomes[measure.NotStarted], m.NotStarted[measure.NoMediaPort] = 2, 2
	m.Codes[200], m.Codes[486], m.Codes[503], m.Causes[34] = 9_883, 30, 85, 85
	m.Retransmissions[measure.Sent][measure.Invite] = 7
	m.Media = measure.Media{Legs: 9_883, Silent: 1, Sent: 2_964_900, Received: 2_964_800, Expected: 2_964_850, Lost: 50}
	for i := range 9_883 {
		spread := time.Duration(i) * time.Microsecond
		m.Delays[measure.SRD].Record(2*time.Millisecond + spread)
		m.Delays[measure.PDD].Record(80*time.Millisecond + 10*spread)
		m.Delays[measure.AnswerTime].Record(900*time.Millisecond + 100*spread)
		m.Delays[measure.SDD].Record(time.Millisecond + spread)
		m.Delays[measure.SDT].Record(time.Second + 1000*spread)
		m.Delays[measure.Lateness].Record(spread / 10)
		m.Media.Jitter.Record(spread / 5)
		m.Media.LegLoss.Record(float64(i%200/199) / 300)
		heard(m, i, spread)
	}
	for range 85 {
		m.Delays[measure.SRDFailed].Record(3 * time.Millisecond)
	}
	return m
}

// heard lets a call hear what one in 200 lost a packet of, and the first one nothing.
func heard(m *measure.Measurement, i int, spread time.Duration) {
	h := &m.Media.Heard
	h.Promised++
	call := measure.CallAudio{
		Call: fmt.Sprintf("%d@192.0.2.1", i), Trunk: "sip:192.0.2.10", Began: 300 * spread, Lasted: 6 * time.Second, Scored: true, Scale: "nb",
		MOS: 4.409, R: 93.2, Expected: 300, Received: 300, BurstR: 1, MaxJitter: spread / 4, LongestGap: 20*time.Millisecond + spread,
	}
	switch {
	case i == 0:
		call.MOS, call.R, call.Expected, call.Received = 1, 0, 0, 0
		call.Faults.Add(measure.HeardNothing, true)
	case i%200 == 199:
		call.MOS, call.R, call.Received, call.Lost, call.Missing = 4.376, 91.9, 299, 1, 1.0/300
	}
	h.MOS.Record(call.MOS)
	h.Blame(call.Faults)
	h.Worst.Add(call)
	if i > 0 {
		h.LegMissing.Record(call.Missing)
		h.FirstPacket.Record(10*time.Millisecond + spread)
		h.LongestGap.Record(call.LongestGap)
		h.RTT.Record(4 * time.Millisecond)
	}
}

func healthy() measure.Health {
	return measure.Health{
		{Name: "lateness_p99", Value: 0.00098, Unit: "s", Limit: 0.01},
		{Name: "cpu", Value: 0.41, Unit: "ratio", Limit: 0.95},
		{Name: "socket_drops", Unit: "datagrams", Limit: 1, State: measure.Unavailable, Why: "this system does not tell"},
	}
}

func result(command string) RunResult {
	return RunResult{
		Command: command, Version: "sipplan v0.1.0", Seed: 42,
		Started: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Elapsed: 3012 * time.Second, Window: 3000 * time.Second,
		Targets: []string{"sip:192.0.2.10:5060"},
		Load:    Load{Erlangs: 20, AHT: 6, CAPS: 20.0 / 6, Duration: 3000, Arrivals: "poisson", Hold: "exponential:6s", Media: "echo"},
		Steady:  measured(), Health: healthy(),
	}
}

func withGates(t testing.TB, r RunResult, rules ...string) RunResult {
	t.Helper()
	var parsed []gate.Rule
	for _, text := range rules {
		rule, err := gate.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	r.Gates = gate.Evaluate(parsed, gate.Evidence{Measured: r.Steady, Window: r.Window, Health: r.Health})
	return r
}

func withPromise(t testing.TB, r RunResult, promised float64) RunResult {
	t.Helper()
	j, err := acceptance.Judge(acceptance.Evidence{
		Measured: r.Steady, Window: r.Window, Ports: 30, Planned: 20, Promise: acceptance.Promise{Blocking: promised},
		Health: r.Health, Interrupted: r.Interrupted,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Judgement = &j
	return r
}

// asked is a run of requests that open no session.
func asked() RunResult {
	r := result("blast")
	m := &measure.Measurement{Offered: 300, Started: 300, InvitesSent: 300}
	m.Outcomes[measure.Answered], m.Outcomes[measure.User], m.Codes[200], m.Codes[486] = 120, 180, 120, 180
	for i := range 300 {
		m.Delays[measure.RRD].Record(time.Duration(1+i%20) * time.Millisecond)
	}
	r.Steady, r.Load = m, Load{Erlangs: 3, AHT: 30, CAPS: 0.1, Calls: 300, Duration: 3000, Arrivals: "poisson", Hold: "fixed:30s", Opens: "OPTIONS"}
	return r
}

// runs returns the runs whose renderings are kept as golden files.
func runs(t testing.TB) map[string]*Run {
	limited := result("blast")
	limited.Steady.Refreshes, limited.Steady.RefreshesRefused = 1_230, 4
	limited.Health[1] = measure.Check{Name: "cpu", State: measure.Limited, Value: 0.97, Unit: "ratio", Limit: 0.95,
		Why: "the generator used 97 % of 2 processors"}
	warm := result("verify")
	warm.WarmUp = &measure.Measurement{Offered: 100, Started: 100}
	warm.WarmUp.Outcomes[measure.Answered] = 100
	warm.WarmUp.InvitesSent, warm.WarmUp.Codes[200], warm.WarmUp.Seized = 100, 100, 100
	limited.Saving = &Saving{Dir: "saved-calls", Failed: 117, Calls: []SavedCall{
		{"1@192.0.2.1", "blocked", true, "42-001-blocked.pcap", "42-001-blocked.txt"},
		{"7@192.0.2.1", "mos_4.38", false, "42-002-mos_4.38.pcap", "42-002-mos_4.38.txt"},
	}}
	empty := RunResult{Command: "blast", Steady: &measure.Measurement{}, Interrupted: true}
	return map[string]*Run{
		"run-gates":   NewRun(withGates(t, result("blast"), "blocking <= 2%", "blocking <= 1%", "pdd p95 < 100ms", "not_started == 0", "acd >= 5s", "rtp_loss p99 < 0.5%")),
		"run-verify":  NewRun(withPromise(t, withGates(t, warm, "asr >= 98%"), 0.01)),
		"run-limited": NewRun(withGates(t, limited, "blocking <= 2%")),
		"run-empty":   NewRun(withGates(t, empty, "pdd p95 < 1s")),
		"run-plain":   NewRun(result("blast")),
		"run-drill":   NewRun(drilled()),
		"run-options": NewRun(asked()),
	}
}

func TestRunRendersAsInTheGoldenFiles(t *testing.T) {
	for name, run := range runs(t) {
		for extension, write := range map[string]func(io.Writer) error{
			".txt":  func(w io.Writer) error { return run.Document().Write(w, Text) },
			".md":   func(w io.Writer) error { return run.Document().Write(w, Markdown) },
			".json": func(w io.Writer) error { return WriteJSON(w, run) },
			".csv":  run.WriteCSV,
			".xml":  run.WriteJUnit,
		} {
			t.Run(name+extension, func(t *testing.T) {
				var page bytes.Buffer
				if err := write(&page); err != nil {
					t.Fatal(err)
				}
				golden(t, name+extension, page.Bytes())
			})
		}
	}
}

func TestOfferedIsTheSumOfTheOutcomes(t *testing.T) {
	for name, run := range runs(t) {
		for kind, totals := range map[string]Totals{"all": run.Totals, "counted": run.Counted} {
			var sum uint64
			for _, o := range totals.outcomes() {
				sum += o.calls
			}
			if sum != totals.Offered {
				t.Errorf("%s: %s calls sum to %d of %d", name, kind, sum, totals.Offered)
			}
		}
	}
}

// TestEveryClassIsReported fails when a class is added that the totals do not know.
func TestEveryClassIsReported(t *testing.T) {
	var m measure.Measurement
	for c := range m.Outcomes {
		m.Outcomes[c] = uint64(c) + 1
	}
	for c, o := range newTotals(&m).outcomes()[:measure.NumClasses] {
		if o.class != measure.Class(c).String() || o.calls != uint64(c)+1 || o.about == "" {
			t.Errorf("class %s is reported as %+v", measure.Class(c), o)
		}
	}
	for d, named := range (Delays{}).named("REGISTER") {
		if named.name != measure.Delay(d).String() {
			t.Errorf("delay %s is reported as %s", measure.Delay(d), named.name)
		}
	}
}

func TestVerdictOfARun(t *testing.T) {
	with := func(change func(*RunResult)) RunResult {
		r := result("blast")
		change(&r)
		return r
	}
	for _, tt := range []struct {
		name   string
		result RunResult
		want   gate.Verdict
		why    string
	}{
		{"no gates", result("blast"), gate.Pass, ""},
		{"a gate kept", withGates(t, result("blast"), "blocking <= 2%"), gate.Pass, ""},
		{"a gate broken", withGates(t, result("blast"), "blocking <= 2%", "blocked == 0"), gate.Fail,
			"Gate blocked == 0: measured 85, must be == 0 (n = 10,000)."},
		{"a gate open", withGates(t, result("blast"), "blocking <= 1%"), gate.Inconclusive, "Gate blocking <= 1%: measured 0.85 %"},
		{"the promise holds", withPromise(t, result("verify"), 0.01), gate.Pass, ""},
		{"the promise does not hold", withPromise(t, result("verify"), 0.002), gate.Fail, "above the promised 0.2 %"},
		{"the promise is open", withPromise(t, result("verify"), 0.006), gate.Inconclusive, "About "},
		{"a broken gate beside a promise that holds", withPromise(t, withGates(t, result("verify"), "blocked == 0"), 0.01), gate.Fail, "Gate"},
		{"interrupted", with(func(r *RunResult) { r.Interrupted = true }), gate.Inconclusive, "The run was interrupted."},
		{"a broken gate stays broken when interrupted", withGates(t, with(func(r *RunResult) { r.Interrupted = true }), "blocked == 0"), gate.Fail, "Gate"},
		{"calls that SIPp's scenario says have failed", with(func(r *RunResult) { r.Script = scripted(12) }), gate.Fail,
			"9,988 of the scenario's 10,000 calls succeeded. Failed: 12 FailedUnexpectedMessage."},
		{"they fail a run whose gates are kept, too", withGates(t, with(func(r *RunResult) { r.Script = scripted(12) }), "blocking <= 2%"), gate.Fail,
			"12 FailedUnexpectedMessage"},
		{"but none that the generator spoilt", with(func(r *RunResult) {
			r.Script = scripted(12)
			r.Health[0].State, r.Health[0].Why = measure.Limited, "it was late"
		}), gate.Inconclusive, "The generator was the limit: it was late."},
		{"a scenario of SIPp without failures", with(func(r *RunResult) { r.Script = scripted(0) }), gate.Pass, ""},
		{"nothing offered", with(func(r *RunResult) { r.Steady = &measure.Measurement{} }), gate.Inconclusive, "No call was offered."},
		{"the generator was the limit", with(func(r *RunResult) { r.Health[0].State, r.Health[0].Why = measure.Limited, "it was late" }),
			gate.Inconclusive, "The generator was the limit: it was late."},
		{"the accounting is open", with(func(r *RunResult) { r.Steady.Offered++ }), gate.Inconclusive,
			"The accounting does not close: offered is 10001, but outcomes and calls in progress sum to 10000; offered is 10001"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := NewRun(tt.result)
			if run.Verdict != tt.want || !strings.Contains(strings.Join(run.Why, "\n"), tt.why) || (len(run.Why) == 0) != (tt.want == gate.Pass) {
				t.Errorf("%s, because %q; want %s, because %q", run.Verdict, run.Why, tt.want, tt.why)
			}
		})
	}
}

// scripted returns what a scenario of SIPp counts of which some calls failed.
func scripted(failed uint64) *measure.Script {
	s := &measure.Script{Name: "uac", Outgoing: 10_000, Successful: 10_000 - failed, Failed: failed}
	s.Failures[measure.FailedUnexpectedMessage] = failed
	return s
}

func TestAFailedScenarioIsSaidOnce(t *testing.T) {
	r := result("blast")
	r.Script = scripted(12)
	run := NewRun(r)
	var page, junit bytes.Buffer
	if err := errors.Join(run.Document().Write(&page, Text), run.WriteJUnit(&junit)); err != nil {
		t.Fatal(err)
	}
	if text := page.String(); !strings.HasPrefix(text, "Fail.\n") || strings.Count(text, "12 FailedUnexpectedMessage") != 1 {
		t.Errorf("got\n%s", text)
	}
	if !strings.Contains(junit.String(), `failures="1"`) {
		t.Errorf("got\n%s", junit.String())
	}
}

func TestPercentilesWithoutEnoughSamplesAreNull(t *testing.T) {
	var h measure.Histogram
	for range 500 {
		h.Record(time.Second)
	}
	d := newDelay(&h)
	if d.P95 == nil || *d.P95 != 1000 || d.P99 != nil {
		t.Errorf("of 500 samples p95 is %v and p99 %v", d.P95, d.P99)
	}
	if empty := newDelay(&measure.Histogram{}); empty != (Delay{}) {
		t.Errorf("no samples are %+v", empty)
	}
}

func TestRemoteTextCannotReachTheTerminal(t *testing.T) {
	r := result("blast")
	r.Targets = []string{"sip:\x1b[31mred\r\n"}
	r.Health = measure.Health{{Name: "x", State: measure.Limited, Why: "the target said \x1b]0;owned\x07"}}
	run := NewRun(r)
	for name, write := range map[string]func(io.Writer) error{
		"text": func(w io.Writer) error { return run.Document().Write(w, Text) },
		"json": func(w io.Writer) error { return WriteJSON(w, run) },
		"csv":  run.WriteCSV, "junit": run.WriteJUnit,
	} {
		var page bytes.Buffer
		if err := write(&page); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(page.String(), func(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f }); i >= 0 {
			t.Errorf("%s holds the control character %q", name, page.String()[i])
		}
	}
}

func TestJUnitNeverHasFailureAndErrorInOneTest(t *testing.T) {
	for name, run := range runs(t) {
		var page bytes.Buffer
		if err := run.WriteJUnit(&page); err != nil {
			t.Fatal(err)
		}
		var suites junitSuites
		if err := xml.Unmarshal(page.Bytes(), &suites); err != nil {
			t.Fatal(err)
		}
		failures, problems := 0, 0
		for _, c := range suites.Suite.Cases {
			if c.Failure != nil && c.Error != nil {
				t.Errorf("%s: %q has both", name, c.Name)
			}
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				problems++
			}
		}
		if suites.Tests != len(suites.Suite.Cases) || suites.Tests == 0 || suites.Failures != failures || suites.Errors != problems {
			t.Errorf("%s: %d tests, %d failures, %d errors; want %d, %d, %d", name, suites.Tests, suites.Failures, suites.Errors,
				len(suites.Suite.Cases), failures, problems)
		}
		if green := failures+problems == 0; green != (run.Verdict == gate.Pass) {
			t.Errorf("%s: green is %v, but the run says %s", name, green, run.Verdict)
		}
	}
}

func TestCSVHasOneMetricPerRow(t *testing.T) {
	var page bytes.Buffer
	if err := runs(t)["run-verify"].WriteCSV(&page); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&page).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]string{}
	for _, row := range rows {
		if len(row) != 3 || values[row[0]] != nil {
			t.Errorf("row %q is no metric, or its second row", row)
		}
		values[row[0]] = row[1:]
	}
	for metric, want := range map[string]string{
		"verdict": "pass ", "totals.offered": "10100 1", "counted.blocked": "85 1", "delays_ms.pdd.p95": "173.951 ms",
		"ratios.blocking": "0.00850170 ratio", "acceptance.live.blocked": "85 1", "traffic.offered_erlangs": "19.996 E",
		"delays_ms.pdd.count": "9883 1", "gate.asr >= 98%": "pass ",
	} {
		if got := strings.Join(values[metric], " "); !strings.HasPrefix(strings.ReplaceAll(got, "0.0085017", "0.00850170"), want) {
			t.Errorf("%s is %q, want %q", metric, got, want)
		}
	}
}

func TestWritersReportAFullDisk(t *testing.T) {
	run := runs(t)["run-plain"]
	for name, write := range map[string]func(io.Writer) error{"csv": run.WriteCSV, "junit": run.WriteJUnit} {
		if err := write(fullDisk{}); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errFull = errors.New("no space left on device")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestRounded(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 1.0 / 3: 0.333333, 123456789: 123457000, -2e-9 / 3: -6.66667e-10, 5e-324: 5e-324} {
		if got := rounded(x); math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%v is rounded to %v, want %v", x, got, want)
		}
	}
}

func TestJSONKeepsItsKeys(t *testing.T) {
	var page bytes.Buffer
	if err := WriteJSON(&page, runs(t)["run-gates"]); err != nil {
		t.Fatal(err)
	}
	var run struct {
		Verdict string
		Seed    uint64
		Totals  map[string]any
	}
	if err := json.Unmarshal(page.Bytes(), &run); err != nil {
		t.Fatal(err)
	}
	if run.Verdict != "fail" || run.Seed != 42 {
		t.Errorf("verdict %q, seed %d", run.Verdict, run.Seed)
	}
	for _, key := range []string{"offered", "started", "not_started", "answered", "blocked", "user", "number", "redirected", "policy",
		"target_error", "timeout", "unreachable", "aborted", "in_progress", "late"} {
		if _, ok := run.Totals[key].(float64); !ok {
			t.Errorf("totals.%s is %v", key, run.Totals[key])
		}
	}
}

func ExampleNewRun() {
	m := &measure.Measurement{Offered: 100, Started: 100}
	m.Outcomes[measure.Answered], m.Outcomes[measure.Blocked] = 80, 20
	rule, err := gate.Parse("blocking <= 1%")
	if err != nil {
		panic(err)
	}
	run := NewRun(RunResult{
		Command: "blast", Steady: m, Window: time.Minute,
		Gates: gate.Evaluate([]gate.Rule{rule}, gate.Evidence{Measured: m, Window: time.Minute}),
	})
	fmt.Println(run.Verdict)
	fmt.Println(strings.Join(run.Document().Answer, "\n"))
	// Output:
	// fail
	// Fail: 1 of 1 gate broken.
	// Gate blocking <= 1%: measured 20 %, must be <= 1 % (n = 100).
}
