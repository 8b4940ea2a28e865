package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// countedCaller takes response times that begin at a step, at the start of the call and over and over, and fails each tenth
// call; countedAnswerer takes its own.
var (
	countedCaller = sippScenario(request("INVITE", 1, `retrans="500" start_rtd="answer" counter="invites"`), receive(`100 optional="true"`), receive(`180 optional="true" rtd="ring" counter="rings"`),
		receive(`200 rtd="answer" start_rtd="talk"`, `<ereg regexp="A[0-9]*7$" search_in="hdr" header="From:" check_it_inverse="true" assign_to="seven"/>`), request("ACK", 1, `counter="2"`),
		`<pause milliseconds="30" rtd="talk"/>`, `<label id="again"/>`,
		`<nop repeat_rtd="true" rtd="1"><action><add assign_to="n" value="1"/><test assign_to="more" variable="n" compare="less_than" value="3"/></action></nop>`,
		`<nop next="again" test="more"/>`, request("BYE", 2, `retrans="500"`), receive("200"),
		`<Reference variables="seven"/><ResponseTimeRepartition value="10, 20, 2000"/><CallLengthRepartition value="100,10000"/>`)
	countedAnswerer = sippScenario(receive("INVITE"), response("180 Ringing", ""), `<pause milliseconds="15"/>`, response("200 OK+", `retrans="500" rtd="setup"`), receive(`ACK counter="acks"`), receive(`BYE rtd="talk"`), plain,
		`<ResponseTimeRepartition value="10, 2000"/><CallLengthRepartition value="10000"/>`)
)

// What SIPp counts at either end of its calls is what sipplan counts of the same calls, in the same columns. How long they
// took depends on the machine.
func TestStatisticsAreThoseOfSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	folder := writeScenarios(t, map[string]string{"caller.xml": countedCaller, "answerer.xml": countedAnswerer})
	caller, answerer := filepath.Join(folder, "caller.xml"), filepath.Join(folder, "answerer.xml")
	theirs, theirPort := [2]statisticsLine{}, freePort(t)
	far := startSIPp(t, path, "-sf", answerer, "-p", theirPort, "-m", "30")
	awaitListener(t, far, "127.0.0.1:"+theirPort)
	near := startSIPp(t, path, "127.0.0.1:"+theirPort, "-sf", caller, "-p", freePort(t), "-m", "30", "-r", "100")
	for i, p := range []*peer{near, far} {
		p.wait(t)
		theirs[i] = readStatistics(t, filepath.Join(p.folder, "statistics.csv"))
	}
	ours, files := [2]statisticsLine{}, [2]string{filepath.Join(folder, "caller.csv"), filepath.Join(folder, "answerer.csv")}
	session := startSession(t, "answer", "--sipp", answerer, "--listen", "127.0.0.1:0", "-m", "30", "--stats", files[1])
	commandLine("blast", "sip:"+session.says(t, `answers on (\S+);`)[1], "--sipp", caller, "-m", "30", "-r", "100", "--stats", files[0])
	session.leaves(t)
	for i, side := range []string{"caller", "answerer"} {
		ours[i] = readStatistics(t, files[i])
		if !slices.Equal(ours[i].columns, theirs[i].columns) {
			t.Errorf("%s: columns %q, SIPp's are %q", side, ours[i].columns, theirs[i].columns)
		}
		for _, column := range theirs[i].columns {
			switch name, total := strings.CutSuffix(column, "(C)"); {
			case !total && column != "TotalCallCreated" && column != "CurrentCall":
			case slices.Contains([]string{"ElapsedTime", "CallRate", "Retransmissions", "Warnings", "WatchdogMinor", "CallLength", "CallLengthStDev"}, name) || strings.HasPrefix(name, "ResponseTime"):
			case ours[i].values[column] != theirs[i].values[column]:
				t.Errorf("%s: %s is %s, SIPp's is %s", side, column, ours[i].values[column], theirs[i].values[column])
			}
		}
		for title, n := range theirs[i].repartitions() {
			if got := ours[i].repartitions()[title]; got != n {
				t.Errorf("%s: %s has %d durations, SIPp's has %d", side, title, got, n)
			}
		}
	}
	if failed := ours[0].values["FailedRegexpShouldntMatch(C)"]; failed != "3" || ours[0].values["Warnings(C)"] != failed {
		t.Errorf("%s calls failed as they should, with %s warnings; want 3", failed, ours[0].values["Warnings(C)"])
	}
}

// statisticsLine is the last line of a file of statistics.
type statisticsLine struct {
	columns []string
	values  map[string]string
}

func readStatistics(t *testing.T, name string) statisticsLine {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	s := statisticsLine{strings.Split(strings.TrimRight(lines[0], ";"), ";"), map[string]string{}}
	cells := strings.Split(lines[len(lines)-1], ";")
	for i, column := range s.columns {
		if i < len(cells) {
			s.values[column] = cells[i]
		}
	}
	return s
}

// repartitions returns how many durations each repartition holds.
func (s statisticsLine) repartitions() map[string]int {
	sums := map[string]int{}
	for column, value := range s.values {
		title, _, bounded := strings.Cut(column, "_")
		if n, err := strconv.Atoi(value); err == nil && bounded && strings.Contains(title, "Repartition") {
			sums[title] += n
		}
	}
	return sums
}
