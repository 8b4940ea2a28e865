package testbed

import (
	"path/filepath"
	"runtime"
	"testing"
)

// witness is a test that is watched: it tells how it ended.
type witness struct {
	testing.TB
	ended string
}

func (w *witness) Helper()               {}
func (w *witness) Log(...any)            {}
func (w *witness) end(how string)        { w.ended = how; runtime.Goexit() }
func (w *witness) Skip(...any)           { w.end("skipped") }
func (w *witness) Skipf(string, ...any)  { w.end("skipped") }
func (w *witness) Fatalf(string, ...any) { w.end("failed") }

// ending returns how a test with this body ends.
func ending(body func(testing.TB)) string {
	w := &witness{ended: "passed"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		body(w)
	}()
	<-done
	return w.ended
}

func TestWhatIsMissingFailsWherePeersAreRequired(t *testing.T) {
	peer := func(program string) func(testing.TB) {
		return func(t testing.TB) { Peer(t, program, "sip-tester") }
	}
	torture := func(t testing.TB) { Torture(t) }
	for _, row := range []struct {
		name, peers, torture string
		body                 func(testing.TB)
		want                 string
	}{
		{"a program that is there", "required", "", peer("go"), "passed"},
		{"a missing program", "", "", peer("no-such-program"), "skipped"},
		{"the loopback of IPv4", "", "", func(t testing.TB) { Loopback(t, "127.0.0.1") }, "passed"},
		{"an address of IPv4 that is not ours", "", "", func(t testing.TB) { Loopback(t, "192.0.2.1") }, "failed"},
		{"an address of IPv6 that is not ours", "", "", func(t testing.TB) { Loopback(t, "2001:db8::1") }, "skipped"},
		{"a missing program that is required", "required", "", peer("no-such-program"), "failed"},
		{"no torture messages", "", "", torture, "skipped"},
		{"no torture messages, though peers are required", "required", "", torture, "skipped"},
		{"a folder that is not there", "", filepath.Join(t.TempDir(), "nowhere"), torture, "failed"},
		{"a folder without messages", "", t.TempDir(), torture, "failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("SIPPLAN_PEERS", row.peers)
			t.Setenv("SIPPLAN_TORTURE", row.torture)
			if got := ending(row.body); got != row.want {
				t.Errorf("the test %s, want %s", got, row.want)
			}
		})
	}
}

func TestUndisturbedGivesUpOnlyAfterAllTries(t *testing.T) {
	for _, row := range []struct {
		name            string
		disturbed, want int
		ended           string
	}{
		{"at once", 0, 1, "passed"},
		{"at the last try", Tries - 1, Tries, "passed"},
		{"never", Tries + 1, Tries, "skipped"},
	} {
		tries := 0
		ended := ending(func(t testing.TB) {
			Undisturbed(t, func() string {
				if tries++; tries <= row.disturbed {
					return "away"
				}
				return ""
			})
		})
		if tries != row.want || ended != row.ended {
			t.Errorf("%s: %d tries, then %s; want %d, %s", row.name, tries, ended, row.want, row.ended)
		}
	}
}
