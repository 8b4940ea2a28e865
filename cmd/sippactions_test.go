package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// actionsThatLog does each action on values of its own and logs what came of it.
func actionsThatLog() string {
	var actions []string
	do := func(format string, values ...any) { actions = append(actions, fmt.Sprintf(format, values...)) }
	for _, texts := range [][2]string{{"a", "z"}, {"b", "a"}, {"abc", "ab"}, {"", "x"}, {"A", "a"}, {"10", "9"}, {"same", "same"}} {
		do(`<assignstr assign_to="left" value="%s"/><assignstr assign_to="right" value="%s"/><strcmp assign_to="c" variable="left" variable2="right"/><log message="strcmp [$c]"/>`, texts[0], texts[1])
		do(`<strcmp assign_to="c" variable="left" value="%s"/><log message="strcmp with a value [$c]"/>`, texts[1])
	}
	do(`<strcmp assign_to="c" variable="never" value="x"/><assign assign_to="four" value="4"/><log message="strcmp of nothing [$c]"/><strcmp assign_to="c" variable="four" value="4.000000"/><log message="strcmp of a number [$c]"/>`)
	for _, text := range []string{"12", "-3.5", "1e3", "0x10", " 7", "7 ", "abc", "", "+4", "1.5abc", ".5", "inf", "nan", "1_0", "-", "0", "1e400", "12,5"} {
		do(`<assign assign_to="n" value="77"/><assignstr assign_to="text" value="%s"/><todouble assign_to="n" variable="text"/><log message="number of %s: [$n]"/>`, text, text)
	}
	for _, text := range []string{"  x  ", "x", " a b "} {
		do(`<assignstr assign_to="text" value="%s"/><trim assign_to="text"/><log message="trimmed &lt;[$text]&gt;"/>`, text)
	}
	for _, number := range []string{"0", "1", "-1", "3.14159265", "1e10", "123456789.123", "0.0000001"} {
		do(`<assign assign_to="n" value="%s"/><log message="[$n]"/><add assign_to="n" value="2"/><log message="[$n]"/><multiply assign_to="n" value="3"/><log message="[$n]"/><divide assign_to="n" value="7"/><log message="[$n]"/><subtract assign_to="n" value="0.5"/><log message="[$n]"/>`, number)
	}
	for _, compare := range []string{"equal", "not_equal", "greater_than", "less_than", "greater_than_equal", "less_than_equal"} {
		for value := range 3 {
			do(`<assign assign_to="n" value="1"/><test assign_to="truth" variable="n" compare="%s" value="%d"/><log message="1 %s %d: [$truth]"/>`, compare, value, compare, value)
		}
	}
	do(`<gettimeofday assign_to="seconds,micros"/><test assign_to="truth" variable="seconds" compare="greater_than" value="1700000000"/><log message="[$truth]"/><test assign_to="truth" variable="micros" compare="less_than" value="1000000"/><log message="[$truth]"/>`)
	do(`<index assign_to="at"/><log message="step [$at]"/>`)
	for _, key := range []string{"bob", "nobody"} {
		do(`<lookup assign_to="row" file="rows.csv" key="%s"/><log message="%s: [$row] [field1 line=&quot;[$row]&quot;]"/>`, key, key)
	}
	do(`<insert file="rows.csv" value="dave;4;x"/><lookup assign_to="row" file="rows.csv" key="dave"/><log message="dave: [$row] [field2 line=&quot;[$row]&quot;]"/>`)
	do(`<lookup assign_to="row" file="rows.csv" key="bob"/><replace file="rows.csv" line="[$row]" value="robert;22"/><log message="[field0 line=&quot;[$row]&quot;] [field1 line=&quot;[$row]&quot;]"/>`)
	do(`<lookup assign_to="row" file="rows.csv" key="robert"/><log message="robert: [$row]"/><lookup assign_to="row" file="rows.csv" key="bob"/><log message="bob: [$row]"/><log message="[field0] [field2] &lt;[field9]&gt;"/>`)
	do(`<assignstr assign_to="text" value="..abc12.."/><ereg regexp="([a-z]+)([0-9]*)(x)?" search_in="var" variable="text" assign_to="all,letters,digits,x"/><log message="[$all] [$letters] [$digits] &lt;[$x]&gt;"/>`)
	do(`<assign assign_to="to" value="3"/><jump variable="to"/>`)
	note := `<nop><action><log message="step %d"/></action></nop>`
	return sippScenario("<nop><action>"+strings.Join(actions, "\n")+"</action></nop>", fmt.Sprintf(note, 1), fmt.Sprintf(note, 2), fmt.Sprintf(note, 3), fmt.Sprintf(note, 4),
		request("OPTIONS", 1, `retrans="500"`), receive("200"), `<Reference variables="left,right,c,never,four,text,n,truth,seconds,micros,at,row,all,letters,digits,x,to"/>`)
}

// Every action leaves in its variables what it leaves there in SIPp.
func TestActionsLeaveWhatTheyLeaveInSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	folder := writeScenarios(t, map[string]string{"caller.xml": actionsThatLog(), "answerer.xml": sippScenario(receive("OPTIONS"), plain), "rows.csv": "SEQUENTIAL\nalice;1;extra\nbob;2\ncarol;3\n"})
	caller, rows := filepath.Join(folder, "caller.xml"), filepath.Join(folder, "rows.csv")
	logs := [2]string{filepath.Join(folder, "theirs"), filepath.Join(folder, "ours")}
	far := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0", "-m", "2")
	target := far.says(t, `answers on (\S+);`)[1]
	sipp := startSIPp(t, path, target, "-sf", caller, "-p", freePort(t), "-m", "1", "-inf", rows, "-infindex", "rows.csv", "0", "-trace_logs", "-log_file", logs[0])
	if code := sipp.wait(t); code != 0 {
		t.Fatalf("SIPp ended with %d:\n%s", code, sipp.tail())
	}
	_, _, stderr := commandLine("blast", "sip:"+target, "--sipp", caller, "-m", "1", "--inf", rows, "--inf-index", "rows.csv,0", "--trace-log", logs[1])
	var lines [2][]string
	for i, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	if len(lines[0]) < 90 || len(lines[1]) != len(lines[0]) {
		t.Fatalf("SIPp logged %d lines, sipplan %d\n%s", len(lines[0]), len(lines[1]), stderr)
	}
	for i, want := range lines[0] {
		if got := lines[1][i]; got != want {
			t.Errorf("line %d: %q, SIPp's is %q", i+1, got, want)
		}
	}
}
