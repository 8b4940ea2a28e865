package media

import (
	"math"
	"math/rand/v2"
)

// The built-in speech-like signal: syllables and pauses of a voice that says nothing, made by the usual
// source and filter model. It exists so that silence detectors, echo cancellers and noise suppressors
// meet something with the level, the spectrum and the rhythm of speech that is nobody's recording.
const (
	speechSyllables = 16
	syllableSamples = clockRate / 4      // four syllables a second
	speechPauses    = 4                  // syllables of each 16 that are pauses
	speechLevel     = 32768 * 0.05011872 // RMS of -26 dBov, the level of ITU-T P.56 for active speech
)

// vowels are the first three formants in Hz of a, e, i, o and u.
var vowels = [...][3]float64{
	{730, 1090, 2440}, {530, 1840, 2480}, {270, 2290, 3010}, {570, 840, 2410}, {300, 870, 2240},
}

// speech returns four seconds of the signal, 16 bits linear at 8 kHz. It always returns the same samples.
func speech() []int16 {
	random := rand.New(rand.NewPCG(0x5350454543, 1)) // chance is only the shape of the consonants
	samples := make([]float64, 0, speechSyllables*syllableSamples)
	for i := range speechSyllables {
		if i%speechSyllables >= speechSyllables-speechPauses {
			samples = append(samples, make([]float64, syllableSamples)...)
			continue
		}
		pitch := 130 - 2.5*float64(i) // declination: the voice falls towards the end of the sentence
		samples = append(samples, syllable(vowels[i*3%len(vowels)], pitch, random)...)
	}
	return leveled(samples, speechSyllables-speechPauses)
}

// syllable returns a breath of noise that opens into a vowel and closes.
func syllable(formants [3]float64, pitch float64, random *rand.Rand) []float64 {
	samples := make([]float64, syllableSamples)
	phase := 0.0
	for i := range samples {
		at := float64(i) / syllableSamples
		excitation := 0.0
		if phase += pitch / clockRate; phase >= 1 {
			phase--
			excitation = 1
		}
		breath := 0.15 * max(0, 1-at/0.2)
		samples[i] = excitation + breath*(2*random.Float64()-1)
	}
	for n, f := range formants {
		resonate(samples, f, 60+40*float64(n))
	}
	for i := range samples {
		samples[i] *= math.Sin(math.Pi * float64(i) / syllableSamples)
	}
	return samples
}

// resonate filters x in place with the two-pole resonator of a formant.
//
//	y[n] = g·x[n] + 2r·cos(2πf/fs)·y[n-1] - r²·y[n-2],  r = exp(-πb/fs),  g = 1 - r
func resonate(x []float64, frequency, bandwidth float64) {
	r := math.Exp(-math.Pi * bandwidth / clockRate)
	a, b := 2*r*math.Cos(2*math.Pi*frequency/clockRate), r*r
	y1, y2 := 0.0, 0.0
	for i := range x {
		y := (1-r)*x[i] + a*y1 - b*y2
		x[i], y1, y2 = y, y, y1
	}
}

// leveled scales the samples so that the spoken syllables have the level of active speech, and clips.
func leveled(x []float64, spoken int) []int16 {
	energy := 0.0
	for _, v := range x {
		energy += v * v
	}
	gain := speechLevel / math.Sqrt(energy/float64(spoken*syllableSamples))
	samples := make([]int16, len(x))
	for i, v := range x {
		samples[i] = int16(min(max(v*gain, math.MinInt16), math.MaxInt16))
	}
	return samples
}
