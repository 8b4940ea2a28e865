package cmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/ceiling"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// blastAt offers 100 calls at a rate with a cache of the test's own.
func blastAt(t *testing.T, cache, address, caps string, more ...string) (code int, run document, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	streams := Streams{In: strings.NewReader(""), Out: &out, Err: &complaints, Env: func(name string) string {
		return map[string]string{"XDG_CACHE_HOME": cache, "LocalAppData": cache}[name]
	}}
	args := append([]string{"blast", "sip:" + address, "--caps", caps, "--calls", "100", "--aht", "0s", "--media", "none", "--output", "json"}, more...)
	code = Run(context.Background(), args, streams)
	return code, parseDocument(t, out.String()), complaints.String()
}

// ceilingCheck returns the state of the detector, "" if the run has none.
func ceilingCheck(t *testing.T, run document) (state, why string) {
	t.Helper()
	for _, c := range run.at(t, "health.checks").([]any) {
		if check := c.(map[string]any); check["name"] == "ceiling" {
			return check["state"].(string), check["why"].(string)
		}
	}
	return "", ""
}

func TestDemandingRunKnowsItsCeiling(t *testing.T) {
	_, address := startGateway(t, "--ports", "1000", "--media", "none")
	cache := t.TempDir()
	_, run, stderr := blastAt(t, cache, address, "100")
	if state, _ := ceilingCheck(t, run); state != "" || strings.Contains(stderr, "ceiling") {
		t.Errorf("100 calls a second demand nothing; detector %q, stderr:\n%s", state, stderr)
	}
	_, run, stderr = blastAt(t, cache, address, "2000")
	if state, _ := ceilingCheck(t, run); state == "" || state == "unavailable" || !strings.Contains(stderr, "trying whether this machine keeps 2000 ") {
		t.Errorf("detector %q; stderr:\n%s", state, stderr)
	}
	if _, err := os.Stat(filepath.Join(cache, "sipplan", "ceiling.json")); err != nil {
		t.Error(err)
	}
	if _, run, stderr = blastAt(t, cache, address, "2000", "--ceiling", "off"); strings.Contains(stderr, "ceiling") {
		t.Errorf("with --ceiling off, stderr:\n%s", stderr)
	}
	if state, _ := ceilingCheck(t, run); state != "" {
		t.Errorf("with --ceiling off, the detector says %q", state)
	}
}

func TestRunAboveTheRememberedCeilingIsInconclusive(t *testing.T) {
	_, address := startGateway(t, "--ports", "1000", "--media", "none")
	cache := t.TempDir()
	store := ceiling.Store{Folder: filepath.Join(cache, "sipplan")}
	known := ceiling.Ceiling{CAPS: 2500, Broke: 3000, Why: "somebody pulled the brake", Measured: time.Now()}
	if err := store.Save(ceiling.ThisMachine(build(version(), os.Executable), sip.UDP), known); err != nil {
		t.Fatal(err)
	}
	code, run, stderr := blastAt(t, cache, address, "2800")
	state, why := ceilingCheck(t, run)
	if code != codeInconclusive || state != "limited" || !strings.Contains(why, "somebody pulled the brake") {
		t.Errorf("exit code %d, detector %s: %q", code, state, why)
	}
	if !strings.Contains(stderr, "keeps 2500 calls/s against itself") {
		t.Errorf("stderr:\n%s", stderr)
	}
	if !strings.Contains(run.why(t), "2800 calls per second are more than this machine could keep up with") {
		t.Errorf("the reason is missing: %s", run.why(t))
	}
	_, run, _ = blastAt(t, cache, address, "2200")
	if state, why := ceilingCheck(t, run); state != "ok" {
		t.Errorf("below the ceiling the detector says %s: %s", state, why)
	}
}

func TestCeilingFlagIsChecked(t *testing.T) {
	code, _, stderr := commandLine("blast", "sip:127.0.0.1:9", "--caps", "1", "--ceiling", "high")
	if code != codeUsage || !strings.Contains(stderr, "--ceiling") || !strings.Contains(stderr, "auto") {
		t.Errorf("exit code %d, stderr:\n%s", code, stderr)
	}
}

func TestCacheFolder(t *testing.T) {
	for _, tt := range []struct{ name, xdg, home, want string }{
		{"as XDG says", "/var/cache/me", "/home/me", "/var/cache/me/sipplan"},
		{"in the home folder", "", "/home/me", ".cache/sipplan"},
		{"a relative path counts as none (XDG Base Directory)", "cache", "/home/me", ""},
		{"nowhere", "", "", ""},
	} {
		got := cacheFolder(func(name string) string { return map[string]string{"XDG_CACHE_HOME": tt.xdg, "HOME": tt.home}[name] })
		if os.PathSeparator == '/' && (tt.want == "" != (got == "") || !strings.HasSuffix(got, tt.want)) && !strings.Contains(got, "Library") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A cache that outlives a build says what another program keeps.
func TestBuildsOfOneVersionAreToldApart(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sipplan")
	find := func() (string, error) { return program, nil }
	write := func(text string, at time.Time) {
		if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(program, at, at); err != nil {
			t.Fatal(err)
		}
	}
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		version string
		same    bool
	}{{"v1.2.3", true}, {"v0.0.0-20260304120000-0123456789ab", true}, {"v0.0.0-20260304120000-0123456789ab+dirty", false}, {"(devel)", false}} {
		write("one", noon)
		one := build(row.version, find)
		write("two", noon.Add(time.Minute))
		later := build(row.version, find)
		write("three", noon)
		larger := build(row.version, find)
		if (one == later) != row.same || (one == larger) != row.same || row.same && one != row.version {
			t.Errorf("%s: %q, a minute later %q, with more octets %q", row.version, one, later, larger)
		}
	}
	if got := build("(devel)", func() (string, error) { return "", os.ErrNotExist }); got != "(devel)" {
		t.Errorf("a program that cannot be found is %q", got)
	}
}
