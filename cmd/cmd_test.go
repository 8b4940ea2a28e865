package cmd

import (
	"bytes"
	"context"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// atOnce is how many tests go on at a time unless -parallel says it: most wait for calls to end, so that two for two
// processors would leave both idle. Those that judge what they measure run before them, not in parallel.
const atOnce = 6

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(max(atOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"sipplan": func() { os.Exit(Main()) }})
}

// TestScripts runs every file of testdata/script: command lines with their stdout, stderr and exit
// code. SIPPLAN_UPDATE=1 rewrites the expected output inside the files.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("SIPPLAN_UPDATE") != "",
		RequireExplicitExec: true,
		Cmds:                map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "refused": refused},
	})
}

// exits runs a command line in a script and requires its exit code, which `! exec` does not tell:
// exits 2 sipplan size --users -5
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [arguments]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = strconv.Itoa(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// commandLine runs one command line in memory.
func commandLine(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	streams := Streams{In: strings.NewReader(""), Out: &out, Err: &err, Env: func(string) string { return "" }}
	code = Run(context.Background(), args, streams)
	return code, out.String(), err.String()
}
