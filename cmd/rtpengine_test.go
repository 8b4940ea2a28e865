package cmd

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// TestSoundComesThroughAMediaRelay puts Kamailio and rtpengine between caller and gateway, as a session border controller
// stands there: the relay writes its own addresses into the descriptions, and turns RTP into SRTP and back. The marked
// reference signal has to be heard at both ends, and all three have to count the same calls.
func TestSoundComesThroughAMediaRelay(t *testing.T) {
	t.Parallel()
	kamailio := testbed.Peer(t, "kamailio", "kamailio kamailio-tls-modules")
	rtpengine := testbed.Peer(t, "rtpengine", "rtpengine-daemon")
	const own = "replace-origin replace-session-connection "
	for i, row := range []struct {
		name            string
		offer           string // what rtpengine makes of the caller's description
		caller, gateway []string
	}{
		{"plain", own + "RTP/AVP ICE=remove", nil, nil},
		{"plain with the lines of ICE and feedback", own + "RTP/AVPF ICE=force rtcp-mux-offer", nil, nil},
		{"a shared port on one side", own + "RTP/AVP ICE=remove rtcp-mux-demux", []string{"--rtcp-mux"}, nil},
		{"SRTP of the caller", own + "RTP/AVP ICE=remove", []string{"--srtp=AEAD_AES_256_GCM"}, nil},
		{"SRTP of the gateway", own + "RTP/SAVP ICE=remove DTLS=off", nil, []string{"--srtp=AES_256_CM_HMAC_SHA1_32"}},
		{"SRTP of both, in suites of their own", own + "RTP/SAVP ICE=remove DTLS=off", []string{"--srtp=AEAD_AES_256_GCM"}, []string{"--srtp=AES_256_CM_HMAC_SHA1_32"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			const calls = 12
			ports := func(nth int) string { return fmt.Sprintf("%d-%d", 44000+300*i+100*nth, 44099+300*i+100*nth) }
			// On an address of its own: rtpengine shares a port with another one that runs, and hears its calls.
			address := fmt.Sprintf("127.%d.%d.%d", 1+os.Getpid()/250%250, 1+os.Getpid()%250, 1+i)
			relay := startMediaRelay(t, rtpengine, address, ports(0))
			p := startProxyWith(t, kamailio, proxyForm{Transport: "udp", Relay: relay.address, Offer: row.offer},
				append([]string{"--ports", "20", "--media", "reference", "--rtp-ports", ports(1)}, row.gateway...)...)
			run := p.blast(t, proxyPassword, append([]string{"--caps", "12", "--calls", strconv.Itoa(calls), "--arrivals", "constant", "--aht", "3s", "--hold", "fixed",
				"--media", "reference", "--rtp-ports", ports(2)}, row.caller...)...)
			run.closes(t)
			run.counts(t, map[string]int{"totals.answered": calls, "totals.completed": calls})
			soundHeard(t, run, "", calls)
			p.gatewayCounts(t, map[string]int{"gateways.0.offered": calls, "gateways.0.answered": calls})
			soundHeard(t, parseDocument(t, p.gateway.stdout.String()), "gateways.0.", calls)
			relay.counts(t, map[string]int{"managedsessions": calls, "onewaystreams": 0, "zerowaystreams": 0, "sessionsown": 0})
		})
	}
}

// soundHeard requires that an end of the calls has heard the right audio in each of them, and nothing that was wrong
// with it.
func soundHeard(t *testing.T, report document, at string, calls int) {
	t.Helper()
	want := map[string]int{at + "audio.promised": calls, at + "audio.one_way_audio": 0, at + "audio.reference_recognised": calls}
	for _, fault := range []string{"not_authentic", "moved", "other_audio", "swapped_audio", "own_echo", "other_payload", "silent_audio", "restarted"} {
		want[at+"audio.faults."+fault] = 0
	}
	report.counts(t, want)
	if report.count(t, at+"audio.mos_cq_remote.count") == 0 {
		t.Error("no RTCP of the far end came through")
	}
}

// mediaRelay is rtpengine, which relays media without the help of a kernel module.
type mediaRelay struct {
	*peer
	address  string // for commands
	commands int    // sent so far
}

// startMediaRelay starts rtpengine and waits until it answers.
func startMediaRelay(t *testing.T, path, address, ports string) *mediaRelay {
	t.Helper()
	first, last, _ := strings.Cut(ports, "-")
	r := &mediaRelay{address: "127.0.0.1:" + freePort(t)}
	r.peer = startPeer(t, path, "--config-file=none", "--table=-1", "--foreground", "--log-stderr", "--log-level=5", "--num-threads=2", "--delete-delay=0",
		"--interface="+address, "--listen-ng="+r.address, "--port-min="+first, "--port-max="+last)
	t.Cleanup(func() { _ = r.cmd.Process.Signal(os.Interrupt) })
	for deadline := time.Now().Add(patience); !strings.Contains(r.command(t, "ping"), "pong"); {
		select {
		case <-r.ended:
			t.Fatalf("rtpengine ended with %d; it said:\n%s", r.code, r.tail())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("rtpengine has not answered after %s; it said:\n%s", patience, r.tail())
		}
	}
	return r
}

// command sends a command without parameters and returns what rtpengine answers, "" when it does not. Both are
// dictionaries in the notation of BitTorrent, behind a word that pairs them.
func (r *mediaRelay) command(t *testing.T, name string) string {
	t.Helper()
	conn, err := net.Dial("udp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r.commands++
	cookie := fmt.Sprintf("%d-%d ", os.Getpid(), r.commands)
	_, _ = fmt.Fprintf(conn, "%sd7:command%d:%se", cookie, len(name), name) // nobody there yet: no answer
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	answer := make([]byte, 65536)
	n, _ := conn.Read(answer)
	if !bytes.HasPrefix(answer[:n], []byte(cookie)) {
		return ""
	}
	return string(answer[len(cookie):n])
}

// counts requires some of rtpengine's own totals. It adds a call to them after the BYE: what is missing is waited for.
func (r *mediaRelay) counts(t *testing.T, want map[string]int) {
	t.Helper()
	var differs string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		totals := r.command(t, "statistics")
		differs = ""
		for name, n := range want {
			found := regexp.MustCompile(fmt.Sprintf(`%d:%si(\d+)e`, len(name), name)).FindStringSubmatch(totals)
			if found == nil {
				t.Fatalf("rtpengine does not count %s: %s", name, totals)
			}
			if found[1] != strconv.Itoa(n) {
				differs += fmt.Sprintf("\n%s is %s, want %d", name, found[1], n)
			}
		}
		if differs == "" {
			return
		}
	}
	t.Errorf("rtpengine counts other calls:%s\nit said:\n%s", differs, r.tail())
}
