package media

import (
	"slices"
	"sync"
)

// loop is a piece of audio that repeats without a seam. It is shared by all legs and never written
// after it is made.
type loop struct {
	codes  []byte // period octets, then the first ones again so that no packet has to be put together
	period int
}

// maxSamples is the size of the largest payload.
const maxSamples = int(MaxPacketTime * clockRate / 1e9)

func newLoop(codes []byte) *loop {
	l := &loop{period: len(codes)}
	for len(l.codes) < l.period+maxSamples {
		l.codes = append(l.codes, codes...)
	}
	l.codes = slices.Clip(l.codes[:l.period+maxSamples])
	return l
}

// payload returns n samples, at most maxSamples, from position on.
func (l *loop) payload(position, n int) []byte {
	return l.codes[position : position+n]
}

// advance returns the position n samples on.
func (l *loop) advance(position, n int) int {
	return (position + n) % l.period
}

// loops holds what each codec sends for Tone, Speech and Silence. It is made once for the process: the
// result depends on nothing.
var loops = sync.OnceValue(func() (made [2][3]*loop) {
	voice := speech()
	for _, codec := range []Codec{PCMU, PCMA} {
		spoken := make([]byte, len(voice))
		for i, x := range voice {
			spoken[i] = codec.Encode(x)
		}
		made[codec] = [3]*loop{
			Tone:    newLoop(milliwatt(codec)),
			Speech:  newLoop(spoken),
			Silence: newLoop([]byte{codec.silence()}),
		}
	}
	return made
})

// loop returns what a stream sends, nil when it has no audio of its own.
func (s Stream) loop() *loop {
	law := PCMU
	if s.Codec == PCMA {
		law = PCMA
	}
	if s.Source > Silence {
		return nil
	}
	return loops()[law][s.Source]
}

// milliwatt returns one cycle of 1 kHz at 0 dBm0, the reference of G.711 tables 5 and 6.
func milliwatt(c Codec) []byte {
	if c == PCMA {
		return []byte{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4}
	}
	return []byte{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e}
}
