package cmd

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// refused runs sipplan in a script and requires that it does nothing but complain, in one line: exit code
// 2, the message and where to read more on stderr, nothing on stdout, no file more or less. Three dots in
// the message stand for any text.
//
//	refused '--caps: must be more than 0 ... calls per second, got 0' blast sip:127.0.0.1 --caps 0
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refused message command [arguments]")
	}
	message, command := args[0], args[1]
	if command == "find" { // whose commands are one level down
		command += " " + args[2]
	}
	before := files(ts)
	exits(ts, false, append([]string{"2", "sipplan"}, args[1:]...))
	lines := strings.Split(ts.ReadFile("stderr"), "\n")
	if len(lines) != 3 || !resembles(lines[0], "sipplan: "+message) {
		ts.Fatalf("stderr is not the line %q", "sipplan: "+message)
	}
	if want := "Run 'sipplan " + command + " --help' for what it takes."; lines[1] != want || lines[2] != "" {
		ts.Fatalf("stderr does not end with %q", want)
	}
	if ts.ReadFile("stdout") != "" {
		ts.Fatalf("stdout is not empty")
	}
	if after := files(ts); !slices.Equal(before, after) {
		ts.Fatalf("files before %v, after %v", before, after)
	}
}

// files are the names of the files in the script's folder.
func files(ts *testscript.TestScript) (names []string) {
	entries, err := os.ReadDir(ts.MkAbs("."))
	ts.Check(err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// resembles tells whether a line is the pattern, in which three dots stand for any text.
func resembles(line, pattern string) bool {
	parts := strings.Split(pattern, "...")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return line == pattern
	}
	if !strings.HasPrefix(line, first) || !strings.HasSuffix(line[len(first):], last) {
		return false
	}
	middle := line[len(first) : len(line)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, rest, found := strings.Cut(middle, part)
		if !found {
			return false
		}
		middle = rest
	}
	return true
}

func TestResembles(t *testing.T) {
	for _, test := range []struct {
		line, pattern string
		want          bool
	}{
		{"a b c", "a b c", true},
		{"a b c", "a b", false},
		{"a b c", "a ...c", true},
		{"a c", "a ...c", true},
		{"a", "a...a", false},
		{"a b c d e", "a...c...e", true},
		{"a b d e", "a...c...e", false},
		{"a b c", "...", true},
		{"a b c", "b...", false},
	} {
		if got := resembles(test.line, test.pattern); got != test.want {
			t.Errorf("%q resembles %q: %v, want %v", test.line, test.pattern, got, test.want)
		}
	}
}

// What is refused is refused before anything leaves this host, although the target is there and waits.
func TestRefusedCallsAreNeverSent(t *testing.T) {
	gateway := listenUDP(t)
	host := gateway.LocalAddr().String()
	for _, args := range [][]string{
		{"sip:911@" + host}, {"sip:+911@" + host}, {"sip:112@" + host}, {"sip:999@" + host}, {"sip:9911@" + host},
		{"sip:sos@" + host}, {"sip:sos.police@" + host}, {"sip:%39%31%31@" + host}, {"sip:9-1-1@" + host},
		{"sip:" + host, "--from", "911"}, {"sip:" + host, "--from", "+112"}, {"sip:" + host, "--from", "sos"},
		{"sip:" + host, "--gate", "blocking <= 1"}, {"sip:" + host, "--out", "json=nowhere/run.json"}, {"sip:" + host, "--drain", "-1s"},
	} {
		for _, command := range [][]string{
			append([]string{"blast", "--caps", "100", "--calls", "1", "--media", "none"}, args...),
			append([]string{"verify", "--users", "20", "--usage", "heavy", "--media", "none", "--target"}, args...),
		} {
			code, stdout, stderr := commandLine(command...)
			if code != codeUsage || stdout != "" {
				t.Errorf("%q: exit code %d, stdout %q, stderr:\n%s", command, code, stdout, stderr)
			}
		}
	}
	// Loopback keeps the order of datagrams: were there a call, it would come in before this one.
	if _, err := listenUDP(t).WriteTo([]byte("nothing but this"), gateway.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if err := gateway.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	if n, from, err := gateway.ReadFrom(buffer); err != nil || string(buffer[:n]) != "nothing but this" {
		t.Errorf("%q came from %v, %v", buffer[:n], from, err)
	}
}
