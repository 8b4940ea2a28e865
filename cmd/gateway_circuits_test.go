package cmd

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// Numbers of circuits whose sum overflowed used to end in a division by zero.
func TestCircuitsThatNoGatewayHasAreRefusedBeforePortsAreShared(t *testing.T) {
	t.Parallel()
	listen := []string{"--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"}
	code, _, stderr := commandLine(append([]string{"gateway", "--ports", "9223372036854775807,9223372036854775807,2"}, listen...)...)
	if want := "sipplan: --ports: must be from 1 to 1000000, got 9223372036854775807\n"; code != codeUsage || strings.Count(stderr, want) != 2 {
		t.Errorf("exit code %d and %q, want %q for each", code, stderr, want)
	}
}

// A gateway whose RTP ports something else had used to count its 500s as "other" and say no more.
func TestGatewaySaysHowManyCallsFoundNoRTPPort(t *testing.T) {
	t.Parallel()
	port := takenPortPair(t)
	args := []string{"--ports", "1", "--rtp-ports", fmt.Sprintf("%d-%d", port, port+1)}
	gateway, address := startGateway(t, args...)
	if code, stdout, stderr := commandLine("blast", "sip:"+address, "--caps", "100", "--calls", "5", "--aht", "1ms", "--media", "none"); stdout == "" {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	gateway.interrupt()
	gateway.leaves(t)
	report := parseDocument(t, gateway.stdout.String())
	for _, path := range []string{"gateways.0.offered", "gateways.0.other", "gateways.0.no_rtp_port"} {
		if got := report.count(t, path); got != 5 {
			t.Errorf("%s is %d, want 5", path, got)
		}
	}
}

// takenPortPair returns the even port of a pair on loopback that belongs to the test until it ends.
func takenPortPair(t *testing.T) int {
	t.Helper()
	for range 100 {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if port := conn.LocalAddr().(*net.UDPAddr).Port; port%2 == 0 {
			return port
		}
	}
	t.Fatal("no even port among 100")
	return 0
}
