package cmd

import (
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

func TestBlastCallsSIPp(t *testing.T) {
	t.Parallel()
	path, port := testbed.Peer(t, "sipp", "sip-tester"), freePort(t)
	sipp := startSIPp(t, path, "-sn", "uas", "-p", port, "-m", "500", "-rtp_echo")
	awaitListener(t, sipp, "127.0.0.1:"+port)
	code, stdout, stderr := commandLine("blast", "sip:127.0.0.1:"+port, "--calls", "500", "--caps", "200", "--aht", "100ms", "--output", "json")
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s\nSIPp:\n%s", code, stderr, sipp.tail())
	}
	run := parseDocument(t, stdout)
	if limited := run.limited(t); limited != (code == codeInconclusive) {
		t.Errorf("exit code %d of a run that this machine spoilt: %v", code, limited)
	}
	run.closes(t)
	run.counts(t, map[string]int{
		"totals.offered": 500, "totals.answered": 500, "totals.completed": 500, "totals.dropped": 0,
		"sip.malformed": 0, "sip.final_codes.200": 500,
	})
	if run.count(t, "rtp.packets_received") == 0 {
		t.Error("SIPp echoes RTP, and nothing came back")
	}
	sipp.succeeds(t, 500)
	if run.count(t, "sip.retransmissions_sent.invite") == 0 && run.count(t, "sip.retransmissions_sent.bye") == 0 {
		repeated := run.count(t, "sip.retransmissions_received.response_2xx")
		if sent := sipp.statistics(t)["Retransmissions(C)"]; repeated > sent {
			t.Errorf("%d answers came in again, SIPp sent %d again", repeated, sent)
		}
	}
}

func TestSIPpCallsGateway(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	gateway, address := startGateway(t, "--ports", "500", "--rtp-ports", "33000-34999")
	sipp := startSIPp(t, path, "-sn", "uac", address, "-p", freePort(t), "-m", "500", "-r", "200", "-l", "500", "-d", "200")
	sipp.succeeds(t, 500)
	gateway.interrupt()
	gateway.leaves(t)
	parseDocument(t, gateway.stdout.String()).counts(t, map[string]int{
		"gateways.0.offered": 500, "gateways.0.answered": 500, "gateways.0.blocked": 0, "gateways.0.withdrawn": 0, "gateways.0.other": 0,
	})
}

// SIPp offers about 40 erlangs to 10 circuits and takes a 503 for an answer.
func TestSIPpSeesTheBlockingThatTheGatewayCounts(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	scenario, err := filepath.Abs("testdata/sipp/caller-that-takes-no.xml")
	if err != nil {
		t.Fatal(err)
	}
	gateway, address := startGateway(t, "--ports", "10", "--media", "none")
	sipp := startSIPp(t, path, "-sf", scenario, address, "-p", freePort(t), "-m", "300", "-r", "200", "-l", "300", "-d", "200", "-trace_counts")
	sipp.succeeds(t, 300)
	gateway.interrupt()
	gateway.leaves(t)
	counts := sipp.table(t, "*_counts.csv")
	refused, answered := counts["3_503_Recv"], counts["4_200_Recv"]
	if refused == 0 || answered == 0 {
		t.Errorf("SIPp saw %d calls refused and %d answered, want some of both", refused, answered)
	}
	parseDocument(t, gateway.stdout.String()).counts(t, map[string]int{
		"gateways.0.offered": 300, "gateways.0.blocked": refused, "gateways.0.answered": answered, "gateways.0.busiest_ports": 10,
	})
}

// startSIPp starts SIPp on loopback, with its statistics in a file.
func startSIPp(t *testing.T, path string, args ...string) *peer {
	t.Helper()
	return startPeer(t, path, append(args, "-i", "127.0.0.1", "-nostdin", "-trace_stat", "-stf", "statistics.csv", "-fd", "1", "-trace_err")...)
}

// succeeds waits for SIPp and requires that it made or took so many calls, all of them well.
func (p *peer) succeeds(t *testing.T, calls int) {
	t.Helper()
	code := p.wait(t)
	seen := p.statistics(t)
	if code != 0 || seen["TotalCallCreated"] != calls || seen["SuccessfulCall(C)"] != calls || seen["FailedCall(C)"] != 0 {
		t.Errorf("SIPp ended with %d: %d calls, %d well, %d failed, want %d calls; it said:\n%s", code,
			seen["TotalCallCreated"], seen["SuccessfulCall(C)"], seen["FailedCall(C)"], calls, p.tail())
	}
}

// statistics are the last line of what SIPp wrote about its calls.
func (p *peer) statistics(t *testing.T) map[string]int {
	t.Helper()
	return p.table(t, "statistics.csv")
}

// table returns the whole numbers of the last line of a file that SIPp left, by the names in the first.
func (p *peer) table(t *testing.T, pattern string) map[string]int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(p.folder, pattern))
	if err != nil || len(names) != 1 {
		t.Fatalf("SIPp left %v for %s, %v", names, pattern, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(strings.NewReader(string(text)))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
	rows, err := reader.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d lines in %s: %v", len(rows), names[0], err)
	}
	values, last := map[string]int{}, rows[len(rows)-1]
	for i, name := range rows[0] {
		if i < len(last) {
			if n, err := strconv.Atoi(last[i]); err == nil {
				values[name] = n
			}
		}
	}
	return values
}

// portsGiven are the ports that freePort has returned: one of a hundred in a run would be drawn twice at a time.
var portsGiven sync.Map

// freePort returns a port on loopback that was free a moment ago, for datagrams and, as phones open both, for connections. It
// is below those that the system gives to sockets of its choice, of which one could have it before the peer.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(22_000))
		if _, given := portsGiven.LoadOrStore(port, true); given {
			continue // to a peer of another test, which may not have opened it yet
		}
		conn, err := net.ListenPacket("udp", "127.0.0.1:"+port)
		if err != nil {
			continue // another program has it
		}
		defer conn.Close()
		listener, err := net.Listen("tcp", conn.LocalAddr().String())
		if err != nil {
			continue
		}
		defer listener.Close()
		return port
	}
	t.Fatal("no port of 1,000 between 10,000 and 32,000 was free for datagrams and connections")
	return ""
}

// awaitListener waits until a peer has opened its UDP port: until then the kernel refuses what is sent
// there. It sends what SIP takes for a sign of life (RFC 5626, 3.5.1).
func awaitListener(t *testing.T, p *peer, address string) {
	t.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		_, sent := conn.Write([]byte("\r\n\r\n"))
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, answered := conn.Read(make([]byte, 1))
		if !errors.Is(sent, syscall.ECONNREFUSED) && !errors.Is(answered, syscall.ECONNREFUSED) {
			return
		}
		select {
		case <-p.ended:
			t.Fatalf("%s ended with %d; it said:\n%s", p.name, p.code, p.tail())
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Fatalf("nothing listens on %s after %s; %s said:\n%s", address, patience, p.name, p.tail())
}
