package media

import "math"

// ear listens for the reference signal in the G.711 audio of a leg. It works on windows of 20 ms, half a symbol, so
// that at least one of two lies wholly within a symbol. Once it has recognised a frame it rests: what was right stays
// right for a while, and listening costs more than all other statistics.
type ear struct {
	listening bool

	window  [windowSamples]float32
	filled  int
	next    uint32 // timestamp of the next sample
	started bool
	resting uint32 // samples that are not listened to

	past    [pastWindows]windowTones // the last windows, in a ring
	windows int                      // judged since the last break
	begins  uint32                   // timestamp of the first sample of the window at hand

	candidate, confirmed uint8  // mark of the last frame, and how often in a row
	frame                int    // that frame
	heard                uint8  // the mark that was recognised last
	marks                uint64 // how often a mark was recognised
	changed              bool   // another mark than before was recognised
	position             int    // in the turn, of the sample with the timestamp at
	at                   uint32
}

// windowTones is what one window held: the tone, none being -1, and how strong each was.
type windowTones struct {
	tone  int8
	power [tones]float32
}

const (
	windowSamples = symbolSamples / 2
	pastWindows   = 2*frameSymbols - 1 // from the first symbol of a frame to the last
	purity        = 0.6                // share of the power of a window that a tone has to have
	confirmations = 2                  // frames in a row with the same mark

	restSamples = 2 * clockRate // how long the ear rests once it has recognised a mark
)

// hear takes the payload of a packet. Copies and packets out of order break what was heard so far, and so does a gap.
func (e *ear) hear(c Codec, payload []byte, timestamp uint32) {
	if c > PCMA {
		return
	}
	if !e.started || timestamp != e.next {
		e.started, e.filled, e.windows, e.confirmed = true, 0, 0, 0
	}
	e.next = timestamp + uint32(len(payload))
	if e.resting > 0 {
		e.resting -= min(e.resting, uint32(len(payload)))
		e.filled, e.windows = 0, 0
		return
	}
	for i, code := range payload {
		if e.filled == 0 {
			e.begins = timestamp + uint32(i)
		}
		e.window[e.filled] = float32(c.Decode(code))
		if e.filled++; e.filled == windowSamples {
			e.filled = 0
			e.judge()
		}
	}
}

// coefficients are those of Goertzel's algorithm for each tone, 2·cos(2π·f/fs).
var coefficients = func() (c [tones]float32) {
	for tone := range c {
		c[tone] = float32(2 * math.Cos(2*math.Pi*frequency(tone)/clockRate))
	}
	return c
}()

// judge finds the tone of a window and looks for a frame that ends with it.
func (e *ear) judge() {
	h := &e.past[e.windows%pastWindows]
	e.windows++
	energy := float32(0)
	for _, x := range e.window {
		energy += x * x
	}
	h.tone = -1
	for tone := range tones {
		h.power[tone] = goertzel(&e.window, coefficients[tone])
		if h.power[tone] > purity*energy*windowSamples/2 {
			h.tone = int8(tone)
		}
	}
	if e.windows >= pastWindows {
		e.match()
	}
}

// goertzel returns the squared magnitude of a tone in a window.
func goertzel(window *[windowSamples]float32, coefficient float32) float32 {
	var s1, s2 float32
	for _, x := range window {
		s1, s2 = x+coefficient*s1-s2, s1
	}
	return s1*s1 + s2*s2 - coefficient*s1*s2
}

// back returns what was heard n windows ago.
func (e *ear) back(n int) *windowTones { return &e.past[(e.windows-1-n)%pastWindows] }

// match looks for a frame whose last symbol holds the window at hand: every second window back holds one before.
func (e *ear) match() {
	sync, frame := e.back(8), int(e.back(6).tone)
	high, low, check := int(e.back(4).tone), int(e.back(2).tone), int(e.back(0).tone)
	if sync.tone != syncTone || frame < 0 || frame >= turnFrames || high < 0 || low < 0 || check != checkDigit(frame, high, low) {
		return
	}
	mark := high*digits + low
	if mark > Marks {
		return
	}
	e.note(uint8(mark), frame)
	// The window after the one in the sync tone holds the end of that tone, n samples, then the next symbol.
	between := e.back(7)
	a, b := math.Sqrt(float64(between.power[syncTone])), math.Sqrt(float64(between.power[frame]))
	n := int(math.Round(windowSamples * a / (a + b)))
	e.position = frame*frameSamples + symbolSamples - n
	e.at = e.begins - 7*windowSamples
}

// note takes the mark of a frame.
func (e *ear) note(mark uint8, frame int) {
	switch {
	case mark != e.candidate:
		e.candidate, e.confirmed = mark, 1
	case frame != e.frame: // the same one can be found twice, by either half of its symbols
		e.confirmed++
	}
	e.frame = frame
	if e.confirmed < confirmations {
		return
	}
	e.changed = e.changed || e.marks > 0 && mark != e.heard && e.heard != 0
	e.heard = mark
	e.marks++
	e.confirmed = 0
	if mark != 0 { // an answerer that has not recognised us yet will say something else soon
		e.resting = restSamples
	}
}

// locate returns where in the turn of the reference a timestamp stands, in samples.
func (e *ear) locate(timestamp uint32) int {
	p := (e.position + int(int32(timestamp-e.at))) % turnSamples
	if p < 0 {
		p += turnSamples
	}
	return p
}

// recognised reports whether the mark that was expected was heard: any for 0.
func (e *ear) recognised(expected uint8) bool {
	return e.marks > 0 && e.heard != 0 && (expected == 0 || e.heard == expected)
}

// deaf reports whether the ear has heard no mark of a caller, although it listened.
func (e *ear) deaf() bool { return e.listening && e.heard == 0 }

// swapped reports whether the mark of another call was heard.
func (e *ear) swapped(expected uint8) bool {
	return e.changed || e.heard != 0 && expected != 0 && e.heard != expected
}
