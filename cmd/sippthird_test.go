package cmd

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// Third-party call control joins two calls by commands between two controllers. Whoever they are, what the
// two sides see is the same.
func TestThirdPartyCallsBesideSIPp(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	texts := map[string]string{}
	for _, name := range []string{"3pcc-A", "3pcc-B", "3pcc-C-A", "3pcc-C-B"} {
		texts[name+".xml"] = withoutWait(builtIn(t, name))
	}
	folder := writeScenarios(t, texts)
	wantA, wantB := thirdParty(t, path, folder, true, true)
	if total(wantA) != pairCalls() || total(wantB) != pairCalls() {
		t.Fatalf("SIPp and SIPp: %d and %d calls", total(wantA), total(wantB))
	}
	for _, pairing := range []struct{ first, second bool }{{false, true}, {true, false}, {false, false}} {
		gotA, gotB := thirdParty(t, path, folder, pairing.first, pairing.second)
		if !maps.Equal(gotA, wantA) || !maps.Equal(gotB, wantB) {
			t.Errorf("controllers (SIPp: %v, %v):\n%s%s\nSIPp and SIPp:\n%s%s", pairing.first, pairing.second, written(gotA), written(gotB), written(wantA), written(wantB))
		}
	}
}

// thirdParty joins calls to two SIPps by two controllers and returns what passed on either side.
func thirdParty(t *testing.T, path, folder string, firstIsSIPp, secondIsSIPp bool) (sideA, sideB map[string]int) {
	t.Helper()
	calls, twin := strconv.Itoa(pairCalls()), "127.0.0.1:"+freePort(t)
	side := func(name string) *relay {
		port := freePort(t)
		far := startSIPp(t, path, "-sf", filepath.Join(folder, name), "-p", port, "-m", calls)
		awaitListener(t, far, "127.0.0.1:"+port)
		return startRelay(t, "127.0.0.1:"+port)
	}
	a, b := side("3pcc-A.xml"), side("3pcc-B.xml")
	second := filepath.Join(folder, "3pcc-C-B.xml")
	var ends func()
	if secondIsSIPp {
		p := startSIPp(t, path, b.address(), "-sf", second, "-p", freePort(t), "-3pcc", twin, "-m", calls)
		ends = func() { p.wait(t) }
	} else {
		s := startSession(t, "blast", "sip:"+b.address(), "--sipp", second, "--3pcc", twin, "-m", calls, "--output", "json")
		s.says(t, `blast sip:.*: waits for the commands of the other half, which begin its `+calls+` calls`)
		ends = func() {
			if s.leaves(t); parseDocument(t, s.stdout.String()).count(t, "script.successful_calls") != pairCalls() {
				t.Errorf("the second controller:\n%s\n%s", s.stdout, s.stderr)
			}
		}
	}
	first := filepath.Join(folder, "3pcc-C-A.xml")
	if firstIsSIPp {
		// SIPp as the first controller gives up when the other one does not listen yet.
		awaitTCP(t, twin)
		startSIPp(t, path, a.address(), "-sf", first, "-p", freePort(t), "-3pcc", twin, "-m", calls, "-r", "50").succeeds(t, pairCalls())
	} else {
		_, stdout, stderr := commandLine("blast", "sip:"+a.address(), "--sipp", first, "--3pcc", twin, "-m", calls, "-r", "50", "--output", "json")
		if parseDocument(t, stdout).count(t, "script.successful_calls") != pairCalls() {
			t.Errorf("the first controller:\n%s\n%s", stdout, stderr)
		}
	}
	ends()
	return a.flows(), b.flows()
}

// awaitTCP waits until a controller listens. SIPp takes the first connection for that of its twin, so that
// only the kernel's table of sockets can tell; sipplan takes any number.
func awaitTCP(t *testing.T, address string) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	listening := fmt.Sprintf(":%04X 00000000:0000 0A", number)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		table, err := os.ReadFile("/proc/net/tcp")
		if err != nil {
			testbed.Missing(t, "no table of TCP sockets: "+err.Error())
		}
		if strings.Contains(string(table), listening) {
			return
		}
	}
	t.Fatalf("nobody listens on %s after %s", address, patience)
}

// Commands between several peers, each with a name, begin calls and answer each other.
func TestCommandsBetweenNamedPeers(t *testing.T) {
	t.Parallel()
	command := func(to, from, text string) string {
		return fmt.Sprintf("<sendCmd dest=%q><![CDATA[\n Call-ID: [call_id]\n From: %s\n X: %s\n]]></sendCmd>", to, from, text)
	}
	await := func(from, text string) string {
		return fmt.Sprintf(`<recvCmd src=%q><action><ereg regexp="%s" search_in="msg" check_it="true" assign_to="w"/><log message="[$w]"/></action></recvCmd>`, from, text)
	}
	ask := []string{request("OPTIONS", 1, `retrans="500"`), receive("200")}
	folder := writeScenarios(t, map[string]string{
		"master.xml": sequence(ask, []string{command("s1", "m", "hello"), await("s1", "world")}),
		"slave.xml":  sequence([]string{await("m", "hello")}, ask, []string{command("m", "s1", "world")}),
		"far.xml":    sippScenario(receive("OPTIONS"), plain),
		"peers.cfg":  "m;127.0.0.1:" + freePort(t) + "\ns1;127.0.0.1:" + freePort(t) + "\n",
	})
	run := func(role, name string) *session {
		// Both halves of a call have the same Call-ID, so that each has a far end of its own.
		far := startSession(t, "answer", "--sipp", filepath.Join(folder, "far.xml"), "--listen", "127.0.0.1:0")
		target := far.says(t, `answers on (\S+);`)[1]
		return startSession(t, "blast", "sip:"+target, "--sipp", filepath.Join(folder, role+".xml"), "--slave-cfg", filepath.Join(folder, "peers.cfg"), "--"+role, name, "-m", "10", "-r", "20", "--output", "json")
	}
	for _, half := range []*session{run("slave", "s1"), run("master", "m")} {
		if half.leaves(t); parseDocument(t, half.stdout.String()).count(t, "script.successful_calls") != 10 {
			t.Errorf("%s:\n%s\n%s", half.line, half.stdout, half.stderr)
		}
	}
}

// The half that waits for commands says so, and waits no longer than it was told.
func TestTheHalfThatWaitsEndsAfterItsDuration(t *testing.T) {
	t.Parallel()
	folder := writeScenarios(t, map[string]string{"led.xml": sequence([]string{"<recvCmd/>"}, []string{request("OPTIONS", 1, ""), receive("200")})})
	_, stdout, stderr := commandLine("blast", "sip:127.0.0.1:9", "--sipp", filepath.Join(folder, "led.xml"), "--3pcc", "127.0.0.1:"+freePort(t), "--duration", "300ms")
	if !strings.Contains(stderr, "waits for the commands of the other half, which begin its calls, for 300ms at most") || !strings.Contains(stdout, "No call was offered") {
		t.Errorf("stderr:\n%s\nstdout:\n%s", stderr, stdout)
	}
}
