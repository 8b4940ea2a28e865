package cmd

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// A phone that understands each codec hears our tone in it, as RTP and as SRTP.
func TestPhoneHearsEveryCodec(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "baresip", "baresip-core")
	secure := handset{account: "audio_codecs=PCMU;mediaenc=srtp-mand", lines: []string{"module srtp.so"}}
	for _, row := range []struct {
		name        string
		phone       handset
		codec, flag string
	}{
		{"A-law", handset{account: "audio_codecs=PCMA"}, "pcma", ""},
		{"G.722", handset{account: "audio_codecs=G722", rate: 16000, lines: []string{"module g722.so"}}, "g722", ""},
		{"Opus", handset{account: "audio_codecs=opus", rate: 48000, lines: []string{"module opus.so", "opus_stereo no", "opus_sprop_stereo no"}}, "opus", ""},
		{"AMR", handset{account: "audio_codecs=AMR", lines: []string{"module amr.so"}}, "amr", ""},
		{"SRTP", secure, "pcmu", "--srtp"},
		{"SRTP with a short tag", secure, "pcmu", "--srtp=AES_CM_128_HMAC_SHA1_32"},
		{"SRTP with AES-256-GCM", secure, "pcmu", "--srtp=AEAD_AES_256_GCM"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			folder := phoneFolder(t, port, row.phone)
			phone := startPeer(t, path, "-f", folder, "-v")
			awaitListener(t, phone, "127.0.0.1:"+port)
			args := []string{"blast", "sip:phone@127.0.0.1:" + port, "--calls", "1", "--caps", "1", "--aht", "3s", "--hold", "fixed",
				"--drain", "6s", "--media", "tone", "--codecs", row.codec, "--rtp-ports", "40300-40399", "--output", "json"}
			if row.flag != "" {
				args = append(args, row.flag)
			}
			code, stdout, stderr := commandLine(args...)
			if code != codePass && code != codeInconclusive {
				t.Fatalf("exit code %d; stderr:\n%s\nbaresip:\n%s", code, stderr, phone.tail())
			}
			run := parseDocument(t, stdout)
			run.counts(t, map[string]int{"totals.answered": 1})
			if received := run.count(t, "rtp.packets_received"); received < 100 {
				t.Errorf("%d RTP packets from the phone in 3 s, want about 150; baresip:\n%s", received, phone.tail())
			}
			phone.quits(t)
			if strings.Contains(stdout+stderr, "inline:") {
				t.Error("the report or the log has a key")
			}
			hears(t, folder, 1000)
		})
	}
}

// Digits that we dial are what a phone says it received.
func TestPhoneHearsOurDigits(t *testing.T) {
	t.Parallel()
	path, port := testbed.Peer(t, "baresip", "baresip-core"), freePort(t)
	phone := startPeer(t, path, "-f", phoneFolder(t, port, handset{}), "-v")
	awaitListener(t, phone, "127.0.0.1:"+port)
	code, _, stderr := commandLine("blast", "sip:phone@127.0.0.1:"+port, "--scenario", "dtmf", "--calls", "1", "--caps", "1", "--aht", "4s", "--hold", "fixed",
		"--rtp-ports", "40400-40499", "--output", "json")
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s\nbaresip:\n%s", code, stderr, phone.tail())
	}
	phone.quits(t)
	var digits strings.Builder
	for _, found := range regexp.MustCompile(`received event: '(.)' \(end=1\)`).FindAllStringSubmatch(phone.output.String(), -1) {
		digits.WriteString(found[1])
	}
	if digits.String() != "1234#" {
		t.Errorf("the phone received %q, want 1234#; it said:\n%s", digits.String(), phone.tail())
	}
}

// scenarioFile writes a scenario.
func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startAnswerer starts `sipplan answer` with the steps of a scenario.
func startAnswerer(t *testing.T, steps string, args ...string) (answerer *session, address string) {
	t.Helper()
	file := scenarioFile(t, "scenario: answering\nrole: answerer\nsteps:\n"+steps)
	answerer = startSession(t, append([]string{"answer", "--listen", "127.0.0.1:0", "--output", "json", "--scenario", file}, args...)...)
	return answerer, answerer.says(t, `answers on (\S+);`)[1]
}

// Digits that are pressed on a phone are those that our scenario hears: it hangs up because of them.
func TestDigitsOfAPhoneAreHeard(t *testing.T) {
	t.Parallel()
	path, port, control := testbed.Peer(t, "baresip", "baresip-core"), freePort(t), freePort(t)
	answerer, address := startAnswerer(t, "  - answer\n  - play\n  - expect dtmf 90# within 15s\n  - bye\n", "--rtp-ports", "40500-40599")
	folder := phoneFolder(t, port, handset{lines: []string{"module ctrl_tcp.so", "ctrl_tcp_listen 127.0.0.1:" + control}})
	phone := startPeer(t, path, "-f", folder, "-v", "-e", "/dial sip:+15550100@"+address)
	phone.says(t, `Call established`)
	keys, err := net.Dial("tcp", "127.0.0.1:"+control)
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	for _, key := range "90#" {
		command := fmt.Sprintf(`{"command":"sndcode","params":"%c"}`, key)
		if _, err := fmt.Fprintf(keys, "%d:%s,", len(command), command); err != nil {
			t.Fatal(err)
		}
		phone.says(t, fmt.Sprintf(`send DTMF digit: '%s'`, regexp.QuoteMeta(string(key))))
		phone.says(t, fmt.Sprintf(`send DTMF digit end: '%s'`, regexp.QuoteMeta(string(key))))
	}
	phone.says(t, `session closed|Call terminated`)
	answerer.interrupt()
	answerer.leaves(t)
	parseDocument(t, answerer.stdout.String()).counts(t, map[string]int{"gateways.0.answered": 1, "gateways.0.offered": 1})
}

// says waits until a peer says something.
func (p *peer) says(t *testing.T, pattern string) {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	for deadline := time.After(patience); ; {
		text, more := p.output.read()
		if wanted.MatchString(text) {
			return
		}
		select {
		case <-more:
		case <-p.ended:
			t.Fatalf("%s ended without saying %s; it said:\n%s", p.name, pattern, p.tail())
		case <-deadline:
			t.Fatalf("%s has not said %s; it said:\n%s", p.name, pattern, p.tail())
		}
	}
}

// SIPp's own scenario with captured media: eight seconds of A-law, then the digit 1, which is heard; had it not been,
// the call would end otherwise than SIPp wants.
func TestSIPpPlaysACaptureToUs(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	const captures = "/usr/share/sip-tester/"
	if _, err := os.Stat(captures + "g711a.pcap"); err != nil {
		testbed.Missing(t, "the captures of SIPp are not in "+captures)
	}
	answerer, address := startAnswerer(t, "  - answer\n  - play\n  - expect dtmf 1 within 15s\n  - expect BYE within 10s\n  - respond 200 OK\n",
		"--codecs", "pcma", "--rtp-ports", "40600-40699")
	print := startPeer(t, path, "-sd", "uac_pcap")
	<-print.ended
	text := print.output.String()
	text = strings.ReplaceAll(text[strings.Index(text, "<?xml"):], `"pcap/`, `"`+captures)
	sipp := startSIPp(t, path, "-sf", scenarioFile(t, text), address, "-p", freePort(t), "-m", "1", "-r", "1", "-l", "1", "-i", "127.0.0.1", "-mi", "127.0.0.1")
	sipp.succeeds(t, 1)
	answerer.interrupt()
	answerer.leaves(t)
	parseDocument(t, answerer.stdout.String()).counts(t, map[string]int{"gateways.0.answered": 1, "gateways.0.offered": 1})
}

// tshark decodes the telephone events between two of ours.
func TestTsharkDecodesOurDigits(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "tshark", "tshark")
	answerer, address := startAnswerer(t, "  - answer\n  - play\n  - expect dtmf 1234# within 15s\n  - bye\n", "--rtp-ports", "40700-40799")
	_, sipPort, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	marker := listenUDP(t)
	live := startCapture(t, path, "udp portrange 40700-40899 or udp port "+sipPort, marker)
	code, _, stderr := commandLine("blast", "sip:"+address, "--scenario", "dtmf", "--calls", "1", "--caps", "1", "--aht", "10s", "--hold", "fixed",
		"--rtp-ports", "40800-40899", "--output", "json")
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	answerer.interrupt()
	answerer.leaves(t)
	live.end(t)
	c := &capture{path: path, file: live.file, read: []string{"-d", "udp.port==" + sipPort + ",sip"}}
	var keys strings.Builder
	ends := 0
	for line := range strings.Lines(c.tshark(t, "-Y", "rtpevent", "-T", "fields", "-e", "rtp.marker", "-e", "rtpevent.event_id", "-e", "rtpevent.end_of_event", "-e", "rtpevent.duration")) {
		fields := strings.Fields(line)
		if len(fields) != 4 {
			t.Fatalf("tshark reads an event as %q", line)
		}
		if begins := fields[0] == "1" || fields[0] == "True"; begins {
			keys.WriteString(fields[1] + " ")
		}
		if fields[2] == "1" || fields[2] == "True" {
			ends++
			if fields[3] != "800" {
				t.Errorf("an event ends after %s units, want 800: 100 ms", fields[3])
			}
		}
	}
	if keys.String() != "1 2 3 4 11 " || ends < 12 {
		t.Errorf("tshark reads the events %q and %d end packets, want 1 2 3 4 11 and three ends of each but the last, at which the call ends", keys.String(), ends)
	}
}
