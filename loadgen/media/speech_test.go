package media

import (
	"math"
	"slices"
	"testing"
)

func TestSpeechHasTheLevelAndThePausesOfSpeech(t *testing.T) {
	voice := speech()
	if len(voice) != 4*clockRate {
		t.Fatalf("%d samples, want four seconds", len(voice))
	}
	if !slices.Equal(voice, speech()) {
		t.Error("two calls differ: legs could not share the sample")
	}
	energy, quiet, peak := 0.0, 0, 0.0
	for i := 0; i < len(voice); i += syllableSamples {
		syllable := 0.0
		for _, x := range voice[i : i+syllableSamples] {
			syllable += float64(x) * float64(x)
			peak = max(peak, math.Abs(float64(x)))
		}
		if syllable == 0 {
			quiet++
		}
		energy += syllable
	}
	if quiet != speechPauses {
		t.Errorf("%d syllables are silent, want %d", quiet, speechPauses)
	}
	active := float64((speechSyllables - speechPauses) * syllableSamples)
	level := 20 * math.Log10(math.Sqrt(energy/active)/32768)
	if math.Abs(level+26) > 0.1 {
		t.Errorf("active level %.2f dBov, want -26", level)
	}
	if peak > 32000 {
		t.Errorf("peak %v clips", peak)
	}
}
