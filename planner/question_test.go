package planner

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func servers(n float64) func(*Question) {
	return func(q *Question) { q.Servers = Given(n, "--servers") }
}
func traffic(a float64) func(*Question) {
	return func(q *Question) { q.Traffic = Given(a, "--traffic") }
}
func blocking(b float64) func(*Question) {
	return func(q *Question) { q.Blocking = Given(b, "--blocking") }
}
func sources(n int) func(*Question) { return func(q *Question) { q.Sources = Given(n, "--sources") } }
func retry(share float64) func(*Question) {
	return func(q *Question) { q.Retry = Given(share, "--retry") }
}

// ask builds a question as the command line does.
func ask(model Model, parts ...func(*Question)) Question {
	q := Question{Model: model, Prefix: "--"}
	for _, part := range parts {
		part(&q)
	}
	return q
}

// figure returns a figure of an answer by its name, NaN when it is missing.
func figure(a Answer, name string) float64 {
	for _, f := range a.Figures {
		if f.Name == name {
			return f.Value
		}
	}
	return math.NaN()
}

// Values of the planning facts, sections 2.1 to 2.4, from 60-digit arithmetic.
func TestQuestionSolvesForWhatIsMissing(t *testing.T) {
	for _, test := range []struct {
		name  string
		ask   Question
		value func(Answer) float64
		want  float64
	}{
		{"B(10, 10)", ask(ErlangB, servers(10), traffic(10)), answered, .214582343107347},
		{"B(1,000,000, 1,000,000)", ask(ErlangB, servers(1e6), traffic(1e6)), answered, 7.97460306855561e-4},
		{"servers for 9,400 E at 1 %", ask(ErlangB, traffic(9400), blocking(.01)), answered, 9375},
		{"servers for 1,000,000 E at 1 %", ask(ErlangB, traffic(1e6), blocking(.01)), answered, 990_099},
		{"traffic of 960 at 1 %", ask(ErlangB, servers(960), blocking(.01)), answered, 931.293},
		{"C(14, 10)", ask(ErlangC, servers(14), traffic(10)), answered, .174131933595050},
		{"servers for 10 E of whom 18 % may wait", ask(ErlangC, traffic(10), blocking(.18)), answered, 14},
		{"traffic of 14 of whom 17.4 % wait", ask(ErlangC, servers(14), blocking(.174131933595050)), answered, 10},
		{"half of the blocked retry", ask(ExtendedB, servers(10), traffic(10), retry(.5)), answered, .289109178885923},
		{"servers for 5.5 E at 3 % with half retrying (Westbay)", ask(ExtendedB, traffic(5.5), blocking(.03), retry(.5)), answered, 11},
		{"traffic of 10 of which 28.9 % is blocked", ask(ExtendedB, servers(10), blocking(.289109178885923), retry(.5)), answered, 10},
		{"20 sources on 2 circuits", ask(Engset, servers(2), traffic(1), sources(20)), answered, .191489361702128},
		{"their time congestion", ask(Engset, servers(2), traffic(1), sources(20)), func(a Answer) float64 { return figure(a, "time_congestion_ratio") }, .204081632653061},
		{"circuits for 20 sources at 20 %", ask(Engset, traffic(1), blocking(.2), sources(20)), answered, 2},
		{"traffic of 20 sources on 2 circuits", ask(Engset, servers(2), blocking(.191489361702128), sources(20)), answered, 1},
		{"traffic of 1,000 sources on 960 circuits", ask(Engset, servers(960), blocking(.00148632441), sources(5000)), answered, 5000 * .22 / 1.22},
		{"Molina(10, 4)", ask(Molina, servers(10), traffic(4)), answered, .00813224279693386},
		{"servers for 4 E at 1 %", ask(Molina, traffic(4), blocking(.01)), answered, 10},
		{"traffic of 10 at 0.8 %", ask(Molina, servers(10), blocking(.00813224279693386)), answered, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := test.ask.Answer()
			if err != nil {
				t.Fatal(err)
			}
			near(t, a.Solved, test.value(a), test.want, 1e-6)
		})
	}
}

// answered returns the one of the three that was asked for.
func answered(a Answer) float64 {
	return map[string]float64{"servers": a.Servers, "traffic": a.Traffic, "blocking": a.Blocking}[a.Solved]
}

func TestFractionalCircuitsLieBetweenTheirNeighbours(t *testing.T) {
	at := func(n float64) float64 {
		a, err := ask(ErlangB, servers(n), traffic(8)).Answer()
		if err != nil {
			t.Fatal(err)
		}
		return a.Blocking
	}
	if !(at(11) < at(10.5) && at(10.5) < at(10)) {
		t.Errorf("B(10) = %g, B(10.5) = %g, B(11) = %g", at(10), at(10.5), at(11))
	}
}

func TestAnswerShowsWhatTheWholeCircuitsReallyBlock(t *testing.T) {
	a, err := ask(ErlangB, traffic(20), blocking(.01)).Answer()
	if err != nil {
		t.Fatal(err)
	}
	if a.Servers != 30 || a.Blocking >= .01 || a.Blocking < .008 {
		t.Errorf("%g servers block %g, want 30 below 0.01", a.Servers, a.Blocking)
	}
	if exact := figure(a, "servers_exact"); !(exact > 29 && exact < 30) {
		t.Errorf("exactly %g servers, want between 29 and 30", exact)
	}
}

// Planning facts, section 2.3: the example that pyworkforce and R ErlangC agree on.
func TestWaitingTimesOfErlangC(t *testing.T) {
	q := ask(ErlangC, servers(14), traffic(10))
	q.AHT, q.Within = Given(180*time.Second, "--aht"), Given(20*time.Second, "--within")
	a, err := q.Answer()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean wait", figure(a, "mean_wait_seconds"), 7.83593701177724, 1e-12)
	near(t, "service level", figure(a, "service_level_ratio"), .888350019179467, 1e-12)
}

func TestBlockingBelowTheSmallestNumberIsKnownByItsLogarithm(t *testing.T) {
	a, err := ask(ErlangB, servers(1e6), traffic(1)).Answer()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log10 of the blocking", figure(a, "log10_blocking"), -5565709.35, 1e-8)
}

func TestQuestionRefuses(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		name string
		ask  Question
		want string
	}{
		{"all three", ask(ErlangB, servers(1), traffic(1), blocking(.1)), "give exactly two of --servers, --traffic and --blocking, the third is the answer; got 3 of them"},
		{"one of three", ask(ErlangC, servers(1)), "give exactly two of --servers, --traffic and --blocking, the third is the answer; got 1 of them"},
		{"no servers", ask(ErlangB, servers(0), traffic(1)), "--servers: must be above 0 and at most 10000000 circuits, got 0"},
		{"NaN servers", ask(ErlangB, servers(nan), traffic(1)), "--servers: must be above 0 and at most 10000000 circuits, got NaN"},
		{"a fraction of a circuit that waits", ask(ErlangC, servers(1.5), traffic(1)), "--servers: must be a whole number of circuits in this model, got 1.5"},
		{"negative traffic", ask(ErlangB, servers(1), traffic(-1)), "--traffic: must be above 0 and at most 10000000 erlangs, got -1"},
		{"endless traffic", ask(ErlangB, servers(1), traffic(math.Inf(1))), "--traffic: must be above 0 and at most 10000000 erlangs, got +Inf"},
		{"a blocking of 100 %", ask(Molina, servers(1), blocking(1)), "--blocking: must be between 0 and 100 %, both excluded (1% and 0.01 are one percent), got 1 (100 %)"},
		{"a queue that never ends", ask(ErlangC, servers(10), traffic(10)), "--traffic: must be below the 10 servers, or the queue grows without end, got 10"},
		{"no sources", ask(Engset, servers(10), traffic(10)), "--sources: is needed: how many users may call"},
		{"more traffic than sources", ask(Engset, servers(10), traffic(10), sources(10)), "--traffic: must be below the 10 sources, who cannot be in more than one call each, got 10"},
		{"sources that are never blocked", ask(Engset, servers(10), blocking(.1), sources(10)), "--servers: must be below the 10 sources, or none of them is ever blocked, got 10"},
		{"no retry share", ask(ExtendedB, servers(10), traffic(10)), "--retry: is needed: the share of blocked attempts that are tried again, such as 50%"},
		{"retries that never end", ask(ExtendedB, servers(10), traffic(11), retry(1)), "--traffic: must be below the 10 servers when every blocked call is tried again, got 11"},
		{"a retry share above 1", ask(ExtendedB, servers(10), traffic(1), retry(50)), "--retry: must be from 0 to 100 %, got 50 (5000 %)"},
		{"an unknown model", ask("d", servers(10), traffic(1)), `--model: there is no model "d"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := test.ask.Answer(); err == nil || err.Error() != test.want {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestQuestionReportsAllProblems(t *testing.T) {
	q := ask(ErlangC, servers(-1), traffic(math.NaN()))
	q.Within = Given(-time.Second, "--within")
	err := q.Validate()
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || len(joined.Unwrap()) != 4 {
		t.Fatalf("got %v, want 4 problems", err)
	}
	if !strings.Contains(err.Error(), "--within: needs the mean holding time, --aht") {
		t.Errorf("got %v", err)
	}
}

// The traffic of which half a circuit loses 1e-300 is 1e-600 erlangs, which no number holds: nothing is lost of nothing.
func TestTrafficBelowTheSmallestNumberHasNoInfiniteFigures(t *testing.T) {
	a, err := Question{Model: ErlangB, Servers: Given(0.5, "servers"), Blocking: Given(1e-300, "blocking")}.Answer()
	if err != nil || a.Traffic != 0 {
		t.Fatalf("got %+v, %v", a, err)
	}
	for _, f := range a.Figures {
		if math.IsInf(f.Value, 0) || math.IsNaN(f.Value) {
			t.Errorf("%s is %g", f.Name, f.Value)
		}
	}
}
