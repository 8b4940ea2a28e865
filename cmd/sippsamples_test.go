package cmd

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// sampleLaws are the laws of <sample> and <pause> with the parameters that the test draws from.
var sampleLaws = map[string]string{
	"fixed": `value="5"`, "uniform": `min="10" max="20"`, "normal": `mean="100" stdev="10"`, "lognormal": `mean="3" stdev="0.5"`, "exponential": `mean="40"`,
	"weibull": `lambda="10" k="2"`, "pareto": `k="4" x_m="3"`, "gpareto": `shape="0.1" scale="9" location="2"`, "gamma": `k="0.5" theta="8"`, "negbin": `n="3" p="0.25"`,
}

// Every law draws what SIPp's draws, by the test of Kolmogorov and Smirnov on two samples.
func TestSamplesAreThoseOfSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	draws := ""
	for law, parameters := range sampleLaws {
		draws += strings.Repeat(`<sample assign_to="x" distribution="`+law+`" `+parameters+`/><log message="`+law+` [$x]"/>`, 20)
	}
	folder := writeScenarios(t, map[string]string{"answerer.xml": sippScenario(receive("OPTIONS"), plain),
		"caller.xml": sippScenario("<nop><action>"+draws+"</action></nop>", request("OPTIONS", 1, `retrans="500"`), receive("200"))})
	caller, logs := filepath.Join(folder, "caller.xml"), [2]string{filepath.Join(folder, "theirs"), filepath.Join(folder, "ours")}
	far := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0", "-m", "100")
	target := far.says(t, `answers on (\S+);`)[1]
	startSIPp(t, path, target, "-sf", caller, "-p", freePort(t), "-m", "50", "-r", "100", "-trace_logs", "-log_file", logs[0]).succeeds(t, 50)
	commandLine("blast", "sip:"+target, "--sipp", caller, "-m", "50", "-r", "100", "--seed", "1", "--trace-log", logs[1])
	theirs, ours := readSamples(t, logs[0]), readSamples(t, logs[1])
	for law := range sampleLaws {
		const n = 1000
		if len(theirs[law]) != n || len(ours[law]) != n {
			t.Errorf("%s: SIPp drew %d numbers, sipplan %d, want %d", law, len(theirs[law]), len(ours[law]), n)
			continue
		}
		// Two samples of one law are further apart once in a million times (Smirnov, 1948).
		if most, d := math.Sqrt(math.Log(2e6)/2*2/n), distance(theirs[law], ours[law]); d > most {
			t.Errorf("%s: the distributions are %.3f apart, at most %.3f is chance; medians %g and %g", law, d, most, theirs[law][n/2], ours[law][n/2])
		}
	}
}

// readSamples returns the numbers of each law in a log, in rising order; one without a number is 0.
func readSamples(t *testing.T, name string) map[string][]float64 {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string][]float64{}
	for line := range strings.Lines(string(text)) {
		law, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		x, err := strconv.ParseFloat(number, 64)
		if err != nil && number != "" {
			t.Fatalf("%q is no number of %s", number, law)
		}
		samples[law] = append(samples[law], x)
	}
	for _, list := range samples {
		slices.Sort(list)
	}
	return samples
}

// distance returns how far apart the distribution functions of two sorted samples are at most.
func distance(a, b []float64) (most float64) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x := min(a[i], b[j])
		for i < len(a) && a[i] <= x {
			i++
		}
		for j < len(b) && b[j] <= x {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return most
}
