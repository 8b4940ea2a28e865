package cmd

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/sipplan/sipplan/loadgen/testbed"
)

// trunkRun runs blast with a report in JSON, again when this machine was too busy to keep the schedule.
func trunkRun(t *testing.T, want int, args ...string) (run document) {
	t.Helper()
	args = append([]string{"blast", "--media", "none", "--output", "json", "--seed", "7", "--ceiling", "off"}, args...)
	testbed.Undisturbed(t, func() string {
		code, stdout, stderr := commandLine(args...)
		run = parseDocument(t, stdout)
		if code == want {
			return ""
		}
		if code != codeInconclusive || !run.limited(t) {
			t.Fatalf("exit code %d, want %d: %s\n%s", code, want, stderr, stdout)
		}
		return run.disturbance(t)
	})
	return run
}

// tries returns the tries over the trunks of a run, in their order.
func tries(t *testing.T, run document) (names []string, counts []int) {
	t.Helper()
	for i := range run.at(t, "trunks").([]any) {
		trunk := run.at(t, fmt.Sprintf("trunks.%d", i)).(map[string]any)
		names, counts = append(names, trunk["name"].(string)), append(counts, int(trunk["tries"].(float64)))
	}
	return names, counts
}

func TestBlastSharesCallsAmongTrunksAsAsked(t *testing.T) {
	_, one := startGateway(t, "--ports", "100", "--media", "none")
	_, two := startGateway(t, "--ports", "100", "--media", "none")
	for _, tt := range []struct {
		name  string
		args  []string
		first int // of 90 calls
	}{
		{"in order: all on the first", nil, 90},
		{"in turn", []string{"--order", "round-robin"}, 45},
		{"2 to 1 by weight", []string{"--order", "weighted"}, 60},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run := trunkRun(t, codePass, append([]string{"--trunk", "name=gw1,target=sip:" + one + ",weight=2", "--trunk", "name=gw2,target=sip:" + two,
				"--caps", "100", "--calls", "90", "--aht", "5ms"}, tt.args...)...)
			if names, counts := tries(t, run); strings.Join(names, " ") != "gw1 gw2" || counts[0] != tt.first || counts[1] != 90-tt.first {
				t.Errorf("%v have %v calls, want %d and %d", names, counts, tt.first, 90-tt.first)
			}
		})
	}
}

func TestBlastFindsTrunksByTheirDomain(t *testing.T) {
	_, one := startGateway(t, "--ports", "100", "--media", "none")
	_, two := startGateway(t, "--ports", "100", "--media", "none")
	server := nameServer(t,
		fmt.Sprintf("_sip._udp.voice.example. 60 IN SRV 10 5 %s sbc1.voice.example.", port(t, one)),
		fmt.Sprintf("_sip._udp.voice.example. 60 IN SRV 20 5 %s sbc2.voice.example.", port(t, two)),
		"sbc1.voice.example. 60 IN A 127.0.0.1", "sbc2.voice.example. 60 IN A 127.0.0.1",
		"far.example. 60 IN A 198.51.100.7")
	run := trunkRun(t, codePass, "sip:voice.example", "--dns", server, "--caps", "100", "--calls", "30", "--aht", "5ms")
	if _, counts := tries(t, run); len(counts) != 2 || counts[0] != 30 || counts[1] != 0 {
		t.Errorf("tries %v, want all 30 at the server of priority 10", counts)
	}
	code, _, stderr := commandLine("blast", "sip:far.example", "--dns", server, "--caps", "1", "--calls", "1")
	if code != codeUsage || !strings.Contains(stderr, "far.example (198.51.100.7) is not a loopback, private or link-local address") {
		t.Errorf("exit code %d and %q, want the address refused that the name leads to", code, stderr)
	}
	code, _, stderr = commandLine("blast", "sip:nobody.example", "--dns", server, "--caps", "1", "--calls", "1")
	if code != codeCouldNotRun || !strings.Contains(stderr, "the name has no address") {
		t.Errorf("exit code %d and %q, want that there is no address", code, stderr)
	}
}

// nameServer answers questions with the records that are about their names, and returns its address.
func nameServer(t *testing.T, zone ...string) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		reply := new(dns.Msg)
		reply.SetReply(question)
		for _, line := range zone {
			rr, err := dns.NewRR(line)
			if err == nil && rr.Header().Name == question.Question[0].Name && rr.Header().Rrtype == question.Question[0].Qtype {
				reply.Answer = append(reply.Answer, rr)
			}
		}
		_ = w.WriteMsg(reply)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return packets.LocalAddr().String()
}

func port(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestDrillDecidesTheExitCode(t *testing.T) {
	for _, tt := range []struct {
		name    string
		args    []string
		code    int
		verdict string
	}{
		{"the others have room: passed", []string{"--embedded-ports", "30", "--drill", "fail gateway-2 at 1s for 1s by 503"}, codePass, "holds"},
		{"the others have none: calls are lost", []string{"--embedded-ports", "5", "--drill", "fail gateway-2 at 1s for 1s by 503"}, codeFailed, "does not hold"},
		{"it stays down to the end: no recovery to tell of", []string{"--embedded-ports", "30", "--drill", "fail gateway-1 at 1s by closed"}, codeInconclusive, "cannot tell"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run := trunkRun(t, tt.code, append([]string{"--embedded-gateways", "2", "--order", "round-robin", "--caps", "80", "--arrivals", "constant",
				"--hold", "fixed", "--aht", "100ms", "--duration", "2500ms"}, tt.args...)...)
			if verdict := run.at(t, "drills.0.verdict"); verdict != tt.verdict {
				t.Errorf("verdict %v, want %s: %v", verdict, tt.verdict, run.at(t, "drills.0.why"))
			}
			run.closes(t)
		})
	}
}

func TestRetryAfterEndsTheRunIfAsked(t *testing.T) {
	peer := listenUDP(t)
	go func() {
		b := make([]byte, 8192)
		for {
			n, from, err := peer.ReadFrom(b)
			if err != nil {
				return
			}
			if request := string(b[:n]); strings.HasPrefix(request, "INVITE") {
				answer := "SIP/2.0 503 Service Unavailable\r\n"
				for line := range strings.SplitSeq(request, "\r\n") {
					for _, copied := range []string{"Via:", "From:", "To:", "Call-ID:", "CSeq:"} {
						if strings.HasPrefix(line, copied) {
							answer += line + "\r\n"
						}
					}
				}
				_, _ = peer.WriteTo([]byte(answer+"Retry-After: 17\r\nContent-Length: 0\r\n\r\n"), from)
			}
		}
	}()
	run := trunkRun(t, codeInconclusive, "sip:"+peer.LocalAddr().String(), "--caps", "20", "--calls", "1000", "--retry-after", "abort")
	if why := run.why(t); !strings.Contains(why, "answered 503 with Retry-After 17s, at which this run was to end") {
		t.Errorf("why: %s", why)
	}
	if offered := run.count(t, "totals.offered"); offered > 100 {
		t.Errorf("%d calls were offered after the first one was refused", offered)
	}
	if n := run.count(t, "trunks.0.retry_afters"); n == 0 {
		t.Error("no Retry-After was counted")
	}
}
