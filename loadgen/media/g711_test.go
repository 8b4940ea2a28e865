package media

import (
	"math"
	"testing"
)

// The four corners and the milliwatt of ITU-T G.711 tables 1a, 1b, 2a and 2b, sample values moved to
// the upper bits of 16.
func TestG711KnownCodes(t *testing.T) {
	for _, row := range []struct {
		name   string
		codec  Codec
		code   byte
		sample int16
	}{
		{"mu-law: largest positive, 8031 of 14 bits", PCMU, 0x80, 8031 << 2},
		{"mu-law: largest negative", PCMU, 0x00, -8031 << 2},
		{"mu-law: positive zero is silence", PCMU, 0xff, 0},
		{"mu-law: first step", PCMU, 0xfe, 2 << 2},
		{"A-law: largest positive, 4032 of 13 bits", PCMA, 0xaa, 4032 << 3},
		{"A-law: largest negative", PCMA, 0x2a, -4032 << 3},
		{"A-law: smallest positive is silence", PCMA, 0xd5, 1 << 3},
		{"A-law: smallest negative", PCMA, 0x55, -1 << 3},
	} {
		if got := row.codec.Decode(row.code); got != row.sample {
			t.Errorf("%s: decoded %#02x to %d, want %d", row.name, row.code, got, row.sample)
		}
		if got := row.codec.Encode(row.sample); got != row.code {
			t.Errorf("%s: encoded %d to %#02x, want %#02x", row.name, row.sample, got, row.code)
		}
	}
}

func TestG711AllCodesRoundTrip(t *testing.T) {
	for _, codec := range []Codec{PCMU, PCMA} {
		for code := range 256 {
			want := byte(code)
			if codec == PCMU && want == 0x7f {
				want = 0xff // mu-law has two zeros; the encoder uses the positive one
			}
			if got := codec.Encode(codec.Decode(byte(code))); got != want {
				t.Errorf("%v: code %#02x came back as %#02x", codec, code, got)
			}
		}
	}
}

// The decision values of G.711 tables 1 and 2, added up from their steps, are the second opinion on the
// encoder: the code is the number of decision values that a sample reaches.
func TestG711EncodesByTheDecisionValues(t *testing.T) {
	muLaw := decisions(1<<2, 15, 2<<2, []int{16, 16, 16, 16, 16, 16, 16})
	aLaw := decisions(0, 32, 2<<3, []int{16, 16, 16, 16, 16, 16})
	for x := math.MinInt16; x <= math.MaxInt16; x++ {
		mu := byte(0xff) - byte(reached(muLaw, abs(x)))
		if x < 0 {
			mu &= 0x7f
		}
		if got := PCMU.Encode(int16(x)); got != mu {
			t.Fatalf("mu-law: %d is coded as %#02x, want %#02x", x, got, mu)
		}
		a := byte(0x80)
		if x < 0 {
			a = 0
		}
		if a = (a | byte(reached(aLaw, max(x, ^x)))) ^ 0x55; PCMA.Encode(int16(x)) != a {
			t.Fatalf("A-law: %d is coded as %#02x, want %#02x", x, PCMA.Encode(int16(x)), a)
		}
	}
}

// decisions returns the decision values above 0 of one polarity: a first one when it is not 0, then n
// steps of the first segment, then segments whose step doubles each time.
func decisions(first, n, step int, segments []int) []int {
	var values []int
	at := first
	if first > 0 {
		values = append(values, at)
	}
	for _, n := range append([]int{n}, segments...) {
		for range n {
			at += step
			values = append(values, at)
		}
		step *= 2
	}
	return values
}

// reached returns how many decision values x has reached, the last one excepted: it is the overload point.
func reached(values []int, x int) int {
	n := 0
	for n < len(values)-1 && x >= values[n] {
		n++
	}
	return n
}

func TestG711MilliwattIsAFullCycleAtZeroDBm0(t *testing.T) {
	for _, codec := range []Codec{PCMU, PCMA} {
		power, sum := 0.0, 0
		for _, code := range milliwatt(codec) {
			x := codec.Decode(code)
			sum += int(x)
			power += float64(x) * float64(x) / 8
		}
		if sum != 0 {
			t.Errorf("%v: the milliwatt has a mean of %d, want none", codec, sum)
		}
		// A full-scale sine is +3.17 dBm0 in mu-law and +3.14 dBm0 in A-law (G.711 section 6).
		overload, clip := 3.17, 8159.0*4
		if codec == PCMA {
			overload, clip = 3.14, 4096.0*8
		}
		level := 10*math.Log10(power/(clip*clip/2)) + overload
		if math.Abs(level) > 0.05 {
			t.Errorf("%v: the milliwatt is at %.3f dBm0, want 0", codec, level)
		}
	}
}

func abs(x int) int {
	return max(x, -x)
}
