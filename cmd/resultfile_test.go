//go:build unix

package cmd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// shortRun runs a few calls against a gateway in this process with the given --out.
func shortRun(t *testing.T, outs ...string) (code int, stdout, stderr string) {
	t.Helper()
	_, address := startGateway(t, "--media", "none")
	args := []string{"blast", "sip:" + address, "--caps", "300", "--calls", "5", "--aht", "1ms", "--media", "none", "--output", "json"}
	for _, out := range outs {
		args = append(args, "--out", out)
	}
	return commandLine(args...)
}

// --out json=/dev/null used to replace the device by a file, for everyone on the machine; here a link
// stands for a device that only root may replace.
func TestOutLeavesLinksPipesAndDevicesWhatTheyAre(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := unix.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("file"), []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"device": "/dev/null", "link": "file", "dangling": "links/../new"} {
		if err := os.Symlink(to, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(in("links"), 0o700); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(in("pipe"), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()

	code, stdout, stderr := shortRun(t, "json="+in("device"), "json="+in("pipe"), "json="+in("link"), "json="+in("dangling"))
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	if text, err := io.ReadAll(reader); err != nil || string(text) != stdout {
		t.Errorf("the pipe delivered %d octets, want %d; %v", len(text), len(stdout), err)
	}
	if readFile(t, in("file")) != stdout || readFile(t, in("new")) != stdout {
		t.Error("what a link names has not got the report")
	}
	for name, want := range map[string]os.FileMode{
		"device": os.ModeSymlink, "link": os.ModeSymlink, "dangling": os.ModeSymlink, "pipe": os.ModeNamedPipe, "file": 0,
	} {
		if info, err := os.Lstat(in(name)); err != nil || info.Mode().Type() != want {
			t.Errorf("%s has become %v; %v", name, info, err)
		}
	}
	if info, err := os.Stat(in("file")); err != nil || info.Mode() != 0o640 {
		t.Errorf("the permissions of the file have become %v; %v", info.Mode(), err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Errorf("/dev/null has become %v; %v", info, err)
	}
}

// Where no report can be written used to be found out after the run.
func TestOutThatCannotBeWrittenIsRefusedBeforeTheFirstCall(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := unix.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"loop": "loop", "other": "run", "there": "."} {
		if err := os.Symlink(to, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		outs []string
		want string
	}{
		{"a pipe without a reader", []string{"json=" + in("pipe")}, in("pipe") + ": is a pipe that nobody reads, start its reader first: "},
		{"a name that is too long", []string{"json=" + in(strings.Repeat("x", 300))}, ": file name too long"},
		{"a folder that is a file", []string{"json=/dev/null/run.json"}, "/dev/null/run.json: "},
		{"a link to itself", []string{"json=" + in("loop")}, in("loop") + ": is a link to itself"},
		{"a folder that takes no files", []string{"json=/proc/run.json"}, "/proc/run.json: "},
		{"one file by two names", []string{"json=" + in("run"), "csv=" + in("other")}, in("other") + ": is named twice"},
		{"one file in one folder by two names", []string{"json=" + in("run"), "csv=" + in("there/run")}, in("there/run") + ": is named twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := shortRun(t, test.outs...)
			if code != codeUsage || stdout != "" || !strings.HasPrefix(stderr, "sipplan: --out: ") || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d and %q, want %q", code, stderr, test.want)
			}
		})
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 4 {
		t.Errorf("%d entries in the folder: %v", len(left), err)
	}
}

// The longest name that the file system takes used to be refused for that of the file beside it.
func TestOutTakesTheLongestName(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), strings.Repeat("x", 255))
	if code, stdout, stderr := shortRun(t, "json="+file); code == codeUsage || readFile(t, file) != stdout {
		t.Errorf("exit code %d; stderr:\n%s", code, stderr)
	}
}
