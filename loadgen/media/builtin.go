package media

import "sync"

// builtins are the sources that need no file. They are made once for the process: they depend on nothing.
var builtins = sync.OnceValue(func() [Silence + 1]*Audio {
	cycle := make([]int16, 8) // of 1 kHz
	for i := range cycle {
		cycle[i] = PCMU.Decode(milliwatt(PCMU)[i])
	}
	long := make([]int16, 0, clockRate) // for codecs that adapt: their seam comes once a second
	for len(long) < clockRate {
		long = append(long, cycle...)
	}
	return [...]*Audio{
		Tone: {
			name: "tone", seamless: true, pcm: pcm{long, clockRate},
			frames: stored("tone", map[Codec][][]byte{PCMU: {milliwatt(PCMU)}, PCMA: {milliwatt(PCMA)}}),
		},
		Speech:  {name: "speech", seamless: true, pcm: pcm{speech(), clockRate}, frames: stored("speech", nil)},
		Silence: {name: "silence", seamless: true, pcm: pcm{make([]int16, clockRate/10), clockRate}, frames: stored("silence", nil)},
	}
})

// builtin returns the audio of a source, nil for one that has none.
func builtin(s Source) *Audio {
	if s > Silence {
		return nil
	}
	return builtins()[s]
}

// milliwatt returns one cycle of 1 kHz at 0 dBm0, the reference of G.711 tables 5 and 6.
func milliwatt(c Codec) []byte {
	if c == PCMA {
		return []byte{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4}
	}
	return []byte{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e}
}
