package cmd

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// phoneTone is what the phone of the tests says, in hertz: another tone than ours, which has 1 kHz.
const phoneTone = 440

// TestPhoneAnswersAndHearsUs calls baresip, a phone that somebody else wrote, and listens to its recording.
func TestPhoneAnswersAndHearsUs(t *testing.T) {
	t.Parallel()
	path, port := testbed.Peer(t, "baresip", "baresip-core"), freePort(t)
	folder := phoneFolder(t, port, handset{})
	phone := startPeer(t, path, "-f", folder, "-v")
	awaitListener(t, phone, "127.0.0.1:"+port)
	code, stdout, stderr := commandLine("blast", "sip:phone@127.0.0.1:"+port, "--calls", "1", "--caps", "1", "--aht", "3s", "--hold", "fixed",
		"--media", "tone", "--rtp-ports", "41000-41099", "--output", "json")
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s\nbaresip:\n%s", code, stderr, phone.tail())
	}
	run := parseDocument(t, stdout)
	run.closes(t)
	run.counts(t, map[string]int{"totals.answered": 1, "totals.completed": 1, "sip.malformed": 0})
	if received := run.count(t, "rtp.packets_received"); received < 100 {
		t.Errorf("%d RTP packets from the phone in 3 s, want about 150", received)
	}
	phone.quits(t)
	hears(t, folder, 1000)
}

// TestPhoneCallsGatewayAndHearsItsEcho lets baresip call the emulated gateway, which sends back what it hears.
func TestPhoneCallsGatewayAndHearsItsEcho(t *testing.T) {
	t.Parallel()
	path, port := testbed.Peer(t, "baresip", "baresip-core"), freePort(t)
	gateway, address := startGateway(t, "--ports", "2", "--rtp-ports", "42000-42099", "--ring", "100ms")
	folder := phoneFolder(t, port, handset{})
	phone := startPeer(t, path, "-f", folder, "-v", "-t", "4", "-e", "/dial sip:+15550100@"+address) // hangs up after 4 s
	if code := phone.wait(t); code != 0 {
		t.Errorf("baresip ended with %d; it said:\n%s", code, phone.tail())
	}
	gateway.interrupt()
	gateway.leaves(t)
	report := parseDocument(t, gateway.stdout.String())
	report.counts(t, map[string]int{"gateways.0.offered": 1, "gateways.0.answered": 1, "gateways.0.blocked": 0, "gateways.0.other": 0})
	hears(t, folder, phoneTone)
}

// quits asks a peer to end and waits for it.
func (p *peer) quits(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.wait(t)
}

// handset is what a phone of the tests can do: PCMU alone, unless told otherwise.
type handset struct {
	account string   // parameters of its account
	rate    int      // of what it says, samples a second
	lines   []string // of its configuration
}

// phoneFolder writes the configuration of a phone that answers at once, says a tone and records what it hears.
func phoneFolder(t *testing.T, port string, h handset) string {
	t.Helper()
	if h.account == "" {
		h.account = "audio_codecs=PCMU"
	}
	if h.rate == 0 {
		h.rate = sampleRate
	}
	folder := t.TempDir()
	modules, err := filepath.Glob("/usr/lib*/baresip/modules")
	if more, _ := filepath.Glob("/usr/lib/*/baresip/modules"); len(modules) == 0 {
		modules = more
	}
	if err != nil || len(modules) == 0 {
		testbed.Missing(t, "the modules of baresip are nowhere to be found")
	}
	says := filepath.Join(folder, "says.wav")
	files := map[string][]byte{
		"accounts": []byte("<sip:phone@127.0.0.1>;regint=0;answermode=auto;" + h.account + "\n"),
		"config": fmt.Appendf(nil, "sip_listen 127.0.0.1:%s\nnet_interface 127.0.0.1\nmodule_path %s\nmodule g711.so\nmodule aufile.so\nmodule sndfile.so\n"+
			"module_tmp account.so\nmodule_app menu.so\naudio_source aufile,%s\nsnd_path %s\nrtp_ports 43000-43099\n%s\n",
			port, modules[0], says, folder, strings.Join(h.lines, "\n")),
		"says.wav": wave(phoneTone, h.rate, 8*time.Second),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// sampleRate is that of telephony, in samples a second.
const sampleRate = 8000

// wave is a WAVE file of 16-bit samples with a tone in it.
func wave(hertz float64, rate int, length time.Duration) []byte {
	samples := int(length.Seconds() * float64(rate))
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+2*samples))...)
	b = append(b, "WAVEfmt "...)
	for _, word := range []uint32{16, 1 | 1<<16, uint32(rate), uint32(2 * rate), 2 | 16<<16} { // PCM, one channel, two octets a sample
		b = binary.LittleEndian.AppendUint32(b, word)
	}
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(2*samples))
	for i := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(8000*math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))))
	}
	return b
}

// hears requires that a phone's recording of what it heard is two seconds of a tone at least, and nearly nothing else.
func hears(t *testing.T, folder string, hertz float64) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "dump-*-dec.wav"))
	if err != nil || len(names) != 1 {
		t.Fatalf("the phone has left the recordings %v, %v", names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	const header = 44
	rate := int(binary.LittleEndian.Uint32(text[24:]))
	channels, window := int(binary.LittleEndian.Uint16(text[22:])), rate/10
	var shares []float64 // of each tenth of a second: a packet that comes late spoils one of them
	for at := header; at+2*window*channels <= len(text); at += 2 * window * channels {
		samples := make([]float64, window)
		for i := range samples {
			samples[i] = float64(int16(binary.LittleEndian.Uint16(text[at+2*i*channels:])))
		}
		shares = append(shares, shareOfTone(samples, hertz, rate))
	}
	if len(shares) < 20 {
		t.Fatalf("the recording has %d octets, which is less than two seconds", len(text))
	}
	slices.Sort(shares)
	if median := shares[len(shares)/2]; median < 0.9 {
		t.Errorf("%.0f %% of what the phone heard is the tone of %.0f Hz, want more than 90 %%", 100*median, hertz)
	}
}

// shareOfTone is the power of a tone in samples by all their power: the squared magnitude of one
// coefficient of their Fourier transform, and of its mirror image, by Parseval's sum.
func shareOfTone(samples []float64, hertz float64, rate int) float64 {
	var cosine, sine, power float64
	for i, x := range samples {
		at := 2 * math.Pi * hertz * float64(i) / float64(rate)
		cosine, sine, power = cosine+x*math.Cos(at), sine+x*math.Sin(at), power+x*x
	}
	if power == 0 {
		return 0
	}
	return 2 * (cosine*cosine + sine*sine) / float64(len(samples)) / power
}

func TestShareOfTone(t *testing.T) {
	samples, other := make([]float64, sampleRate), make([]float64, sampleRate)
	for i := range samples {
		samples[i] = math.Sin(2 * math.Pi * 1000 * float64(i) / sampleRate)
		other[i] = samples[i] + math.Sin(2*math.Pi*440*float64(i)/sampleRate)
	}
	for _, tt := range []struct {
		name    string
		samples []float64
		hertz   float64
		want    float64
	}{{"the tone", samples, 1000, 1}, {"another", samples, 440, 0}, {"one of two", other, 440, 0.5}, {"silence", make([]float64, sampleRate), 440, 0}} {
		if got := shareOfTone(tt.samples, tt.hertz, sampleRate); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
