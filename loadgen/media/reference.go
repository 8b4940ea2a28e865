package media

import (
	"math"
	"sync"
)

// Marks is how many reference signals can be told apart: a Stream has one of the numbers 1 to Marks.
const Marks = 64

// The reference signal is a melody of tones, one at a time, that says its number over and over. Each frame holds five
// symbols of 40 ms: the sync tone, where the frame stands in a turn of eight, two digits of the mark, and a check.
// Tones survive the codecs, gains and losses of telephone networks, and a listener finds the beginning of a frame to a
// few samples. A turn lasts 1.6 s, so that delays of up to so much are told without doubt.
const (
	symbolSamples = 320 // 40 ms
	frameSymbols  = 5
	frameSamples  = frameSymbols * symbolSamples
	turnFrames    = 8
	turnSamples   = turnFrames * frameSamples

	digits       = 16
	syncTone     = digits // the tone above those of the digits
	tones        = digits + 1
	lowestTone   = 600    // Hz; each next one is 100 Hz higher, up to 2,200 Hz
	toneSpacing  = 100    // a symbol holds whole cycles of every tone: no clicks between them
	referencePow = 9200.0 // amplitude: 14 dB below full scale, as loud as somebody who speaks up
)

// frequency returns that of a tone, in Hz.
func frequency(tone int) float64 { return float64(lowestTone + tone*toneSpacing) }

// symbols returns the tones of a frame.
func symbols(mark, frame int) [frameSymbols]int {
	high, low := mark/digits, mark%digits
	return [frameSymbols]int{syncTone, frame, high, low, checkDigit(frame, high, low)}
}

// checkDigit differs for any two frames that differ in one digit.
func checkDigit(frame, high, low int) int { return (frame + 3*high + 5*low + 7) % digits }

// waveforms are the symbols as samples.
var waveforms = sync.OnceValue(func() *[tones][symbolSamples]int16 {
	w := &[tones][symbolSamples]int16{}
	for tone := range w {
		for i := range w[tone] {
			w[tone][i] = int16(referencePow * math.Sin(2*math.Pi*frequency(tone)*float64(i)/clockRate))
		}
	}
	return w
})

// references holds the audio of each mark, made when it is first needed. Mark 0 is that of an answerer that has not
// recognised the caller's yet.
var references [Marks + 1]struct {
	once  sync.Once
	audio *Audio
}

// reference returns the audio of a mark; a number that is none stands for 0.
func reference(mark uint8) *Audio {
	if mark > Marks {
		mark = 0
	}
	r := &references[mark]
	r.once.Do(func() {
		samples := make([]int16, 0, turnSamples)
		for frame := range turnFrames {
			for _, tone := range symbols(int(mark), frame) {
				samples = append(samples, waveforms()[tone][:]...)
			}
		}
		r.audio = &Audio{name: "reference", seamless: true, pcm: pcm{samples, clockRate}}
	})
	return r.audio
}
