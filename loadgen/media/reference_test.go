package media

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// coded returns n packets of 160 samples of the reference signal of a mark from a position on, in a codec, after
// something has happened to the samples.
func coded(mark uint8, c Codec, position, n int, change func(i int, x float64) float64) [][]byte {
	samples := reference(mark).pcm.samples
	packets := make([][]byte, n)
	for k := range packets {
		for i := range 160 {
			x := float64(samples[(position+k*160+i)%len(samples)])
			if change != nil {
				x = change(k*160+i, x)
			}
			packets[k] = append(packets[k], c.Encode(int16(min(max(x, math.MinInt16), math.MaxInt16))))
		}
	}
	return packets
}

func TestTheReferenceIsRecognised(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	for _, row := range []struct {
		name   string
		codec  Codec
		change func(i int, x float64) float64
	}{
		{"as it is", PCMU, nil},
		{"in A-law", PCMA, nil},
		{"20 dB softer", PCMU, func(_ int, x float64) float64 { return x / 10 }},
		{"3 dB louder", PCMA, func(_ int, x float64) float64 { return x * 1.41 }},
		{"with noise 10 dB below", PCMU, func(_ int, x float64) float64 { return x + 0.3*0.7*referencePow*noise.NormFloat64() }},
		{"from mu-law to A-law and back", PCMU, func(_ int, x float64) float64 {
			return float64(PCMA.Decode(PCMA.Encode(PCMU.Decode(PCMU.Encode(int16(x))))))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for mark := uint8(1); mark <= Marks; mark += 9 {
				for _, position := range []int{0, 7, 80, 159, 160, 1000, 12_799} {
					e := ear{listening: true}
					for k, payload := range coded(mark, row.codec, position, 40, row.change) {
						e.hear(row.codec, payload, uint32(k*160))
					}
					if e.heard != mark || e.changed {
						t.Fatalf("mark %d from %d: heard %d, changed %v", mark, position, e.heard, e.changed)
					}
					const samples = 12 // 1.5 ms
					if off := (e.locate(0) - position + turnSamples + turnSamples/2) % turnSamples; math.Abs(float64(off-turnSamples/2)) > samples {
						t.Errorf("mark %d from %d: said to begin at %d", mark, position, e.locate(0))
					}
				}
			}
		})
	}
}

// TestNothingElseIsRecognised: no sound that calls may carry is taken for a mark.
func TestNothingElseIsRecognised(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	voice := speech()
	for name, sample := range map[string]func(i int) float64{
		"speech":  func(i int) float64 { return float64(voice[i%len(voice)]) },
		"tone":    func(i int) float64 { return 8000 * math.Sin(float64(i)*2*math.Pi*1000/clockRate) },
		"silence": func(int) float64 { return 0 },
		"noise":   func(int) float64 { return 8000 * random.NormFloat64() },
		"keys": func(i int) float64 {
			return 4000 * (math.Sin(float64(i)*2*math.Pi*770/clockRate) + math.Sin(float64(i)*2*math.Pi*1336/clockRate))
		},
		"tones at random": func() func(int) float64 {
			f := 600.0
			return func(i int) float64 {
				if i%symbolSamples == 0 {
					f = frequency(random.IntN(digits)) // never the sync tone
				}
				return 8000 * math.Sin(float64(i)*2*math.Pi*f/clockRate)
			}
		}(),
	} {
		e := ear{listening: true}
		for k := range 3000 { // a minute
			payload := make([]byte, 160)
			for i := range payload {
				payload[i] = PCMU.Encode(int16(min(max(sample(k*160+i), math.MinInt16), math.MaxInt16)))
			}
			e.hear(PCMU, payload, uint32(k*160))
		}
		if e.marks != 0 {
			t.Errorf("%s: mark %d was recognised", name, e.heard)
		}
	}
}

// An end that plays the reference signal back is recognised, and how long it took; any other audio is not.
func TestTheRightAudioComesBackInTime(t *testing.T) {
	for _, row := range []struct {
		name       string
		far        Stream
		recognised bool
		delay      time.Duration // 0: none
	}{
		{"an answerer that recognises the caller", Stream{Source: Reference}, true, 20 * time.Millisecond},
		{"an echo", Stream{Source: Echo}, true, 20 * time.Millisecond},
		{"somebody else", Stream{Source: Speech}, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := newEther()
			m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
			near, far := mustOpen(t, m), mustOpen(t, m)
			near.Start(0, Stream{Remote: at(4002), Source: Reference, Mark: 17})
			row.far.Remote = at(4000)
			far.Start(0, row.far)
			x.run(10*second, m)
			n, f := near.Stop(10*second), far.Stop(10*second)
			if n.Recognised != row.recognised || n.Faults.OneWay() || len(n.Faults.Names()) > 0 == row.recognised {
				t.Errorf("caller: recognised %v, faults %v", n.Recognised, n.Faults.Names())
			}
			if row.recognised && (n.AudioDelay < 0 || n.AudioDelay > 2*row.delay) {
				t.Errorf("the audio is said to come back after %v, want at most %v", n.AudioDelay, 2*row.delay)
			}
			if row.far.Source == Reference && (!f.Recognised || len(f.Faults.Names()) > 0) {
				t.Errorf("answerer: recognised %v, faults %v", f.Recognised, f.Faults.Names())
			}
		})
	}
}

// An answerer speaks in packets of its own, so that what it plays of the caller's signal may be up to half a packet ahead
// of what it has just heard. That used to be read as a delay of nearly a turn of the signal: 1.6 s on a loopback.
func TestAnAnswererAheadOfTheCallerIsNoDelayOfATurn(t *testing.T) {
	for phase := time.Duration(0); phase < 20*time.Millisecond; phase += time.Millisecond {
		x := newEther()
		x.delay = 200 * time.Microsecond
		here, there := x.engine(t, Config{Ports: PortRange{4000, 4001}}), x.engine(t, Config{Ports: PortRange{4002, 4003}})
		near, far := mustOpen(t, here), mustOpen(t, there)
		near.Start(0, Stream{Remote: at(4002), Source: Reference, Mark: 17})
		x.run(phase, here)
		far.Start(phase, Stream{Remote: at(4000), Source: Reference})
		x.run(10*second, here, there)
		heard := near.Stop(10 * second)
		far.Stop(10 * second)
		if !heard.Recognised || heard.AudioDelay <= 0 || heard.AudioDelay > 20*time.Millisecond {
			t.Errorf("an answerer %v behind: recognised %v, %v", phase, heard.Recognised, heard.AudioDelay)
		}
	}
}

func TestTheAudioOfAnotherCallIsNoticed(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4007}})
	var legs []*Leg
	for range 4 {
		legs = append(legs, mustOpen(t, m))
	}
	for i, to := range []uint16{4006, 4004} { // both answerers hear the wrong caller
		legs[i].Start(0, Stream{Remote: netip.AddrPortFrom(loopback4, to), Source: Reference, Mark: uint8(i + 1)})
	}
	legs[0].remote, legs[1].remote = at(4004), at(4006)
	legs[2].Start(0, Stream{Remote: at(4000), Source: Reference})
	legs[3].Start(0, Stream{Remote: at(4002), Source: Reference})
	legs[2].remote, legs[3].remote = at(4002), at(4000)
	x.run(8*second, m)
	for i := range 2 {
		s := legs[i].Stop(8 * second)
		if got := fmt.Sprint(s.Faults.Names()); got != "[swapped_audio]" || s.Recognised {
			t.Errorf("caller %d: %s, recognised %v", i, got, s.Recognised)
		}
	}
}

// TestOwnEcho: what comes back late is found with its delay, and another voice is not taken for it.
func TestOwnEcho(t *testing.T) {
	for _, row := range []struct {
		name  string
		far   Source
		after time.Duration // how much later than we the far end begins
		echo  bool
	}{
		{"an echo", Echo, 0, true},
		{"the same voice, two seconds apart", Speech, 2 * time.Second, false},
		{"a tone", Tone, 0, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := newEther()
			m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
			near, far := mustOpen(t, m), mustOpen(t, m)
			near.Start(0, Stream{Remote: at(4002), Source: Speech})
			x.run(row.after, m)
			far.Start(row.after, Stream{Remote: at(4000), Source: row.far})
			x.run(10*second, m)
			s := near.Stop(10 * second)
			if s.Echo != row.echo || s.Echo && s.EchoDelay > 40*time.Millisecond {
				t.Errorf("echo %v after %v, want %v", s.Echo, s.EchoDelay, row.echo)
			}
		})
	}
}
