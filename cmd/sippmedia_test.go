package cmd

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// mediaInvite is an INVITE whose description has lines of its own, and a stream of each kind.
func mediaInvite(lines string) string {
	return strings.NewReplacer("m=audio [media_port] RTP/AVP 0", lines).Replace(request("INVITE", 1, `retrans="500"`))
}

// captureFile writes a capture of datagrams, one each 20 ms.
func captureFile(t *testing.T, payloads ...string) string {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65535, layers.LinkTypeRaw); err != nil {
		t.Fatal(err)
	}
	for i, payload := range payloads {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
		udp := &layers.UDP{SrcPort: 6000, DstPort: 7000}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		frame := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp, gopacket.Payload(payload)); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, int64(i)*20_000_000), CaptureLength: len(frame.Bytes()), Length: len(frame.Bytes())}
		if err := w.WritePacket(info, frame.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return file.String()
}

// mediaSink is a UDP port that keeps what comes.
type mediaSink struct {
	conn  net.PacketConn
	mutex sync.Mutex
	heard [][]byte
}

func openSink(t *testing.T) *mediaSink {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mediaSink{conn: conn}
	over := make(chan struct{})
	go func() {
		defer close(over)
		buffer := make([]byte, 2048)
		for {
			n, _, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			s.mutex.Lock()
			s.heard = append(s.heard, bytes.Clone(buffer[:n]))
			s.mutex.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-over
	})
	return s
}

func (s *mediaSink) port() string {
	_, port, _ := net.SplitHostPort(s.conn.LocalAddr().String())
	return port
}

// packets returns what came in.
func (s *mediaSink) packets() [][]byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.heard
}

// Each way in which a scenario plays something, to a receiver whose ports its answer names.
func TestScriptsPlayMedia(t *testing.T) {
	rtp := func(payloadType, number byte, payload string) string {
		return string([]byte{0x80, payloadType, 0, number, 0, 0, 0, number, 0, 0, 0, 7}) + payload
	}
	for _, row := range []struct {
		name, action, file, content string
		kind                        string // of the stream that it goes to
		check                       func(packets [][]byte) bool
	}{
		{"rtp_stream of frames without a known ending", `<exec rtp_stream="a.raw,1,0,PCMU/8000"/>`, "a.raw", strings.Repeat("\x2a", 480), "audio",
			func(p [][]byte) bool { return len(p) == 3 && p[0][1]&0x7f == 0 && len(p[0]) == 172 && p[0][12] == 0x2a }},
		{"rtp_stream under another payload type", `<exec rtp_stream="a.ulaw,1,97"/>`, "a.ulaw", strings.Repeat("\x2a", 320), "audio",
			func(p [][]byte) bool { return len(p) == 2 && p[0][1]&0x7f == 97 }},
		{"rtp_stream apattern", `<exec rtp_stream="apattern,1,0,PCMU/8000"/>`, "", "", "audio", func(p [][]byte) bool { return len(p) > 3 && p[0][1]&0x7f == 0 }},
		{"rtp_stream vpattern", `<exec rtp_stream="vpattern,1,99,H264/90000"/>`, "", "", "video", func(p [][]byte) bool { return len(p) > 3 && p[0][1]&0x7f == 99 }},
		{"play_pcap_video", `<exec play_pcap_video="v.pcap"/>`, "v.pcap", captureFile(t, rtp(99, 1, "picture"), rtp(99, 1, "of two"), rtp(99, 2, "datagrams")), "video",
			func(p [][]byte) bool {
				return len(p) == 3 && string(p[0]) == rtp(99, 1, "picture") && string(p[2]) == rtp(99, 2, "datagrams")
			}},
		{"play_pcap_image", `<exec play_pcap_image="f.pcap"/>`, "f.pcap", captureFile(t, "\x00\x01fax", "\x00\x02over", "\x00\x03UDPTL"), "image",
			func(p [][]byte) bool { return len(p) == 3 && string(p[1]) == "\x00\x02over" }},
		{"play_dtmf", `<exec play_dtmf="12"/>`, "", "", "audio", func(p [][]byte) bool {
			digits := map[byte]bool{}
			for _, b := range p {
				digits[b[12]] = b[1]&0x7f == 101
			}
			return digits[1] && digits[2] && len(digits) == 2
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			sink := openSink(t)
			answer := strings.NewReplacer("m=audio [media_port] RTP/AVP 0", map[string]string{
				"audio": "m=audio " + sink.port() + " RTP/AVP 0 101\n      a=rtpmap:101 telephone-event/8000",
				"video": "m=audio 9 RTP/AVP 0\n      m=video " + sink.port() + " RTP/AVP 99",
				"image": "m=image " + sink.port() + " udptl t38",
			}[row.kind]).Replace(response("200 OK+", ""))
			caller := sequence([]string{mediaInvite("m=audio [auto_media_port] RTP/AVP 0 101\n      m=video [rtpstream_video_port] RTP/AVP 99"), receive(`180 optional="true"`), receive("200"), request("ACK", 1, ""),
				`<nop><action>` + row.action + `</action></nop>`, `<pause milliseconds="600"/>`}, hangUp())
			answerer := sippScenario(receive("INVITE"), answer, receive("ACK"), receive("BYE"), plain)
			files := map[string]string{}
			if row.file != "" {
				files[row.file] = row.content
			}
			code, stdout, stderr, _ := scriptRun(t, caller, answerer, files, "-m", "1")
			if code != codePass && code != codeInconclusive || !row.check(sink.packets()) {
				t.Errorf("exit code %d, %d packets: %.60q\n%s\n%s", code, len(sink.packets()), sink.packets(), stdout, stderr)
			}
		})
	}
}

// An answerer has media too: rtp_echo sends back what it hears, encrypted where both sides wrote keys.
func TestScriptsEchoEncryptedMedia(t *testing.T) {
	t.Parallel()
	for name, suite := range map[string]string{"AES": "cryptosuiteaescm128sha1801", "NULL": "cryptosuitenullsha1321"} {
		for _, stream := range []string{"audio", "video"} {
			line := "m=" + stream + " [rtpstream_" + stream + "_port] RTP/AVP 0\n      a=crypto:[cryptotag1" + stream + "] [" + suite + stream + "] inline:[cryptokeyparams1" + stream + "]"
			caller := sequence([]string{mediaInvite(line), receive("200"), request("ACK", 1, ""), `<nop><action><exec rtp_stream="` + stream[:1] + `pattern,1,0,PCMU/8000"/></action></nop>`, `<pause milliseconds="600"/>`}, hangUp())
			answer := strings.Replace(response("200 OK+", ""), "m=audio [media_port] RTP/AVP 0", line, 1)
			answerer := sippScenario(receive("INVITE"), answer, receive("ACK"), `<nop><action><exec rtp_echo="start`+stream+`,0,PCMU/8000"/></action></nop>`, receive("BYE"), plain)
			_, stdout, stderr, _ := scriptRun(t, caller, answerer, nil, "--output", "json", "-m", "1")
			run := parseDocument(t, stdout)
			if sent, back := run.count(t, "rtp.packets_sent"), run.count(t, "rtp.packets_received"); sent < 20 || back < sent*3/4 {
				t.Errorf("%s, %s: %d packets sent, %d came back\n%s", name, stream, sent, back, stderr)
			}
		}
	}
}

// Where a description demands SRTP and the other one has no keys, nothing is sent in the clear.
func TestScriptsSendNothingInTheClearThatMustBeEncrypted(t *testing.T) {
	t.Parallel()
	sink := openSink(t)
	caller := sequence([]string{mediaInvite("m=audio [media_port] RTP/SAVP 0\n      a=crypto:[cryptotag1audio] [cryptosuiteaescm128sha1801audio] inline:[cryptokeyparams1audio]"), receive("200"), request("ACK", 1, ""),
		`<nop><action><exec rtp_stream="apattern,1,0,PCMU/8000"/></action></nop>`, `<pause milliseconds="200"/>`}, hangUp())
	answer := strings.Replace(response("200 OK+", ""), "m=audio [media_port] RTP/AVP 0", "m=audio "+sink.port()+" RTP/AVP 0", 1)
	_, stdout, stderr, _ := scriptRun(t, caller, sippScenario(receive("INVITE"), answer, receive("ACK"), receive("BYE"), plain), nil, "-m", "1")
	if len(sink.packets()) > 0 || !strings.Contains(stderr, "no key of SRTP was agreed on") {
		t.Errorf("%d packets\n%s\n%s", len(sink.packets()), stdout, stderr)
	}
}

// A media file that cannot be played stops the run before its first call.
func TestScriptsRefuseMediaThatCannotBePlayed(t *testing.T) {
	folder := writeScenarios(t, map[string]string{"caller.xml": sequence(talk(), []string{`<nop><action><exec play_pcap_image="f.pcap"/></action></nop>`}, hangUp()), "f.pcap": "no capture"})
	code, _, stderr := commandLine("blast", "sip:127.0.0.1:9", "--sipp", filepath.Join(folder, "caller.xml"), "-m", "1")
	if code == codePass || !strings.Contains(stderr, "f.pcap: is neither pcap nor pcapng") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if err := os.Remove(filepath.Join(folder, "f.pcap")); err != nil {
		t.Fatal(err)
	}
}

// An answerer that is started with --rtp-echo lets each call hear itself, as SIPp does with -rtp_echo.
func TestScriptsEchoWhatTheyHear(t *testing.T) {
	t.Parallel()
	folder := writeScenarios(t, map[string]string{"answerer.xml": answered(nil, nil)})
	far := startSession(t, "answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:0", "-m", "3", "--rtp-echo")
	_, stdout, stderr := commandLine("blast", "sip:"+far.says(t, `answers on (\S+);`)[1], "--calls", "3", "--caps", "20", "--aht", "600ms", "--hold", "fixed", "--output", "json")
	far.leaves(t)
	run := parseDocument(t, stdout)
	if sent, back := run.count(t, "rtp.packets_sent"), run.count(t, "rtp.packets_received"); sent < 20 || back < sent*3/4 {
		t.Errorf("%d packets sent, %d came back\n%s\n%s", sent, back, stderr, far.stderr)
	}
}
