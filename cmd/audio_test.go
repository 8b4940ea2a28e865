package cmd

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// voicePeer is a SIP phone that answers every call with a description of its audio, and then sends what it likes.
type voicePeer struct {
	sip, rtp net.PacketConn
	speak    func(p *voicePeer, to net.Addr, over <-chan struct{})
	silent   bool // the description names no audio
	over     chan struct{}
}

// startVoicePeer starts a phone. speak sends RTP to a caller until the phone is gone; nil sends none.
func startVoicePeer(t *testing.T, silent bool, speak func(p *voicePeer, to net.Addr, over <-chan struct{})) *voicePeer {
	t.Helper()
	p := &voicePeer{sip: listenUDP(t), rtp: listenUDP(t), speak: speak, silent: silent, over: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.listen()
	}()
	t.Cleanup(func() {
		close(p.over)
		_ = p.sip.Close()
		<-ended
	})
	return p
}

func (p *voicePeer) listen() {
	buffer := make([]byte, 65536)
	for {
		n, from, err := p.sip.ReadFrom(buffer)
		if err != nil {
			return
		}
		message := string(buffer[:n])
		if strings.HasPrefix(message, "ACK ") {
			continue
		}
		body, tag := "", ""
		if strings.HasPrefix(message, "INVITE ") {
			body, tag = p.description(), ";tag=voice"
			_, rest, _ := strings.Cut(message, "m=audio ")
			port, _ := strconv.Atoi(strings.Fields(rest)[0])
			if p.speak != nil {
				go p.speak(p, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}, p.over)
			}
		}
		answer := "SIP/2.0 200 OK\r\n" + header(message, "Via") + header(message, "From") + strings.TrimSuffix(header(message, "To"), "\r\n") + tag + "\r\n" +
			header(message, "Call-ID") + header(message, "CSeq") + fmt.Sprintf("Contact: <sip:voice@%s>\r\nContent-Length: %d\r\n", p.sip.LocalAddr(), len(body))
		if body != "" {
			answer += "Content-Type: application/sdp\r\n"
		}
		_, _ = p.sip.WriteTo([]byte(answer+"\r\n"+body), from) // lost datagrams are sent again by SIP
	}
}

func (p *voicePeer) description() string {
	if p.silent {
		return ""
	}
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n", p.rtp.LocalAddr().(*net.UDPAddr).Port)
}

// playTo sends n packets of a code, 20 ms apart, from a socket.
func playTo(conn net.PacketConn, to net.Addr, n int, code byte, over <-chan struct{}) {
	b := make([]byte, 172)
	b[0] = 0x80
	for i := range b[12:] {
		b[12+i] = code
	}
	began := time.Now()
	for k := range n {
		binary.BigEndian.PutUint16(b[2:], uint16(k))
		binary.BigEndian.PutUint32(b[4:], uint32(k)*160)
		select {
		case <-over:
			return
		case <-time.After(time.Until(began.Add(time.Duration(k) * 20 * time.Millisecond))):
		}
		_, _ = conn.WriteTo(b, to)
	}
}

// TestACallWithoutTheAudioThatWasPromisedFails: whatever keeps the audio away, the call counts as one without, its score
// is the lowest, the report says why, and the call is saved.
func TestACallWithoutTheAudioThatWasPromisedFails(t *testing.T) {
	t.Parallel()
	const loud, quiet, long = 0x0b, 0xff, 500
	for _, test := range []struct {
		name   string
		silent bool
		speak  func(p *voicePeer, to net.Addr, over <-chan struct{})
		fault  string
		oneWay bool
		says   string
	}{
		{"an answer without a description", true, nil, "no_description", true, "the answer described no audio"},
		{"a description and no packet", false, nil, "heard_nothing", true, "no RTP came from the far end"},
		{"packets from another port", false, func(p *voicePeer, to net.Addr, over <-chan struct{}) { playTo(p.sip, to, long, loud, over) },
			"moved", true, "RTP came from another port or host than the far end had announced"},
		{"nothing but silence", false, func(p *voicePeer, to net.Addr, over <-chan struct{}) { playTo(p.rtp, to, long, quiet, over) },
			"silent_audio", false, "packets came, but nothing in them was louder than silence"},
		{"a stream that stops", false, func(p *voicePeer, to net.Addr, over <-chan struct{}) { playTo(p.rtp, to, 50, loud, over) },
			"stopped", false, "the far end stopped its stream more than a second before the call ended"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			peer := startVoicePeer(t, test.silent, test.speak)
			folder := t.TempDir()
			file := filepath.Join(folder, "run.json")
			blast := startSession(t, "blast", "sip:"+peer.sip.LocalAddr().String(), "--caps", "20", "--calls", "2", "--arrivals", "constant", "--aht", "3s", "--hold", "fixed",
				"--gate", "one_way_audio == 0", "--gate", "mos min >= 4.0", "--save-calls", "failed", "--save-dir", folder, "--out", "json="+file)
			code := blast.leaves(t)
			run := readDocument(t, file)
			oneWay := 0
			if test.oneWay {
				oneWay = 2
			}
			run.counts(t, map[string]int{"totals.answered": 2, "audio.one_way_audio": oneWay, "audio.faults." + test.fault: 2})
			limited := run.at(t, "health.limited") == true || run.at(t, "health.media_limited") == true
			if want := codeFailed; test.oneWay && code != want && !(limited && code == codeInconclusive) {
				t.Errorf("exit code %d, want %d", code, want)
			}
			if test.oneWay && run.at(t, "audio.mos_cqe.max") != 1.0 {
				t.Errorf("a call that heard nothing has MOS %v", run.at(t, "audio.mos_cqe.max"))
			}
			if words := strings.Join(strings.Fields(blast.stdout.String()), " "); !strings.Contains(words, "In 2 of 2 calls "+test.says) {
				t.Errorf("the report does not say %q:\n%s", test.says, blast.stdout)
			}
			for i := range 2 {
				ladder := readText(t, filepath.Join(folder, run.at(t, fmt.Sprintf("saved_calls.calls.%d.ladder", i)).(string)))
				if !strings.Contains(ladder, "INVITE sip:") || !strings.Contains(ladder, test.fault) {
					t.Errorf("the ladder of a failed call:\n%s", ladder)
				}
			}
		})
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A step plays a file that lies beside the scenario, from there on; play alone goes back to the audio of the run.
func TestStepsPlayFilesBesideTheScenario(t *testing.T) {
	const said = 0x5a
	folder := t.TempDir()
	for name, content := range map[string]string{
		"hello.ulaw": strings.Repeat(string([]byte{said}), 8000),
		"plays.yaml": "scenario: plays\nrole: caller\nsteps:\n- invite\n- play hello.ulaw\n- wait 400ms\n- play\n- wait 200ms\n- bye\n",
		"gone.yaml":  "scenario: gone\nrole: caller\nsteps:\n- invite\n- play gone.ulaw\n- bye\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := startVoicePeer(t, false, nil)
	args := []string{"blast", "sip:" + p.sip.LocalAddr().String(), "--caps", "5", "--calls", "1", "--codecs", "pcmu", "--media", "silence", "--ceiling", "off", "--scenario"}
	if blast := startSession(t, append(args, filepath.Join(folder, "plays.yaml"))...); !slices.Contains([]int{0, codeFailed, codeInconclusive}, blast.leaves(t)) {
		t.Fatalf("the call did not run: %s", blast.stderr)
	}
	var file, other int
	packet := make([]byte, 2048)
	for {
		_ = p.rtp.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		n, _, err := p.rtp.ReadFrom(packet)
		if err != nil {
			break
		}
		if n < 12+160 {
			continue
		}
		if strings.Trim(string(packet[12:172]), string([]byte{said})) == "" {
			file++
		} else {
			other++
		}
	}
	if file < 10 || other == 0 || file <= other {
		t.Errorf("%d packets of the file in 400 ms and %d of silence in 200 ms", file, other)
	}
	blast := startSession(t, append(args, filepath.Join(folder, "gone.yaml"))...)
	if code := blast.leaves(t); code != codeUsage || !strings.Contains(fmt.Sprint(blast.stderr), "--scenario: play gone.ulaw: ") {
		t.Errorf("exit code %d for a file that is not there: %s", code, blast.stderr)
	}
}
