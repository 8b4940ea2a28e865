package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// wav returns a file of the given format with a 1 kHz sine of half scale, one second long.
func wav(tag uint16, rate, bits, channels int, sample func(x float64) []byte) []byte {
	var data []byte
	for i := range rate {
		for range channels {
			data = append(data, sample(0.5*math.Sin(2*math.Pi*1000*float64(i)/float64(rate)))...)
		}
	}
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, tag)
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*bits*channels/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits*channels/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...) // an odd chunk, which is padded
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func little(width int, x int64) []byte {
	return binary.LittleEndian.AppendUint64(nil, uint64(x))[:width]
}

// A sine comes out of every format and rate as the same sine: what is left beside it is noise of the format.
func TestWAVOfEveryCommonKind(t *testing.T) {
	sixteen := func(x float64) []byte { return little(2, int64(math.Round(x*32767))) }
	for _, row := range []struct {
		name     string
		file     []byte
		residual float64 // dB below the sine, at least
	}{
		{"8 kHz, 16 bits", wav(wavePCM, 8000, 16, 1, sixteen), 80},
		{"8 kHz, 8 bits", wav(wavePCM, 8000, 8, 1, func(x float64) []byte { return []byte{byte(math.Round(x*127 + 128))} }), 40},
		{"16 kHz, stereo", wav(wavePCM, 16000, 16, 2, sixteen), 70},
		{"11.025 kHz", wav(wavePCM, 11025, 16, 1, sixteen), 70},
		{"22.05 kHz, 24 bits", wav(wavePCM, 22050, 24, 1, func(x float64) []byte { return little(3, int64(x*8388607)) }), 70},
		{"44.1 kHz, 32 bits", wav(wavePCM, 44100, 32, 1, func(x float64) []byte { return little(4, int64(x*2147483647)) }), 70},
		{"48 kHz, floating point", wav(waveFloat, 48000, 32, 1, func(x float64) []byte { return little(4, int64(math.Float32bits(float32(x)))) }), 70},
		{"32 kHz, floating point of 64 bits", wav(waveFloat, 32000, 64, 1, func(x float64) []byte { return little(8, int64(math.Float64bits(x))) }), 70},
		{"96 kHz", wav(wavePCM, 96000, 16, 1, sixteen), 70},
		{"mu-law", wav(waveMuLaw, 8000, 8, 1, func(x float64) []byte { return []byte{PCMU.Encode(int16(x * 32767))} }), 30},
		{"A-law", wav(waveALaw, 8000, 8, 1, func(x float64) []byte { return []byte{PCMA.Encode(int16(x * 32767))} }), 34},
	} {
		p, err := readWAV(row.file)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		samples := p.at(8000)
		if len(samples) != 8000 {
			t.Errorf("%s: %d samples, want 8000", row.name, len(samples))
		}
		amplitude, residual := fitSine(samples[500:7500], 1000.0/8000)
		if math.Abs(amplitude-0.5*32768) > 0.02*16384 || residual < row.residual {
			t.Errorf("%s: amplitude %.0f, residual %.1f dB below; want 16384 and %g dB", row.name, amplitude, residual, row.residual)
		}
	}
}

// fitSine returns the amplitude of a sine of a frequency, in cycles per sample, and how far below it in dB
// everything else is.
func fitSine(samples []int16, frequency float64) (amplitude, residual float64) {
	n := float64(len(samples))
	var in, quadrature, energy float64
	for i, x := range samples {
		s, c := math.Sincos(2 * math.Pi * frequency * float64(i))
		in, quadrature, energy = in+float64(x)*s, quadrature+float64(x)*c, energy+float64(x)*float64(x)
	}
	amplitude = 2 * math.Hypot(in, quadrature) / n
	sine := amplitude * amplitude / 2
	return amplitude, 10 * math.Log10(sine/math.Max(energy/n-sine, 1e-9))
}

// What lies above half the new rate must not fold back into the band: 5 kHz would come out as 3 kHz.
func TestResamplingFoldsNothingBack(t *testing.T) {
	in := make([]int16, 48000)
	for i := range in {
		in[i] = int16(16000 * math.Sin(2*math.Pi*5000*float64(i)/48000))
	}
	out := pcm{in, 48000}.at(8000)
	if level := (pcm{out[400:7600], 8000}).level(0, time.Second); level > -80 {
		t.Errorf("a tone of 5 kHz is left at %.1f dBov after resampling to 8 kHz, want below -80", level)
	}
}

func TestWAVRefuses(t *testing.T) {
	good := wav(wavePCM, 8000, 16, 1, func(float64) []byte { return []byte{0, 0} })
	for _, row := range []struct{ name, file, want string }{
		{"nothing", "", errWAV.Error()},
		{"something else", "OggS" + string(good[4:]), errWAV.Error()},
		{"no data", string(good[:36]), errWAVData.Error()},
		{"data before its format", "RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00\x00\x00", errWAVFormat.Error()},
		{"empty", string(good[:12]) + "fmt \x10\x00\x00\x00" + string(good[20:36]) + "data\x00\x00\x00\x00", errWAVEmpty.Error()},
		{"a format that is compressed", strings.Replace(string(good), "\x10\x00\x00\x00\x01\x00", "\x10\x00\x00\x00\x02\x00", 1), "format 2 with 16 bits"},
		{"no channels", strings.Replace(string(good), "\x01\x00\x01\x00", "\x01\x00\x00\x00", 1), "1 to 8 channels, has 0"},
	} {
		if _, err := ReadAudio("x.wav", []byte(row.file)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestPlayPauseAndResume(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	sent := record(x, 4000)
	l.Start(0, Stream{Remote: at(5000), Source: None})
	x.run(100*time.Millisecond, m)
	a := &Audio{name: "ten packets", frames: map[Codec][][]byte{PCMU: make([][]byte, 200)}}
	for i := range a.frames[PCMU] {
		a.frames[PCMU][i] = bytes.Repeat([]byte{byte(i)}, 8)
	}
	if err := l.Play(x.now, a, 2); err != nil {
		t.Fatal(err)
	}
	x.run(x.now+100*time.Millisecond, m)
	before := len(sent.packets)
	l.Pause()
	x.run(x.now+500*time.Millisecond, m)
	if l.Playing() || len(sent.packets) != before || before < 4 || before > 6 {
		t.Fatalf("%d packets before the pause, %d after it", before, len(sent.packets))
	}
	l.Resume(x.now)
	x.run(x.now+second, m)
	if l.Playing() || len(sent.packets) != 20 {
		t.Fatalf("%d packets, want 2 times 10", len(sent.packets))
	}
	resumed, last := sent.packets[before], sent.packets[before-1]
	elapsed := sent.times[before] - sent.times[before-1]
	if !resumed.Marker || resumed.Timestamp-last.Timestamp != uint32(units(elapsed, clockRate)) {
		t.Errorf("after a pause of %v: marker %v, timestamps step by %d", elapsed, resumed.Marker, resumed.Timestamp-last.Timestamp)
	}
}

func TestLibraryReadsEachContentOnce(t *testing.T) {
	file := wav(wavePCM, 8000, 16, 1, func(float64) []byte { return []byte{0, 0} })
	files := fstest.MapFS{"a.wav": {Data: file}, "b.wav": {Data: file}, "c.ulaw": {Data: make([]byte, 16)}}
	reads := 0
	l := NewLibrary(func(name string) ([]byte, error) { reads++; return files.ReadFile(name) })
	open := func(name string) *Audio {
		a, err := l.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := open("a.wav")
	if first != open("b.wav") || first == open("c.ulaw") || first != open("a.wav") || reads != 3 {
		t.Errorf("%d reads of three files, or two contents mixed up", reads)
	}
	if _, err := l.Open("none.wav"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestJoinedFilesServeTheirCodecs(t *testing.T) {
	read := func(name string, b []byte) *Audio {
		a, err := ReadAudio(name, b)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	voice := read("v.wav", wav(wavePCM, 8000, 16, 1, func(float64) []byte { return []byte{0, 0} }))
	coded := read("v.g729", make([]byte, 100))
	joined, err := JoinAudio(voice, coded)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Codec{PCMU, PCMA, G722, G729} {
		if err := joined.Prepare(c, 0, EveryPacket); err != nil {
			t.Error(err)
		}
	}
	if err := joined.Prepare(Opus, 0, EveryPacket); !errors.Is(err, ErrNoRendition) || !strings.HasPrefix(err.Error(), "v.wav + v.g729: cannot be sent as opus") {
		t.Errorf("%v", err)
	}
	if _, err := JoinAudio(coded, coded); !errors.Is(err, ErrTwice) {
		t.Errorf("two files for G.729: %v", err)
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(wavePCM, 8000, 16, 1, func(float64) []byte { return []byte{1, 2} })[:200])
	f.Add(wav(waveFloat, 8000, 64, 2, func(float64) []byte { return make([]byte, 8) })[:200])
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := readWAV(b); err == nil && (len(p.samples) == 0 || p.rate < minRate || p.rate > maxRate) {
			t.Fatalf("%d samples at %d Hz and no error", len(p.samples), p.rate)
		}
	})
}
