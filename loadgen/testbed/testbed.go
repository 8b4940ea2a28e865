// Package testbed gives tests what they need of the machine that they run on: the programs and messages of others, to hold
// sipplan against, and a while without disturbance. A peer that is missing skips a test, and fails it where SIPPLAN_PEERS
// is "required", as in CI. Only tests import it.
package testbed

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// PeersRequired says whether a missing peer is a failure.
func PeersRequired() bool {
	return os.Getenv("SIPPLAN_PEERS") == "required"
}

// Missing ends a test for the reason given, which names what the machine lacks: the test is skipped, or has failed where
// peers are required.
func Missing(t testing.TB, why string) {
	t.Helper()
	if PeersRequired() {
		t.Fatalf("%s, and SIPPLAN_PEERS=required", why)
	}
	t.Skip(why)
}

// Peer returns the path of a program, or ends the test with the names of the Debian packages that hold it.
func Peer(t testing.TB, program, packages string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, program+" is not installed (apt install "+packages+")")
	}
	return path
}

// Torture returns the folder of the messages of RFC 4475 and RFC 5118, which are not part of the repository: the one that
// SIPPLAN_TORTURE names, with an INDEX.csv. Where it names none the test is skipped, even if peers are required: apt cannot
// install these. A folder that is named and not there fails the test.
func Torture(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("SIPPLAN_TORTURE")
	if folder == "" {
		t.Skip("SIPPLAN_TORTURE does not name the folder of the torture messages of RFC 4475 and RFC 5118")
	}
	if _, err := os.Stat(filepath.Join(folder, "INDEX.csv")); err != nil {
		t.Fatalf("SIPPLAN_TORTURE: %v", err)
	}
	return folder
}

// Loopback skips a test where the machine has no such loopback address: only that of IPv6 may be missing.
func Loopback(t testing.TB, address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", net.JoinHostPort(address, "0"))
	if err == nil {
		_ = conn.Close()
		return
	}
	if net.ParseIP(address).To4() != nil {
		t.Fatalf("no loopback: %v", err)
	}
	t.Skipf("no loopback of IPv6: %v", err)
}

// Tries is how often a test tries anew because the machine was too busy.
const Tries = 5

// Undisturbed calls try until nothing disturbed it, that is until it returns "", and skips the test where each of the tries
// was disturbed: what a machine measures that cannot keep its schedule proves nothing.
func Undisturbed(t testing.TB, try func() (disturbance string)) {
	t.Helper()
	for range Tries {
		disturbance := try()
		if disturbance == "" {
			return
		}
		t.Log("once more: ", disturbance)
	}
	t.Skipf("this machine was too busy %d times to tell", Tries)
}
