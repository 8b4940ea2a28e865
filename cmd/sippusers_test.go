package cmd

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// userCalls is a caller that notes whose call it is, which row that user has, and how many calls she made.
var userCalls = sippScenario(`<User variables="n"/>`, `<nop><action><add assign_to="n" value="1"/><log message="[userid];[users];[field0];[$n]"/></action></nop>`,
	request("OPTIONS", 1, `retrans="500"`), receive("200"), `<pause milliseconds="20"/>`)

// Users of a scenario call one call after the other: they keep their row and their variables, and nobody calls twice at a
// time. SIPp numbers the users in either order, by its version.
func TestUsersOfAScenarioAsInSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	folder := writeScenarios(t, map[string]string{"caller.xml": userCalls, "answerer.xml": sippScenario(receive("OPTIONS"), plain), "users.csv": "USER\nalice\nbob\ncarol\n"})
	caller, rows, log := filepath.Join(folder, "caller.xml"), filepath.Join(folder, "users.csv"), filepath.Join(folder, "log")
	runs := map[string]func(target string, users int) int{
		"SIPp": func(target string, users int) int {
			args := []string{target, "-sf", caller, "-p", freePort(t), "-m", "30", "-inf", rows, "-trace_logs", "-log_file", log}
			if users > 0 {
				args = append(args, "-users", strconv.Itoa(users))
			}
			return startSIPp(t, path, args...).wait(t)
		},
		"sipplan": func(target string, users int) int {
			args := []string{"blast", "sip:" + target, "--sipp", caller, "-m", "30", "--inf", rows, "--trace-log", log}
			if users > 0 {
				args = append(args, "--sipp-users", strconv.Itoa(users))
			}
			code, _, stderr := commandLine(args...)
			if said := strings.Contains(stderr, "its rows belong to users"); said != (users == 0) {
				t.Errorf("%d users: said that rows belong to nobody: %v\n%s", users, said, stderr)
			}
			return code
		},
	}
	for name, run := range runs {
		for _, users := range []int{3, 2, 0} {
			answerer := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0", "-m", "30")
			code := run(answerer.says(t, `answers on (\S+);`)[1], users)
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Fields(string(text)); code == codeFailed || len(lines) != 30 || !belongTo(t, lines, users) {
				t.Errorf("%s, %d users: ended with %d:\n%s", name, users, code, text)
			}
		}
	}
}

// belongTo tells whether calls belong to so many users as their rows and counts say.
func belongTo(t *testing.T, calls []string, users int) bool {
	t.Helper()
	names, made := map[int]string{0: "", 1: "alice", 2: "bob", 3: "carol"}, map[int]int{}
	for i, call := range calls {
		cells := strings.Split(call, ";")
		user, err := strconv.Atoi(cells[0])
		if err != nil || user > users || names[user] != cells[2] {
			return false
		}
		made[user]++
		want := made[user]
		if users == 0 {
			want = 1 // each call is one of nobody
		} else if cells[1] != strconv.Itoa(users) || user == 0 || i < users && want != 1 {
			return false
		}
		if cells[3] != strconv.Itoa(want)+".000000" {
			return false
		}
	}
	return true
}

func TestUsersOfAScenarioThatCannotBe(t *testing.T) {
	folder := writeScenarios(t, map[string]string{"caller.xml": userCalls, "users.csv": "USER\nalice\n"})
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"more users than rows": {[]string{"--inf", filepath.Join(folder, "users.csv"), "--sipp-users", "2"}, "has rows for 1 users, fewer than the 2 of --sipp-users"},
		"a rate beside users":  {[]string{"--sipp-users", "2", "-r", "5"}, "--sipp-users, --caps: users call again as soon as their call is over"},
		"a limit beside users": {[]string{"--sipp-users", "2", "-l", "5"}, "--sipp-users, --max-calls: users call again"},
		"fewer than none":      {[]string{"--sipp-users", "-2"}, "--sipp-users: must be from 0"},
	} {
		code, _, stderr := commandLine(append([]string{"blast", "sip:127.0.0.1:9", "--sipp", filepath.Join(folder, "caller.xml"), "-m", "3"}, row.args...)...)
		if code != codeUsage || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", name, code, codeUsage, row.want, stderr)
		}
	}
}

// A scenario goes on for as long as it says: SIPp hangs nobody up because the last call began a while ago.
func TestScriptsAreNotHungUpWhileTheyLast(t *testing.T) {
	folder := writeScenarios(t, map[string]string{"caller.xml": sequence(talk(), hangUp())})
	const limit = "after the last arrival are hung up"
	for drain, limited := range map[string]bool{"": false, "5s": true} {
		args := []string{"blast", "sip:127.0.0.1:9", "--sipp", filepath.Join(folder, "caller.xml"), "-m", "1"}
		if drain != "" {
			args = append(args, "--drain", drain)
		}
		if _, _, stderr := commandLine(args...); strings.Contains(stderr, limit) != limited {
			t.Errorf("--drain %q: calls are hung up: %v, want %v:\n%s", drain, !limited, limited, stderr)
		}
	}
}

// With -l, calls begin more slowly while there are so many, and as many are made as -m says, by SIPp and by sipplan.
func TestLimitOfCallsAsInSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	folder := writeScenarios(t, map[string]string{"caller.xml": sippScenario(request("OPTIONS", 1, `retrans="500"`), receive("200"), `<pause milliseconds="100"/>`), "answerer.xml": sippScenario(receive("OPTIONS"), plain)})
	caller := filepath.Join(folder, "caller.xml")
	far := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0", "-m", "24")
	target := far.says(t, `answers on (\S+);`)[1]
	startSIPp(t, path, target, "-sf", caller, "-p", freePort(t), "-m", "12", "-r", "200", "-l", "3").succeeds(t, 12)
	_, stdout, stderr := commandLine("blast", "sip:"+target, "--sipp", caller, "-m", "12", "-r", "200", "-l", "3", "--output", "json")
	run := parseDocument(t, stdout)
	run.closes(t)
	run.counts(t, map[string]int{"totals.offered": 12, "totals.answered": 12, "script.successful_calls": 12})
	if code := far.leaves(t); code != codePass {
		t.Errorf("the answerer ended with %d\n%s", code, stderr)
	}
}
