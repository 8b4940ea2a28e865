//go:build unix

package cmd

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// --gates-file used to read /dev/zero until the memory was full, and to wait for ever for whoever would
// write to a pipe; so did --auth-password-file.
func TestAPipeOrADeviceIsNoInputFile(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ file, kind string }{
		{"/dev/zero", "device"},
		{pipe, "named pipe"},
		{t.TempDir(), "folder"},
	} {
		for flag, more := range map[string][]string{"gates-file": nil, "auth-password-file": {"--auth-user", "alice"}} {
			args := append([]string{"blast", "sip:127.0.0.1:5060", "--caps", "1", "--media", "none", "--" + flag, test.file}, more...)
			code, _, stderr := commandLine(args...)
			want := "sipplan: --" + flag + ": " + test.file + ": must be a regular file, got a " + test.kind + "\n"
			if code != codeUsage || !strings.HasPrefix(stderr, want) {
				t.Errorf("exit code %d and %q, want %q", code, stderr, want)
			}
		}
	}
}

func TestAGateFileIsReadUpToItsLimit(t *testing.T) {
	t.Parallel()
	if _, err := readInput("inputfile_test.go", 100); err == nil || err.Error() != "inputfile_test.go: must be at most 100 octets long" {
		t.Errorf("got %v", err)
	}
}
